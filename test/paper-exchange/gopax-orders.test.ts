import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ask, bestBid, orderBody, place, refusalOf, rows, startGopax } from './gopax-support.ts';
import { give, type Running } from './support.ts';

const MINUTE_MS = 60_000;

let running: Running;
let price: number;
let quantity: number;
beforeEach(async () => {
  running = await startGopax();
  ({ price, quantity } = await bestBid(running));
});
afterEach(() => running.exchange.stop());

async function order(path: string): Promise<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse((await ask(running, 'GET', path)).json);
}

test('a new order is answered as it was accepted; what came of it is shown by id, by client order id and in the list', async () => {
  const reply = await place(running, { price: String(price), amount: '0.001', timeInForce: 'ioc', clientOrderId: 'case-7_a' });
  expect(reply.status).toBe(200);
  expect(reply.json).toMatchObject({
    clientOrderId: 'case-7_a',
    status: 'placed',
    amount: 0.001,
    remaining: 0.001,
    tradingPairName: 'BTC-KRW',
    balanceChange: { baseGross: 0, quoteNet: 0 },
  });
  const { id } = orderBody.parse(reply.json);
  const sold = await order(`/orders/${id}`);
  expect(await order('/orders/clientOrderId/case-7_a')).toEqual(sold);
  expect(await rows(ask(running, 'GET', '/orders?includePast=true'))).toEqual([sold]);
  expect(await rows(ask(running, 'GET', '/orders'))).toEqual([]);
  const fee = -0.002 * 0.001 * price;
  expect(sold).toMatchObject({
    status: 'completed',
    remaining: 0,
    createdAt: '2026-01-05T03:00:20.000Z',
    updatedAt: '2026-01-05T03:00:20.000Z',
    balanceChange: {
      baseGross: -0.001,
      baseNet: -0.001,
      quoteGross: 0.001 * price,
      quoteFee: { taking: fee, making: 0 },
      quoteNet: 0.001 * price + fee,
    },
  });
  expect(await rows(ask(running, 'GET', '/trades?tradingPairName=BTC-KRW'))).toEqual([
    {
      id: Number(id) * 100_000,
      orderId: Number(id),
      baseAmount: 0.001,
      quoteAmount: 0.001 * price,
      fee: -fee,
      price,
      timestamp: '2026-01-05T03:00:20.000Z',
      side: 'sell',
      feeAsset: 'KRW',
      tradingPairName: 'BTC-KRW',
      position: 'taker',
    },
  ]);
});

test('figures are exact JSON numbers', async () => {
  await place(running, { price, amount: 0.00012345, timeInForce: 'ioc', clientOrderId: 'exact' });
  const { text } = await ask(running, 'GET', '/orders/clientOrderId/exact');
  expect(text).toContain('"amount":0.00012345,');
  expect(text).toContain(`"baseGross":-0.00012345,`);
  expect(text).not.toMatch(/\de[+-]?\d/);
});

test('an order for immediate execution that got a part is cancelled for its time in force', async () => {
  const amount = (quantity + 0.5).toFixed(8);
  await place(running, { price, amount, timeInForce: 'ioc', clientOrderId: 'partial' });
  expect(await order('/orders/clientOrderId/partial')).toMatchObject({ status: 'cancelled', forcedCompletionReason: 'timeInForce' });
  await running.exchange.operator.setManners({ partialIocWord: 'filled' });
  expect(await order('/orders/clientOrderId/partial')).toMatchObject({ status: 'completed', forcedCompletionReason: 'timeInForce' });
  await place(running, { price, amount, timeInForce: 'fok', clientOrderId: 'killed' });
  expect(await order('/orders/clientOrderId/killed')).toMatchObject({
    status: 'cancelled',
    forcedCompletionReason: 'timeInForce',
    balanceChange: { baseGross: 0 },
  });
  const taking = await bestBid(running);
  await place(running, { price: taking.price, amount: '0.1', timeInForce: 'po', clientOrderId: 'would-take' });
  expect(await order('/orders/clientOrderId/would-take')).toMatchObject({ status: 'cancelled', forcedCompletionReason: 'timeInForce' });
});

