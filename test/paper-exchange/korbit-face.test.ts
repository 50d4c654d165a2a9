import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { Decimal } from '../../src/kernel/decimal.ts';
import { ACCESS_KEY, CITY, give, type Running, SECRET_KEY, START, startSample } from './support.ts';

const NOW_MS = START.getTime();

let running: Running;

beforeEach(async () => {
  running = await startSample({ venue: 'korbit' });
});
afterEach(() => running.exchange.stop());

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
  /** Korbit's word, where it says no. */
  readonly word: string | undefined;
}

const answer = z.union([
  z.object({ success: z.literal(true), data: z.unknown().optional() }),
  z.object({ success: z.literal(false), error: z.object({ code: z.number(), message: z.string() }) }),
]);

async function send(method: string, path: string, init: { query?: string; body?: string; key?: string } = {}): Promise<Reply> {
  const { query, body, key = ACCESS_KEY } = init;
  const headers: Record<string, string> = { 'X-KAPI-KEY': key };
  if (body !== undefined) headers['Content-Type'] = 'application/x-www-form-urlencoded';
  const url = `${running.url}${path}${query === undefined ? '' : `?${query}`}`;
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const parsed = answer.parse(await response.json());
  if (!parsed.success) expect(parsed.error.code).toBe(response.status);
  return {
    status: response.status,
    headers: response.headers,
    data: parsed.success ? parsed.data : undefined,
    word: parsed.success ? undefined : parsed.error.message,
  };
}

function signed(parameters: string, nowMs = running.clock.now().getTime()): string {
  const content = `${parameters}${parameters === '' ? '' : '&'}timestamp=${nowMs}`;
  return `${content}&signature=${createHmac('sha256', SECRET_KEY).update(content).digest('hex')}`;
}

const ask = (path: string, parameters = '', method = 'GET'): Promise<Reply> => send(method, path, { query: signed(parameters) });
const place = (parameters: string): Promise<Reply> => send('POST', '/v2/orders', { body: signed(parameters) });

const orderShape = z.object({
  orderId: z.number().int(),
  clientOrderId: z.string().optional(),
  status: z.string(),
  qty: z.string().optional(),
  filledQty: z.string(),
  filledAmt: z.string(),
  avgPrice: z.string().optional(),
  createdAt: z.number(),
});

async function look(clientOrderId: string): Promise<z.infer<typeof orderShape>> {
  return orderShape.parse((await ask('/v2/orders', `symbol=eth_krw&clientOrderId=${clientOrderId}`)).data);
}

function sell(clientOrderId: string, qty: string, price: string, more = ''): string {
  return `symbol=eth_krw&side=sell&orderType=limit&price=${price}&qty=${qty}&clientOrderId=${clientOrderId}${more}`;
}

const bookShape = z.object({ bids: z.array(z.object({ price: z.string(), qty: z.string() })), timestamp: z.number() });

async function bestBid(): Promise<{ price: string; qty: string }> {
  const { bids } = bookShape.parse((await send('GET', '/v2/orderbook', { query: 'symbol=eth_krw' })).data);
  const [best] = bids;
  if (best === undefined) throw new Error('Nobody bids.');
  return best;
}

it('the signature covers what is sent, as it is encoded, and comes last', async () => {
  expect((await ask('/v2/balance')).status).toBe(200);
  expect((await send('GET', '/v2/balance', { query: signed('note=a%20b%2Bc') })).status).toBe(200);
  const good = signed('symbol=eth_krw&limit=5');
  const wrong = [
    good.replace('limit=5', 'limit=6'),
    good.replace(/&signature=(.*)$/, (_, signature: string) => `&signature=${signature.toUpperCase()}`),
    good.replace(/^(.*)&(signature=.*)$/, '$2&$1'),
    good.replace(/&signature=.*$/, ''),
    `${good}&limit=6`,
    'signature=x',
  ];
  for (const query of wrong) expect((await send('GET', '/v2/openOrders', { query })).status, query).toBe(401);
  expect(await send('GET', '/v2/balance', { query: good, key: 'nobody' })).toMatchObject({ status: 401, word: 'KEY_NOT_FOUND' });
});

