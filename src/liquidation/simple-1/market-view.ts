import { CoinAmount, Price, Rate, VenueWon } from '../../kernel/money.ts';
import type { MarketFacts } from './inputs.ts';

export interface MarketView {
  readonly symbol: string;
  readonly asset: string;
  readonly venue: string;
  readonly acceptsOrders: boolean;
  readonly takerFeeRate: Rate;
  readonly minimumOrder: VenueWon;
  readonly maximumOrder: VenueWon | undefined;
  readonly quantityDecimalPlaces: number;
  readonly bids: readonly { readonly price: Price; readonly quantity: CoinAmount }[];
  readonly bestAsk: Price | undefined;
  readonly changedAt: Date;
  amount(figure: string): CoinAmount;
  /** Undefined where the venue's table does not reach. */
  tickAt(price: Price): Price | undefined;
}

/** Gives the stored text its types. Levels of size zero, which venues do show, are dropped. */
export function readMarket(asset: string, facts: MarketFacts, venue: string): MarketView {
  const level = ([price, quantity]: readonly [string, string]) => ({
    price: Price.of(asset, price),
    quantity: CoinAmount.of(asset, quantity),
  });
  const present = ({ quantity }: { quantity: CoinAmount }) => quantity.isPositive();
  const ticks = facts.ticks.map(({ from, tick }) => ({ from: Price.of(asset, from), tick: Price.of(asset, tick) }));
  return {
    symbol: facts.symbol,
    asset,
    venue,
    acceptsOrders: facts.acceptsOrders,
    takerFeeRate: Rate.of(facts.takerFeeRate),
    minimumOrder: VenueWon.of(venue, facts.minimumOrderKrw),
    maximumOrder: facts.maximumOrderKrw === null ? undefined : VenueWon.of(venue, facts.maximumOrderKrw),
    quantityDecimalPlaces: facts.quantityDecimalPlaces,
    bids: facts.bids.map(level).filter(present),
    bestAsk: facts.asks.map(level).find(present)?.price,
    changedAt: new Date(facts.changedAt),
    amount: (figure) => CoinAmount.of(asset, figure),
    tickAt: (price) => ticks.find(({ from }) => !price.isLessThan(from))?.tick,
  };
}

export type Capacity =
  | {
      readonly kind: 'closed';
      readonly code:
        | 'market_closed'
        | 'book_stale'
        | 'book_ahead_of_clock'
        | 'book_crossed'
        | 'book_empty'
        | 'price_below_floor'
        | 'depth_below_minimum'
        | 'tick_unknown';
    }
  | {
      readonly kind: 'open';
      /** Not below the band's lower edge, not below the floor, on a tick. */
      readonly limitPrice: Price;
      readonly upperEdge: Price;
      /** Units the shown bids at or above the limit take, times the participation. */
      readonly takeable: CoinAmount;
    };

/** What the shown book can take inside the band around its mid, or why not. */
export function capacityOf(
  market: MarketView,
  limits: { readonly at: Date; readonly band: Rate; readonly participation: Rate; readonly staleMs: number; readonly priceFloor: Price },
): Capacity {
  const bestBid = market.bids[0]?.price;
  if (!market.acceptsOrders) return { kind: 'closed', code: 'market_closed' };
  const ageMs = limits.at.getTime() - market.changedAt.getTime();
  if (ageMs > limits.staleMs) return { kind: 'closed', code: 'book_stale' };
  // One of the two clocks is wrong, so nobody can say how old the book is.
  if (-ageMs > limits.staleMs) return { kind: 'closed', code: 'book_ahead_of_clock' };
  if (bestBid === undefined || market.bestAsk === undefined) return { kind: 'closed', code: 'book_empty' };
  if (!bestBid.isLessThan(market.bestAsk)) return { kind: 'closed', code: 'book_crossed' };
  const mid = bestBid.plus(market.bestAsk).times(HALF);
  const lowerEdge = mid.times(Rate.one.minus(limits.band));
  if (bestBid.isLessThan(limits.priceFloor)) return { kind: 'closed', code: 'price_below_floor' };
  const lowest = lowerEdge.larger(limits.priceFloor);
  const tick = market.tickAt(lowest);
  if (tick === undefined) return { kind: 'closed', code: 'tick_unknown' };
  const limitPrice = lowest.roundToTick(tick, 'up');
  const shown = market.bids.filter(({ price }) => !price.isLessThan(limitPrice)).map(({ quantity }) => quantity);
  const takeable = CoinAmount.sum(market.asset, shown).times(limits.participation, market.quantityDecimalPlaces, 'down');
  if (takeable.isZero()) return { kind: 'closed', code: 'depth_below_minimum' };
  return { kind: 'open', limitPrice, upperEdge: mid.times(Rate.one.plus(limits.band)), takeable };
}

const HALF = Rate.of('0.5');
