import { CoinAmount, type VenueWon } from '../kernel/money.ts';
import type { GuardEvent } from './codes.ts';
import type { DecisionInputs, SellableHolding } from './decision-inputs.ts';
import { dueUnits, roomAtVenue } from './due-units.ts';
import { guardMarket } from './market-guards.ts';
import { readMarket } from './market-view.ts';
import {
  availableUnits,
  bandOf,
  freeUnits,
  type NotNow,
  netOf,
  notNow,
  type PriceBand,
  type SaleContext,
  withinMaximum,
} from './order-terms.ts';
import { passivePrice } from './passive.ts';
import type { SliceDue } from './slice-schedule.ts';

/** An order that is wanted for one holding, before it is joined with others' of the same coin. */
export type WantedOrder = {
  readonly holdingId: number;
  readonly asset: string;
  readonly symbol: string;
  readonly style: 'cross' | 'passive';
  readonly quantity: string;
  /** What would be wanted of a market of any depth: by this, orders that several share are divided. */
  readonly demanded: string;
  readonly limitPrice: string;
  /** The most a unit can bring, less the fee; times the quantity it is what invariant 5 counts while the order is open. */
  readonly upperNetPrice: string;
  readonly maximumProceeds: string;
  /** True when the venue's minimum order forces more than the need. */
  readonly exceedsNeed: boolean;
  /** Units that one order at this price may take from the market and of its day's volume, whoever shares in it. */
  readonly takeable: string;
  /** Units the holding may still sell: what it keeps must be nothing, or sellable. */
  readonly available: string;
  /** Least units the venue takes at this price. */
  readonly minimum: string;
  /** A passive order is cancelled then. */
  readonly restUntil: string | null;
  /** Less than the venue takes alone: it goes only together with others'. */
  readonly isDust: boolean;
};

export type Candidate =
  | { readonly kind: 'order'; readonly asset: string; readonly order: WantedOrder; readonly events: readonly GuardEvent[] }
  | NotNow;

/** What should be sold of one holding now, at which price, or why nothing. A pure function. */
export function sizeOrder(holding: SellableHolding, remaining: VenueWon, inputs: DecisionInputs): Candidate {
  const { asset } = holding;
  if (CoinAmount.of(asset, holding.held).isZero()) return notNow(asset, 'never', 'nothing_held');
  const { perSecond, blockedMs } = inputs.orderBudget;
  if (blockedMs > 0) {
    const until = new Date(Date.parse(inputs.at) + blockedMs);
    return notNow(asset, 'later', 'rate_budget_used', { ordersPerSecond: `${perSecond}`, blockedMs: `${blockedMs}` }, until);
  }
  if (holding.market === 'unreadable') return notNow(asset, 'later', 'market_unreadable');
  if (holding.market === 'not_listed') return notNow(asset, 'later', 'no_market');
  const market = readMarket(asset, holding.market, inputs.venue);
  const held = market.amount(holding.held).roundTo(market.quantityDecimalPlaces, 'down');
  if (held.isZero()) return notNow(asset, 'never', 'below_minimum');
  const open = guardMarket(market, inputs.policy, new Date(inputs.at));
  if (open.kind === 'closed') return { kind: 'later', asset, code: open.code, events: [open.event] };
  if (holding.openInMarket > 0) return notNow(asset, 'later', 'market_busy', { orders: `${holding.openInMarket}` });
  const context: SaleContext = { holding, market, open, held, inputs };
  const candidate = orderFor(context, remaining);
  return { ...candidate, events: [...open.notes, ...candidate.events] };
}

/** The figures an order is sized by. */
interface Terms {
  readonly band: PriceBand;
  readonly minimum: CoinAmount;
  readonly available: CoinAmount;
  readonly due: SliceDue;
  /** Units that bring what is needed even at the band's upper edge. */
  readonly forNeed: CoinAmount;
  readonly remaining: VenueWon;
}

