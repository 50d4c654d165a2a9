import { Decimal } from '../kernel/decimal.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../kernel/money.ts';
import type { MarketFacts } from './decision-inputs.ts';

export interface MarketView {
  readonly symbol: string;
  readonly asset: string;
  readonly venue: string;
  readonly facts: MarketFacts;
  readonly takerFeeRate: Rate;
  readonly makerFeeRate: Rate;
  readonly minimumOrder: VenueWon;
  readonly maximumOrder: VenueWon | undefined;
  readonly quantityDecimalPlaces: number;
  /** The least units there can be an order of, whatever they are worth. */
  readonly smallestUnit: CoinAmount;
  /** Levels of some size only. */
  readonly bids: readonly PricedLevel[];
  readonly asks: readonly PricedLevel[];
  readonly bestBid: Price | undefined;
  readonly bestAsk: Price | undefined;
  /** How many levels were shown with no size. */
  readonly emptyLevels: number;
  readonly changedAt: Date;
  amount(figure: string): CoinAmount;
  /** Undefined where the venue's table does not reach, or states a step of zero. */
  tickAt(price: Price): Price | undefined;
}

export interface PricedLevel {
  readonly price: Price;
  readonly quantity: CoinAmount;
}

const HALF = Rate.of('0.5');

/** Gives the stored text its types. Levels of size zero, which venues do show, are dropped and counted. */
export function readMarket(asset: string, facts: MarketFacts, venue: string): MarketView {
  const level = ([price, quantity]: readonly [string, string]): PricedLevel => ({
    price: Price.of(asset, price),
    quantity: CoinAmount.of(asset, quantity),
  });
  const isPresent = ({ price, quantity }: PricedLevel) => price.isPositive() && quantity.isPositive();
  const ticks = facts.ticks.map(({ from, tick }) => ({ from: Price.of(asset, from), tick: Price.of(asset, tick) }));
  const bids = facts.bids.map(level).filter(isPresent);
  const asks = facts.asks.map(level).filter(isPresent);
  return {
    symbol: facts.symbol,
    asset,
    venue,
    facts,
    takerFeeRate: Rate.of(facts.takerFeeRate),
    makerFeeRate: Rate.of(facts.makerFeeRate),
    minimumOrder: VenueWon.of(venue, facts.minimumOrderKrw),
    maximumOrder: facts.maximumOrderKrw === null ? undefined : VenueWon.of(venue, facts.maximumOrderKrw),
    quantityDecimalPlaces: facts.quantityDecimalPlaces,
    smallestUnit: CoinAmount.of(asset, new Decimal(1).shiftedBy(-facts.quantityDecimalPlaces)),
    bids,
    asks,
    bestBid: bids[0]?.price,
    bestAsk: asks[0]?.price,
    emptyLevels: facts.bids.length + facts.asks.length - bids.length - asks.length,
    changedAt: new Date(facts.changedAt),
    amount: (figure) => CoinAmount.of(asset, figure),
    tickAt: (price) => {
      const tick = ticks.find(({ from }) => !price.isLessThan(from))?.tick;
      return tick?.isPositive() === true ? tick : undefined;
    },
  };
}

export function midOf(bid: Price, ask: Price): Price {
  return bid.plus(ask).times(HALF);
}
