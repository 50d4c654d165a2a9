import { randomUUID } from 'node:crypto';
import { Decimal } from '../../kernel/decimal.ts';
import { SeededRandom } from '../../kernel/random.ts';
import { MINUTE_MS, minuteOf } from '../market/candles.ts';
import type { Market, PublicTrade } from '../market/market.ts';
import { free, locked } from './accounts.ts';
import { refuse, reservationOf, reservedAsset } from './admission.ts';
import { BookDesk, type DisplayedBook } from './book-desk.ts';
import type { BookFault } from './book-faults.ts';
import { Booking, type BookingParts } from './booking.ts';
import { type Manners, PLAIN_MANNERS } from './manners.ts';
import { crosses, depthWithin, type Match, match, shareOf, type Want } from './matching.ts';
import { endsAtOnce, type Order, type OrderRequest, type Refusal, remainingQuantity, type Side } from './orders.ts';
import { advance, type RestingOrder } from './queue.ts';

export interface TradingParts extends BookingParts {
  readonly market: Market;
  /** Milliseconds after which half of what orders took from a level is back; undefined: all of it with the next traded minute's book. */
  readonly takenHalfLifeMs: number;
}

/**
 * The one place where orders meet the market. A taker walks the displayed bids or asks at once. An order that rests waits behind what
 * is shown at its price when it arrives. From then on every trade of the rest of the world at its price or through it moves the queue
 * or fills the order, at the order's price; and where the market's own book of a later minute lies across its price, these orders of
 * the market trade with it, since no engine leaves a book crossed. The outcome depends on the time that passed, never on how often
 * anybody asked. Customers trade with each other too, except with themselves.
 */
export class Trading {
  readonly #parts: TradingParts;
  readonly #desk: BookDesk;
  readonly #booking: Booking;
  /** Per asset, the instant up to which the resting orders have met the market. */
  readonly #metUntilMs = new Map<string, number>();
  /** Coins whose market closes, and when. */
  readonly #closesAtMs = new Map<string, number>();
  #manners: Pick<Manners, 'cancelDelayMs' | 'refusesTaking' | 'hiddenMs'> = PLAIN_MANNERS;

  constructor(parts: TradingParts) {
    this.#parts = parts;
    this.#desk = new BookDesk(parts.market, parts.orders, parts.rules, parts.takenHalfLifeMs);
    this.#booking = new Booking(parts);
  }

