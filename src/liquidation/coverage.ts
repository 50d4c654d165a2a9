import { appendAudit } from '../audit/append.ts';
import type { CoverageReading, Prisma } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import { type CivilDate, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { type Canonical, canonicalJson, digestOf } from '../kernel/digest.ts';
import { readPolicy } from '../policy/book.ts';
import { lockCase } from '../seizure/locked-case.ts';
import { COVERAGE_RULE_VERSION, coverageAtRisk } from '../valuation/coverage/coverage-at-risk.ts';
import type { CoverageResult } from '../valuation/coverage/result.ts';
import { readCoverageInputs } from './coverage-inputs.ts';
import type { MarketHistories } from './coverage-market.ts';
import { isCoveragePhase } from './coverage-schedule.ts';
import { alertOnce } from './settle-order.ts';

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
 * Takes a reading of a case: whether what it holds will still cover what is owed when it is sold. Stores it with everything it was made
 * from, writes an audit event when the standing is another than before, and warns when it becomes unlikely that all is covered.
 * Undefined, and nothing stored, where the case has no coins to sell (yet), or was read a moment ago. Error: `NOT_FOUND`.
 */
export async function takeCoverageReading(work: Work, caseId: number, histories: MarketHistories): Promise<TakenReading | undefined> {
  const seizureCase = await lockCase(work, caseId);
  if (!isCoveragePhase(seizureCase.phase)) return undefined;
  const before = await lastReading(work, caseId, {});
  if (before !== null && work.at.getTime() - before.readAt.getTime() < SAME_READING_MS) return undefined;
  const policy = await readPolicy(work.tx);
  const inputs = await readCoverageInputs({ work, policy, today: seoulDay(work.at), histories }, seizureCase);
  const own = inputs.cases.find((each) => each.caseId === caseId);
  if (own === undefined || inputs.holdings.every((holding) => holding.caseId !== caseId)) return undefined;
  const result = coverageAtRisk(inputs, histories.scenarios);
  const inputsDigest = digestOf(inputs);
  const { id: readingId } = await work.tx.coverageReading.create({
    data: {
      caseId,
      readAt: work.at,
      saleOn: dayToColumn(own.saleOn),
      ruleVersion: COVERAGE_RULE_VERSION,
      policyVersion: policy.version,
      inputs: jsonColumn(inputs),
      inputsDigest,
      standing: result.standing,
      probability: result.probability,
      result: jsonColumn(result),
    },
    select: { id: true },
  });
  const taken = { readingId, caseId, saleOn: own.saleOn, result };
  if (before?.standing !== result.standing) await recordChange(work, taken, inputsDigest, before?.standing);
  if (await isNews(work, taken, inputs.settings.alertBelow, before)) await warn(work, taken);
  return taken;
}

type EarlierReading = Pick<CoverageReading, 'readAt' | 'standing' | 'probability'>;

/** Without what it was made from, which is long. */
function lastReading(work: Work, caseId: number, where: Prisma.CoverageReadingWhereInput): Promise<EarlierReading | null> {
  return work.tx.coverageReading.findFirst({
    where: { ...where, caseId },
    orderBy: { id: 'desc' },
    select: { readAt: true, standing: true, probability: true },
  });
}

async function recordChange(
  work: Work,
  { readingId, caseId, result }: TakenReading,
  inputsDigest: string,
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

/**
 * News is that it has become unlikely to cover: a reading before said otherwise, or the seizure was of enough when it was proposed. That
 * a person has less than he owes was known from the beginning and alarms nobody.
 */
async function isNews(
  work: Work,
  { readingId, caseId, result: { probability } }: TakenReading,
  alertBelow: string,
  before: EarlierReading | null,
): Promise<boolean> {
  const isLow = (share: string) => new Decimal(share).isLessThan(alertBelow);
  if (probability === null || !isLow(probability)) return false;
  // One that knew nothing says nothing about what is new.
  const known =
    before?.probability == null ? await lastReading(work, caseId, { id: { lt: readingId }, probability: { not: null } }) : before;
  return known?.probability == null ? wasEnough(work, caseId) : !isLow(known.probability.toFixed());
}

/** Whether what was seized was worth what was needed when the seizure was proposed. */
async function wasEnough(work: Work, caseId: number): Promise<boolean> {
  const { needKrw } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { needKrw: true } });
  const { _sum } = await work.tx.valuation.aggregate({ where: { caseId, occasion: 'proposal' }, _sum: { valueKrw: true } });
  return needKrw !== null && (_sum.valueKrw ?? 0n) >= needKrw;
}

const ALERTS = {
  short: '지금 가격으로 팔아도 체납액을 모두 충당하지 못합니다.',
  at_risk: '매각 예정일까지 가격이 내려 체납액을 모두 충당하지 못할 수 있습니다.',
} as const;

async function warn(work: Work, { caseId, saleOn, result }: TakenReading): Promise<void> {
  const kind = result.standing === 'short' ? 'short' : 'at_risk';
  await alertOnce(work, {
    code: `coverage_${kind}`,
    subject: `case:${caseId}`,
    text: `${ALERTS[kind]} 충당 가능성과 제안을 확인하고 조기 매각 동의, 추가 압류를 검토하세요.`,
    facts: { probability: result.probability ?? '', saleOn, shortfall95Krw: result.shortfallKrw?.p95 ?? '' },
  });
}
