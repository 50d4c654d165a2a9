import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, civilDate } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { type Interruption, type Prescription, type PrescriptionCase, prescriptionOn } from '../../src/tax/prescription.ts';
import { defaultRules, rulesWith } from './sample.ts';

const ARISEN = '2024-06-01';

function prescription(overrides: Partial<PrescriptionCase>, asOf: string, arisenOn = ARISEN, rules = defaultRules): Prescription {
  const sample: PrescriptionCase = {
    exercisableFrom: civilDate('2024-08-01'),
    principal: Won.of('1000000'),
    surcharge: Won.zero,
    interruptions: [],
    suspensions: [],
    ...overrides,
  };
  return prescriptionOn(sample, civilDate(asOf), rules.prescriptionRulesFor(civilDate(arisenOn)), rules.calendar);
}

const interruption = (kind: Interruption['kind'], on: string, until?: string, neverInterrupted = false): Interruption => ({
  kind,
  on: civilDate(on),
  until: until === undefined ? undefined : civilDate(until),
  neverInterrupted,
});
const lastDay = (result: Prescription): string => (result.state === 'interrupted' ? 'interrupted' : result.lastDay);
const interval = (from: string, to: string) => ({ from: civilDate(from), to: civilDate(to) });

describe('the window (LTBA 39(1) and addenda)', () => {
  test.each([
    ['2019-12-31', '90000000', '0', 5, 'before 2020 whatever the amount'],
    ['2020-01-01', '50000000', '0', 10, '2020 to 2023 from 50 million'],
    ['2023-12-31', '49000000', '1000000', 10, '2020 to 2023 with 가산세'],
    ['2023-12-31', '49000000', '999999', 5, '2020 to 2023 below'],
    ['2024-01-01', '49999999', '9000000', 5, 'from 2024 without 가산세'],
    ['2024-01-01', '50000000', '0', 10, 'from 2024'],
  ])('arisen %s, %s won and %s 가산세: %i years (%s)', (arisenOn, principal, surcharge, years) => {
    const result = prescription({ principal: Won.of(principal), surcharge: Won.of(surcharge) }, '2025-01-01', arisenOn);
    expect(result.years).toBe(years);
    expect(lastDay(result)).toBe(`${2024 + years}-07-31`);
  });
});

describe('the clock', () => {
  test('runs five years from the day after the deadline and is complete the day after', () => {
    expect(prescription({}, '2029-07-31')).toEqual({
      state: 'running',
      years: 5,
      begunOn: '2024-08-01',
      lastDay: '2029-07-31',
      extinctFrom: '2029-08-01',
    });
    expect(prescription({}, '2029-08-01').state).toBe('completed');
  });

  test('a last day on a holiday waits only where the city reads it so', () => {
    const waiting = rulesWith({ 'prescription.end_on_holiday': 'next_working_day' });
    const sunday = { exercisableFrom: civilDate('2024-07-01') };
    expect(lastDay(prescription(sunday, '2025-01-01'))).toBe('2029-06-30');
    expect(lastDay(prescription(sunday, '2025-01-01', ARISEN, waiting))).toBe('2029-07-02');
  });
});

