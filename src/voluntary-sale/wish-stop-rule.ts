import type { Price } from '../kernel/money.ts';

/** A stop as it stands: the price at or below which the city sells, and when the last trade was first seen there. */
export interface StopTerms {
  readonly price: Price;
  readonly reachedAt: Date | undefined;
}

/** The newest trade of a market that trades; when a market is halted or cannot be read there is none. */
export interface SeenTrade {
  readonly price: Price;
  /** By the venue's clock. */
  readonly tradedAt: Date;
}

export interface StopPolicy {
  readonly lookMs: number;
  /** Between the two reads that together prove the price lie at least `apartMs`, and at most `withinMs`. */
  readonly apartMs: number;
  readonly withinMs: number;
  /** A trade that is older, or further ahead of our clock, proves nothing. */
  readonly staleMs: number;
}

export type StopReading =
  | {
      /** `reached`: this is the first of the two reads. `reset`: the first one counts no longer. */
      readonly outcome: 'reached' | 'reset' | 'nothing';
      readonly nextLookAt: Date;
    }
  | { readonly outcome: 'triggered'; readonly nextLookAt: undefined };

/**
 * What one read of the last trade means for a stop. Two reads at or below its price prove it, so that no single false answer sells; in a
 * market without another trade meanwhile both may see the same one, and the guards of the order are what keeps. A read above in between undoes the first, and so does a gap in which nobody knows what was traded. What
 * proves nothing leaves the first read as it is.
 */
export function readStop(stop: StopTerms, trade: SeenTrade | undefined, now: Date, policy: StopPolicy): StopReading {
  const nextLookAt = after(now, policy.lookMs);
  if (trade === undefined || Math.abs(now.getTime() - trade.tradedAt.getTime()) > policy.staleMs) return { outcome: 'nothing', nextLookAt };
  if (trade.price.isMoreThan(stop.price)) return { outcome: stop.reachedAt === undefined ? 'nothing' : 'reset', nextLookAt };
  const sinceReachedMs = stop.reachedAt === undefined ? Number.POSITIVE_INFINITY : now.getTime() - stop.reachedAt.getTime();
  if (sinceReachedMs > policy.withinMs) return { outcome: 'reached', nextLookAt: after(now, Math.min(policy.lookMs, policy.apartMs)) };
  if (sinceReachedMs < policy.apartMs) {
    return { outcome: 'nothing', nextLookAt: after(now, Math.min(policy.lookMs, policy.apartMs - sinceReachedMs)) };
  }
  return { outcome: 'triggered', nextLookAt: undefined };
}

function after(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds);
}
