import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price } from '../../kernel/money.ts';
import type { MarketCandle, PublicTrade } from '../port.ts';
import type { GopaxConnection } from './connection.ts';
import { assetOf, candleRows, publicTradeRows } from './wire.ts';

const MINUTE_MS = 60_000;
/** Minutes of the bars that there are (gopax.github.io/API, chart data). */
const BAR_MINUTES: ReadonlySet<number> = new Set([1, 5, 30, 1_440]);
/** Up to 1,024 a call; the bars at both ends may be among them. */
const BARS_A_CALL = 1_000;
const CANDLE_LIMIT = 1_024;

export async function readCandles(
  connection: GopaxConnection,
  { symbol, barMs, fromMs, toMs }: { symbol: string; barMs: number; fromMs: number; toMs: number },
): Promise<MarketCandle[]> {
  assetOf(symbol);
  const interval = barMs / MINUTE_MS;
  if (!BAR_MINUTES.has(interval)) {
    throw new CheongsanError('INPUT_INVALID', `GOPAX has no bars of ${barMs} ms; there are ${[...BAR_MINUTES].join(', ')} minutes.`);
  }
  const byStart = new Map<number, MarketCandle>();
  for (let start = fromMs; start < toMs; start += BARS_A_CALL * barMs) {
    const end = Math.min(toMs, start + BARS_A_CALL * barMs);
    const rows = await connection.read('candles', candleRows, { tradingPair: symbol, start, end, interval, limit: CANDLE_LIMIT });
    for (const [begin, low, high, open, close, volume] of rows) {
      const startMs = begin.getTime();
      // Whether a bar without a trade is left out or filled in is not documented.
      if (startMs < fromMs || startMs >= toMs || Number(volume) === 0) continue;
      byStart.set(startMs, {
        startMs,
        open: Number(open),
        high: Number(high),
        low: Number(low),
        close: Number(close),
        volume: Number(volume),
      });
    }
  }
  return [...byStart.values()].sort((a, b) => a.startMs - b.startMs);
}

export async function readLastTrade(connection: GopaxConnection, symbol: string): Promise<PublicTrade | undefined> {
  const asset = assetOf(symbol);
  const [trade] = await connection.read('publicTrades', publicTradeRows, { tradingPair: symbol, limit: 1 });
  if (trade === undefined) return undefined;
  return { price: Price.of(asset, trade.price), quantity: CoinAmount.of(asset, trade.amount), tradedAt: trade.time };
}
