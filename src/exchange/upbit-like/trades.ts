import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price } from '../../kernel/money.ts';
import type { MarketCandle, PublicTrade } from '../port.ts';
import type { Dialect, Line } from './dialect.ts';
import { assetOf, type MinuteCandle, minuteCandleRows, tradeRows } from './wire.ts';

const MINUTE_MS = 60_000;
/** Minutes of the bars that are put together (docs.upbit.com and apidocs.bithumb.com, minute candles). */
const BAR_MINUTES: ReadonlySet<number> = new Set([1, 3, 5, 10, 15, 30, 60, 240]);
const CANDLE_PAGE = 200;
/** Trades are listed by day, in UTC, for today and this many days before. */
const TRADE_DAYS = 7;

export interface CandleSpan {
  readonly symbol: string;
  readonly barMs: number;
  /** The first possible beginning of a bar. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/** Bars that began within a span, oldest first, with figures that are exact, as a recording needs them. Errors as of `readCandlePage`. */
export async function readCandleRows(
  span: CandleSpan,
  { title }: { readonly title: string },
  readPage: (beforeMs: number) => Promise<MinuteCandle[]>,
): Promise<MinuteCandle[]> {
  const byStart = new Map<number, MinuteCandle>();
  // The answer is the bars before an instant, newest first; so a span is read backwards.
  for (let beforeMs = span.toMs; beforeMs > span.fromMs; ) {
    const page = await readPage(beforeMs);
    for (const row of page) {
      const startMs = row.candle_date_time_utc.getTime();
      if (startMs >= span.fromMs && startMs < span.toMs) byStart.set(startMs, row);
    }
    const oldestMs = Math.min(...page.map((row) => row.candle_date_time_utc.getTime()));
    if (page.length < CANDLE_PAGE) break;
    if (oldestMs >= beforeMs) {
      throw new CheongsanError('EXCHANGE_UNAVAILABLE', `${title} repeats the candles of ${span.symbol}; they cannot be read to the start.`);
    }
    beforeMs = oldestMs;
  }
  return [...byStart].sort(([a], [b]) => a - b).map(([, row]) => row);
}

/** Error: `INPUT_INVALID` for a length that is not offered; otherwise those of any reading call. */
export function readCandlePage(
  line: Line<'minuteCandles'>,
  dialect: Dialect,
  { symbol, barMs }: Pick<CandleSpan, 'symbol' | 'barMs'>,
  beforeMs: number,
): Promise<MinuteCandle[]> {
  const unit = barMs / MINUTE_MS;
  if (!BAR_MINUTES.has(unit)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `${dialect.title} has no bars of ${barMs} ms; there are ${[...BAR_MINUTES].join(', ')} minutes.`,
    );
  }
  return line.read('minuteCandles', minuteCandleRows, { unit, market: symbol, to: dialect.barsEnd(beforeMs), count: CANDLE_PAGE });
}

export async function readCandles(line: Line<'minuteCandles'>, dialect: Dialect, span: CandleSpan): Promise<MarketCandle[]> {
  assetOf(span.symbol, dialect);
  // Whole seconds are taken, and a bar that begins at the end is left out.
  const toMs = Math.ceil(span.toMs / 1_000) * 1_000;
  const rows = await readCandleRows({ ...span, toMs }, dialect, (beforeMs) => readCandlePage(line, dialect, span, beforeMs));
  return rows
    .map((row) => ({
      startMs: row.candle_date_time_utc.getTime(),
      open: Number(row.opening_price),
      high: Number(row.high_price),
      low: Number(row.low_price),
      close: Number(row.trade_price),
      volume: Number(row.candle_acc_trade_volume),
    }))
    .filter(({ startMs }) => startMs < span.toMs);
}

/**
 * The trades of one day are listed, in UTC, so that a thin coin's list is empty after midnight; then the days before are asked for,
 * seven at most. `sequential_id` does not tell the order, the list itself does: the newest is first.
 */
export async function readLastTrade(line: Line<'trades'>, dialect: Dialect, symbol: string): Promise<PublicTrade | undefined> {
  const asset = assetOf(symbol, dialect);
  for (let daysAgo = 0; daysAgo <= TRADE_DAYS; daysAgo++) {
    const day = daysAgo === 0 ? {} : { days_ago: daysAgo };
    const [trade] = await line.read('trades', tradeRows, { market: symbol, count: 1, ...day });
    if (trade === undefined) continue;
    return {
      price: Price.of(asset, trade.trade_price),
      quantity: CoinAmount.of(asset, trade.trade_volume),
      tradedAt: trade.timestamp,
    };
  }
  return undefined;
}
