import { randomUUID } from 'node:crypto';
import { Decimal } from '../../kernel/decimal.ts';
import { MINUTE_MS, minuteOf } from '../market/candles.ts';
import type { Market } from '../market/market.ts';
import { type Accounts, BOUNDARY, free, locked } from './accounts.ts';
import { refuse, reservationOf, reservedAsset } from './admission.ts';
import { BookDesk, type DisplayedBook } from './book-desk.ts';
import { crosses, depthWithin, type Match, match } from './matching.ts';
import type { Order, OrderRegister, OrderRequest, Refusal, Side } from './orders.ts';
import type { TradingRules } from './trading-rules.ts';

export interface TradingParts {
  readonly accounts: Accounts;
  readonly orders: OrderRegister;
  readonly market: Market;
  readonly rules: TradingRules;
  readonly changed: (order: Order) => void;
}

/** A resting order whose limit is this far from the market's opening price is not looked at more closely; a book spans less. */
const RESTING_REACH = 0.15;

/**
 * The one place where orders meet the market. A taker walks the displayed bids or asks at once. An order that rests is met by
 * the market's own book at the beginning of each later minute, at the order's price: the outcome depends on the minutes that
 * passed, never on how often anybody asked. Customers trade with each other too, except with themselves.
 */
export class Trading {
  readonly #parts: TradingParts;
  readonly #desk: BookDesk;
  /** Per asset, the last minute whose book the resting orders have met. */
  readonly #metMinutes = new Map<string, number>();

  constructor(parts: TradingParts) {
    this.#parts = parts;
    this.#desk = new BookDesk(parts.market, parts.orders, parts.rules);
  }

  displayedBook(asset: string, nowMs: number): DisplayedBook {
    return this.#desk.display(asset, nowMs);
  }

  /** A stale book is the one of the given instant, whatever the time; undefined lets it live again. */
  setStale(asset: string, sinceMs: number | undefined): void {
    this.#desk.setStale(asset, sinceMs);
  }

  /** After a restart: resting orders have met every minute up to this instant. */
  restoreMetUntil(instantMs: number): void {
    for (const asset of this.#parts.orders.assetsWithOpenOrders()) this.#metMinutes.set(asset, minuteOf(instantMs));
  }

  /** Takes an order or says why not; only an accepted one changes anything. */
  place(request: OrderRequest, nowMs: number): Order | Refusal {
    const refusal = this.#refuse(request, nowMs);
    if (refusal !== undefined) return refusal;
    const order = this.#accept(request, nowMs);
    const { terms } = order;
    const opposite = this.#desk.interests(order.asset, order.side, order.accountId, nowMs);
    const limit = terms.kind === 'limit' ? terms.price : undefined;
    if (this.#mayTake(order, opposite)) {
      const want = terms.kind === 'market_buy' ? { budget: terms.budget } : { quantity: terms.quantity };
      for (const found of match(order.side, limit, want, opposite, this.#parts.rules.quantityDecimalPlaces)) {
        this.#trade(order, found, nowMs);
      }
    }
    const rests = terms.kind === 'limit' && terms.execution === 'rest';
    const restsAsMaker = terms.kind === 'limit' && terms.execution === 'post_only' && !crossesAny(order.side, limit, opposite);
    if (order.state === 'open' && !rests && !restsAsMaker) this.#close(order, 'cancelled', nowMs);
    if (order.state === 'open') this.#metMinutes.set(order.asset, minuteOf(nowMs));
    return order;
  }

  /** False when the order is over already. */
  cancel(order: Order, nowMs: number): boolean {
    if (order.state !== 'open') return false;
    this.#close(order, 'cancelled', nowMs);
    return true;
  }

  /** Lets resting orders meet the books of all minutes that began since the last call. */
  meetResting(nowMs: number): void {
    const { orders, market } = this.#parts;
    const until = minuteOf(nowMs);
    for (const asset of orders.assetsWithOpenOrders()) {
      for (let minute = (this.#metMinutes.get(asset) ?? until) + 1; minute <= until; minute++) {
        const opening = market.openingOf(asset, minute);
        if (opening === undefined || this.#desk.isStale(asset)) continue;
        for (const order of orders.open(asset)) this.#meet(order, opening, minute * MINUTE_MS);
      }
      this.#metMinutes.set(asset, until);
    }
  }

  /** The market comes to the order, so it trades at the order's price and the market is the taker. */
  #meet(order: Order, opening: number, atMs: number): void {
    if (order.terms.kind !== 'limit' || !isWithinReach(order.side, order.terms.price.toNumber(), opening)) return;
    const levels = this.#desk.marketInterests(order.asset, order.side, atMs);
    const quantity = order.terms.quantity.minus(order.executedQuantity);
    for (const found of match(order.side, order.terms.price, { quantity }, levels, this.#parts.rules.quantityDecimalPlaces)) {
      this.#desk.consume(order.asset, order.side, found, atMs);
      this.#execute(order, { ...found, price: order.terms.price }, order.side === 'buy' ? 'sell' : 'buy', atMs);
    }
  }

  #refuse(request: OrderRequest, nowMs: number): Refusal | undefined {
    const { accounts, market, rules } = this.#parts;
    const { accountId, asset } = request;
    return refuse(request, rules, () => {
      const isListed = market.has(asset);
      return {
        isFrozen: accounts.get(accountId).frozen,
        isListed,
        bids: isListed ? this.#desk.display(asset, nowMs).bids : [],
        freeBalance: accounts.balance(accountId, reservedAsset(request, rules)).free,
      };
    });
  }

  #accept(request: OrderRequest, nowMs: number): Order {
    const { accounts, orders, rules } = this.#parts;
    const reservation = reservationOf(request, rules);
    accounts.move(free(request.accountId), locked(request.accountId), reservedAsset(request, rules), reservation.total);
    const zero = new Decimal(0);
    const order: Order = {
      ...request,
      orderId: randomUUID(),
      sequence: orders.nextSequence(),
      createdAtMs: nowMs,
      reservedFee: reservation.fee,
      state: 'open',
      closedAtMs: undefined,
      executedQuantity: zero,
      executedFunds: zero,
      paidFee: zero,
      lockedLeft: reservation.total,
      fills: [],
    };
    orders.add(order);
    this.#parts.changed(order);
    return order;
  }

  #mayTake(order: Order, opposite: ReturnType<BookDesk['interests']>): boolean {
    if (order.terms.kind !== 'limit') return true;
    const { price, quantity, execution } = order.terms;
    if (execution === 'post_only') return false;
    return execution !== 'fill_or_kill' || depthWithin(order.side, price, opposite).isGreaterThanOrEqualTo(quantity);
  }

  #trade(taker: Order, found: Match, nowMs: number): void {
    if (found.orderId === undefined) this.#desk.consume(taker.asset, taker.side, found, nowMs);
    else {
      const maker = this.#parts.orders.find(found.orderId);
      if (maker !== undefined) this.#execute(maker, found, taker.side, nowMs);
    }
    this.#execute(taker, found, taker.side, nowMs);
  }

