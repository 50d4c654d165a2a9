import { appendAudit } from '../audit/append.ts';
import { requireReason } from '../custody/deposit-decision.ts';
import { comparableTransactionId } from '../custody/transaction-id.ts';
import { readWithdrawals } from '../custody/withdrawals.ts';
import { wonWithdrawalKey } from '../custody/won-withdrawal.ts';
import type { VenueWithdrawal } from '../database/generated/client.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { withdrawalListedWithinDays } from '../policy/definitions/treasury.ts';
import { missingAt } from '../venue/unexplained.ts';
import { failLockedWithdrawal } from './withdrawal-end.ts';
import { lockWithdrawal, type WithdrawalWithShares } from './withdrawal-row.ts';

const TREASURY: Actor = { kind: 'system', part: 'treasury' };
const DAY_MS = 86_400_000;

/** Reads the venue's own list of withdrawals back and compares it with what officials were told to send and say they have sent. */
export async function readBackWithdrawals(database: Database, port: ExchangePort, venueAccountId: number): Promise<void> {
  await readWithdrawals(database, port, venueAccountId);
  await compareWithdrawals(database, venueAccountId);
}

/**
 * Compares what custody has read of an account with the withdrawals told to be sent there; a difference is an alert, a failure at
 * the venue ends the withdrawal. To be called after every reading; what agrees is not looked at again.
 */
export async function compareWithdrawals(database: Database, venueAccountId: number): Promise<void> {
  const open = await database.read.wonWithdrawal.findMany({
    where: { venueAccountId, comparedAt: null, state: { in: ['approved', 'confirmed', 'received'] } },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  for (const { id } of open) await database.work(TREASURY, (work) => compareOne(work, id));
}

async function compareOne(work: Work, withdrawalId: number): Promise<void> {
  const withdrawal = await lockWithdrawal(work, withdrawalId);
  if (withdrawal.comparedAt !== null) return;
  const listed = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: wonWithdrawalKey(withdrawalId) } });
  if (listed === null) return reportUnlisted(work, withdrawal);
  if (listed.state === 'failed') return endFailed(work, withdrawal);
  if (withdrawal.state === 'approved') {
    return alert(
      work,
      withdrawal,
      'withdrawal_unconfirmed',
      '거래소 내역에 있는 원화 출금이 아직 확인 처리되지 않았습니다. 출금한 담당자가 확인하세요.',
      {},
    );
  }
  if (listed.state !== 'done') return;
  const differs = listed.fee.toFixed() !== withdrawal.feeKrw.toString();
  if (differs) {
    await alert(work, withdrawal, 'withdrawal_fee_differs', '거래소가 뗀 출금 수수료가 기록과 다릅니다. 거래소 내역을 확인하세요.', {
      recorded: withdrawal.feeKrw.toString(),
      listed: listed.fee.toFixed(),
    });
  }
  await close(work, withdrawal, listed, differs);
}

async function close(work: Work, withdrawal: WithdrawalWithShares, listed: VenueWithdrawal, differs: boolean): Promise<void> {
  await work.tx.wonWithdrawal.update({ where: { id: withdrawal.id }, data: { comparedAt: work.at } });
  await appendAudit(work, {
    stream: `account:${withdrawal.venueAccountId}`,
    action: differs ? 'withdrawal_of_won.differs' : 'withdrawal_of_won.compared',
    subject: `won_withdrawal:${withdrawal.id}`,
    payload: { venueWithdrawal: listed.id, quantity: listed.quantity.toFixed(), fee: listed.fee.toFixed() },
  });
}

/** Nothing of this amount is listed: perhaps another amount was typed, perhaps nothing was sent at all. */
async function reportUnlisted(work: Work, withdrawal: WithdrawalWithShares): Promise<void> {
  const { venueReference: reference, confirmedAt } = withdrawal;
  if (reference === null || confirmedAt === null) return;
  const named = await work.tx.venueWithdrawal.findFirst({
    where: {
      venueAccountId: withdrawal.venueAccountId,
      OR: [{ withdrawalId: reference }, { transactionId: comparableTransactionId(reference) }],
    },
  });
  if (named !== null) {
    return alert(
      work,
      withdrawal,
      'withdrawal_differs',
      '거래소 내역의 출금액이 지시한 금액과 다릅니다. 즉시 거래소에서 확인하고, 금액을 잘못 넣은 것이면 정정을 기안하세요.',
      {
        venueWithdrawal: named.id,
        instructed: withdrawal.amountKrw.toString(),
        listed: named.quantity.toFixed(),
        asset: named.asset,
      },
    );
  }
  const days = (await readPolicy(work.tx)).get(withdrawalListedWithinDays, seoulDay(work.at));
  if (work.at.getTime() < confirmedAt.getTime() + days * DAY_MS) return;
  await alert(work, withdrawal, 'withdrawal_not_listed', '출금했다고 기록한 원화가 거래소 출금 내역에 없습니다. 거래소에서 확인하세요.', {
    instructed: withdrawal.amountKrw.toString(),
  });
}

