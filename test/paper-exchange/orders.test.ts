import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Decimal } from '../../src/kernel/decimal.ts';
import { ask, bookOf, CITY, connect, errorName, give, orderBody, postOrder, type Running, startSample } from './support.ts';

let running: Running;
let url: string;

beforeEach(async () => {
  running = await startSample();
  url = running.url;
});

afterEach(async () => {
  await running.exchange.stop();
});

async function lookUp(identifier: string): Promise<z.infer<typeof orderBody>> {
  return orderBody.parse((await ask(url, '/v1/order', `identifier=${identifier}`)).json);
}

function sell(identifier: string, volume: string, price: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { market: 'KRW-ETH', side: 'ask', ord_type: 'limit', volume, price, identifier, ...more };
}

/** What ccxt makes of an order; without an id it is looked up by identifier, which its types do not know. */
const unifiedOrder = z.object({ id: z.string(), status: z.string(), clientOrderId: z.string(), filled: z.string(), info: orderBody });

async function balances(): Promise<Map<string, { free: string; locked: string }>> {
  return new Map(
    (await running.exchange.operator.balances({ accountId: CITY })).map(({ asset, free, locked }) => [asset, { free, locked }]),
  );
}

describe('over ccxt', () => {
  it('sells at once, and the look-up by identifier shows fills and fee to the decimal', async () => {
    await give(running, 'BTC', '0.5');
    const client = connect(url);
    const book = await client.fetchOrderBook('BTC/KRW');
    const bid = book.bids[0]?.[0];
    const order = await client.createOrder('BTC/KRW', 'limit', 'sell', 0.00123456, Number(bid), {
      clientOrderId: 'a-1',
      timeInForce: 'IOC',
    });
    expect(order.status).toBe('open');
    expect(order.info.executed_volume).toBe('0');
    const found = unifiedOrder.parse(await Reflect.apply(client.fetchOrder, client, [undefined, 'BTC/KRW', { identifier: 'a-1' }]));
    expect(found).toMatchObject({ id: order.id, status: 'closed', clientOrderId: 'a-1', filled: '0.00123456', info: { state: 'done' } });
    const funds = (found.info.trades ?? []).reduce((sum, trade) => sum.plus(trade.funds), new Decimal(0));
    expect(found.info.paid_fee).toBe(funds.times('0.0005').toFixed());
    const won = (await client.fetchBalance())['KRW'];
    expect(won?.free).toBe(funds.times('0.9995').toFixed());
  });

  it('places, lists, finds and cancels a resting order', async () => {
    await give(running, 'XRP', '1000');
    const client = connect(url);
    await client.createOrder('XRP/KRW', 'limit', 'sell', 100, 9000, { clientOrderId: 'rest-1' });
    const open = await client.fetchOpenOrders('XRP/KRW');
    expect(open.map((order) => order.clientOrderId)).toEqual(['rest-1']);
    expect((await client.fetchBalance())['XRP']).toMatchObject({ free: '900', used: '100' });
    const id = open[0]?.id;
    await client.cancelOrder(String(id));
    expect(await client.fetchOpenOrders('XRP/KRW')).toEqual([]);
    expect((await client.fetchCanceledOrders('XRP/KRW')).map((order) => order.id)).toEqual([id]);
    expect((await client.fetchBalance())['XRP']).toMatchObject({ free: '1000', used: '0' });
    await expect(client.cancelOrder(String(id))).rejects.toThrow(/order_not_found/);
  });

  it('serves every public reading of the class', async () => {
    const client = connect(url);
    const markets = await client.loadMarkets();
    expect(Object.keys(markets)).toContain('BTC/KRW');
    expect((await client.fetchTicker('BTC/KRW')).last).toBeDefined();
    expect((await client.fetchOHLCV('ETH/KRW', '1h', undefined, 24)).length).toBe(24);
    expect((await client.fetchTrades('ETH/KRW', undefined, 5)).length).toBe(5);
    expect((await client.fetchTradingFee('ETH/KRW')).taker).toBe('0.0005');
  });
});

