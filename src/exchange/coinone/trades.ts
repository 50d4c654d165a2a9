import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price } from '../../kernel/money.ts';
import type { MarketCandle, PublicTrade } from '../port.ts';
import type { CoinoneConnection } from './connection.ts';
import { assetOf, type ChartBar, chart, pairOf, tradeList } from './wire.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Coinone's words for bars of a fixed length (docs.coinone.co.kr, chart); where a day begins there is not stated. */
const INTERVALS: ReadonlyMap<number, string> = new Map([
  ...[1, 3, 5, 10, 15, 30].map((minutes) => [minutes * MINUTE_MS, `${minutes}m`] as const),
  ...[1, 2, 4, 6].map((hours) => [hours * HOUR_MS, `${hours}h`] as const),
]);
const CHART_PAGE = 500;
/** The fewest that may be asked for. */
const TRADES = 10;

export interface CandleSpan {
  readonly symbol: string;
  readonly barMs: number;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/**
 * Bars that began within a span, oldest first. Coinone is asked for so many up to an instant; whether a bar that begins at it is among them
 * is not documented, so each page is asked for up to the oldest bar that is known, whether it comes again or not.
 */
export async function readCandles(connection: CoinoneConnection, { symbol, barMs, fromMs, toMs }: CandleSpan): Promise<MarketCandle[]> {
  const pair = pairOf(symbol);
  const interval = INTERVALS.get(barMs);
  if (interval === undefined) {
    throw new CheongsanError('INPUT_INVALID', `Coinone has no bars of ${barMs} ms; there are ${[...INTERVALS.values()].join(', ')}.`);
  }
  const byStart = new Map<number, ChartBar>();
  for (let untilMs = toMs; untilMs > fromMs; ) {
    const page = await connection.read('chart', chart, { ...pair, interval, timestamp: untilMs, size: CHART_PAGE });
    const starts = page.chart.map((bar) => bar.timestamp.getTime()).filter((startMs) => startMs < untilMs);
    for (const bar of page.chart) {
      const startMs = bar.timestamp.getTime();
      if (startMs >= fromMs && startMs < toMs) byStart.set(startMs, bar);
    }
    if (starts.length === 0) break;
    untilMs = Math.min(...starts);
  }
  return [...byStart]
    .sort(([a], [b]) => a - b)
    .map(([startMs, bar]) => ({
      startMs,
      open: Number(bar.open),
      high: Number(bar.high),
      low: Number(bar.low),
      close: Number(bar.close),
      volume: Number(bar.target_volume),
    }));
}

/** Of the newest trades the latest: Coinone does not say in which order it lists them. */
export async function readLastTrade(connection: CoinoneConnection, symbol: string): Promise<PublicTrade | undefined> {
  const asset = assetOf(symbol);
  const { transactions } = await connection.read('trades', tradeList, { ...pairOf(symbol), size: TRADES });
  const [newest] = transactions.toSorted((a, b) => b.timestamp.getTime() - a.timestamp.getTime());
  if (newest === undefined) return undefined;
  return { price: Price.of(asset, newest.price), quantity: CoinAmount.of(asset, newest.qty), tradedAt: newest.timestamp };
}
