import { Decimal } from '../kernel/decimal.ts';

/** What the wire can carry: JSON, where a Decimal or bigint becomes a bare number literal of exactly its digits. */
export type Wire = null | boolean | number | string | bigint | Decimal | readonly Wire[] | { readonly [key: string]: Wire | undefined };

/** JSON text of a value; undefined members are left out. Figures never pass through floating point. */
export function writeWire(value: Wire): string {
  if (Decimal.isBigNumber(value)) return value.toFixed();
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(writeWire).join(',')}]`;
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [`${JSON.stringify(key)}:${writeWire(member)}`],
  );
  return `{${members.join(',')}}`;
}

function isList(value: object): value is readonly Wire[] {
  return Array.isArray(value);
}

const SEOUL_OFFSET_MS = 9 * 3_600_000;

/** `2025-07-04T15:00:00+09:00`, Upbit's time of orders and transfers. */
export function seoulTime(instantMs: number): string {
  return `${seoulClock(instantMs).slice(0, 19)}+09:00`;
}

/** `2025-08-09T16:44:00.597000+09:00`, Upbit's time of fills. */
export function seoulTimeFine(instantMs: number): string {
  return `${seoulClock(instantMs).slice(0, 23)}000+09:00`;
}

/** `2025-06-30T09:00:00` on a clock in Seoul. */
export function seoulClock(instantMs: number): string {
  return new Date(instantMs + SEOUL_OFFSET_MS).toISOString().slice(0, -1);
}

/** `2025-06-30T00:00:00` in UTC. */
export function utcClock(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, -1);
}
