import { type CasePhase, Prisma } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import { type CivilDate, dayFromColumn } from '../kernel/civil-date.ts';
import { type CoverageResult, type CoverageStanding, coverageResultSchema } from '../valuation/coverage/result.ts';
import { COVERAGE_PHASES } from './coverage-schedule.ts';

export const STANDING_TITLES: Readonly<Record<CoverageStanding, string>> = {
  covered: '충분',
  at_risk: '부족 위험',
  short: '부족',
  unknown: '판단 불가',
};

export const SUGGESTION_TITLES: Readonly<Record<CoverageResult['suggestions'][number]['code'], string>> = {
  sell_earlier_with_consent: '체납자 동의를 받아 먼저 매각',
  demand_more: '추가 압류·이전 요구',
  release_excess: '초과분 압류 해제',
  nothing: '조치 없음',
};

/** One stored reading. */
export interface CoverageView {
  readonly id: number;
  readonly caseId: number;
  readonly readAt: Date;
  readonly saleOn: CivilDate;
  readonly ruleVersion: string;
  readonly policyVersion: string;
  readonly inputsDigest: string;
  readonly result: CoverageResult;
}

const COLUMNS = {
  id: true,
  caseId: true,
  readAt: true,
  saleOn: true,
  ruleVersion: true,
  policyVersion: true,
  inputsDigest: true,
  result: true,
} as const satisfies Prisma.CoverageReadingSelect;

type StoredReading = Prisma.CoverageReadingGetPayload<{ select: typeof COLUMNS }>;

function toView({ saleOn, result, ...reading }: StoredReading): CoverageView {
  return { ...reading, saleOn: dayFromColumn(saleOn), result: coverageResultSchema.parse(result) };
}

/** The last reading of a case; undefined before the first. */
export async function latestCoverage(reader: Pick<Transaction, 'coverageReading'>, caseId: number): Promise<CoverageView | undefined> {
  const reading = await reader.coverageReading.findFirst({ where: { caseId }, orderBy: { id: 'desc' }, select: COLUMNS });
  return reading === null ? undefined : toView(reading);
}

/** Readings of a case, the newest first, from before one of them where it is named. */
export async function coverageHistory(
  reader: Pick<Transaction, 'coverageReading'>,
  caseId: number,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<CoverageView[]> {
  const readings = await reader.coverageReading.findMany({
    where: { caseId, ...(before === undefined ? {} : { id: { lt: before } }) },
    orderBy: { id: 'desc' },
    take: limit,
    select: COLUMNS,
  });
  return readings.map(toView);
}

/** A case that still has coins to sell, with its last reading. */
export interface CaseCoverage {
  readonly caseNumber: string;
  readonly phase: CasePhase;
  readonly officerId: number;
  readonly reading: CoverageView;
}

export interface CoverageFilter {
  readonly standing?: CoverageStanding | undefined;
  readonly officerId?: number | undefined;
}

/**
 * Cases with coins to sell by their last reading, the worst first: short and at risk by probability, then those of which too little is
 * known, then the covered ones.
 */
export async function worstCoverage(
  reader: Pick<Transaction, '$queryRaw' | 'coverageReading' | 'seizureCase'>,
  filter: CoverageFilter,
  limit: number,
): Promise<CaseCoverage[]> {
  const phases: readonly string[] = COVERAGE_PHASES;
  const rows = await reader.$queryRaw<{ id: number }[]>`
    SELECT r.id FROM seizure_case c
      CROSS JOIN LATERAL (SELECT l.id, l.standing, l.probability FROM coverage_reading l WHERE l.case_id = c.id ORDER BY l.id DESC LIMIT 1) r
     WHERE c.phase::text = ANY (${phases}::text[])
       ${filter.standing === undefined ? Prisma.empty : Prisma.sql`AND r.standing = ${filter.standing}`}
       ${filter.officerId === undefined ? Prisma.empty : Prisma.sql`AND c.officer_id = ${filter.officerId}`}
     ORDER BY CASE r.standing WHEN 'covered' THEN 2 WHEN 'unknown' THEN 1 ELSE 0 END, r.probability, c.id LIMIT ${limit}`;
  const readings = await reader.coverageReading.findMany({ where: { id: { in: rows.map(({ id }) => id) } }, select: COLUMNS });
  const cases = await reader.seizureCase.findMany({
    where: { id: { in: readings.map(({ caseId }) => caseId) } },
    select: { id: true, number: true, phase: true, officerId: true },
  });
  const readingOf = new Map(readings.map((reading) => [reading.id, reading]));
  const caseOf = new Map(cases.map((each) => [each.id, each]));
  return rows.flatMap(({ id }) => {
    const reading = readingOf.get(id);
    const found = reading === undefined ? undefined : caseOf.get(reading.caseId);
    if (reading === undefined || found === undefined) return [];
    return [{ caseNumber: found.number, phase: found.phase, officerId: found.officerId, reading: toView(reading) }];
  });
}
