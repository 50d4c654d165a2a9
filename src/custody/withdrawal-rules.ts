import type { CoinAmount } from '../kernel/money.ts';
import { comparableTransactionId } from './transaction-id.ts';

/** A transfer that a person was told to send and that no listed withdrawal stands for yet. */
export interface AwaitedTransfer {
  readonly transferId: number;
  readonly quantity: CoinAmount;
  readonly instructedAt: Date;
  readonly transactionId: string | undefined;
}

export interface ListedWithdrawal {
  readonly quantity: CoinAmount;
  readonly transactionId: string | undefined;
  readonly createdAt: Date;
}

/** How much earlier than the instruction a withdrawal may seem to be, for the clocks differ and venues tell whole seconds. */
const CLOCK_DIFFERENCE_MS = 60_000;

/** The earliest instant at which a venue may say that something was sent which was instructed then. */
export function earliestOf(instructedAt: Date): Date {
  return new Date(instructedAt.getTime() - CLOCK_DIFFERENCE_MS);
}

/**
 * The transfer a withdrawal of the same asset and account is: of exactly its quantity, made after its instruction, and under
 * the transaction that its sender wrote down, if he did. Of several the one instructed first. Undefined for one that nobody
 * was told to make.
 */
export function transferOf(withdrawal: ListedWithdrawal, awaited: readonly AwaitedTransfer[]): AwaitedTransfer | undefined {
  const fitting = awaited
    .filter(({ quantity }) => quantity.equals(withdrawal.quantity))
    .filter(({ instructedAt }) => withdrawal.createdAt >= earliestOf(instructedAt))
    .sort((a, b) => a.instructedAt.getTime() - b.instructedAt.getTime() || a.transferId - b.transferId);
  const listed = comparable(withdrawal.transactionId);
  const named = fitting.find(({ transactionId }) => listed !== undefined && comparable(transactionId) === listed);
  return named ?? fitting.find(({ transactionId }) => listed === undefined || transactionId === undefined);
}

function comparable(transactionId: string | undefined): string | undefined {
  return transactionId === undefined ? undefined : comparableTransactionId(transactionId);
}
