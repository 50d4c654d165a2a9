import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { projectRoot } from '../../src/kernel/paths.ts';
import type { Candle } from '../../src/valuation/forecast/candle.ts';

const shared = join(projectRoot, '..', 'shared');
const path = join(shared, 'vectors', 'execution_vectors.json');

const figures = z.record(z.string(), z.number());
const trajectory = z.object({
  kappa: z.number().nullable(),
  x: z.array(z.number()),
  n: z.array(z.number()),
  E: z.number(),
  V: z.number(),
});
const ohlcv = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]);

const vectorsSchema = z.object({
  almgren_chriss_2000: z.object({
    params: z.object({
      X: z.number(),
      T: z.number(),
      N: z.number(),
      sigma: z.number(),
      eta: z.number(),
      gamma: z.number(),
      epsilon: z.number(),
    }),
    min_impact_uniform: z.object({ E: z.number(), V: z.number() }),
    cases: z.record(z.string(), trajectory),
  }),
  almgren_chriss_continuous: z.object({ kappa: z.number(), fractions: figures }),
  almgren_thum_hauptmann_li_2005: z.object({
    table: z.object({
      IBM: z.object({
        V: z.number(),
        Theta: z.number(),
        sigma: z.number(),
        X: z.number(),
        I_bp: z.number(),
        K_bp: z.array(z.number()),
        J_bp: z.array(z.number()),
        computed: z.object({ rows: z.array(z.object({ T: z.number(), K_bp: z.number(), J_bp: z.number() })) }),
      }),
    }),
  }),
  square_root_law: z.object({
    cases: z.array(z.object({ Y: z.number(), sigma: z.number(), Q_over_V: z.number(), peak_bps: z.number(), avg_bps: z.number() })),
  }),
  volatility_estimators: z.object({ fixture_ohlc: z.array(ohlcv), all48: figures, first37_before_crash_hour: figures }),
  har_rv: z.object({ n_fit: z.number(), beta: z.array(z.number()) }),
});

/** Absent on a machine that does not have the vectors; the tests that need them say so and are skipped. */
export const executionVectors = existsSync(path) ? vectorsSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;

export function candlesOf(rows: readonly z.output<typeof ohlcv>[]): Candle[] {
  return rows.map(([startMs, open, high, low, close, volume]) => ({ startMs, open, high, low, close, volume }));
}

const HOURLY_BITCOIN = join(shared, 'market', 'upbit_KRW-BTC_1h.csv.gz');

/** Recorded hourly candles, or undefined where the folder is absent. */
export function hourlyBitcoin(): Candle[] | undefined {
  if (!existsSync(HOURLY_BITCOIN)) return undefined;
  const lines = gunzipSync(readFileSync(HOURLY_BITCOIN)).toString().trim().split('\n').slice(1);
  return candlesOf(lines.map((line) => ohlcv.parse(line.split(',').map(Number))));
}
