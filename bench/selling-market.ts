import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type GeneratedCoin, GeneratedMarket } from '../src/paper-exchange/market/generator.ts';

const MINUTE_MS = 60_000;
/** Any day will do; the exchange puts the first minute of its tape to the instant of its start. */
const FIRST_MINUTE = Date.parse('2026-01-05T00:00:00Z') / MINUTE_MS;
/** The tape runs there and back, so that there is a past to ask for as well. */
const TAPE_MINUTES = 240;
/** Won that a sample coin turns over on a usual day. */
const DAILY_TURNOVER_KRW = 60_000_000_000;
/** Prices go through these, so that coarse and fine ticks are among them. */
const PRICES_KRW = [1_240, 38_600, 652, 5_150, 214_000, 2_870, 91, 12_350] as const;

/** Made-up coins that all trade well: what is measured is the desk, not the patience of thin markets. */
export function sampleCoins(count: number): GeneratedCoin[] {
  return Array.from({ length: count }, (_, index) => {
    const basePrice = PRICES_KRW[index % PRICES_KRW.length] ?? PRICES_KRW[0];
    return {
      asset: `B${String(index + 1).padStart(3, '0')}`,
      basePrice,
      dailyVolatility: 0.03,
      commonShare: 0.7,
      dailyVolume: DAILY_TURNOVER_KRW / basePrice,
      silentShare: 0,
    };
  });
}

/** Writes one-minute bars of these coins as the paper exchange replays them. */
export async function writeTape(folder: string, coins: readonly GeneratedCoin[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const market = new GeneratedMarket('bench', coins);
  for (const { asset } of coins) {
    const lines = Array.from({ length: TAPE_MINUTES }, (_, offset) => {
      const bar = market.bar(asset, FIRST_MINUTE + offset);
      const figures = bar === undefined ? [] : [bar.open, bar.high, bar.low, bar.close, bar.volume];
      return [(FIRST_MINUTE + offset) * MINUTE_MS, ...figures].join(',');
    });
    const text = `ts_ms,open,high,low,close,volume\n${lines.join('\n')}\n`;
    await writeFile(join(folder, `upbit_KRW-${asset}_1m.csv.gz`), gzipSync(text));
  }
}
