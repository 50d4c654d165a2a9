import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, type CivilDate, civilDate, dayOfMonth } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { type PenaltyCase, penaltyTotal } from '../../src/tax/penalty.ts';
import { defaultRules, penaltyCase, rulesWith, statementUnder } from './sample.ts';

const MODES = ['restart', 'original_anchor', 'pause'] as const;
const ROUNDINGS = ['each_step', 'monthly_sum', 'total'] as const;

function totalOf(overrides: Partial<PenaltyCase>, asOf: string, rules = defaultRules): string {
  return statementUnder(rules, penaltyCase(overrides), civilDate(asOf)).total.toString();
}

describe('a statement', () => {
  test('shows every step with its day, base, rate and amount', () => {
    const statement = statementUnder(defaultRules, penaltyCase({ principal: Won.of('1234560') }), civilDate('2025-09-15'));
    expect(statement.regime).toBe('late_payment_surcharge');
    expect(statement.deadline).toBe('2025-06-30');
    const shown = [statement.once, ...statement.months].map((step) => step && [step.on, step.base, step.rate, step.amount].map(String));
    expect(shown).toEqual([
      ['2025-07-01', '1234560', '0.03', '37030'],
      ['2025-08-01', '1234560', '0.0066', '8140'],
      ['2025-09-01', '1234560', '0.0066', '8140'],
    ]);
    expect(statement.total.toString()).toBe('53310');
    expect(statement.suspended).toBe(false);
  });

  test('is empty until the deadline has passed and when all was paid in time', () => {
    const inTime = statementUnder(defaultRules, penaltyCase(), civilDate('2025-06-30'));
    expect([inTime.once, inTime.months, inTime.total.toString()]).toEqual([undefined, [], '0']);
    const payments = [{ on: civilDate('2025-06-30'), amount: Won.of('1000000') }];
    const paid = statementUnder(defaultRules, penaltyCase({ payments }), civilDate('2026-06-30'));
    expect([paid.once, paid.months, paid.total.toString()]).toEqual([undefined, [], '0']);
  });

  test('keeps what has arisen when the tax is paid late, and adds nothing more', () => {
    const payments = [{ on: civilDate('2025-08-01'), amount: Won.of('1000000') }];
    expect(totalOf({ payments }, '2027-01-01')).toBe('36600');
    const dayBefore = [{ on: civilDate('2025-07-31'), amount: Won.of('1000000') }];
    expect(totalOf({ payments: dayBefore }, '2027-01-01')).toBe('30000');
  });

  test('refuses a withholding agent rather than compute by the wrong article', () => {
    expect(() => totalOf({ isWithholdingAgent: true }, '2026-01-01')).toThrow(
      expect.objectContaining({ code: 'PENALTY_WITHHOLDING_AGENT' }),
    );
  });

  test('refuses negative amounts', () => {
    expect(() => totalOf({ principal: Won.of('-1') }, '2026-01-01')).toThrow(expect.objectContaining({ code: 'AMOUNT_NEGATIVE' }));
  });
});

describe('the threshold (LTBA 55(4))', () => {
  test.each([
    ['2025-06-01', '449999', '13490', 'below 450,000: the 3% only'],
    ['2025-06-01', '450000', '16470', 'at 450,000 the month runs: 13,500 + 2,970'],
    ['2023-06-01', '299999', '8990', 'old: below 300,000'],
    ['2023-06-01', '300000', '11250', 'old: 9,000 + 2,250'],
  ])('arisen %s, %s won: %s (%s)', (arisenOn, principal, expected) => {
    expect(totalOf({ arisenOn: civilDate(arisenOn), principal: Won.of(principal) }, '2025-08-01')).toBe(expected);
  });
});

describe('assessed 가산세', () => {
  test('is no part of the base for liabilities from 2024 and part of it before', () => {
    const amounts = { principal: Won.of('1000000'), surcharge: Won.of('200000') };
    expect(totalOf({ ...amounts, arisenOn: civilDate('2024-01-01') }, '2025-08-01')).toBe('36600');
    expect(totalOf({ ...amounts, arisenOn: civilDate('2023-12-31') }, '2025-08-01')).toBe('45000');
    const excluded = rulesWith({ 'late_penalty.base_includes_surcharge': false });
    expect(totalOf({ ...amounts, arisenOn: civilDate('2023-12-31') }, '2025-08-01', excluded)).toBe('37500');
  });
});

