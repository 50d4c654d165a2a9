import { randomUUID } from 'node:crypto';
import { Decimal } from '../../kernel/decimal.ts';
import { type Accounts, BOUNDARY, free, locked } from './accounts.ts';
import { reservedAsset } from './admission.ts';
import type { Match } from './matching.ts';
import type { Order, OrderRegister, Side } from './orders.ts';
import type { TradingRules } from './trading-rules.ts';

/** No books keep more: reached only by coins worth less than a ten-thousandth of a won. */
const FEE_DECIMAL_PLACES = 18;

export interface BookingParts {
  readonly accounts: Accounts;
  readonly orders: OrderRegister;
  readonly rules: TradingRules;
  readonly changed: (order: Order) => void;
}

/** What trades and ends of orders do to orders and accounts. */
export class Booking {
  readonly #parts: BookingParts;

  constructor(parts: BookingParts) {
    this.#parts = parts;
  }

  /** Books one fill of one order against the market's account; between two customers both legs pass through it and cancel out. */
  fill(order: Order, found: Pick<Match, 'price' | 'quantity'>, takerSide: Side, atMs: number): void {
    const { accounts, rules } = this.#parts;
    const funds = found.price.times(found.quantity);
    const fee = funds.times(rules.feeRate).decimalPlaces(FEE_DECIMAL_PLACES, Decimal.ROUND_DOWN);
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
    if (isComplete(order)) this.close(order, 'filled', atMs);
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

  /** The order is over; what is still locked for it goes back. */
  close(order: Order, state: 'filled' | 'cancelled', atMs: number): void {
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
