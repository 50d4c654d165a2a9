import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { figureHistory, knowledgeAt } from '../../../src/liquidation/planning/market-figures.ts';
import { LONGEST_HOURS, nextShare, type SaleProgress } from '../../../src/liquidation/planning/next-share.ts';
import { expectedPath, hastened } from '../../../src/liquidation/planning/pace.ts';
import { type SalePlan, startPlan } from '../../../src/liquidation/planning/sale-plan.ts';
import { type SaleTable, saleTable } from '../../../src/liquidation/planning/sale-table.ts';
import { generatedGrid } from '../../backtest/generated-market.ts';

const START = 400;
const price = 1_000;
let table: SaleTable;
beforeAll(() => {
  table = saleTable(0.02);
});

function begun(seed: number, worthOfHours: number): { readonly plan: SalePlan; readonly progress: SaleProgress } {
  const known = knowledgeAt(figureHistory(generatedGrid(seed, { bars: START + 1 })), START);
  if (known === undefined) throw new Error('The generated market tells nothing.');
  const plan = startPlan(table, { units: worthOfHours * known.figures.capacity, arrivalPrice: price, ...known });
  return { plan, progress: { left: 1, received: 0, price, figures: known.figures, barsSinceStart: 0 } };
}

const seeds = fc.integer({ min: 0, max: 1e6 });
const sizes = fc.double({ min: -1, max: 1.5, noNaN: true }).map((power) => 10 ** power);
const shares = fc
  .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 })
  .map((steps) =>
    steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, each) => sum + each, 0) / steps.reduce((a, b) => a + b, 0)),
  );

describe('what a plan would go on to sell', () => {
  it('grows until all is sold, within the longest time a plan may take', () => {
    fc.assert(
      fc.property(seeds, sizes, (seed, size) => {
        const { plan, progress } = begun(seed, size);
        const path = expectedPath(table, plan, progress);
        expect(path.length).toBeLessThanOrEqual(LONGEST_HOURS + 1);
        expect(path.at(-1)).toBeCloseTo(1, 5);
        for (const [index, share] of path.entries()) expect(share).toBeGreaterThanOrEqual(path[index - 1] ?? 0);
        expect(path[0]).toBeCloseTo(nextShare(table, plan, progress).share, 9);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps to the pace that the plan has', () => {
    const { plan, progress } = begun(7, 20);
    const free = expectedPath(table, plan, progress);
    const paced = expectedPath(table, plan, progress, [0.6, 0.9, 1]);
    expect(free.length).toBeGreaterThan(3);
    expect(paced.map((share) => Number(share.toFixed(6)))).toEqual([0.6, 0.9, 1]);
  });
});

describe('a hastened path', () => {
  it('takes a share of the time: never behind the path so many times as far, and over with it', () => {
    fc.assert(
      fc.property(shares, fc.double({ min: 1, max: 12, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (path, times, first) => {
        const pace = hastened(path, { times, firstBarShare: first });
        expect(pace.at(-1)).toBe(1);
        expect(pace.length).toBeLessThanOrEqual(Math.ceil(path.length / times - first) + 1 + 1);
        for (const [bar, share] of pace.entries()) {
          const wholeBars = Math.floor(times * (first + bar));
          expect(share).toBeGreaterThanOrEqual((path[wholeBars - 1] ?? (wholeBars === 0 ? 0 : 1)) - 1e-8);
          expect(share).toBeLessThanOrEqual((path[wholeBars] ?? 1) + 1e-8);
        }
      }),
    );
  });

  it('is the path itself at its own speed, from the beginning of a bar', () => {
    expect(hastened([0.5, 0.8, 1], { times: 1, firstBarShare: 1 })).toEqual([0.5, 0.8, 1]);
    expect(hastened([0.5, 0.8, 1], { times: 1, firstBarShare: 0.5 })).toEqual([0.25, 0.65, 0.9, 1]);
    expect(hastened([0.5, 0.8, 1], { times: 2, firstBarShare: 1 })).toEqual([0.8, 1]);
  });

  it('binds a slice where the plan would sell less, unless a limit of the day forbids it', () => {
    const { plan, progress } = begun(7, 20);
    const free = nextShare(table, plan, progress).share;
    expect(nextShare(table, plan, { ...progress, limits: { soldByEnd: free / 2 } })).toMatchObject({ share: free, boundBy: 'plan' });
    expect(nextShare(table, plan, { ...progress, limits: { soldByEnd: 0.9 } })).toEqual({ share: 0.9, boundBy: 'pace' });
    expect(nextShare(table, plan, { ...progress, left: 0.5, limits: { soldByEnd: 0.9 } }).share).toBeCloseTo(0.4, 9);
    expect(nextShare(table, plan, { ...progress, limits: { soldByEnd: 0.9, planShareADay: 0.1 } })).toEqual({
      share: 0.1,
      boundBy: 'planShareADay',
    });
  });
});