describe('taking', () => {
  it('ends a partly filled immediate-or-cancel order as cancel, with its remainder shown and unlocked', async () => {
    await give(running, 'ETH', '1000');
    const book = await bookOf(url, 'KRW-ETH');
    const best = book.orderbook_units[0];
    const volume = new Decimal(best?.bid_size ?? 0).plus(1).toFixed();
    const reply = await postOrder(url, sell('ioc-1', volume, String(best?.bid_price), { time_in_force: 'ioc' }));
    expect(reply.status).toBe(201);
    const order = await lookUp('ioc-1');
    expect(order).toMatchObject({ state: 'cancel', executed_volume: String(best?.bid_size), remaining_volume: '1', time_in_force: 'ioc' });
    expect(order.trades).toHaveLength(1);
    expect(order.trades?.[0]).toMatchObject({ price: String(best?.bid_price), trend: 'down' });
    expect((await balances()).get('ETH')).toEqual({ free: new Decimal(1000).minus(best?.bid_size ?? 0).toFixed(), locked: '0' });
  });

  it('keeps what was taken from the book out of it until the next minute', async () => {
    await give(running, 'ETH', '1000');
    const before = await bookOf(url, 'KRW-ETH');
    const best = before.orderbook_units[0];
    await postOrder(url, sell('take-1', String(best?.bid_size), String(best?.bid_price), { time_in_force: 'ioc' }));
    const after = await bookOf(url, 'KRW-ETH');
    expect(after.orderbook_units[0]?.bid_price).toBe(before.orderbook_units[1]?.bid_price);
    expect(after.orderbook_units[29]).toMatchObject({ bid_price: 0, bid_size: 0 });
    running.clock.advanceBy(60_000);
    const later = await bookOf(url, 'KRW-ETH');
    expect(later.orderbook_units[29]?.bid_size).toBeGreaterThan(0);
  });

  it('fills or kills, and posts only', async () => {
    await give(running, 'ETH', '1000');
    const best = (await bookOf(url, 'KRW-ETH')).orderbook_units[0];
    const more = new Decimal(best?.bid_size ?? 0).plus('0.5').toFixed();
    await postOrder(url, sell('fok-1', more, String(best?.bid_price), { time_in_force: 'fok' }));
    expect(await lookUp('fok-1')).toMatchObject({ state: 'cancel', executed_volume: '0', trades_count: 0 });
    await postOrder(url, sell('post-1', '1', String(best?.bid_price), { time_in_force: 'post_only' }));
    expect(await lookUp('post-1')).toMatchObject({ state: 'cancel', executed_volume: '0' });
    await postOrder(url, sell('post-2', '1', '9000000', { time_in_force: 'post_only' }));
    expect(await lookUp('post-2')).toMatchObject({ state: 'wait' });
  });
});

