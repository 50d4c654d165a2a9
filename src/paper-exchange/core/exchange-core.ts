import type { Clock } from '../../kernel/clock.ts';
import type { Decimal } from '../../kernel/decimal.ts';
import type { Market } from '../market/market.ts';
import { Accounts, type Balance } from './accounts.ts';
import { type Manners, PLAIN_MANNERS } from './manners.ts';
import { type Disturbance, type Disturbed, OrderEntry } from './order-entry.ts';
import { type Order, OrderRegister, type OrderRequest, type Refusal } from './orders.ts';
import { Persons } from './persons.ts';
import { type OrderName, Shown } from './shown.ts';
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
  /** Milliseconds after which half of what orders took from a level is back. */
  readonly takenHalfLifeMs: number;
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
  readonly #entry: OrderEntry;
  readonly #shown: Shown;
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
      takenHalfLifeMs: parts.takenHalfLifeMs,
      changed: (order) => this.#note({ kind: 'order', order }),
    });
    this.#entry = new OrderEntry({
      orders: this.orders,
      trading: this.trading,
      rules: this.rules,
      claimed: (accountId, reference) => this.#note({ kind: 'reference', accountId, reference }),
    });
    this.#shown = new Shown(this.accounts, this.orders);
    this.#restore(parts.entries);
  }

  /** Milliseconds since 1970 by the exchange's clock. */
  get nowMs(): number {
    return this.#clock.now().getTime();
  }

  /** The time that the exchange tells, and by which it judges the time stamps of requests: wrong where its manners say so. */
  get shownNowMs(): number {
    return this.#shown.time(this.nowMs);
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
    return this.run((nowMs) => this.#entry.place(request, nowMs));
  }

  /** Runs one request of a customer while something goes wrong with the orders it brings. */
  disturb<T>(disturbance: Disturbance, action: () => T): Disturbed<T> {
    return this.#entry.disturb(disturbance, action);
  }

  /** An order of the account as its own lists show it now; one that was only just accepted may not be there yet. */
  shownOrder(accountId: string, by: OrderName): Order | undefined {
    return this.#shown.order(accountId, by, this.nowMs);
  }

  /** Likewise all of them, oldest first. */
  shownOrders(accountId: string): readonly Order[] {
    return this.#shown.orders(accountId, this.nowMs);
  }

  /** What the account's own list of balances shows, by asset; it may be wrong, `accounts` never is. */
  shownBalances(accountId: string): ReadonlyMap<string, Balance> {
    return this.#shown.balances(accountId);
  }

  /** Error: `NOT_FOUND` for the account. Zero mends the balance. */
  setWrongBalance(accountId: string, asset: string, wrongBy: Decimal): void {
    this.#shown.setWrongBalance(accountId, asset, wrongBy);
  }

  clearWrongBalances(): void {
    this.#shown.clearWrongBalances();
  }

  /** Says all of them anew; what is left out is plain. */
  setManners(given: Partial<Manners>): void {
    this.run(() => {
      const manners = { ...PLAIN_MANNERS, ...given };
      this.trading.setManners(manners);
      this.#shown.setManners(manners);
    });
  }

  /** A coin's market closes at an instant of the exchange's clock, be it past; undefined lets it go on. Its wallet is not concerned. */
  setClosing(asset: string, atMs: number | undefined): void {
    this.run((nowMs) => {
      this.trading.setClosing(asset, atMs);
      this.#note({ kind: 'closing', asset, closesAtMs: atMs ?? null });
      this.trading.meetResting(nowMs);
    });
  }

  /** Listed, and its market has not closed. */
  isTraded(asset: string): boolean {
    return this.market.has(asset) && !this.trading.isClosed(asset, this.nowMs);
  }

  tradedAssets(): readonly string[] {
    return this.market.assets.filter((asset) => this.isTraded(asset));
  }

  /** Of a market that has closed, the price at which it did. Error as of `Market.lastPrice`. */
  lastPrice(asset: string): Decimal {
    return this.market.lastPrice(asset, Math.min(this.nowMs, this.trading.closesAtMs(asset) ?? this.nowMs));
  }

  /** At once, as staff does it. */
  cancelOrder(order: Order): boolean {
    return this.run((nowMs) => this.trading.cancel(order, nowMs));
  }

  /** As a customer asks for it. */
  requestCancel(order: Order): boolean {
    return this.run((nowMs) => this.#entry.requestCancel(order, nowMs));
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
      else if (entry.kind === 'closing') this.trading.setClosing(entry.asset, entry.closesAtMs ?? undefined);
      else if (entry.kind === 'advanced') advancedToMs = entry.atMs;
    }
    this.trading.restoreMetUntil(advancedToMs);
  }
}
