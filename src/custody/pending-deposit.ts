import type { PendingDeposit } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import type { Deposit } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { readPolicy } from '../policy/book.ts';
import { requiredConfirmations } from '../policy/definitions/receipt.ts';
import { ledgerAsset } from '../venue/ledger-asset.ts';
import { networkCode } from './address-networks.ts';
import { comparableTransactionId } from './transaction-id.ts';

/**
 * Keeps what the venue has seen and not credited, so that it can be shown; the books know nothing of it. One that the venue refuses is
 * told to a person once, for nobody else will ask for it. The account must be locked.
 */
export async function notePendingDeposits(work: Work, accountId: number, venue: string, listed: readonly Deposit[]): Promise<void> {
  const known = await work.tx.pendingDeposit.findMany({
    where: { venueAccountId: accountId, depositId: { in: listed.map(({ depositId }) => depositId) } },
  });
  for (const deposit of listed) {
    const before = known.find(({ depositId }) => depositId === deposit.depositId);
    if (before === undefined && (deposit.state === 'credited' || new Decimal(deposit.quantity).isZero())) continue;
    if (before !== undefined && before.state !== 'pending' && before.state === deposit.state) continue;
    const row = await storePending(work, accountId, venue, deposit);
    if (row.state === 'refused') await alertRefused(work, row);
  }
}

function storePending(work: Work, accountId: number, venue: string, deposit: Deposit): Promise<PendingDeposit> {
  const { depositId, quantity, network, route, state, statusWord, createdAt, transactionId, confirmations } = deposit;
  const told = confirmations === undefined ? {} : { confirmations, confirmationsSource: 'venue', confirmationsReadAt: work.at };
  const latest = {
    network: network ?? null,
    quantity,
    transactionId: transactionId === undefined ? null : comparableTransactionId(transactionId),
    route,
    state,
    statusWord,
    lastSeenAt: work.at,
    endedAt: state === 'pending' ? null : work.at,
    ...told,
  };
  return work.tx.pendingDeposit.upsert({
    where: { venueAccountId_depositId: { venueAccountId: accountId, depositId } },
    create: { venueAccountId: accountId, depositId, asset: ledgerAsset(venue, deposit.asset), createdAt, firstSeenAt: work.at, ...latest },
    update: latest,
  });
}

async function alertRefused(work: Work, { id, venueAccountId, asset, quantity, statusWord }: PendingDeposit): Promise<void> {
  await raiseAlert(work, {
    code: 'deposit_refused',
    severity: 'warning',
    subject: `pending_deposit:${id}`,
    text: `거래소가 ${asset} 입금을 반영하지 않았습니다. 거래소에서 까닭(트래블룰 확인, 최소 수량, 네트워크)을 확인하고 복구를 요청하십시오.`,
    facts: { accountId: venueAccountId, asset, quantity: quantity.toFixed(), statusWord },
  });
}

/** What a node of our own saw of a transaction that the venue has not credited yet. True when a pending deposit is of it. */
export async function noteChainConfirmations(
  work: Work,
  { transactionId, confirmations }: { readonly transactionId: string; readonly confirmations: number },
): Promise<boolean> {
  const { count } = await work.tx.pendingDeposit.updateMany({
    where: { transactionId: comparableTransactionId(transactionId), state: 'pending' },
    data: { confirmations, confirmationsSource: 'chain', confirmationsReadAt: work.at },
  });
  return count > 0;
}

/** A deposit on its way, or one that the venue would not take. */
export interface ExpectedDeposit extends PendingDeposit {
  /** Undefined where no chain confirms it. */
  readonly required: number | undefined;
}

/** Deposits that the venues have not credited, oldest first; of those that were refused only what came since an instant. */
export async function uncreditedDeposits(
  reader: Pick<Transaction, 'pendingDeposit' | 'policyValue'>,
  { now, refusedSince }: { readonly now: Date; readonly refusedSince: Date },
): Promise<ExpectedDeposit[]> {
  const rows = await reader.pendingDeposit.findMany({
    where: { OR: [{ state: 'pending' }, { state: 'refused', endedAt: { gte: refusedSince } }] },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  const { networks, other } = (await readPolicy(reader)).get(requiredConfirmations, seoulDay(now));
  return rows.map((row) => {
    const isInternal = row.route === 'internal';
    const required = row.network === null ? other : (networks[networkCode(row.network)] ?? other);
    return { ...row, required: isInternal ? undefined : required };
  });
}
