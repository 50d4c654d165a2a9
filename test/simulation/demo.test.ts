import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/kernel/config.ts';
import { createLog } from '../../src/kernel/log.ts';
import { runDemo } from '../../src/simulation/demo.ts';
import type { DemoSummary } from '../../src/simulation/summary.ts';
import { emptyFolder, ensureBuilt, environmentFor } from '../support/installed.ts';

const TAXPAYERS = 12;
const KILLS = 12;
const TIMEOUT_MS = 280_000;

/** The whole way of a small sample city, with the service as a process of its own on a PostgreSQL of its own. */
async function demo(kills: number): Promise<DemoSummary> {
  const folder = await emptyFolder();
  return runDemo({
    config: readConfig(environmentFor(join(folder, 'data'))),
    log: createLog({ level: 'error' }),
    seed: '7',
    marketFolder: undefined,
    taxpayers: TAXPAYERS,
    kills,
    onProgress: () => undefined,
  });
}

describe('the sample city', () => {
  let calm: DemoSummary;

  beforeAll(async () => {
    await ensureBuilt();
    calm = await demo(0);
  }, TIMEOUT_MS);

  it('goes the whole way: sold, credited, closed, and nothing unexplained', () => {
    expect(calm).toMatchObject({ taxpayers: TAXPAYERS, invariantsBroken: 0, unexplainedKrw: '0' });
    expect(calm.casesOpened).toBeGreaterThan(TAXPAYERS / 2);
    expect(calm.casesClosed).toBe(calm.casesOpened);
    expect(calm.invariantsChecked).toBeGreaterThan(20);
    for (const figure of [calm.claimKrw, calm.proceedsKrw, calm.creditedKrw, calm.costsKrw]) expect(Number(figure)).toBeGreaterThan(0);
  });

  it(
    'comes to the same sums when the service is killed again and again on its way',
    async () => {
      const { seconds: _calm, auditEvents: _calmEvents, ...expected } = calm;
      const { seconds: _killed, auditEvents: _killedEvents, ...found } = await demo(KILLS);
      expect(found).toEqual(expected);
    },
    TIMEOUT_MS,
  );
});
