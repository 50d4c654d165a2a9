import { createHash } from 'node:crypto';

const DIGEST_BYTES = 15;
/** More than an account has open at a time; the oldest are forgotten. */
const REMEMBERED_MAX = 10_000;

/**
 * The name under which GOPAX knows an order: its ids have at most 20 of `[A-Za-z0-9_-]`, our identifiers are longer. It is the first 15
 * bytes of the identifier's SHA-256 in base64url, which is exactly 20 such signs: 120 bits, so that two identifiers of a city share one
 * with a probability below one in 10^20 even after a billion orders.
 */
export function clientOrderIdOf(identifier: string): string {
  return createHash('sha256').update(identifier).digest().subarray(0, DIGEST_BYTES).toString('base64url');
}

/** Which identifiers were used through one adapter, since a digest does not tell them. */
export class ClientOrderIds {
  readonly #identifiers = new Map<string, string>();

  of(identifier: string): string {
    const clientOrderId = clientOrderIdOf(identifier);
    this.#identifiers.delete(clientOrderId);
    this.#identifiers.set(clientOrderId, identifier);
    if (this.#identifiers.size > REMEMBERED_MAX) {
      const oldest = this.#identifiers.keys().next();
      if (oldest.done !== true) this.#identifiers.delete(oldest.value);
    }
    return clientOrderId;
  }

  /** The identifier behind a client order id; the id itself where it is not one of those that were used. */
  identifierOf(clientOrderId: string): string {
    return this.#identifiers.get(clientOrderId) ?? clientOrderId;
  }
}
