import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { backtest } from '../../src/backtest/backtest.ts';
import { measureBook } from '../../src/backtest/book-measure.ts';
import { readBookRecordings } from '../../src/backtest/book-recording.ts';
import { gridOf } from '../../src/backtest/grid.ts';
import { readRecordings } from '../../src/backtest/recording.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { collected } from './generated-market.ts';

const market = join(projectRoot, '..', 'shared', 'market');
const HARD = ['NXSBTC', 'LUNAUSDT', 'usdcusdt', 'XRPUSDT'];

describe.skipIf(!existsSync(market))('recorded markets (skipped where ../shared/market is absent)', () => {
  const recordings = new Map<string, Awaited<ReturnType<typeof read>>[number]>();
  const read = () => collected(readRecordings(market));
  beforeAll(async () => {
    for (const recording of await read()) recordings.set(recording.name, recording);
  });

  it.each(HARD)('of %s: gaps, silence and a coin that is worth nothing are all sold into by numbers', (name) => {
    const recording = recordings.get(name);
    if (recording === undefined) throw new Error(`${market} has lost ${name}.`);
    const results = [...backtest(gridOf(recording), { notionals: [2e7, 1e10], lambdas: [0.2] })];
    expect(results.filter(({ kind }) => kind === 'planner').length).toBeGreaterThan(2);
    for (const { meanBps, cvar5Bps, impactBps } of results) {
      expect(Number.isFinite(meanBps + cvar5Bps)).toBe(true);
      expect(impactBps).toBeGreaterThan(0);
      expect(cvar5Bps).toBeLessThanOrEqual(1e4);
    }
  });

  it('of books are sold into, a level of size zero among them', async () => {
    const books = await collected(readBookRecordings(market));
    expect(books.map(({ venue }) => venue)).toEqual(['binance', 'bithumb', 'upbit']);
    for (const book of books) {
      const [cross, rest] = measureBook(book, [2e7]);
      expect(cross).toMatchObject({ unusable: 0, soldShare: 1 });
      expect(cross?.belowMidBps).toBeGreaterThan(-0.01);
      expect(rest?.soldShare).toBe(1);
    }
  });
});