describe('late service (LTBA 31)', () => {
  test.each([
    ['2025-06-22', '2025-06-30', 'eight days before: nothing moves'],
    ['2025-06-23', '2025-07-08', 'seven days before: arrival + 15'],
    ['2025-07-10', '2025-07-25', 'after the deadline'],
    ['2025-06-27', '2025-07-14', 'arrival + 15 is Saturday 12 July, so Monday'],
  ])('served on %s the deadline is %s (%s)', (servedOn, deadline) => {
    const served = penaltyCase({ servedOn: civilDate(servedOn) });
    const statement = statementUnder(defaultRules, served, addDays(civilDate(deadline), 1));
    expect(statement.deadline).toBe(deadline);
    expect(statement.once?.on).toBe(addDays(civilDate(deadline), 1));
    expect(statementUnder(defaultRules, served, civilDate(deadline)).total.isZero()).toBe(true);
  });
});

describe('deferrals', () => {
  const stop = (from: string, to: string, kind: 'collection' | 'enforcement' | 'promise' | 'insolvency' = 'collection') => ({
    kind,
    from: civilDate(from),
    to: civilDate(to),
  });

  test('only 징수유예 and the deferral of an insolvency court stop the penalty', () => {
    const totals = (['promise', 'enforcement', 'collection', 'insolvency'] as const).map((kind) =>
      totalOf({ deferrals: [stop('2025-09-10', '2026-03-09', kind)] }, '2026-02-15'),
    );
    expect(totals).toEqual(['76200', '76200', '43200', '43200']);
  });

  test('the sum stands still and is shown as suspended, to the last day', () => {
    const deferred = penaltyCase({ deferrals: [stop('2025-09-10', '2026-03-09')] });
    const suspended = ['2025-09-09', '2025-09-10', '2026-03-09', '2026-03-10'].map(
      (day) => statementUnder(defaultRules, deferred, civilDate(day)).suspended,
    );
    expect(suspended).toEqual([false, true, true, false]);
  });

  test('a month that has passed when the deferral begins has arisen, one that ends inside has not', () => {
    expect(totalOf({ deferrals: [stop('2025-09-01', '2025-12-31')] }, '2025-12-31')).toBe('43200');
    expect(totalOf({ deferrals: [stop('2025-08-31', '2025-12-31')] }, '2025-12-31')).toBe('36600');
    expect(totalOf({ deferrals: [stop('2025-07-01', '2025-12-31')] }, '2025-12-31')).toBe('30000');
    expect(totalOf({ deferrals: [stop('2025-06-30', '2025-12-31')] }, '2025-12-31')).toBe('0');
  });

  test('a step at the beginning of the last day of a deferral is still inside, one at the beginning of the day after is not', () => {
    const original = rulesWith({ 'late_penalty.months_across_deferral': 'original_anchor' });
    const toStepDay = { deferrals: [stop('2025-08-15', '2025-09-01')] };
    expect(totalOf(toStepDay, '2025-09-30', original)).toBe('36600');
    expect(totalOf(toStepDay, '2025-10-01', original)).toBe('43200');
    const toDayBefore = { deferrals: [stop('2025-08-15', '2025-10-31')] };
    expect(totalOf(toDayBefore, '2025-11-01', original)).toBe('43200');
  });

  test('one still to come changes nothing before it begins', () => {
    const planned = { deferrals: [stop('2026-01-15', '2026-06-30')] };
    for (const asOf of ['2025-08-31', '2025-09-01', '2026-01-14']) expect(totalOf(planned, asOf)).toBe(totalOf({}, asOf));
  });

  test('a deferral that is over by the deadline changes nothing', () => {
    expect(totalOf({ deferrals: [stop('2025-06-01', '2025-06-30')] }, '2025-08-01')).toBe('36600');
  });

  test('the deadline it sets moves past a weekend: Saturday 31 January 2026 is Monday 2 February', () => {
    const deferred = { deferrals: [stop('2025-06-25', '2026-01-31')] };
    expect(totalOf(deferred, '2026-02-02')).toBe('0');
    expect(totalOf(deferred, '2026-02-03')).toBe('30000');
    expect(totalOf(deferred, '2026-03-02')).toBe('30000');
    expect(totalOf(deferred, '2026-03-03')).toBe('36600');
    const printed = rulesWith({ 'late_penalty.month_anchor': 'printed_deadline' });
    expect(totalOf(deferred, '2026-03-01', printed)).toBe('36600');
  });

  test('a second one that follows at once is one deferral', () => {
    const twice = [stop('2025-06-25', '2025-09-30'), stop('2025-10-01', '2025-12-31')];
    const once = [stop('2025-06-25', '2025-12-31')];
    for (const asOf of ['2025-12-31', '2026-01-01', '2026-03-15'])
      expect(totalOf({ deferrals: twice }, asOf)).toBe(totalOf({ deferrals: once }, asOf));
  });

  test.each([
    ['restart', '2025-09-14', '30000'],
    ['restart', '2025-09-15', '36600'],
    ['original_anchor', '2025-08-31', '30000'],
    ['original_anchor', '2025-09-01', '36600'],
    ['pause', '2025-08-16', '30000'],
    ['pause', '2025-08-17', '36600'],
  ])('with %s, a stop from 30 July to 14 August leaves by %s a penalty of %s', (mode, asOf, expected) => {
    const rules = rulesWith({ 'late_penalty.months_across_deferral': mode });
    expect(totalOf({ deferrals: [stop('2025-07-30', '2025-08-14')] }, asOf, rules)).toBe(expected);
  });
});

