import { afterAll, expect, it } from 'vitest';
import { applicationPoolConfig } from '../../src/database/open.ts';
import { createLog } from '../../src/kernel/log.ts';
import { JobQueues } from '../../src/queue/queue.ts';
import { createTestDatabase } from '../support/database.ts';

const queues: JobQueues[] = [];
afterAll(() => Promise.all(queues.map((each) => each.close())));

it('answers each ring once, and once more for a ring that comes while it is being answered', async () => {
  const { access } = await createTestDatabase();
  const queue = new JobQueues({ kind: 'postgres', pool: applicationPoolConfig(access, 'queue-test') }, createLog({ level: 'error' }));
  queues.push(queue);
  const answered: number[] = [];
  let release: () => void = () => undefined;
  const firstAnswerRuns = new Promise<void>((resolve) => {
    queue.answer('cases', 4, async (id) => {
      answered.push(id);
      if (id === 7 && answered.filter((each) => each === 7).length === 1) {
        const gate = new Promise<void>((open) => {
          release = open;
        });
        resolve();
        await gate;
      }
    });
  });
  await queue.ring('cases', [7]);
  await firstAnswerRuns;
  await queue.ring('cases', [7]);
  await queue.ring('cases', [7]);
  await queue.ring('cases', [8]);
  release();
  await expect.poll(() => answered.toSorted().join(), { timeout: 10_000 }).toBe('7,7,8');
  await expect.poll(() => queue.pending()).toBe(0);
});
