import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DrivenClock } from '../../src/kernel/clock.ts';
import {
  failure,
  NOW,
  ORDER_ID,
  PLACED,
  payloadOf,
  type ScriptedCoinone,
  SELL,
  startScriptedCoinone,
  success,
} from './coinone-scripted.ts';
import type { Reply } from './scripted-venue.ts';

let coinone: ScriptedCoinone;
beforeAll(async () => {
  coinone = await startScriptedCoinone();
});
afterAll(() => coinone.venue.close());

const DETAIL = '/v2.1/order/detail';
const TRADES = '/v2.1/order/completed_orders';
const ACTIVE = '/v2.1/order/active_orders';
const ORDERED = NOW.getTime() - 60_000;
const PAIR = { quote_currency: 'KRW', target_currency: 'BTC' };

/** The example of docs.coinone.co.kr for a market sell, with figures of more digits. */
const MARKET_SELL = {
  order_id: ORDER_ID,
  type: 'MARKET',
  ...PAIR,
  status: 'FILLED',
  side: 'SELL',
  fee: '73.36',
  fee_rate: '0.002',
  average_executed_price: '36680000',
  updated_at: ORDERED + 5,
  ordered_at: ORDERED,
  price: null,
  original_qty: '0.0123',
  executed_qty: '0.0123',
  canceled_qty: '0',
  remain_qty: null,
  limit_price: '36000000',
  traded_amount: null,
  original_amount: null,
  canceled_amount: null,
  is_triggered: null,
  trigger_price: null,
};
const LIMIT_SELL = { ...MARKET_SELL, type: 'LIMIT', status: 'LIVE', price: '151234000', executed_qty: '0', remain_qty: '0.0123', fee: '0' };

function detail(change: Readonly<Record<string, unknown>> = {}, of: Readonly<Record<string, unknown>> = MARKET_SELL): string {
  return success(`"order":${JSON.stringify({ ...of, ...change })}`);
}

interface Trade {
  readonly id: string;
  readonly qty: string;
  readonly price?: string;
  readonly of?: string;
  readonly at?: number;
}

function trades(...rows: readonly Trade[]): string {
  const fields = rows.map(({ id, qty, price = '36680000', of = ORDER_ID, at = ORDERED + 3 }) => ({
    trade_id: id,
    order_id: of,
    ...PAIR,
    order_type: 'MARKET',
    is_ask: true,
    is_maker: false,
    price,
    qty,
    timestamp: at,
    fee_rate: '0.002',
    fee: '1',
    fee_currency: 'KRW',
  }));
  return success(`"completed_orders":${JSON.stringify(fields)}`);
}

function lookUp(answers: Parameters<ScriptedCoinone['answers']>[0], clock = new DrivenClock(NOW)) {
  coinone.answers(answers);
  return coinone.adapter({ timeoutMs: 300, clock }).lookUp(SELL.identifier, 'KRW-BTC');
}

