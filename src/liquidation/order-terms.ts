import { addDays, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CoinAmount, Price, Rate } from '../kernel/money.ts';
import type { GuardEvent, PauseCode } from './codes.ts';
import type { DecisionInputs, SellableHolding } from './decision-inputs.ts';
import type { OpenMarket } from './market-guards.ts';
import type { MarketView } from './market-view.ts';
import { dueOfSlice, type SliceDue } from './slice-schedule.ts';

/** One holding before one open market. */
export interface SaleContext {
  readonly holding: SellableHolding;
  readonly market: MarketView;
  readonly open: OpenMarket;
  /** In units the venue takes. */
  readonly held: CoinAmount;
  readonly inputs: DecisionInputs;
}

/**
 * Why nothing of a holding is sold now. `later`: market, venue, freeze or time may change it. `unmandated`: somebody may be given leave
 * to sell it. `never`: what is left of it cannot be sold. Only where all is `never` is the sale exhausted, since what remains then
 * goes back to its owner.
 */
export interface NotNow {
  readonly kind: 'later' | 'unmandated' | 'never';
  readonly asset: string;
  readonly code: PauseCode;
  readonly events: readonly GuardEvent[];
  /** Nothing changes before. */
  readonly until?: Date;
}

type Figures = Readonly<Record<string, string>>;

export function notNow(asset: string, kind: NotNow['kind'], code: PauseCode, figures?: Figures, until?: Date): NotNow {
  const events = figures === undefined ? [] : [{ code, asset, figures }];
  return { kind, asset, code, events, ...(until === undefined ? {} : { until }) };
}

export interface PriceBand {
  readonly kind: 'band';
  readonly limitPrice: Price;
  /** The most a unit can bring inside the band, less the fee. */
  readonly upperNetPrice: Price;
  readonly takeable: CoinAmount;
  readonly notes: readonly GuardEvent[];
}

/** Not below the band's lower edge, not below the floor, on a tick; and what the shown bids down to there take, in one order. */
export function bandOf({ holding, market, open, inputs }: SaleContext): PriceBand | NotNow {
  const { asset } = holding;
  const { policy } = inputs;
  const band = Rate.of(policy.band);
  const floor = Price.of(asset, holding.priceFloor);
  if (open.bestBid.isLessThan(floor)) {
    const figures = { bestBid: open.bestBid.toString(), floor: floor.toString() };
    return notNow(asset, 'later', isWishesPrice(holding, inputs) ? 'price_below_wish' : 'price_below_floor', figures);
  }
  const lowest = open.mid.times(Rate.one.minus(band)).larger(floor);
  const tick = market.tickAt(lowest);
  if (tick === undefined) return notNow(asset, 'later', 'tick_unknown', { price: lowest.toString() });
  const limitPrice = lowest.roundToTick(tick, 'up');
  const shown = market.bids.filter(({ price }) => !price.isLessThan(limitPrice)).map(({ quantity }) => quantity);
  const depth = CoinAmount.sum(asset, shown);
  const takeable = depth.times(Rate.of(policy.depthParticipation), market.quantityDecimalPlaces, 'down');
  if (takeable.isZero()) return notNow(asset, 'later', 'depth_below_minimum', { depth: depth.toString() });
  const upperNetPrice = netOf(open.mid.times(Rate.one.plus(band)), market, market.takerFeeRate);
  return { kind: 'band', limitPrice, upperNetPrice, ...withinMaximum(takeable, limitPrice, market) };
}

/** What a price leaves after the fee; rounded up so that times any quantity it still has no more decimals than the columns keep. */
export function netOf(price: Price, { asset, quantityDecimalPlaces }: MarketView, feeRate: Rate): Price {
  const step = new Decimal(1).shiftedBy(quantityDecimalPlaces - CoinAmount.DECIMAL_PLACES_MAX);
  return price.times(Rate.one.minus(feeRate)).roundToTick(Price.of(asset, step), 'up');
}

/** Never an order of more won than the venue takes. */
export function withinMaximum(units: CoinAmount, limitPrice: Price, market: MarketView): Pick<PriceBand, 'takeable' | 'notes'> {
  const { maximumOrder, quantityDecimalPlaces, asset } = market;
  const most = maximumOrder === undefined ? units : limitPrice.unitsFor(maximumOrder, quantityDecimalPlaces, 'down');
  if (maximumOrder === undefined || !most.isLessThan(units)) return { takeable: units, notes: [] };
  return { takeable: most, notes: [{ code: 'capped_at_maximum_order', asset, figures: { maximumKrw: maximumOrder.toString() } }] };
}

/** A wish's own price is the taxpayer's, everything else the mandate's. */
function isWishesPrice({ asset, priceFloor }: SellableHolding, { gate }: DecisionInputs): boolean {
  return gate.wishes.some((wish) => wish.asset === asset && wish.price === priceFloor);
}