test('the sixty months are sixty steps, deferrals between them not counted', () => {
  const deferrals = [{ kind: 'collection' as const, from: civilDate('2026-01-15'), to: civilDate('2026-07-14') }];
  for (const mode of MODES) {
    const rules = rulesWith({ 'late_penalty.months_across_deferral': mode });
    const statement = statementUnder(rules, penaltyCase({ deferrals }), civilDate('2040-01-01'));
    expect([statement.months.length, statement.total.toString()], mode).toEqual([60, '426000']);
  }
});

test('with holidays moving the month end, each month is still counted from the deadline and never from the step before', () => {
  const rules = rulesWith({ 'late_penalty.month_end_on_holiday': 'next_working_day' });
  const statement = statementUnder(
    rules,
    penaltyCase({ dueOn: civilDate('2024-07-31'), arisenOn: civilDate('2024-06-01') }),
    civilDate('2024-12-31'),
  );
  expect(statement.months.map(({ on }) => on)).toEqual(['2024-09-03', '2024-10-01', '2024-11-01', '2024-12-03']);
});

const arbitraryDay = (from: string, days: number) => fc.integer({ min: 0, max: days }).map((offset) => addDays(civilDate(from), offset));
const arbitraryWon = (most: number) => fc.integer({ min: 0, max: most }).map((amount) => Won.of(BigInt(amount)));
const arbitraryCase = fc
  .record({
    arisenOn: arbitraryDay('2016-01-01', 3_400),
    dueAfter: fc.integer({ min: 0, max: 200 }),
    principal: arbitraryWon(90_000_000),
    surcharge: arbitraryWon(1_000_000),
    deferrals: fc.array(fc.record({ startsAfter: fc.integer({ min: -60, max: 900 }), days: fc.integer({ min: 0, max: 400 }) }), {
      maxLength: 3,
    }),
    payments: fc.array(fc.record({ paidAfter: fc.integer({ min: -30, max: 1_500 }), amount: arbitraryWon(500_000) }), { maxLength: 3 }),
  })
  .map(({ arisenOn, dueAfter, deferrals, payments, ...amounts }) => {
    const dueOn = addDays(arisenOn, dueAfter);
    return penaltyCase({
      ...amounts,
      arisenOn,
      dueOn,
      deferrals: deferrals.map(({ startsAfter, days }) => ({
        kind: 'collection',
        from: addDays(dueOn, startsAfter),
        to: addDays(dueOn, startsAfter + days),
      })),
      payments: payments.map(({ paidAfter, amount }) => ({ on: addDays(dueOn, paidAfter), amount })),
    });
  });
