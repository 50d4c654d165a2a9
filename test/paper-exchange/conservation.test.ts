import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { BOUNDARY } from '../../src/paper-exchange/core/accounts.ts';
import { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { Execution, Order, Side, Terms } from '../../src/paper-exchange/core/orders.ts';
import { GeneratedMarket } from '../../src/paper-exchange/market/generator.ts';
import { Market } from '../../src/paper-exchange/market/market.ts';
import { UPBIT_RULES } from '../../src/paper-exchange/upbit-face/venue-rules.ts';
import { START } from './support.ts';

const ACCOUNTS = ['one', 'two', 'three'];
const ASSETS = ['ETH', 'AQT', 'MOC'];
const market = new Market(new GeneratedMarket('11'), '11', UPBIT_RULES);

interface Step {
  readonly what: 'order' | 'cancel' | 'deposit' | 'internal' | 'withdraw' | 'wait';
  readonly account: string;
  readonly other: string;
  readonly asset: string;
  readonly side: Side;
  readonly execution: Execution | 'market';
  /** Millionths of the last price by which a limit lies above or below it. */
  readonly distance: number;
  /** Thousandths of what the account has free. */
  readonly share: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('order', 'order', 'order', 'order', 'cancel', 'deposit', 'internal', 'withdraw', 'wait'),
  account: fc.constantFrom(...ACCOUNTS),
  other: fc.constantFrom(...ACCOUNTS),
  asset: fc.constantFrom(...ASSETS),
  side: fc.constantFrom('buy', 'sell'),
  execution: fc.constantFrom('rest', 'rest', 'immediate_or_cancel', 'fill_or_kill', 'post_only', 'market'),
  distance: fc.integer({ min: -20_000, max: 20_000 }),
  share: fc.integer({ min: 1, max: 1_000 }),
});

class Sample {
  readonly clock = new DrivenClock(START);
  readonly core = new ExchangeCore({
    clock: this.clock,
    market,
    rules: UPBIT_RULES,
    stateFile: undefined,
    entries: [],
    takenHalfLifeMs: 60_000,
  });

  constructor() {
    this.core.setManners({ cancelDelayMs: 90_000 });
    for (const account of ACCOUNTS) {
      this.core.accounts.open(account, 'person');
      for (const [asset, quantity] of [
        ['ETH', '100'],
        ['AQT', '500000'],
        ['MOC', '5000000'],
        ['KRW', '900000000'],
      ] as const) {
        this.#transfer('chain_deposit', BOUNDARY.outside, account, asset, new Decimal(quantity), 0);
      }
    }
  }

  take({ what, account, other, asset, side, execution, distance, share }: Step): void {
    const free = (held: string): Decimal => this.core.accounts.balance(account, held).free.times(share).div(1_000);
    const coins = free(asset).decimalPlaces(8, Decimal.ROUND_DOWN);
    if (what === 'wait') this.clock.advanceBy(share * 30_000);
    if (what === 'deposit') this.#transfer('chain_deposit', BOUNDARY.outside, account, asset, new Decimal(share), share * 1_000);
    if (what === 'internal' && account !== other) this.#transfer('internal', account, other, asset, coins, 60_000);
    if (what === 'withdraw') this.#transfer('bank_withdrawal', account, BOUNDARY.outside, 'KRW', free('KRW').integerValue(), 60_000);
    if (what === 'cancel') {
      const open = this.core.orders.ofAccount(account).filter((order) => order.state === 'open');
      const order = open[share % Math.max(1, open.length)];
      if (order !== undefined && share % 2 === 0) this.core.cancelOrder(order);
      if (order !== undefined && share % 2 === 1) this.core.requestCancel(order);
    }
    if (what !== 'order') return;
    const last = market.lastPrice(asset, this.clock.now().getTime());
    const price = UPBIT_RULES.ticksOf(asset).nearest(last.times(1_000_000 + distance).div(1_000_000));
    const won = free('KRW').div('1.0005');
    const quantity = side === 'sell' ? coins : won.div(price).decimalPlaces(8, Decimal.ROUND_DOWN);
    const byMarket: Terms = side === 'sell' ? { kind: 'market_sell', quantity } : { kind: 'market_buy', budget: won.integerValue() };
    const terms: Terms = execution === 'market' ? byMarket : { kind: 'limit', price, quantity, execution };
    this.core.placeOrder({ accountId: account, asset, side, terms, reference: undefined, origin: 'person' });
  }

  #transfer(
    kind: 'chain_deposit' | 'internal' | 'bank_withdrawal',
    from: string,
    to: string,
    asset: string,
    quantity: Decimal,
    delayMs: number,
  ): void {
    const fee = new Decimal(kind === 'bank_withdrawal' ? 1_000 : 0);
    try {
      this.core.beginTransfer({ kind, asset, quantity, fee, from, to, network: undefined, transactionId: 'x', delayMs });
    } catch (error) {
      if (!(error instanceof CheongsanError)) throw error; // Too little left: nothing moved.
    }
  }
}

function checkOrder(order: Order): void {
  const sum = (field: 'quantity' | 'funds' | 'fee'): string =>
    order.fills.reduce((total, fill) => total.plus(fill[field]), new Decimal(0)).toFixed();
  expect([sum('quantity'), sum('funds'), sum('fee')]).toEqual([
    order.executedQuantity.toFixed(),
    order.executedFunds.toFixed(),
    order.paidFee.toFixed(),
  ]);
  expect(order.paidFee.toFixed()).toBe(order.executedFunds.times('0.0005').toFixed());
  const { terms } = order;
  for (const fill of order.fills) {
    if (terms.kind !== 'limit') continue;
    const isNoWorse = order.side === 'sell' ? fill.price.isGreaterThanOrEqualTo(terms.price) : fill.price.isLessThanOrEqualTo(terms.price);
    expect(isNoWorse).toBe(true);
  }
  if (terms.kind !== 'market_buy') expect(order.executedQuantity.isGreaterThan(terms.quantity)).toBe(false);
}

it('neither creates nor loses coins, won or fees over any sequence of orders and transfers', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const sample = new Sample();
      for (const one of steps) sample.take(one);
      const { core } = sample;
      for (const total of core.accounts.totals().values()) expect(total.toFixed()).toBe('0');
      const orders = core.orders.all();
      for (const order of orders) checkOrder(order);
      const fees = orders.reduce((sum, order) => sum.plus(order.paidFee), new Decimal(0));
      const withdrawals = core.transfers.all().filter((transfer) => transfer.kind === 'bank_withdrawal' && transfer.doneAtMs !== undefined);
      expect(core.accounts.balance(BOUNDARY.fees, 'KRW').free.toFixed()).toBe(fees.plus(1_000 * withdrawals.length).toFixed());
      for (const account of ACCOUNTS) {
        for (const [asset, balance] of core.accounts.get(account).balances) {
          expect(balance.free.isLessThan(0) || balance.locked.isLessThan(0)).toBe(false);
          const bound = core.orders
            .ofAccount(account)
            .filter((order) => order.state === 'open' && (order.side === 'sell' ? order.asset : 'KRW') === asset);
          expect(balance.locked.toFixed()).toBe(bound.reduce((sum, order) => sum.plus(order.lockedLeft), new Decimal(0)).toFixed());
        }
      }
    }),
    { numRuns: 60 },
  );
});
