import { appendAudit } from '../audit/append.ts';
import type { BankLine } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { dayFromColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError, unreachable } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post, reverse } from '../ledger/post.ts';
import { lockCases } from '../seizure/locked-case.ts';
import { bankLineSubject, caseSubject } from './accounts.ts';
import { mismatchOf, type TargetFacts, targetText, UNMATCHED_REASONS } from './bank-match.ts';
import { casesBehind, receiptsBehind, targetById } from './bank-targets.ts';
import { ENTRY_KIND } from './case-ledger.ts';
import { receivePayment } from './payment.ts';
import { markRefundPaid, markRefundReturned } from './refund-payment.ts';
import { liveRefund } from './refund-row.ts';
import { receiveWithdrawal } from './withdrawal-end.ts';
import { readWithdrawal } from './withdrawal-row.ts';

/** What moves when a line is matched; the same for the import and for an officer. */
type Target = Pick<TargetFacts, 'kind' | 'id'>;

/**
 * Locks the taxpayers and cases behind these targets, the accounts of withdrawals among them, and the receipts that refunds among them
 * send back together with these lines, in that order.
 */
export async function lockTargets(work: Work, targets: readonly Target[], bankLineIds: readonly number[] = []): Promise<void> {
  await lockCases(work, await casesBehind(work.tx, targets));
  const withdrawals = await work.tx.wonWithdrawal.findMany({
    where: { id: { in: targets.filter(({ kind }) => kind === 'withdrawal').map(({ id }) => id) } },
    select: { venueAccountId: true },
  });
  await lockRows(
    work,
    'venue_account',
    withdrawals.map(({ venueAccountId }) => venueAccountId),
  );
  await lockRows(work, 'bank_line', [...(await receiptsBehind(work.tx, targets)), ...bankLineIds]);
}

/** Books a stored line as what it is and marks it matched. The targets must be locked and the match checked. */
export async function bookMatch(work: Work, line: BankLine, target: Target): Promise<void> {
  const entryId = await bookTarget(work, line, target);
  const matchedTo = targetText(target);
  await work.tx.bankLine.update({
    where: { id: line.id },
    data: {
      state: 'matched',
      unmatchedReason: null,
      matchedTo,
      matchedById: userIdOf(work.actor),
      matchedAt: work.at,
      ledgerEntryId: entryId ?? null,
    },
  });
  const [caseId] = target.kind === 'withdrawal' ? [] : await casesBehind(work.tx, [target]);
  await appendAudit(work, {
    stream: caseId === undefined ? 'system' : `case:${caseId}`,
    action: 'bank_line.matched',
    subject: bankLineSubject(line.id),
    before: line.state,
    after: 'matched',
    payload: { matchedTo, direction: line.direction, amountKrw: line.amountKrw.toString(), occurredOn: dayFromColumn(line.occurredOn) },
  });
}

/** The entry of a match; undefined for what the books have already. */
async function bookTarget(work: Work, line: BankLine, { kind, id }: Target): Promise<bigint | undefined> {
  const occurredOn = dayFromColumn(line.occurredOn);
  const amount = Won.of(line.amountKrw);
  switch (kind) {
    case 'withdrawal':
      return receiveWithdrawal(work, await readWithdrawal(work.tx, id), { bankLineId: line.id, occurredOn });
    case 'refund':
      return markRefundPaid(work, id, { bankLineId: line.id, occurredOn });
    case 'refund_returned':
      return markRefundReturned(work, id, { bankLineId: line.id, occurredOn });
    case 'payment':
      return receivePayment(work, { bankLineId: line.id, caseId: id, amount, occurredOn });
    case 'interest':
      return bookInterest(work, line, id);
    case 'remittance':
      // The appropriation has moved this money to the treasury already; the bank only shows the move.
      return undefined;
    default:
      return unreachable(kind, 'kind of bank line');
  }
}

