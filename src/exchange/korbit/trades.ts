import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price } from '../../kernel/money.ts';
import type { MarketCandle, PublicTrade } from '../port.ts';
import type { KorbitConnection } from './connection.ts';
import { assetOf, candleRows, publicTradeRows } from './wire.ts';

const MINUTE_MS = 60_000;
/** Korbit's names of its bars. When its day begins is not documented. */
const INTERVALS: ReadonlyMap<number, string> = new Map([
  ...[1, 5, 15, 30, 60, 240].map((minutes): [number, string] => [minutes * MINUTE_MS, `${minutes}`]),
  [1_440 * MINUTE_MS, '1D'],
  [7 * 1_440 * MINUTE_MS, '1W'],
]);
const CANDLE_PAGE = 200;

export interface CandleSpan {
  readonly symbol: string;
  readonly barMs: number;
  /** The first possible beginning of a bar. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/**
 * Korbit answers with the newest bars before an end; so a span is read backwards. Whether a bar that begins at the end is among them is
 * not documented (the venue's own client takes it to be): it is asked for and, where it is not wanted, dropped.
 */
export async function readCandles(connection: KorbitConnection, span: CandleSpan): Promise<MarketCandle[]> {
  assetOf(span.symbol);
  const interval = INTERVALS.get(span.barMs);
  if (interval === undefined) {
    throw new CheongsanError('INPUT_INVALID', `Korbit has no bars of ${span.barMs} ms; there are ${[...INTERVALS.values()].join(', ')}.`);
  }
  const byStart = new Map<number, MarketCandle>();
  for (let endMs = span.toMs; endMs > span.fromMs; ) {
    const page = await connection.read('candles', candleRows, { symbol: span.symbol, interval, end: endMs, limit: CANDLE_PAGE });
    for (const { timestamp, ...figures } of page) {
      const startMs = timestamp.getTime();
      if (startMs >= span.fromMs && startMs < span.toMs) byStart.set(startMs, { startMs, ...figures });
    }
    if (page.length < CANDLE_PAGE) break;
    const oldestMs = Math.min(...page.map(({ timestamp }) => timestamp.getTime()));
    if (oldestMs >= endMs) {
      throw new CheongsanError('EXCHANGE_UNAVAILABLE', `Korbit repeats the candles of ${span.symbol}; they cannot be read to the start.`);
    }
    endMs = oldestMs;
  }
  return [...byStart.values()].sort((a, b) => a.startMs - b.startMs);
}

/** However long ago it was; undefined where nothing was ever traded. */
export async function readLastTrade(connection: KorbitConnection, symbol: string): Promise<PublicTrade | undefined> {
  const asset = assetOf(symbol);
  const [trade] = await connection.read('trades', publicTradeRows, { symbol, limit: 1 });
  if (trade === undefined) return undefined;
  return { price: Price.of(asset, trade.price), quantity: CoinAmount.of(asset, trade.qty), tradedAt: trade.timestamp };
}
