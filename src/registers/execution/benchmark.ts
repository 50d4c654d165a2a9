import type { Decimal } from '../../kernel/decimal.ts';
import { CoinAmount, Price, Rate } from '../../kernel/money.ts';

/** A price at an instant, and where it is from. */
export interface BenchmarkPrice<Source extends string> {
  readonly price: Price;
  readonly at: Date;
  readonly source: Source;
}
export interface ArrivalPrice extends BenchmarkPrice<'plan' | 'first_order'> {
  /** Words of the guards that distrusted the market just then; empty where nothing spoke against its price. */
  readonly doubts: readonly string[];
}
export type WindowStartPrice = BenchmarkPrice<'candle' | 'valuation'>;
export type MidPrice = BenchmarkPrice<'book'>;

/** One version of a holding's plan. `plannedQuantity` is what it sells from its making on. */
export interface PlanFacts {
  readonly planId: number;
  readonly version: number;
  readonly reason: string;
  /** Of what the taxpayer wishes to have sold within his window. */
  readonly isWished: boolean;
  readonly madeAt: Date;
  readonly plannedQuantity: CoinAmount;
  readonly arrivalPrice: Price;
  /** Words of the guards that distrusted the market it was made in. */
  readonly doubts: readonly string[];
  /** Orders with a higher number were placed under it or a later one. */
  readonly ordersBefore: number;
  readonly supersededAt: Date | undefined;
}

/** Units that an order sold at an instant: all that plans are compared with. */
export interface Sold {
  readonly orderId: number;
  readonly quantity: CoinAmount;
  readonly filledAt: Date;
}

const HALF = Rate.of('0.5');

/** Between the best two prices; undefined where one is missing, or the book is crossed and has no middle. */
export function midOf(asset: string, bid: string | undefined, ask: string | undefined): Price | undefined {
  if (bid === undefined || ask === undefined) return undefined;
  const [best, other] = [Price.of(asset, bid), Price.of(asset, ask)];
  return best.isPositive() && best.isLessThan(other) ? best.plus(other).times(HALF) : undefined;
}

/**
 * The price when it was decided to sell: the mid of the first of these plans. Where an order went out before any of them, or there is
 * none, the mid of the book behind that order. What is planned anew for the same task is measured against the first decision all the same.
 */
export function arrivalPriceOf(plans: readonly PlanFacts[], firstOrder: MidPrice | undefined): ArrivalPrice | undefined {
  const [first] = plans.toSorted((a, b) => a.version - b.version);
  if (firstOrder !== undefined && (first === undefined || firstOrder.at < first.madeAt)) {
    return { ...firstOrder, source: 'first_order', doubts: [] };
  }
  return first === undefined ? undefined : { price: first.arrivalPrice, at: first.madeAt, source: 'plan', doubts: first.doubts };
}

/**
 * The price when the taxpayer's own time began: the hourly candle that begins with its first day, else the valuation nearest to that
 * midnight (of two as near, the earlier), else nothing. What was worth nothing is no benchmark.
 */
export function windowStartPriceOf(
  startsAt: Date,
  candleClose: Price | undefined,
  valuations: readonly { readonly price: Price; readonly at: Date }[],
): WindowStartPrice | undefined {
  if (candleClose?.isPositive() === true) return { price: candleClose, at: startsAt, source: 'candle' };
  const distance = (at: Date) => Math.abs(at.getTime() - startsAt.getTime());
  const [nearest] = valuations
    .filter(({ price }) => price.isPositive())
    .toSorted((a, b) => distance(a.at) - distance(b.at) || a.at.getTime() - b.at.getTime());
  return nearest === undefined ? undefined : { ...nearest, source: 'valuation' };
}

/** What was planned and is not sold, and what that costs at the last known mid. Shown apart: it is in no shortfall of fills. */
export interface Opportunity {
  /** Of what the taxpayer wishes to have sold, and no more. */
  readonly isWished: boolean;
  readonly unsoldQuantity: CoinAmount;
  readonly lastMid: MidPrice;
  /** Units × (arrival price − last known mid), exact won. */
  readonly cost: Decimal;
}

/** Undefined without a plan in force at the instant, or where a price is not known. */
export function opportunityOf(
  plans: readonly PlanFacts[],
  sold: readonly Sold[],
  at: Date,
  { arrival, lastMid, venue }: { readonly arrival: Price | undefined; readonly lastMid: MidPrice | undefined; readonly venue: string },
): Opportunity | undefined {
  const plan = planInForce(plans, at);
  if (plan === undefined || arrival === undefined || lastMid === undefined) return undefined;
  const { asset } = plan.plannedQuantity;
  const since = sold.filter(({ orderId }) => orderId > plan.ordersBefore).map(({ quantity }) => quantity);
  const unsoldQuantity = plan.plannedQuantity.minus(CoinAmount.sum(asset, since)).larger(CoinAmount.zero(asset));
  const cost = unsoldQuantity.costAt(arrival, venue).minus(unsoldQuantity.costAt(lastMid.price, venue));
  return { isWished: plan.isWished, unsoldQuantity, lastMid, cost: cost.value };
}

export function planInForce(plans: readonly PlanFacts[], at: Date): PlanFacts | undefined {
  return plans.findLast(({ madeAt, supersededAt }) => madeAt <= at && (supersededAt === undefined || supersededAt > at));
}
