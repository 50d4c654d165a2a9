import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { Approval, Refund, StayKind } from '../database/generated/client.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { addDays, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { Won } from '../kernel/money.ts';
import { wonBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { normaliseName } from '../person/details.ts';
import { personDigest, personKey } from '../person/person-key.ts';
import { readPerson } from '../person/read.ts';
import { readPolicy } from '../policy/book.ts';
import { approvalExpiryDays, secondApprovalFrom } from '../policy/definitions/sale.ts';
import { type CaseWithParts, lockCase, lockCases } from '../seizure/locked-case.ts';
import { staysOfKinds } from '../seizure/stay.ts';
import { caseSubject } from './accounts.ts';
import { refundNumber } from './bank-reference.ts';
import { lapseOf } from './lapsed-approval.ts';

/*
 * Surplus in won goes to the taxpayer himself and nobody else (LTCA 99(3)):
 *
 *   requested ─▶ approved ─▶ paid
 *       │
 *       ▼
 *   rejected
 *
 * `approved` lets a person pay at the bank; `paid` is the bank statement's word, by the refund's number and amount.
 */

/** Grounds on which somebody else than the taxpayer may have to be paid. */
const STAYS_AGAINST_REFUND: readonly StayKind[] = ['death', 'bankruptcy', 'rehabilitation', 'court_order'];

const payeeSchema = z.object({
  bankName: z.string().trim().min(1).max(40),
  accountNumber: z
    .string()
    .trim()
    .regex(/^[0-9][0-9-]{5,29}$/, 'digits and hyphens'),
  holderName: z.string().trim().min(1).max(100),
});
/** The account at a bank to which a surplus is paid. */
export type RefundPayee = z.infer<typeof payeeSchema>;

export interface RefundRequest {
  readonly caseId: number;
  readonly payee: RefundPayee;
  readonly reason: string;
}

/** What is owed back to the taxpayer of a case. */
export async function surplusOf(reader: Pick<Transaction, '$queryRaw'>, caseId: number): Promise<Won> {
  return (await wonBalance(reader, { chart: CHART.surplusOwed, subject: caseSubject(caseId) })).negated();
}

/**
 * Asks for leave to pay the whole surplus of a case to the taxpayer's own account. Errors: `REFUND_PAYEE_DIFFERS` when the account
 * is held under another name, `CONFLICT` when nothing is owed back, a refund runs already or a stay leaves it open who is to be
 * paid, `INPUT_INVALID`, `PERSON_ERASED`, those of `requestApproval`.
 */
export async function requestRefund(
  work: Work,
  keys: MasterKey,
  request: RefundRequest,
): Promise<{ readonly refundId: number; readonly number: string; readonly amountKrw: Won; readonly approval: Approval }> {
  const payee = parsePayee(request.payee);
  const seizureCase = await lockCase(work, request.caseId);
  await assertPayable(work, seizureCase);
  const taxpayer = await readPerson(work, keys, seizureCase.personId, 'refund.payee');
  if (normaliseName(payee.holderName) !== normaliseName(taxpayer.name)) {
    throw new CheongsanError(
      'REFUND_PAYEE_DIFFERS',
      `The account given for case ${seizureCase.number} is not held by the taxpayer; a surplus is paid to him alone (LTCA 99(3)).`,
    );
  }
  const amount = await surplusOf(work.tx, seizureCase.id);
  if (!amount.isPositive()) throw new CheongsanError('CONFLICT', `Nothing is owed back in case ${seizureCase.number}.`);
  const refund = await storeRefund(work, keys, seizureCase, payee, amount);
  const policy = await readPolicy(work.tx);
  const today = seoulDay(work.at);
  const approval = await requestApproval(work, {
    kind: 'refund',
    subjectType: 'refund',
    subjectId: refund.id,
    summary: `${refund.number} 잔여금 ${amount.toString()}원 환급 (사건 ${seizureCase.number})`,
    content: refundContent(refund),
    moneyAtStakeKrw: amount,
    secondFromKrw: policy.get(secondApprovalFrom, today),
    reason: request.reason,
    expiresAt: startOfDay(addDays(today, policy.get(approvalExpiryDays, today) + 1)),
  });
  await work.tx.refund.update({ where: { id: refund.id }, data: { approvalId: approval.id } });
  await auditRefund(work, refund, 'requested', { approval: approval.id });
  return { refundId: refund.id, number: refund.number, amountKrw: amount, approval };
}

function parsePayee(given: RefundPayee): RefundPayee {
  const parsed = payeeSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].join(', ');
  throw new CheongsanError('INPUT_INVALID', `The account to be paid cannot be used; check ${fields}.`);
}

async function assertPayable(work: Work, { id, number }: CaseWithParts): Promise<void> {
  const live = await work.tx.refund.findFirst({ where: { caseId: id, state: { in: ['requested', 'approved'] } } });
  const lapse = live?.state === 'requested' ? await lapseOf(work, live.approvalId) : undefined;
  if (live !== null && lapse === undefined) {
    throw new CheongsanError('CONFLICT', `Refund ${live.number} of case ${number} is ${live.state}; one runs at a time.`);
  }
  if (live !== null) await endRefund(work, live, lapse ?? 'rejected');
  await assertPayeeCertain(work, id);
}

