import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { BOUNDARY } from '../../src/paper-exchange/core/accounts.ts';
import { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { Execution, Order } from '../../src/paper-exchange/core/orders.ts';
import { advance, type RestingOrder } from '../../src/paper-exchange/core/queue.ts';
import { type Bar, type MarketSource, MINUTE_MS, minuteOf } from '../../src/paper-exchange/market/candles.ts';
import { GeneratedMarket } from '../../src/paper-exchange/market/generator.ts';
import { Market } from '../../src/paper-exchange/market/market.ts';
import { UPBIT_RULES } from '../../src/paper-exchange/upbit-face/venue-rules.ts';
import { ask, bookOf, CITY, errorName, give, orderBody, postOrder, START, startSample } from './support.ts';

const PRICE = 5_000_000;
const FIRST = minuteOf(START.getTime());

/** A market of which each minute is told; minutes that are not are quiet ones at the usual price. */
class ToldMarket implements MarketSource {
  readonly assets = ['ETH'];
  readonly told = new Map<number, Bar>();

  bar(_asset: string, minute: number): Bar {
    return this.told.get(minute) ?? { open: PRICE, high: PRICE, low: PRICE, close: PRICE, volume: 40 };
  }
}

class Sample {
  readonly clock = new DrivenClock(new Date(FIRST * MINUTE_MS + 20_000));
  readonly source = new ToldMarket();
  readonly core: ExchangeCore;

  constructor(source: MarketSource | undefined = undefined) {
    const market = new Market(source ?? this.source, '1', UPBIT_RULES);
    this.core = new ExchangeCore({
      clock: this.clock,
      market,
      rules: UPBIT_RULES,
      stateFile: undefined,
      entries: [],
      takenHalfLifeMs: 60_000,
    });
    for (const account of ['one', 'two']) {
      this.core.accounts.open(account, 'person');
      for (const [asset, quantity] of [
        ['ETH', '1000'],
        ['KRW', '90000000000'],
      ] as const)
        this.core.beginTransfer({
          kind: 'chain_deposit',
          asset,
          quantity: new Decimal(quantity),
          fee: new Decimal(0),
          from: BOUNDARY.outside,
          to: account,
          network: undefined,
          transactionId: 'x',
          delayMs: 0,
        });
    }
  }

  get bestAsk(): { price: Decimal; quantity: Decimal } {
    const [level] = this.core.run((nowMs) => this.core.trading.displayedBook('ETH', nowMs)).asks;
    if (level === undefined) throw new Error('Nobody asks.');
    return level;
  }

  sell(price: Decimal, quantity: string, execution: Execution = 'post_only', accountId = 'one'): Order {
    const terms = { kind: 'limit', price, quantity: new Decimal(quantity), execution } as const;
    const placed = this.core.placeOrder({ accountId, asset: 'ETH', side: 'sell', terms, reference: undefined, origin: 'person' });
    if ('code' in placed) throw new Error(`Refused: ${placed.code}`);
    return placed;
  }

  /** One minute with one trade at a high, of a quarter of its volume, the others at the usual price. */
  tell(minutesLater: number, high: Decimal, tradedAtHigh: Decimal): void {
    const volume = tradedAtHigh.times(4).toNumber();
    this.source.told.set(FIRST + minutesLater, { open: PRICE, high: high.toNumber(), low: PRICE, close: PRICE, volume });
  }

  wait(seconds: number): void {
    this.clock.advanceBy(seconds * 1_000);
    this.core.run(() => undefined);
  }
}

describe('an order that rests', () => {
  it('waits behind what was shown at its price, is filled by trades at and through it, and at its own price', () => {
    const sample = new Sample();
    const { price, quantity: ahead } = sample.bestAsk;
    const order = sample.sell(price, '1');
    expect(order.queueAhead.toFixed()).toBe(ahead.toFixed());
    const half = ahead.div(2).decimalPlaces(8, Decimal.ROUND_DOWN);
    sample.tell(1, price, half);
    sample.tell(2, price, ahead.minus(half).plus('0.3'));
    sample.tell(3, price.plus(10_000), new Decimal('0.2'));
    sample.wait(90); // Past the trade at the high, half a minute after the next minute's beginning.
    expect([order.executedQuantity.toFixed(), order.queueAhead.toFixed()]).toEqual(['0', ahead.minus(half).toFixed()]);
    sample.wait(60);
    expect([order.executedQuantity.toFixed(), order.queueAhead.toFixed()]).toEqual(['0.3', '0']);
    sample.wait(60);
    expect(order).toMatchObject({ state: 'open' });
    expect(order.executedQuantity.toFixed()).toBe('0.5');
    expect(order.fills.map((fill) => [fill.price.toFixed(), fill.takerSide, fill.filledAtMs])).toEqual([
      [price.toFixed(), 'buy', (FIRST + 2) * MINUTE_MS + 30_000],
      [price.toFixed(), 'buy', (FIRST + 3) * MINUTE_MS + 30_000],
    ]);
  });

  it('loses its queue when the price goes through, even by a trade too small to reach it whole', () => {
    const sample = new Sample();
    const { price } = sample.bestAsk;
    const order = sample.sell(price, '1');
    sample.tell(1, price.plus(1_000), new Decimal('0.4'));
    sample.wait(90);
    expect([order.executedQuantity.toFixed(), order.queueAhead.toFixed()]).toEqual(['0.4', '0']);
  });

  it('trades with the bids of a new book that lies across it, so that no book stays crossed', () => {
    const sample = new Sample();
    const { price } = sample.bestAsk;
    const order = sample.sell(price, '1');
    const higher = price.plus(100_000).toNumber();
    sample.source.told.set(FIRST + 1, { open: higher, high: higher, low: higher, close: higher, volume: 40 });
    sample.wait(40);
    expect(order).toMatchObject({ state: 'filled' });
    expect(order.fills[0]?.filledAtMs).toBe((FIRST + 1) * MINUTE_MS);
    const book = sample.core.run((nowMs) => sample.core.trading.displayedBook('ETH', nowMs));
    expect(book.bids[0]?.price.isLessThan(book.asks[0]?.price ?? 0)).toBe(true);
  });

  it('is not touched by trades from before its arrival, nor by trades short of its price', () => {
    const sample = new Sample();
    const { price } = sample.bestAsk;
    sample.tell(0, price.plus(1_000), new Decimal('5'));
    sample.wait(15); // The trade at the high is half a minute after the beginning.
    const order = sample.sell(price.plus(1_000), '1');
    sample.tell(1, price, new Decimal('500'));
    sample.wait(100);
    expect(order.executedQuantity.toFixed()).toBe('0');
  });
});

describe('a queue', () => {
  it('is as long as what is shown of a book that stands still', () => {
    const sample = new Sample();
    const { price, quantity: shown } = sample.bestAsk;
    sample.core.run((nowMs) => sample.core.trading.setStale('ETH', nowMs));
    const higher = price.plus(100_000).toNumber();
    sample.source.told.set(FIRST + 1, { open: higher, high: higher, low: higher, close: higher, volume: 40 });
    sample.wait(60);
    expect(sample.bestAsk.price.toFixed()).toBe(price.toFixed());
    expect(sample.sell(price, '1').queueAhead.toFixed()).toBe(shown.toFixed());
  });

  it('moves up when another customer takes what stood before it', () => {
    const sample = new Sample();
    const { price, quantity: ahead } = sample.bestAsk;
    const order = sample.sell(price, '1');
    const terms = { kind: 'limit', price, quantity: ahead.plus('0.25'), execution: 'immediate_or_cancel' } as const;
    sample.core.placeOrder({ accountId: 'two', asset: 'ETH', side: 'buy', terms, reference: undefined, origin: 'person' });
    expect([order.executedQuantity.toFixed(), order.queueAhead.toFixed()]).toEqual(['0.25', '0']);
  });

  it('may be filled while its cancellation is under way, and gives back the rest when that takes effect', () => {
    const sample = new Sample();
    sample.core.setManners({ cancelDelayMs: 50_000 });
    const { price } = sample.bestAsk;
    const order = sample.sell(price, '1');
    sample.tell(1, price.plus(1_000), new Decimal('0.4'));
    sample.tell(2, price.plus(1_000), new Decimal('0.4'));
    expect(sample.core.requestCancel(order)).toBe(true);
    expect(order.state).toBe('open');
    sample.wait(200);
    expect(order).toMatchObject({ state: 'cancelled', closedAtMs: FIRST * MINUTE_MS + 70_000 });
    expect(order.executedQuantity.toFixed()).toBe('0');
    const second = sample.sell(price, '1');
    sample.tell(4, price.plus(1_000), new Decimal('0.4'));
    sample.wait(30); // Now at 3:50 after the first minute.
    sample.core.requestCancel(second);
    sample.wait(100);
    expect(second.state).toBe('cancelled');
    expect(second.executedQuantity.toFixed()).toBe('0.4');
    expect(sample.core.accounts.balance('one', 'ETH').locked.toFixed()).toBe('0');
    expect(sample.core.requestCancel(second)).toBe(false);
  });
});

const PRICES = [100, 101, 102, 103];
const resting: fc.Arbitrary<RestingOrder> = fc.record({
  orderId: fc.uuid(),
  side: fc.constantFrom('sell', 'buy'),
  sequence: fc.integer({ min: 1, max: 1_000 }),
  price: fc.constantFrom(...PRICES).map((price) => new Decimal(price)),
  remaining: fc.integer({ min: 1, max: 50 }).map((units) => new Decimal(units)),
  queueAhead: fc.integer({ min: 0, max: 50 }).map((units) => new Decimal(units)),
});

it('one trade never fills more than was traded, nobody before his turn, and nobody beyond his order', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(resting, { selector: ({ sequence }) => sequence, maxLength: 8 }),
      fc.constantFrom(...PRICES),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom('sell' as const, 'buy' as const),
      (orders, price, quantity, side) => {
        const traded = { price: new Decimal(price), quantity: new Decimal(quantity) };
        const advances = advance(side, traded, orders);
        const filled = advances.reduce((sum, each) => sum.plus(each.filled), new Decimal(0));
        expect(filled.isLessThanOrEqualTo(quantity)).toBe(true);
        let earlierAtPrice = new Decimal(0);
        for (const { orderId, filled: own, queueAhead } of advances) {
          const order = orders.find((each) => each.orderId === orderId);
          expect(order?.side).toBe(side);
          const distance = (order?.price.toNumber() ?? 0) - price;
          expect(side === 'sell' ? distance <= 0 : distance >= 0).toBe(true);
          expect(own.isLessThanOrEqualTo(order?.remaining ?? 0) && own.isGreaterThanOrEqualTo(0)).toBe(true);
          expect(queueAhead.isLessThanOrEqualTo(order?.queueAhead ?? 0)).toBe(true);
          if (distance !== 0) {
            expect(queueAhead.toFixed()).toBe('0');
            continue;
          }
          const turn = (order?.queueAhead ?? new Decimal(0)).plus(earlierAtPrice);
          if (own.isGreaterThan(0)) expect(turn.isLessThan(quantity)).toBe(true);
          earlierAtPrice = earlierAtPrice.plus(own);
        }
      },
    ),
    { numRuns: 500 },
  );
});

