import { appendAudit } from '../audit/append.ts';
import type { CoinTransfer, VenueWithdrawal } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import { raiseAlert, warnOnce } from '../intent/alert.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { comparableTransactionId } from './transaction-id.ts';
import { quantityOf } from './transfer-posting.ts';
import { takeListingBack, transferIdIn, transferStream, withdrawalKey } from './transfer-progress.ts';
import { knownUninstructed } from './uninstructed.ts';
import { type AwaitedTransfer, fittingTransfers, isNamed, type ListedWithdrawal, transferFor } from './withdrawal-rules.ts';

/** Coins that left an account, as its venue lists them. */
export interface ListedCoins extends ListedWithdrawal {
  readonly accountId: number;
}

/** What a listed withdrawal of coins is among the transfers of its account. */
export interface TransferMatch {
  readonly transferId: number | undefined;
  /** A transfer for which it was taken until now, by its quantity alone. */
  readonly movedFrom: number | undefined;
  /** Several transfers may be it; a person says which. */
  readonly isUndecided: boolean;
}

const NO_TRANSFER: TransferMatch = { transferId: undefined, movedFrom: undefined, isUndecided: false };

/**
 * Which transfer a withdrawal is. What it was once taken for stays, unless it was taken by quantity for a transfer that nobody says he
 * sent, and another's sender wrote down its very transaction; what was once found to be nobody's stays that until a person explains it.
 */
export async function transferMatch(tx: Transaction, listed: ListedCoins, known: VenueWithdrawal | null): Promise<TransferMatch> {
  const earlier = transferIdIn(known?.matchedTo);
  if (earlier !== undefined) return movedOrKept(tx, listed, earlier);
  if (known !== null && (known.matchedTo !== null || (await isNobodys(tx, known)))) return NO_TRANSFER;
  const awaited = await awaitedTransfers(tx, listed);
  const found = transferFor(listed, awaited, await undecidedBefore(tx, listed, known));
  if (found === 'none') return NO_TRANSFER;
  if (found === 'undecided') return { ...NO_TRANSFER, isUndecided: true };
  return { ...NO_TRANSFER, transferId: found.transferId };
}

async function movedOrKept(tx: Transaction, listed: ListedCoins, earlier: number): Promise<TransferMatch> {
  const kept = { ...NO_TRANSFER, transferId: earlier };
  if (listed.transactionId === undefined) return kept;
  const holder = await tx.coinTransfer.findUniqueOrThrow({ where: { id: earlier } });
  if (holder.state !== 'instructed' || holder.confirmedAt !== null || holder.amendedFrom !== null) return kept;
  const [named, another] = fittingTransfers(listed, await awaitedTransfers(tx, listed)).filter((transfer) => isNamed(listed, transfer));
  if (named === undefined || another !== undefined) return kept;
  return { ...NO_TRANSFER, transferId: named.transferId, movedFrom: earlier };
}

/** Transfers of the same asset and account that were instructed and that no listed withdrawal stands for. */
async function awaitedTransfers(tx: Transaction, { accountId, quantity: { asset } }: ListedCoins): Promise<AwaitedTransfer[]> {
  const instructed = await tx.coinTransfer.findMany({ where: { venueAccountId: accountId, asset, state: 'instructed' } });
  const taken = await tx.venueWithdrawal.findMany({
    where: { matchedTo: { in: instructed.map(({ id }) => withdrawalKey(id)) } },
    select: { matchedTo: true },
  });
  return instructed.flatMap((transfer) => {
    const { id, instructedAt, transactionId } = transfer;
    if (instructedAt === null || taken.some(({ matchedTo }) => matchedTo === withdrawalKey(id))) return [];
    return [{ transferId: id, quantity: quantityOf(transfer), instructedAt, transactionId: transactionId ?? undefined }];
  });
}

async function undecidedBefore(
  tx: Transaction,
  { accountId, quantity }: ListedCoins,
  known: Pick<VenueWithdrawal, 'id'> | null,
): Promise<number> {
  const open = await tx.venueWithdrawal.findMany({
    where: {
      venueAccountId: accountId,
      asset: quantity.asset,
      quantity: quantity.toString(),
      matchedTo: null,
      ledgerEntryId: null,
      state: { not: 'failed' },
      ...(known === null ? {} : { id: { lt: known.id } }),
    },
    select: { id: true },
  });
  const nobodys = await knownUninstructed(
    tx,
    open.map(({ id }) => id),
  );
  return open.length - nobodys.size;
}

async function isNobodys(tx: Transaction, { id, ledgerEntryId }: VenueWithdrawal): Promise<boolean> {
  return ledgerEntryId !== null || (await knownUninstructed(tx, [id])).has(id);
}

