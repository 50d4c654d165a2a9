import { CoinAmount, Price, Rate, VenueWon } from '../../kernel/money.ts';
import type { PauseCode } from '../codes.ts';
import { type Denial, gateDenials } from '../gate.ts';
import type { SellableHolding, SimpleInputs } from './inputs.ts';
import { capacityOf, type MarketView, readMarket } from './market-view.ts';

/** The first rule: as much as depth and need allow, the most liquid coin first. No decision is made by it any more. */
export const SIMPLE_RULE_VERSION = 'simple-1';

type OrderDecision = {
  readonly holdingId: number;
  readonly asset: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly limitPrice: string;
  /** Proceeds at the band's upper edge less the fee: what invariant 5 counts while the order is open. */
  readonly maximumProceeds: string;
  /** True when the venue's minimum order forces more than the need. */
  readonly exceedsNeed: boolean;
};

export type SimpleDecision =
  | { readonly outcome: 'order'; readonly codes: readonly string[]; readonly order: OrderDecision }
  | { readonly outcome: 'wait' | 'stop' | 'deny'; readonly codes: readonly string[] };

/**
 * One decision of the running sale: whether to place an order now, for what and how much. Limit, immediate or cancel, inside the
 * band around the mid, never beyond the shown depth's share, never below the venue's minimum, never for more than the need.
 * A pure function of its inputs.
 */
export function decideSimply(inputs: SimpleInputs): SimpleDecision {
  // Nothing is concluded, not even that the need is covered, while nobody knows what became of an order here.
  if (inputs.unknownOutcomesOpen > 0) return { outcome: 'wait', codes: ['unknown_outcome_open'] };
  const denials = gateDenials(inputs.gate);
  const isCovered = !VenueWon.of(inputs.venue, inputs.need.uncoveredKrw).isPositive();
  if (isCovered && onlyWaits(denials)) return { outcome: 'stop', codes: ['covered'] };
  if (denials.length > 0) return { outcome: 'deny', codes: denials.map(({ code }) => code) };
  const remaining = VenueWon.of(inputs.venue, inputs.need.remainingKrw);
  if (!remaining.isPositive()) return { outcome: 'wait', codes: ['open_orders_suffice'] };
  const candidates = inputs.holdings.map((holding) => sizeOrder(holding, remaining, inputs));
  const orders = candidates.flatMap((candidate) => (candidate.kind === 'order' ? [candidate] : []));
  const best = orders.reduce<SizedOrder | undefined>(
    (first, each) => (first === undefined || each.capacity.isMoreThan(first.capacity) ? each : first),
    undefined,
  );
  const codes = candidates.flatMap((candidate) => (candidate.kind === 'order' ? [] : [`${candidate.asset}:${candidate.code}`]));
  // While an open order elsewhere may still cover what is left, no smallest order is forced beyond it.
  const mayBeCovered = remaining.isLessThan(VenueWon.of(inputs.venue, inputs.need.uncoveredKrw));
  if (best?.order.exceedsNeed === true && mayBeCovered) return { outcome: 'wait', codes: ['open_orders_suffice'] };
  if (best !== undefined) return { outcome: 'order', codes, order: best.order };
  if (candidates.some(({ kind }) => kind === 'later')) return { outcome: 'wait', codes };
  if (candidates.some(({ kind }) => kind === 'unmandated')) return { outcome: 'deny', codes };
  return { outcome: 'stop', codes: ['exhausted', ...codes] };
}

/** A covered need ends the sale even where trading is halted: ending sends nothing. */
function onlyWaits(denials: readonly Denial[]): boolean {
  return denials.every(({ code }) => code === 'trading_halted' || code === 'trading_reducing' || code === 'mandate_ended');
}

interface SizedOrder {
  readonly kind: 'order';
  readonly asset: string;
  readonly order: OrderDecision;
  /** Won that the shown depth would pay: the more liquid coin goes first. */
  readonly capacity: VenueWon;
}

