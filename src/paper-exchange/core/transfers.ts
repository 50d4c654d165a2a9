import { randomUUID } from 'node:crypto';
import type { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { type Accounts, BOUNDARY, free } from './accounts.ts';

/**
 * `internal`: between two accounts of this exchange, no chain involved. `chain_deposit` and `chain_withdrawal`: coins from and to outside.
 * `bank_deposit` and `bank_withdrawal`: won from and to the account's own bank account.
 */
export const TRANSFER_KINDS = ['internal', 'chain_deposit', 'chain_withdrawal', 'bank_deposit', 'bank_withdrawal'] as const;
export type TransferKind = (typeof TRANSFER_KINDS)[number];

export interface TransferRequest {
  readonly kind: TransferKind;
  readonly asset: string;
  /** What arrives; the fee is taken from the source beside it. */
  readonly quantity: Decimal;
  readonly fee: Decimal;
  /** An account, or `BOUNDARY.outside`. */
  readonly from: string;
  readonly to: string;
  /** Undefined for won. */
  readonly network: string | undefined;
  readonly transactionId: string;
  /** Milliseconds of the exchange's clock until it is done. */
  readonly delayMs: number;
}

export interface Transfer extends Omit<TransferRequest, 'delayMs'> {
  readonly transferId: string;
  readonly sequence: number;
  readonly createdAtMs: number;
  readonly dueAtMs: number;
  /** Undefined while it is on its way. */
  doneAtMs: number | undefined;
}

/** A wallet under maintenance, one asset at a time; trading goes on. */
export interface WalletState {
  readonly depositsHalted: boolean;
  readonly withdrawalsHalted: boolean;
  /** When deposits were last allowed again; nothing can have arrived before. */
  readonly depositsResumedAtMs: number;
}

const WORKING: WalletState = { depositsHalted: false, withdrawalsHalted: false, depositsResumedAtMs: 0 };

/**
 * Moves of coins and won into, out of and between accounts. The source is debited at once; what is on its way lies in the
 * transit account until it is due by the exchange's clock. A transfer that reaches an asset whose deposits are halted waits.
 */
export class Transfers {
  readonly #accounts: Accounts;
  readonly #changed: (transfer: Transfer) => void;
  readonly #transfers = new Map<string, Transfer>();
  readonly #pending = new Set<Transfer>();
  readonly #wallets = new Map<string, WalletState>();
  #sequence = 0;

  constructor(accounts: Accounts, changed: (transfer: Transfer) => void) {
    this.#accounts = accounts;
    this.#changed = changed;
  }

  restore(transfer: Transfer): void {
    this.#sequence = Math.max(this.#sequence, transfer.sequence);
    this.#transfers.set(transfer.transferId, transfer);
    if (transfer.doneAtMs === undefined) this.#pending.add(transfer);
  }

  restoreWallet(asset: string, state: WalletState): void {
    this.#wallets.set(asset, state);
  }

  wallet(asset: string): WalletState {
    return this.#wallets.get(asset) ?? WORKING;
  }

  halt(asset: string, halts: { readonly deposits: boolean; readonly withdrawals: boolean }, nowMs: number): WalletState {
    const before = this.wallet(asset);
    const resumes = before.depositsHalted && !halts.deposits;
    const state: WalletState = {
      depositsHalted: halts.deposits,
      withdrawalsHalted: halts.withdrawals,
      depositsResumedAtMs: resumes ? nowMs : before.depositsResumedAtMs,
    };
    this.#wallets.set(asset, state);
    return state;
  }

  /** Errors: `AMOUNT_NEGATIVE` for nothing or less, `CONFLICT` for too little at the source, `TRADING_HALTED` for a halted wallet. */
  begin(request: TransferRequest, nowMs: number): Transfer {
    const { asset, quantity, fee, from } = request;
    if (!quantity.isGreaterThan(0))
      throw new CheongsanError('AMOUNT_NEGATIVE', `A transfer needs more than ${quantity.toFixed()} ${asset}.`);
    this.#accounts.get(request.to);
    if (from !== BOUNDARY.outside && this.wallet(asset).withdrawalsHalted) {
      throw new CheongsanError('TRADING_HALTED', `Withdrawals of ${asset} are halted at the paper exchange; try again after they resume.`);
    }
    this.#accounts.move(free(from), free(BOUNDARY.transit), asset, quantity.plus(fee));
    this.#sequence += 1;
    const { delayMs, ...rest } = request;
    const transfer: Transfer = {
      ...rest,
      transferId: randomUUID(),
      sequence: this.#sequence,
      createdAtMs: nowMs,
      dueAtMs: nowMs + delayMs,
      doneAtMs: undefined,
    };
    this.#transfers.set(transfer.transferId, transfer);
    this.#pending.add(transfer);
    this.#changed(transfer);
    this.settle(nowMs);
    return transfer;
  }

  /** Completes whatever is due. */
  settle(nowMs: number): void {
    for (const transfer of this.#pending) {
      const wallet = this.wallet(transfer.asset);
      const arrivesHere = transfer.to !== BOUNDARY.outside;
      if (transfer.dueAtMs > nowMs || (arrivesHere && wallet.depositsHalted)) continue;
      this.#accounts.move(free(BOUNDARY.transit), free(transfer.to), transfer.asset, transfer.quantity);
      this.#accounts.move(free(BOUNDARY.transit), free(BOUNDARY.fees), transfer.asset, transfer.fee);
      transfer.doneAtMs = arrivesHere ? Math.max(transfer.dueAtMs, wallet.depositsResumedAtMs) : transfer.dueAtMs;
      this.#pending.delete(transfer);
      this.#changed(transfer);
    }
  }

  /** Oldest first. */
  all(): readonly Transfer[] {
    return [...this.#transfers.values()];
  }

  /** Oldest first. */
  into(accountId: string): readonly Transfer[] {
    return this.all().filter((transfer) => transfer.to === accountId);
  }

  /** Oldest first. */
  outOf(accountId: string): readonly Transfer[] {
    return this.all().filter((transfer) => transfer.from === accountId);
  }
}
