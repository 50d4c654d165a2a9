import type { Liquidation } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CoinAmount, Price, Rate } from '../kernel/money.ts';
import { coverConfidence, riskWeight } from '../policy/definitions/execution.ts';
import { liveWishesOf } from '../voluntary-sale/wish-facts.ts';
import { type ChosenCoin, type CoinOffer, chooseCoins } from './choose-coins.ts';
import type { GateFacts, SellableHolding } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { gateDenials } from './gate.ts';
import { type MarketView, midOf, readMarket } from './market-view.ts';
import { leastOrderOf } from './order-terms.ts';
import type { Outlook } from './outlook.ts';
import { type PlanNeed, type PlannedSlice, plansFor } from './plan-store.ts';
import type { RoundFacts } from './step-inputs.ts';

interface PlanTask {
  readonly sale: Liquidation;
  /** While there are any, nobody can say how much is left to be planned. */
  readonly ownOrdersOpen: number;
  readonly gate: GateFacts;
  readonly remainingKrw: string;
  readonly holdings: readonly SellableHolding[];
}

/** A coin that can be planned now: its market shows two prices, and something of it may be sold. */
interface Plannable {
  readonly holding: SellableHolding;
  readonly units: CoinAmount;
  readonly mid: Price;
  readonly market: MarketView;
  readonly outlook: Outlook | undefined;
  /** Units that the shown bids inside the band take. */
  readonly depth: CoinAmount;
}

/** The usual time in which a sale of a city's size is over: what the price may fall meanwhile is reckoned over it. */
const HORIZON_DAYS = 1;
/** So many times the shown depth are sold at once where no forecast says better. */
const EASY_DEPTHS = Rate.of('20');

/**
 * Gives each holding its place in its sale and the slice that is due of it, making plans where there is none, or where need, market or
 * wishes have left the present one behind. Nothing is planned before a closed gate, for a need that is covered, or while an order of the
 * case is open. By case. The caller holds the locks.
 */
export async function planHoldings(
  work: Work,
  desk: Desk,
  round: RoundFacts,
  tasks: readonly PlanTask[],
): Promise<ReadonlyMap<number, readonly SellableHolding[]>> {
  const open = tasks.filter(
    ({ gate, remainingKrw, ownOrdersOpen }) =>
      gateDenials(gate).length === 0 && new Decimal(remainingKrw).isGreaterThan(0) && ownOrdersOpen === 0,
  );
  const wishes = await liveWishesOf(
    work.tx,
    open.map(({ sale }) => sale.caseId),
    round.day,
  );
  const chosen = open.map((task) => {
    const plannable = task.holdings.flatMap((holding) => plannableOf(desk, round, task, holding) ?? []);
    const coins = choose(desk, round, task, { plannable, coinOrder: wishes.get(task.sale.caseId)?.coinOrder ?? [] });
    return { task, plannable, coins };
  });
  const plans = await plansFor(
    work,
    desk,
    round,
    chosen.flatMap(({ task, plannable, coins }) =>
      plannable.flatMap((each) => {
        const coin = coinOf(coins, each.holding);
        return coin === undefined ? [] : [planNeed(task, each, coin)];
      }),
    ),
  );
  const planned = new Map<number, readonly SellableHolding[]>(tasks.map((task) => [task.sale.caseId, task.holdings]));
  for (const { task, plannable, coins } of chosen) {
    planned.set(
      task.sale.caseId,
      task.holdings.map((holding) => {
        const found = plannable.find((each) => each.holding === holding);
        return found === undefined ? holding : withPlan(found, coinOf(coins, holding), plans.get(holding.holdingId));
      }),
    );
  }
  return planned;
}

function coinOf(coins: readonly ChosenCoin[], { holdingId }: SellableHolding): ChosenCoin | undefined {
  return coins.find((coin) => coin.holdingId === holdingId);
}

function plannableOf(desk: Desk, round: RoundFacts, task: PlanTask, holding: SellableHolding): Plannable | undefined {
  if (typeof holding.market === 'string') return undefined;
  const market = readMarket(holding.asset, holding.market, desk.port.venue);
  const { bestBid, bestAsk } = market;
  if (bestBid === undefined || bestAsk === undefined || !bestBid.isLessThan(bestAsk)) return undefined;
  const allowed = CoinAmount.of(holding.asset, holding.held).smaller(CoinAmount.of(holding.asset, holding.mandateLeft));
  const units = withinWish(allowed, holding.asset, task.gate).roundTo(market.quantityDecimalPlaces, 'down');
  const mid = midOf(bestBid, bestAsk);
  if (!units.isPositive() || holding.frozen || !holding.isAllowed || isShut(market, bestBid, holding)) return undefined;
  if (!round.policyFacts.poolsDust && isDust(units, mid, market, holding, round)) return undefined;
  const outlook = round.outlooks.get(holding.asset);
  return { holding, units, mid, market, outlook, depth: depthOf(market, mid, round) };
}