/** What of the holding may be sold: mandated, not frozen, wished, free at the venue, and enough for an order unless dust is pooled. */
export function availableUnits(
  { holding, market, held, inputs }: SaleContext,
  { minimum, limitPrice }: { readonly minimum: CoinAmount; readonly limitPrice: Price },
): CoinAmount | NotNow {
  const { asset, frozen, isAllowed } = holding;
  const places = market.quantityDecimalPlaces;
  const mandated = held.smaller(market.amount(holding.mandateLeft).roundTo(places, 'down'));
  const least = inputs.policy.poolsDust ? CoinAmount.zero(asset) : minimum;
  if (held.isLessThan(least)) return notNow(asset, 'never', 'below_minimum', { held: held.toString(), least: minimum.toString() });
  if (mandated.isZero() || mandated.isLessThan(least)) return notNow(asset, 'unmandated', 'mandate_used_up', { left: mandated.toString() });
  if (!isAllowed) return notNow(asset, 'unmandated', 'asset_not_allowed');
  if (frozen) return notNow(asset, 'later', 'asset_frozen');
  const wished = wishedUnits(asset, limitPrice, inputs)?.roundTo(places, 'down');
  const allowed = wished === undefined ? mandated : mandated.smaller(wished);
  if (allowed.isZero()) return notNow(asset, 'later', hasWish(asset, inputs) ? 'price_below_wish' : 'not_wished');
  if (allowed.isLessThan(least)) return notNow(asset, 'later', 'below_minimum', { wished: allowed.toString(), least: minimum.toString() });
  const free = freeUnits(market);
  if (free?.isLessThan(minimum.smaller(allowed)) === true)
    return notNow(asset, 'later', 'units_unavailable', { free: free.toString(), held: held.toString() });
  return free === undefined ? allowed : allowed.smaller(free);
}

/** Units of the coin that any order could be made of, in whole steps; undefined when the venue did not say. */
export function freeUnits({ facts, quantityDecimalPlaces, amount }: MarketView): CoinAmount | undefined {
  return facts.freeUnits === null ? undefined : amount(facts.freeUnits).roundTo(quantityDecimalPlaces, 'down');
}

/**
 * Within his window only what the taxpayer asks for, and none of it below the price he asks for it: of two wishes for one coin, what the
 * market's price fulfils is not sold in the name of the other. Undefined for any quantity.
 */
function wishedUnits(asset: string, limitPrice: Price, { gate }: DecisionInputs): CoinAmount | undefined {
  if (gate.window?.state !== 'open') return undefined;
  const fulfilled = gate.wishes.filter(
    (wish) => wish.asset === asset && (wish.price === null || !limitPrice.isLessThan(Price.of(asset, wish.price))),
  );
  if (fulfilled.some(({ left }) => left === null)) return undefined;
  return CoinAmount.sum(
    asset,
    fulfilled.map(({ left }) => CoinAmount.of(asset, left ?? '0')),
  );
}

function hasWish(asset: string, { gate }: DecisionInputs): boolean {
  return gate.wishes.some((wish) => wish.asset === asset && (wish.left === null || CoinAmount.of(asset, wish.left).isPositive()));
}

/** What of the plan is due now, within the day's limits. */
export function dueUnits({ holding, inputs }: SaleContext, minimum: CoinAmount): SliceDue | NotNow {
  const { asset, slice } = holding;
  if (slice === null) return notNow(asset, 'later', inputs.gate.window?.state === 'open' ? 'not_wished' : 'not_planned');
  const at = new Date(inputs.at);
  const due = dueOfSlice(asset, slice, childrenOf(CoinAmount.of(asset, slice.quantity), minimum, inputs.policy.childrenPerSlice), at);
  if (due.left.isZero()) return notNow(asset, 'later', 'slice_done', undefined, new Date(slice.endsAt));
  const most = dailyRoom(holding, inputs, at, minimum);
  if (most === undefined) return due;
  if ('kind' in most) return most;
  const late = due.late.smaller(most);
  return { ...due, late, ahead: due.ahead.smaller(most.minus(late)), left: due.left.smaller(most) };
}

/** A child is worth so many of the venue's smallest orders at least: a slice of little is sold in few. */
const CHILD_ORDERS_MIN = 10;

function childrenOf(slice: CoinAmount, minimum: CoinAmount, most: number): number {
  const fitting = slice.value.div(minimum.value).div(CHILD_ORDERS_MIN).integerValue().toNumber();
  return Math.min(Math.max(fitting, 1), most);
}

/**
 * Units that today's limits still allow; undefined where none is set. A limit that is less than the venue's least order allows one a day,
 * but what a day has left of a limit does not.
 */
function dailyRoom(
  { asset, caps }: SellableHolding,
  { policy }: DecisionInputs,
  at: Date,
  minimum: CoinAmount,
): CoinAmount | NotNow | undefined {
  const limits: readonly (readonly [PauseCode, string | null, string | null, string])[] = [
    ['daily_plan_cap', caps.planned, policy.dailyPlanShare, caps.soldToday],
    ['daily_volume_cap', caps.dailyVolume, policy.dailyVolumeShare, caps.soldTodayAtVenue],
  ];
  let room: CoinAmount | undefined;
  for (const [code, whole, share, sold] of limits) {
    if (whole === null || share === null) continue;
    const most = CoinAmount.of(asset, whole).times(Rate.of(share), CoinAmount.DECIMAL_PLACES_MAX, 'down');
    const left = most.minus(CoinAmount.of(asset, sold));
    const isUsed = !left.isPositive() || (left.isLessThan(minimum) && new Decimal(sold).isGreaterThan(0));
    if (isUsed) return notNow(asset, 'later', code, { limit: most.toString(), sold }, startOfDay(addDays(seoulDay(at), 1)));
    room = room?.smaller(left) ?? left;
  }
  return room;
}
