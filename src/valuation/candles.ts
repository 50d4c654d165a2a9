import type { Transaction } from '../database/work.ts';
import type { Candle } from './forecast/candle.ts';

/** Bars of one length of one asset's won market at a venue. */
export interface CandleSeries {
  readonly venueCode: string;
  readonly asset: string;
  readonly barMs: number;
}

/**
 * Stores bars that are over, those already known anew, since a venue may correct them. A bar that cannot be (a low above its high,
 * prices of nothing) is left out: these are statistics, and one bad row is worth less than the rest.
 */
export async function storeCandles(
  writer: Pick<Transaction, '$executeRaw'>,
  { venueCode, asset, barMs }: CandleSeries,
  candles: readonly Candle[],
): Promise<void> {
  const possible = candles.filter(isPossible);
  if (possible.length === 0) return;
  const column = (figure: (candle: Candle) => number): string[] => possible.map((candle) => figure(candle).toString());
  await writer.$executeRaw`
    INSERT INTO candle (venue_code, asset, bar_ms, start_at, open, high, low, close, volume)
    SELECT ${venueCode}, ${asset}, ${barMs}, to_timestamp(0) + k.start_ms * interval '1 millisecond', k.open, k.high, k.low, k.close, k.volume
      FROM unnest(${column(({ startMs }) => startMs)}::float8[], ${column(({ open }) => open)}::float8[], ${column(({ high }) => high)}::float8[],
                  ${column(({ low }) => low)}::float8[], ${column(({ close }) => close)}::float8[], ${column(({ volume }) => volume)}::float8[])
        AS k (start_ms, open, high, low, close, volume)
    ON CONFLICT (venue_code, asset, bar_ms, start_at) DO UPDATE
      SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume
    WHERE (candle.open, candle.high, candle.low, candle.close, candle.volume)
       IS DISTINCT FROM (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume)`;
}

function isPossible({ open, high, low, close, volume }: Candle): boolean {
  const isWithin = (price: number) => price >= low && price <= high;
  return [open, high, low, close, volume].every(Number.isFinite) && low > 0 && isWithin(open) && isWithin(close) && volume >= 0;
}

interface CandleLists {
  readonly starts: number[] | null;
  readonly opens: number[] | null;
  readonly highs: number[] | null;
  readonly lows: number[] | null;
  readonly closes: number[] | null;
  readonly volumes: number[] | null;
}

/** Stored bars that began at or after `from` and before `to`, oldest first; what the venue had none of is missing. */
export async function readCandles(
  reader: Pick<Transaction, '$queryRaw'>,
  { venueCode, asset, barMs }: CandleSeries,
  from: Date,
  to: Date,
): Promise<Candle[]> {
  // As one row of lists: thousands of rows of their own take ten times as long to come over.
  const [lists] = await reader.$queryRaw<CandleLists[]>`
    SELECT array_agg((extract(epoch FROM start_at) * 1000)::float8 ORDER BY start_at) AS starts,
           array_agg(open ORDER BY start_at) AS opens, array_agg(high ORDER BY start_at) AS highs,
           array_agg(low ORDER BY start_at) AS lows, array_agg(close ORDER BY start_at) AS closes,
           array_agg(volume ORDER BY start_at) AS volumes
      FROM candle
     WHERE venue_code = ${venueCode} AND asset = ${asset} AND bar_ms = ${barMs} AND start_at >= ${from} AND start_at < ${to}`;
  const at = (list: number[] | null | undefined, index: number): number => list?.[index] ?? Number.NaN;
  return (lists?.starts ?? []).map((startMs, index) => ({
    startMs,
    open: at(lists?.opens, index),
    high: at(lists?.highs, index),
    low: at(lists?.lows, index),
    close: at(lists?.closes, index),
    volume: at(lists?.volumes, index),
  }));
}
