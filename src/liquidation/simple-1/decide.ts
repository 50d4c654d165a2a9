import { CoinAmount, Price, Rate, VenueWon } from '../kernel/money.ts';
import type { DecisionInputs, SellableHolding } from './decision-inputs.ts';
import type { Denial } from './gate.ts';
import { gateDenials } from './gate.ts';
import { capacityOf, type MarketView, readMarket } from './market-view.ts';

/** Stored with every decision; a change of the rule is a new version beside the old one, so that old decisions stay repeatable. */
export const RULE_VERSION = 'simple-1';

/** Why no order came of it, beside the gate's denials. */
export const PAUSE_TEXT = {
  unknown_outcome_open: '결과를 알 수 없는 주문이 있어 기다립니다',
  open_orders_suffice: '다른 사건의 열린 주문으로 충당될 수 있어 결과를 기다립니다',
  order_refused: '거래소가 주문을 거부하여 기다립니다',
  asset_frozen: '장부와 잔액이 다른 종목이라 팔지 않습니다',
  no_market: '이 거래소에 원화 시장이 없습니다',
  market_unreadable: '거래소의 시장 정보를 읽지 못했습니다',
  market_closed: '시장이 주문을 받지 않습니다',
  book_stale: '호가가 오래되었습니다',
  book_ahead_of_clock: '호가 시각이 서버 시각보다 앞서 있습니다',
  book_crossed: '호가가 역전되어 있습니다',
  book_empty: '호가가 비어 있습니다',
  tick_unknown: '이 가격대의 호가 단위를 거래소가 알려주지 않습니다',
  price_below_floor: '매수 호가가 위임된 최저 가격보다 낮습니다',
  depth_below_minimum: '허용 폭 안의 매수 잔량이 최소 주문금액에 미치지 못합니다',
  below_minimum: '남은 수량이 최소 주문금액에 미치지 못합니다',
  mandate_used_up: '위임된 수량을 모두 팔았습니다',
  nothing_held: '보유 수량이 없습니다',
} as const;
export type PauseCode = keyof typeof PAUSE_TEXT;

export const STOP_TEXT = {
  covered: '체납액을 모두 충당할 수 있어 매각을 마칩니다',
  exhausted: '팔 수 있는 가상자산이 남아 있지 않습니다',
  settled: '팔기 전에 체납액이 없어졌거나 압류를 풀게 되어 매각을 마칩니다',
  ended_by_official: '담당자가 매각을 마쳤습니다',
} as const;

export type OrderDecision = {
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

export type Decision =
  | { readonly outcome: 'order'; readonly codes: readonly string[]; readonly order: OrderDecision }
  | { readonly outcome: 'wait' | 'stop' | 'deny'; readonly codes: readonly string[] };

/**
 * One decision of the running sale: whether to place an order now, for what and how much. Limit, immediate or cancel, inside the
 * band around the mid, never beyond the shown depth's share, never below the venue's minimum, never for more than the need.
 * A pure function of its inputs.
 */
export function decide(inputs: DecisionInputs): Decision {
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

function sizeOrder(holding: SellableHolding, remaining: VenueWon, inputs: DecisionInputs): Candidate {
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
