import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { alternatives } from '../../../src/liquidation/planning/alternatives.ts';
import { figureHistory, figuresAt, knowledgeAt, marketFigures } from '../../../src/liquidation/planning/market-figures.ts';
import { nextShare, type SaleLimits } from '../../../src/liquidation/planning/next-share.ts';
import { type SalePlan, startPlan } from '../../../src/liquidation/planning/sale-plan.ts';
import { type SaleTable, saleTable, saleTableSoon } from '../../../src/liquidation/planning/sale-table.ts';
import { BEGAN_MS, type GeneratedOptions, generatedCandles, generatedGrid, HOUR_MS } from '../../backtest/generated-market.ts';

const [PATIENT, HURRIED] = [0.02, 0.2];
const START = 400;

let patient: SaleTable;
let hurried: SaleTable;
let meanwhile: SaleTable;
beforeAll(async () => {
  patient = saleTable(PATIENT);
  [hurried, meanwhile] = await Promise.all([saleTableSoon(HURRIED), saleTableSoon(HURRIED)]);
});

interface Step {
  readonly share: number;
  readonly left: number;
  readonly capacityShare: number;
  readonly dayVolumeShare: number;
  readonly boundBy: string;
}

/** A sale on a generated market in which every share is sold at the bar's close. */
function sale(table: SaleTable, seed: number, worthOfHours: number, options: Partial<GeneratedOptions> = {}, limits?: SaleLimits) {
  const grid = generatedGrid(seed, { bars: START + 300, ...options });
  const history = figureHistory(grid);
  const known = knowledgeAt(history, START);
  if (known === undefined) throw new Error('The generated market tells nothing.');
  const arrivalPrice = grid.open[START] ?? 1;
  const plan = startPlan(table, { units: worthOfHours * known.figures.capacity, arrivalPrice, ...known });
  const steps: Step[] = [];
  let [left, received, soldToday] = [1, 0, 0];
  for (let barsSinceStart = 0; left > 0 && barsSinceStart <= 240; barsSinceStart++) {
    const bar = START + barsSinceStart;
    const figures = figuresAt(history, bar);
    if (figures === undefined) throw new Error('The generated market stops trading.');
    if (barsSinceStart % 24 === 0) soldToday = 0;
    const price = barsSinceStart === 0 ? arrivalPrice : (grid.close[bar - 1] ?? 0);
    const progress = { left, received, price, figures, barsSinceStart, soldToday, ...(limits === undefined ? {} : { limits }) };
    const { share, boundBy } = nextShare(table, plan, progress);
    steps.push({ share, left, boundBy, capacityShare: figures.capacity / plan.units, dayVolumeShare: figures.dayVolume / plan.units });
    left -= share;
    soldToday += share;
    received += (share * price) / arrivalPrice;
  }
  return { plan, steps, left };
}

const seeds = fc.integer({ min: 0, max: 1e6 });
const sizes = fc.double({ min: -3, max: 2, noNaN: true }).map((power) => 10 ** power);

