import { appendAudit } from '../audit/append.ts';
import type { VenueWithdrawal } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Database, Transaction, Work } from '../database/work.ts';
import type { ExchangePort, Withdrawal } from '../exchange/port.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { readVenueAccount } from '../venue/account.ts';
import { ledgerAsset } from '../venue/ledger-asset.ts';
import { CUSTODIAN } from './custodian.ts';
import { earliest, listFrom } from './deposits.ts';
import { comparableTransactionId } from './transaction-id.ts';
import { quantityOf } from './transfer-posting.ts';
import { advanceTransfer, lockTransfer, withdrawalKey } from './transfer-progress.ts';
import { recordUninstructed } from './uninstructed.ts';
import { transferOf } from './withdrawal-rules.ts';
import { wonWithdrawalOf } from './won-withdrawal.ts';

/**
 * Reads what left an account and matches each to what a person was told to send; what nobody was told to send is an alarm. Run
 * as often as one likes: each withdrawal is one row, each posting happens once. Errors: those of the port.
 */
export async function readWithdrawals(database: Database, port: ExchangePort, accountId: number): Promise<void> {
  const account = await readVenueAccount(database.read, accountId);
  const askedAt = database.clock.now();
  const listed = await port.withdrawals(listFrom(account.withdrawalsSettledUntil, account));
  const known = await database.read.venueWithdrawal.findMany({
    where: { venueAccountId: accountId, withdrawalId: { in: listed.map(({ withdrawalId }) => withdrawalId) } },
    select: { withdrawalId: true, state: true },
  });
  const stateById = new Map(known.map(({ withdrawalId, state }) => [withdrawalId, state]));
  for (const withdrawal of listed) {
    if (stateById.get(withdrawal.withdrawalId) === withdrawal.state) continue;
    await database.work(CUSTODIAN, (work) => recordWithdrawal(work, { accountId, venue: port.venue, withdrawal }));
  }
  const pending = listed.filter(({ state }) => state === 'pending');
  const settledUntil = earliest([askedAt, ...pending.map(({ createdAt }) => createdAt)]);
  await database.work(CUSTODIAN, (work) =>
    work.tx.venueAccount.update({ where: { id: accountId }, data: { withdrawalsSettledUntil: settledUntil } }),
  );
}

export interface SeenWithdrawal {
  readonly accountId: number;
  readonly venue: string;
  readonly withdrawal: Withdrawal;
}

/** Records what the venue says of one withdrawal and does what follows from it. */
async function recordWithdrawal(work: Work, seen: SeenWithdrawal): Promise<void> {
  const { accountId, withdrawal } = seen;
  const where = { venueAccountId_withdrawalId: { venueAccountId: accountId, withdrawalId: withdrawal.withdrawalId } };
  const earlier = await work.tx.venueWithdrawal.findUnique({ where });
  const matchedTo = earlier === null ? await findMatch(work.tx, seen) : (earlier.matchedTo ?? undefined);
  const transferId = transferIdOf(matchedTo);
  if (transferId === undefined) await lockRows(work, 'venue_account', [accountId]);
  else await lockTransfer(work, transferId);

  // Under the lock everything is looked at again; whoever was faster has done the work.
  const before = await work.tx.venueWithdrawal.findUnique({ where });
  if (before?.state === withdrawal.state) return;
  const matchedNow = before === null ? await findMatch(work.tx, seen) : (before.matchedTo ?? undefined);
  if (matchedNow !== matchedTo) {
    throw new CheongsanError(
      'DATABASE_CONTENTION',
      `Withdrawal ${withdrawal.withdrawalId} was matched anew while it was read; it is read again.`,
    );
  }
  const row = before === null ? await store(work, seen, matchedTo) : await restate(work, before, seen);
  await appendAudit(work, {
    stream: `account:${accountId}`,
    action: `withdrawal.${withdrawal.state}`,
    subject: `venue_withdrawal:${row.id}`,
    ...(before === null ? {} : { before: { state: before.state } }),
    after: { state: row.state },
    payload: { withdrawalId: row.withdrawalId, asset: row.asset, quantity: row.quantity.toFixed(), matchedTo: row.matchedTo },
  });
  if (transferId !== undefined) await advanceTransfer(work, transferId);
  else if (row.matchedTo === null) await recordUninstructed(work, row);
}

async function findMatch(tx: Transaction, { accountId, venue, withdrawal }: SeenWithdrawal): Promise<string | undefined> {
  const asset = ledgerAsset(venue, withdrawal.asset);
  if (asset !== withdrawal.asset) return wonWithdrawalOf(tx, accountId, withdrawal);
  const instructed = await tx.coinTransfer.findMany({ where: { venueAccountId: accountId, asset, state: 'instructed' } });
  const taken = await tx.venueWithdrawal.findMany({
    where: { matchedTo: { in: instructed.map(({ id }) => withdrawalKey(id)) } },
    select: { matchedTo: true },
  });
  const awaited = instructed
    .filter(({ id }) => !taken.some(({ matchedTo }) => matchedTo === withdrawalKey(id)))
    .flatMap((transfer) =>
      transfer.instructedAt === null
        ? []
        : [
            {
              transferId: transfer.id,
              quantity: quantityOf(transfer),
              instructedAt: transfer.instructedAt,
              transactionId: transfer.transactionId ?? undefined,
            },
          ],
    );
  const { quantity, transactionId, createdAt } = withdrawal;
  const found = transferOf({ quantity: CoinAmount.of(asset, quantity), transactionId, createdAt }, awaited);
  return found === undefined ? undefined : withdrawalKey(found.transferId);
}

const TRANSFER_KEY = /^coin_transfer:(\d+)$/;

function transferIdOf(matchedTo: string | undefined): number | undefined {
  const id = TRANSFER_KEY.exec(matchedTo ?? '')?.[1];
  return id === undefined ? undefined : Number(id);
}

async function store(
  work: Work,
  { accountId, venue, withdrawal }: SeenWithdrawal,
  matchedTo: string | undefined,
): Promise<VenueWithdrawal> {
  const { transactionId } = withdrawal;
  return work.tx.venueWithdrawal.create({
    data: {
      venueAccountId: accountId,
      withdrawalId: withdrawal.withdrawalId,
      asset: ledgerAsset(venue, withdrawal.asset),
      quantity: withdrawal.quantity,
      fee: withdrawal.fee,
      transactionId: transactionId === undefined ? null : comparableTransactionId(transactionId),
      state: withdrawal.state,
      matchedTo: matchedTo ?? null,
      createdAt: withdrawal.createdAt,
      doneAt: withdrawal.doneAt ?? null,
      firstSeenAt: work.at,
    },
  });
}

async function restate(work: Work, before: VenueWithdrawal, { withdrawal }: SeenWithdrawal): Promise<VenueWithdrawal> {
  const transactionId = withdrawal.transactionId === undefined ? before.transactionId : comparableTransactionId(withdrawal.transactionId);
  return work.tx.venueWithdrawal.update({
    where: { id: before.id },
    data: { state: withdrawal.state, fee: withdrawal.fee, transactionId, doneAt: withdrawal.doneAt ?? null },
  });
}
