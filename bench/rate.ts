import { elapsedMs } from '../src/kernel/clock.ts';

/** Does some work once and says how many things it did. The number tells simultaneous workers apart. */
export type Step = (worker: number) => Promise<number>;

/** Things done in a second when so many workers repeat a step for a while, each waiting only for its own. */
export async function ratePerSecond(step: Step, options: { readonly workers: number; readonly seconds: number }): Promise<number> {
  const begun = elapsedMs();
  const end = begun + options.seconds * 1_000;
  let done = 0;
  const work = async (_: unknown, worker: number) => {
    while (elapsedMs() < end) {
      const count = await step(worker);
      done += count;
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  return done / ((elapsedMs() - begun) / 1_000);
}
