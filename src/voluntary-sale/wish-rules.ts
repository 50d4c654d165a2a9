import type { CasePhase, WindowState, WishKind, WishState } from '../database/generated/enums.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { type Price, Rate } from '../kernel/money.ts';

/** States in which a wish is still to be carried out. */
export const LIVE_WISH_STATES = ['active', 'triggered'] as const satisfies readonly WishState[];

/** What a wish's life depends on. */
export interface WishSurroundings {
  readonly phase: CasePhase;
  /** Null before the window opens. */
  readonly window: { readonly state: WindowState; readonly endsOn: CivilDate } | null;
}

export interface WishEnd {
  readonly state: Extract<WishState, 'done' | 'expired' | 'revoked'>;
  readonly reason: 'paid' | 'settled' | 'sale_over' | 'window_passed' | 'window_waived';
}

/**
 * How a live wish ends by what has happened to its case; undefined while it goes on. A price is wished for within the window only.
 * Which coins go first holds for the forced sale as well and so lasts until that is over.
 */
export function endOfWish(kind: WishKind, { phase, window }: WishSurroundings, today: CivilDate): WishEnd | undefined {
  if (window?.state === 'paid') return { state: 'revoked', reason: 'paid' };
  if (window?.state === 'cancelled' || phase === 'settled' || phase === 'closed') return { state: 'revoked', reason: 'settled' };
  if (phase === 'sale_done' || phase === 'distributing') return { state: 'done', reason: 'sale_over' };
  if (kind === 'coin_order' || window === null) return undefined;
  if (window.state === 'waived') return { state: 'expired', reason: 'window_waived' };
  return window.state === 'passed' || today > window.endsOn ? { state: 'expired', reason: 'window_passed' } : undefined;
}

/** Whether a price lies further than this share of the market's price above or below it; with no market price nobody can say otherwise. */
export function isFarFromMarket(price: Price, marketPrice: Price | undefined, farRate: Rate): boolean {
  if (marketPrice === undefined) return true;
  const below = farRate.isMoreThan(Rate.one) ? Rate.zero : Rate.one.minus(farRate);
  return price.isMoreThan(marketPrice.times(Rate.one.plus(farRate))) || price.isLessThan(marketPrice.times(below));
}
