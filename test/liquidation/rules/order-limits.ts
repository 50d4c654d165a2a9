import { Decimal } from '../../../src/kernel/decimal.ts';
import type { DecisionInputs, MarketFacts, SellableHolding } from '../../../src/liquidation/decision-inputs.ts';
import type { WantedOrder } from '../../../src/liquidation/size-order.ts';

/*
 * The limits of an order, written a second time and without a line of the rules: what the law, the mandate, the policy, the venue and the
 * taxpayer allow. Every function gives the names of the limits that an order breaks.
 */

type Checks = Readonly<Record<string, boolean>>;

const number = (figure: string) => new Decimal(figure);

function broken(checks: Checks): string[] {
  return Object.entries(checks).flatMap(([name, isKept]) => (isKept ? [] : [name]));
}

export function brokenLimits(order: WantedOrder, given: DecisionInputs): string[] {
  const holding = given.holdings.find(({ holdingId }) => holdingId === order.holdingId);
  if (holding === undefined || typeof holding.market === 'string') return ['a holding with a market'];
  const { market } = holding;
  return [
    ...broken(standing(holding, market, given)),
    ...broken(bookLimits(market, given)),
    ...broken(priceLimits(order, holding, market, given)),
    ...broken(quantityLimits(order, holding, market, given)),
    ...broken(needLimits(order, market, given)),
    ...broken(timeLimits(order, holding, market, given)),
  ];
}

function standing(
  holding: SellableHolding,
  market: MarketFacts,
  { gate, unknownOutcomesOpen, ownOrdersOpen, orderBudget, policy, at }: DecisionInputs,
): Checks {
  const ageMs = Date.parse(at) - Date.parse(market.changedAt);
  return {
    'active trading': gate.tradingState === 'ACTIVE',
    mandate: gate.mandate?.state === 'approved',
    'known outcomes': unknownOutcomesOpen === 0 && ownOrdersOpen === 0 && holding.openInMarket === 0,
    'a venue that takes orders': orderBudget.blockedMs === 0,
    'not frozen': !holding.frozen,
    'an allowed coin': holding.isAllowed,
    'a planned coin': holding.slice !== null,
    'an open market': market.acceptsOrders && !market.flags.includes('danger') && market.walletState !== 'halted',
    'no strange orders': market.strangeOrders === 0,
    'clocks that agree': Math.abs(market.clockSkewMs ?? 0) <= policy.clockSkewMaximumMs,
    'a fresh book': Math.abs(ageMs) <= policy.staleBookSeconds * 1_000,
  };
}

function pricesOf({ bids, asks }: MarketFacts) {
  const priced = (levels: MarketFacts['bids']) => levels.filter(([price, size]) => number(price).gt(0) && number(size).gt(0));
  const [bestBid, bestAsk] = [number(priced(bids)[0]?.[0] ?? '0'), number(priced(asks)[0]?.[0] ?? '0')];
  return { bids: priced(bids), bestBid, bestAsk, mid: bestBid.plus(bestAsk).div(2) };
}

function bookLimits(market: MarketFacts, { policy }: DecisionInputs): Checks {
  const { bids, bestBid, bestAsk, mid } = pricesOf(market);
  const reference = market.reference === null ? undefined : number(market.reference.price);
  return {
    'two prices': bestBid.gt(0) && bestAsk.gt(0),
    'not crossed': bestBid.lt(bestAsk),
    'enough levels': bids.length >= policy.levelsMinimum,
    spread: bestAsk.minus(bestBid).lte(mid.times(policy.spreadMaximum)),
    reference: reference === undefined || mid.minus(reference).abs().lte(reference.times(policy.referenceDeviationMaximum)),
  };
}

function priceLimits(order: WantedOrder, holding: SellableHolding, market: MarketFacts, { policy, gate }: DecisionInputs): Checks {
  const limit = number(order.limitPrice);
  const { bestBid, bestAsk, mid } = pricesOf(market);
  const tick = number(market.ticks.find(({ from }) => limit.gte(from))?.tick ?? '0');
  const wished = gate.wishes.filter(({ asset, price }) => asset === holding.asset && (price === null || limit.gte(price)));
  const wishedUnits = wished.some(({ left }) => left === null)
    ? undefined
    : wished.reduce((sum, { left }) => sum.plus(left ?? 0), number('0'));
  return {
    'the floor': limit.gte(holding.priceFloor),
    'the band’s lower edge': limit.gte(mid.times(number('1').minus(policy.band))),
    'the band’s upper edge': limit.lte(mid.times(number('1').plus(policy.band))),
    'a step of the venue': tick.gt(0) && limit.mod(tick).isZero(),
    'the side of its style': order.style === 'cross' ? limit.lte(bestBid) : limit.gt(bestBid) && limit.lte(bestAsk),
    'the wishes': gate.window?.state !== 'open' || wishedUnits === undefined || wishedUnits.gte(order.quantity),
  };
}

