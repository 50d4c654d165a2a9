import { Decimal } from '../kernel/decimal.ts';
import type { Price } from '../kernel/money.ts';
import type { GuardEvent, NoteCode, PauseCode } from './codes.ts';
import type { PolicyFacts } from './decision-inputs.ts';
import { type MarketView, midOf } from './market-view.ts';

/** What the guards let pass: the two best prices, and what they noticed. */
export interface OpenMarket {
  readonly kind: 'open';
  readonly bestBid: Price;
  readonly bestAsk: Price;
  readonly mid: Price;
  readonly notes: readonly GuardEvent[];
}

export interface ClosedMarket {
  readonly kind: 'closed';
  readonly code: PauseCode;
  readonly event: GuardEvent;
}

type Figures = Readonly<Record<string, string>>;
/** Figures by which a guard closes the market; undefined when it has nothing against it. */
type Guard = () => Figures | undefined;

/**
 * Whether a market is one to sell in at all. What pauses a sale is a broken market, never a falling one: a venue that takes no orders
 * or calls the coin dangerous, a wallet that lets nothing in or out (then no other venue holds the price up), a book that is old,
 * empty, thin, crossed or off its ticks, a price away from where the other won venues trade. The first that speaks is told, with
 * its figures.
 */
export function guardMarket(market: MarketView, policy: PolicyFacts, at: Date): OpenMarket | ClosedMarket {
  const before = firstToSpeak([...standingGuards(market, policy), ...ageGuards(market, policy, at)]);
  if (before !== undefined) return closed(market, ...before);
  const { bestBid, bestAsk } = market;
  if (bestBid === undefined || bestAsk === undefined) return closed(market, 'book_empty', emptiness(market));
  const mid = midOf(bestBid, bestAsk);
  const after = firstToSpeak(priceGuards(market, policy, { bestBid, bestAsk, mid }));
  if (after !== undefined) return closed(market, ...after);
  return { kind: 'open', bestBid, bestAsk, mid, notes: notesOf(market) };
}

function firstToSpeak(guards: readonly (readonly [PauseCode, Guard])[]): readonly [PauseCode, Figures] | undefined {
  for (const [code, guard] of guards) {
    const figures = guard();
    if (figures !== undefined) return [code, figures];
  }
  return undefined;
}

function closed(market: MarketView, code: PauseCode, figures: Figures): ClosedMarket {
  return { kind: 'closed', code, event: { code, asset: market.asset, figures } };
}

function emptiness({ bids, asks }: MarketView): Figures {
  return { bids: `${bids.length}`, asks: `${asks.length}` };
}

function standingGuards({ facts }: MarketView, policy: PolicyFacts): readonly (readonly [PauseCode, Guard])[] {
  const skewMs = facts.clockSkewMs ?? 0;
  return [
    ['market_closed', () => (facts.acceptsOrders ? undefined : {})],
    ['market_danger', () => (facts.flags.includes('danger') ? {} : undefined)],
    ['wallet_halted', () => (facts.walletState === 'halted' ? {} : undefined)],
    ['own_orders_open', () => (facts.strangeOrders > 0 ? { orders: `${facts.strangeOrders}` } : undefined)],
    [
      'clock_skewed',
      () => (Math.abs(skewMs) > policy.clockSkewMaximumMs ? { skewMs: `${skewMs}`, limitMs: `${policy.clockSkewMaximumMs}` } : undefined),
    ],
  ];
}

function ageGuards(market: MarketView, policy: PolicyFacts, at: Date): readonly (readonly [PauseCode, Guard])[] {
  const ageMs = at.getTime() - market.changedAt.getTime();
  const staleMs = policy.staleBookSeconds * 1_000;
  const figures = { ageMs: `${ageMs}`, limitMs: `${staleMs}` };
  return [
    // Written so that an age that is no number closes the market.
    ['book_stale', () => (ageMs <= staleMs ? undefined : figures)],
    // One of the two clocks is wrong, so nobody can say how old the book is.
    ['book_ahead_of_clock', () => (-ageMs > staleMs ? figures : undefined)],
  ];
}

function priceGuards(
  market: MarketView,
  policy: PolicyFacts,
  { bestBid, bestAsk, mid }: Pick<OpenMarket, 'bestBid' | 'bestAsk' | 'mid'>,
): readonly (readonly [PauseCode, Guard])[] {
  const spread = shareOf(bestAsk.value.minus(bestBid.value), mid);
  const { reference } = market.facts;
  return [
    ['book_crossed', () => (bestBid.isLessThan(bestAsk) ? undefined : { bestBid: bestBid.toString(), bestAsk: bestAsk.toString() })],
    [
      'book_thin',
      () => (market.bids.length < policy.levelsMinimum ? { bids: `${market.bids.length}`, least: `${policy.levelsMinimum}` } : undefined),
    ],
    ['spread_wide', () => (spread.isGreaterThan(policy.spreadMaximum) ? { spread: text(spread), limit: policy.spreadMaximum } : undefined)],
    ['tick_unknown', () => (market.tickAt(bestBid) === undefined ? { bestBid: bestBid.toString() } : undefined)],
    ['tick_misfit', () => tickMisfit(market, bestBid, bestAsk)],
    [
      'price_off_reference',
      () => {
        if (reference === null) return undefined;
        const deviation = mid.value.minus(reference.price).div(reference.price);
        if (!deviation.abs().isGreaterThan(policy.referenceDeviationMaximum)) return undefined;
        return { mid: mid.toString(), reference: reference.price, deviation: text(deviation), limit: policy.referenceDeviationMaximum };
      },
    ],
  ];
}

/**
 * Where neither of the best prices lies on the step the venue states, orders by that step would be refused. One of them may be off:
 * below a boundary of the venue's table steps are finer than the one it states for the price above.
 */
function tickMisfit(market: MarketView, bestBid: Price, bestAsk: Price): Figures | undefined {
  const fits = (price: Price): boolean => {
    const tick = market.tickAt(price);
    return tick !== undefined && price.value.modulo(tick.value).isZero();
  };
  if (fits(bestBid) || fits(bestAsk)) return undefined;
  return { bestBid: bestBid.toString(), bestAsk: bestAsk.toString(), tick: market.tickAt(bestBid)?.toString() ?? 'none' };
}

function notesOf(market: MarketView): GuardEvent[] {
  const { facts, asset } = market;
  const notes: GuardEvent[] = [];
  const note = (code: NoteCode, figures: Figures = {}) => notes.push({ code, asset, figures });
  if (facts.reference === null) note('no_reference');
  if (facts.flags.includes('caution')) note('market_caution');
  if (facts.flags.includes('warning')) note('market_warning');
  if (facts.flags.includes('delisting')) note('support_ending');
  if (market.emptyLevels > 0) note('levels_of_zero', { levels: `${market.emptyLevels}` });
  return notes;
}

function shareOf(part: Decimal, whole: Price): Decimal {
  return whole.isZero() ? new Decimal(0) : part.div(whole.value);
}

function text(share: Decimal): string {
  return share.decimalPlaces(9).toFixed();
}