const arbitraryRules = fc
  .record({
    'late_penalty.months_across_deferral': fc.constantFrom(...MODES),
    'late_penalty.rounding': fc.constantFrom(...ROUNDINGS),
    'late_penalty.month_end_on_holiday': fc.constantFrom('as_counted', 'next_working_day'),
    'late_penalty.month_anchor': fc.constantFrom('moved_deadline', 'printed_deadline'),
    'late_penalty.threshold_measure': fc.constantFrom('assessed', 'unpaid'),
  })
  .map(rulesWith);

describe('whatever the case and the reading', () => {
  test('the steps add up to the total, come in order, and are what the total alone says', () => {
    fc.assert(
      fc.property(arbitraryCase, arbitraryRules, arbitraryDay('2016-01-01', 4_700), (sample, rules, asOf) => {
        const statement = statementUnder(rules, sample, asOf);
        const steps = [statement.once, ...statement.months].flatMap((step) => (step === undefined ? [] : [step]));
        expect(Won.sum(steps.map(({ amount }) => amount)).equals(statement.total)).toBe(true);
        for (const { on, amount } of steps) expect(on <= asOf && on > sample.dueOn && !amount.isNegative()).toBe(true);
        const days = statement.months.map(({ on }) => on);
        expect(days).toEqual([...new Set(days)].sort());
        for (const [index, { from, on }] of statement.months.entries()) {
          expect(from < on && from >= (days[index - 1] ?? sample.dueOn)).toBe(true);
        }
        if (statement.once !== undefined && days[0] !== undefined) expect(statement.once.on <= days[0]).toBe(true);
        expect(statement.months.length).toBeLessThanOrEqual(60);
        const alone = penaltyTotal(sample, asOf, rules.penaltyRulesFor(sample.arisenOn), rules.calendar);
        expect([alone.total.toString(), alone.suspended]).toEqual([statement.total.toString(), statement.suspended]);
      }),
    );
  });

  test('what has arisen by one day is the beginning of what has arisen by a later one', () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        arbitraryRules,
        arbitraryDay('2016-01-01', 4_300),
        fc.integer({ min: 0, max: 400 }),
        (sample, rules, asOf, more) => {
          const before = statementUnder(rules, sample, asOf);
          const after = statementUnder(rules, sample, addDays(asOf, more));
          expect(after.months.slice(0, before.months.length)).toEqual(before.months);
          expect(after.total.isLessThan(before.total)).toBe(false);
          if (before.once !== undefined) expect(after.once).toEqual(before.once);
        },
      ),
    );
  });
});

/** A slow and plain second opinion: walks day by day and asks of each whether a month since the deadline ends with it. */
function walkedMonths(deadline: CivilDate, asOf: CivilDate): number {
  const start = addDays(deadline, 1);
  let months = 0;
  for (let day = addDays(start, 1); day <= asOf; day = addDays(day, 1)) {
    const isCounterpart = dayOfMonth(day) === dayOfMonth(start);
    const dayBefore = dayOfMonth(addDays(day, -1));
    const monthHadNone = dayOfMonth(day) === 1 && dayBefore < dayOfMonth(start);
    if (isCounterpart || monthHadNone) months += 1;
  }
  return months;
}

test('without deferrals the months are those that a walk through the calendar finds', () => {
  const deadlines = arbitraryDay('2024-01-01', 400).map((day) => defaultRules.calendar.dueDayMovedByHoliday(day));
  fc.assert(
    fc.property(deadlines, fc.integer({ min: 0, max: 700 }), (dueOn, days) => {
      const asOf = addDays(dueOn, days);
      const statement = statementUnder(defaultRules, penaltyCase({ arisenOn: civilDate('2024-01-01'), dueOn }), asOf);
      expect(statement.months.length).toBe(walkedMonths(dueOn, asOf));
    }),
  );
});
