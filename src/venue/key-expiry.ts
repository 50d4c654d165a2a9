import { appendAudit } from '../audit/append.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { dayFromColumn, daysBetween, seoulDay } from '../kernel/civil-date.ts';
import { readVenueAccount } from './account.ts';

/**
 * Warns a person, once a key, when the account's key ends within `warningDays` days: without a key nothing can be read or sold.
 * True when the warning was raised now.
 */
export async function warnOfKeyExpiry(work: Work, accountId: number, warningDays: number): Promise<boolean> {
  await lockRows(work, 'venue_account', [accountId]);
  const account = await readVenueAccount(work.tx, accountId);
  if (account.keyExpiresOn === null || account.keyExpiryWarnedAt !== null) return false;
  const expiresOn = dayFromColumn(account.keyExpiresOn);
  const daysLeft = daysBetween(seoulDay(work.at), expiresOn);
  if (daysLeft > warningDays) return false;
  await work.tx.venueAccount.update({ where: { id: accountId }, data: { keyExpiryWarnedAt: work.at } });
  await appendAudit(work, {
    stream: `account:${accountId}`,
    action: 'account.key_expiry_warned',
    subject: `venue_account:${accountId}`,
    payload: { keyExpiresOn: expiresOn, hint: account.accessKeyHint },
  });
  await raiseAlert(work, {
    code: 'venue_key_expires',
    severity: daysLeft < 0 ? 'critical' : 'warning',
    subject: `venue_account:${accountId}`,
    text: `거래소 키(${account.accessKeyHint})의 유효기간이 ${expiresOn}에 끝납니다. 새 키를 발급받아 교체하십시오.`,
    facts: { accountId, keyExpiresOn: expiresOn, daysLeft },
  });
  return true;
}
