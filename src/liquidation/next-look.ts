import type { Liquidation } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import type { DecidedSale } from './commit-order.ts';
import type { DecisionInputs } from './decision-inputs.ts';
import { waitsBefore } from './standstill.ts';
import { waitSeconds } from './wait.ts';

/** What is too little for an order of its own waits for others' of the same coin. */
const WAITS_FOR_OTHERS = 'waits_for_others';

/** A sale that decided to wait looks again when something is known to change, or after a wait that grows with every look. */
export async function lookAfterWait(
  work: Work,
  sale: Liquidation,
  inputs: DecisionInputs,
  { codes, until }: { readonly codes: readonly string[]; readonly until: string | null },
): Promise<void> {
  if (until === null) return lookIn(work, sale, inputs.at, await patience(work, sale, inputs, codes));
  const soonestMs = Date.parse(inputs.at) + inputs.policy.intervalSeconds * 1_000;
  await lookAt(work, sale, new Date(Math.max(Date.parse(until), soonestMs)));
}

/** Who ordered looks again after the interval; whose dust found nobody to go with, ever later. */
export async function lookAfterOrder(work: Work, decided: readonly DecidedSale[], sharers: ReadonlySet<number>): Promise<void> {
  const [first] = decided;
  if (first === undefined) return;
  const { at, policy } = first.inputs;
  const alone = decided.filter(({ order }) => order.isDust && !sharers.has(order.holdingId));
  for (const { sale, inputs } of alone) await lookIn(work, sale, at, await patience(work, sale, inputs, [WAITS_FOR_OTHERS]));
  await work.tx.liquidation.updateMany({
    where: { id: { in: decided.filter((each) => !alone.includes(each)).map(({ sale }) => sale.id) } },
    data: { nextStepAt: new Date(Date.parse(at) + policy.intervalSeconds * 1_000) },
  });
}

async function patience(work: Work, sale: Liquidation, { policy }: DecisionInputs, codes: readonly string[]): Promise<number> {
  return waitSeconds(policy.intervalSeconds, codes, await waitsBefore(work, sale));
}

function lookIn(work: Work, sale: Liquidation, at: string, seconds: number): Promise<void> {
  return lookAt(work, sale, new Date(Date.parse(at) + seconds * 1_000));
}

async function lookAt(work: Work, { id }: Liquidation, nextStepAt: Date): Promise<void> {
  await work.tx.liquidation.update({ where: { id }, data: { nextStepAt } });
}