describe('resting and meeting', () => {
  it('fills a resting order at its own price when the market comes to it, whoever asks how often', async () => {
    const outcomes: unknown[] = [];
    for (const steps of [1, 360]) {
      const sample = await startSample();
      await give(sample, 'ETH', '10');
      const price = (await bookOf(sample.url, 'KRW-ETH')).orderbook_units[3]?.ask_price ?? 0;
      await postOrder(sample.url, sell('rest-1', '2', String(price)));
      for (let step = 0; step < steps; step++) {
        sample.clock.advanceBy((6 * 3_600_000) / steps);
        await sample.exchange.operator.statistics();
        await sample.exchange.operator.orders();
      }
      const [order] = await sample.exchange.operator.orders();
      outcomes.push({ ...order, orderId: '', fills: order?.fills.map((fill) => ({ ...fill, fillId: '' })) });
      expect(order).toMatchObject({ state: 'filled', executedQuantity: '2', executedFunds: new Decimal(price).times(2).toFixed() });
      await sample.exchange.stop();
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
  });

  it('sells at market and buys for a budget, leaving less than one unit of the last decimal', async () => {
    await give(running, 'ETH', '3');
    expect((await postOrder(url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '2', identifier: 'm-1' })).status).toBe(201);
    expect(await lookUp('m-1')).toMatchObject({ state: 'done', executed_volume: '2', reserved_fee: '0', locked: '0' });
    await postOrder(url, { market: 'KRW-BTC', side: 'bid', ord_type: 'price', price: '6000', identifier: 'm-2' });
    const buy = await lookUp('m-2');
    expect(buy).toMatchObject({ state: 'cancel', ord_type: 'price', price: '6000', reserved_fee: '3' });
    const funds = (buy.trades ?? []).reduce((sum, trade) => sum.plus(trade.funds), new Decimal(0));
    expect(buy.locked).toBe(new Decimal(6000).minus(funds).times('1.0005').toFixed());
    expect((await balances()).get('KRW')?.locked).toBe('0');
  });

  it('lets customers trade with each other, but nobody with himself', async () => {
    await give(running, 'MOC', '1000');
    const price = '300';
    await postOrder(url, { market: 'KRW-MOC', side: 'ask', ord_type: 'limit', volume: '100', price, identifier: 'own' });
    const { accountId } = await running.exchange.operator.openAccount({
      identity: { name: '표본-001', birthDate: '1980-01-01', phone: '010-0000-0001' },
    });
    for (const account of [accountId, CITY]) await running.exchange.operator.depositWon({ accountId: account, amount: '100000000' });
    const depth = (await bookOf(url, 'KRW-MOC')).orderbook_units.reduce((sum, unit) => sum.plus(unit.ask_size), new Decimal(0));
    const quantity = depth.plus(100).toFixed();
    const bought = await running.exchange.operator.placeOrder({
      accountId,
      asset: 'MOC',
      side: 'buy',
      price,
      quantity,
      execution: 'immediate_or_cancel',
    });
    expect(bought.fills.at(-1)).toMatchObject({ price, quantity: '100' });
    expect(await lookUp('own')).toMatchObject({ state: 'done', executed_volume: '100' });
    await postOrder(url, { market: 'KRW-MOC', side: 'ask', ord_type: 'limit', volume: '100', price, identifier: 'own-2' });
    await running.exchange.operator.placeOrder({
      accountId: CITY,
      asset: 'MOC',
      side: 'buy',
      price,
      quantity: '100',
      execution: 'immediate_or_cancel',
    });
    expect(await lookUp('own-2')).toMatchObject({ state: 'wait' });
  });
});

describe('refusals', () => {
  it('never takes an identifier twice, even when the first attempt was refused', async () => {
    await give(running, 'ETH', '10');
    expect((await postOrder(url, sell('id-1', '1', '5000500'))).status).toBe(400);
    const again = await postOrder(url, sell('id-1', '1', '9000000'));
    expect(again.status).toBe(400);
    expect(errorName(again)).toBe('duplicated_identifier');
    expect((await ask(url, '/v1/order', 'identifier=id-1')).status).toBe(404);
    expect((await postOrder(url, sell('id-2', '1', '9000000'))).status).toBe(201);
    expect(errorName(await postOrder(url, sell('id-2', '1', '9000000')))).toBe('duplicated_identifier');
  });

  it.each([
    ['an off-tick price', { price: '5000500' }, 'invalid_price_ask'],
    ['nine decimals', { volume: '0.123456789' }, 'invalid_volume_ask'],
    ['nothing', { volume: '0' }, 'invalid_volume_ask'],
    ['less than 5,000 won', { volume: '0.0005', price: '9000000' }, 'under_min_total_ask'],
    ['more than a billion won', { volume: '200', price: '9000000' }, 'over_krw_funds_ask'],
    ['more than is held', { volume: '11', price: '9000000' }, 'insufficient_funds_ask'],
    ['an unknown market', { market: 'KRW-NONE' }, 'notfoundmarket'],
    ['another quote currency', { market: 'BTC-ETH' }, 'notfoundmarket'],
    ['a best order', { ord_type: 'best', time_in_force: 'ioc' }, 'not_supported_ord_type'],
    ['an unknown order type', { ord_type: 'stop' }, 'validation_error'],
    ['an unknown condition', { time_in_force: 'gtc' }, 'invalid_time_in_force'],
    ['a market sell with a price', { ord_type: 'market' }, 'create_ask_error'],
    ['an exponent', { volume: '1e0' }, 'invalid_parameter'],
    ['no side', { side: '' }, 'validation_error'],
  ])('refuses %s with Upbit’s word', async (_what, change, name) => {
    await give(running, 'ETH', '10');
    const reply = await postOrder(url, sell('r-1', '1', '9000000', change));
    expect({ status: reply.status, name: errorName(reply) }).toEqual({ status: 400, name });
    expect(await running.exchange.operator.orders()).toEqual([]);
  });

  it('refuses an immediate sell beyond all displayed bids, but not one that rests', async () => {
    await give(running, 'AQT', '10000000');
    const book = await bookOf(url, 'KRW-AQT');
    const beyond = book.orderbook_units.reduce((sum, unit) => sum.plus(unit.bid_size), new Decimal(1)).toFixed();
    const price = String(book.orderbook_units[0]?.bid_price);
    const order = { market: 'KRW-AQT', side: 'ask', volume: beyond };
    expect(errorName(await postOrder(url, { ...order, ord_type: 'market', identifier: 'b-1' }))).toBe('volume_too_large');
    expect(errorName(await postOrder(url, { ...order, ord_type: 'limit', price, time_in_force: 'ioc', identifier: 'b-2' }))).toBe(
      'volume_too_large',
    );
    expect((await postOrder(url, { ...order, ord_type: 'limit', price, identifier: 'b-3' })).status).toBe(201);
  });

  it('judges a market sell’s minimum by the best bid', async () => {
    await give(running, 'XRP', '100');
    const best = (await bookOf(url, 'KRW-XRP')).orderbook_units[0]?.bid_price ?? 1;
    const volume = new Decimal(4999).div(best).decimalPlaces(8, Decimal.ROUND_DOWN).toFixed();
    const reply = await postOrder(url, { market: 'KRW-XRP', side: 'ask', ord_type: 'market', volume, identifier: 'min-1' });
    expect(errorName(reply)).toBe('under_min_total_market_ask');
  });
});

