import type { Approval } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { cancelNotice } from '../notice/issue.ts';
import { approvalExpiresAt } from '../policy/approval-expiry.ts';
import { readPolicy } from '../policy/book.ts';
import { type BillState, loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { type TaxRules, taxRules } from '../tax/rules.ts';
import { barredError, barsOf } from './eligible-bills.ts';
import { type CaseWithParts, lockCase, lockCases } from './locked-case.ts';
import { moveCase } from './phase.ts';
import { takenWallet } from './possession.ts';
import { staysAgainst } from './stay.ts';

/** Everything an approver approves: the bills and what is unpaid on them, what is seized, and what stands in the way. */
interface SeizureFacts {
  readonly content: { readonly [key: string]: Canonical | undefined };
  readonly bills: readonly BillState[];
  readonly rules: TaxRules;
  readonly stays: readonly string[];
  readonly valueKrw: Won;
}

/**
 * Puts a proposed seizure to the approvers in the name of the official who acts. Errors: `PHASE_WRONG`, the code of whatever bars a
 * bill by now, `SEIZURE_STAYED`, and those of `requestApproval`.
 */
export async function requestSeizureApproval(work: Work, request: { readonly caseId: number; readonly reason: string }): Promise<Approval> {
  const [approval] = await requestSeizureApprovals(work, { caseIds: [request.caseId], reason: request.reason });
  if (approval === undefined) throw new CheongsanError('INTERNAL', `No approval came of case ${request.caseId}.`);
  return approval;
}

/** As `requestSeizureApproval` for many cases, in the order of their ids. One refusal keeps all of them back. */
export async function requestSeizureApprovals(
  work: Work,
  requests: { readonly caseIds: readonly number[]; readonly reason: string },
): Promise<Approval[]> {
  const cases = await lockCases(work, requests.caseIds);
  const policy = await readPolicy(work.tx);
  const rules = taxRules(policy);
  const expiresAt = approvalExpiresAt(policy, work.at);
  const approvals: Approval[] = [];
  for (const seizureCase of cases) {
    approvals.push(await requestFor(work, seizureCase, { reason: requests.reason, expiresAt, rules }));
  }
  return approvals;
}

async function requestFor(
  work: Work,
  seizureCase: CaseWithParts,
  { reason, expiresAt, rules }: { readonly reason: string; readonly expiresAt: Date; readonly rules: TaxRules },
): Promise<Approval> {
  assertProposed(seizureCase);
  const facts = await readFacts(work, seizureCase, rules);
  assertUnbarred(work, seizureCase, facts);
  return requestApproval(work, {
    kind: 'seizure',
    subjectType: 'case',
    subjectId: seizureCase.id,
    summary: `사건 ${seizureCase.number}: 체납 ${seizureCase.bills.length}건에 대한 가상자산 ${seizureCase.holdings.length}종 압류`,
    content: facts.content,
    moneyAtStakeKrw: facts.valueKrw,
    reason,
    expiresAt,
  });
}

function assertProposed({ phase, number }: CaseWithParts): void {
  if (phase !== 'proposed')
    throw new CheongsanError('PHASE_WRONG', `Case ${number} is ${phase}; only a proposed seizure is put to approvers.`);
}

function assertUnbarred(work: Work, seizureCase: CaseWithParts, { bills, rules, stays }: SeizureFacts): void {
  const today = seoulDay(work.at);
  const barred = bills.map((bill) => ({ billId: bill.billId, noticeNumber: bill.noticeNumber, bars: barsOf(bill, today, rules) }));
  const withBars = barred.filter(({ bars }) => bars.length > 0);
  if (withBars.length > 0) throw barredError(withBars, `Case ${seizureCase.number}`);
  if (stays.length > 0) {
    throw new CheongsanError('SEIZURE_STAYED', `Case ${seizureCase.number} is stayed by ${stays.join(', ')}.`, { facts: { stays } });
  }
}

/**
 * Carries out what was decided about seizures, in the same unit of work as the decision or later and in the order of the cases:
 * approved, a case goes on; rejected, it ends as `refused`. Run again it does nothing. One refusal keeps all of them back. Errors:
 * `APPROVAL_STALE` when bills, amounts or holdings are no longer those that were approved, `PHASE_WRONG`, `APPROVAL_MISSING`,
 * `INPUT_INVALID` for an approval of another kind.
 */
export async function applySeizureApprovals(work: Work, approvals: readonly Approval[]): Promise<void> {
  const strange = approvals.find(({ kind, subjectType }) => kind !== 'seizure' || subjectType !== 'case');
  if (strange !== undefined) {
    throw new CheongsanError('INPUT_INVALID', `Approval ${strange.id} is about a ${strange.kind} and no seizure.`);
  }
  const decided = new Map(approvals.filter(({ state }) => state !== 'pending').map((approval) => [approval.subjectId, approval]));
  const cases = await lockCases(work, [...decided.keys()]);
  const rules = taxRules(await readPolicy(work.tx));
  for (const seizureCase of cases) {
    const approval = decided.get(seizureCase.id);
    if (approval?.state === 'rejected') await refuseRejected(work, seizureCase, approval);
    else if (approval !== undefined) await carryOut(work, seizureCase, approval, rules);
  }
}

async function refuseRejected(work: Work, seizureCase: CaseWithParts, approval: Approval): Promise<void> {
  if (seizureCase.phase === 'refused') return;
  await moveCase(work, seizureCase.id, ['proposed'], 'refused', {
    action: 'seizure.refused',
    recordDigest: approval.contentDigest,
    payload: { approval: approval.id },
    changes: { approvalId: approval.id, refusalCode: 'REJECTED' },
  });
}

async function carryOut(work: Work, seizureCase: CaseWithParts, approval: Approval, rules: TaxRules): Promise<void> {
  if (seizureCase.approvalId === approval.id && seizureCase.phase !== 'proposed') return;
  const { content } = await readFacts(work, seizureCase, rules);
  const approved = await requireApproved(work.tx, approval.id, content);
  await moveCase(work, seizureCase.id, ['proposed'], 'approved', {
    action: 'seizure.approved',
    recordDigest: approved.contentDigest,
    payload: { approval: approval.id },
    changes: { approvalId: approval.id },
  });
}

async function readFacts(work: Work, seizureCase: CaseWithParts, rules: TaxRules): Promise<SeizureFacts> {
  const today = seoulDay(work.at);
  const bills = await loadBillStates(
    work.tx,
    seizureCase.bills.map(({ billId }) => billId),
  );
  const standing = await staysAgainst(work.tx, [seizureCase.id], 'seizure', today);
  const stays = [...new Set(standing.map(({ kind }) => kind))].sort();
  const valuations = await work.tx.valuation.findMany({ where: { caseId: seizureCase.id, occasion: 'proposal' } });
  const valueKrw = Won.sum(valuations.map((valuation) => Won.of(valuation.valueKrw)));
  const content = {
    case: seizureCase.number,
    person: seizureCase.personId,
    venue: seizureCase.venueCode,
    needKrw: seizureCase.needKrw?.toString(),
    limitKrw: seizureCase.limitKrw?.toString(),
    valueKrw: valueKrw.toString(),
    marginReason: seizureCase.marginReason ?? undefined,
    bills: bills.map((bill) => {
      const owed = owedOnBills([bill], today, rules);
      return {
        bill: bill.billId,
        notice: bill.noticeNumber,
        amountAtSeizureKrw: seizureCase.bills.find(({ billId }) => billId === bill.billId)?.amountAtSeizure.toString(),
        // Penalty grows by itself and makes no approval stale; payments, reductions and new bars do.
        unpaidKrw: Won.sum(owed.lines.flatMap(({ tax, surcharge }) => [tax, surcharge])).toString(),
        bars: barsOf(bill, today, rules).map(({ code }) => code),
        writeOff: bill.seizability.writeOff,
      };
    }),
    holdings: seizureCase.holdings.map(({ asset, seizedQuantity }) => ({ asset, quantity: seizedQuantity.toFixed() })),
    // What is found on it later is seized or given back as this says, and makes no approval stale.
    wallet: seizureCase.origin === 'wallet' ? await walletContent(work, seizureCase.id) : undefined,
    stays,
  };
  return { content, bills, rules, stays, valueKrw };
}

async function walletContent(work: Work, caseId: number): Promise<Canonical> {
  const { id, network, address, venueAccountId, foundReference, seizedAt, seizesWhole } = await takenWallet(work, caseId);
  return { wallet: id, network, address, account: venueAccountId, foundReference, takenAt: seizedAt.toISOString(), seizesWhole };
}

/**
 * Takes a seizure back that has not reached the exchange. Letters that were printed and not sent are cancelled; rows of the reply
 * may be proposed again. Errors: `PHASE_WRONG`, `CONFLICT` while an approval is pending or a letter to the exchange is under way.
 */
export async function withdrawSeizure(
  work: Work,
  withdrawal: { readonly caseId: number; readonly code: string; readonly reason: string },
): Promise<void> {
  const seizureCase = await lockCase(work, withdrawal.caseId);
  const pending = await work.tx.approval.findFirst({
    where: { kind: 'seizure', subjectType: 'case', subjectId: seizureCase.id, state: 'pending', expiresAt: { gt: work.at } },
    select: { id: true },
  });
  if (pending !== null) {
    throw new CheongsanError('CONFLICT', `Approval ${pending.id} of case ${seizureCase.number} is pending; withdraw it first.`);
  }
  const letters = await work.tx.notice.findMany({
    where: { subject: `case:${seizureCase.id}`, state: { not: 'cancelled' } },
    select: { id: true, number: true, state: true },
    orderBy: { id: 'asc' },
  });
  const underWay = letters.find(({ state }) => state !== 'issued');
  if (underWay !== undefined) {
    throw new CheongsanError(
      'CONFLICT',
      `Notice ${underWay.number} of case ${seizureCase.number} has left; release the seizure once it is served.`,
    );
  }
  // An approved wallet is seized since it was taken; that ends by a release.
  const from = seizureCase.origin === 'wallet' ? (['proposed'] as const) : (['proposed', 'approved'] as const);
  await moveCase(work, seizureCase.id, from, 'refused', {
    action: 'seizure.withdrawn',
    reason: withdrawal.reason,
    changes: { refusalCode: withdrawal.code },
  });
  for (const { id } of letters) await cancelNotice(work, { noticeId: id, reason: withdrawal.reason });
}