  /** Books one fill of one order against the market's account; between two customers both legs pass through it and cancel out. */
  #execute(order: Order, found: Match, takerSide: Side, atMs: number): void {
    const { accounts, rules } = this.#parts;
    const funds = found.price.times(found.quantity);
    const fee = funds.times(rules.feeRate);
    const market = free(BOUNDARY.market);
    order.executedQuantity = order.executedQuantity.plus(found.quantity);
    order.executedFunds = order.executedFunds.plus(funds);
    order.paidFee = order.paidFee.plus(fee);
    order.fills.push({ fillId: randomUUID(), price: found.price, quantity: found.quantity, funds, fee, takerSide, filledAtMs: atMs });
    if (order.side === 'sell') {
      accounts.move(locked(order.accountId), market, order.asset, found.quantity);
      accounts.move(market, free(order.accountId), rules.quoteAsset, funds.minus(fee));
      accounts.move(market, free(BOUNDARY.fees), rules.quoteAsset, fee);
      order.lockedLeft = order.lockedLeft.minus(found.quantity);
    } else {
      accounts.move(locked(order.accountId), market, rules.quoteAsset, funds);
      accounts.move(locked(order.accountId), free(BOUNDARY.fees), rules.quoteAsset, fee);
      accounts.move(market, free(order.accountId), order.asset, found.quantity);
      this.#lockOnly(order, this.#needLeft(order), order.lockedLeft.minus(funds).minus(fee));
    }
    this.#parts.changed(order);
    if (isComplete(order)) this.#close(order, 'filled', atMs);
  }

  /** What a buy that is filled below its limit no longer needs goes back at once. */
  #lockOnly(order: Order, need: Decimal, lockedNow: Decimal): void {
    const { accounts, rules } = this.#parts;
    accounts.move(locked(order.accountId), free(order.accountId), rules.quoteAsset, lockedNow.minus(need));
    order.lockedLeft = need;
  }

  #needLeft(order: Order): Decimal {
    const { terms } = order;
    const funds =
      terms.kind === 'limit'
        ? terms.price.times(terms.quantity.minus(order.executedQuantity))
        : terms.kind === 'market_buy'
          ? terms.budget.minus(order.executedFunds)
          : new Decimal(0);
    return funds.plus(funds.times(this.#parts.rules.feeRate));
  }

  #close(order: Order, state: 'filled' | 'cancelled', atMs: number): void {
    const { accounts, rules } = this.#parts;
    accounts.move(locked(order.accountId), free(order.accountId), reservedAsset(order, rules), order.lockedLeft);
    order.lockedLeft = new Decimal(0);
    order.state = state;
    order.closedAtMs = atMs;
    this.#parts.orders.changed(order);
    this.#parts.changed(order);
  }
}

function isComplete(order: Order): boolean {
  const { terms } = order;
  return terms.kind === 'market_buy' ? order.executedFunds.isEqualTo(terms.budget) : order.executedQuantity.isEqualTo(terms.quantity);
}

function isWithinReach(side: Side, limit: number, opening: number): boolean {
  return side === 'sell' ? opening > limit * (1 - RESTING_REACH) : opening < limit * (1 + RESTING_REACH);
}

function crossesAny(side: Side, limit: Decimal | undefined, interests: readonly { readonly price: Decimal }[]): boolean {
  return interests.some((interest) => crosses(side, limit, interest.price));
}
