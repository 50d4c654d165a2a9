import { RateCounter, type RateLimits } from '../rate-counter.ts';
import type { LikeErrors } from './errors.ts';

/** How a venue counts requests and tells what is left. */
export interface RateWords<Group extends string> {
  readonly errors: LikeErrors;
  /** Which of the limits holds for a group. */
  limitOf(group: Group, limits: RateLimits): number;
  /** The headers of an answer. */
  headers(group: Group, limit: number, remaining: number): Readonly<Record<string, string>>;
}

/** Requests a second by group: 429 above the limit, 418 for who goes on. */
export class RateLimiter<Group extends string> {
  readonly #limits: RateLimits;
  readonly #words: RateWords<Group>;
  readonly #counter: RateCounter;

  constructor(limits: RateLimits, words: RateWords<Group>) {
    this.#limits = limits;
    this.#words = words;
    this.#counter = new RateCounter(limits);
  }

  /** Counts one request and returns the headers that tell what is left. Errors: `LikeError` 418 and 429. */
  take(who: string, group: Group): Readonly<Record<string, string>> {
    const { errors, limitOf, headers } = this.#words;
    const limit = limitOf(group, this.#limits);
    const taken = this.#counter.take(who, group, limit);
    if (taken.granted) return headers(group, limit, taken.remaining);
    throw taken.reason === 'blocked' ? errors.blocked(taken.retryAfterSeconds) : errors.tooManyRequests();
  }

  /** The headers of a refused request. */
  exhausted(group: Group): Readonly<Record<string, string>> {
    return this.#words.headers(group, this.#words.limitOf(group, this.#limits), 0);
  }
}