function orderFor(context: SaleContext, remaining: VenueWon): Candidate {
  const { market } = context;
  const edges = bandOf(context);
  if (edges.kind !== 'band') return edges;
  const { minimum } = edges;
  const available = availableUnits(context, edges);
  if (!(available instanceof CoinAmount)) return available;
  const due = dueUnits(context, minimum);
  if ('kind' in due) return due;
  const room = roomAtVenue(context, minimum);
  if (room !== undefined && 'kind' in room) return room;
  const band = room === undefined ? edges : { ...edges, takeable: edges.takeable.smaller(room) };
  const forNeed = band.upperNetPrice.unitsFor(remaining, market.quantityDecimalPlaces, 'down');
  const terms: Terms = { band, minimum, available, due, forNeed, remaining };
  if (available.isLessThan(minimum)) return dustOrder(context, terms);
  return (
    lateOrder(context, terms) ??
    passiveOrder(context, terms) ??
    crossingOrder(context, terms, withAhead(due)) ??
    accumulating(context, terms)
  );
}

/** What is late crosses. */
function lateOrder(context: SaleContext, terms: Terms): Candidate | undefined {
  return crossingOrder(context, terms, terms.due);
}

/** Where waiting does not pay, the child under way crosses as well. */
function withAhead(due: SliceDue): SliceDue {
  return { ...due, late: due.late.plus(due.ahead), ahead: due.ahead.minus(due.ahead) };
}

/** Undefined while less is due than the venue takes, and more is still to come. */
function crossingOrder(context: SaleContext, terms: Terms, due: SliceDue): Candidate | undefined {
  const { band, minimum, available, forNeed } = terms;
  const { asset } = context.holding;
  const late = due.late.roundTo(context.market.quantityDecimalPlaces, 'up').smaller(available);
  if (late.isZero() || (late.isLessThan(minimum) && !isLastChance(context, { ...terms, due }))) return undefined;
  if (band.takeable.isLessThan(minimum))
    return notNow(asset, 'later', 'depth_below_minimum', { depth: band.takeable.toString(), least: minimum.toString() });
  const wanted = late.smaller(forNeed).larger(minimum);
  const demanded = leaveNoDust(wanted, terms, available);
  const quantity = leaveNoDust(wanted.smaller(band.takeable), terms, band.takeable);
  const dust: GuardEvent[] = quantity.isMoreThan(wanted)
    ? [{ code: 'dust_taken', asset, figures: { wanted: wanted.toString(), taken: quantity.toString() } }]
    : [];
  return ordered(context, terms, { style: 'cross', quantity, demanded, restUntil: null, isDust: false, notes: dust });
}

/**
 * Nothing more will come of the slice, or no more than this is needed: then the venue's least order is made although less is late. A
 * slice that is less than that as a whole is rounded up to it: the next one would be no larger, and the end of a plan would hang.
 */
function isLastChance({ holding: { asset, slice } }: SaleContext, { due, forNeed, minimum, available }: Terms): boolean {
  if (forNeed.isLessThan(minimum) || available.equals(minimum)) return true;
  if (slice === null || slice.isImmediate) return slice !== null;
  const isTiny = CoinAmount.of(asset, slice.quantity).isLessThan(minimum);
  return (slice.isLast || isTiny) && !due.late.isLessThan(due.left);
}

