import type { Transaction } from '../database/work.ts';
import type { Withdrawal } from '../exchange/port.ts';
import { Won } from '../kernel/money.ts';

/**
 * The won withdrawal that a person was told to make and this listed one is: of exactly its amount, made after it was asked
 * for, and standing for no other. Its posting is the treasury's; here it only tells an instructed one from an alarm.
 */
export async function wonWithdrawalOf(tx: Transaction, accountId: number, withdrawal: Withdrawal): Promise<string | undefined> {
  const candidates = await tx.wonWithdrawal.findMany({
    where: { venueAccountId: accountId, state: { in: ['approved', 'confirmed', 'received'] } },
    orderBy: { id: 'asc' },
  });
  const fitting = candidates.filter(
    ({ amountKrw, createdAt }) =>
      isWonAmount(withdrawal.quantity, Won.of(amountKrw)) &&
      Math.floor(createdAt.getTime() / 1_000) * 1_000 <= withdrawal.createdAt.getTime(),
  );
  const taken = await tx.venueWithdrawal.findMany({
    where: { matchedTo: { in: fitting.map(({ id }) => wonWithdrawalKey(id)) } },
    select: { matchedTo: true },
  });
  const free = fitting.find(({ id }) => !taken.some(({ matchedTo }) => matchedTo === wonWithdrawalKey(id)));
  return free === undefined ? undefined : wonWithdrawalKey(free.id);
}

export function wonWithdrawalKey(withdrawalId: number): string {
  return `won_withdrawal:${withdrawalId}`;
}

function isWonAmount(quantity: string, amount: Won): boolean {
  return amount.value.isEqualTo(quantity);
}