test('a resting order is cancelled once, by its owner and for no reason of its own', async () => {
  const far = price * 2 - ((price * 2) % 1_000);
  const { id } = orderBody.parse((await place(running, { price: far, amount: 1 })).json);
  expect(await order(`/orders/${id}`)).toMatchObject({ status: 'placed', timeInForce: 'gtc', protection: 'no' });
  expect(await rows(ask(running, 'GET', '/balances'))).toContainEqual(expect.objectContaining({ asset: 'BTC', avail: 9, hold: 1 }));
  expect((await ask(running, 'DELETE', `/orders/${id}`)).text).toBe('{}');
  const over = await order(`/orders/${id}`);
  expect(over).toMatchObject({ status: 'cancelled', remaining: 1 });
  expect(over).not.toHaveProperty('forcedCompletionReason');
  await place(running, { price: far, amount: 1, timeInForce: 'po', clientOrderId: 'only-makes' });
  running.clock.advanceBy(1_000);
  await ask(running, 'DELETE', '/orders/clientOrderId/only-makes');
  expect(await order('/orders/clientOrderId/only-makes')).not.toHaveProperty('forcedCompletionReason');
  expect(refusalOf(await ask(running, 'DELETE', `/orders/${id}`))).toEqual([404, 10_069]);
  expect(refusalOf(await ask(running, 'DELETE', '/orders/clientOrderId/never'))).toEqual([404, 10_221]);
});

test('an order that is over is shown for ten minutes; its trades stay', async () => {
  const { id } = orderBody.parse((await place(running, { price, amount: '0.001', timeInForce: 'ioc', clientOrderId: 'past' })).json);
  running.clock.advanceBy(10 * MINUTE_MS - 1);
  expect(await order(`/orders/${id}`)).toMatchObject({ status: 'completed' });
  running.clock.advanceBy(1);
  expect(refusalOf(await ask(running, 'GET', `/orders/${id}`))).toEqual([404, 10_069]);
  expect(refusalOf(await ask(running, 'GET', '/orders/clientOrderId/past'))).toEqual([404, 10_221]);
  expect(await rows(ask(running, 'GET', '/orders?includePast=true'))).toEqual([]);
  expect(await rows(ask(running, 'GET', '/trades'))).toHaveLength(1);
});

test('the list can be cut: by pair, by word, by time, and from either end', async () => {
  await give(running, 'ETH', '1');
  const far = price * 2 - ((price * 2) % 1_000);
  for (const clientOrderId of ['a', 'b', 'c']) {
    await place(running, { price: far, amount: '0.1', clientOrderId });
    running.clock.advanceBy(1_000);
  }
  await place(running, { price: 20_000_000, amount: '0.1', clientOrderId: 'd', tradingPairName: 'ETH-KRW' });
  const listed = async (query: string): Promise<unknown[]> =>
    (await rows(ask(running, 'GET', `/orders${query}`))).map(({ clientOrderId }) => clientOrderId);
  expect(await listed('')).toEqual(['a', 'b', 'c', 'd']);
  expect(await listed('?tradingPairName=BTC-KRW')).toEqual(['a', 'b', 'c']);
  expect(await listed('?limit=2')).toEqual(['a', 'b']);
  expect(await listed('?limit=2&tail=true')).toEqual(['c', 'd']);
  expect(await listed(`?since=${running.clock.now().getTime() - 2_000}`)).toEqual(['b', 'c', 'd']);
  expect(await listed('?status=completed&includePast=true')).toEqual([]);
  expect(refusalOf(await ask(running, 'GET', '/orders?status=nonsense'))).toEqual([400, 10_360]);
});

