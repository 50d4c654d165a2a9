import type { Transaction } from '../database/work.ts';
import { readCandles } from '../valuation/candles.ts';
import { forecastVolatility, type VolatilityForecast } from '../valuation/forecast/forecast.ts';
import { type MarketKnowledge, marketFigures } from './planning/market-figures.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A year of hours: as far back as the planner looks for states like the present one. */
const HISTORY_MS = 366 * DAY_MS;
/** Candles that end longer ago say nothing of now. */
const AGE_MS_MAX = DAY_MS;
const FORECAST_DAYS = 1;
const KEPT = 256;

/** What recorded candles say of a coin at a venue, for this hour. */
export interface Outlook {
  readonly knowledge: MarketKnowledge;
  /** Over a day; undefined with too few whole days of candles. */
  readonly forecast: VolatilityForecast | undefined;
  /** Forecast deviation of a day's return. */
  readonly deviationPerDay: number;
  /** Mean units traded in a day of the month before. */
  readonly dailyVolume: number;
}

const known = new Map<string, Outlook | undefined>();

/** The hour under way: what is planned for it is planned from candles before it. */
export function hourOf(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / HOUR_MS) * HOUR_MS);
}

/**
 * Undefined where too little is recorded, or nothing of the last day. The same for a whole hour, and remembered for it: the database is
 * asked once an hour and coin. What is not recorded yet is asked for again.
 */
export async function outlookOf(
  reader: Pick<Transaction, '$queryRaw'>,
  { venue, asset, now }: { readonly venue: string; readonly asset: string; readonly now: Date },
): Promise<Outlook | undefined> {
  const nextMs = hourOf(now).getTime();
  const series = { venueCode: venue, asset, barMs: HOUR_MS };
  const [newest] = await reader.$queryRaw<{ at: Date | null; database: string }[]>`
    SELECT max(start_at) AS at, current_database() AS database FROM candle
     WHERE venue_code = ${venue} AND asset = ${asset} AND bar_ms = ${HOUR_MS} AND start_at < ${new Date(nextMs)}`;
  const newestMs = newest?.at?.getTime();
  if (newestMs === undefined || nextMs - newestMs > AGE_MS_MAX) return undefined;
  const key = `${newest?.database}/${venue}/${asset}/${nextMs}/${newestMs}`;
  if (known.has(key)) return known.get(key);
  const candles = await readCandles(reader, series, new Date(nextMs - HISTORY_MS), new Date(nextMs));
  const knowledge = marketFigures(candles, { barMs: HOUR_MS, nextMs });
  const forecast = forecastVolatility(candles, HOUR_MS, FORECAST_DAYS);
  const outlook = knowledge === undefined ? undefined : outlookFrom(knowledge, forecast);
  remember(key, outlook);
  return outlook;
}

function outlookFrom(knowledge: MarketKnowledge, forecast: VolatilityForecast | undefined): Outlook {
  const { deviation, dayVolume } = knowledge.figures;
  const ofBars = deviation * Math.sqrt(DAY_MS / HOUR_MS);
  const isUsable = forecast !== undefined && forecast.variance > 0 && Number.isFinite(forecast.variance);
  return { knowledge, forecast, deviationPerDay: isUsable ? Math.sqrt(forecast.variance) : ofBars, dailyVolume: dayVolume };
}

/** The oldest makes room. */
function remember(key: string, outlook: Outlook | undefined): void {
  known.set(key, outlook);
  const [oldest] = known.keys();
  if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
}
