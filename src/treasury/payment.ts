import { appendAudit } from '../audit/append.ts';
import type { Work } from '../database/work.ts';
import { type CivilDate, seoulDay } from '../kernel/civil-date.ts';
import type { Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post } from '../ledger/post.ts';
import { readPolicy } from '../policy/book.ts';
import { loadBillStates } from '../tax/bill-state.ts';
import { postCredit } from '../tax/credit.ts';
import { taxRules } from '../tax/rules.ts';
import { bankLineSubject, caseSubject } from './accounts.ts';
import { ENTRY_KIND } from './case-ledger.ts';
import { planPayment } from './payable-claims.ts';

/** Won that somebody paid to the city's account for a case. */
export interface Payment {
  readonly bankLineId: number;
  readonly caseId: number;
  readonly amount: Won;
  /** Day on which the bank had it. */
  readonly occurredOn: CivilDate;
}

/**
 * Books a payment of the taxpayer's own and credits it at once on the bills the case covers, as of the day the bank had it. What is
 * beyond them stays owed to him. Taxpayer and case must be locked; every standing case over these bills is rung, so that a sale
 * looks again. Returns the entry of the receipt.
 */
export async function receivePayment(work: Work, { bankLineId, caseId, amount, occurredOn }: Payment): Promise<bigint> {
  const subject = caseSubject(caseId);
  const source = bankLineSubject(bankLineId);
  const received = await post(
    work,
    entry({ key: source, kind: ENTRY_KIND.payment, occurredOn, cause: source, memo: '' })
      .debit(CHART.bankDeposit, { subject }, amount)
      .credit(CHART.undistributed, { subject }, amount)
      .build(),
  );
  const covered = await work.tx.caseBill.findMany({ where: { caseId }, select: { billId: true } });
  const bills = await loadBillStates(
    work.tx,
    covered.map(({ billId }) => billId),
  );
  const rules = taxRules(await readPolicy(work.tx));
  const { appropriation } = planPayment(amount, bills, { on: occurredOn, today: seoulDay(work.at), rules });
  await post(
    work,
    entry({ key: `payment:${bankLineId}`, kind: ENTRY_KIND.paymentDistribution, occurredOn, cause: source, memo: '' })
      .debit(CHART.undistributed, { subject }, amount)
      .credit(CHART.distributed, { subject }, appropriation.allocated)
      .credit(CHART.surplusOwed, { subject }, appropriation.remainder)
      .build(),
  );
  await postCredit(work, { caseId, bills, allocations: appropriation.allocations, occurredOn, source });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'payment.received',
    subject: source,
    recordDigest: received.digest,
    payload: {
      amountKrw: amount.toString(),
      creditedKrw: appropriation.allocated.toString(),
      overpaidKrw: appropriation.remainder.toString(),
      occurredOn,
      policyVersion: rules.policyVersion,
    },
  });
  await ringCasesOver(
    work,
    covered.map(({ billId }) => billId),
  );
  return received.entryId;
}

/** Every standing case that covers one of these bills has another need now. */
export async function ringCasesOver(work: Work, billIds: readonly number[]): Promise<void> {
  const standing = await work.tx.caseBill.findMany({
    where: { billId: { in: [...billIds] }, case: { closedAt: null } },
    select: { caseId: true },
    distinct: ['caseId'],
  });
  for (const { caseId } of standing) work.ring('cases', caseId);
}