describe('interruptions (LTBA 40(1), (2))', () => {
  test.each([
    ['dunning', '2024-09-10', '2024-09-30', '2029-09-30'],
    ['notice', '2024-07-10', '2024-07-31', '2029-07-31'],
    ['distribution_claim', '2025-01-10', '2026-03-15', '2031-03-15'],
    ['seizure', '2025-01-10', '2026-12-31', '2031-12-31'],
    ['acknowledgement', '2025-01-10', undefined, '2030-01-10'],
  ] as const)('a %s of %s until %s ends the period on %s', (kind, on, until, expected) => {
    expect(lastDay(prescription({ interruptions: [interruption(kind, on, until)] }, '2027-01-01'))).toBe(expected);
  });

  test('while a seizure lasts nothing runs, however long', () => {
    const seized = { interruptions: [interruption('seizure', '2025-01-10')] };
    const result = prescription(seized, '2060-01-01');
    expect(result).toMatchObject({ state: 'interrupted', by: { kind: 'seizure', on: '2025-01-10' } });
    expect(prescription(seized, '2025-01-09').state).toBe('running');
    const released = { interruptions: [interruption('seizure', '2025-01-10', '2026-12-31')] };
    expect(prescription(released, '2026-12-31').state).toBe('interrupted');
    expect(prescription(released, '2027-01-01').state).toBe('running');
  });

  test('a seizure released as exempt or as another’s never interrupted', () => {
    const never = { interruptions: [interruption('seizure', '2025-01-10', '2026-12-31', true)] };
    expect(lastDay(prescription(never, '2027-01-01'))).toBe('2029-07-31');
  });

  test('what comes after completion revives nothing', () => {
    const late = { interruptions: [interruption('seizure', '2029-08-01')] };
    expect(prescription(late, '2030-01-01')).toMatchObject({ state: 'completed', lastDay: '2029-07-31' });
    const inTime = { interruptions: [interruption('seizure', '2029-07-31')] };
    expect(prescription(inTime, '2030-01-01').state).toBe('interrupted');
  });

  test('an event inside a longer one does not start the clock early', () => {
    const nested = [interruption('seizure', '2025-01-10', '2026-12-31'), interruption('dunning', '2025-03-01', '2025-03-20')];
    expect(lastDay(prescription({ interruptions: nested }, '2027-01-01'))).toBe('2031-12-31');
    expect(lastDay(prescription({ interruptions: nested.toReversed() }, '2027-01-01'))).toBe('2031-12-31');
  });

  test('a later day knows more than an earlier one: events to come are left out', () => {
    const later = { interruptions: [interruption('seizure', '2026-01-10')] };
    expect(lastDay(prescription(later, '2025-12-31'))).toBe('2029-07-31');
  });
});

describe('suspensions (LTBA 40(3))', () => {
  test.each([
    [[interval('2025-01-01', '2025-01-31')], '2029-08-31', 'thirty-one days more'],
    [[interval('2024-07-01', '2024-08-10')], '2029-08-10', 'only what lies inside the period'],
    [[interval('2025-01-01', '2025-01-20'), interval('2025-01-11', '2025-01-31')], '2029-08-31', 'overlapping days once'],
    [[interval('2029-07-31', '2029-08-29')], '2029-08-30', 'the last day is inside'],
    [[interval('2029-08-01', '2029-08-29')], '2029-07-31', 'the day after it is not'],
    [[interval('2025-01-01', '2025-01-31'), interval('2029-08-10', '2029-08-19')], '2029-09-10', 'days that the first brings inside'],
  ])('%j', (suspensions, expected) => {
    expect(lastDay(prescription({ suspensions }, '2026-01-01'))).toBe(expected);
  });

  test('those before an interruption are forgotten with the time that had run', () => {
    const both = { suspensions: [interval('2025-01-01', '2025-01-31')], interruptions: [interruption('acknowledgement', '2026-01-10')] };
    expect(lastDay(prescription(both, '2027-01-01'))).toBe('2031-01-10');
  });
});

test('whatever is suspended, the period runs for the same number of days', () => {
  const someInterval = fc
    .tuple(fc.integer({ min: -200, max: 2_500 }), fc.integer({ min: 0, max: 300 }))
    .map(([start, days]) => ({ from: addDays(civilDate('2024-08-01'), start), to: addDays(civilDate('2024-08-01'), start + days) }));
  fc.assert(
    fc.property(fc.array(someInterval, { maxLength: 5 }), (suspensions) => {
      const result = prescription({ suspensions }, '2024-08-01');
      const paused = new Set<string>();
      for (const { from, to } of suspensions) for (let day = from; day <= to; day = addDays(day, 1)) paused.add(day);
      let running = 0;
      for (let day = civilDate('2024-08-01'); day <= lastDay(result); day = addDays(day, 1)) if (!paused.has(day)) running += 1;
      expect(running).toBe(1_826);
    }),
    { numRuns: 50 },
  );
});
