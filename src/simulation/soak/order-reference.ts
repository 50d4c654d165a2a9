import { clientOrderIdOf } from '../../exchange/gopax/client-order-id.ts';
import type { VenueCode } from '../../exchange/port.ts';
import type { RequestSeen } from '../../paper-exchange/request-handler.ts';

/** Where an order carries its client's own name for it. */
const FIELD: Readonly<Record<VenueCode, string>> = {
  upbit: 'identifier',
  bithumb: 'client_order_id',
  coinone: 'user_order_id',
  korbit: 'clientOrderId',
  gopax: 'clientOrderId',
};

/** Base64 turns three bytes into four characters. */
const BYTES = 3;
const CHARACTERS = 4;

/** The name under which a venue knows the order of an intent. */
export function referenceOf(venue: VenueCode, identifier: string): string {
  return venue === 'gopax' ? clientOrderIdOf(identifier) : identifier;
}

/** The name that a request to place an order carries, in its body or its query; undefined where it has none. */
export function referenceIn(venue: VenueCode, { body, rawQuery }: Pick<RequestSeen, 'body' | 'rawQuery'>): string | undefined {
  const text = venue === 'coinone' ? Buffer.from(body, 'base64').toString('utf8') : body;
  const named = new RegExp(`\\b${FIELD[venue]}"?\\s*[=:]\\s*"?([A-Za-z0-9_-]+)`);
  return (named.exec(text) ?? named.exec(rawQuery))?.[1];
}

/**
 * Texts of which each request about an order has exactly one in it. At Coinone bodies are in base64, where a name looks different at each
 * of three places.
 */
export function tracesOf(venue: VenueCode, reference: string): readonly string[] {
  if (venue !== 'coinone') return [reference];
  return Array.from({ length: BYTES }, (_, shift) => {
    const whole = BYTES * Math.floor((shift + reference.length) / BYTES);
    const text = Buffer.from(`${' '.repeat(shift)}${reference}`)
      .subarray(0, whole)
      .toString('base64');
    return text.slice(shift === 0 ? 0 : CHARACTERS);
  });
}