it('fills in the generated market come from its trades and from bids across the order, never from more than these', () => {
  const source = new GeneratedMarket('3');
  const market = new Market(source, '1', UPBIT_RULES);
  const sample = new Sample(source);
  const orders = [0, 1, 3, 8].map((level) => {
    const { asks } = sample.core.run((nowMs) => sample.core.trading.displayedBook('ETH', nowMs));
    return sample.sell(asks[level]?.price ?? new Decimal(0), '60');
  });
  for (let step = 0; step < 120; step++) sample.wait(37);
  const byInstant = new Map<number, Decimal>();
  for (const { fills } of orders)
    for (const { filledAtMs, quantity } of fills) byInstant.set(filledAtMs, (byInstant.get(filledAtMs) ?? new Decimal(0)).plus(quantity));
  expect(byInstant.size).toBeGreaterThan(3);
  const lowest = orders.reduce((low, { terms }) => (terms.kind === 'limit' ? Decimal.min(low, terms.price) : low), new Decimal(1e12));
  for (const [atMs, filled] of byInstant) {
    const trades = market
      .tradesOf('ETH', minuteOf(atMs))
      .filter(({ tradedAtMs, price }) => tradedAtMs === atMs && !price.isLessThan(lowest));
    const bids = atMs % MINUTE_MS === 0 ? market.book('ETH', atMs).bids.filter(({ price }) => !price.isLessThan(lowest)) : [];
    const possible = [...trades, ...bids].reduce((sum, { quantity }) => sum.plus(quantity), new Decimal(0));
    expect(filled.isLessThanOrEqualTo(possible)).toBe(true);
  }
});

it('an order that should only make and would take is accepted and cancelled, or refused, as the exchange is told', async () => {
  const running = await startSample();
  await give(running, 'ETH', '10');
  const bid = String((await bookOf(running.url, 'KRW-ETH')).orderbook_units[0]?.bid_price);
  const order = (identifier: string) => ({
    market: 'KRW-ETH',
    side: 'ask',
    ord_type: 'limit',
    volume: '1',
    price: bid,
    time_in_force: 'post_only',
    identifier,
  });
  expect((await postOrder(running.url, order('p-1'))).status).toBe(201);
  expect(orderBody.parse((await ask(running.url, '/v1/order', 'identifier=p-1')).json)).toMatchObject({
    state: 'cancel',
    executed_volume: '0',
  });
  await running.exchange.operator.setManners({ refusesTakingPostOnly: true });
  const refused = await postOrder(running.url, order('p-2'));
  expect({ status: refused.status, name: errorName(refused) }).toEqual({ status: 400, name: 'invalid_post_only' });
  expect(await running.exchange.operator.balances({ accountId: CITY })).toEqual([{ asset: 'ETH', free: '10', locked: '0' }]);
  await running.exchange.stop();
});
