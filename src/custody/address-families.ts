import { addressFaults } from '../chain/address.ts';
import {
  base58Bytes,
  base58CheckBytes,
  bytesOfWords,
  decodeBech32,
  isCashAddress,
  RIPPLE_ALPHABET,
  strKeyBytes,
} from './address-encoding.ts';

/**
 * How an address fits a family of networks. `checksum`: it carries one and it is right. `form`: it looks right and carries none.
 * `wrong_checksum`: it looks right and its checksum is wrong. `other`: no address of this family.
 */
export type AddressVerdict = 'checksum' | 'form' | 'wrong_checksum' | 'other';
export type AddressFamily = (address: string) => AddressVerdict;

/** Where coins of the Ethereum kind are lost for certain. */
const LOST = ['zero_address', 'reserved_address', 'burn_address'] as const;
const NO_OTHERS = { ownAddresses: [], tokenContracts: [] } as const;

/** Ethereum and the chains that took its addresses over: twenty bytes, the checksum in the case of the letters (ERC-55). */
export const evmFamily: AddressFamily = (address) => {
  const faults = addressFaults(address, NO_OTHERS);
  if (faults.includes('not_an_address') || LOST.some((lost) => faults.includes(lost))) return 'other';
  if (faults.includes('checksum_wrong')) return 'wrong_checksum';
  return faults.includes('checksum_missing') ? 'form' : 'checksum';
};

const PAYLOAD_BYTES = 20;
/** Twenty-five bytes in base58 are 26 to 34 characters long. */
const BASE58CHECK_FORM = /^[1-9A-HJ-NP-Za-km-z]{26,35}$/;

/** Base58check of a version byte and twenty bytes, such as Bitcoin's older addresses. */
function base58Family(versions: readonly number[], starts: RegExp, alphabet?: string): AddressFamily {
  return (address) => {
    if (!BASE58CHECK_FORM.test(address) || !starts.test(address)) return 'other';
    const bytes = base58CheckBytes(address, alphabet);
    if (bytes === undefined) return 'wrong_checksum';
    return bytes.length === 1 + PAYLOAD_BYTES && versions.includes(bytes[0] ?? -1) ? 'checksum' : 'other';
  };
}

/** Witness programs of a chain (BIP-173, BIP-350): version 0 in bech32 with 20 or 32 bytes, later ones in bech32m. */
function segwitFamily(prefix: string): AddressFamily {
  return (address) => {
    if (!address.toLowerCase().startsWith(`${prefix}1`)) return 'other';
    const decoded = decodeBech32(address);
    const [version = -1, ...words] = decoded?.words ?? [];
    const program = bytesOfWords(words);
    if (decoded === undefined || decoded.prefix !== prefix || program === undefined) return 'wrong_checksum';
    const isLength = version === 0 ? program.length === 20 || program.length === 32 : program.length >= 2 && program.length <= 40;
    const isEncoding = decoded.encoding === (version === 0 ? 'bech32' : 'bech32m');
    return version >= 0 && version <= 16 && isLength && isEncoding ? 'checksum' : 'wrong_checksum';
  };
}

function anyOf(...families: readonly AddressFamily[]): AddressFamily {
  return (address) => {
    const verdicts = families.map((family) => family(address));
    return (['checksum', 'form', 'wrong_checksum'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'other';
  };
}

export const bitcoinFamily = anyOf(base58Family([0x00, 0x05], /^[13]/), segwitFamily('bc'));
export const litecoinFamily = anyOf(base58Family([0x30, 0x32], /^[LM]/), segwitFamily('ltc'));
export const dogecoinFamily = base58Family([0x1e, 0x16], /^[DA9]/);
export const tronFamily = base58Family([0x41], /^T/);
export const rippleFamily = base58Family([0x00], /^r/, RIPPLE_ALPHABET);

const CASH_PREFIX = 'bitcoincash';
const CASH_FORM = /^(?:bitcoincash:)?[qp][qpzry9x8gf2tvdw0s3jn54khce6mua7l]{41}$/i;

export const bitcoinCashFamily = anyOf(base58Family([0x00, 0x05], /^[13]/), (address) => {
  if (!CASH_FORM.test(address)) return 'other';
  return isCashAddress(address, CASH_PREFIX) ? 'checksum' : 'wrong_checksum';
});

const STELLAR_FORM = /^G[A-Z2-7]{55}$/;
const STELLAR_ACCOUNT_VERSION = 6 << 3;

export const stellarFamily: AddressFamily = (address) => {
  if (!STELLAR_FORM.test(address)) return 'other';
  return strKeyBytes(address)?.[0] === STELLAR_ACCOUNT_VERSION ? 'checksum' : 'wrong_checksum';
};

/** Longest Cardano address of today, which exceeds the limit of BIP-173. */
const CARDANO_CHARACTERS_MAX = 130;

export const cardanoFamily: AddressFamily = (address) => {
  if (!address.toLowerCase().startsWith('addr1'))
    return /^(?:DdzFF|Ae2)/.test(address) && base58Bytes(address) !== undefined ? 'form' : 'other';
  const decoded = decodeBech32(address, CARDANO_CHARACTERS_MAX);
  return decoded?.prefix === 'addr' && decoded.encoding === 'bech32' ? 'checksum' : 'wrong_checksum';
};

/** Chains of the Cosmos kind: twenty or thirty-two bytes in bech32 under the chain's own prefix. */
export function cosmosFamily(prefix: string): AddressFamily {
  return (address) => {
    if (!address.toLowerCase().startsWith(`${prefix}1`)) return 'other';
    const decoded = decodeBech32(address);
    const bytes = decoded?.prefix === prefix && decoded.encoding === 'bech32' ? bytesOfWords(decoded.words) : undefined;
    return bytes?.length === 20 || bytes?.length === 32 ? 'checksum' : 'wrong_checksum';
  };
}

const PUBLIC_KEY_BYTES = 32;

/** A public key in base58, without any checksum. */
export const solanaFamily: AddressFamily = (address) => (base58Bytes(address)?.length === PUBLIC_KEY_BYTES ? 'form' : 'other');

/** Networks of which only the look of an address can be told. */
export function patternFamily(pattern: RegExp): AddressFamily {
  return (address) => (pattern.test(address) ? 'form' : 'other');
}
