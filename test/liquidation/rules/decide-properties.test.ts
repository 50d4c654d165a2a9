import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../../src/kernel/digest.ts';
import { decide } from '../../../src/liquidation/decide.ts';
import { decisionInputsSchema } from '../../../src/liquidation/decision-inputs.ts';
import { arbitraryInputs } from './arbitrary-inputs.ts';
import { brokenLimits } from './order-limits.ts';

const RUNS = 1_500;

it('whatever the inputs, a decision is made, twice the same, and an order keeps every limit', () => {
  // What the runs came to, so that this cannot pass by never ordering anything.
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(arbitraryInputs, (given) => {
      const decision = decide(given);
      const again = decide(decisionInputsSchema.parse(JSON.parse(JSON.stringify(given))));
      expect(again).toEqual(decision);
      // Canonical text refuses numbers that are not whole: what no other machine would print alike.
      expect(canonicalJson(again)).toBe(canonicalJson(decision));
      const kind = decision.outcome === 'order' ? decision.order.style : decision.outcome;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      if (decision.outcome === 'order') expect(brokenLimits(decision.order, given)).toEqual([]);
      else if (decision.outcome === 'wait') expect(decision.until === null || !Number.isNaN(Date.parse(decision.until))).toBe(true);
      else expect(decision.until).toBeNull();
    }),
    { numRuns: RUNS },
  );
  for (const kind of ['cross', 'passive', 'wait', 'stop', 'deny']) expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(RUNS / 200);
});

it('what is covered is never sold for, and a sale is given up only when every coin of it is', () => {
  const never = ['nothing_held', 'below_minimum'];
  fc.assert(
    fc.property(arbitraryInputs, (given) => {
      const decision = decide(given);
      const isCovered = Number(given.need.uncoveredKrw) <= 0;
      if (isCovered) expect(decision.outcome).not.toBe('order');
      if (decision.codes[0] === 'exhausted') {
        expect(decision.codes.slice(1).map((code) => code.split(':')[1])).toEqual(
          expect.arrayContaining(given.holdings.map(() => expect.stringMatching(new RegExp(never.join('|'))))),
        );
      }
      if (decision.outcome === 'stop' && decision.codes[0] !== 'exhausted') expect(isCovered).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('the order of the holdings in the inputs does not matter', () => {
  fc.assert(
    fc.property(arbitraryInputs, (given) => {
      expect(decide({ ...given, holdings: given.holdings.toReversed() })).toEqual(decide(given));
    }),
    { numRuns: 300 },
  );
});

it('a holding that comes before the one that is sold could not be sold by itself', () => {
  fc.assert(
    fc.property(arbitraryInputs, (given) => {
      const decision = decide(given);
      if (decision.outcome !== 'order' || decision.order.isDust) return;
      const sold = given.holdings.find(({ holdingId }) => holdingId === decision.order.holdingId);
      const before = given.holdings.filter(({ rank }) => rank < (sold?.rank ?? 0));
      for (const each of before) {
        const alone = decide({ ...given, holdings: [each] });
        expect(alone.outcome !== 'order' || alone.order.isDust).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
