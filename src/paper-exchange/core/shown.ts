import { Decimal } from '../../kernel/decimal.ts';
import type { Accounts, Balance } from './accounts.ts';
import { type Manners, PLAIN_MANNERS } from './manners.ts';
import { endsAtOnce, type Order, type OrderRegister } from './orders.ts';

const NOTHING: Balance = { free: new Decimal(0), locked: new Decimal(0) };

/** An order by the exchange's id, or by the client's own name for it. */
export type OrderName = { readonly orderId: string } | { readonly reference: string };

/** What accounts are shown of themselves, which is not always what is: orders appear late, words differ, balances and the time are wrong. */
export class Shown {
  readonly #accounts: Accounts;
  readonly #orders: OrderRegister;
  readonly #wrongBy = new Map<string, Map<string, Decimal>>();
  #manners: Pick<Manners, 'showsPartialAsFilled' | 'clockAheadMs'> = PLAIN_MANNERS;

  constructor(accounts: Accounts, orders: OrderRegister) {
    this.#accounts = accounts;
    this.#orders = orders;
  }

  setManners(manners: Pick<Manners, 'showsPartialAsFilled' | 'clockAheadMs'>): void {
    this.#manners = manners;
  }

  time(nowMs: number): number {
    return nowMs + this.#manners.clockAheadMs;
  }

  order(accountId: string, by: OrderName, nowMs: number): Order | undefined {
    const order = 'orderId' in by ? this.#orders.find(by.orderId) : this.#orders.findByReference(accountId, by.reference);
    return order?.accountId === accountId && nowMs >= order.visibleFromMs ? this.#asShown(order) : undefined;
  }

  orders(accountId: string, nowMs: number): readonly Order[] {
    return this.#orders
      .ofAccount(accountId)
      .filter((order) => nowMs >= order.visibleFromMs)
      .map((order) => this.#asShown(order));
  }

  balances(accountId: string): ReadonlyMap<string, Balance> {
    const balances = new Map(this.#accounts.get(accountId).balances);
    for (const [asset, wrongBy] of this.#wrongBy.get(accountId) ?? []) {
      const { free, locked } = balances.get(asset) ?? NOTHING;
      balances.set(asset, { free: Decimal.max(0, free.plus(wrongBy)), locked });
    }
    return balances;
  }

  /** What is free of an asset is shown with so many units more or, below zero, less; never less than none. Zero mends it. */
  setWrongBalance(accountId: string, asset: string, wrongBy: Decimal): void {
    this.#accounts.get(accountId);
    const ofAccount = this.#wrongBy.get(accountId) ?? new Map<string, Decimal>();
    if (wrongBy.isZero()) ofAccount.delete(asset);
    else ofAccount.set(asset, wrongBy);
    this.#wrongBy.set(accountId, ofAccount);
  }

  clearWrongBalances(): void {
    this.#wrongBy.clear();
  }

  /** Only orders that are over are shown as a copy; an open one is the order itself, for whoever cancels it. */
  #asShown(order: Order): Order {
    const isPartial = order.state === 'cancelled' && order.executedQuantity.isGreaterThan(0) && endsAtOnce(order.terms);
    return isPartial && this.#manners.showsPartialAsFilled ? { ...order, state: 'filled' } : order;
  }
}
