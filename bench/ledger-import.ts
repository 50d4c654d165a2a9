import { z } from 'zod';
import { elapsedMs, pause, systemClock } from '../src/kernel/clock.ts';
import { CheongsanError } from '../src/kernel/errors.ts';
import { Office } from '../src/simulation/office.ts';
import { hireCast } from '../src/simulation/story/cast.ts';
import { type Benchmark, type Figure, figure } from './figure.ts';
import { type Installation, memoryMb } from './process-memory.ts';
import { sampleLedger } from './sample-ledger.ts';
import { type BenchService, installationOf, secondsToFirstPage, urlOf, withService } from './service.ts';

const BILLS = 100_000;
const TARGET_SECONDS = 30;
const TARGET_MB = 300;
/** Looking is not free: it walks the page tables of some twenty processes. */
const SAMPLE_MS = 500;
const SETTLE_MS = 2_000;

const imported = z.object({ state: z.literal('stored'), goodCount: z.literal(BILLS) });

/** A city's whole delinquent ledger, handed in over HTTP as an officer does, and what the installation needs meanwhile. */
export const ledgerImport: Benchmark = {
  names: ['import.rows', 'import.memory'],
  run: () =>
    withService(async (service) => {
      await secondsToFirstPage(service);
      const officer = await hireOfficer(service);
      const file = await sampleLedger(BILLS);
      await pause(SETTLE_MS);
      const installation = await installationOf(service);
      const idleMb = await memoryMb(installation);
      const begun = elapsedMs();
      const { peakMb } = await withPeak(installation, async () => {
        imported.parse(await officer.office.upload('/imports/delinquent-ledger?mode=store', file, 'text/csv', officer.official));
      });
      return figures((elapsedMs() - begun) / 1_000, peakMb - idleMb);
    }),
};

function figures(seconds: number, additionalMb: number): Figure[] {
  return [
    figure({
      name: 'import.rows',
      value: BILLS / seconds,
      unit: 'rows/s',
      reference: '30 s for 100,000 bills',
      referenceValue: BILLS / TARGET_SECONDS,
      higherIsBetter: true,
    }),
    figure({
      name: 'import.memory',
      value: additionalMb,
      unit: 'MB',
      reference: '300 MB more while importing 100,000 bills',
      referenceValue: TARGET_MB,
      higherIsBetter: false,
    }),
  ];
}

async function hireOfficer(service: BenchService) {
  const address = { url: () => Promise.resolve(urlOf(service)), undisturbed: <T>(body: () => Promise<T>) => body() };
  const office = new Office(address, systemClock);
  const link = service.process.firstAdministratorLink?.split('#')[1];
  if (link === undefined) throw new CheongsanError('INTERNAL', 'The service printed no link for its first administrator.');
  const { cast } = await hireCast(office, link);
  return { office, official: cast.officer };
}

/** Runs `body` and looks at the memory all the while. */
async function withPeak(installation: Installation, body: () => Promise<void>): Promise<{ readonly peakMb: number }> {
  let peakMb = 0;
  let isOver = false;
  const watch = (async () => {
    while (!isOver) {
      peakMb = Math.max(peakMb, await memoryMb(installation));
      await pause(SAMPLE_MS);
    }
  })();
  try {
    await body();
  } finally {
    isOver = true;
    await watch;
  }
  return { peakMb };
}
