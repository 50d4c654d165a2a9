import { type Benchmark, figure, median } from './figure.ts';
import { secondsToFirstPage, withService } from './service.ts';

const RESTARTS = 3;
const TARGET_SECONDS = 5;

/** How long somebody waits before the service shows its first page: on an empty folder, and on one that has its database. */
export const start: Benchmark = {
  names: ['start.first', 'start.cold'],
  run: () =>
    withService(async (service) => {
      const first = await secondsToFirstPage(service);
      const restarts: number[] = [];
      for (let restart = 0; restart < RESTARTS; restart++) {
        await service.process.stop();
        restarts.push(await secondsToFirstPage(service));
      }
      const target = { unit: 's', reference: '5 s to the first page', referenceValue: TARGET_SECONDS, higherIsBetter: false };
      return [figure({ name: 'start.first', value: first, ...target }), figure({ name: 'start.cold', value: median(restarts), ...target })];
    }),
};