test('each refused order is refused by code, and changes nothing', async () => {
  const cases: [Record<string, unknown>, number, number][] = [
    [{ amount: '0.000001' }, 400, 10_212],
    [{ amount: '0.000000001' }, 400, 107],
    [{ amount: undefined }, 400, 107],
    [{ amount: '1e3' }, 400, 107],
    [{ price: price + 1 }, 400, 108],
    [{ price: undefined }, 400, 108],
    [{ amount: '11' }, 400, 201],
    [{ side: 'ask' }, 400, 10_359],
    [{ type: 'best' }, 400, 10_358],
    [{ timeInForce: 'post_only' }, 400, 10_361],
    [{ protection: 'maybe' }, 400, 10_362],
    [{ protection: 'yes', timeInForce: 'ioc' }, 400, 206],
    [{ stopPrice: price }, 400, 206],
    [{ tradingPairName: undefined }, 400, 101],
    [{ tradingPairName: 'NOPE-KRW' }, 404, 10_058],
    [{ tradingPairName: 'BTC-USDC' }, 404, 10_059],
    [{ clientOrderId: 'x'.repeat(21) }, 400, 10_227],
    [{ clientOrderId: 'a b' }, 400, 10_227],
    [{ side: 7 }, 400, 10_256],
  ];
  for (const [change, status, code] of cases) {
    expect(refusalOf(await place(running, { price, amount: '0.1', ...change })), JSON.stringify(change)).toEqual([status, code]);
  }
  expect(refusalOf(await ask(running, 'POST', '/orders', { body: 'no json' }))).toEqual([400, 10_256]);
  expect(await rows(ask(running, 'GET', '/orders?includePast=true'))).toEqual([]);
});

test('a client order id is in use while its order is open, and free again when it is over', async () => {
  const far = price * 2 - ((price * 2) % 1_000);
  const resting = { price: far, amount: '0.1', clientOrderId: 'again' };
  const first = orderBody.parse((await place(running, resting)).json);
  expect(refusalOf(await place(running, resting))).toEqual([400, 10_222]);
  await ask(running, 'DELETE', '/orders/clientOrderId/again');
  const second = orderBody.parse((await place(running, resting)).json);
  expect(second.id).not.toBe(first.id);
  expect(await order('/orders/clientOrderId/again')).toMatchObject({ id: second.id, status: 'placed' });
});

test('orders at the market: coins are sold by amount, bought by won', async () => {
  await running.exchange.operator.depositWon({ accountId: 'city-001', amount: '1000000' });
  await place(running, { type: 'market', amount: '0.001', clientOrderId: 'sale' });
  expect(await order('/orders/clientOrderId/sale')).toMatchObject({ type: 'market', side: 'sell', status: 'completed', remaining: 0 });
  await place(running, { type: 'market', side: 'buy', amount: '100000', clientOrderId: 'purchase' });
  const bought = await order('/orders/clientOrderId/purchase');
  expect(bought).toMatchObject({ type: 'market', side: 'buy', amount: 100_000, balanceChange: { baseFee: { taking: 0, making: 0 } } });
  expect(bought['balanceChange']).toMatchObject({ quoteGross: expect.any(Number), baseGross: expect.any(Number) });
});

test('trades are listed by their numbers, the highest first', async () => {
  for (const clientOrderId of ['a', 'b', 'c']) await place(running, { price, amount: '0.001', timeInForce: 'ioc', clientOrderId });
  const ids = async (query: string): Promise<number[]> => (await rows(ask(running, 'GET', `/trades${query}`))).map(({ id }) => Number(id));
  const [newest = 0, middle = 0, oldest = 0] = await ids('');
  expect(newest > middle && middle > oldest).toBe(true);
  expect(await ids('?limit=1')).toEqual([newest]);
  expect(await ids(`?pastmax=${newest}`)).toEqual([middle, oldest]);
  expect(await ids(`?latestmin=${oldest}`)).toEqual([newest, middle]);
  expect(await ids('?tradingPairName=ETH-KRW')).toEqual([]);
  const second = Math.floor(running.clock.now().getTime() / 1_000);
  expect(await ids(`?after=${second + 1}`)).toEqual([]);
  expect(await ids(`?before=${second}`)).toEqual([]);
  running.clock.advanceBy(31 * 24 * 60 * MINUTE_MS);
  expect(await ids('')).toEqual([]);
  expect(await ids('?deepSearch=true')).toHaveLength(3);
});
