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
 * The transfers a withdrawal of the same asset and account may be by quantity and time: of exactly its quantity, and instructed before it was
 * made. The one instructed first comes first.
 */
export function fittingTransfers(withdrawal: ListedWithdrawal, awaited: readonly AwaitedTransfer[]): readonly AwaitedTransfer[] {
  return awaited
    .filter(({ quantity }) => quantity.equals(withdrawal.quantity))
    .filter(({ instructedAt }) => withdrawal.createdAt >= earliestOf(instructedAt))
    .sort((a, b) => a.instructedAt.getTime() - b.instructedAt.getTime() || a.transferId - b.transferId);
}

/** Whether the transfer's sender wrote the withdrawal's transaction down. */
export function isNamed(withdrawal: Pick<ListedWithdrawal, 'transactionId'>, { transactionId }: AwaitedTransfer): boolean {
  const listed = comparable(withdrawal.transactionId);
  return listed !== undefined && comparable(transactionId) === listed;
}

function isOtherwiseNamed(withdrawal: ListedWithdrawal, transfer: AwaitedTransfer): boolean {
  return withdrawal.transactionId !== undefined && transfer.transactionId !== undefined && !isNamed(withdrawal, transfer);
}

/**
 * Which transfer a withdrawal is, as far as that can be told: the only one whose sender wrote its transaction down; else quantity says it,
 * and only while one transfer fits and nothing else of that quantity waits to be told apart. A second one that fits counts even if its
 * sender wrote another transaction down, which may be a slip. `undecided` is for a person: the wrong one would be counted as sent, and the
 * right one sent again. `none` is what nobody was told to make, also the one that is more than was instructed.
 */
export function transferFor(
  withdrawal: ListedWithdrawal,
  awaited: readonly AwaitedTransfer[],
  undecidedBefore: number,
): AwaitedTransfer | 'undecided' | 'none' {
  const fitting = fittingTransfers(withdrawal, awaited);
  const [named, alsoNamed] = fitting.filter((transfer) => isNamed(withdrawal, transfer));
  if (named !== undefined && alsoNamed === undefined) return named;
  const [only, another] = fitting;
  if (only === undefined || fitting.every((transfer) => isOtherwiseNamed(withdrawal, transfer))) return 'none';
  if (another === undefined && undecidedBefore === 0) return only;
  return fitting.length > undecidedBefore ? 'undecided' : 'none';
}

/** The first that fits: for what goes nowhere but to wallets in the city's own hands, gas, of which nobody writes a transaction down. */
export function transferOf(withdrawal: ListedWithdrawal, awaited: readonly AwaitedTransfer[]): AwaitedTransfer | undefined {
  return fittingTransfers(withdrawal, awaited)[0];
}

function comparable(transactionId: string | undefined): string | undefined {
  return transactionId === undefined ? undefined : comparableTransactionId(transactionId);
}
