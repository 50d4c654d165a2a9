import { appendAudit } from '../audit/append.ts';
import type { Approval, BillUpdate } from '../database/generated/client.ts';
import type { BillUpdateKind } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import { type ApprovalRequest, requestApproval, requireApproved } from '../identity/approval.ts';
import { dayFromColumn } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type Entry, entry } from '../ledger/entry.ts';
import { postMany } from '../ledger/post.ts';
import { approvalExpiry } from '../policy/approval-expiry.ts';
import { KIND_TITLES } from './bill-update-file.ts';
import { lockTaxpayers, ringCoveringCases } from './covering-cases.ts';
import { type LineBalance, lineBalances } from './line-balance.ts';

/*
 * The differences of one imported file are approved or rejected together. What is approved are the differences and what is
 * unpaid on their tax items before them: when money reaches one of these in the meantime, the approval is stale and is asked for
 * again with the new rest.
 */

interface PendingUpdates {
  readonly updates: readonly BillUpdate[];
  /** What is unpaid now on each tax item that one of them changes. */
  readonly balances: readonly LineBalance[];
  readonly content: ApprovalRequest['content'];
  readonly total: Won;
}

/**
 * Puts the pending differences of an imported file to the approvers in the name of the official who acts. Errors: `NOT_FOUND` when
 * the file has none pending, and those of `requestApproval`.
 */
export async function requestBillUpdateApproval(
  work: Work,
  request: { readonly importFileId: number; readonly reason: string },
): Promise<Approval> {
  const { updates, content, total } = await pendingUpdates(work, request.importFileId);
  if (updates.length === 0) {
    throw new CheongsanError('NOT_FOUND', `Import ${request.importFileId} has no pending differences to approve.`);
  }
  const kinds = [...new Set(updates.map(({ kind }) => KIND_TITLES[kind]))].join('·');
  return requestApproval(work, {
    kind: 'bill_update',
    subjectType: 'import_file',
    subjectId: request.importFileId,
    summary: `체납액 변동 ${updates.length}건(${kinds}), 합계 ${total.toString()}원`,
    content,
    moneyAtStakeKrw: total,
    reason: request.reason,
    expiresAt: await approvalExpiry(work),
  });
}

/**
 * Carries out what was decided about the differences of a file, in the same unit of work as the decision or later: approved,
 * each is posted as an adjusting entry (`bill_update:ID`); rejected, none is. Either way the bills may be sold for again. Run
 * again it does nothing; an approval that expired or was withdrawn leaves them pending. Errors: `APPROVAL_STALE`, `CONFLICT` when
 * more would be taken off than is unpaid, `INPUT_INVALID` for an approval of another kind.
 */
export async function applyBillUpdateDecision(work: Work, approval: Approval): Promise<void> {
  if (approval.kind !== 'bill_update' || approval.subjectType !== 'import_file') {
    throw new CheongsanError('INPUT_INVALID', `Approval ${approval.id} is about a ${approval.kind} and no bill update.`);
  }
  if (approval.state !== 'approved' && approval.state !== 'rejected') return;
  const pending = await pendingUpdates(work, approval.subjectId);
  if (pending.updates.length === 0) return;
  if (approval.state === 'approved') await requireApproved(work.tx, approval.id, pending.content);
  const digest = approval.state === 'approved' ? await postAll(work, approval.id, pending) : await rejectAll(work, approval.id, pending);
  await ringCoveringCases(
    work,
    pending.updates.map(({ billId }) => billId),
  );
  await appendAudit(work, {
    stream: 'system',
    action: approval.state === 'approved' ? 'bill_update.posted' : 'bill_update.rejected',
    subject: `import_file:${approval.subjectId}`,
    recordDigest: digest,
    payload: { approval: approval.id, updates: pending.updates.length, totalKrw: pending.total.toString() },
  });
}

/** Reads the file's pending differences under the locks of their taxpayers. */
async function pendingUpdates(work: Work, importFileId: number): Promise<PendingUpdates> {
  const owners = await work.tx.$queryRaw<{ personId: number }[]>`
    SELECT DISTINCT b.person_id AS "personId" FROM bill_update u JOIN bill b ON b.id = u.bill_id WHERE u.import_file_id = ${importFileId}`;
  await lockTaxpayers(
    work,
    owners.map(({ personId }) => personId),
  );
  const updates = await work.tx.billUpdate.findMany({ where: { importFileId, state: 'pending' }, orderBy: { id: 'asc' } });
  const changed = new Set(updates.map(({ billLineId }) => billLineId));
  const notices = await work.tx.$queryRaw<{ noticeNumber: string }[]>`
    SELECT notice_number AS "noticeNumber" FROM bill WHERE id = ANY (${updates.map(({ billId }) => billId)}::int[])`;
  const balances = (
    await lineBalances(
      work.tx,
      notices.map(({ noticeNumber }) => noticeNumber),
    )
  ).filter(({ billLineId }) => changed.has(billLineId));
  const total = Won.sum(updates.map(amountOf));
  return { updates, balances, total, content: contentOf(importFileId, updates, balances) };
}

