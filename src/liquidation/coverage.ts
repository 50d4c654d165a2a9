import { appendAudit } from '../audit/append.ts';
import { jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import { type CivilDate, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { type Canonical, canonicalJson, digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { type CaseWithParts, lockCases } from '../seizure/locked-case.ts';
import { COVERAGE_RULE_VERSION, coverageAtRisk } from '../valuation/coverage/coverage-at-risk.ts';
import type { CoverageInputs } from '../valuation/coverage/inputs.ts';
import type { CoverageResult } from '../valuation/coverage/result.ts';
import type { Scenarios } from '../valuation/coverage/scenarios.ts';
import { readCoverageInputs } from './coverage-inputs.ts';
import type { MarketHistories } from './coverage-market.ts';
import { warnOfNews } from './coverage-news.ts';
import { isCoveragePhase } from './coverage-schedule.ts';

/** A second ring within so short a time asks nothing new. */
const SAME_READING_MS = 60_000;

/** A reading as it was just stored. */
export interface TakenReading {
  readonly readingId: number;
  readonly caseId: number;
  readonly saleOn: CivilDate;
  readonly result: CoverageResult;
}

/**
 * Takes a reading of each of these cases: whether what it holds will still cover what is owed when it is sold. Stores it with everything
 * it was made from, writes an audit event when the standing is another than before, and warns when it becomes unlikely that all is
 * covered. Of a case that has no coins to sell (yet), or was read a moment ago, none is taken. All of them or none are stored. Error:
 * `NOT_FOUND`.
 */
export async function takeCoverageReadings(work: Work, caseIds: readonly number[], histories: MarketHistories): Promise<TakenReading[]> {
  const seizureCases = (await lockCases(work, caseIds)).filter(({ phase }) => isCoveragePhase(phase));
  const before = await lastReadings(work, seizureCases);
  const unread = seizureCases.filter(({ id }) => {
    const last = before.get(id);
    return last === undefined || work.at.getTime() - last.readAt.getTime() >= SAME_READING_MS;
  });
  if (unread.length === 0) return [];
  const policy = await readPolicy(work.tx);
  const inputs = await readCoverageInputs({ work, policy, today: seoulDay(work.at), histories }, unread);
  const readings = unread.flatMap((seizureCase) => readingOf(seizureCase, inputs.get(seizureCase.id), histories.scenarios) ?? []);
  const taken = await store(work, readings, policy.version);
  for (const { readingId, seizureCase, result, inputsDigest } of taken) {
    const standing = before.get(seizureCase.id)?.standing;
    if (standing !== result.standing) await recordChange(work, { readingId, caseId: seizureCase.id, result, inputsDigest }, standing);
  }
  await warnOfNews(
    work,
    taken.map((reading) => ({ ...reading, knownProbability: before.get(reading.seizureCase.id)?.knownProbability ?? null })),
  );
  return taken.map(({ readingId, seizureCase, saleOn, result }) => ({ readingId, caseId: seizureCase.id, saleOn, result }));
}

interface Reading {
  readonly seizureCase: CaseWithParts;
  readonly saleOn: CivilDate;
  readonly inputs: CoverageInputs;
  readonly inputsDigest: string;
  readonly result: CoverageResult;
}

/** Undefined where it has nothing to sell. */
function readingOf(seizureCase: CaseWithParts, inputs: CoverageInputs | undefined, scenarios: Scenarios): Reading | undefined {
  const own = inputs?.cases.find(({ caseId }) => caseId === seizureCase.id);
  if (inputs === undefined || own === undefined || inputs.holdings.every(({ caseId }) => caseId !== seizureCase.id)) return undefined;
  return { seizureCase, saleOn: own.saleOn, inputs, inputsDigest: digestOf(inputs), result: coverageAtRisk(inputs, scenarios) };
}

async function store(
  work: Work,
  readings: readonly Reading[],
  policyVersion: string,
): Promise<(Reading & { readonly readingId: number })[]> {
  if (readings.length === 0) return [];
  const stored = await work.tx.coverageReading.createManyAndReturn({
    data: readings.map(({ seizureCase, saleOn, inputs, inputsDigest, result }) => ({
      caseId: seizureCase.id,
      readAt: work.at,
      saleOn: dayToColumn(saleOn),
      ruleVersion: COVERAGE_RULE_VERSION,
      policyVersion,
      inputs: jsonColumn(inputs),
      inputsDigest,
      standing: result.standing,
      probability: result.probability,
      result: jsonColumn(result),
    })),
    select: { id: true, caseId: true },
  });
  const idOf = new Map(stored.map(({ id, caseId }) => [caseId, id]));
  return readings.map((reading) => {
    const readingId = idOf.get(reading.seizureCase.id);
    if (readingId === undefined)
      throw new CheongsanError('INTERNAL', `The coverage reading of case ${reading.seizureCase.id} was not stored.`);
    return { ...reading, readingId };
  });
}

interface EarlierReading {
  readonly readAt: Date;
  readonly standing: string;
  /** Of the last reading that knew any; one that knew nothing says nothing about what is new. */
  readonly knownProbability: string | null;
}

/** The last reading of each case that has one, without what it was made from, which is long. */
async function lastReadings(work: Work, cases: readonly { readonly id: number }[]): Promise<ReadonlyMap<number, EarlierReading>> {
  const rows = await work.tx.$queryRaw<{ case_id: number; read_at: Date; standing: string; probability: string | null }[]>`
    SELECT c.id AS case_id, last.read_at, last.standing,
           (SELECT trim_scale(r.probability)::text FROM coverage_reading r
             WHERE r.case_id = c.id AND r.probability IS NOT NULL ORDER BY r.id DESC LIMIT 1) AS probability
      FROM unnest(${cases.map(({ id }) => id)}::int[]) AS c (id)
     CROSS JOIN LATERAL (SELECT r.read_at, r.standing FROM coverage_reading r WHERE r.case_id = c.id ORDER BY r.id DESC LIMIT 1) last`;
  return new Map(
    rows.map(({ case_id, read_at, standing, probability }) => [case_id, { readAt: read_at, standing, knownProbability: probability }]),
  );
}

async function recordChange(
  work: Work,
  { readingId, caseId, result, inputsDigest }: Pick<TakenReading, 'readingId' | 'caseId' | 'result'> & { readonly inputsDigest: string },
  before: string | undefined,
): Promise<void> {
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'coverage.changed',
    subject: `coverage_reading:${readingId}`,
    ...(before === undefined ? {} : { before }),
    after: result.standing,
    recordDigest: coverageDigestOf({ inputsDigest, result }),
    payload: { from: before, to: result.standing, probability: result.probability },
  });
}

/** What the audit log records of a reading. */
export function coverageDigestOf({ inputsDigest, result }: { readonly inputsDigest: string; readonly result: Canonical }): string {
  return digestOf({ inputs: inputsDigest, result: canonicalJson(result) });
}
