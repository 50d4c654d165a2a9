import { requireAddress } from '../chain/address.ts';
import type { AddressCheck } from '../database/generated/enums.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { decodeBech32 } from './address-encoding.ts';
import { evmFamily } from './address-families.ts';
import {
  ADDRESS_NETWORKS,
  type AddressNetwork,
  addressNetwork,
  isBoundToKnown,
  isMovedOver,
  SAME_VENUE,
  type TagRule,
} from './address-networks.ts';

/** A destination as somebody gives it. */
export interface GivenDestination {
  readonly asset: string;
  /** As the exchange names it; `internal` for an account at the same exchange. */
  readonly network: string;
  readonly address: string;
  /** Tag or memo. */
  readonly secondaryAddress?: string | undefined;
  /** The receiver says that he uses none, as with a wallet of his own, on a network where exchanges need one. */
  readonly withoutSecondary?: boolean | undefined;
}

export interface CheckedDestination {
  readonly network: string;
  readonly address: string;
  readonly secondaryAddress: string | undefined;
  /** What vouches for the address: its checksum, its look, or nothing. */
  readonly check: Extract<AddressCheck, 'checksum' | 'form' | 'none'>;
}

const ADDRESS_FORM = /^[\x21-\x7e]{1,200}$/;
const SECONDARY_FORM = /^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/;
const TAG_FORM = /^(?:0|[1-9]\d{0,9})$/;
const TAG_MAX = 0xffffffff;

/**
 * Looks at an address for its asset and network. What is written in one letter case although that means nothing is brought into its
 * usual case, so that the same address is the same text. No error repeats the address. Errors: `ADDRESS_NETWORK_WRONG` when the asset
 * does not move over that network or the address is one of another; `ADDRESS_CHECKSUM_WRONG`, `ADDRESS_INVALID`,
 * `ADDRESS_TAG_REQUIRED`, `ADDRESS_TAG_INVALID`.
 */
export function checkDestination(given: GivenDestination): CheckedDestination {
  const address = given.address.trim();
  if (!ADDRESS_FORM.test(address)) {
    throw new CheongsanError(
      'ADDRESS_INVALID',
      `The address for ${given.asset} holds blanks, letters of no address, or too many; copy it anew.`,
    );
  }
  const network = addressNetwork(given.network);
  if (network === undefined) return checkUnknown(given, address);
  if (!isMovedOver(given.asset, network)) {
    throw new CheongsanError(
      'ADDRESS_NETWORK_WRONG',
      `${given.asset} does not move over the network ${network.code}; name the one it is sent over.`,
      {
        facts: { asset: given.asset, network: network.code },
      },
    );
  }
  const verdict = network.family(address);
  if (verdict === 'other' || verdict === 'wrong_checksum') throw refusalOf(address, network, verdict);
  const secondaryAddress = checkSecondary(given, network.code, network.tag);
  const isTagless = network.tag !== 'none' && secondaryAddress === undefined;
  return { network: network.code, address: usualCase(address), secondaryAddress, check: isTagless ? 'form' : verdict };
}

/** An account at the same exchange, or a network that nobody has read up: nothing vouches for it but a second person. */
function checkUnknown(given: GivenDestination, address: string): CheckedDestination {
  const network = given.network.trim();
  const isSameVenue = network.toLowerCase() === SAME_VENUE;
  if (!isSameVenue && !/^[A-Za-z0-9_-]{1,30}$/.test(network)) {
    throw new CheongsanError('ADDRESS_NETWORK_WRONG', 'A network is named by letters and digits, as the exchange shows it.');
  }
  if (!isSameVenue && isBoundToKnown(given.asset)) {
    throw new CheongsanError('ADDRESS_NETWORK_WRONG', `${given.asset} moves over its own network only, not over ${network}.`, {
      facts: { asset: given.asset, network },
    });
  }
  const secondaryAddress = given.secondaryAddress === undefined ? undefined : secondaryText(given.secondaryAddress, network);
  return { network: isSameVenue ? SAME_VENUE : network.toUpperCase(), address, secondaryAddress, check: 'none' };
}

function refusalOf(address: string, network: AddressNetwork, verdict: 'other' | 'wrong_checksum'): CheongsanError {
  const facts = { network: network.code };
  const others = ADDRESS_NETWORKS.filter(({ family }) => family !== network.family && family(address) === 'checksum');
  const [other] = others;
  if (other !== undefined) {
    return new CheongsanError('ADDRESS_NETWORK_WRONG', `This is an address of the network ${other.code}, not of ${network.code}.`, {
      facts: { ...facts, looksLike: others.map(({ code }) => code) },
    });
  }
  if (verdict === 'wrong_checksum') {
    return new CheongsanError(
      'ADDRESS_CHECKSUM_WRONG',
      `The checksum of this ${network.code} address is wrong: a character is missing or mistyped.`,
      {
        facts,
      },
    );
  }
  return new CheongsanError('ADDRESS_INVALID', `This is no address of the network ${network.code}.`, { facts });
}

function checkSecondary(given: GivenDestination, network: string, rule: TagRule): string | undefined {
  const { secondaryAddress, withoutSecondary } = given;
  if (secondaryAddress === undefined || secondaryAddress.trim() === '') {
    if (rule === 'none' || withoutSecondary === true) return undefined;
    throw new CheongsanError(
      'ADDRESS_TAG_REQUIRED',
      `On ${network} coins for an exchange are lost without a tag or memo; give it, or state that the receiver's own wallet uses none.`,
      { facts: { network } },
    );
  }
  if (rule === 'none' || withoutSecondary === true) {
    throw new CheongsanError('ADDRESS_TAG_INVALID', `A tag or memo was given where ${network} or the receiver uses none.`, {
      facts: { network },
    });
  }
  const text = secondaryText(secondaryAddress, network);
  if (rule === 'number' && (!TAG_FORM.test(text) || Number(text) > TAG_MAX)) {
    throw new CheongsanError('ADDRESS_TAG_INVALID', `The tag on ${network} is a whole number below 4294967296.`, { facts: { network } });
  }
  return text;
}

function secondaryText(text: string, network: string): string {
  const trimmed = text.trim();
  if (SECONDARY_FORM.test(trimmed)) return trimmed;
  throw new CheongsanError('ADDRESS_TAG_INVALID', `The tag or memo on ${network} is at most 100 plain characters.`, { facts: { network } });
}

/** An address as it is compared. Letters whose case says nothing: of an EVM address without checksum, and of bech32 in capitals. */
export function usualCase(address: string): string {
  const evm = evmFamily(address);
  if (evm === 'form' || evm === 'checksum') return requireAddress(address);
  return decodeBech32(address, address.length) === undefined ? address : address.toLowerCase();
}
