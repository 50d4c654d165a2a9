import type { Database, Transaction } from '../database/work.ts';
import { dailyReturns } from '../valuation/coverage/daily-returns.ts';
import { type DailyReturns, figureText, type HorizonForecast } from '../valuation/coverage/inputs.ts';
import { Scenarios } from '../valuation/coverage/scenarios.ts';
import type { Candle } from '../valuation/forecast/candle.ts';
import { forecastVolatility } from '../valuation/forecast/forecast.ts';
import { sum } from '../valuation/forecast/statistics.ts';

export const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const DAY_HOURS = 24;
/** Days are reckoned to end at the last of these: what an asset did this morning is in its volatility by noon. */
const ANCHOR_MS = 6 * HOUR_MS;
const VOLUME_DAYS = 30;

/** What recorded candles say of one coin at one venue at one instant. */
export interface MarketHistory {
  /** Close of the last whole hour, and when that ended; undefined where nothing is recorded. */
  readonly last: { readonly price: number; readonly at: Date } | undefined;
  /** True when the venue was asked and has no won market for it. */
  readonly isUnlisted: boolean;
  /** Mean units traded in a day of the month before; undefined where nothing is recorded. */
  readonly dailyVolume: number | undefined;
  readonly daily: DailyReturns | undefined;
  /** Undefined where the hours tell too little. */
  forecastOver(horizonDays: number): HorizonForecast | undefined;
}

interface Kept {
  candles: readonly Candle[];
  readonly historyDays: number;
  hour: number;
  isUnlisted: boolean;
  anchored: Anchored | undefined;
}

/** What is made from the candles up to the end of a day of ours. */
interface Anchored {
  readonly anchorMs: number;
  readonly daily: DailyReturns | undefined;
  readonly forecasts: Map<number, HorizonForecast | undefined>;
}

/**
 * Candles of a database as they are needed for coverage, kept in the process: read once, then hour by hour, and what is reckoned from
 * them once for each quarter of a day. Nothing here is truth; a new process reads it all again.
 */
export class MarketHistories {
  readonly scenarios = new Scenarios();
  readonly #kept = new Map<string, Kept>();

  /** The history of a coin at a venue, of candles that had ended by an instant. */
  async of(
    reader: Pick<Transaction, '$queryRaw'>,
    market: { readonly venueCode: string; readonly asset: string },
    { now, historyDays }: { readonly now: Date; readonly historyDays: number },
  ): Promise<MarketHistory> {
    const name = `${market.venueCode}:${market.asset}`;
    const hour = Math.floor(now.getTime() / HOUR_MS);
    const known = this.#kept.get(name);
    const isFit = known !== undefined && known.historyDays === historyDays && known.hour <= hour;
    const kept: Kept = isFit ? known : { candles: [], historyDays, hour: Number.NaN, isUnlisted: false, anchored: undefined };
    if (!isFit) this.#kept.set(name, kept);
    // As long as nothing is recorded it may come at any moment.
    if (kept.hour !== hour || kept.candles.length === 0) await refresh(reader, market, kept, hour);
    return historyOf(kept, hour);
  }
}

const histories = new WeakMap<Database, MarketHistories>();

/** The one that all readings of a database share. */
export function marketHistories(database: Database): MarketHistories {
  const known = histories.get(database);
  if (known !== undefined) return known;
  const made = new MarketHistories();
  histories.set(database, made);
  return made;
}

interface CandleRow {
  readonly unlisted: boolean | null;
  readonly first_ms: number | null;
  readonly starts: number[] | null;
  readonly opens: number[] | null;
  readonly highs: number[] | null;
  readonly lows: number[] | null;
  readonly closes: number[] | null;
  readonly volumes: number[] | null;
}

/** Adds what came since, the last known hour once more; all is read anew when older hours have been recorded meanwhile. */
async function refresh(
  reader: Pick<Transaction, '$queryRaw'>,
  market: { readonly venueCode: string; readonly asset: string },
  kept: Kept,
  hour: number,
): Promise<void> {
  const fromMs = (hour - DAY_HOURS * (kept.historyDays + 2)) * HOUR_MS;
  const known = kept.candles.filter(({ startMs }) => startMs >= fromMs);
  const lastMs = known.at(-1)?.startMs ?? fromMs;
  const since = await readCandles(reader, market, { fromMs, afterMs: lastMs, untilMs: hour * HOUR_MS });
  const [first] = known;
  const isOlderNew = first !== undefined && since?.first_ms != null && since.first_ms < first.startMs;
  const row = isOlderNew ? await readCandles(reader, market, { fromMs, afterMs: fromMs, untilMs: hour * HOUR_MS }) : since;
  const added = toCandles(row);
  kept.candles = isOlderNew ? added : [...known.slice(0, -1), ...added];
  const isBeforeAnchor = added.length > 1 && lastMs < (kept.anchored?.anchorMs ?? 0) - HOUR_MS;
  if (isOlderNew || isBeforeAnchor) kept.anchored = undefined;
  kept.isUnlisted = row?.unlisted === true;
  kept.hour = hour;
}