it('the signature is taken a window late and less than a second early, which no window widens', async () => {
  const wordFor = async (query: string) => (await send('GET', '/v2/balance', { query })).word;
  const at = (offsetMs: number, more = '') => wordFor(signed(more, NOW_MS + offsetMs));
  expect(await at(-5_000)).toBeUndefined();
  expect(await at(-5_001)).toBe('EXCEED_TIME_WINDOW');
  expect(await at(-60_000, 'recvWindow=60000')).toBeUndefined();
  expect(await at(-60_001, 'recvWindow=60000')).toBe('EXCEED_TIME_WINDOW');
  expect(await at(0, 'recvWindow=60001')).toBe('BAD_REQUEST');
  expect(await at(999)).toBeUndefined();
  expect(await at(1_000)).toBe('EXCEED_TIME_WINDOW');
  expect(await at(1_000, 'recvWindow=60000')).toBe('EXCEED_TIME_WINDOW');
  const untimed = `a=b&signature=${createHmac('sha256', SECRET_KEY).update('a=b').digest('hex')}`;
  expect(await wordFor(untimed)).toBe('NO_TIMESTAMP');
});

it('the signature is judged by the clock that the exchange tells, wrong as it may be', async () => {
  await running.exchange.operator.setManners({ clockAheadSeconds: 20 });
  expect((await send('GET', '/v2/time')).data).toEqual({ time: NOW_MS + 20_000 });
  expect((await ask('/v2/balance')).word).toBe('EXCEED_TIME_WINDOW');
  expect((await send('GET', '/v2/balance', { query: signed('', NOW_MS + 20_000) })).status).toBe(200);
});

it('the signature gives a key its own permissions and the main account only', async () => {
  await running.exchange.operator.openCorporateAccount({
    accountId: CITY,
    accessKey: 'viewer',
    secretKey: SECRET_KEY,
    scopes: ['view_orders'],
  });
  const query = signed('symbol=eth_krw');
  expect((await send('GET', '/v2/openOrders', { query, key: 'viewer' })).status).toBe(200);
  expect((await send('GET', '/v2/balance', { query, key: 'viewer' })).status).toBe(403);
  expect(await ask('/v2/balance', 'accountSeq=2')).toMatchObject({ status: 403, word: 'ACCOUNT_SEQ_NOT_ALLOWED' });
  for (const path of ['/v2/coin/withdrawal', '/v2/krw/sendKrwWithdrawalPush']) {
    expect((await send('POST', path, { body: signed('currency=eth&amount=1') })).status).toBe(403);
  }
});

it('orders are answered with their id alone, a number, and looked up by either name', async () => {
  await give(running, 'ETH', '10');
  const { data, headers } = await place(sell('a:1', '1', (await bestBid()).price, '&timeInForce=ioc'));
  const { orderId } = z.strictObject({ orderId: z.number().int() }).parse(data);
  expect(headers.get('Ratelimit')).toMatch(/^limit=\d+, remaining=\d+, reset=1$/);
  const order = await look('a:1');
  expect(order).toMatchObject({ orderId, status: 'filled', filledQty: '1' });
  expect(order.avgPrice).toBe(new Decimal(order.filledAmt).div(order.filledQty).toFixed());
  expect((await ask('/v2/orders', `symbol=eth_krw&orderId=${orderId}`)).data).toMatchObject({ clientOrderId: 'a:1' });
  for (const query of ['symbol=eth_krw', `symbol=eth_krw&orderId=${orderId}&clientOrderId=a:1`, 'orderId=1']) {
    expect((await ask('/v2/orders', query)).word).toBe('BAD_REQUEST');
  }
  expect(await ask('/v2/orders', 'symbol=btc_krw&clientOrderId=a:1')).toMatchObject({ status: 404, word: 'ORDER_NOT_FOUND' });
});