function quantityLimits(order: WantedOrder, holding: SellableHolding, market: MarketFacts, given: DecisionInputs): Checks {
  const quantity = number(order.quantity);
  const value = quantity.times(order.limitPrice);
  const least = number(order.minimum);
  const depth = pricesOf(market)
    .bids.filter(([price]) => number(price).gte(number(order.style === 'cross' ? order.limitPrice : '0')))
    .reduce((sum, [, size]) => sum.plus(size), number('0'));
  const [ofPlan, ofVolume] = [dayOfPlan(holding, given), dayOfVolume(holding, given)];
  return {
    'something of it': quantity.gt(0),
    'units of the venue': (quantity.decimalPlaces() ?? 0) <= market.quantityDecimalPlaces,
    'what is held': quantity.lte(holding.held),
    'what the mandate leaves': quantity.lte(holding.mandateLeft),
    'what is free': market.freeUnits === null || number(market.freeUnits).gte(quantity),
    'what all may take':
      order.isDust || (quantity.lte(order.takeable) && (market.freeUnits === null || number(market.freeUnits).gte(order.takeable))),
    'its share of the depth': order.isDust || quantity.lte(depth.times(given.policy.depthParticipation)),
    'the least order': order.isDust ? given.policy.poolsDust : value.gte(market.minimumOrderKrw) && quantity.gte(least),
    'no larger least order than it takes':
      least.minus(number('1').shiftedBy(-market.quantityDecimalPlaces)).times(order.limitPrice).lte(market.minimumOrderKrw) ||
      order.style === 'passive',
    'the largest order': market.maximumOrderKrw === null || value.lte(market.maximumOrderKrw),
    // A least order may go beyond the plan's room of a day, and so may the rest that it takes along; the volume's bounds whoever shares.
    'the plan’s room of the day': order.isDust || ofPlan === undefined || quantity.lte(Decimal.max(ofPlan, least).plus(least)),
    'the volume’s room of the day': ofVolume === undefined || Decimal.max(quantity, order.takeable).lte(Decimal.max(ofVolume, least)),
    'all that it demands': quantity.lte(order.demanded),
  };
}

function dayOfPlan({ caps }: SellableHolding, { policy }: DecisionInputs): Decimal | undefined {
  return policy.dailyPlanShare === null ? undefined : number(caps.planned).times(policy.dailyPlanShare).minus(caps.soldToday);
}

function dayOfVolume({ caps }: SellableHolding, { policy }: DecisionInputs): Decimal | undefined {
  if (policy.dailyVolumeShare === null || caps.dailyVolume === null) return undefined;
  return number(caps.dailyVolume).times(policy.dailyVolumeShare).minus(caps.soldTodayAtVenue).minus(caps.openAtVenue);
}

function needLimits(order: WantedOrder, market: MarketFacts, { need, policy }: DecisionInputs): Checks {
  const { mid } = pricesOf(market);
  const upper = order.style === 'cross' ? mid.times(number('1').plus(policy.band)) : number(order.limitPrice);
  const most = number(order.quantity)
    .times(upper)
    .times(number('1').minus(order.style === 'passive' ? market.makerFeeRate : market.takerFeeRate));
  const isLeast = number(order.quantity).lte(order.minimum);
  const remaining = number(need.remainingKrw);
  return {
    'a need': remaining.gt(0) && number(need.uncoveredKrw).gt(0),
    'no more than the need but for the least order': number(order.maximumProceeds).lte(remaining) || (order.exceedsNeed && isLeast),
    'says when it exceeds the need': order.exceedsNeed === number(order.maximumProceeds).gt(remaining),
    'counts all that it may bring': number(order.maximumProceeds).gte(most),
    'counts no more than that': number(order.maximumProceeds).lte(
      most.plus(number(order.quantity).shiftedBy(market.quantityDecimalPlaces - 18)),
    ),
    'keeps within the columns': (number(order.maximumProceeds).decimalPlaces() ?? 0) <= 18,
    'waits for open orders': !order.exceedsNeed || remaining.gte(need.uncoveredKrw),
  };
}

function timeLimits(
  order: WantedOrder,
  { slice, deviationPerSecond }: SellableHolding,
  market: MarketFacts,
  { at, policy }: DecisionInputs,
): Checks {
  if (slice === null) return { 'a slice': false };
  const left = Decimal.max(0, number(slice.quantity).minus(slice.sold));
  const [now, startsMs, endsMs] = [Date.parse(at), Date.parse(slice.startsAt), Date.parse(slice.endsAt)];
  const [quantity, least] = [number(order.quantity), number(order.minimum)];
  // A child is worth ten least orders; the one under way may be sold, and its successor from shortly before it begins.
  const fitting = number(slice.quantity).div(least).div(10).integerValue().toNumber();
  const children = Math.min(policy.childrenPerSlice, Math.max(1, fitting));
  const childMs = (endsMs - startsMs) / children;
  const begun = Math.min(children, Math.max(1, Math.floor((now - startsMs + Math.min(20_000, childMs / 4) + 1) / childMs) + 1));
  const released = slice.isImmediate ? number(slice.quantity) : number(slice.quantity).times(begun).div(children);
  const due = Decimal.max(0, Decimal.min(left, released.minus(slice.sold)));
  const unit = number('1').shiftedBy(-market.quantityDecimalPlaces);
  const beyond = Decimal.max(due, least)
    .plus(unit)
    .plus(order.style === 'cross' ? least : 0);
  if (order.style === 'cross') return { 'what is due': order.isDust || quantity.lte(beyond), 'rests not': order.restUntil === null };
  const restMs = Date.parse(order.restUntil ?? '');
  return {
    'what is due': quantity.lte(beyond),
    'rests by policy': policy.passive.isOn && deviationPerSecond !== null && !slice.isImmediate,
    'rests a while': restMs > now && restMs <= now + policy.passive.restSeconds * 1_000 && restMs <= endsMs,
    'rests within its child': restMs <= startsMs + begun * childMs,
  };
}