describe('an order that is over', () => {
  test('is found with its trades, oldest first, digit for digit', async () => {
    const rows = trades(
      { id: 't3', qty: '0.00230001', price: '9007199254740993.12345678', at: ORDERED + 4 },
      { id: 'x1', qty: '5', of: 'another' },
      { id: 't1', qty: '0.00999999', price: '0.00000001', at: ORDERED + 1 },
    );
    const found = await lookUp({ [DETAIL]: detail(), [TRADES]: rows });
    expect(JSON.parse(JSON.stringify(found))).toEqual({
      kind: 'found',
      order: {
        orderId: ORDER_ID,
        identifier: 'cheongsan-000001',
        symbol: 'KRW-BTC',
        quantity: '0.0123',
        executedQuantity: '0.0123',
        remainingQuantity: '0',
        paidFee: '73.36',
        isOpen: false,
        statusWord: 'FILLED',
        fills: [
          {
            tradeId: 't1',
            quantity: '0.00999999',
            price: '0.00000001',
            proceeds: '0.0000000000999999',
            filledAt: new Date(ORDERED + 1).toISOString(),
          },
          {
            tradeId: 't3',
            quantity: '0.00230001',
            price: '9007199254740993.12345678',
            proceeds: '20716648357896.8315938818285678',
            filledAt: new Date(ORDERED + 4).toISOString(),
          },
        ],
        createdAt: new Date(ORDERED).toISOString(),
      },
    });
    expect(payloadOf(coinone.sent(DETAIL)[0])).toEqual({ ...PAIR, user_order_id: 'cheongsan-000001' });
    expect(payloadOf(coinone.sent(TRADES)[0])).toEqual({ ...PAIR, size: 100, from_ts: ORDERED - 60_000, to_ts: NOW.getTime() });
  });

  test.each([
    ['CANCELED_LIMIT_PRICE_EXCEED', '0.0023', null],
    ['CANCELED_UNDER_PRODUCT_UNIT', '0.0023', null],
    ['CANCELED_NO_ORDER', '0', null],
    ['CANCELED', '0', '0'],
    ['CANCELED_POST_ONLY', '0', '0'],
    ['PARTIALLY_CANCELED', '0.0023', '0.0'],
    ['PARTIALLY_CANCELED', '0.0023', null],
    ['NOT_TRIGGERED_CANCELED', '0', '0'],
    // A word for a whole that was a part: what happened is in the figures.
    ['FILLED', '0.0023', null],
  ])('as %s with %s executed holds nothing any more', async (status, executed, left) => {
    const rows = trades({ id: 't1', qty: '0.0023' });
    const found = await lookUp({ [DETAIL]: detail({ status, executed_qty: executed, remain_qty: left }), [TRADES]: rows });
    expect(found).toMatchObject({
      kind: 'found',
      order: { isOpen: false, statusWord: status, fills: { length: executed === '0' ? 0 : 1 } },
    });
    if (found.kind !== 'found') return;
    expect(found.order.executedQuantity.toString()).toBe(executed);
    expect(found.order.remainingQuantity.isZero()).toBe(true);
    expect(coinone.sent(TRADES)).toHaveLength(executed === '0' ? 0 : 1);
  });

  test('is unavailable until its trades add up to what was executed', async () => {
    expect(await lookUp({ [DETAIL]: detail(), [TRADES]: trades({ id: 't1', qty: '0.0122' }) })).toEqual({
      kind: 'unavailable',
      reason: 'trades add up to 0.0122 of 0.0123 executed so far',
    });
    expect(await lookUp({ [DETAIL]: detail(), [TRADES]: trades({ id: 't1', qty: '0.0124' }) })).toMatchObject({ kind: 'unavailable' });
    expect(await lookUp({ [DETAIL]: detail(), [TRADES]: failure('405') })).toMatchObject({ kind: 'unavailable' });
    expect(await lookUp({ [DETAIL]: detail(), [TRADES]: success('"completed_orders":[{"trade_id":"t1"}]') })).toMatchObject({
      kind: 'unavailable',
    });
  });
});

