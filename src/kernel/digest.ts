import { createHash, createHmac } from 'node:crypto';

/** What can be digested: plain data whose text is the same wherever and whenever it is written. */
export type Canonical = null | boolean | number | string | readonly Canonical[] | { readonly [key: string]: Canonical | undefined };

/**
 * One text for one value: keys sorted, no blanks, undefined left out (RFC 8785 for the subset used here: numbers must be
 * safe integers, since figures travel as strings).
 */
export function canonicalJson(value: Canonical): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`Canonical JSON holds whole numbers only, got ${value}; write figures as text.`);
    return value.toString();
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(member)}`];
    });
  return `{${members.join(',')}}`;
}

function isList(value: Canonical): value is readonly Canonical[] {
  return Array.isArray(value);
}

export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function hmacSha256Hex(key: Uint8Array, content: string | Uint8Array): string {
  return createHmac('sha256', key).update(content).digest('hex');
}

export function digestOf(value: Canonical): string {
  return sha256Hex(canonicalJson(value));
}
