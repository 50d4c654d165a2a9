import { unreachable } from '../../kernel/errors.ts';
import type { SellAnswer } from '../port.ts';
import type { Outcome } from '../venue-connection.ts';

/** A venue's words for what came of a sell request. */
export interface SellWords {
  /** Undefined for a body that names no order. */
  orderIdIn(body: unknown): string | undefined;
  /** Names with which the venue says that an order was not placed and why; only one of them, in a 4xx answer, is a refusal. */
  readonly refusals: ReadonlySet<string>;
  /** Names which say that this copy of the request never reached the book, and how long to wait after them. */
  readonly notExecutedMs: ReadonlyMap<string, number>;
}

/** What came of a sell request, from HTTP status and raw body. Pure. */
export function judgeSellIn(words: SellWords, outcome: Outcome): SellAnswer {
  switch (outcome.kind) {
    case 'answered': {
      const orderId = words.orderIdIn(outcome.body);
      return orderId === undefined ? { kind: 'unknown', reason: 'a success without an order id' } : { kind: 'accepted', orderId };
    }
    case 'rejected': {
      const { status, venueCode, message, retryAfterMs } = outcome;
      if (status === 429 || status === 418) {
        return { kind: 'not_executed', venueCode: venueCode ?? `http_${status}`, retryAfterMs: retryAfterMs ?? 0 };
      }
      if (status >= 400 && status < 500 && venueCode !== undefined) {
        const waitMs = words.notExecutedMs.get(venueCode);
        if (waitMs !== undefined) return { kind: 'not_executed', venueCode, retryAfterMs: waitMs };
        if (words.refusals.has(venueCode)) return { kind: 'refused', venueCode, message };
      }
      return { kind: 'unknown', reason: `HTTP ${status}${venueCode === undefined ? '' : ` ${venueCode}`}` };
    }
    case 'held_back':
      return { kind: 'not_executed', venueCode: 'held_back', retryAfterMs: outcome.retryAfterMs };
    case 'lost':
      return { kind: 'unknown', reason: outcome.reason };
    default:
      return unreachable(outcome, 'outcome');
  }
}
