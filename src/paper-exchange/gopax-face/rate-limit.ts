import { elapsedMs } from '../../kernel/clock.ts';
import { RateCounter, type RateLimits } from '../rate-counter.ts';
import { GOPAX_ERRORS } from './errors.ts';

/** Whose requests are counted, and the words of the headers that tell of it. */
export type RateBase = 'ip-addr' | 'api-key';
/** What has a limit of its own beside the wide one: a share of it where GOPAX names a smaller number. */
const NARROW_LIMITS = {
  book: ({ quotationPerSecond }: RateLimits) => quotationPerSecond / 20,
  deep_search: ({ defaultPerSecond }: RateLimits) => defaultPerSecond / 20,
  trades: ({ defaultPerSecond }: RateLimits) => defaultPerSecond / 10,
  order: ({ ordersPerSecond }: RateLimits) => ordersPerSecond,
  fill_or_kill: ({ ordersPerSecond }: RateLimits) => ordersPerSecond / 10,
} as const;
export type NarrowGroup = keyof typeof NARROW_LIMITS;

const SECOND_MS = 1_000;

/**
 * Requests within the last second: of each address or key, and of what is narrower apart, which counts there as well. A refused request
 * is not counted, but who goes on is banned for a while. Real time, as rate limits protect a physical machine.
 */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #taken = new Map<string, number[]>();
  readonly #refusals: RateCounter;

  constructor(limits: RateLimits) {
    this.#limits = limits;
    this.#refusals = new RateCounter(limits);
  }

  /** Counts one request. Errors: `GopaxError` 10105, and 10364 for who goes on. */
  take(who: string, base: RateBase, narrow: NarrowGroup | undefined): void {
    const limit = this.#limitOf(base);
    const taken = this.#within(`${base}/${who}`);
    const narrowTaken = narrow === undefined ? [] : this.#within(`${base}/${who}/${narrow}`);
    const narrowLimit = narrow === undefined ? limit : Math.ceil(NARROW_LIMITS[narrow](this.#limits));
    const isGranted = taken.length < limit && narrowTaken.length < narrowLimit;
    const counted = this.#refusals.take(`${base}/${who}`, 'refused', isGranted ? Number.POSITIVE_INFINITY : 0);
    if (!counted.granted) throw counted.reason === 'blocked' ? GOPAX_ERRORS.addressBanned() : GOPAX_ERRORS.rateExceeded();
    taken.push(elapsedMs());
    if (narrow !== undefined) narrowTaken.push(elapsedMs());
  }

  /** What GOPAX tells with every answer; of the narrower limits it tells nothing. */
  headers(who: string, base: RateBase): Readonly<Record<string, string>> {
    const used = this.#within(`${base}/${who}`).length;
    return {
      [`x-gopax-${base}-used-weight`]: String(used),
      [`x-gopax-${base}-left-weight`]: String(Math.max(0, this.#limitOf(base) - used)),
    };
  }

  #limitOf(base: RateBase): number {
    return base === 'ip-addr' ? this.#limits.quotationPerSecond : this.#limits.defaultPerSecond;
  }

  #within(key: string): number[] {
    const since = elapsedMs() - SECOND_MS;
    const taken = (this.#taken.get(key) ?? []).filter((atMs) => atMs > since);
    this.#taken.set(key, taken);
    return taken;
  }
}