describe('the trades of an order', () => {
  test('are picked from as many pages as there are', async () => {
    const others = Array.from({ length: 99 }, (_, index) => ({ id: `x${index}`, qty: '1', of: 'another', at: ORDERED + 900 - index }));
    const pages = [
      trades(...others, { id: 't2', qty: '0.01', at: ORDERED + 2 }),
      trades({ id: 't2', qty: '0.01', at: ORDERED + 2 }, { id: 't1', qty: '0.0023', at: ORDERED + 1 }),
    ];
    expect(await lookUp({ [DETAIL]: detail(), [TRADES]: pages })).toMatchObject({
      kind: 'found',
      order: { fills: [{ tradeId: 't1' }, { tradeId: 't2' }] },
    });
    expect(coinone.sent(TRADES).map((request) => payloadOf(request)['to_trade_id'])).toEqual([undefined, 't2']);
  });

  test.each([
    ['repeats itself', ORDERED + 900, -1],
    ['lists the oldest first', ORDERED, 1],
  ])('tell nothing where the list %s', async (_name, at, step) => {
    const page = trades(
      ...Array.from({ length: 100 }, (_, index) => ({ id: `x${index}`, qty: '1', of: 'another', at: at + step * index })),
    );
    expect(await lookUp({ [DETAIL]: detail(), [TRADES]: page })).toMatchObject({ kind: 'unavailable' });
    expect(coinone.sent(TRADES).length).toBeLessThanOrEqual(2);
  });

  test('of half a year ago are asked for in pieces of ninety days at most, and none of them in the future', async () => {
    const orderedAt = NOW.getTime() - 200 * 86_400_000;
    const old = { ordered_at: orderedAt, updated_at: null };
    const answers = [trades(), trades(), trades({ id: 't1', qty: '0.0123' })];
    expect(await lookUp({ [DETAIL]: detail(old), [TRADES]: answers })).toMatchObject({ kind: 'found' });
    const spans = coinone.sent(TRADES).map((request) => payloadOf(request));
    expect(spans[0]).toMatchObject({ from_ts: orderedAt - 60_000, to_ts: orderedAt + 60_000 });
    for (const [index, { from_ts, to_ts }] of spans.entries()) {
      expect(Number(to_ts) - Number(from_ts)).toBeLessThanOrEqual(90 * 86_400_000);
      if (index > 0) expect(from_ts).toBe(spans[index - 1]?.['to_ts']);
      expect(Number(to_ts)).toBeLessThanOrEqual(NOW.getTime());
    }
  });

  test('by a clock ahead of ours are found all the same', async () => {
    const ahead = { ordered_at: NOW.getTime() + 120_000, updated_at: NOW.getTime() + 120_005 };
    const rows = trades({ id: 't1', qty: '0.0123', at: NOW.getTime() + 120_003 });
    expect(await lookUp({ [DETAIL]: detail(ahead), [TRADES]: rows })).toMatchObject({ kind: 'found' });
    expect(payloadOf(coinone.sent(TRADES)[0])).toMatchObject({ from_ts: NOW.getTime() + 60_000, to_ts: NOW.getTime() + 120_005 });
  });
});

describe('an order that rests', () => {
  test.each([
    ['LIVE', '0', '0.0123', '0'],
    ['PARTIALLY_FILLED', '0.0023', '0.01', '0'],
    ['PARTIALLY_CANCELED', '0.0023', '0.005', '0.005'],
    ['A_WORD_NOBODY_HAS_READ_UP', '0', null, '0'],
  ])('as %s', async (status, executed, left, cancelled) => {
    const change = { status, executed_qty: executed, remain_qty: left, canceled_qty: cancelled };
    const found = await lookUp({ [DETAIL]: detail(change, LIMIT_SELL), [TRADES]: trades({ id: 't1', qty: '0.0023' }) });
    expect(found).toMatchObject({ kind: 'found', order: { isOpen: true, statusWord: status } });
    if (found.kind === 'found') expect(found.order.remainingQuantity.toString()).toBe(left ?? '0.0123');
  });

  test('may have trades that are not listed yet, but none that it does not know of', async () => {
    const part = detail({ status: 'PARTIALLY_FILLED', executed_qty: '0.0023', remain_qty: '0.01' }, LIMIT_SELL);
    expect(await lookUp({ [DETAIL]: part, [TRADES]: trades() })).toMatchObject({ kind: 'found', order: { isOpen: true, fills: [] } });
    const more = trades({ id: 't2', qty: '0.001' }, { id: 't1', qty: '0.0023' });
    expect(await lookUp({ [DETAIL]: part, [TRADES]: more })).toMatchObject({ kind: 'unavailable' });
  });
});

