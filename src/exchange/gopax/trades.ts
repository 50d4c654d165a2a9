import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price } from '../../kernel/money.ts';
import type { MarketCandle, PublicTrade } from '../port.ts';
import type { GopaxConnection } from './connection.ts';
import { assetOf, candleRows, publicTradeRows } from './wire.ts';

const MINUTE_MS = 60_000;
/**
 * Minutes of the bars that can be asked for, and of those of which they are made: GOPAX has bars of 1, 5, 30 and 1,440 minutes
 * (gopax.github.io/API, chart data), and an hour is two of thirty.
 */
const OWN_BAR_MINUTES: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [5, 5],
  [30, 30],
  [60, 30],
  [1_440, 1_440],
]);
/** Up to 1,024 a call; the bars at both ends may be among them. */
const BARS_A_CALL = 1_000;
const CANDLE_LIMIT = 1_024;

interface AskedBars {
  readonly symbol: string;
  readonly barMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export async function readCandles(connection: GopaxConnection, { symbol, barMs, fromMs, toMs }: AskedBars): Promise<MarketCandle[]> {
  assetOf(symbol);
  const ownMinutes = OWN_BAR_MINUTES.get(barMs / MINUTE_MS);
  if (ownMinutes === undefined) {
    const known = [...OWN_BAR_MINUTES.keys()].join(', ');
    throw new CheongsanError('INPUT_INVALID', `GOPAX has no bars of ${barMs} ms; there are ${known} minutes.`);
  }
  const ownMs = ownMinutes * MINUTE_MS;
  if (ownMs === barMs) return readOwnCandles(connection, { symbol, barMs, fromMs, toMs });
  // Of a bar that began within the span all parts count, of one that began before it none.
  const nextBar = (instantMs: number) => Math.ceil(instantMs / barMs) * barMs;
  return joined(await readOwnCandles(connection, { symbol, barMs: ownMs, fromMs: nextBar(fromMs), toMs: nextBar(toMs) }), barMs);
}

/** Longer bars of shorter ones, oldest first. */
function joined(parts: readonly MarketCandle[], barMs: number): MarketCandle[] {
  const bars: MarketCandle[] = [];
  for (const part of parts) {
    const startMs = Math.floor(part.startMs / barMs) * barMs;
    const last = bars.at(-1);
    if (last?.startMs !== startMs) {
      bars.push({ ...part, startMs });
      continue;
    }
    const [high, low] = [Math.max(last.high, part.high), Math.min(last.low, part.low)];
    bars[bars.length - 1] = { ...last, high, low, close: part.close, volume: last.volume + part.volume };
  }
  return bars;
}

async function readOwnCandles(connection: GopaxConnection, { symbol, barMs, fromMs, toMs }: AskedBars): Promise<MarketCandle[]> {
  const interval = barMs / MINUTE_MS;
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
