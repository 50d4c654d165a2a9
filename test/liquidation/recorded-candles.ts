import { SeededRandom } from '../../src/kernel/random.ts';
import { storeCandles } from '../../src/valuation/candles.ts';
import type { Candle } from '../../src/valuation/forecast/candle.ts';
import type { SaleDesk } from '../support/sale-desk.ts';

export const HOUR_MS = 3_600_000;
const DAYS = 45;

export interface RecordedMarket {
  readonly asset: string;
  /** Won traded in an hour, and the deviation of an hour's return. */
  readonly wonAnHour: number;
  readonly deviation: number;
  /** Hours after the present one that are known already, for tests in which time passes. */
  readonly laterHours?: number;
  /** Deviation of those. */
  readonly laterDeviation?: number;
}

/** Stores the hours of a market before the present one, from weeks ago, and some after it. */
export async function recordCandles(city: SaleDesk, market: RecordedMarket): Promise<void> {
  const { asset, wonAnHour, deviation, laterHours = 48, laterDeviation = deviation } = market;
  const random = new SeededRandom('recorded', asset);
  const nextMs = Math.floor(city.clock.now().getTime() / HOUR_MS) * HOUR_MS;
  const price = Number(await city.bestBid(asset));
  const candle = (startMs: number, open: number, close: number): Candle => {
    const [high, low] = [Math.max(open, close) * 1.001, Math.min(open, close) * 0.999];
    return { startMs, open, high, low, close, volume: (wonAnHour / price) * (0.5 + random.next()) };
  };
  const candles: Candle[] = [];
  for (let hour = 1, close = price; hour <= DAYS * 24; hour++) {
    const open = close * Math.exp(deviation * random.normal());
    candles.push(candle(nextMs - hour * HOUR_MS, open, close));
    close = open;
  }
  for (let hour = 0, open = price; hour < laterHours; hour++) {
    const close = open * Math.exp(laterDeviation * random.normal());
    candles.push(candle(nextMs + hour * HOUR_MS, open, close));
    open = close;
  }
  await city.by((work) => storeCandles(work.tx, { venueCode: 'upbit', asset, barMs: HOUR_MS }, candles));
}