describe('an order that is not shown', () => {
  test.each([
    ['104 in a 200', { body: failure('104', 'Order id is not exist') }],
    ['104 in a 404', { status: 404, body: failure('104') }],
  ])('%s: not found, by look-up and by search', async (_name, reply) => {
    expect(await lookUp({ [DETAIL]: reply })).toEqual({ kind: 'not_found' });
    expect(await coinone.adapter().searchOrders(SELL.identifier, 'KRW-BTC', NOW)).toEqual({ kind: 'not_found' });
  });

  test.each([
    ['a server error', { body: failure('405') }],
    ['104 in a 500', { status: 500, body: failure('104') }],
    ['a 404 of somebody else', { status: 404, body: '{}' }],
    ['an empty 200', { body: '' }],
    ['a success without an order', { body: '{"result":"success","error_code":"0"}' }],
    ['too many requests', { status: 429, body: failure('4') }],
    ['another market', { body: detail({ target_currency: 'ETH' }) }],
    ['a buy', { body: detail({ side: 'BUY' }) }],
    ['another identifier', { body: detail({ user_order_id: 'cheongsan-000002' }) }],
    ['a figure that is none', { body: detail({ executed_qty: '-1' }) }],
    ['nothing', 'hang'],
  ] satisfies [string, Reply][])('%s tells nothing', async (_name, reply) => {
    expect(await lookUp({ [DETAIL]: reply })).toMatchObject({ kind: 'unavailable' });
    expect(await coinone.adapter({ timeoutMs: 300 }).searchOrders(SELL.identifier, 'KRW-BTC', NOW)).toMatchObject({ kind: 'unavailable' });
  });
});

describe('open orders', () => {
  const row = (id: string, change: Readonly<Record<string, unknown>> = {}) => ({
    ...LIMIT_SELL,
    order_id: id,
    updated_at: undefined,
    ...change,
  });
  const active = (...rows: readonly object[]) => success(`"active_orders":${JSON.stringify(rows)}`);

  test('ours are known by what was accepted and looked up, others are not ours', async () => {
    coinone.answers({
      '/v2.1/order': PLACED,
      [DETAIL]: detail({ order_id: 'looked-up' }, LIMIT_SELL),
      [ACTIVE]: active(
        row('by-hand', { side: 'BUY', ordered_at: ORDERED + 2, remain_qty: null, price: null }),
        row('named', { user_order_id: 'cheongsan-3', ordered_at: ORDERED + 3 }),
        row('looked-up', { ordered_at: ORDERED + 1 }),
        row(ORDER_ID, { remain_qty: '0.00000001' }),
        row('of-another-market', { target_currency: 'ETH' }),
      ),
    });
    const adapter = coinone.adapter();
    await adapter.sell({ ...SELL, timeInForce: 'post_only' });
    await adapter.lookUp('cheongsan-000002', 'KRW-BTC');
    const open = await adapter.openOrders('KRW-BTC');
    expect(JSON.parse(JSON.stringify(open))).toMatchObject([
      { orderId: ORDER_ID, identifier: SELL.identifier, side: 'sell', limitPrice: '151234000', remainingQuantity: '0.00000001' },
      { orderId: 'looked-up', identifier: 'cheongsan-000002' },
      { orderId: 'by-hand', side: 'buy' },
      { orderId: 'named', identifier: 'cheongsan-3' },
    ]);
    expect(open[2]).toMatchObject({ identifier: undefined, limitPrice: undefined, remainingQuantity: undefined });
    expect(payloadOf(coinone.sent(ACTIVE)[0])).toEqual(PAIR);
    const restarted = await coinone.adapter().openOrders('KRW-BTC');
    expect(restarted[0]?.identifier).toBeUndefined();
  });
});

describe('a cancel', () => {
  const CANCEL = '/v2.1/order/cancel';

  test('is heard', async () => {
    coinone.answers({ [CANCEL]: success(`"order_id":"${ORDER_ID}","qty":"0.002","canceled_at":1650525935`) });
    await coinone.adapter().cancel(SELL.identifier, 'KRW-BTC');
    expect(payloadOf(coinone.sent(CANCEL)[0])).toEqual({ ...PAIR, user_order_id: SELL.identifier });
  });

  test.each(['104', '116', '117'])('of an order that Coinone calls %s is refused', async (code) => {
    coinone.answers({ [CANCEL]: failure(code) });
    await expect(coinone.adapter().cancel(SELL.identifier, 'KRW-BTC')).rejects.toMatchObject({
      code: 'EXCHANGE_REFUSED',
      facts: { venueCode: code },
    });
  });
});