describe('lists', () => {
  it('shows closed orders of seven days at most, by state, and by ids', async () => {
    await give(running, 'ETH', '10');
    await postOrder(url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '1', identifier: 'old' });
    running.clock.advanceBy(8 * 86_400_000);
    await postOrder(url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '1', identifier: 'new' });
    await postOrder(url, sell('gone', '1', '9000000'));
    await ask(url, '/v1/order', 'identifier=gone', 'DELETE');
    const ids = async (parameters: string, path = '/v1/orders/closed'): Promise<unknown> =>
      z
        .array(orderBody)
        .parse((await ask(url, path, parameters)).json)
        .map((order) => order.identifier);
    expect(await ids('')).toEqual(['gone', 'new']);
    expect(await ids('state=done')).toEqual(['new']);
    expect(await ids('states[]=cancel&states[]=done&order_by=asc')).toEqual(['new', 'gone']);
    expect(await ids('start_time=2026-01-05T12:00:00+09:00')).toEqual(['old']);
    expect(await ids(`end_time=${running.clock.now().getTime() - 8 * 86_400_000}`)).toEqual(['old']);
    expect(await ids('identifiers[]=old&identifiers[]=gone', '/v1/orders/uuids')).toEqual(['gone', 'old']);
    const tooWide = await ask(url, '/v1/orders/closed', 'start_time=1767582000000&end_time=1768273200000');
    expect({ status: tooWide.status, name: errorName(tooWide) }).toEqual({ status: 400, name: 'invalid_parameter' });
    expect((await ask(url, '/v1/orders/uuids')).status).toBe(400);
  });

  it('tells fees, minimum and price steps', async () => {
    const chance = z
      .object({
        ask_fee: z.string(),
        market: z.object({ ask: z.object({ min_total: z.string() }), max_total: z.string(), state: z.string() }),
      })
      .parse((await ask(url, '/v1/orders/chance', 'market=KRW-BTC')).json);
    expect(chance).toEqual({ ask_fee: '0.0005', market: { ask: { min_total: '5000' }, max_total: '1000000000', state: 'active' } });
    const client = connect(url);
    const [instrument] = await client.publicGetOrderbookInstruments({ markets: 'KRW-BTC' });
    expect(instrument).toMatchObject({ market: 'KRW-BTC', quote_currency: 'KRW', tick_size: '1000' });
  });
});
