import { createHash } from 'node:crypto';

/*
 * How addresses carry their checksums: base58check (Bitcoin wiki, "Base58Check encoding"; other alphabets alike), bech32 and
 * bech32m (BIP-173, BIP-350), CashAddr (Bitcoin Cash specification), StrKey (SEP-23). Each function answers what an address
 * carries, or undefined when it is none of that kind or its checksum is wrong. Nothing here knows a network.
 */

const BITCOIN_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
export const RIPPLE_ALPHABET = 'rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz';
const CHECKSUM_BYTES = 4;
/** No address in use is longer; decoding takes time in the square of the length. */
const BASE58_CHARACTERS_MAX = 120;

/** The bytes of a base58 text. */
export function base58Bytes(text: string, alphabet: string = BITCOIN_ALPHABET): Uint8Array | undefined {
  if (text === '' || text.length > BASE58_CHARACTERS_MAX) return undefined;
  let figure = 0n;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return undefined;
    figure = figure * 58n + BigInt(digit);
  }
  const hex = figure === 0n ? '' : figure.toString(16);
  const body = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const zeros = [...text].findIndex((character) => character !== alphabet.charAt(0));
  return Buffer.concat([Buffer.alloc(zeros < 0 ? text.length : zeros), body]);
}

/** Version and payload of a base58check text, its four bytes of checksum taken off. */
export function base58CheckBytes(text: string, alphabet?: string): Uint8Array | undefined {
  const bytes = base58Bytes(text, alphabet);
  if (bytes === undefined || bytes.length <= CHECKSUM_BYTES) return undefined;
  const content = bytes.subarray(0, -CHECKSUM_BYTES);
  return sha256(sha256(content)).subarray(0, CHECKSUM_BYTES).equals(bytes.subarray(-CHECKSUM_BYTES)) ? content : undefined;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

const BECH32_ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const BECH32_GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const BECH32_CONSTANT = 1;
const BECH32M_CONSTANT = 0x2bc830a3;
const BECH32_CHECK_CHARACTERS = 6;

export interface Bech32 {
  readonly prefix: string;
  /** Groups of five bits, the checksum taken off. */
  readonly words: readonly number[];
  readonly encoding: 'bech32' | 'bech32m';
}

/** A bech32 or bech32m text. Mixed case is refused, as the standard says. Longer texts than its 90 are only Cardano's. */
export function decodeBech32(text: string, charactersMax = 90): Bech32 | undefined {
  const lower = text.toLowerCase();
  if (text.length > charactersMax || (text !== lower && text !== text.toUpperCase())) return undefined;
  const at = lower.lastIndexOf('1');
  if (at < 1 || at + 1 + BECH32_CHECK_CHARACTERS > lower.length) return undefined;
  const prefix = lower.slice(0, at);
  const words = [...lower.slice(at + 1)].map((character) => BECH32_ALPHABET.indexOf(character));
  const expanded = [...prefix].map((character) => character.charCodeAt(0));
  if (words.some((word) => word < 0) || expanded.some((code) => code < 33 || code > 126)) return undefined;
  const checked = bech32Polymod([...expanded.map((code) => code >> 5), 0, ...expanded.map((code) => code & 31), ...words]);
  const encoding = checked === BECH32_CONSTANT ? 'bech32' : checked === BECH32M_CONSTANT ? 'bech32m' : undefined;
  return encoding === undefined ? undefined : { prefix, words: words.slice(0, -BECH32_CHECK_CHARACTERS), encoding };
}

function bech32Polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of BECH32_GENERATOR.entries()) if (((top >>> bit) & 1) === 1) sum ^= generator;
  }
  return sum >>> 0;
}

/** Bytes from groups of five bits; undefined when the padding is not what the standard allows. */
export function bytesOfWords(words: readonly number[]): Uint8Array | undefined {
  let held = 0;
  let bits = 0;
  const bytes: number[] = [];
  for (const word of words) {
    held = ((held << 5) | word) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >>> bits) & 0xff);
    }
  }
  return bits >= 5 || (held & ((1 << bits) - 1)) !== 0 ? undefined : Uint8Array.from(bytes);
}

const CASH_GENERATOR = [0x98f2bc8e61n, 0x79b76d99e2n, 0xf33e5fb3c4n, 0xae2eabe2a8n, 0x1e4f43e470n] as const;
const CASH_CHECK_CHARACTERS = 8;

/** True for a CashAddr text with this prefix, written or left out, whose checksum is right. */
export function isCashAddress(text: string, prefix: string): boolean {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return false;
  const body = lower.startsWith(`${prefix}:`) ? lower.slice(prefix.length + 1) : lower;
  const words = [...body].map((character) => BECH32_ALPHABET.indexOf(character));
  if (words.length <= CASH_CHECK_CHARACTERS || words.some((word) => word < 0)) return false;
  return cashPolymod([...[...prefix].map((character) => character.charCodeAt(0) & 31), 0, ...words]) === 0n;
}

function cashPolymod(values: readonly number[]): bigint {
  let sum = 1n;
  for (const value of values) {
    const top = sum >> 35n;
    sum = ((sum & 0x07ffffffffn) << 5n) ^ BigInt(value);
    for (const [bit, generator] of CASH_GENERATOR.entries()) if (((top >> BigInt(bit)) & 1n) === 1n) sum ^= generator;
  }
  return sum ^ 1n;
}

const BASE32_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Version and payload of a StrKey text, its two bytes of CRC-16/XMODEM taken off. */
export function strKeyBytes(text: string): Uint8Array | undefined {
  const words = [...text].map((character) => BASE32_ALPHABET.indexOf(character));
  if (words.some((word) => word < 0)) return undefined;
  const bytes = bytesOfWords(words);
  if (bytes === undefined || bytes.length < 3) return undefined;
  const content = bytes.subarray(0, -2);
  const told = (bytes.at(-2) ?? 0) | ((bytes.at(-1) ?? 0) << 8);
  return crc16(content) === told ? content : undefined;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}
