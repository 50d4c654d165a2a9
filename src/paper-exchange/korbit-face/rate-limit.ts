import { RateCounter, type RateLimits } from '../rate-counter.ts';
import { KORBIT_ERRORS } from './errors.ts';

/** The first counts per address, the others per account. */
export type RateGroup = 'public' | 'private' | 'order' | 'cancel' | 'funds';

/** Deposits and withdrawals may be asked for a tenth as often as the rest, as published: 5 of 50. */
const FUNDS_SHARE = 10;

/** Korbit's words for how many requests are left. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #counter: RateCounter;

  constructor(limits: RateLimits) {
    this.#limits = limits;
    this.#counter = new RateCounter(limits);
  }

  /** Counts one request and returns the headers of its answer. Error: `KorbitError` 429. */
  take(who: string, group: RateGroup): Readonly<Record<string, string>> {
    const taken = this.#counter.take(who, group, this.#limitOf(group));
    if (!taken.granted) throw KORBIT_ERRORS.tooManyRequests(taken.retryAfterSeconds);
    return this.#headers(group, taken.remaining);
  }

  /** The headers of a refused request. */
  exhausted(group: RateGroup): Readonly<Record<string, string>> {
    return this.#headers(group, 0);
  }

  #headers(group: RateGroup, remaining: number): Readonly<Record<string, string>> {
    const limit = this.#limitOf(group);
    return { Ratelimit: `limit=${limit}, remaining=${remaining}, reset=1`, 'Ratelimit-Policy': `${limit};w=1` };
  }

  #limitOf(group: RateGroup): number {
    if (group === 'public') return this.#limits.quotationPerSecond;
    if (group === 'order' || group === 'cancel') return this.#limits.ordersPerSecond;
    return group === 'private' ? this.#limits.defaultPerSecond : Math.ceil(this.#limits.defaultPerSecond / FUNDS_SHARE);
  }
}
