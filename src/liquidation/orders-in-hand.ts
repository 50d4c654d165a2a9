import { elapsedMs } from '../kernel/clock.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { RoundOrder } from './commit-order.ts';
import type { Desk } from './desk.ts';
import type { Busy } from './due-sales.ts';
import { type DueSale, tiesOf } from './lanes.ts';
import { tellTrouble } from './order-trouble.ts';
import { sendOrder } from './send.ts';
import { DESK_ACTOR } from './settle-order.ts';
import { concernsAll } from './step-failure.ts';

/** An answer that takes longer is a doubt: until it is there nothing new is begun. */
const DOUBT_MS = 3_000;

interface InHand {
  readonly ties: readonly string[];
  readonly sinceMs: number;
  readonly concluded: Promise<void>;
}

/**
 * The orders that this run of a desk is sending, or whose outcome it is just reading. Only the process that sends an order can tell
 * that it is still on its way; to everybody else, and to this desk after a restart, an order without an answer is one whose outcome is
 * unknown.
 */
export class OrdersInHand implements Busy {
  readonly #desk: Desk;
  readonly #orders = new Map<number, InHand>();
  #failure: { readonly thrown: unknown } | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get size(): number {
    return this.#orders.size;
  }

  has(orderId: number): boolean {
    return this.#orders.has(orderId);
  }

  /** True while what an order in hand does may change what is decided about a sale. */
  touches(sale: DueSale): boolean {
    const ties = tiesOf(sale);
    return [...this.#orders.values()].some((order) => order.ties.some((tie) => ties.includes(tie)));
  }

  /** True while an answer is overdue. */
  get isInDoubt(): boolean {
    const nowMs = elapsedMs();
    return [...this.#orders.values()].some(({ sinceMs }) => nowMs - sinceMs > DOUBT_MS);
  }

  /** Sends a committed order and reads what became of it, while other things go on. A failure comes out of `throwFailure`. */
  send(order: RoundOrder): void {
    const concluded = sendOrder(this.#desk, order)
      .catch((thrown: unknown) => this.#fail(order, thrown))
      .catch((thrown: unknown) => {
        this.#failure ??= { thrown };
      })
      .finally(() => this.#orders.delete(order.orderId));
    this.#orders.set(order.orderId, { ties: order.ties, sinceMs: elapsedMs(), concluded });
  }

  /** One order that cannot be concluded is left to the look-ups, and keeps no other from being sent. */
  async #fail({ orderId, sell }: RoundOrder, thrown: unknown): Promise<void> {
    if (!(thrown instanceof CheongsanError) || concernsAll(thrown)) throw thrown;
    this.#desk.log.error({ err: thrown, order: orderId }, 'an order could not be concluded');
    const order = { id: orderId, asset: sell.quantity.asset, venueAccountId: this.#desk.accountId };
    await this.#desk.database.work(DESK_ACTOR, (work) => tellTrouble(work, order, { code: 'order_unreadable', reason: thrown.code }));
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  /** Resolves when the next of them is concluded; at once when there is none. */
  async next(): Promise<void> {
    const orders = [...this.#orders.values()];
    if (orders.length > 0) await Promise.race(orders.map(({ concluded }) => concluded));
  }

  async all(): Promise<void> {
    while (this.size > 0) await this.next();
  }
}
