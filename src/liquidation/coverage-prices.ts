import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { coverageProxy, coverageSaleCosts, coverageSimulation, coverageStalePriceDays } from '../policy/definitions/coverage.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { type CoverageInputs, figureText, type HoldingInputs, type MarketInputs } from '../valuation/coverage/inputs.ts';
import type { MarketHistories, MarketHistory } from './coverage-market.ts';
import { averageImpact } from './planning/impact.ts';

const DAY_MS = 86_400_000;

/** What a reading is made with. */
export interface CoverageReader {
  readonly work: Work;
  readonly policy: PolicySet;
  readonly today: CivilDate;
  readonly histories: MarketHistories;
}

/** Units of a holding that are held, on order, or still to come from the exchange. */
export interface HeldUnits {
  readonly caseId: number;
  readonly holdingId: number;
  readonly venueCode: string;
  readonly asset: string;
  readonly units: string;
}

/** Days ahead for which each case's coins are looked at. */
export interface Horizons {
  /** Whose market stands in for coins with too short a history. */
  readonly venueCode: string;
  readonly horizons: ReadonlyMap<number, { readonly horizonDays: number; readonly earliestDays: number }>;
}

/** What is on record of some coins. */
export interface MarketRecords {
  /** By name of the market. */
  readonly histories: ReadonlyMap<string, MarketHistory>;
  /** What a holding was last found to be worth. */
  readonly valuations: ReadonlyMap<number, KnownPrice>;
}

/** Reads what is on record of these coins and of the markets that stand in for them at these venues. */
export async function readMarketRecords(
  { work, policy, today, histories }: CoverageReader,
  holdings: readonly HeldUnits[],
  venueCodes: readonly string[],
): Promise<MarketRecords> {
  const { asset } = policy.get(coverageProxy, today);
  const { historyDays } = policy.get(coverageSimulation, today);
  const valuations = await lastValuations(work, holdings);
  const known = new Map<string, MarketHistory>();
  for (const market of [...venueCodes.map((venueCode) => ({ venueCode, asset })), ...holdings]) {
    const name = nameOf(market);
    if (!known.has(name)) known.set(name, await histories.of(work.tx, market, { now: work.at, historyDays }));
  }
  return { histories: known, valuations };
}

/** Prices, histories and forecasts of the coins and of the reference market, and what selling each holding is likely to cost. */
export function marketInputs(
  { work, policy, today }: Pick<CoverageReader, 'work' | 'policy' | 'today'>,
  { histories, valuations }: MarketRecords,
  holdings: readonly HeldUnits[],
  { venueCode, horizons }: Horizons,
): Pick<CoverageInputs, 'holdings' | 'markets' | 'reference'> {
  const reference = nameOf({ venueCode, asset: policy.get(coverageProxy, today).asset });
  const daysAhead = (caseIds: readonly number[]) =>
    [...new Set(caseIds.flatMap((id) => [horizons.get(id)?.horizonDays ?? 1, horizons.get(id)?.earliestDays ?? 1]))].sort((a, b) => a - b);
  const before = work.at.getTime() - policy.get(coverageStalePriceDays, today) * DAY_MS;
  const stale = { before, reference: histories.get(reference) };
  const markets = [...new Set([reference, ...holdings.map(nameOf)])].map((name): MarketInputs => {
    const holders = holdings.filter((holding) => nameOf(holding) === name);
    // The reference stands in for any of them, so it is forecast for all their days.
    const caseIds = name === reference ? [...horizons.keys()] : holders.map(({ caseId }) => caseId);
    const history = histories.get(name);
    return {
      name,
      ...stateOf(newestPrice(history, holders, valuations), history, stale),
      history: history?.daily ?? null,
      forecasts: daysAhead(caseIds).flatMap((days) => history?.forecastOver(days) ?? []),
    };
  });
  const costs = policy.get(coverageSaleCosts, today);
  const flatCost = costs.fee.plus(costs.halfSpread).value;
  return {
    holdings: holdings.map((holding) =>
      holdingInputs(holding, histories.get(nameOf(holding)), horizons.get(holding.caseId)?.horizonDays ?? 1, flatCost),
    ),
    markets,
    reference,
  };
}

function nameOf({ venueCode, asset }: { readonly venueCode: string; readonly asset: string }): string {
  return `${venueCode}:${asset}`;
}

/** Fee and half spread as the city expects them, and the square-root law for what the holding moves the price by. */
function holdingInputs(
  { caseId, venueCode, asset, units }: HeldUnits,
  history: MarketHistory | undefined,
  horizonDays: number,
  flatCost: Decimal,
): HoldingInputs {
  const forecast = history?.forecastOver(horizonDays);
  const sigma = forecast === undefined ? 0 : Math.sqrt(Number(forecast.variance) / horizonDays);
  const dailyVolume = history?.dailyVolume ?? 0;
  const impact = dailyVolume > 0 ? averageImpact({ sigma, participation: Number(units) / dailyVolume }) : 0;
  const costRate = Decimal.min(1, flatCost.plus(figureText(impact)));
  return { caseId, asset, market: nameOf({ venueCode, asset }), units, costRate: costRate.toFixed() };
}

interface KnownPrice {
  readonly price: string;
  readonly at: Date;
  readonly from: string;
}

/** The close of the last hour, or what somebody found the holding to be worth, whichever is newer. */
function newestPrice(
  history: MarketHistory | undefined,
  holders: readonly HeldUnits[],
  valuations: ReadonlyMap<number, KnownPrice>,
): KnownPrice | undefined {
  const last = history?.last;
  const candle = last === undefined ? [] : [{ price: figureText(last.price), at: last.at, from: 'candle' }];
  const all = [...candle, ...holders.flatMap(({ holdingId }) => valuations.get(holdingId) ?? [])];
  return all.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
}

/** A price too old is none; a coin whose trades stopped while the venue goes on trading is worth nothing. */
function stateOf(
  price: KnownPrice | undefined,
  history: MarketHistory | undefined,
  { before, reference }: { readonly before: number; readonly reference: MarketHistory | undefined },
): Pick<MarketInputs, 'state' | 'price' | 'priceFrom'> {
  const nothing = { price: null, priceFrom: null };
  if (history?.isUnlisted === true) return { state: 'untraded', ...nothing };
  if (price === undefined) return { state: 'unpriced', ...nothing };
  if (price.at.getTime() < before) {
    const goesOn = (reference?.last?.at.getTime() ?? 0) >= before;
    return { state: history?.last !== undefined && goesOn ? 'untraded' : 'unpriced', ...nothing };
  }
  if (Number(price.price) === 0) return { state: 'untraded', ...nothing };
  return { state: 'priced', price: price.price, priceFrom: `${price.from} ${price.at.toISOString()}` };
}

async function lastValuations(work: Work, holdings: readonly HeldUnits[]): Promise<ReadonlyMap<number, KnownPrice>> {
  const rows = await work.tx.$queryRaw<{ holding_id: number; price: string; taken_at: Date }[]>`
    SELECT DISTINCT ON (holding_id) holding_id, trim_scale(price)::text AS price, taken_at FROM valuation
     WHERE holding_id = ANY (${holdings.map(({ holdingId }) => holdingId)}::int[]) ORDER BY holding_id, taken_at DESC, id DESC`;
  return new Map(rows.map(({ holding_id, price, taken_at }) => [holding_id, { price, at: taken_at, from: 'valuation' }]));
}