/** Error: `CONFLICT` while a stay leaves it open who is to be paid. */
async function assertPayeeCertain(work: Work, caseId: number): Promise<void> {
  const [stay] = await staysOfKinds(work.tx, [caseId], STAYS_AGAINST_REFUND, seoulDay(work.at));
  if (stay === undefined) return;
  throw new CheongsanError('CONFLICT', `Stay ${stay.id} (${stay.kind}) of case ${caseId} leaves it open who is to be paid.`, {
    facts: { stayId: stay.id, kind: stay.kind },
  });
}

async function storeRefund(work: Work, keys: MasterKey, seizureCase: CaseWithParts, payee: RefundPayee, amount: Won): Promise<Refund> {
  const { id: caseId, personId } = seizureCase;
  const number = refundNumber(seizureCase.number, (await work.tx.refund.count({ where: { caseId } })) + 1);
  const key = await personKey(work.tx, keys, personId);
  return work.tx.refund.create({
    data: {
      number,
      caseId,
      amountKrw: amount.toBigInt(),
      payeeCipher: key.seal(JSON.stringify(payee), payeeContext(number)),
      payeeDigest: await personDigest(work.tx, keys, personId, { ...payee }),
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
}

function payeeContext(number: string): string {
  return `refund:${number}:payee`;
}

/** What is approved: this much, for this case, to the account behind this digest. */
function refundContent({ id, number, caseId, amountKrw, payeeDigest }: Refund) {
  return { act: 'refund', refundId: id, number, caseId, amountKrw: amountKrw.toString(), payeeDigest };
}

/**
 * Takes the approvers' decisions over. One refusal keeps all of them back; pending or run again it does nothing. Errors:
 * `APPROVAL_STALE` when less is owed back by now, those of `requireApproved`.
 */
export async function applyRefundDecisions(work: Work, approvals: readonly Approval[]): Promise<void> {
  const decided = approvals.filter(({ state }) => state !== 'pending').sort((a, b) => a.subjectId - b.subjectId);
  const found = await work.tx.refund.findMany({ where: { id: { in: decided.map(({ subjectId }) => subjectId) } } });
  await lockCases(
    work,
    found.map(({ caseId }) => caseId),
  );
  for (const approval of decided) await applyOne(work, await readRefund(work.tx, approval.subjectId), approval);
}

async function applyOne(work: Work, refund: Refund, approval: Approval): Promise<void> {
  if (refund.state !== 'requested') return;
  const { caseId } = refund;
  if (approval.state !== 'approved') return endRefund(work, refund, approval.state);
  await requireApproved(work.tx, approval.id, refundContent(refund));
  const surplus = await surplusOf(work.tx, caseId);
  if (surplus.isLessThan(Won.of(refund.amountKrw))) {
    throw new CheongsanError(
      'APPROVAL_STALE',
      `${surplus.toString()} won are owed back in case ${caseId}, ${refund.amountKrw} were approved; ask again.`,
    );
  }
  await work.tx.refund.update({ where: { id: refund.id }, data: { state: 'approved' } });
  await auditRefund(work, refund, 'approved', { approval: approval.id }, approval.contentDigest);
  work.ring('cases', caseId);
}

async function endRefund(work: Work, refund: Refund, reason: string): Promise<void> {
  await work.tx.refund.update({ where: { id: refund.id }, data: { state: 'rejected' } });
  await auditRefund(work, refund, 'rejected', { reason });
  work.ring('cases', refund.caseId);
}

/** Error: `NOT_FOUND`. */
export async function readRefund(reader: Pick<Transaction, 'refund'>, refundId: number): Promise<Refund> {
  const refund = await reader.refund.findUnique({ where: { id: refundId } });
  if (refund === null) throw new CheongsanError('NOT_FOUND', `There is no refund ${refundId}.`);
  return refund;
}

/** What a person pays at the bank: exactly this, once, with the number in the remark. */
export interface RefundInstruction {
  readonly number: string;
  readonly amountKrw: Won;
  readonly payee: RefundPayee;
}

/** Opens an approved refund for the official who pays it; the view is logged. Errors: `CONFLICT` in any other state or while a stay leaves open who is to be paid, `PERSON_ERASED`. */
export async function refundInstruction(work: Work, keys: MasterKey, refundId: number): Promise<RefundInstruction> {
  const refund = await readRefund(work.tx, refundId);
  if (refund.state !== 'approved' || refund.payeeCipher === null) {
    throw new CheongsanError('CONFLICT', `Refund ${refund.number} is ${refund.state}; it is not to be paid.`);
  }
  const { personId } = await lockCase(work, refund.caseId);
  await assertPayeeCertain(work, refund.caseId);
  const key = await personKey(work.tx, keys, personId);
  const payee = payeeSchema.parse(JSON.parse(key.openText(refund.payeeCipher, payeeContext(refund.number))));
  await appendAudit(work, {
    stream: `person:${personId}`,
    action: 'refund.payee_viewed',
    subject: `refund:${refund.id}`,
    payload: { purpose: 'refund.pay' },
  });
  return { number: refund.number, amountKrw: Won.of(refund.amountKrw), payee };
}

export async function auditRefund(
  work: Work,
  refund: Refund,
  state: string,
  payload: { readonly [key: string]: string | number },
  recordDigest?: string,
): Promise<void> {
  await appendAudit(work, {
    stream: `case:${refund.caseId}`,
    action: `refund.${state}`,
    subject: `refund:${refund.id}`,
    ...(refund.state === state ? {} : { before: { state: refund.state } }),
    after: { state },
    ...(recordDigest === undefined ? {} : { recordDigest }),
    payload: { number: refund.number, amountKrw: refund.amountKrw.toString(), ...payload },
  });
}
