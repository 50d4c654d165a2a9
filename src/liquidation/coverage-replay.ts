import type { CoverageReading } from '../database/generated/client.ts';
import { canonicalSchema } from '../database/json.ts';
import type { Database } from '../database/work.ts';
import { canonicalJson, digestOf } from '../kernel/digest.ts';
import { COVERAGE_RULE_VERSION, coverageAtRisk } from '../valuation/coverage/coverage-at-risk.ts';
import { type CoverageInputs, coverageInputsSchema } from '../valuation/coverage/inputs.ts';
import type { CoverageResult } from '../valuation/coverage/result.ts';
import { Scenarios } from '../valuation/coverage/scenarios.ts';
import { coverageDigestOf } from './coverage.ts';

type Rule = (inputs: CoverageInputs, scenarios: Scenarios) => CoverageResult;

/** Every version of the rule that ever read coverage, by name: an old reading is made again with the rule of its day. */
const RULES: Readonly<Record<string, Rule>> = { [COVERAGE_RULE_VERSION]: coverageAtRisk };

const BATCH = 100;

/**
 * Makes every stored coverage reading again from its stored inputs. Returns those that come out differently, whose inputs or outcome were
 * changed since, or which are not the ones the audit log recorded (`coverage_reading:ID`). Restricted to one case when given.
 */
export async function replayCoverage(database: Database, caseId?: number): Promise<string[]> {
  const scenarios = new Scenarios();
  const different: string[] = [];
  for (let after = 0; ; ) {
    const readings = await database.read.coverageReading.findMany({
      where: { id: { gt: after }, ...(caseId === undefined ? {} : { caseId }) },
      orderBy: { id: 'asc' },
      take: BATCH,
    });
    const recorded = await recordedDigests(database, readings);
    for (const reading of readings) {
      const subject = `coverage_reading:${reading.id}`;
      if (!repeats(reading, scenarios, recorded.get(subject))) different.push(subject);
    }
    const last = readings.at(-1);
    if (last === undefined) return different;
    after = last.id;
  }
}

function repeats(reading: CoverageReading, scenarios: Scenarios, recordedDigest: string | null | undefined): boolean {
  const { ruleVersion, inputsDigest } = reading;
  const rule = RULES[ruleVersion];
  const inputs = coverageInputsSchema.safeParse(reading.inputs);
  const result = canonicalSchema.safeParse(reading.result);
  if (rule === undefined || !inputs.success || !result.success || digestOf(inputs.data) !== inputsDigest) return false;
  if (recordedDigest !== undefined && recordedDigest !== coverageDigestOf({ inputsDigest, result: result.data })) return false;
  const again = rule(inputs.data, scenarios);
  const isSameRow = again.standing === reading.standing && again.probability === (reading.probability?.toFixed() ?? null);
  return isSameRow && canonicalJson(result.data) === canonicalJson(again);
}

/** Only a reading that changed the standing has an event. */
async function recordedDigests(database: Database, readings: readonly CoverageReading[]): Promise<ReadonlyMap<string, string | null>> {
  const events = await database.read.auditEvent.findMany({
    where: { subject: { in: readings.map(({ id }) => `coverage_reading:${id}`) }, action: 'coverage.changed' },
    select: { subject: true, recordDigest: true },
  });
  return new Map(events.map(({ subject, recordDigest }) => [subject, recordDigest]));
}
