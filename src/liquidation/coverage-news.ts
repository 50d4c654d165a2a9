import type { Work } from '../database/work.ts';
import { warnOnce } from '../intent/alert.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import type { CoverageInputs } from '../valuation/coverage/inputs.ts';
import type { CoverageResult } from '../valuation/coverage/result.ts';

/** A reading as it was just taken, and what was known before it. */
export interface NewReading {
  readonly seizureCase: CaseWithParts;
  readonly saleOn: CivilDate;
  readonly inputs: Pick<CoverageInputs, 'settings'>;
  readonly result: CoverageResult;
  /** Plain decimal; null when no reading before it knew any. */
  readonly knownProbability: string | null;
}

/**
 * Tells somebody of every case that has become unlikely to cover what it owes: a reading before said otherwise, or the seizure was of
 * enough when it was proposed. That a person has less than he owes was known from the beginning and alarms nobody.
 */
export async function warnOfNews(work: Work, readings: readonly NewReading[]): Promise<void> {
  const low = readings.filter(({ inputs, result }) => result.probability !== null && isLow(result.probability, inputs));
  const first = low.filter(({ knownProbability }) => knownProbability === null);
  const enough = first.length === 0 ? new Set() : await seizedAsEnough(work, first);
  for (const reading of low) {
    const { seizureCase, inputs, knownProbability } = reading;
    const isNews = knownProbability === null ? enough.has(seizureCase.id) : !isLow(knownProbability, inputs);
    if (isNews) await warn(work, reading);
  }
}

function isLow(probability: string, { settings }: NewReading['inputs']): boolean {
  return new Decimal(probability).isLessThan(settings.alertBelow);
}

/** The cases of which what was seized was worth what was needed when the seizure was proposed. */
async function seizedAsEnough(work: Work, readings: readonly NewReading[]): Promise<ReadonlySet<number>> {
  const proposed = await work.tx.valuation.groupBy({
    by: ['caseId'],
    where: { caseId: { in: readings.map(({ seizureCase }) => seizureCase.id) }, occasion: 'proposal' },
    _sum: { valueKrw: true },
  });
  const worth = new Map(proposed.map(({ caseId, _sum }) => [caseId, _sum.valueKrw ?? 0n]));
  const enough = readings.filter(({ seizureCase: { id, needKrw } }) => needKrw !== null && (worth.get(id) ?? 0n) >= needKrw);
  return new Set(enough.map(({ seizureCase }) => seizureCase.id));
}

const ALERTS = {
  short: '지금 가격으로 팔아도 체납액을 모두 충당하지 못합니다.',
  at_risk: '매각 예정일까지 가격이 내려 체납액을 모두 충당하지 못할 수 있습니다.',
} as const;

async function warn(work: Work, { seizureCase, saleOn, result }: NewReading): Promise<void> {
  const kind = result.standing === 'short' ? 'short' : 'at_risk';
  await warnOnce(work, {
    code: `coverage_${kind}`,
    subject: `case:${seizureCase.id}`,
    text: `${ALERTS[kind]} 충당 가능성과 제안을 확인하고 조기 매각 동의, 추가 압류를 검토하세요.`,
    facts: { probability: result.probability ?? '', saleOn, shortfall95Krw: result.shortfallKrw?.p95 ?? '' },
  });
}
