import { elapsedMs } from '../src/kernel/clock.ts';
import { CheongsanError } from '../src/kernel/errors.ts';
import { decide } from '../src/liquidation/decide.ts';
import type { DecisionInputs } from '../src/liquidation/decision-inputs.ts';
import { decisionRow } from '../src/liquidation/store-decision.ts';
import { type Benchmark, type Figure, figure, median } from './figure.ts';
import { sampleInputs } from './selling-inputs.ts';

const COINS = [1, 2, 5] as const;
const ROUNDS = 7;
const ROUND_MS = 400;
/** The clock is looked at once in so many. */
const BATCH = 10;

/** Decisions a second on one core: the rule alone, and with all that keeping one asks of the processor. */
export const sellingDecide: Benchmark = {
  names: COINS.flatMap((coins) => [`selling.decide.${coins}`, `selling.record.${coins}`]),
  run: async () => COINS.flatMap(figuresFor),
};

function figuresFor(coins: number): Figure[] {
  const inputs = sampleInputs(coins);
  if (decide(inputs).outcome !== 'order') throw new CheongsanError('INTERNAL', 'The sample that is decided about orders nothing.');
  const rates = { decide: [] as number[], record: [] as number[], json: [] as number[] };
  const steps = { decide: () => decide(inputs), record: () => record(inputs), json: () => JSON.parse(JSON.stringify(inputs)) };
  // In turns, so that whatever else the machine does falls on all of them; the first round only warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of ['decide', 'record', 'json'] as const) {
      const rate = perSecond(steps[name]);
      if (round > 0) rates[name].push(rate);
    }
  }
  const reference = { reference: 'JSON round trips/s of the same inputs', referenceValue: median(rates.json) };
  const measured = { unit: 'decisions/s', higherIsBetter: true, ...reference };
  return [
    figure({ name: `selling.decide.${coins}`, value: median(rates.decide), ...measured }),
    figure({ name: `selling.record.${coins}`, value: median(rates.record), ...measured }),
  ];
}

/** Decides, and makes the row that is stored of the decision. */
function record(inputs: DecisionInputs) {
  return decisionRow({ sale: { id: 1, caseId: 1, stepCount: 0 }, inputs, decision: decide(inputs) });
}

function perSecond(step: () => unknown): number {
  const begun = elapsedMs();
  let done = 0;
  while (elapsedMs() - begun < ROUND_MS) {
    for (let count = 0; count < BATCH; count++) step();
    done += BATCH;
  }
  return (done * 1_000) / (elapsedMs() - begun);
}