/** Interest the bank paid on a case's money is distributed with it (LTCA 97(1)3). */
async function bookInterest(work: Work, line: BankLine, caseId: number): Promise<bigint> {
  const subject = caseSubject(caseId);
  const amount = Won.of(line.amountKrw);
  const cause = bankLineSubject(line.id);
  const posted = await post(
    work,
    entry({ key: cause, kind: ENTRY_KIND.interest, occurredOn: dayFromColumn(line.occurredOn), cause, memo: '' })
      .debit(CHART.bankDeposit, { subject }, amount)
      .credit(CHART.undistributed, { subject }, amount)
      .build(),
  );
  work.ring('cases', caseId);
  return posted.entryId;
}

/** Money that came and belongs to nobody yet: an asset and a duty of the same amount, until an officer finds whose it is. */
export async function bookUnidentified(work: Work, line: BankLine): Promise<void> {
  if (line.direction === 'out') return;
  const subject = bankLineSubject(line.id);
  const amount = Won.of(line.amountKrw);
  const posted = await post(
    work,
    entry({
      key: `${subject}:unidentified`,
      kind: ENTRY_KIND.unidentified,
      occurredOn: dayFromColumn(line.occurredOn),
      cause: subject,
      memo: '',
    })
      .debit(CHART.bankUnidentified, { subject }, amount)
      .credit(CHART.bankUnidentifiedOwed, { subject }, amount)
      .build(),
  );
  await work.tx.bankLine.update({ where: { id: line.id }, data: { unidentifiedEntryId: posted.entryId } });
}

/**
 * An officer says what an unmatched line is. What stood among the unidentified receipts is reversed and booked where it belongs; the
 * amount must agree to the won all the same. Errors: `BANK_LINE_UNMATCHED` with the reason when it cannot be that, `CONFLICT` when
 * it is matched already or is to go back to whoever paid it, `NOT_FOUND`.
 */
export async function matchBankLine(work: Work, input: { readonly bankLineId: number; readonly target: Target }): Promise<void> {
  const { target } = input;
  await lockTargets(work, [target], [input.bankLineId]);
  const line = await work.tx.bankLine.findUniqueOrThrow({ where: { id: input.bankLineId } });
  if (line.state === 'matched') {
    if (line.matchedTo === targetText(target)) return;
    throw new CheongsanError('CONFLICT', `Bank line ${line.id} is matched to ${line.matchedTo} already.`);
  }
  await assertNotGoingBack(work, line);
  const facts = await targetById(work.tx, target.kind, target.id);
  if (facts === undefined)
    throw new CheongsanError('NOT_FOUND', `There is no ${target.kind} ${target.id} to match bank line ${line.id} to.`);
  const mismatch = mismatchOf({ direction: line.direction, amount: Won.of(line.amountKrw) }, facts, 'officer');
  if (mismatch !== undefined) {
    throw new CheongsanError(
      'BANK_LINE_UNMATCHED',
      `Bank line ${line.id} cannot be ${targetText(target)}: ${UNMATCHED_REASONS[mismatch]}`,
      { facts: { bankLineId: line.id, reason: mismatch } },
    );
  }
  if (line.unidentifiedEntryId !== null) {
    await reverse(work, {
      key: `${bankLineSubject(line.id)}:identified`,
      entryId: line.unidentifiedEntryId,
      occurredOn: seoulDay(work.at),
      memo: '',
    });
  }
  await bookMatch(work, line, target);
}

/** Money that is to go back to whoever paid it belongs to nothing else until that is rejected or cancelled. */
async function assertNotGoingBack(work: Work, { id }: BankLine): Promise<void> {
  const refund = await liveRefund(work, { kind: 'receipt', bankLineId: id });
  if (refund === undefined) return;
  throw new CheongsanError(
    'CONFLICT',
    `Bank line ${id} is to go back as refund ${refund.number} (${refund.state}); have that rejected or cancelled first.`,
    { facts: { bankLineId: id, refundId: refund.id, state: refund.state } },
  );
}
