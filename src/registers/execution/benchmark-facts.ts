import type { Transaction } from '../../database/work.ts';
import { dayFromColumn, startOfDay } from '../../kernel/civil-date.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { CoinAmount, Price } from '../../kernel/money.ts';
import { readArrivalDoubts } from './arrival-doubts.ts';
import { type PlanFacts, type WindowStartPrice, windowStartPriceOf } from './benchmark.ts';
import { groupBy } from './group.ts';

const HOUR_MS = 3_600_000;

/** A coin of a case, and the venue in whose market it is sold. */
export interface HoldingAtVenue {
  readonly id: number;
  readonly caseId: number;
  readonly asset: string;
  readonly venue: string;
}

/** By holding: the plans made before an instant, in the order of their versions. */
export async function readPlans(reader: Transaction, caseIds: readonly number[], until: Date): Promise<Map<number, PlanFacts[]>> {
  const plans = await reader.salePlan.findMany({
    where: { caseId: { in: [...caseIds] }, madeAt: { lt: until } },
    orderBy: [{ holdingId: 'asc' }, { version: 'asc' }],
    omit: { inputs: true, result: true },
  });
  const wished = await readWishedPlans(reader, caseIds);
  const doubts = await readArrivalDoubts(reader, caseIds);
  return groupBy(
    plans.map((plan) => ({
      planId: plan.id,
      holdingId: plan.holdingId,
      version: plan.version,
      reason: plan.reason,
      isWished: wished.has(plan.id),
      madeAt: plan.madeAt,
      plannedQuantity: CoinAmount.of(plan.asset, plan.plannedQuantity.toFixed()),
      arrivalPrice: Price.of(plan.asset, plan.arrivalPrice.toFixed()),
      doubts: doubts.get(plan.id) ?? [],
      ordersBefore: plan.ordersBefore,
      supersededAt: plan.supersededAt ?? undefined,
    })),
    ({ holdingId }) => holdingId,
  );
}

/** Plans of what the taxpayer wishes say so in their inputs. */
async function readWishedPlans(reader: Transaction, caseIds: readonly number[]): Promise<ReadonlySet<number>> {
  const plans = await reader.salePlan.findMany({
    where: { caseId: { in: [...caseIds] }, inputs: { path: ['why'], equals: 'wished' } },
    select: { id: true },
  });
  return new Set(plans.map(({ id }) => id));
}

/** By holding: the price at the midnight in Seoul at which its case's window opened. Without a window there is none. */
export async function readWindowStarts(
  reader: Transaction,
  caseIds: readonly number[],
  holdings: readonly HoldingAtVenue[],
): Promise<Map<number, WindowStartPrice>> {
  const windows = await reader.saleWindow.findMany({
    where: { caseId: { in: [...caseIds] } },
    select: { caseId: true, opensOn: true },
  });
  const starts = new Map(windows.map(({ caseId, opensOn }) => [caseId, startOfDay(dayFromColumn(opensOn))]));
  const wanted = holdings.flatMap((holding) => {
    const startAt = starts.get(holding.caseId);
    return startAt === undefined ? [] : [{ ...holding, startAt }];
  });
  const closes = await readCloses(reader, wanted);
  const valuations = await reader.valuation.findMany({
    where: { holdingId: { in: wanted.map(({ id }) => id) } },
    select: { holdingId: true, price: true, priceAt: true },
  });
  const valued = groupBy(valuations, ({ holdingId }) => holdingId);
  return new Map(
    wanted.flatMap(({ id, asset, venue, startAt }) => {
      const prices = (valued.get(id) ?? []).map(({ price, priceAt }) => ({ price: Price.of(asset, price.toFixed()), at: priceAt }));
      const found = windowStartPriceOf(startAt, closes.get(candleKey(venue, asset, startAt)), prices);
      return found === undefined ? [] : [[id, found] as const];
    }),
  );
}

interface WantedCandle {
  readonly venue: string;
  readonly asset: string;
  readonly startAt: Date;
}

/** Closes of the hourly candles that begin at these instants. */
async function readCloses(reader: Transaction, wanted: readonly WantedCandle[]): Promise<Map<string, Price>> {
  const keys = new Map(wanted.map((each) => [candleKey(each.venue, each.asset, each.startAt), each]));
  if (keys.size === 0) return new Map();
  const candles = await reader.candle.findMany({
    where: { barMs: HOUR_MS, OR: [...keys.values()].map(({ venue, asset, startAt }) => ({ venueCode: venue, asset, startAt })) },
    select: { venueCode: true, asset: true, startAt: true, close: true },
  });
  return new Map(candles.map(({ venueCode, asset, startAt, close }) => [candleKey(venueCode, asset, startAt), candlePrice(asset, close)]));
}

/** Candles are statistics and recorded as such: the shortest decimal that means the recorded number. */
function candlePrice(asset: string, close: number): Price {
  return Price.of(asset, new Decimal(close).toFixed());
}

function candleKey(venue: string, asset: string, startAt: Date): string {
  return `${venue}/${asset}/${startAt.toISOString()}`;
}
