import type { Transaction } from '../database/work.ts';
import { Decimal } from '../kernel/decimal.ts';
import { VenueWon } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { type BookedBalance, NOTHING_BOOKED } from './reconcile-rules.ts';
import { withdrawalKey } from './transfer-progress.ts';
import { awaitedGas, gasKey } from './wallet/gas.ts';
import { wonWithdrawalKey } from './won-withdrawal.ts';

/** Accounts of the ledger whose sum at a place is what lies at the venue. Won in transit (1220) has left it. */
export const AT_VENUE = [
  CHART.coinsHeld,
  CHART.coinsOnOrder,
  CHART.coinsInTransit,
  CHART.coinsUnidentified,
  CHART.gasFloat,
  CHART.unexplained,
  CHART.venueWonHeld,
  CHART.venueWonUnidentified,
  CHART.venueWonResidue,
  CHART.ownVenueWon,
] as const;

type Balances = Map<string, BookedBalance>;

/**
 * What lies at an account by the ledger, per asset, with the possible effects of everything under way (invariant 3): open orders
 * may have taken coins and brought won; transfers and won withdrawals that a person was told to make may have been made.
 */
export async function bookedBalances(tx: Transaction, accountId: number, venue: string): Promise<ReadonlyMap<string, BookedBalance>> {
  const balances: Balances = new Map();
  await addLedger(tx, balances, accountId);
  await addOpenOrders(tx, balances, accountId, venue);
  await addTransfers(tx, balances, accountId);
  await addGas(tx, balances, accountId);
  await addWonWithdrawals(tx, balances, accountId, venue);
  await addUninstructed(tx, balances, accountId);
  return balances;
}

async function addLedger(tx: Transaction, balances: Balances, accountId: number): Promise<void> {
  const rows = await tx.$queryRaw<{ asset: string; total: string; on_order: string }[]>`
    SELECT a.asset, trim_scale(sum(b.balance))::text AS total,
           trim_scale(coalesce(sum(b.balance) FILTER (WHERE a.chart_code = ${CHART.coinsOnOrder}), 0))::text AS on_order
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.place = ${accountPlace(accountId)} AND a.chart_code = ANY (${[...AT_VENUE]})
     GROUP BY a.asset`;
  for (const { asset, total, on_order } of rows) add(balances, asset, { quantity: total, less: on_order });
}

async function addOpenOrders(tx: Transaction, balances: Balances, accountId: number, venue: string): Promise<void> {
  const open = await tx.orderShare.aggregate({
    where: { order: { venueAccountId: accountId, closedAt: null } },
    _sum: { maximumProceeds: true },
  });
  add(balances, VenueWon.zero(venue).asset, { more: open._sum.maximumProceeds?.toFixed() ?? '0' });
}

/** In transit counts as held until the transfer is done, and may have left, with its fee, as soon as somebody was told to send it. */
async function addTransfers(tx: Transaction, balances: Balances, accountId: number): Promise<void> {
  const open = await tx.coinTransfer.findMany({ where: { venueAccountId: accountId, state: 'instructed' } });
  const listed = await tx.venueWithdrawal.findMany({ where: { matchedTo: { in: open.map(({ id }) => withdrawalKey(id)) } } });
  for (const { asset, quantity } of open) add(balances, asset, { less: quantity.toFixed() });
  for (const { asset, fee } of listed) add(balances, asset, { less: fee.toFixed() });
}

/** Gas for a seized wallet is booked when it is done; from the instruction on it may have left, with its fee. */
async function addGas(tx: Transaction, balances: Balances, accountId: number): Promise<void> {
  const open = await awaitedGas(tx, accountId);
  const listed = await tx.venueWithdrawal.findMany({ where: { matchedTo: { in: open.map(({ intentId }) => gasKey(intentId)) } } });
  for (const { quantity } of open) add(balances, quantity.asset, { less: quantity.toString() });
  for (const { asset, fee } of listed) add(balances, asset, { less: fee.toFixed() });
}

/** Won leaves the ledger when its sender confirms: before that the venue may have less, after it still more until it is done. */
async function addWonWithdrawals(tx: Transaction, balances: Balances, accountId: number, venue: string): Promise<void> {
  const open = await tx.wonWithdrawal.findMany({ where: { venueAccountId: accountId, state: { in: ['approved', 'confirmed'] } } });
  const done = await tx.venueWithdrawal.findMany({
    where: { matchedTo: { in: open.map(({ id }) => wonWithdrawalKey(id)) }, state: 'done' },
    select: { matchedTo: true },
  });
  for (const { id, state, amountKrw, feeKrw } of open) {
    const amount = (amountKrw + feeKrw).toString();
    const hasLeft = done.some(({ matchedTo }) => matchedTo === wonWithdrawalKey(id));
    if (state === 'approved') add(balances, VenueWon.zero(venue).asset, { less: amount });
    else if (!hasLeft) add(balances, VenueWon.zero(venue).asset, { more: amount });
  }
}

/**
 * One that nobody was told to make is booked when it is done, and one that is any of several transfers when a person has said which; until
 * then the venue may count it either way.
 */
async function addUninstructed(tx: Transaction, balances: Balances, accountId: number): Promise<void> {
  const open = await tx.venueWithdrawal.findMany({
    where: { venueAccountId: accountId, matchedTo: null, ledgerEntryId: null, state: { not: 'failed' } },
  });
  for (const { asset, quantity, fee } of open) add(balances, asset, { less: quantity.plus(fee).toFixed() });
}

function add(balances: Balances, asset: string, part: { quantity?: string; less?: string; more?: string }): void {
  const known = balances.get(asset) ?? NOTHING_BOOKED;
  balances.set(asset, {
    quantity: known.quantity.plus(new Decimal(part.quantity ?? '0')),
    less: known.less.plus(new Decimal(part.less ?? '0')),
    more: known.more.plus(new Decimal(part.more ?? '0')),
  });
}
