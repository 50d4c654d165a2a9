import { Decimal } from '../../kernel/decimal.ts';
import type { Level } from '../market/book.ts';
import { MINUTE_MS } from '../market/candles.ts';
import type { Market } from '../market/market.ts';
import { type BookFault, brokenLevels, brokenPicture } from './book-faults.ts';
import type { Interest, Match } from './matching.ts';
import { type OrderRegister, remainingQuantity, type Side } from './orders.ts';
import { TakenLevels } from './taken-levels.ts';
import type { TradingRules } from './trading-rules.ts';

/** What anybody sees: the market's levels less what was taken, and customers' resting orders, best first. */
export interface DisplayedBook {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly changedAtMs: number;
}

/** The market's book as it stands after what orders took from it, for everybody: shown, and traded against. */
export class BookDesk {
  readonly #market: Market;
  readonly #orders: OrderRegister;
  readonly #rules: TradingRules;
  readonly #taken: TakenLevels;
  readonly #staleSince = new Map<string, number>();
  readonly #faults = new Map<string, BookFault>();

  constructor(market: Market, orders: OrderRegister, rules: TradingRules, takenHalfLifeMs: number) {
    this.#market = market;
    this.#taken = new TakenLevels(takenHalfLifeMs);
    this.#orders = orders;
    this.#rules = rules;
  }

  isStale(asset: string): boolean {
    return this.#staleSince.has(asset);
  }

  setStale(asset: string, sinceMs: number | undefined): void {
    if (sinceMs === undefined) this.#staleSince.delete(asset);
    else this.#staleSince.set(asset, sinceMs);
  }

  setFault(asset: string, fault: BookFault | undefined): void {
    if (fault === undefined) this.#faults.delete(asset);
    else this.#faults.set(asset, fault);
  }

  display(asset: string, nowMs: number): DisplayedBook {
    const atMs = this.#staleSince.get(asset) ?? nowMs;
    const own = this.#market.book(asset, atMs);
    const levels = (side: Side): readonly Level[] => {
      const resting = this.#restingInterests(asset, side, undefined);
      return merge(sorted([...this.marketInterests(asset, side, atMs), ...resting], side)).slice(0, this.#rules.bookLevels);
    };
    const picture = brokenPicture({ bids: levels('sell'), asks: levels('buy') }, own, this.#faults.get(asset));
    return { ...picture, changedAtMs: Math.min(atMs, (own.minute + 1) * MINUTE_MS - 1) };
  }

  /** Everything a taker of this side may trade against, but not his own orders; the market comes first at the same price. */
  interests(asset: string, takerSide: Side, accountId: string, nowMs: number): readonly Interest[] {
    const atMs = this.#staleSince.get(asset) ?? nowMs;
    const resting = this.#restingInterests(asset, takerSide, accountId);
    return sorted([...this.marketInterests(asset, takerSide, atMs), ...resting], takerSide);
  }

  /** The market's own levels facing a taker of this side, less what was taken and is not back yet. */
  marketInterests(asset: string, takerSide: Side, atMs: number): readonly Interest[] {
    const book = this.#market.book(asset, atMs);
    const side = takerSide === 'sell' ? 'bids' : 'asks';
    return brokenLevels(book[side], side, this.#faults.get(asset)).flatMap((level) => {
      const quantity = level.quantity.minus(this.#taken.goneAt(asset, takerSide, level.price, atMs));
      return quantity.isGreaterThan(0) ? [{ price: level.price, quantity, orderId: undefined }] : [];
    });
  }

  /** Units of the market's own orders that an order of this side finds shown at its price. */
  marketQuantityAt(asset: string, side: Side, price: Decimal, nowMs: number): Decimal {
    const sameSide = this.marketInterests(asset, side === 'sell' ? 'buy' : 'sell', this.#staleSince.get(asset) ?? nowMs);
    return sameSide.find((level) => level.price.isEqualTo(price))?.quantity ?? new Decimal(0);
  }

  consume(asset: string, takerSide: Side, found: Match, nowMs: number): void {
    const atMs = this.#staleSince.get(asset) ?? nowMs;
    this.#taken.take(asset, takerSide, found, atMs);
  }

  #restingInterests(asset: string, takerSide: Side, exceptAccountId: string | undefined): readonly Interest[] {
    return this.#orders.open(asset).flatMap((order) => {
      const quantity = remainingQuantity(order);
      if (order.side === takerSide || order.accountId === exceptAccountId || order.terms.kind !== 'limit' || quantity === undefined)
        return [];
      return [{ price: order.terms.price, quantity, orderId: order.orderId }];
    });
  }
}

/** Best first for a taker of this side; equal prices keep their order. */
function sorted(interests: Interest[], takerSide: Side): Interest[] {
  const direction = takerSide === 'sell' ? -1 : 1;
  return interests.sort((a, b) => direction * (a.price.comparedTo(b.price) ?? 0));
}

function merge(interests: readonly Interest[]): Level[] {
  const levels: Level[] = [];
  for (const { price, quantity } of interests) {
    const last = levels.at(-1);
    if (last?.price.isEqualTo(price) === true) levels[levels.length - 1] = { price, quantity: last.quantity.plus(quantity) };
    else levels.push({ price, quantity });
  }
  return levels;
}
