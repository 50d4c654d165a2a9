import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../src/database/embedded.ts';
import { EmbeddedWatch } from '../../src/database/embedded-watch.ts';
import { pause } from '../../src/kernel/clock.ts';
import { readConfig } from '../../src/kernel/config.ts';
import { createLog } from '../../src/kernel/log.ts';
import { SeededRandom } from '../../src/kernel/random.ts';
import { concludeDemo, installDemo, playDemo } from '../../src/simulation/demo.ts';
import type { DemoInstallation } from '../../src/simulation/installation.ts';
import { atEnd } from '../support/at-end.ts';
import { emptyFolder, ensureBuilt, environmentFor, serverProcessId } from '../support/installed.ts';

const TAXPAYERS = 10;
const TIMEOUT_MS = 280_000;
const log = createLog({ level: 'error' });
/** Once everybody has his password and the files are in. */
const FIRST_SCENE_TO_DISTURB = '체납이 없어진';
const PAUSE_MS = { from: 500, to: 6_000 };
const KILLS_MAX = 9;
/** Of how many kills one hits PostgreSQL itself. */
const DATABASE_EVERY = 3;

interface Disturbance {
  readonly service: number;
  readonly database: number;
}

/** Kills service and PostgreSQL at whatever moment it happens to be, until it is told to stop or has had enough. */
async function disturb(installation: DemoInstallation, dataFolder: string, signal: AbortSignal): Promise<Disturbance> {
  const random = new SeededRandom('wall clock', 'moments');
  const server = await EmbeddedPostgres.start({ dataFolder, log });
  let isBack = () => undefined;
  const watch = new EmbeddedWatch(server, createLog({ level: 'silent' }), async () => isBack());
  let service = 0;
  let database = 0;
  while (!signal.aborted && service + database < KILLS_MAX) {
    await pause(random.integer(PAUSE_MS.from, PAUSE_MS.to), signal);
    if (signal.aborted) break;
    if ((service + database) % DATABASE_EVERY === DATABASE_EVERY - 1) {
      const back = new Promise<undefined>((resolve) => {
        isBack = () => {
          resolve(undefined);
          return undefined;
        };
      });
      process.kill(await serverProcessId(dataFolder), 'SIGKILL');
      database++;
      await back;
    } else {
      installation.killService();
      service++;
    }
  }
  await watch.stop();
  return { service, database };
}

it(
  'nothing is lost or doubled when service and PostgreSQL are killed at any moment',
  async () => {
    await ensureBuilt();
    const dataFolder = join(await emptyFolder(), 'data');
    const stop = new AbortController();
    atEnd(() => stop.abort());
    let disturbance: Promise<Disturbance> | undefined;
    const options = {
      config: readConfig(environmentFor(dataFolder)),
      log,
      seed: '3',
      marketFolder: undefined,
      venues: ['upbit'] as const,
      taxpayers: TAXPAYERS,
      onProgress: (text: string) => {
        if (text.startsWith(FIRST_SCENE_TO_DISTURB)) disturbance ??= disturb(installation, dataFolder, stop.signal);
      },
    };
    const installation = await installDemo(options);
    try {
      const played = await playDemo(installation, options);
      stop.abort();
      const fallen = await disturbance;
      const summary = await concludeDemo(installation, played);
      expect(fallen?.service).toBeGreaterThan(2);
      expect(fallen?.database).toBeGreaterThan(1);
      expect(summary).toMatchObject({ taxpayers: TAXPAYERS, invariantsBroken: 0, unexplainedKrw: '0' });
      expect(summary.casesClosed).toBe(summary.casesOpened);
    } finally {
      stop.abort();
      await installation.close();
    }
  },
  TIMEOUT_MS,
);