/** Several transfers may be what left: counted as none of them until a person says which, and told once. */
export async function tellUndecided(work: Work, { id, venueAccountId, asset, quantity }: VenueWithdrawal): Promise<void> {
  await raiseAlert(work, {
    code: 'withdrawal_undecided',
    severity: 'warning',
    subject: `venue_withdrawal:${id}`,
    text: `지시한 이전 가운데 수량이 같은 것이 여럿이어서 거래소의 출금이 어느 것인지 알 수 없습니다: ${asset}. 거래소 화면에서 받은 주소를 확인하고, 보낸 이전에 거래번호를 기록하거나 이 출금이 어느 이전인지 확정하십시오. 그 전에는 같은 수량의 이전을 보내지 마십시오.`,
    facts: { accountId: venueAccountId, withdrawalRowId: id, asset, quantity: quantity.toFixed() },
  });
}

/** Transfers that must be locked with the one whose sender writes this transaction down. */
export async function holdersOf(tx: Transaction, transferId: number, transactionId: string | null): Promise<number[]> {
  const transfer = await tx.coinTransfer.findUnique({ where: { id: transferId }, select: { venueAccountId: true, asset: true } });
  if (transfer === null || transactionId === null) return [];
  const { venueAccountId, asset } = transfer;
  const rows = await tx.venueWithdrawal.findMany({ where: { venueAccountId, asset, transactionId }, select: { matchedTo: true } });
  return rows.flatMap(({ matchedTo }) => transferIdIn(matchedTo) ?? []).filter((id) => id !== transferId);
}

/**
 * Takes the listed withdrawal whose transaction a locked transfer's sender has just written down: one that was undecided, or that was taken
 * by its quantity for another transfer, unsent as far as anybody says. One whose sender has spoken too is for people. `locked` are the transfers
 * locked with it. Error: `DATABASE_CONTENTION` when it was matched meanwhile.
 */
export async function claimNamed(work: Work, transfer: CoinTransfer, locked: readonly number[]): Promise<void> {
  const { id, venueAccountId, asset, transactionId } = transfer;
  if (transactionId === null) return;
  const rows = await work.tx.venueWithdrawal.findMany({ where: { venueAccountId, asset, transactionId }, orderBy: { id: 'asc' } });
  if (rows.some(({ matchedTo }) => matchedTo === withdrawalKey(id))) return;
  for (const row of rows) {
    const match = await transferMatch(work.tx, listedCoins(row), row);
    if (match.transferId !== id) continue;
    if (match.movedFrom !== undefined && !locked.includes(match.movedFrom)) {
      throw new CheongsanError(
        'DATABASE_CONTENTION',
        `Withdrawal ${row.id} was matched while transfer ${id} was confirmed; confirm it again.`,
      );
    }
    await setMatch(work, row, match);
    return;
  }
  const disputed = rows.find(({ matchedTo, quantity }) => transferIdIn(matchedTo) !== undefined && quantity.equals(transfer.quantity));
  if (disputed !== undefined) await tellDisputed(work, disputed, id);
}

export function listedCoins(row: VenueWithdrawal): ListedCoins {
  const { venueAccountId: accountId, transactionId, createdAt } = row;
  return { accountId, quantity: quantityOf(row), transactionId: transactionId ?? undefined, createdAt };
}

/** Gives a stored withdrawal to the transfer it is, and takes it from the one for which it was taken. All must be locked. */
export async function setMatch(work: Work, row: VenueWithdrawal, { transferId, movedFrom }: TransferMatch): Promise<VenueWithdrawal> {
  if (transferId === undefined || row.matchedTo === withdrawalKey(transferId)) return row;
  const matched = await work.tx.venueWithdrawal.update({ where: { id: row.id }, data: { matchedTo: withdrawalKey(transferId) } });
  if (movedFrom !== undefined) await takeListingBack(work, movedFrom, { withdrawalRowId: row.id, movedTo: transferId });
  const { caseId } = await work.tx.coinTransfer.findUniqueOrThrow({ where: { id: transferId }, select: { caseId: true } });
  await appendAudit(work, {
    stream: transferStream({ caseId, venueAccountId: row.venueAccountId }),
    action: 'withdrawal.matched',
    subject: `venue_withdrawal:${row.id}`,
    before: { matchedTo: row.matchedTo },
    after: { matchedTo: matched.matchedTo },
    payload: { transferId, transactionId: row.transactionId },
  });
  return matched;
}

/** Tells of a withdrawal under another transaction than its transfer's sender wrote down. */
export async function tellIfOtherwiseNamed(work: Work, row: VenueWithdrawal, transferId: number): Promise<void> {
  if (row.transactionId === null) return;
  const { transactionId } = await work.tx.coinTransfer.findUniqueOrThrow({ where: { id: transferId }, select: { transactionId: true } });
  if (transactionId !== null && comparableTransactionId(transactionId) !== row.transactionId) await tellDisputed(work, row, transferId);
}

async function tellDisputed(work: Work, { id, matchedTo }: VenueWithdrawal, transferId: number): Promise<void> {
  await warnOnce(work, {
    code: 'withdrawal_match_disputed',
    subject: `venue_withdrawal:${id}`,
    text: '거래소의 출금이 기록된 이전과 거래번호가 맞지 않습니다. 거래소 화면에서 받은 주소를 확인하고, 다른 이전의 출금이면 연결을 바로잡으십시오.',
    facts: { withdrawalRowId: id, matchedTo, transferId },
  });
}
