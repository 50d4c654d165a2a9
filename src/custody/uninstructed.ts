import type { VenueWithdrawal } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post } from '../ledger/post.ts';
import { freezeAsset } from '../venue/freeze.ts';
import { accountPlace, ledgerAmount } from '../venue/ledger-asset.ts';
import { lossSubject } from './loss.ts';

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
    code: ALARM,
    severity: 'critical',
    subject: alarmSubject(id),
    text: `지시하지 않은 출금이 발견되었습니다: ${asset}. 거래소에 즉시 확인하고 키와 계정을 점검하십시오.`,
    facts: { accountId, asset, ...facts },
  });
  if (withdrawal.state !== 'done' || withdrawal.ledgerEntryId !== null) return;
  const posted = await post(work, await lossEntry(work, withdrawal));
  await work.tx.venueWithdrawal.update({ where: { id }, data: { ledgerEntryId: posted.entryId } });
}

const ALARM = 'withdrawal_not_instructed';

function alarmSubject(withdrawalRowId: number): string {
  return `venue_withdrawal:${withdrawalRowId}`;
}

/** Those of these withdrawals that were once told to be nobody's: by themselves they become nothing else. */
export async function knownUninstructed(tx: Pick<Transaction, 'alert'>, withdrawalRowIds: readonly number[]): Promise<ReadonlySet<number>> {
  const told = await tx.alert.findMany({
    where: { code: ALARM, subject: { in: withdrawalRowIds.map(alarmSubject) } },
    select: { subject: true },
  });
  return new Set(withdrawalRowIds.filter((id) => told.some(({ subject }) => subject === alarmSubject(id))));
}

async function lossEntry(work: Work, withdrawal: VenueWithdrawal) {
  const { id, venueAccountId: accountId, asset } = withdrawal;
  const { venueCode } = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: accountId } });
  const amount = ledgerAmount(venueCode, asset, withdrawal.quantity.plus(withdrawal.fee).toFixed());
  const place = accountPlace(accountId);
  return entry({
    key: `withdrawal:${accountId}:${withdrawal.withdrawalId}`,
    kind: 'withdrawal_uninstructed',
    occurredOn: seoulDay(withdrawal.doneAt ?? withdrawal.createdAt),
    cause: `venue_withdrawal:${id}`,
    memo: '',
  })
    .debit(CHART.withdrawnUninstructed, { subject: lossSubject(id), place }, amount)
    .credit(CHART.unexplained, { subject: '', place }, amount)
    .build();
}
