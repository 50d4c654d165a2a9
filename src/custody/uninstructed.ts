import { appendAudit } from '../audit/append.ts';
import type { VenueWithdrawal } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, VenueWon } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post, reverse } from '../ledger/post.ts';
import { freezeAsset } from '../venue/freeze.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { requireReason } from './deposit-decision.ts';
import { advanceTransfer, lockTransfer, transferStream, withdrawalKey } from './transfer-progress.ts';

/**
 * Something leaves the account that nobody was told to send: perhaps a thief, perhaps a colleague at the exchange's site.
 * While it is on its way somebody may still stop it, so the freeze and the alarm come at first sight; the loss is booked once
 * the venue says it is done: what the venue no longer holds against what is to be recovered.
 */
export async function recordUninstructed(work: Work, withdrawal: VenueWithdrawal): Promise<void> {
  if (withdrawal.state === 'failed') return;
  const { id, venueAccountId: accountId, asset } = withdrawal;
  const facts = { withdrawalId: withdrawal.withdrawalId, quantity: withdrawal.quantity.toFixed(), state: withdrawal.state };
  await freezeAsset(work, { accountId, asset, reason: 'unknown_withdrawal', facts });
  await raiseAlert(work, {
    code: 'withdrawal_not_instructed',
    severity: 'critical',
    subject: `venue_withdrawal:${id}`,
    text: `지시하지 않은 출금이 발견되었습니다: ${asset}. 거래소에 즉시 확인하고 키와 계정을 점검하십시오.`,
    facts: { accountId, asset, ...facts },
  });
  if (withdrawal.state !== 'done' || withdrawal.ledgerEntryId !== null) return;
  const posted = await post(work, await lossEntry(work, withdrawal));
  await work.tx.venueWithdrawal.update({ where: { id }, data: { ledgerEntryId: posted.entryId } });
}

async function lossEntry(work: Work, withdrawal: VenueWithdrawal) {
  const { id, venueAccountId: accountId, asset } = withdrawal;
  const account = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: accountId } });
  const left = withdrawal.quantity.plus(withdrawal.fee).toFixed();
  const won = VenueWon.of(account.venueCode, left);
  const amount = won.asset === asset ? won : CoinAmount.of(asset, left);
  const place = accountPlace(accountId);
  return entry({
    key: `withdrawal:${accountId}:${withdrawal.withdrawalId}`,
    kind: 'withdrawal_uninstructed',
    occurredOn: seoulDay(withdrawal.doneAt ?? withdrawal.createdAt),
    cause: `venue_withdrawal:${id}`,
    memo: '',
  })
    .debit(CHART.withdrawnUninstructed, { subject: `venue_withdrawal:${id}`, place }, amount)
    .credit(CHART.unexplained, { subject: '', place }, amount)
    .build();
}

/**
 * An officer's finding that a withdrawal was a transfer after all, for example one whose transaction was written down wrongly.
 * What was booked as a loss is reversed and the transfer goes on; the freeze stays until it is lifted. Errors: `CONFLICT` when
 * either is matched already or they differ in asset, quantity or account; `NOT_FOUND`, `INPUT_INVALID`.
 */
export async function explainWithdrawal(
  work: Work,
  finding: { readonly withdrawalRowId: number; readonly transferId: number; readonly reason: string },
): Promise<void> {
  requireReason(finding.reason);
  const transfer = await lockTransfer(work, finding.transferId);
  const withdrawal = await work.tx.venueWithdrawal.findUnique({ where: { id: finding.withdrawalRowId } });
  if (withdrawal === null) throw new CheongsanError('NOT_FOUND', `There is no withdrawal ${finding.withdrawalRowId}.`);
  const taken = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(transfer.id) } });
  const isSame =
    withdrawal.venueAccountId === transfer.venueAccountId &&
    withdrawal.asset === transfer.asset &&
    withdrawal.quantity.equals(transfer.quantity);
  if (withdrawal.matchedTo !== null || taken !== null || !isSame || transfer.state !== 'instructed') {
    throw new CheongsanError(
      'CONFLICT',
      `Withdrawal ${withdrawal.id} (${withdrawal.quantity.toFixed()} ${withdrawal.asset}, ${withdrawal.matchedTo ?? 'unmatched'}) cannot be transfer ${transfer.id} (${transfer.quantity.toFixed()} ${transfer.asset}, ${transfer.state}).`,
    );
  }
  if (withdrawal.ledgerEntryId !== null) {
    await reverse(work, {
      key: `withdrawal:${withdrawal.venueAccountId}:${withdrawal.withdrawalId}:explained`,
      entryId: withdrawal.ledgerEntryId,
      occurredOn: seoulDay(work.at),
      memo: '',
    });
  }
  await work.tx.venueWithdrawal.update({ where: { id: withdrawal.id }, data: { matchedTo: withdrawalKey(transfer.id) } });
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: 'withdrawal.explained',
    subject: `venue_withdrawal:${withdrawal.id}`,
    payload: { transferId: transfer.id, reason: finding.reason },
  });
  await advanceTransfer(work, transfer.id);
}
