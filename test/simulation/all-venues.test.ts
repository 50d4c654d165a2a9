import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { VENUE_CODES } from '../../src/exchange/port.ts';
import { readConfig } from '../../src/kernel/config.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { createLog } from '../../src/kernel/log.ts';
import { runDemo } from '../../src/simulation/demo.ts';
import type { DemoSummary } from '../../src/simulation/summary.ts';
import { cheongsan, emptyFolder, ensureBuilt, environmentFor } from '../support/installed.ts';

const TAXPAYERS = 12;
const KILLS = 4;
const TIMEOUT_MS = 400_000;

describe('a sample city with an account at each of five exchanges', () => {
  let summary: DemoSummary;
  const told: string[] = [];

  beforeAll(async () => {
    await ensureBuilt();
    summary = await runDemo({
      config: readConfig(environmentFor(join(await emptyFolder(), 'data'))),
      log: createLog({ level: 'error' }),
      seed: '7',
      marketFolder: undefined,
      venues: VENUE_CODES,
      taxpayers: TAXPAYERS,
      kills: KILLS,
      onProgress: (text) => told.push(text),
    });
  }, TIMEOUT_MS);

  it('goes the whole way at all of them under kills, and nothing is unexplained at any', () => {
    expect(summary).toMatchObject({ venues: VENUE_CODES, taxpayers: TAXPAYERS, invariantsBroken: 0, unexplainedKrw: '0' });
    expect(summary.casesClosed).toBe(summary.casesOpened);
    expect(told.at(-1)).toContain(`강제 종료 ${KILLS}회`);
  });

  it('sells at every exchange, and the parts are the whole', () => {
    const parts = Object.entries(summary.proceedsByVenueKrw).map(([, figure]) => new Decimal(figure));
    expect(Object.keys(summary.proceedsByVenueKrw)).toEqual([...VENUE_CODES]);
    expect(parts.every((part) => part.isPositive() && !part.isZero())).toBe(true);
    expect(parts.reduce((total, part) => total.plus(part), new Decimal(0)).toFixed()).toBe(summary.proceedsKrw);
  });
});

it('takes no exchange that nobody knows', async () => {
  const folder = await emptyFolder();
  for (const venues of ['upbit,binance', '', 'all,upbit']) {
    const { status, stderr } = await cheongsan(folder, ['demo', '--venues', venues]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('upbit, bithumb, coinone, korbit, gopax');
  }
});
