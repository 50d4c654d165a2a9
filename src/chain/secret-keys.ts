import { computeAddress, decodeBase58, sha256, toBeHex } from 'ethers';
import { disguisedKeysIn } from './secret-disguises.ts';

interface KeyFinding {
  readonly kind:
    | 'private_key_hex'
    | 'private_key_base64'
    | 'private_key_wif'
    | 'private_key_pem'
    | 'extended_private_key'
    | 'json_keystore';
  readonly start: number;
  readonly end: number;
}

/** Says of a place whether hashes belong there; nothing tells them from keys by themselves. */
type IsDigestPlace = (at: number) => boolean;

const HEXADECIMAL = /(?<![0-9a-z])(?:0x)?[0-9a-f]{64}(?![0-9a-z])/gi;
const ORDER = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
/** Finding the address of a key takes a millisecond or two. */
const DERIVED_MAX = 200;

const WIF = /(?<![1-9A-HJ-NP-Za-km-z])[1-9A-HJ-NP-Za-km-z]{51,52}(?![1-9A-HJ-NP-Za-km-z])/g;
const WIF_SIZES: readonly number[] = [33, 34];
const WIF_VERSION_MIN = 0x80;
const CHECKSUM_BYTES = 4;

/** Bitcoin's words for extended keys of every address type and of its test network (SLIP-132), checksum or not. */
const EXTENDED = /(?<![0-9A-Za-z])[xyztuvYZUV]prv[1-9A-HJ-NP-Za-km-z]{100,108}(?![0-9A-Za-z])/g;
const PEM = /-----BEGIN (?:EC |RSA |ENCRYPTED |OPENSSH )?PRIVATE KEY-----/g;
const CIPHERTEXT = /["']ciphertext["']\s*:/gi;
/** Of a keystore all parts stand near each other. */
const KEYSTORE_LENGTH = 1_500;

/** Private keys in the formats that wallets export, and 64 hexadecimal digits wherever hashes do not belong. */
export function keysIn(text: string, isDigestPlace: IsDigestPlace): KeyFinding[] {
  return [
    ...hexadecimalKeys(text, isDigestPlace),
    ...disguisedKeysIn(text),
    ...allOf(text, WIF, 'private_key_wif', isWif),
    ...allOf(text, EXTENDED, 'extended_private_key', () => true),
    ...allOf(text, PEM, 'private_key_pem', () => true),
    ...allOf(text, CIPHERTEXT, 'json_keystore', (_, index) => isKeystoreAround(text, index)),
  ];
}

function allOf(text: string, pattern: RegExp, kind: KeyFinding['kind'], isOne: (found: string, index: number) => boolean): KeyFinding[] {
  return [...text.matchAll(pattern)]
    .filter((match) => isOne(match[0], match.index))
    .map((match) => ({ kind, start: match.index, end: match.index + match[0].length }));
}

/** Where hashes belong, a key is known only by its address, if the text names that too. */
function hexadecimalKeys(text: string, isDigestPlace: IsDigestPlace): KeyFinding[] {
  let derived = 0;
  const addresses = new Set([...text.matchAll(/0x[0-9a-f]{40}(?![0-9a-f])/gi)].map(([address]) => address.toLowerCase()));
  return allOf(text, HEXADECIMAL, 'private_key_hex', (found, index) => {
    const digits = found.slice(-64);
    const value = BigInt(`0x${digits}`);
    if (value === 0n || value >= ORDER) return false;
    if (!isDigestPlace(index)) return true;
    if (addresses.size === 0 || derived >= DERIVED_MAX) return false;
    derived += 1;
    return addresses.has(computeAddress(`0x${digits}`).toLowerCase());
  });
}

/** Wallet import format: a version that says private, 32 bytes, perhaps the mark of a compressed key, and a checksum. */
function isWif(text: string): boolean {
  const hexadecimal = toBeHex(decodeBase58(text)).slice(2);
  const payload = `0x${hexadecimal.slice(0, -2 * CHECKSUM_BYTES)}`;
  const size = payload.length / 2 - 1;
  if (!WIF_SIZES.includes(size) || Number(payload.slice(0, 4)) < WIF_VERSION_MIN) return false;
  return sha256(sha256(payload)).slice(2, 2 + 2 * CHECKSUM_BYTES) === hexadecimal.slice(-2 * CHECKSUM_BYTES);
}

function isKeystoreAround(text: string, index: number): boolean {
  const around = text.slice(Math.max(0, index - KEYSTORE_LENGTH), index + KEYSTORE_LENGTH);
  return /["']kdf["']\s*:/i.test(around) && /["']mac["']\s*:/i.test(around);
}
