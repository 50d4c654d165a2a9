import type { Clock } from '../../kernel/clock.ts';
import type { Market } from '../market/market.ts';
import { Accounts } from './accounts.ts';
import { type Order, OrderRegister, type OrderRequest, type Refusal } from './orders.ts';
import { Persons } from './persons.ts';
import { keyOf, type StateEntry, type StateFile } from './state-file.ts';
import { Trading } from './trading.ts';
import type { TradingRules } from './trading-rules.ts';
import { type Transfer, type TransferRequest, Transfers } from './transfers.ts';

export interface CoreParts {
  readonly clock: Clock;
  readonly market: Market;
  readonly rules: TradingRules;
  /** Absent: everything is gone when the process ends. */
  readonly stateFile: StateFile | undefined;
  readonly entries: readonly StateEntry[];
}

/**
 * The exchange without any exchange's words: accounts, orders, transfers and persons over one market and one clock. Faces
 * translate to and from it. Everything goes through `run`, which first lets happen what was due by the clock, and afterwards
 * writes down what changed, so that any sequence of calls at the same instants has the same outcome.
 */
export class ExchangeCore {
  readonly market: Market;
  readonly rules: TradingRules;
  readonly accounts: Accounts;
  readonly orders = new OrderRegister();
  readonly transfers: Transfers;
  readonly trading: Trading;
  readonly persons: Persons;
  readonly #clock: Clock;
  readonly #stateFile: StateFile | undefined;
  readonly #changes = new Map<string, StateEntry>();

  constructor(parts: CoreParts) {
    this.#clock = parts.clock;
    this.#stateFile = parts.stateFile;
    this.market = parts.market;
    this.rules = parts.rules;
    this.accounts = new Accounts((account) => this.#note({ kind: 'account', account }));
    this.transfers = new Transfers(this.accounts, (transfer) => this.#note({ kind: 'transfer', transfer }));
    this.persons = new Persons(this.accounts);
    this.trading = new Trading({
      accounts: this.accounts,
      orders: this.orders,
      market: this.market,
      rules: this.rules,
      changed: (order) => this.#note({ kind: 'order', order }),
    });
    this.#restore(parts.entries);
  }

  /** Milliseconds since 1970 by the exchange's clock. */
  get nowMs(): number {
    return this.#clock.now().getTime();
  }

  /** Runs a command or a question at the clock's instant, in milliseconds since 1970. */
  run<T>(action: (nowMs: number) => T): T {
    const { nowMs } = this;
    try {
      this.transfers.settle(nowMs);
      this.trading.meetResting(nowMs);
      return action(nowMs);
    } finally {
      this.#write(nowMs);
    }
  }

  placeOrder(request: OrderRequest): Order | Refusal {
    return this.run((nowMs) => {
      const { accountId, reference } = request;
      if (reference !== undefined && this.#isUsed(accountId, reference, nowMs)) return { code: 'reference_used' };
      return this.trading.place(request, nowMs);
    });
  }

  /** An order of the account as its own lists show it now. */
  shownOrder(accountId: string, by: { readonly orderId: string } | { readonly reference: string }): Order | undefined {
    const order = 'orderId' in by ? this.orders.find(by.orderId) : this.orders.findByReference(accountId, by.reference);
    return order?.accountId === accountId ? order : undefined;
  }

  /** Likewise all of them, oldest first. */
  shownOrders(accountId: string): readonly Order[] {
    return this.orders.ofAccount(accountId);
  }

  /** Where an attempt alone uses a reference up, this is the attempt. */
  #isUsed(accountId: string, reference: string, nowMs: number): boolean {
    const { referenceLife } = this.rules;
    if (referenceLife.of === 'attempt') {
      if (!this.orders.claimReference(accountId, reference)) return true;
      this.#note({ kind: 'reference', accountId, reference });
      return false;
    }
    const known = this.orders.findByReference(accountId, reference);
    if (known === undefined) return false;
    if (referenceLife.of === 'open_order') return known.state === 'open';
    return referenceLife.rememberedMs === undefined || nowMs - known.createdAtMs < referenceLife.rememberedMs;
  }

  /** At once, as staff does it. */
  cancelOrder(order: Order): boolean {
    return this.run((nowMs) => this.trading.cancel(order, nowMs));
  }

  /** As a customer asks for it. */
  requestCancel(order: Order): boolean {
    return this.run((nowMs) => this.trading.requestCancel(order, nowMs));
  }

  beginTransfer(request: TransferRequest): Transfer {
    return this.run((nowMs) => this.transfers.begin(request, nowMs));
  }

  haltWallet(asset: string, halts: { readonly deposits: boolean; readonly withdrawals: boolean }): void {
    this.run((nowMs) => {
      const wallet = this.transfers.halt(asset, halts, nowMs);
      this.#note({ kind: 'wallet', asset, wallet });
      this.transfers.settle(nowMs);
    });
  }

  /** A frozen account's open orders are taken from the book. */
  setFrozen(accountId: string, frozen: boolean): void {
    this.run((nowMs) => {
      this.accounts.setFrozen(accountId, frozen);
      if (frozen) for (const order of this.orders.ofAccount(accountId)) this.trading.cancel(order, nowMs);
    });
  }

  close(): void {
    this.#stateFile?.close();
  }

  #note(entry: StateEntry): void {
    if (this.#stateFile !== undefined) this.#changes.set(keyOf(entry), entry);
  }

  #write(nowMs: number): void {
    if (this.#stateFile === undefined || this.#changes.size === 0) return;
    this.#stateFile.append([...this.#changes.values(), { kind: 'advanced', atMs: nowMs }]);
    this.#changes.clear();
  }

  #restore(entries: readonly StateEntry[]): void {
    let advancedToMs = 0;
    for (const entry of entries) {
      if (entry.kind === 'account') this.accounts.restore(entry.account);
      else if (entry.kind === 'order') this.orders.add(entry.order);
      else if (entry.kind === 'transfer') this.transfers.restore(entry.transfer);
      else if (entry.kind === 'wallet') this.transfers.restoreWallet(entry.asset, entry.wallet);
      else if (entry.kind === 'reference') this.orders.claimReference(entry.accountId, entry.reference);
      else if (entry.kind === 'advanced') advancedToMs = entry.atMs;
    }
    this.trading.restoreMetUntil(advancedToMs);
  }
}