it('orders end in Korbit’s words: `filled` with a rest, `expired` without a fill, `canceled` by request', async () => {
  await give(running, 'ETH', '100000');
  const best = await bestBid();
  const more = new Decimal(best.qty).plus('0.5').toFixed();
  await place(sell('part', more, best.price, '&timeInForce=ioc'));
  expect(await look('part')).toMatchObject({ status: 'filled', filledQty: best.qty, qty: more });
  await place(sell('none', '1', '9000000', '&timeInForce=ioc'));
  await place(sell('kill', new Decimal((await bestBid()).qty).plus('0.5').toFixed(), (await bestBid()).price, '&timeInForce=fok'));
  await place(sell('take', '1', (await bestBid()).price, '&timeInForce=po'));
  for (const id of ['none', 'kill', 'take']) expect(await look(id), id).toMatchObject({ status: 'expired', filledQty: '0' });
  await place(sell('rest', '1', '9000000'));
  expect((await look('rest')).status).toBe('open');
  running.clock.advanceBy(1_000);
  const cancel = () => ask('/v2/orders', 'symbol=eth_krw&clientOrderId=rest', 'DELETE');
  expect(await cancel()).toMatchObject({ status: 200, data: undefined });
  expect((await look('rest')).status).toBe('canceled');
  expect((await cancel()).word).toBe('ORDER_ALREADY_CANCELED');
  expect((await ask('/v2/orders', 'symbol=eth_krw&clientOrderId=part', 'DELETE')).word).toBe('ORDER_ALREADY_FILLED');
  expect((await ask('/v2/orders', 'symbol=eth_krw&clientOrderId=take', 'DELETE')).word).toBe('ORDER_ALREADY_EXPIRED');
  expect((await ask('/v2/orders', 'symbol=eth_krw&clientOrderId=nobody', 'DELETE')).word).toBe('ORDER_NOT_FOUND');
});

it('orders keep their name for 36 hours, and one that was refused uses none up', async () => {
  await give(running, 'ETH', '10');
  expect((await place(sell('name', '1', '5000500.5'))).word).toBe('PRICE_TICK_SIZE_INVALID');
  expect((await place(sell('name', '1', '9000000'))).status).toBe(200);
  await ask('/v2/orders', 'symbol=eth_krw&clientOrderId=name', 'DELETE');
  running.clock.advanceBy(36 * 3_600_000 - 1);
  expect((await place(sell('name', '1', '9000000'))).word).toBe('DUPLICATE_CLIENT_ORDER_ID');
  running.clock.advanceBy(1);
  expect((await place(sell('name', '1', '9000000'))).status).toBe(200);
});

it('orders may be accepted and for a while be duplicate and not found', async () => {
  await give(running, 'ETH', '10');
  await running.exchange.operator.setManners({ hiddenSeconds: 5 });
  // How long each is hidden is drawn; of many some are.
  const names = Array.from({ length: 20 }, (_, index) => `hidden-${index}`);
  for (const name of names) await place(sell(name, '0.1', '9000000'));
  const words = async (method: string) =>
    Promise.all(names.map(async (name) => (await ask('/v2/orders', `symbol=eth_krw&clientOrderId=${name}`, method)).word));
  const looked = await words('GET');
  expect(looked).toContain('ORDER_NOT_FOUND');
  const unseen = names.filter((_, index) => looked[index] === 'ORDER_NOT_FOUND');
  for (const name of unseen) {
    expect((await place(sell(name, '0.1', '9000000'))).word).toBe('DUPLICATE_CLIENT_ORDER_ID');
    expect((await ask('/v2/orders', `symbol=eth_krw&clientOrderId=${name}`, 'DELETE')).word).toBe('TRY_AGAIN');
  }
  running.clock.advanceBy(5_000);
  expect(await words('GET')).toEqual(names.map(() => undefined));
  const open = z.array(orderShape).parse((await ask('/v2/openOrders', 'symbol=eth_krw')).data);
  expect(open.map(({ clientOrderId }) => clientOrderId)).toEqual([...names].reverse());
});

it.each([
  ['an off-tick price', { price: '5000500.5' }, 'PRICE_TICK_SIZE_INVALID'],
  ['nine decimals', { qty: '0.123456789' }, 'BAD_REQUEST'],
  ['nothing', { qty: '0' }, 'BAD_REQUEST'],
  ['less than 5,000 won', { qty: '0.0005' }, 'ORDER_VALUE_TOO_SMALL'],
  ['more than a billion won', { qty: '200' }, 'ORDER_VALUE_TOO_LARGE'],
  ['more than is held', { qty: '11' }, 'NO_BALANCE'],
  ['an unknown market', { symbol: 'none_krw' }, 'INVALID_CURRENCY_PAIR'],
  ['a symbol in upper case', { symbol: 'ETH_KRW' }, 'INVALID_CURRENCY_PAIR'],
  ['another quote currency', { symbol: 'eth_usdt' }, 'INVALID_CURRENCY_PAIR'],
  ['a best order', { orderType: 'best' }, 'BAD_REQUEST'],
  ['an unknown condition', { timeInForce: 'IOC' }, 'BAD_REQUEST'],
  ['price protection', { pp: 'true' }, 'BAD_REQUEST'],
  ['an exponent', { qty: '1e0' }, 'BAD_REQUEST'],
  ['no side', { side: '' }, 'BAD_REQUEST'],
  ['a name that is too long', { clientOrderId: 'x'.repeat(37) }, 'BAD_REQUEST'],
  ['a name with other signs', { clientOrderId: 'a/b' }, 'BAD_REQUEST'],
  ['a market order with a price', { orderType: 'market' }, 'BAD_REQUEST'],
])('orders of %s is refused with Korbit’s word', async (_what, change, word) => {
  await give(running, 'ETH', '10');
  const order = { symbol: 'eth_krw', side: 'sell', orderType: 'limit', price: '9000000', qty: '1', clientOrderId: 'r-1' };
  expect((await place(new URLSearchParams({ ...order, ...change }).toString())).word).toBe(word);
  expect(await running.exchange.operator.orders()).toEqual([]);
});