/** A market that stays shut until venue, price or a person changes it: nothing is planned on it, lest another coin that would do waits. */
function isShut({ facts }: MarketView, bestBid: Price, { asset, priceFloor }: SellableHolding): boolean {
  const isClosed = !facts.acceptsOrders || facts.flags.includes('danger') || facts.walletState === 'halted';
  return isClosed || (facts.strangeOrders ?? 0) > 0 || bestBid.isLessThan(Price.of(asset, priceFloor));
}

/** Less than the least order of it. */
function isDust(units: CoinAmount, mid: Price, market: MarketView, { priceFloor }: SellableHolding, { policyFacts }: RoundFacts): boolean {
  const least = leastOrderOf(market, mid, { priceFloor, band: policyFacts.band });
  return least !== undefined && units.isLessThan(least.units);
}

/** Within the window only what the taxpayer asks for; after it everything. */
function withinWish(units: CoinAmount, asset: string, gate: GateFacts): CoinAmount {
  if (gate.window?.state !== 'open') return units;
  const wished = gate.wishes.filter((wish) => wish.asset === asset);
  if (wished.length === 0) return CoinAmount.zero(asset);
  if (wished.some(({ left }) => left === null)) return units;
  const most = wished.reduce((sum, { left }) => sum.plus(CoinAmount.of(asset, left ?? '0')), CoinAmount.zero(asset));
  return units.smaller(most);
}

function choose(
  desk: Desk,
  { policy, policyFacts, day }: RoundFacts,
  { remainingKrw }: PlanTask,
  { plannable, coinOrder }: { readonly plannable: readonly Plannable[]; readonly coinOrder: readonly string[] },
): ChosenCoin[] {
  return chooseCoins(
    plannable.map((each) => offerOf(each, coinOrder)),
    {
      venue: desk.port.venue,
      needKrw: remainingKrw,
      riskWeight: policy.get(riskWeight, day).value.toNumber(),
      confidence: policy.get(coverConfidence, day).value.toNumber(),
      horizonDays: HORIZON_DAYS,
      leastFall: new Decimal(policyFacts.band).toNumber(),
    },
  );
}

/** Units that the shown bids inside the band take. */
function depthOf({ asset, bids }: MarketView, mid: Price, { policyFacts }: RoundFacts): CoinAmount {
  const lowest = mid.times(Rate.one.minus(Rate.of(policyFacts.band)));
  return CoinAmount.sum(
    asset,
    bids.filter(({ price }) => !price.isLessThan(lowest)).map(({ quantity }) => quantity),
  );
}

function offerOf({ holding, units, mid, market, outlook, depth }: Plannable, coinOrder: readonly string[]): CoinOffer {
  const place = coinOrder.indexOf(holding.asset);
  const bid = market.bestBid ?? mid;
  return {
    holdingId: holding.holdingId,
    asset: holding.asset,
    units: units.toString(),
    midPrice: mid.toString(),
    takerFeeRate: market.takerFeeRate.toString(),
    halfSpread: mid.value.minus(bid.value).div(mid.value).toNumber(),
    depthUnits: depth.value.toNumber(),
    deviationPerDay: outlook?.deviationPerDay ?? null,
    dailyVolume: outlook?.dailyVolume ?? null,
    wishedPlace: place === -1 ? null : place,
  };
}

function planNeed({ sale, gate }: PlanTask, { holding, mid, outlook, depth }: Plannable, coin: ChosenCoin): PlanNeed {
  return {
    sale,
    holding,
    coin,
    mid,
    outlook,
    isWished: gate.window?.state === 'open',
    mandateEndsOn: gate.mandate?.endsOn ?? gate.day,
    isEasy: !CoinAmount.of(holding.asset, coin.units).isMoreThan(depth.times(EASY_DEPTHS, CoinAmount.DECIMAL_PLACES_MAX, 'down')),
  };
}

function withPlan({ holding, outlook }: Plannable, coin: ChosenCoin | undefined, plan: PlannedSlice | undefined): SellableHolding {
  const known = {
    ...holding,
    rank: coin?.rank ?? Number.MAX_SAFE_INTEGER,
    deviationPerSecond: outlook === undefined ? null : figureOf(outlook.deviationPerDay / Math.sqrt(86_400)),
    caps: { ...holding.caps, dailyVolume: outlook === undefined ? null : figureOf(outlook.dailyVolume) },
  };
  if (plan === undefined) return known;
  const { slice, planned, soldToday } = plan;
  return { ...known, slice, caps: { ...known.caps, planned, soldToday } };
}

/** A statistic as a decision stores it: plain, to nine significant digits. */
export function figureOf(value: number): string {
  return new Decimal(value).precision(9).toFixed();
}
