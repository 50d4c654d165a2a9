import type { Decimal } from '../../kernel/decimal.ts';

export type Side = 'buy' | 'sell';

/** What becomes of the part that cannot be executed at once. */
export type Execution = 'rest' | 'immediate_or_cancel' | 'fill_or_kill' | 'post_only';

/** How an order names its terms. Prices and budgets in won, quantities in units of the asset. */
export type Terms =
  | { readonly kind: 'limit'; readonly price: Decimal; readonly quantity: Decimal; readonly execution: Execution }
  | { readonly kind: 'market_sell'; readonly quantity: Decimal }
  | { readonly kind: 'market_buy'; readonly budget: Decimal };

export interface OrderRequest {
  readonly accountId: string;
  readonly asset: string;
  readonly side: Side;
  readonly terms: Terms;
  /** The client's own name of the order. */
  readonly reference: string | undefined;
  readonly origin: 'interface' | 'person';
}

export interface Fill {
  readonly fillId: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly funds: Decimal;
  readonly fee: Decimal;
  /** The side whose arrival caused the trade. */
  readonly takerSide: Side;
  readonly filledAtMs: number;
}

export interface Order extends OrderRequest {
  readonly orderId: string;
  /** Rises with every order of the exchange: time priority, and the order of lists. */
  readonly sequence: number;
  readonly createdAtMs: number;
  /** From this instant on its account's look-ups and lists show it. */
  readonly visibleFromMs: number;
  /** Fee set aside at acceptance; zero for sells, whose fee is taken from the proceeds. */
  readonly reservedFee: Decimal;
  state: 'open' | 'filled' | 'cancelled';
  closedAtMs: number | undefined;
  executedQuantity: Decimal;
  executedFunds: Decimal;
  paidFee: Decimal;
  /** What the account still holds locked for it: units for a sell, won for a buy. */
  lockedLeft: Decimal;
  /** Units of the market's own orders that were shown at its price when it began to rest, and have not traded since. */
  queueAhead: Decimal;
  /** When a cancellation that was asked for takes effect; until then it can be filled. */
  cancelDueAtMs: number | undefined;
  readonly fills: Fill[];
}

/** Why an order is not taken. The faces turn these into their exchange's words. */
export type Refusal =
  | { readonly code: 'account_frozen' }
  | { readonly code: 'market_unknown' }
  | { readonly code: 'reference_used' }
  | { readonly code: 'reference_invalid' }
  | { readonly code: 'terms_invalid' }
  | { readonly code: 'price_off_tick' }
  | { readonly code: 'quantity_off_step' }
  | { readonly code: 'below_minimum'; readonly minimum: Decimal }
  | { readonly code: 'above_maximum'; readonly maximum: Decimal }
  | { readonly code: 'beyond_displayed_depth' }
  | { readonly code: 'would_take' }
  | { readonly code: 'insufficient_funds'; readonly asset: string };

/** True for an order that gets at once what it can, and whose rest is cancelled. */
export function endsAtOnce(terms: Terms): boolean {
  return terms.kind !== 'limit' || terms.execution === 'immediate_or_cancel';
}

/** Units not executed, or undefined for an order that names only a budget. */
export function remainingQuantity(order: Order): Decimal | undefined {
  return order.terms.kind === 'market_buy' ? undefined : order.terms.quantity.minus(order.executedQuantity);
}

/** All orders the exchange ever took, and the references that may never come again. */
export class OrderRegister {
  readonly #orders = new Map<string, Order>();
  readonly #byReference = new Map<string, Order>();
  readonly #byAccount = new Map<string, Order[]>();
  readonly #openByAsset = new Map<string, Map<string, Order>>();
  readonly #claimedReferences = new Set<string>();
  #sequence = 0;

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** Adds an order, new or restored; the register keeps the object and expects `changed` when it closes. */
  add(order: Order): void {
    this.#sequence = Math.max(this.#sequence, order.sequence);
    this.#orders.set(order.orderId, order);
    const ofAccount = this.#byAccount.get(order.accountId) ?? [];
    ofAccount.push(order);
    this.#byAccount.set(order.accountId, ofAccount);
    if (order.reference !== undefined) {
      this.#byReference.set(referenceKey(order.accountId, order.reference), order);
    }
    this.changed(order);
  }

  changed(order: Order): void {
    const open = this.#openByAsset.get(order.asset) ?? new Map<string, Order>();
    if (order.state === 'open') open.set(order.orderId, order);
    else open.delete(order.orderId);
    this.#openByAsset.set(order.asset, open);
  }

  /** The account may never use this reference again, whether or not an order comes of it. */
  claimReference(accountId: string, reference: string): void {
    this.#claimedReferences.add(referenceKey(accountId, reference));
  }

  isClaimed(accountId: string, reference: string): boolean {
    return this.#claimedReferences.has(referenceKey(accountId, reference));
  }

  find(orderId: string): Order | undefined {
    return this.#orders.get(orderId);
  }

  findByReference(accountId: string, reference: string): Order | undefined {
    return this.#byReference.get(referenceKey(accountId, reference));
  }

  /** Oldest first. */
  ofAccount(accountId: string): readonly Order[] {
    return this.#byAccount.get(accountId) ?? [];
  }

  /** Oldest first. */
  all(): readonly Order[] {
    return [...this.#orders.values()];
  }

  /** Open orders of one asset, oldest first. */
  open(asset: string): readonly Order[] {
    return [...(this.#openByAsset.get(asset)?.values() ?? [])];
  }

  assetsWithOpenOrders(): readonly string[] {
    return [...this.#openByAsset].filter(([, orders]) => orders.size > 0).map(([asset]) => asset);
  }
}

function referenceKey(accountId: string, reference: string): string {
  return `${accountId}\u001f${reference}`;
}
