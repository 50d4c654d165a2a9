import { appendAudit } from '../audit/append.ts';
import type { Distribution } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { type CivilDate, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { VenueWon } from '../kernel/money.ts';
import { cancelNotice } from '../notice/issue.ts';
import { readPolicy } from '../policy/book.ts';
import { distributionDays } from '../policy/definitions/collection.ts';
import { type CaseWithParts, lockCase } from '../seizure/locked-case.ts';
import { moveCase } from '../seizure/phase.ts';
import { taxRules } from '../tax/rules.ts';
import { distributionNumber } from './bank-reference.ts';
import {
  assertDistributionDay,
  type DistributionDateFacts,
  type DistributionDateRules,
  distributionSpan,
  firstPossibleDay,
  needsExtension,
} from './distribution-date.ts';
import { firstReceiptOn, planCase, readMoneyState } from './distribution-money.ts';
import type { DistributionPlan } from './distribution-plan.ts';

/** Phases in which money at the bank may be waiting to be distributed. */
const DISTRIBUTING_PHASES = ['sale_done', 'distributing', 'settled'] as const;

export interface DraftRequest {
  readonly caseId: number;
  /** Absent: the first working day on which the draft has lain on file long enough. */
  readonly distributionOn?: CivilDate;
  /** Why the day is later than the law's first limit. */
  readonly extensionReason?: string;
}

/**
 * Files the draft of a distribution (LTCA 101): everything a case has at the bank, with a date. Errors: `PHASE_WRONG` before the sale
 * is over, `CONFLICT` while money is still at the venue or on its way, while a draft stands, or with nothing to distribute,
 * `DISTRIBUTION_TOO_EARLY` and `INPUT_INVALID` for the date.
 */
export async function draftDistribution(work: Work, request: DraftRequest): Promise<Distribution> {
  return draftLocked(work, await lockCase(work, request.caseId), request);
}

/** As `draftDistribution`, for a case that is locked with its taxpayer. */
export async function draftLocked(
  work: Work,
  seizureCase: CaseWithParts,
  request: Omit<DraftRequest, 'caseId'> = {},
): Promise<Distribution> {
  if (!DISTRIBUTING_PHASES.some((phase) => phase === seizureCase.phase)) {
    throw new CheongsanError('PHASE_WRONG', `Case ${seizureCase.number} is ${seizureCase.phase}; its money is distributed after its sale.`);
  }
  const standing = await work.tx.distribution.findFirst({ where: { caseId: seizureCase.id, state: 'drafted' } });
  if (standing !== null) throw new CheongsanError('CONFLICT', `Draft ${standing.number} of case ${seizureCase.number} stands already.`);
  const { isUnderWay, undistributed } = await readMoneyState(work.tx, seizureCase);
  if (isUnderWay || !undistributed.isPositive()) {
    throw new CheongsanError(
      'CONFLICT',
      isUnderWay
        ? `Case ${seizureCase.number} has money at the venue or on its way; it is distributed when all of it is at the bank.`
        : `Case ${seizureCase.number} has nothing at the bank to distribute.`,
    );
  }
  return fileDraft(work, seizureCase, request);
}

/** True when the first possible day is so late that a person has to write why. */
export async function draftNeedsReason(work: Work, caseId: number): Promise<boolean> {
  const { facts, rules } = await dateFacts(work, caseId);
  return needsExtension(facts, rules);
}

/** Plans, dates and stores a draft, and moves a case from its sale to the distribution. The case must be locked. */
async function fileDraft(work: Work, seizureCase: CaseWithParts, request: Omit<DraftRequest, 'caseId'>): Promise<Distribution> {
  const { facts, rules } = await dateFacts(work, seizureCase.id);
  const distributionOn = request.distributionOn ?? firstPossibleDay(facts, rules);
  const span = distributionSpan(facts, rules);
  assertDistributionDay(distributionOn, span, request.extensionReason);
  const plan = await planCase(work, seizureCase, distributionOn);
  const isExtended = distributionOn > span.limit;
  const draft = await storeDraft(work, seizureCase, plan, {
    distributionOn,
    firstReceipt: facts.firstReceiptOn,
    extensionReason: isExtended ? (request.extensionReason ?? null) : null,
  });
  if (seizureCase.phase === 'sale_done')
    await moveCase(work, seizureCase.id, ['sale_done'], 'distributing', { deadlineOn: distributionOn });
  else {
    await work.tx.seizureCase.update({ where: { id: seizureCase.id }, data: { phaseDeadlineOn: dayToColumn(distributionOn) } });
    work.ring('cases', seizureCase.id);
  }
  return draft;
}

async function dateFacts(work: Work, caseId: number): Promise<{ facts: DistributionDateFacts; rules: DistributionDateRules }> {
  const policy = await readPolicy(work.tx);
  const filedOn = seoulDay(work.at);
  const days = policy.get(distributionDays, filedOn);
  const { calendar } = taxRules(policy);
  return {
    facts: { firstReceiptOn: await firstReceiptOn(work, caseId), filedOn, isWorkingDay: (day) => calendar.isWorkingDay(day) },
    rules: { fromFirstReceiptDays: days.fromFirstReceipt, extensionDays: days.extension, draftBeforeDays: days.draftBefore },
  };
}

async function storeDraft(
  work: Work,
  seizureCase: CaseWithParts,
  plan: DistributionPlan,
  dates: { distributionOn: CivilDate; firstReceipt: CivilDate; extensionReason: string | null },
): Promise<Distribution> {
  const { id: caseId, number, venueCode } = seizureCase;
  const { money, claimsOn } = plan;
  const { distributionOn, firstReceipt, extensionReason } = dates;
  const ordinal = (await work.tx.distribution.count({ where: { caseId } })) + 1;
  const costs = VenueWon.sum(
    venueCode,
    money.costs.map(({ amount }) => amount),
  );
  const newest = await work.tx.notice.aggregate({ _max: { id: true } });
  const draft = await work.tx.distribution.create({
    data: {
      number: distributionNumber(number, ordinal),
      caseId,
      firstReceiptOn: dayToColumn(firstReceipt),
      draftFiledOn: dayToColumn(seoulDay(work.at)),
      distributionOn: dayToColumn(distributionOn),
      claimsOn: dayToColumn(claimsOn),
      extensionReason,
      grossKrw: money.gross.toString(),
      costsKrw: costs.toString(),
      residueKrw: money.residue.toString(),
      interestKrw: money.interest.toBigInt(),
      netKrw: money.net.toBigInt(),
      surplusKrw: plan.surplus.toBigInt(),
      draftDigest: plan.digest,
      policyVersion: (await readPolicy(work.tx)).version,
      noticesAfterId: newest._max.id ?? 0,
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  await work.tx.distributionLine.createMany({
    data: plan.lines.map((line, index) => ({
      distributionId: draft.id,
      rank: index + 1,
      tier: line.tier,
      billId: line.billId ?? null,
      billLineId: line.billLineId ?? null,
      claimKrw: line.claim,
      amountKrw: line.amount,
      reason: line.reason,
    })),
  });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'distribution.drafted',
    subject: `distribution:${draft.id}`,
    after: { state: 'drafted', distributionOn },
    recordDigest: plan.digest,
    payload: {
      number: draft.number,
      distributionOn,
      netKrw: money.net.toString(),
      surplusKrw: plan.surplus.toString(),
      lines: plan.lines.length,
      extension: extensionReason ?? undefined,
    },
  });
  return draft;
}

/**
 * Puts another draft in the place of one that no longer fits, with a new date; letters about the old one that lie here are cancelled,
 * those under way are left to arrive. The case must be locked. Returns the new draft, undefined when by now nothing is left to distribute.
 */
export async function redraftDistribution(
  work: Work,
  seizureCase: CaseWithParts,
  old: Distribution,
  reason: string,
): Promise<Distribution | undefined> {
  await work.tx.distribution.update({
    where: { id: old.id },
    data: { state: 'superseded', supersededAt: work.at, supersededReason: reason },
  });
  await appendAudit(work, {
    stream: `case:${seizureCase.id}`,
    action: 'distribution.superseded',
    subject: `distribution:${old.id}`,
    before: { state: old.state },
    after: { state: 'superseded' },
    recordDigest: old.draftDigest,
    payload: { number: old.number, reason },
  });
  await cancelLetters(work, seizureCase.id);
  const { undistributed } = await readMoneyState(work.tx, seizureCase);
  if (!undistributed.isPositive()) return undefined;
  return fileDraft(work, seizureCase, { extensionReason: `배분계산서 원안이 바뀌어 다시 비치함: ${reason}` });
}

async function cancelLetters(work: Work, caseId: number): Promise<void> {
  const letters = await work.tx.notice.findMany({
    where: { subject: `case:${caseId}`, kind: 'distribution_notice', state: { in: ['issued', 'returned'] } },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  for (const { id } of letters) await cancelNotice(work, { noticeId: id, reason: '배분계산서 원안이 바뀜' });
}