function amountOf({ principalKrw, surchargeKrw, penaltyKrw }: BillUpdate): Won {
  return Won.of(principalKrw + surchargeKrw + penaltyKrw);
}

function contentOf(importFileId: number, updates: readonly BillUpdate[], balances: readonly LineBalance[]): ApprovalRequest['content'] {
  const sumOf = (kind: BillUpdateKind) => Won.sum(updates.filter((update) => update.kind === kind).map(amountOf)).toString();
  return {
    importFileId,
    updates: updates.length,
    paymentElsewhereKrw: sumOf('payment_elsewhere'),
    reductionKrw: sumOf('reduction'),
    cancellationKrw: sumOf('cancellation'),
    increaseKrw: sumOf('increase'),
    updatesDigest: digestOf(updates.map(plainUpdate)),
    unpaidDigest: digestOf(
      balances.map(({ billLineId, principal, surcharge }) => [billLineId, principal.toString(), surcharge.toString()]),
    ),
  };
}

function plainUpdate({ id, billLineId, kind, occurredOn, principalKrw, surchargeKrw, penaltyKrw, documentNumber, reason }: BillUpdate) {
  return {
    id,
    billLineId,
    kind,
    occurredOn: dayFromColumn(occurredOn),
    principalKrw: principalKrw.toString(),
    surchargeKrw: surchargeKrw.toString(),
    penaltyKrw: penaltyKrw.toString(),
    documentNumber,
    reason,
  };
}

/** Returns the digest over the entries, in the order of the differences. */
async function postAll(work: Work, approvalId: number, { updates, balances }: PendingUpdates): Promise<string> {
  assertCovered(updates, balances);
  const posted = await postMany(work, updates.map(adjustingEntry));
  await work.tx.$executeRaw`
    UPDATE bill_update SET state = 'posted', approval_id = ${approvalId}, decided_at = ${work.at}, ledger_entry_id = row.entry_id
      FROM unnest(${updates.map(({ id }) => id)}::int[], ${posted.map(({ entryId }) => entryId)}::bigint[]) AS row (id, entry_id)
     WHERE bill_update.id = row.id`;
  return digestOf(posted.map(({ digest }) => digest));
}

/** Money may have reached a bill since the file was imported: then the rest is smaller than the difference. */
function assertCovered(updates: readonly BillUpdate[], balances: readonly LineBalance[]): void {
  for (const { billLineId, noticeNumber, principal, surcharge } of balances) {
    const lowering = updates.filter((update) => update.billLineId === billLineId && update.kind !== 'increase');
    const sum = (part: (update: BillUpdate) => bigint) => Won.of(lowering.reduce((total, update) => total + part(update), 0n));
    if (sum(({ principalKrw }) => principalKrw).isMoreThan(principal) || sum(({ surchargeKrw }) => surchargeKrw).isMoreThan(surcharge)) {
      throw new CheongsanError(
        'CONFLICT',
        `The differences of notice ${noticeNumber} exceed what is unpaid by now (${principal.toString()} and ${surcharge.toString()} won); reject them and import what is left.`,
        { facts: { billLineId } },
      );
    }
  }
}

async function rejectAll(work: Work, approvalId: number, { updates }: PendingUpdates): Promise<string> {
  await work.tx.$executeRaw`
    UPDATE bill_update SET state = 'rejected', approval_id = ${approvalId}, decided_at = ${work.at}
     WHERE id = ANY (${updates.map(({ id }) => id)}::int[])`;
  return digestOf(updates.map(plainUpdate));
}

/**
 * What was settled outside leaves the receivables against 4130, an increase enters them against 4110. Late penalty is assessed in
 * the entry that settles it and never before.
 */
function adjustingEntry(update: BillUpdate): Entry {
  const { id, kind } = update;
  const account = { subject: `bill_line:${update.billLineId}`, place: `bill:${update.billId}` };
  const [principal, surcharge, penalty] = [Won.of(update.principalKrw), Won.of(update.surchargeKrw), Won.of(update.penaltyKrw)];
  const building = entry({
    key: `bill_update:${id}`,
    kind: 'bill_update',
    occurredOn: dayFromColumn(update.occurredOn),
    cause: `bill_update:${id}`,
    memo: update.documentNumber,
  });
  if (kind === 'increase') {
    return building
      .debit(CHART.receivableTax, account, principal)
      .debit(CHART.receivableSurcharge, account, surcharge)
      .credit(CHART.assessed, account, principal.plus(surcharge))
      .build();
  }
  return building
    .debit(CHART.receivableLatePenalty, account, penalty)
    .credit(CHART.latePenaltyAssessed, account, penalty)
    .debit(CHART.settledElsewhere, account, Won.sum([principal, surcharge, penalty]))
    .credit(CHART.receivableTax, account, principal)
    .credit(CHART.receivableSurcharge, account, surcharge)
    .credit(CHART.receivableLatePenalty, account, penalty)
    .build();
}
