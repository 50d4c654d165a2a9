import { Decimal } from '../kernel/decimal.ts';
import { Price } from '../kernel/money.ts';
import type { SaleContext } from './order-terms.ts';

/** A resting sale pays where half the spread, which it saves, is worth more than this share of what the price may move meanwhile. */
const MOVE_SHARE = '0.5';

/**
 * The price at which to wait instead of crossing: one tick inside the best ask, or at it where the spread is one tick. Undefined where
 * waiting does not pay: switched off, too little time, a narrow spread against what the price may move until then (whoever takes a
 * resting order takes it when the price has moved in his favour), or a price below the floor or above the band.
 */
export function passivePrice({ holding, market, open, inputs }: SaleContext, restUntil: Date): Price | undefined {
  const { isOn, spreadMinimum } = inputs.policy.passive;
  const restSeconds = (restUntil.getTime() - Date.parse(inputs.at)) / 1_000;
  if (!isOn || restSeconds < 1 || holding.deviationPerSecond === null) return undefined;
  const spread = open.bestAsk.value.minus(open.bestBid.value).div(open.mid.value);
  if (spread.isLessThan(spreadMinimum)) return undefined;
  const move = new Decimal(holding.deviationPerSecond).times(new Decimal(restSeconds).sqrt());
  if (spread.div(2).isLessThan(move.times(MOVE_SHARE))) return undefined;
  const tick = market.tickAt(open.bestAsk);
  if (tick === undefined || !open.bestAsk.value.modulo(tick.value).isZero()) return undefined;
  const inside = Price.of(holding.asset, open.bestAsk.value.minus(tick.value));
  const price = inside.isMoreThan(open.bestBid) ? inside : open.bestAsk;
  const floor = Price.of(holding.asset, holding.priceFloor);
  const upperEdge = open.mid.value.times(new Decimal(1).plus(inputs.policy.band));
  return price.isLessThan(floor) || price.value.isGreaterThan(upperEdge) ? undefined : price;
}
