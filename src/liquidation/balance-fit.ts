import { bookedBalances } from '../custody/booked-balances.ts';
import { readDeposits } from '../custody/deposits.ts';
import { type BookedBalance, compareBalance, NOTHING_BOOKED } from '../custody/reconcile-rules.ts';
import { readWithdrawals } from '../custody/withdrawals.ts';
import type { SaleOrder } from '../database/generated/client.ts';
import { Decimal } from '../kernel/decimal.ts';
import { VenueWon } from '../kernel/money.ts';
import { ledgerAsset } from '../venue/ledger-asset.ts';
import type { Desk } from './desk.ts';

/**
 * True when the venue's balances are what the books would be had this order never been placed: its units have not left, and no won
 * has come for it. What came and left otherwise is recorded first, so that a deposit of as many coins hides nothing. Errors: those
 * of the port.
 */
export async function balanceFitsWithout({ database, port, accountId }: Desk, order: SaleOrder): Promise<boolean> {
  await readDeposits(database, port, accountId);
  await readWithdrawals(database, port, accountId);
  const before = await bookedBalances(database.read, accountId, port.venue);
  const listed = await port.balances();
  const after = await bookedBalances(database.read, accountId, port.venue);
  const won = VenueWon.zero(port.venue).asset;
  return [order.asset, won].every((asset) => {
    const shown = listed.find((balance) => ledgerAsset(port.venue, balance.asset) === asset);
    const atVenue = new Decimal(shown?.free ?? '0').plus(new Decimal(shown?.locked ?? '0'));
    const bounds = (booked: ReadonlyMap<string, BookedBalance>) => withoutOrder(booked.get(asset) ?? NOTHING_BOOKED, order, asset === won);
    return compareBalance(atVenue, bounds(before), bounds(after)).agrees;
  });
}

/** What may differ because of everything under way but this order. */
function withoutOrder({ quantity, less, more }: BookedBalance, order: SaleOrder, isWon: boolean): BookedBalance {
  return isWon
    ? { quantity, less, more: Decimal.max(0, more.minus(order.maximumProceeds.toFixed())) }
    : { quantity, less: Decimal.max(0, less.minus(order.quantity.toFixed())), more };
}