/** What is ahead of its time waits at its price, where that pays; undefined where it does not. */
function passiveOrder(context: SaleContext, terms: Terms): Candidate | undefined {
  const { minimum, available, due, remaining } = terms;
  const { inputs, market } = context;
  const at = new Date(inputs.at);
  const restUntil = new Date(Math.min(at.getTime() + inputs.policy.passive.restSeconds * 1_000, due.childEndsAt.getTime()));
  const price = passivePrice(context, restUntil);
  if (price === undefined) return undefined;
  const band: PriceBand = {
    ...terms.band,
    limitPrice: price,
    upperNetPrice: netOf(price, market, market.makerFeeRate),
    ...withinMaximum(terms.band.takeable, price, market),
  };
  // A maker's fee that is the lower one may bring more for a unit than crossing at the band's upper edge.
  const forNeed = band.upperNetPrice.unitsFor(remaining, market.quantityDecimalPlaces, 'down').smaller(terms.forNeed);
  const asked = due.ahead.plus(due.late).smaller(forNeed).smaller(available).roundTo(market.quantityDecimalPlaces, 'down');
  const quantity = leaveAnOrder(asked.smaller(band.takeable), terms);
  if (quantity.isLessThan(minimum)) return undefined;
  return ordered(
    context,
    { ...terms, band },
    {
      style: 'passive',
      quantity,
      demanded: leaveAnOrder(asked, terms),
      restUntil: restUntil.toISOString(),
      isDust: false,
      notes: [],
    },
  );
}

/** What would be left over must be sellable; a resting order takes nothing along. */
function leaveAnOrder(quantity: CoinAmount, { available, minimum }: Terms): CoinAmount {
  const rest = available.minus(quantity);
  return rest.isZero() || !rest.isLessThan(minimum) ? quantity : available.minus(minimum);
}

function accumulating({ holding: { asset } }: SaleContext, { due, minimum }: Terms): NotNow {
  const isDone = due.late.isZero() && due.ahead.isZero();
  const figures = { late: due.late.toString(), left: due.left.toString(), least: minimum.toString() };
  return notNow(asset, 'later', isDone ? 'slice_done' : 'slice_accumulates', figures, due.childEndsAt);
}

/** What is too little for an order of its own goes only together with others' (policy `sale.dust_pooling`). */
function dustOrder(context: SaleContext, terms: Terms): Candidate {
  const quantity = terms.available.smaller(terms.forNeed);
  if (quantity.isZero()) return notNow(context.holding.asset, 'never', 'below_minimum');
  return ordered(context, terms, { style: 'cross', quantity, demanded: quantity, restUntil: null, isDust: true, notes: [] });
}

/**
 * When everything is to be sold, no unsellable rest is left behind: the last order takes it, or, where the shown depth is too
 * small for that, this order leaves enough for one more.
 */
function leaveNoDust(quantity: CoinAmount, { minimum, available, forNeed }: Terms, takeable: CoinAmount): CoinAmount {
  const rest = available.minus(quantity);
  if (forNeed.isLessThan(available) || rest.isZero() || !rest.isLessThan(minimum)) return quantity;
  if (!takeable.isLessThan(available)) return available;
  const leavingOne = available.minus(minimum);
  return leavingOne.isLessThan(minimum) ? quantity : leavingOne.smaller(quantity);
}

function ordered(
  { holding, market, inputs }: SaleContext,
  { band, minimum, available, remaining }: Terms,
  order: Pick<WantedOrder, 'style' | 'restUntil' | 'isDust'> & {
    readonly quantity: CoinAmount;
    readonly demanded: CoinAmount;
    readonly notes: readonly GuardEvent[];
  },
): Candidate {
  const maximumProceeds = order.quantity.costAt(band.upperNetPrice, inputs.venue);
  return {
    kind: 'order',
    asset: holding.asset,
    events: [...band.notes, ...order.notes],
    order: {
      holdingId: holding.holdingId,
      asset: holding.asset,
      symbol: market.symbol,
      style: order.style,
      quantity: order.quantity.toString(),
      demanded: order.demanded.larger(order.quantity).toString(),
      limitPrice: band.limitPrice.toString(),
      upperNetPrice: band.upperNetPrice.toString(),
      maximumProceeds: maximumProceeds.toString(),
      exceedsNeed: maximumProceeds.isMoreThan(remaining),
      takeable: band.takeable.smaller(freeUnits(market) ?? band.takeable).toString(),
      available: available.toString(),
      minimum: minimum.toString(),
      restUntil: order.restUntil,
      isDust: order.isDust,
    },
  };
}