async function endFailed(work: Work, withdrawal: WithdrawalWithShares): Promise<void> {
  await alert(work, withdrawal, 'withdrawal_failed', '거래소가 원화 출금을 취소하거나 거부했습니다. 사유를 확인하고 다시 기안하세요.', {});
  if (withdrawal.state !== 'received') return failLockedWithdrawal(work, withdrawal, '거래소가 출금을 취소하거나 거부함');
  await work.tx.wonWithdrawal.update({ where: { id: withdrawal.id }, data: { comparedAt: work.at } });
}

async function alert(
  work: Work,
  withdrawal: WithdrawalWithShares,
  code: string,
  text: string,
  facts: { readonly [key: string]: Canonical },
): Promise<void> {
  await raiseAlert(work, {
    code,
    severity: 'critical',
    subject: `won_withdrawal:${withdrawal.id}`,
    text: `${withdrawal.number}: ${text}`,
    facts: { account: withdrawal.venueAccountId, ...facts },
  });
}

/**
 * Gives a withdrawal up that was not sent, or that the official at the exchange says has failed. The venue is asked first: what it
 * lists as under way or done cannot be given up. Errors: `CONFLICT`, those of the port, `FORBIDDEN` for anybody but an official.
 */
export async function failWithdrawal(
  database: Database,
  actor: Actor,
  port: ExchangePort,
  input: { readonly withdrawalId: number; readonly reason: string },
): Promise<void> {
  if (actor.kind !== 'user') throw new CheongsanError('FORBIDDEN', 'Only an official can say that the won was not sent.');
  requireReason(input.reason);
  const { venueAccountId } = await database.read.wonWithdrawal.findUniqueOrThrow({ where: { id: input.withdrawalId } });
  await readWithdrawals(database, port, venueAccountId);
  await database.work(actor, async (work) => {
    const withdrawal = await lockWithdrawal(work, input.withdrawalId);
    const listed = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: wonWithdrawalKey(withdrawal.id) } });
    if (listed !== null && listed.state !== 'failed') {
      throw new CheongsanError('CONFLICT', `The venue lists withdrawal ${withdrawal.number} as ${listed.state}; it cannot be given up.`);
    }
    await assertNothingElseLeft(work, withdrawal);
    await failLockedWithdrawal(work, withdrawal, input.reason.trim());
  });
}

/**
 * Won that left after the instruction and that nobody accounts for may be this withdrawal with another amount typed in: given up, the
 * case's won could be withdrawn a second time, out of other taxpayers' won. Once nothing is missing at the account any more, what
 * left has come back or was made good, and the case's won is there.
 */
async function assertNothingElseLeft(work: Work, { number, venueAccountId, instructedAt }: WithdrawalWithShares): Promise<void> {
  if (instructedAt === null) return;
  const strays = await work.tx.venueWithdrawal.findMany({
    where: { venueAccountId, asset: { startsWith: 'KRW@' }, matchedTo: null, state: { not: 'failed' }, firstSeenAt: { gte: instructedAt } },
    orderBy: { id: 'asc' },
  });
  for (const { id, asset, quantity, ledgerEntryId } of strays) {
    if (ledgerEntryId !== null && (await missingAt(work.tx, venueAccountId, asset)).isZero()) continue;
    throw new CheongsanError(
      'CONFLICT',
      `The venue lists a withdrawal of ${quantity.toFixed()} won that nobody instructed, since ${number} was; have ${number} amended if it is that, or get it back or made good, before ${number} is given up.`,
      { facts: { venueWithdrawal: id, quantity: quantity.toFixed() } },
    );
  }
}