  displayedBook(asset: string, nowMs: number): DisplayedBook {
    if (this.isClosed(asset, nowMs)) return { bids: [], asks: [], changedAtMs: this.#closesAtMs.get(asset) ?? nowMs };
    return this.#desk.display(asset, nowMs);
  }

  /** At that instant what is still open is cancelled, and from then on no order is taken; undefined lets the market go on. */
  setClosing(asset: string, atMs: number | undefined): void {
    if (atMs === undefined) this.#closesAtMs.delete(asset);
    else this.#closesAtMs.set(asset, atMs);
  }

  closesAtMs(asset: string): number | undefined {
    return this.#closesAtMs.get(asset);
  }

  isClosed(asset: string, nowMs: number): boolean {
    return nowMs >= (this.#closesAtMs.get(asset) ?? Number.POSITIVE_INFINITY);
  }

  /** A stale book is the one of the given instant, whatever the time; undefined lets it live again. */
  setStale(asset: string, sinceMs: number | undefined): void {
    this.#desk.setStale(asset, sinceMs);
  }

  setBookFault(asset: string, fault: BookFault | undefined): void {
    this.#desk.setFault(asset, fault);
  }

  setManners(manners: Pick<Manners, 'cancelDelayMs' | 'refusesTaking' | 'hiddenMs'>): void {
    this.#manners = manners;
  }

  /** After a restart: resting orders have met the market up to this instant. */
  restoreMetUntil(instantMs: number): void {
    for (const asset of this.#parts.orders.assetsWithOpenOrders()) this.#metUntilMs.set(asset, instantMs);
  }

  /**
   * Takes an order or says why not; only an accepted one changes anything. With an `executedShare` below one an order for immediate
   * execution gets only that share of what it could have; one that rests, or wants all or nothing, is not concerned.
   */
  place(request: OrderRequest, nowMs: number, executedShare = 1): Order | Refusal {
    const refusal = this.#refuse(request, nowMs);
    if (refusal !== undefined) return refusal;
    const { terms } = request;
    const opposite = this.#desk.interests(request.asset, request.side, request.accountId, nowMs);
    const limit = terms.kind === 'limit' ? terms.price : undefined;
    const wouldTake = crossesAny(request.side, limit, opposite);
    const onlyMakes = terms.kind === 'limit' && terms.execution === 'post_only';
    if (onlyMakes && wouldTake && this.#manners.refusesTaking) return { code: 'would_take' };
    const order = this.#accept(request, nowMs);
    if (this.#mayTake(order, opposite)) {
      for (const found of this.#matches(order, limit, opposite, executedShare)) this.#trade(order, found, nowMs);
    }
    const rests = terms.kind === 'limit' && terms.execution === 'rest';
    if (order.state === 'open' && !rests && !(onlyMakes && !wouldTake)) this.#booking.close(order, 'cancelled', nowMs);
    if (order.state === 'open') this.#beginToRest(order, nowMs);
    return order;
  }

  /** Takes effect at once. False when the order is over already. */
  cancel(order: Order, nowMs: number): boolean {
    if (order.state !== 'open') return false;
    this.#booking.close(order, 'cancelled', nowMs);
    return true;
  }

  /** Hears of a cancellation; it takes effect when the exchange gets to it. False when the order is over already. */
  requestCancel(order: Order, nowMs: number): boolean {
    if (order.state !== 'open') return false;
    if (this.#manners.cancelDelayMs === 0) return this.cancel(order, nowMs);
    order.cancelDueAtMs ??= nowMs + this.#manners.cancelDelayMs;
    this.#parts.changed(order);
    return true;
  }

  /** Lets resting orders meet everything that the market did since the last call, in the order of time. */
  meetResting(nowMs: number): void {
    const { orders } = this.#parts;
    for (const asset of orders.assetsWithOpenOrders()) {
      const fromMs = this.#metUntilMs.get(asset) ?? nowMs;
      const untilMs = Math.min(nowMs, this.#closesAtMs.get(asset) ?? nowMs);
      for (let minute = minuteOf(fromMs); minute <= minuteOf(untilMs); minute++) this.#meetMinute(asset, minute, fromMs, untilMs);
      this.#closeDue(asset, untilMs);
      if (this.isClosed(asset, nowMs)) this.#closeAll(asset, Math.max(fromMs, untilMs));
      this.#metUntilMs.set(asset, nowMs);
    }
  }

  #matches(order: Order, limit: Decimal | undefined, opposite: ReturnType<BookDesk['interests']>, executedShare: number): Match[] {
    const { terms, side } = order;
    const places = this.#parts.rules.quantityDecimalPlaces;
    const want: Want = terms.kind === 'market_buy' ? { budget: terms.budget } : { quantity: terms.quantity };
    const matches = match(side, limit, want, opposite, places);
    return endsAtOnce(terms) && executedShare < 1 ? shareOf(matches, executedShare, places) : matches;
  }

  #closeAll(asset: string, atMs: number): void {
    for (const order of this.#parts.orders.open(asset)) this.#booking.close(order, 'cancelled', atMs);
  }

  #beginToRest(order: Order, nowMs: number): void {
    this.#metUntilMs.set(order.asset, nowMs);
    if (order.terms.kind !== 'limit') return;
    const { price } = order.terms;
    order.queueAhead = this.#desk.marketQuantityAt(order.asset, order.side, price, nowMs);
    this.#parts.changed(order);
  }

  /** What happened in one minute after one instant and up to another. */
  #meetMinute(asset: string, minute: number, afterMs: number, untilMs: number): void {
    const { market } = this.#parts;
    if (this.#desk.isStale(asset)) return;
    const extremes = market.extremesOf(asset, minute);
    if (extremes === undefined || !this.#resting(asset).some((order) => isWithinReach(order, extremes))) return;
    const beginsAtMs = minute * MINUTE_MS;
    if (beginsAtMs > afterMs && beginsAtMs <= untilMs) this.#meetBook(asset, beginsAtMs);
    for (const trade of market.tradesOf(asset, minute)) {
      if (trade.tradedAtMs > afterMs && trade.tradedAtMs <= untilMs) this.#meetTrade(asset, trade);
    }
  }

  /** A new book of the market comes up; what of it lies across a resting order trades with it. */
  #meetBook(asset: string, atMs: number): void {
    this.#closeDue(asset, atMs);
    for (const order of this.#parts.orders.open(asset)) {
      if (order.terms.kind !== 'limit') continue;
      const levels = this.#desk.marketInterests(asset, order.side, atMs);
      const quantity = order.terms.quantity.minus(order.executedQuantity);
      for (const found of match(order.side, order.terms.price, { quantity }, levels, this.#parts.rules.quantityDecimalPlaces)) {
        this.#desk.consume(asset, order.side, found, atMs);
        this.#booking.fill(order, { ...found, price: order.terms.price }, otherSide(order.side), atMs);
      }
    }
  }

  #meetTrade(asset: string, trade: PublicTrade): void {
    this.#closeDue(asset, trade.tradedAtMs);
    for (const side of ['sell', 'buy'] as const) {
      for (const { orderId, queueAhead, filled } of advance(side, trade, this.#resting(asset))) {
        const order = this.#parts.orders.find(orderId);
        if (order?.terms.kind !== 'limit') continue;
        order.queueAhead = queueAhead;
        if (filled.isGreaterThan(0)) {
          const found = { price: order.terms.price, quantity: filled, orderId: undefined };
          this.#booking.fill(order, found, otherSide(side), trade.tradedAtMs);
        } else this.#parts.changed(order);
      }
    }
  }

  #resting(asset: string): RestingOrder[] {
    return this.#parts.orders.open(asset).flatMap((order) => {
      const remaining = remainingQuantity(order);
      if (order.terms.kind !== 'limit' || remaining === undefined) return [];
      const { orderId, side, sequence, queueAhead } = order;
      return [{ orderId, side, sequence, queueAhead, remaining, price: order.terms.price }];
    });
  }

  /** Cancellations that were asked for take effect at their time. */
  #closeDue(asset: string, untilMs: number): void {
    for (const order of this.#parts.orders.open(asset)) {
      if (order.cancelDueAtMs !== undefined && order.cancelDueAtMs <= untilMs) this.#booking.close(order, 'cancelled', order.cancelDueAtMs);
    }
  }

  #refuse(request: OrderRequest, nowMs: number): Refusal | undefined {
    const { accounts, market, rules } = this.#parts;
    const { accountId, asset } = request;
    return refuse(request, rules, () => {
      const isListed = market.has(asset) && !this.isClosed(asset, nowMs);
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
    const sequence = orders.nextSequence();
    const order: Order = {
      ...request,
      orderId: randomUUID(),
      sequence,
      createdAtMs: nowMs,
      visibleFromMs: nowMs + this.#hiddenFor(sequence),
      reservedFee: reservation.fee,
      state: 'open',
      closedAtMs: undefined,
      executedQuantity: zero,
      executedFunds: zero,
      paidFee: zero,
      lockedLeft: reservation.total,
      queueAhead: zero,
      cancelDueAtMs: undefined,
      fills: [],
    };
    orders.add(order);
    this.#parts.changed(order);
    return order;
  }

  /** Whole milliseconds, the same for the same seed and order. */
  #hiddenFor(sequence: number): number {
    const { hiddenMs } = this.#manners;
    return hiddenMs === 0 ? 0 : new SeededRandom(this.#parts.market.seed, 'visibility', sequence).integer(0, hiddenMs);
  }

  #mayTake(order: Order, opposite: ReturnType<BookDesk['interests']>): boolean {
    if (order.terms.kind !== 'limit') return true;
    const { price, quantity, execution } = order.terms;
    if (execution === 'post_only') return false;
    return execution !== 'fill_or_kill' || depthWithin(order.side, price, opposite).isGreaterThanOrEqualTo(quantity);
  }

  #trade(taker: Order, found: Match, nowMs: number): void {
    if (found.orderId === undefined) this.#takeFromMarket(taker, found, nowMs);
    else {
      const maker = this.#parts.orders.find(found.orderId);
      if (maker !== undefined) this.#booking.fill(maker, found, taker.side, nowMs);
    }
    this.#booking.fill(taker, found, taker.side, nowMs);
  }

  /** What a customer takes of the market's own orders at a price stood before whoever rests there. */
  #takeFromMarket(taker: Order, found: Match, nowMs: number): void {
    this.#desk.consume(taker.asset, taker.side, found, nowMs);
    for (const order of this.#parts.orders.open(taker.asset)) {
      if (order.side === taker.side || order.terms.kind !== 'limit' || !order.terms.price.isEqualTo(found.price)) continue;
      order.queueAhead = Decimal.max(0, order.queueAhead.minus(found.quantity));
      this.#parts.changed(order);
    }
  }
}

/** A minute whose trades all lie short of an order's price does not touch it, nor does the book of that minute. */
function isWithinReach({ side, price }: RestingOrder, { low, high }: { readonly low: Decimal; readonly high: Decimal }): boolean {
  return side === 'sell' ? high.isGreaterThanOrEqualTo(price) : low.isLessThanOrEqualTo(price);
}

function otherSide(side: Side): Side {
  return side === 'sell' ? 'buy' : 'sell';
}

function crossesAny(side: Side, limit: Decimal | undefined, interests: readonly { readonly price: Decimal }[]): boolean {
  return interests.some((interest) => crosses(side, limit, interest.price));
}
