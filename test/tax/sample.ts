import { type CivilDate, civilDate } from '../../src/kernel/civil-date.ts';
import type { Canonical } from '../../src/kernel/digest.ts';
import { Won } from '../../src/kernel/money.ts';
import { initialRows } from '../../src/policy/definition.ts';
import { POLICY_DEFINITIONS } from '../../src/policy/definitions/index.ts';
import { PolicySet } from '../../src/policy/policy-set.ts';
import { type PenaltyCase, type PenaltyStatement, penaltyStatement } from '../../src/tax/penalty.ts';
import { type TaxRules, taxRules } from '../../src/tax/rules.ts';

/** The law and the default city rules, with other values for some keys at all dates. */
export function rulesWith(values: Readonly<Record<string, Canonical>>): TaxRules {
  const rows = initialRows(POLICY_DEFINITIONS);
  return taxRules(new PolicySet(rows.map((row) => ({ ...row, value: values[row.key] ?? row.value }))));
}

export const defaultRules = rulesWith({});

export function statementUnder(rules: TaxRules, penaltyCase: PenaltyCase, asOf: CivilDate): PenaltyStatement {
  return penaltyStatement(penaltyCase, asOf, rules.penaltyRulesFor(penaltyCase.arisenOn), rules.calendar);
}

/** A liability of the new regime, due Monday 30 June 2025, of one million won; override what a test is about. */
export function penaltyCase(overrides: Partial<PenaltyCase> = {}): PenaltyCase {
  return {
    arisenOn: civilDate('2025-06-01'),
    dueOn: civilDate('2025-06-30'),
    principal: Won.of('1000000'),
    surcharge: Won.zero,
    deferrals: [],
    payments: [],
    isWithholdingAgent: false,
    ...overrides,
  };
}
