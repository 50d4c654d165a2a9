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
import { advanceTransfer, lockTransfer, withdrawalKey } from './transfer-progress.ts';
import { knownUninstructed, recordUninstructed } from './uninstructed.ts';
import { advanceGas, awaitedGas, gasIntentIn, gasOf } from './wallet/gas.ts';
import { setMatch, type TransferMatch, tellIfOtherwiseNamed, tellUndecided, transferMatch } from './withdrawal-match.ts';
import { earliestOf } from './withdrawal-rules.ts';
import { wonWithdrawalOf } from './won-withdrawal.ts';

/**
 * Reads what left an account and matches each to what a person was told to send; what nobody was told to send is an alarm. Run
 * as often as one likes: each withdrawal is one row, each posting happens once. Errors: those of the port.
 */
export async function readWithdrawals(database: Database, port: ExchangePort, accountId: number): Promise<void> {
  const account = await readVenueAccount(database.read, accountId);
  const askedAt = database.clock.now();
  const awaitedSince = await openSince(database.read, accountId);
  const listed = await port.withdrawals(await listFrom(database, account, [account.withdrawalsSettledUntil, ...awaitedSince]));
  const known = await database.read.venueWithdrawal.findMany({
    where: { venueAccountId: accountId, withdrawalId: { in: listed.map(({ withdrawalId }) => withdrawalId) } },
  });
  const rowById = new Map(known.map((row) => [row.withdrawalId, row]));
  for (const withdrawal of listed) {
    const row = rowById.get(withdrawal.withdrawalId);
    if (row !== undefined && saysNothingNew(row, withdrawal) && !isOpen(row)) continue;
    await database.work(CUSTODIAN, (work) => recordWithdrawal(work, { accountId, venue: port.venue, withdrawal }));
  }
  const pending = listed.filter(({ state }) => state === 'pending');
  const settledUntil = earliest([askedAt, ...pending.map(({ createdAt }) => createdAt)]);
  await database.work(CUSTODIAN, (work) =>
    work.tx.venueAccount.update({ where: { id: accountId }, data: { withdrawalsSettledUntil: settledUntil } }),
  );
}

/** When everything was instructed that the venue may still list, however late it does. */
async function openSince(reader: Database['read'], accountId: number): Promise<Date[]> {
  const transfers = await reader.coinTransfer.findMany({ where: { venueAccountId: accountId, state: 'instructed' } });
  const won = await reader.wonWithdrawal.findMany({ where: { venueAccountId: accountId, state: { in: ['approved', 'confirmed'] } } });
  const gas = await awaitedGas(reader, accountId);
  const instructed = [...transfers, ...gas].flatMap(({ instructedAt }) => instructedAt ?? []);
  return [...instructed.map(earliestOf), ...won.map(({ createdAt }) => createdAt)];
}

function saysNothingNew(row: VenueWithdrawal, { state, transactionId }: Withdrawal): boolean {
  return row.state === state && (transactionId === undefined || row.transactionId === comparableTransactionId(transactionId));
}

/** Whether it may still turn out to be something that a person was told to send. */
function isOpen({ matchedTo, ledgerEntryId, state }: VenueWithdrawal): boolean {
  return matchedTo === null && ledgerEntryId === null && state !== 'failed';
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
  const expected = await matchOf(work.tx, seen, await work.tx.venueWithdrawal.findUnique({ where }));
  const { transferId, movedFrom } = expected;
  if (transferId === undefined) await lockRows(work, 'venue_account', [accountId]);
  else await lockTransfer(work, transferId, movedFrom === undefined ? [] : [movedFrom]);

  // Under the lock everything is looked at again; whoever was faster has done the work.
  const before = await work.tx.venueWithdrawal.findUnique({ where });
  const match = await matchOf(work.tx, seen, before);
  if (match.matchedTo !== expected.matchedTo || match.movedFrom !== movedFrom) {
    throw new CheongsanError(
      'DATABASE_CONTENTION',
      `Withdrawal ${withdrawal.withdrawalId} was matched anew while it was read; it is read again.`,
    );
  }
  const hasChanged = before === null || !saysNothingNew(before, withdrawal);
  if (!hasChanged && (before.matchedTo ?? undefined) === match.matchedTo && !(await isNobodysNow(work, before, match))) return;
  const told = before === null ? await store(work, seen, match.matchedTo) : await restate(work, before, seen);
  const row = await setMatch(work, told, match);
  if (hasChanged) await auditWithdrawal(work, row, before);
  const gasIntentId = gasIntentIn(row.matchedTo);
  if (transferId !== undefined) {
    await tellIfOtherwiseNamed(work, row, transferId);
    await advanceTransfer(work, transferId);
  } else if (gasIntentId !== undefined) await advanceGas(work, gasIntentId, row);
  else if (match.isUndecided) {
    if (before === null) await tellUndecided(work, row);
  } else if (row.matchedTo === null) await recordUninstructed(work, row);
}

/** Whether nothing instructed is left that an undecided withdrawal could be. */
async function isNobodysNow(work: Work, before: VenueWithdrawal, match: Match): Promise<boolean> {
  if (match.isUndecided || !isOpen(before)) return false;
  return !(await knownUninstructed(work.tx, [before.id])).has(before.id);
}

async function auditWithdrawal(work: Work, row: VenueWithdrawal, before: VenueWithdrawal | null): Promise<void> {
  await appendAudit(work, {
    stream: `account:${row.venueAccountId}`,
    action: `withdrawal.${row.state}`,
    subject: `venue_withdrawal:${row.id}`,
    ...(before === null ? {} : { before: { state: before.state } }),
    after: { state: row.state },
    payload: { withdrawalId: row.withdrawalId, asset: row.asset, quantity: row.quantity.toFixed(), matchedTo: row.matchedTo },
  });
}

interface Match extends TransferMatch {
  readonly matchedTo: string | undefined;
}

/** What of ours a withdrawal is: a transfer, won for the bank or gas for a seized wallet. */
async function matchOf(tx: Transaction, { accountId, venue, withdrawal }: SeenWithdrawal, known: VenueWithdrawal | null): Promise<Match> {
  const other = (matchedTo: string | undefined): Match => ({ transferId: undefined, movedFrom: undefined, isUndecided: false, matchedTo });
  const asset = ledgerAsset(venue, withdrawal.asset);
  if (asset !== withdrawal.asset) {
    return other(known === null ? await wonWithdrawalOf(tx, accountId, withdrawal) : (known.matchedTo ?? undefined));
  }
  const { transactionId, createdAt } = withdrawal;
  const match = await transferMatch(
    tx,
    { accountId, quantity: CoinAmount.of(asset, withdrawal.quantity), transactionId, createdAt },
    known,
  );
  if (match.transferId !== undefined) return { ...match, matchedTo: withdrawalKey(match.transferId) };
  if (match.isUndecided) return { ...match, matchedTo: undefined };
  return other(known === null ? await gasOf(tx, accountId, withdrawal) : (known.matchedTo ?? undefined));
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