it('orders and trades are listed newest first, by time, for 36 hours', async () => {
  await give(running, 'ETH', '10');
  for (const name of ['one', 'two', 'three']) {
    await place(`symbol=eth_krw&side=sell&orderType=market&qty=0.5&clientOrderId=${name}`);
    running.clock.advanceBy(60_000);
  }
  const names = async (more = '') =>
    z
      .array(orderShape)
      .parse((await ask('/v2/allOrders', `symbol=eth_krw${more}`)).data)
      .map(({ clientOrderId }) => clientOrderId);
  expect(await names()).toEqual(['three', 'two', 'one']);
  expect(await names('&limit=1')).toEqual(['three']);
  expect(await names(`&startTime=${NOW_MS + 60_000}&endTime=${NOW_MS + 120_000}`)).toEqual(['two']);
  expect((await ask('/v2/allOrders', 'symbol=eth_krw&limit=1001')).word).toBe('BAD_REQUEST');
  const tradeShape = z.object({
    tradeId: z.number().int(),
    orderId: z.number(),
    qty: z.string(),
    feeCurrency: z.literal('krw'),
    isTaker: z.literal(true),
  });
  const trades = async () => z.array(tradeShape).parse((await ask('/v2/myTrades', 'symbol=eth_krw')).data);
  const sold = (await trades()).reduce((sum, trade) => sum.plus(trade.qty), new Decimal(0));
  expect(sold.toFixed()).toBe('1.5');
  expect(new Set((await trades()).map(({ tradeId }) => tradeId)).size).toBe((await trades()).length);
  running.clock.advanceBy(36 * 3_600_000);
  expect([await names(), await trades()]).toEqual([[], []]);
  expect((await look('one')).status).toBe('filled');
});

it('what everybody may see needs no key, and a market that has closed stays listed', async () => {
  const closesAt = new Date(NOW_MS + 3_600_000).toISOString();
  await running.exchange.operator.setDelisting({ asset: 'ETH', closesAt });
  const pair = async () =>
    z
      .array(z.object({ symbol: z.string(), status: z.string() }))
      .parse((await send('GET', '/v2/currencyPairs')).data)
      .find(({ symbol }) => symbol === 'eth_krw')?.status;
  expect(await pair()).toBe('launched');
  expect(JSON.stringify((await send('GET', '/v2/notices')).data)).toContain('이더리움(ETH) 거래지원 종료 안내');
  running.clock.advanceBy(7_200_000);
  expect(await pair()).toBe('stopped');
  const book = bookShape.parse((await send('GET', '/v2/orderbook', { query: 'symbol=eth_krw' })).data);
  expect(book.timestamp).toBeLessThanOrEqual(NOW_MS + 3_600_000);
  await give(running, 'ETH', '1');
  expect((await place(sell('late', '1', '9000000'))).word).toBe('INVALID_CURRENCY_PAIR');
});

it('what everybody may see is limited per address, told in the headers, and refused with a time to wait', async () => {
  await running.exchange.stop();
  running = await startSample({ venue: 'korbit', limits: { quotationPerSecond: 3 } });
  const replies = await Promise.all(Array.from({ length: 5 }, () => send('GET', '/v2/time')));
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429, 429]);
  const [first] = replies;
  expect([first?.headers.get('Ratelimit'), first?.headers.get('Ratelimit-Policy')]).toEqual(['limit=3, remaining=2, reset=1', '3;w=1']);
  const refused = replies.find(({ status }) => status === 429);
  expect([refused?.headers.get('Retry-After'), refused?.headers.get('Ratelimit')]).toEqual(['1', 'limit=3, remaining=0, reset=1']);
});
