import type { Order, OrderRegister, OrderRequest, Refusal } from './orders.ts';
import type { Trading } from './trading.ts';
import type { TradingRules } from './trading-rules.ts';

/**
 * What goes wrong inside the exchange with the orders of one request. `delivered_twice`: order or cancellation arrive a second time, and
 * what is answered is what becomes of the second. `refused_after_claim`: the order's reference is used up, and then nothing is placed.
 * `partial_fill`: an order for immediate execution gets only this share of what it could have.
 */
export type Disturbance =
  | { readonly kind: 'delivered_twice' }
  | { readonly kind: 'refused_after_claim' }
  | { readonly kind: 'partial_fill'; readonly share: number };

export interface Disturbed<T> {
  readonly result: T;
  /** True when an order was kept out after its reference had been used up; the result is then not what the customer is to be told. */
  readonly keptOut: boolean;
  /** Orders that were accepted meanwhile, whatever the result says of them. */
  readonly accepted: readonly Order[];
}

export interface OrderEntryParts {
  readonly orders: OrderRegister;
  readonly trading: Trading;
  readonly rules: TradingRules;
  /** A reference was used up by itself. */
  readonly claimed: (accountId: string, reference: string) => void;
}

/** Where orders and cancellations arrive: references are checked here, and it is here that they are disturbed. */
export class OrderEntry {
  readonly #parts: OrderEntryParts;
  #disturbance: Disturbance | undefined;
  #accepted: Order[] = [];
  #keptOut = false;

  constructor(parts: OrderEntryParts) {
    this.#parts = parts;
  }

  place(request: OrderRequest, nowMs: number): Order | Refusal {
    const first = this.#placeOnce(request, nowMs);
    return this.#disturbance?.kind === 'delivered_twice' ? this.#placeOnce(request, nowMs) : first;
  }

  requestCancel(order: Order, nowMs: number): boolean {
    const first = this.#parts.trading.requestCancel(order, nowMs);
    return this.#disturbance?.kind === 'delivered_twice' ? this.#parts.trading.requestCancel(order, nowMs) : first;
  }

  /** Carries an action out with its orders disturbed. */
  disturb<T>(disturbance: Disturbance, action: () => T): Disturbed<T> {
    this.#disturbance = disturbance;
    this.#accepted = [];
    this.#keptOut = false;
    try {
      const result = action();
      return { result, keptOut: this.#keptOut, accepted: this.#accepted };
    } finally {
      this.#disturbance = undefined;
    }
  }

  #placeOnce(request: OrderRequest, nowMs: number): Order | Refusal {
    const { accountId, reference } = request;
    const disturbance = this.#disturbance;
    if (reference !== undefined && this.#isUsed(accountId, reference, nowMs)) return { code: 'reference_used' };
    if (disturbance?.kind === 'refused_after_claim') {
      if (reference !== undefined) this.#claim(accountId, reference);
      this.#keptOut = true;
      return { code: 'terms_invalid' }; // Any refusal will do: its answer is not sent.
    }
    const placed = this.#parts.trading.place(request, nowMs, disturbance?.kind === 'partial_fill' ? disturbance.share : 1);
    if (!('code' in placed)) this.#accepted.push(placed);
    return placed;
  }

  /** Where an attempt alone uses a reference up, this is the attempt. */
  #isUsed(accountId: string, reference: string, nowMs: number): boolean {
    const { orders, rules } = this.#parts;
    const { referenceLife } = rules;
    if (orders.isClaimed(accountId, reference)) return true;
    if (referenceLife.of === 'attempt') {
      this.#claim(accountId, reference);
      return false;
    }
    const known = orders.findByReference(accountId, reference);
    if (known === undefined) return false;
    if (referenceLife.of === 'open_order') return known.state === 'open';
    return referenceLife.rememberedMs === undefined || nowMs - known.createdAtMs < referenceLife.rememberedMs;
  }

  #claim(accountId: string, reference: string): void {
    this.#parts.orders.claimReference(accountId, reference);
    this.#parts.claimed(accountId, reference);
  }
}
