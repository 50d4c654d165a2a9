import { RateCounter, type RateLimits } from '../rate-counter.ts';
import { UPBIT_ERRORS } from './errors.ts';

/** Upbit's groups, by the words of the `Remaining-Req` header. The first five count per address, the others per account. */
export type RateGroup = 'market' | 'candles' | 'crix-trades' | 'ticker' | 'orderbook' | 'default' | 'order';

/** Upbit's words for how many requests are left: 429 above the limit, 418 for who goes on. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #counter: RateCounter;

  constructor(limits: RateLimits) {
    this.#limits = limits;
    this.#counter = new RateCounter(limits);
  }

  /** Counts one request and returns the text of `Remaining-Req`. Errors: `UpbitError` 418 and 429. */
  take(who: string, group: RateGroup): string {
    const limit = this.limitOf(group);
    const taken = this.#counter.take(who, group, limit);
    if (taken.granted) return remainingText(group, limit, taken.remaining);
    throw taken.reason === 'blocked' ? UPBIT_ERRORS.blocked(taken.retryAfterSeconds) : UPBIT_ERRORS.tooManyRequests();
  }

  limitOf(group: RateGroup): number {
    if (group === 'order') return this.#limits.ordersPerSecond;
    return group === 'default' ? this.#limits.defaultPerSecond : this.#limits.quotationPerSecond;
  }

  /** The header of a refused request. */
  exhausted(group: RateGroup): string {
    return remainingText(group, this.limitOf(group), 0);
  }
}

/** The minute figure is a leftover of Upbit's older limits and says nothing. */
function remainingText(group: RateGroup, limit: number, remaining: number): string {
  return `group=${group}; min=${limit * 60}; sec=${remaining}`;
}
