import { Decimal } from '../kernel/decimal.ts';
import { CoinAmount, Price, Rate } from '../kernel/money.ts';
import type { GuardEvent, PauseCode } from './codes.ts';
import type { DecisionInputs, SellableHolding } from './decision-inputs.ts';
import type { OpenMarket } from './market-guards.ts';
import type { MarketView } from './market-view.ts';

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
  /** Least units the venue takes at the limit price. */
  readonly minimum: CoinAmount;
  readonly takeable: CoinAmount;
  readonly notes: readonly GuardEvent[];
}

/** The lowest price at which a coin may be sold, and the least units that the venue takes at it. */
interface LeastOrder {
  readonly limitPrice: Price;
  readonly units: CoinAmount;
}

/**
 * The least order there can be of a holding: at the band's lower edge or the floor, on a tick. By this alone it is said what is too little
 * to sell, when it is planned and when it is sized. Undefined where the venue states no tick at that price.
 */
export function leastOrderOf(market: MarketView, mid: Price, of: LowestPriceTerms): LeastOrder | undefined {
  const lowest = lowestPrice(mid, of);
  const tick = market.tickAt(lowest);
  if (tick === undefined) return undefined;
  const limitPrice = lowest.roundToTick(tick, 'up');
  const units = limitPrice.unitsFor(market.minimumOrder, market.quantityDecimalPlaces, 'up').larger(market.smallestUnit);
  return { limitPrice, units };
}

interface LowestPriceTerms {
  readonly priceFloor: string;
  /** Share of the mid. */
  readonly band: string;
}

function lowestPrice(mid: Price, { priceFloor, band }: LowestPriceTerms): Price {
  return mid.times(Rate.one.minus(Rate.of(band))).larger(Price.of(mid.asset, priceFloor));
}

/** Not below the band's lower edge, not below the floor, on a tick; and what the shown bids down to there take, in one order. */
export function bandOf({ holding, market, open, inputs }: SaleContext): PriceBand | NotNow {
  const { asset, priceFloor } = holding;
  const { band, depthParticipation } = inputs.policy;
  const floor = Price.of(asset, priceFloor);
  if (open.bestBid.isLessThan(floor)) {
    const figures = { bestBid: open.bestBid.toString(), floor: floor.toString() };
    return notNow(asset, 'later', isWishesPrice(holding, inputs) ? 'price_below_wish' : 'price_below_floor', figures);
  }
  const least = leastOrderOf(market, open.mid, { priceFloor, band });
  if (least === undefined) {
    return notNow(asset, 'later', 'tick_unknown', { price: lowestPrice(open.mid, { priceFloor, band }).toString() });
  }
  const { limitPrice, units: minimum } = least;
  const shown = market.bids.filter(({ price }) => !price.isLessThan(limitPrice)).map(({ quantity }) => quantity);
  const depth = CoinAmount.sum(asset, shown);
  const takeable = depth.times(Rate.of(depthParticipation), market.quantityDecimalPlaces, 'down');
  if (takeable.isZero()) return notNow(asset, 'later', 'depth_below_minimum', { depth: depth.toString() });
  const upperNetPrice = netOf(open.mid.times(Rate.one.plus(Rate.of(band))), market, market.takerFeeRate);
  return { kind: 'band', limitPrice, upperNetPrice, minimum, ...withinMaximum(takeable, limitPrice, market) };
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
  { minimum, limitPrice }: Pick<PriceBand, 'minimum' | 'limitPrice'>,
): CoinAmount | NotNow {
  const { asset, frozen, readingLack, isAllowed } = holding;
  const places = market.quantityDecimalPlaces;
  const mandated = held.smaller(market.amount(holding.mandateLeft).roundTo(places, 'down'));
  const least = inputs.policy.poolsDust ? CoinAmount.zero(asset) : minimum;
  if (held.isLessThan(least)) return notNow(asset, 'never', 'below_minimum', { held: held.toString(), least: minimum.toString() });
  if (mandated.isZero() || mandated.isLessThan(least)) return notNow(asset, 'unmandated', 'mandate_used_up', { left: mandated.toString() });
  if (!isAllowed) return notNow(asset, 'unmandated', 'asset_not_allowed');
  if (frozen) return notNow(asset, 'later', 'asset_frozen');
  if (readingLack !== null) return notNow(asset, 'later', 'reconciliation_due', { lack: readingLack });
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
export function wishedUnits(asset: string, limitPrice: Price, { gate }: Pick<DecisionInputs, 'gate'>): CoinAmount | undefined {
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