describe('a sale under a plan', () => {
  it('sells all, never less than nothing, and no more than the market trades until its time is over', () => {
    fc.assert(
      fc.property(seeds, sizes, fc.boolean(), (seed, size, isHurried) => {
        const { steps, left } = sale(isHurried ? hurried : patient, seed, size, { missing: 0.1, silent: 0.2 });
        expect(Math.abs(left)).toBeLessThan(1e-9);
        expect(steps.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
        for (const [bar, step] of steps.entries()) {
          expect(step.share).toBeGreaterThanOrEqual(0);
          expect(step.share).toBeLessThanOrEqual(step.left);
          if (bar < 240 && step.left >= 0.005) expect(step.share).toBeLessThanOrEqual(step.capacityShare / 0.98 + 1e-9);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('sells the small at once, and takes longer over more', () => {
    const bars = [0.001, 1, 10, 60].map((size) => sale(hurried, 5, size).steps.length);
    expect(bars[0]).toBe(1);
    expect(bars).toEqual(bars.toSorted((a, b) => a - b));
    expect(bars[3]).toBeGreaterThan(50);
  });

  it('waits less on average the more the worst twentieth is minded', () => {
    const waiting = (table: SaleTable) => {
      const all = Array.from({ length: 20 }, (_, seed) => sale(table, seed, 5).steps);
      return all.flat().reduce((sum, { left }) => sum + left, 0) / all.length;
    };
    expect(waiting(patient)).toBeGreaterThan(2 * waiting(hurried));
  });

  it('plans faster where the market is more volatile and no thinner', () => {
    const figures = { deviation: 0.01, usualDeviation: 0.01, impact: 0.0005, comingImpact: 0.0005, capacity: 100, dayVolume: 2_400 };
    const shareAt = (times: number) => {
      const known = { ...figures, deviation: 0.01 * times, usualDeviation: 0.01 * times };
      const plan = startPlan(hurried, { units: 90, arrivalPrice: 1_000, figures: known, past: [] });
      return nextShare(hurried, plan, { left: 1, received: 0, price: 1_000, figures: known, barsSinceStart: 0 }).share;
    };
    expect(shareAt(4)).toBeGreaterThan(shareAt(1));
  });
});

describe('a limited sale', () => {
  it('keeps every limit', () => {
    const limits = fc.record(
      {
        deadlineBars: fc.integer({ min: 1, max: 200 }),
        planShareABar: fc.double({ min: 0.02, max: 0.5, noNaN: true }),
        planShareADay: fc.double({ min: 0.1, max: 0.5, noNaN: true }),
        volumeShareABar: fc.double({ min: 0.05, max: 1, noNaN: true }),
        volumeShareADay: fc.double({ min: 0.02, max: 0.5, noNaN: true }),
        closedBars: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 10 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(seeds, sizes, limits, (seed, size, chosen) => {
        const { steps } = sale(patient, seed, size, {}, chosen);
        const perDay = new Map<number, number>();
        for (const [bar, { share, capacityShare, dayVolumeShare, boundBy }] of steps.entries()) {
          const day = Math.floor(bar / 24);
          perDay.set(day, (perDay.get(day) ?? 0) + share);
          if (share === 0) continue;
          const most = [
            chosen.planShareABar ?? 1,
            (chosen.volumeShareABar ?? Number.POSITIVE_INFINITY) * capacityShare,
            chosen.closedBars?.includes(bar) === true ? 0 : 1,
          ];
          expect(share, boundBy).toBeLessThanOrEqual(Math.min(...most) * (1 + 1e-8));
          const dayMost = Math.min(chosen.planShareADay ?? 1, (chosen.volumeShareADay ?? Number.POSITIVE_INFINITY) * dayVolumeShare);
          expect(perDay.get(day) ?? 0, boundBy).toBeLessThanOrEqual(dayMost * (1 + 1e-8));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is over before its deadline where only the clock limits it', () => {
    fc.assert(
      fc.property(
        seeds,
        sizes,
        fc.integer({ min: 1, max: 120 }),
        fc.array(fc.integer({ min: 0, max: 20 })),
        (seed, size, deadlineBars, closedBars) => {
          const { steps, left } = sale(patient, seed, size, {}, { deadlineBars, closedBars });
          const isPossible = Array.from({ length: deadlineBars }, (_, bar) => bar).some((bar) => !closedBars.includes(bar));
          if (!isPossible) return;
          expect(left).toBeLessThan(1e-9);
          expect(steps.length).toBeLessThanOrEqual(deadlineBars);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a stored plan', () => {
  it('comes out the same again', () => {
    const known = marketFigures(generatedCandles(9, { bars: 900 }), { barMs: HOUR_MS, nextMs: BEGAN_MS + 900 * HOUR_MS });
    if (known === undefined) throw new Error('The generated market tells nothing.');
    const plan = startPlan(patient, { units: 2_000, arrivalPrice: 1_000, ...known });
    const stored: { plan: SalePlan; known: typeof known } = JSON.parse(JSON.stringify({ plan, known }));
    expect(startPlan(patient, { units: 2_000, arrivalPrice: 1_000, ...stored.known })).toEqual(plan);
    const progress = { left: 0.8, received: 0.19, price: 930, barsSinceStart: 4 };
    expect(nextShare(patient, stored.plan, { ...progress, figures: stored.known.figures })).toEqual(
      nextShare(patient, plan, { ...progress, figures: known.figures }),
    );
  });
});

describe('a market that fails', () => {
  const troubles: readonly (readonly [string, Partial<GeneratedOptions>])[] = [
    ['stands still', { deviation: 0 }],
    ['falls to nothing', { fall: 0.2 }],
    ['hardly trades', { silent: 0.97 }],
    ['is mostly missing', { missing: 0.6 }],
    ['jumps', { deviation: 2 }],
  ];
  it.each(troubles)('and %s is still sold into by numbers', (_, options) => {
    for (const size of [0.01, 1, 100]) {
      const { steps, plan } = sale(hurried, 3, size, options);
      expect(Object.values(plan).every(Number.isFinite)).toBe(true);
      for (const { share } of steps) expect(share >= 0 && share <= 1, `${share}`).toBe(true);
    }
  });

  it('refuses what is no sale', () => {
    const known = {
      figures: { deviation: 0.01, usualDeviation: 0.01, impact: 0.001, comingImpact: 0.001, capacity: 9, dayVolume: 99 },
      past: [],
    };
    for (const units of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => startPlan(hurried, { units, arrivalPrice: 1, ...known })).toThrow(RangeError);
    const plan = startPlan(hurried, { units: 1, arrivalPrice: 1, ...known });
    expect(() => nextShare(hurried, plan, { left: 1, received: 0, price: Number.NaN, figures: known.figures, barsSinceStart: 0 })).toThrow(
      RangeError,
    );
  });
});

describe('the table of a risk weight', () => {
  it('is solved once for all who wait for it, and kept', async () => {
    expect(meanwhile).toBe(hurried);
    expect(saleTable(HURRIED)).toBe(hurried);
    expect(await saleTableSoon(PATIENT)).toBe(patient);
    for (const lambda of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => saleTable(lambda)).toThrow(RangeError);
  });
});

describe('the alternatives', () => {
  const known = marketFigures(generatedCandles(11, { bars: 900 }), { barMs: HOUR_MS, nextMs: BEGAN_MS + 900 * HOUR_MS });

  it('are dearer than the plan by the cost that it keeps small, and always the same', async () => {
    if (known === undefined) throw new Error('The generated market tells nothing.');
    for (const table of [patient, hurried]) {
      const plan = startPlan(table, { units: 10 * known.figures.capacity, arrivalPrice: 1_000, figures: known.figures, past: [] });
      const prospects = await alternatives({ table, plan, figures: known.figures });
      expect(await alternatives({ table, plan, figures: known.figures })).toEqual(prospects);
      const [own, ...others] = prospects;
      expect(own?.way).toBe('plan');
      for (const other of others) expect(other.cost, other.way).toBeGreaterThan(0.97 * (own?.cost ?? Number.NaN));
      const atOnce = prospects.find(({ way }) => way === 'at_once');
      const impact = known.figures.impact * Math.sqrt(plan.units);
      expect([atOnce?.bars, atOnce?.waitingBars]).toEqual([1, 0]);
      expect(atOnce?.impact).toBeCloseTo(impact, 8);
      expect(atOnce?.tail).toBeCloseTo(impact, 8);
      const slower = prospects.filter(({ way }) => way.startsWith('twap'));
      expect(slower.map(({ bars }) => bars)).toEqual([1, 6, 24, 120]);
      expect(slower.map(({ impact: each }) => each)).toEqual(slower.map(({ impact: each }) => each).toSorted((a, b) => b - a));
      expect(slower.map(({ tail }) => tail)).toEqual(slower.map(({ tail }) => tail).toSorted((a, b) => a - b));
    }
  });
});
