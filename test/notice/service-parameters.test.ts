import { describe, expect, it } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { deadlineAfterService } from '../../src/notice/late-service.ts';
import { serviceRules } from '../../src/notice/service-parameters.ts';
import { publicNoticeEffectiveOn, visitsSuffice } from '../../src/notice/service-rules.ts';
import { initialRows } from '../../src/policy/definition.ts';
import { POLICY_DEFINITIONS } from '../../src/policy/definitions/index.ts';
import { PolicySet } from '../../src/policy/policy-set.ts';
import { taxRules } from '../../src/tax/rules.ts';

const policy = new PolicySet(initialRows(POLICY_DEFINITIONS));
const { calendar } = taxRules(policy);
const rulesOn = (day: string) => serviceRules(policy, civilDate(day), (on) => calendar.isWorkingDay(on));

describe('the law’s own examples, under its figures and the real calendar', () => {
  it('two visits: first on Wednesday 19 February 2020, last from Tuesday 25 February', () => {
    const rules = rulesOn('2020-02-19');
    expect(visitsSuffice([civilDate('2020-02-19'), civilDate('2020-02-24')], rules)).toBe(false);
    expect(visitsSuffice([civilDate('2020-02-19'), civilDate('2020-02-25')], rules)).toBe(true);
  });

  it('two visits around Seollal 2026, which takes three working days out', () => {
    const rules = rulesOn('2026-02-12');
    expect(visitsSuffice([civilDate('2026-02-12'), civilDate('2026-02-20')], rules)).toBe(false);
    expect(visitsSuffice([civilDate('2026-02-12'), civilDate('2026-02-23')], rules)).toBe(true);
  });

  it('a public notice has effect fifteen days after its posting', () => {
    expect(publicNoticeEffectiveOn(civilDate('2026-03-02'), rulesOn('2026-03-02'))).toBe('2026-03-17');
  });

  it('a demand that arrives on 12 February is due on 27 February', () => {
    const { lateService } = rulesOn('2020-02-12');
    expect(deadlineAfterService(civilDate('2020-02-17'), civilDate('2020-02-12'), lateService)).toBe('2020-02-27');
  });

  it('nothing of ours may be served electronically', () => {
    expect(rulesOn('2026-03-02').electronicKinds).toEqual([]);
  });
});