/**
 * `later`: market, venue or freeze may change. `unmandated`: somebody may be given leave to sell it. `never`: what is left of it
 * cannot be sold. Only where all is `never` is the sale exhausted, since what remains then goes back to its owner.
 */
type Candidate = SizedOrder | { readonly kind: 'later' | 'unmandated' | 'never'; readonly asset: string; readonly code: PauseCode };

function sizeOrder(holding: SellableHolding, remaining: VenueWon, inputs: SimpleInputs): Candidate {
  const { asset } = holding;
  const not = (kind: 'later' | 'unmandated' | 'never', code: PauseCode): Candidate => ({ kind, asset, code });
  if (CoinAmount.of(asset, holding.held).isZero()) return not('never', 'nothing_held');
  if (holding.market === 'unreadable') return not('later', 'market_unreadable');
  if (holding.market === 'not_listed') return not('later', 'no_market');
  const market = readMarket(asset, holding.market, inputs.venue);
  const held = market.amount(holding.held).roundTo(market.quantityDecimalPlaces, 'down');
  if (held.isZero()) return not('never', 'below_minimum');
  const capacity = capacityOf(market, {
    at: new Date(inputs.at),
    band: Rate.of(inputs.policy.band),
    participation: Rate.of(inputs.policy.depthParticipation),
    staleMs: inputs.policy.staleBookSeconds * 1_000,
    priceFloor: Price.of(asset, holding.priceFloor),
  });
  if (capacity.kind === 'closed') return not('later', capacity.code);
  const { limitPrice, upperEdge } = capacity;
  const minimum = limitPrice.unitsFor(market.minimumOrder, market.quantityDecimalPlaces, 'up');
  if (held.isLessThan(minimum)) return not('never', 'below_minimum');
  const available = held.smaller(market.amount(holding.mandateLeft).roundTo(market.quantityDecimalPlaces, 'down'));
  if (available.isLessThan(minimum)) return not('unmandated', 'mandate_used_up');
  if (holding.frozen) return not('later', 'asset_frozen');
  const takeable = withinMaximum(capacity.takeable, limitPrice, market);
  if (takeable.isLessThan(minimum)) return not('later', 'depth_below_minimum');
  const netUpper = upperEdge.times(Rate.one.minus(market.takerFeeRate));
  const forNeed = netUpper.unitsFor(remaining, market.quantityDecimalPlaces, 'down');
  const wanted = forNeed.smaller(available).smaller(takeable);
  const quantity = leaveNoDust(wanted.larger(minimum), minimum, available, takeable, forNeed);
  const maximumProceeds = quantity.costAt(netUpper, inputs.venue);
  return {
    kind: 'order',
    asset,
    capacity: takeable.costAt(limitPrice, inputs.venue),
    order: {
      holdingId: holding.holdingId,
      asset,
      symbol: market.symbol,
      quantity: quantity.toString(),
      limitPrice: limitPrice.toString(),
      maximumProceeds: maximumProceeds.toString(),
      exceedsNeed: maximumProceeds.isMoreThan(remaining),
    },
  };
}

/** Never an order of more won than the venue takes. */
function withinMaximum(units: CoinAmount, limitPrice: Price, { maximumOrder, quantityDecimalPlaces }: MarketView): CoinAmount {
  return maximumOrder === undefined ? units : units.smaller(limitPrice.unitsFor(maximumOrder, quantityDecimalPlaces, 'down'));
}

/**
 * When everything is to be sold, no unsellable rest is left behind: the last order takes it, or, where the shown depth is too
 * small for that, this order leaves enough for one more.
 */
function leaveNoDust(
  quantity: CoinAmount,
  minimum: CoinAmount,
  available: CoinAmount,
  takeable: CoinAmount,
  forNeed: CoinAmount,
): CoinAmount {
  const rest = available.minus(quantity);
  if (forNeed.isLessThan(available) || rest.isZero() || !rest.isLessThan(minimum)) return quantity;
  if (!takeable.isLessThan(available)) return available;
  const leavingOne = available.minus(minimum);
  return leavingOne.isLessThan(minimum) ? quantity : leavingOne.smaller(quantity);
}
