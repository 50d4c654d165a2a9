import { pause } from '../src/kernel/clock.ts';
import { type Benchmark, figure } from './figure.ts';
import { memoryMb } from './process-memory.ts';
import { installationOf, secondsToFirstPage, withService } from './service.ts';

const SETTLE_MS = 5_000;
const TARGET_MB = 500;

/** What the installation holds while nobody asks anything of it. */
export const memoryIdle: Benchmark = {
  names: ['memory.idle'],
  run: () =>
    withService(async (service) => {
      await secondsToFirstPage(service);
      await pause(SETTLE_MS);
      const value = await memoryMb(await installationOf(service));
      return [
        figure({
          name: 'memory.idle',
          value,
          unit: 'MB',
          reference: '500 MB for service and PostgreSQL',
          referenceValue: TARGET_MB,
          higherIsBetter: false,
        }),
      ];
    }),
};
