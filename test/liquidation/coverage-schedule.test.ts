import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, type CivilDate, civilDate, daysBetween } from '../../src/kernel/civil-date.ts';
import { COVERAGE_PHASES, type ScheduleFacts, type StageDays, saleSchedule } from '../../src/liquidation/coverage-schedule.ts';

const today = civilDate('2026-01-05');
const days: StageDays = { transfer: 7, noticeIssue: 3, service: 14, window: 30, sale: 1, openStay: 90 };
const inDays = (count: number): CivilDate => addDays(today, count);

function schedule(facts: Partial<ScheduleFacts> & Pick<ScheduleFacts, 'phase'>): [number, number] {
  const { saleOn, earliestOn } = saleSchedule({ phaseSince: today, window: null, stayedUntil: [], ...facts }, today, days);
  return [daysBetween(today, saleOn), daysBetween(today, earliestOn)];
}

describe('the days to a sale', () => {
  it.each([
    ['transfer_demanded', 7 + 3 + 14 + 30 + 1, 7 + 3 + 14 + 1],
    ['in_custody', 3 + 14 + 30 + 1, 3 + 14 + 1],
    ['sale_noticed', 14 + 30 + 1, 14 + 1],
    ['cleared_for_sale', 1, 1],
    ['selling', 1, 1],
  ] as const)('are those of %s and of every stage after it; who agrees to a sale at once saves the window', (phase, saleIn, earliestIn) => {
    expect(schedule({ phase })).toEqual([saleIn, earliestIn]);
  });

  it('are fewer for what has passed of a stage, and a late one is over tomorrow', () => {
    expect(schedule({ phase: 'sale_noticed', phaseSince: inDays(-4) })).toEqual([10 + 30 + 1, 10 + 1]);
    expect(schedule({ phase: 'sale_noticed', phaseSince: inDays(-40) })).toEqual([1 + 30 + 1, 1 + 1]);
  });

  it('are those to the end of a window that runs, and none for one that is over', () => {
    const window = { state: 'open', endsOn: inDays(12) } as const;
    expect(schedule({ phase: 'voluntary_window', window })).toEqual([14, 1]);
    expect(schedule({ phase: 'voluntary_window', window: { ...window, endsOn: inDays(-1) } })).toEqual([1, 1]);
    expect(schedule({ phase: 'voluntary_window', window: { ...window, state: 'waived' } })).toEqual([1, 1]);
  });

  it('are more for a stay, consent or not', () => {
    const window = { state: 'open', endsOn: inDays(12) } as const;
    expect(schedule({ phase: 'voluntary_window', window, stayedUntil: [inDays(5)] })).toEqual([14, 7]);
    expect(schedule({ phase: 'voluntary_window', window, stayedUntil: [inDays(5), inDays(60)] })).toEqual([62, 62]);
    expect(schedule({ phase: 'selling', stayedUntil: [null] })).toEqual([91, 91]);
  });

  it('are at least one, and consent makes it no later', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...COVERAGE_PHASES),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: -50, max: 50 }),
        (phase, since, ends) => {
          const window = phase === 'voluntary_window' ? ({ state: 'open', endsOn: inDays(ends) } as const) : null;
          const [saleIn, earliestIn] = schedule({ phase, phaseSince: inDays(-since), window });
          expect(earliestIn).toBeGreaterThanOrEqual(1);
          expect(saleIn).toBeGreaterThanOrEqual(earliestIn);
        },
      ),
    );
  });
});
