import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import type { PenaltyCase } from '../../src/tax/penalty.ts';
import { penaltyCase, rulesWith, statementUnder } from './sample.ts';

const path = join(projectRoot, '..', 'shared', 'vectors', 'penalty_examples.json');

const day = z.string().transform(civilDate);
const won = z.string().transform((text) => Won.of(text));
const vectorsSchema = z.array(
  z.object({
    why: z.string(),
    notice: z.object({
      arisenOn: day,
      dueOn: day,
      principalKrw: won,
      deferrals: z.array(z.object({ from: day, to: day })),
      payments: z.array(z.object({ on: day, krw: won })).default([]),
    }),
    asOf: day,
    totalKrw: z.string(),
    alternatives: z.array(z.object({ totalKrw: z.string(), reading: z.string() })).default([]),
  }),
);
type Vector = z.output<typeof vectorsSchema>[number];

function caseOf({ notice }: Vector): PenaltyCase {
  return penaltyCase({
    arisenOn: notice.arisenOn,
    dueOn: notice.dueOn,
    principal: notice.principalKrw,
    deferrals: notice.deferrals.map((deferral) => ({ kind: 'collection' as const, ...deferral })),
    payments: notice.payments.map(({ on, krw }) => ({ on, amount: krw })),
  });
}

/** Which parameters express each alternative reading of the vectors. */
const READINGS: Record<string, Record<string, string>> = {
  'threshold measured on what is still unpaid (400,000 < 450,000)': { 'late_penalty.threshold_measure': 'unpaid' },
  'threshold measured on the notice (350,000): 10,500 + 5 × 1,870 (1,875 floored)': { 'late_penalty.threshold_measure': 'assessed' },
  'same, floored once over the five steps': { 'late_penalty.threshold_measure': 'assessed', 'late_penalty.rounding': 'monthly_sum' },
  'LTBA 23 → Civil Code 161: the period ends Mon 2 Sep, step 3 Sep': { 'late_penalty.month_end_on_holiday': 'next_working_day' },
  'anchored to the printed 30 June: step 1 Aug (MOIS notice 2019-06-23: 3% for payment 2–31 July)': {
    'late_penalty.month_anchor': 'printed_deadline',
  },
  '3% floored, monthly sum floored once: 37,030 + 24,440': { 'late_penalty.rounding': 'monthly_sum' },
  'whole sum floored once: 61,481.088': { 'late_penalty.rounding': 'total' },
  "December 2018's month belongs to the old rate: 5 × 12,000 + 2 × 7,500": { 'late_penalty.rate_of_step': 'elapsed_month' },
  'original month anchors: the step of 1 Jan 2026 falls just outside the deferral': {
    'late_penalty.months_across_deferral': 'original_anchor',
  },
  'original anchors: steps of 1 Jan, 1 Feb, 1 Mar': { 'late_penalty.months_across_deferral': 'original_anchor' },
};

if (!existsSync(path)) {
  test.skip(`the penalty vectors are not at ${path}, so they are not checked here`, () => {});
} else {
  const vectors = vectorsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));

  describe('penalty vectors', () => {
    test.each(vectors.map((vector) => [`${vector.why}, as of ${vector.asOf}`, vector] as const))('%s', (_, vector) => {
      const statement = statementUnder(rulesWith({}), caseOf(vector), vector.asOf);
      expect(statement.total.toString()).toBe(vector.totalKrw);
    });

    const alternatives = vectors.flatMap((vector) => vector.alternatives.map((alternative) => ({ vector, ...alternative })));
    test.each(alternatives.map((alternative) => [alternative.reading, alternative] as const))(
      'reading: %s',
      (reading, { vector, totalKrw }) => {
        const parameters = READINGS[reading];
        expect(parameters, 'no parameter expresses this reading').toBeDefined();
        expect(statementUnder(rulesWith(parameters ?? {}), caseOf(vector), vector.asOf).total.toString()).toBe(totalKrw);
      },
    );

    test('restart, original anchors and pause agree where the vectors say so', () => {
      const vector = vectors.find(({ why }) => why.includes('restart, original anchors and pause all give this'));
      expect(vector).toBeDefined();
      if (vector === undefined) return;
      for (const mode of ['restart', 'original_anchor', 'pause']) {
        const rules = rulesWith({ 'late_penalty.months_across_deferral': mode });
        expect(statementUnder(rules, caseOf(vector), vector.asOf).total.toString(), mode).toBe(vector.totalKrw);
      }
    });
  });
}
