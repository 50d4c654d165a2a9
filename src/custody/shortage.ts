import { appendAudit } from '../audit/append.ts';
import type { Approval, Holding } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { CoinAmount } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post } from '../ledger/post.ts';
import { requireReason } from './deposit-decision.ts';
import { holdingSubject, receiptOf } from './expectation.ts';
import { lockHolding, setHoldingState } from './holding-state.ts';
import { lapseTest } from './test-transfer-proof.ts';

/** What an approval to declare a shortage is about, as opposed to one to send coins, which is of the same kind. */
export const SHORTAGE_SUBJECT = 'holding';

/**
 * Asks somebody else to agree that the rest of a demand will not come: the debtor no longer has it, or the exchange cannot move
 * it. It gives up a claim, so one officer alone may not. Errors: `CONFLICT` when nothing is outstanding, `PHASE_WRONG`.
 */
export async function requestShortage(
  work: Work,
  input: { readonly holdingId: number; readonly reason: string; readonly expiresAt: Date },
): Promise<Approval> {
  const holding = await lockHolding(work, input.holdingId);
  await assertDemanded(work, holding);
  const { outstanding } = await receiptOf(work.tx, holding);
  if (!outstanding.isPositive()) {
    throw new CheongsanError('CONFLICT', `Nothing of holding ${holding.id} is outstanding; there is no shortage to declare.`);
  }
  return requestApproval(work, {
    kind: 'coin_transfer',
    subjectType: SHORTAGE_SUBJECT,
    subjectId: holding.id,
    summary: `이전 부족분 확정: ${outstanding.toString()} ${holding.asset}`,
    content: contentOf(holding, outstanding),
    reason: input.reason,
    expiresAt: input.expiresAt,
  });
}

/**
 * Declares an approved shortage: the rest of the demand is no longer expected and no longer owed to the owner. A holding of
 * which nothing came is released. Case and holding must be locked. Errors: `APPROVAL_STALE` when coins came meanwhile; those of
 * `requireApproved`.
 */
export async function applyShortage(work: Work, approval: Approval): Promise<void> {
  const holding = await work.tx.holding.findUniqueOrThrow({ where: { id: approval.subjectId } });
  const { outstanding, received } = await receiptOf(work.tx, holding);
  await requireApproved(work.tx, approval.id, contentOf(holding, outstanding));
  await assertDemanded(work, holding);
  const subject = holdingSubject(holding.id);
  const posted = await post(
    work,
    entry({ key: `shortage:${holding.id}`, kind: 'shortage', occurredOn: seoulDay(work.at), cause: `holding:${holding.id}`, memo: '' })
      .debit(CHART.dutyToOwner, { subject }, outstanding)
      .credit(CHART.coinsOutstanding, { subject }, outstanding)
      .build(),
  );
  // Of a test that failed the rest is still to be demanded otherwise, or to be given up.
  const isOpen = await lapseTest(work, holding.id, 'shortage_declared');
  const state = isOpen ? 'partly_received' : received.isPositive() ? 'received' : 'released';
  await setHoldingState(work, holding, state);
  await appendAudit(work, {
    stream: `case:${holding.caseId}`,
    action: 'holding.shortage_declared',
    subject: `holding:${holding.id}`,
    before: { state: holding.state, outstanding: outstanding.toString() },
    after: { state, outstanding: '0' },
    recordDigest: posted.digest,
    payload: { asset: holding.asset, short: outstanding.toString(), approval: approval.id },
  });
  work.ring('cases', holding.caseId);
}

/**
 * Gives a transfer demand more time. Errors: `PHASE_WRONG` when the case is past the demand, `INPUT_INVALID` for a day that is
 * not later than the present deadline, `NOT_FOUND`.
 */
export async function keepWaiting(
  work: Work,
  input: { readonly caseId: number; readonly untilDay: CivilDate; readonly reason: string },
): Promise<void> {
  requireReason(input.reason);
  const before = await work.tx.seizureCase.findUnique({ where: { id: input.caseId } });
  if (before === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${input.caseId}.`);
  const deadlineOn = before.phaseDeadlineOn === null ? undefined : dayFromColumn(before.phaseDeadlineOn);
  if (input.untilDay <= seoulDay(work.at) || (deadlineOn !== undefined && input.untilDay <= deadlineOn)) {
    throw new CheongsanError('INPUT_INVALID', `${input.untilDay} gives the demand no more time than ${deadlineOn ?? 'today'}.`);
  }
  const { count } = await work.tx.seizureCase.updateMany({
    where: { id: input.caseId, phase: 'transfer_demanded', phaseDeadlineOn: before.phaseDeadlineOn },
    data: { phaseDeadlineOn: dayToColumn(input.untilDay) },
  });
  if (count === 0)
    throw new CheongsanError('PHASE_WRONG', `Case ${before.number} is ${before.phase}; only a transfer demand can be given more time.`);
  await appendAudit(work, {
    stream: `case:${input.caseId}`,
    action: 'demand.extended',
    subject: `case:${input.caseId}`,
    before: { deadlineOn },
    after: { deadlineOn: input.untilDay },
    payload: { from: deadlineOn, to: input.untilDay, reason: input.reason },
  });
  work.ring('cases', input.caseId);
}

async function assertDemanded(work: Work, holding: Holding): Promise<void> {
  const { phase, number } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: holding.caseId } });
  if (phase !== 'transfer_demanded' || (holding.state !== 'demanded' && holding.state !== 'partly_received')) {
    throw new CheongsanError(
      'PHASE_WRONG',
      `Case ${number} is ${phase}, holding ${holding.id} ${holding.state}; a shortage is declared while a demand runs.`,
    );
  }
}

function contentOf(holding: Holding, outstanding: CoinAmount) {
  return { act: 'declare_shortage', holdingId: holding.id, asset: holding.asset, quantity: outstanding.toString() };
}
