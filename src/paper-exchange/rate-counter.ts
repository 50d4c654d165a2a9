import { elapsedMs } from '../kernel/clock.ts';

/** Requests a second, and what becomes of those who go on all the same. */
export interface RateLimits {
  readonly ordersPerSecond: number;
  /** Private requests other than orders. */
  readonly defaultPerSecond: number;
  /** Public requests. */
  readonly quotationPerSecond: number;
  /** This many refusals within ten seconds lead to a block. */
  readonly refusalsUntilBlock: number;
  readonly blockSeconds: number;
}

export type Taken =
  | { readonly granted: true; readonly remaining: number }
  | { readonly granted: false; readonly reason: 'too_many_requests' | 'blocked'; readonly retryAfterSeconds: number };

const SECOND_MS = 1_000;
const REFUSAL_WINDOW_MS = 10_000;

interface Window {
  startedAtMs: number;
  count: number;
}

/**
 * Counts requests per second that begin with the first one. The limits protect a physical machine, so they are measured on
 * real time, whatever the exchange's clock says. Who goes on above the limit is blocked for a while.
 */
export class RateCounter {
  readonly #limits: Pick<RateLimits, 'refusalsUntilBlock' | 'blockSeconds'>;
  readonly #windows = new Map<string, Window>();
  readonly #refusals = new Map<string, Window>();
  readonly #blockedUntilMs = new Map<string, number>();

  constructor(limits: Pick<RateLimits, 'refusalsUntilBlock' | 'blockSeconds'>) {
    this.#limits = limits;
  }

  /** Counts one request of an address or account in one of the venue's groups. */
  take(who: string, group: string, perSecond: number): Taken {
    const nowMs = elapsedMs();
    const blockedMs = (this.#blockedUntilMs.get(who) ?? 0) - nowMs;
    if (blockedMs > 0) return { granted: false, reason: 'blocked', retryAfterSeconds: Math.ceil(blockedMs / SECOND_MS) };
    const count = countWithin(this.#windows, `${who}/${group}`, SECOND_MS, nowMs);
    if (count <= perSecond) return { granted: true, remaining: perSecond - count };
    this.#refuse(who, nowMs);
    return { granted: false, reason: 'too_many_requests', retryAfterSeconds: 1 };
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
