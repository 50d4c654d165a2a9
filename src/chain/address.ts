import { getAddress, ZeroAddress } from 'ethers';
import { CheongsanError } from '../kernel/errors.ts';

/**
 * Why coins are not sent to an address. `checksum_missing`: all in one case, so that a wrong character cannot be found (EIP-55).
 * `reserved_address`: the chain's own programs live below 0x1_0000. `burn_address`: known to belong to nobody.
 */
export const ADDRESS_FAULTS = [
  'not_an_address',
  'checksum_missing',
  'checksum_wrong',
  'zero_address',
  'reserved_address',
  'burn_address',
  'own_address',
  'token_contract',
] as const;
export type AddressFault = (typeof ADDRESS_FAULTS)[number];

const PATTERN = /^0x[0-9a-fA-F]{40}$/;
const RESERVED_BELOW = 0x1_0000n;
const BURN_ADDRESSES: ReadonlySet<string> = new Set([
  '0x000000000000000000000000000000000000dead',
  '0xdead000000000000000000000000000000000000',
  '0xffffffffffffffffffffffffffffffffffffffff',
  '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
]);

/** What is known to be no destination: the wallet that is emptied, and the contracts of the tokens themselves. */
export interface NoDestinations {
  readonly ownAddresses: readonly string[];
  readonly tokenContracts: readonly string[];
}

/** Everything wrong with an address as a destination; an empty list means that it may be used. Pure: the chain is not asked. */
export function addressFaults(text: string, { ownAddresses, tokenContracts }: NoDestinations): AddressFault[] {
  const written = faultInWriting(text);
  if (written !== undefined && written !== 'checksum_missing') return [written];
  const faults: AddressFault[] = written === undefined ? [] : [written];
  const value = BigInt(text);
  if (text.toLowerCase() === ZeroAddress) faults.push('zero_address');
  else if (value < RESERVED_BELOW && !BURN_ADDRESSES.has(text.toLowerCase())) faults.push('reserved_address');
  if (BURN_ADDRESSES.has(text.toLowerCase())) faults.push('burn_address');
  if (ownAddresses.some((own) => isSameAddress(own, text))) faults.push('own_address');
  if (tokenContracts.some((contract) => isSameAddress(contract, text))) faults.push('token_contract');
  return faults;
}

function faultInWriting(text: string): AddressFault | undefined {
  if (!PATTERN.test(text)) return 'not_an_address';
  const digits = text.slice(2);
  // An address without letters has nothing to carry a checksum; its one spelling is right.
  if (getAddress(text.toLowerCase()) === text) return undefined;
  return digits === digits.toLowerCase() || digits === digits.toUpperCase() ? 'checksum_missing' : 'checksum_wrong';
}

/** The address as it must be written, if coins may be sent there. Error: `ADDRESS_UNUSABLE` with `facts.faults`. */
export function requireDestination(text: string, no: NoDestinations): string {
  const faults = addressFaults(text, no);
  if (faults.length === 0) return text;
  throw new CheongsanError('ADDRESS_UNUSABLE', `The address cannot be a destination: ${faults.join(', ')}. Take it anew from its source.`, {
    facts: { faults },
  });
}

/** An address to look at, in either case or with a right checksum; answers it with checksum. Error: `ADDRESS_UNUSABLE`. */
export function requireAddress(text: string): string {
  const fault = faultInWriting(text);
  if (fault !== undefined && fault !== 'checksum_missing') {
    throw new CheongsanError('ADDRESS_UNUSABLE', `The address cannot be read: ${fault}. Take it anew from its source.`, {
      facts: { faults: [fault] },
    });
  }
  return getAddress(text.toLowerCase());
}

export function isSameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
