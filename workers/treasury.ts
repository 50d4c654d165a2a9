import type { Services } from '../src/http/services.ts';
import { finishDistribution } from '../src/treasury/distribution.ts';

/** `distribution:ID`: its day has come. */
export async function answerTreasury({ database }: Services, distributionId: number): Promise<void> {
  await database.work({ kind: 'system', part: 'treasury' }, (work) => finishDistribution(work, { distributionId }));
}