/** In one row of lists: a year of hours as rows of their own would take ten times as long. */
async function readCandles(
  reader: Pick<Transaction, '$queryRaw'>,
  { venueCode, asset }: { readonly venueCode: string; readonly asset: string },
  { fromMs, afterMs, untilMs }: { readonly fromMs: number; readonly afterMs: number; readonly untilMs: number },
): Promise<CandleRow | undefined> {
  const [row] = await reader.$queryRaw<CandleRow[]>`
    SELECT (SELECT bool_and(w.symbol IS NULL) FROM watched_market w JOIN venue_account v ON v.id = w.venue_account_id
             WHERE v.venue_code = ${venueCode} AND w.asset = ${asset} AND w.read_at IS NOT NULL) AS unlisted,
           (SELECT (extract(epoch FROM min(start_at)) * 1000)::float8 FROM candle
             WHERE venue_code = ${venueCode} AND asset = ${asset} AND bar_ms = ${HOUR_MS} AND start_at >= ${new Date(fromMs)}) AS first_ms,
           array_agg((extract(epoch FROM k.start_at) * 1000)::float8 ORDER BY k.start_at) AS starts,
           array_agg(k.open ORDER BY k.start_at) AS opens, array_agg(k.high ORDER BY k.start_at) AS highs,
           array_agg(k.low ORDER BY k.start_at) AS lows, array_agg(k.close ORDER BY k.start_at) AS closes,
           array_agg(k.volume ORDER BY k.start_at) AS volumes
      FROM candle k
     WHERE k.venue_code = ${venueCode} AND k.asset = ${asset} AND k.bar_ms = ${HOUR_MS}
       AND k.start_at >= ${new Date(afterMs)} AND k.start_at <= ${new Date(untilMs - HOUR_MS)}`;
  return row;
}

function toCandles(row: CandleRow | undefined): Candle[] {
  const at = (list: number[] | null | undefined, index: number) => list?.[index] ?? Number.NaN;
  return (row?.starts ?? []).map((startMs, index) => ({
    startMs,
    open: at(row?.opens, index),
    high: at(row?.highs, index),
    low: at(row?.lows, index),
    close: at(row?.closes, index),
    volume: at(row?.volumes, index),
  }));
}

function historyOf(kept: Kept, hour: number): MarketHistory {
  const { candles, isUnlisted } = kept;
  const last = candles.at(-1);
  const anchored = anchoredAt(kept, Math.floor((hour * HOUR_MS) / ANCHOR_MS) * ANCHOR_MS);
  return {
    last: last === undefined ? undefined : { price: last.close, at: new Date(last.startMs + HOUR_MS) },
    isUnlisted,
    dailyVolume: dailyVolume(candles, hour * HOUR_MS),
    daily: anchored.daily,
    forecastOver(horizonDays) {
      const known = anchored.forecasts.get(horizonDays);
      if (known !== undefined || anchored.forecasts.has(horizonDays)) return known;
      const forecast = forecastVolatility(shifted(candles, anchored.anchorMs), HOUR_MS, horizonDays);
      const stated =
        forecast === undefined ? undefined : { horizonDays, variance: figureText(forecast.variance), error: figureText(forecast.error) };
      anchored.forecasts.set(horizonDays, stated);
      return stated;
    },
  };
}

function anchoredAt(kept: Kept, anchorMs: number): Anchored {
  if (kept.anchored?.anchorMs === anchorMs) return kept.anchored;
  const until = anchorMs - (anchorMs % DAY_MS);
  const daily = dailyReturns(shifted(kept.candles, anchorMs), until, kept.historyDays);
  kept.anchored = { anchorMs, daily, forecasts: new Map() };
  return kept.anchored;
}

/** The candles before an instant, put back so far that it is a midnight: what ends there is a day. */
function shifted(candles: readonly Candle[], anchorMs: number): Candle[] {
  const offset = anchorMs % DAY_MS;
  return candles.flatMap((candle) => (candle.startMs < anchorMs ? [{ ...candle, startMs: candle.startMs - offset }] : []));
}

function dailyVolume(candles: readonly Candle[], nowMs: number): number | undefined {
  const [first] = candles;
  if (first === undefined) return undefined;
  const days = Math.min(VOLUME_DAYS, Math.max(1, (nowMs - first.startMs) / DAY_MS));
  return (
    sum(
      candles.slice(-VOLUME_DAYS * DAY_HOURS).flatMap(({ startMs, volume }) => (startMs >= nowMs - VOLUME_DAYS * DAY_MS ? [volume] : [])),
    ) / days
  );
}
