import { bookedBalances } from '../custody/booked-balances.ts';
import { readDeposits } from '../custody/deposits.ts';
import { type BookedBalance, compareBalance, NOTHING_BOOKED } from '../custody/reconcile-rules.ts';
import { readWithdrawals } from '../custody/withdrawals.ts';
import type { SaleOrder } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import { Decimal } from '../kernel/decimal.ts';
import { VenueWon } from '../kernel/money.ts';
import { ledgerAsset } from '../venue/ledger-asset.ts';
import type { Desk } from './desk.ts';

/**
 * True when the venue's balances are what the books would be had none of these orders been placed: their units have not left, and no
 * won has come for them. What came and left otherwise is recorded first, so that a deposit of as many coins hides nothing. Errors:
 * those of the port.
 */
export async function balanceFitsWithout({ database, port, accountId }: Desk, orders: readonly SaleOrder[]): Promise<boolean> {
  await readDeposits(database, port, accountId);
  await readWithdrawals(database, port, accountId);
  const before = await bookedBalances(database.read, accountId, port.venue);
  const listed = await port.balances();
  const after = await bookedBalances(database.read, accountId, port.venue);
  const won = VenueWon.zero(port.venue).asset;
  const possible = await possibleEffects(database.read, orders);
  return [...new Set([...possible.coins.keys(), won])].every((asset) => {
    const shown = listed.find((balance) => ledgerAsset(port.venue, balance.asset) === asset);
    const atVenue = new Decimal(shown?.free ?? '0').plus(new Decimal(shown?.locked ?? '0'));
    const bounds = (booked: ReadonlyMap<string, BookedBalance>): BookedBalance => {
      const { quantity, less, more } = booked.get(asset) ?? NOTHING_BOOKED;
      const left = (tolerance: Decimal, effect: Decimal | undefined) => Decimal.max(0, tolerance.minus(effect ?? 0));
      return asset === won
        ? { quantity, less, more: left(more, possible.won) }
        : { quantity, less: left(less, possible.coins.get(asset)), more };
    };
    return compareBalance(atVenue, bounds(before), bounds(after)).agrees;
  });
}

/** What the orders would have taken and brought, which the bounds of the balances allow for while they are open. */
async function possibleEffects(
  reader: Pick<Transaction, 'orderShare'>,
  orders: readonly SaleOrder[],
): Promise<{ readonly coins: ReadonlyMap<string, Decimal>; readonly won: Decimal }> {
  const coins = new Map<string, Decimal>();
  for (const { asset, quantity } of orders) coins.set(asset, (coins.get(asset) ?? new Decimal(0)).plus(quantity.toFixed()));
  const proceeds = await reader.orderShare.aggregate({
    where: { orderId: { in: orders.map(({ id }) => id) } },
    _sum: { maximumProceeds: true },
  });
  return { coins, won: new Decimal(proceeds._sum.maximumProceeds?.toFixed() ?? '0') };
}
