import { elapsedMs } from '../../kernel/clock.ts';
import { UPBIT_ERRORS } from './errors.ts';

/** Upbit's groups, by the words of the `Remaining-Req` header. The first five count per address, the others per account. */
export type RateGroup = 'market' | 'candles' | 'crix-trades' | 'ticker' | 'orderbook' | 'default' | 'order';

export interface RateLimits {
  readonly ordersPerSecond: number;
  readonly defaultPerSecond: number;
  readonly quotationPerSecond: number;
  /** This many refusals within ten seconds lead to a block. */
  readonly refusalsUntilBlock: number;
  readonly blockSeconds: number;
}

const SECOND_MS = 1_000;
const REFUSAL_WINDOW_MS = 10_000;

interface Window {
  startedAtMs: number;
  count: number;
}

/**
 * Counts requests per second that begin with the first one. The limits protect a physical machine, so they are measured on
 * real time, whatever the exchange's clock says. Above the limit 429; who goes on is blocked with 418 for a while.
 */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #windows = new Map<string, Window>();
  readonly #refusals = new Map<string, Window>();
  readonly #blockedUntilMs = new Map<string, number>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  /** Counts one request and returns the text of `Remaining-Req`. Errors: `UpbitError` 418 and 429. */
  take(who: string, group: RateGroup): string {
    const nowMs = elapsedMs();
    const blockedUntilMs = this.#blockedUntilMs.get(who) ?? 0;
    if (nowMs < blockedUntilMs) throw UPBIT_ERRORS.blocked(Math.ceil((blockedUntilMs - nowMs) / SECOND_MS));
    const limit = this.limitOf(group);
    const count = countWithin(this.#windows, `${who}/${group}`, SECOND_MS, nowMs);
    if (count > limit) {
      this.#refuse(who, nowMs);
      throw UPBIT_ERRORS.tooManyRequests();
    }
    return remainingText(group, limit, limit - count);
  }

  limitOf(group: RateGroup): number {
    if (group === 'order') return this.#limits.ordersPerSecond;
    return group === 'default' ? this.#limits.defaultPerSecond : this.#limits.quotationPerSecond;
  }

  /** The header of a refused request. */
  exhausted(group: RateGroup): string {
    return remainingText(group, this.limitOf(group), 0);
  }

  #refuse(who: string, nowMs: number): void {
    const refusals = countWithin(this.#refusals, who, REFUSAL_WINDOW_MS, nowMs);
    if (refusals >= this.#limits.refusalsUntilBlock) this.#blockedUntilMs.set(who, nowMs + this.#limits.blockSeconds * SECOND_MS);
  }
}

function countWithin(windows: Map<string, Window>, key: string, lengthMs: number, nowMs: number): number {
  const window = windows.get(key);
  if (window === undefined || nowMs - window.startedAtMs >= lengthMs) {
    windows.set(key, { startedAtMs: nowMs, count: 1 });
    return 1;
  }
  window.count += 1;
  return window.count;
}

/** The minute figure is a leftover of Upbit's older limits and says nothing. */
function remainingText(group: RateGroup, limit: number, remaining: number): string {
  return `group=${group}; min=${limit * 60}; sec=${remaining}`;
}
