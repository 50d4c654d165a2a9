import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { failure, ORDER_ID, PLACED, payloadOf, type ScriptedCoinone, SECRET, SELL, startScriptedCoinone } from './coinone-scripted.ts';
import type { Reply } from './scripted-venue.ts';

let coinone: ScriptedCoinone;
beforeAll(async () => {
  coinone = await startScriptedCoinone();
});
afterAll(() => coinone.venue.close());

const ORDER = '/v2.1/order';

function answering(reply: string | Reply) {
  coinone.answers({ [ORDER]: reply });
  return coinone.adapter({ timeoutMs: 300 });
}

describe('what is sent', () => {
  test('an immediate sell is a market order with a bound, in figures of exactly our digits', async () => {
    const order = { ...SELL, quantity: CoinAmount.of('BTC', '9007199254740993.12345678'), limitPrice: Price.of('BTC', '0.00000001') };
    expect(await answering(PLACED).sell(order)).toEqual({ kind: 'accepted', orderId: ORDER_ID });
    expect(payloadOf(coinone.sent(ORDER)[0])).toEqual({
      side: 'SELL',
      quote_currency: 'KRW',
      target_currency: 'BTC',
      type: 'MARKET',
      qty: '9007199254740993.12345678',
      limit_price: '0.00000001',
      user_order_id: 'cheongsan-000001',
    });
  });

  test('a passive sell is a limit order that only makes', async () => {
    await answering(PLACED).sell({ ...SELL, timeInForce: 'post_only' });
    expect(payloadOf(coinone.sent(ORDER)[0])).toEqual({
      side: 'SELL',
      quote_currency: 'KRW',
      target_currency: 'BTC',
      type: 'LIMIT',
      qty: '0.0123',
      price: '151234000',
      post_only: true,
      user_order_id: 'cheongsan-000001',
    });
  });

  test.each([
    ['capitals', { identifier: 'Cheongsan-1' }],
    ['no identifier', { identifier: '' }],
    ['a long identifier', { identifier: 'a'.repeat(151) }],
    ['a blank', { identifier: 'a b' }],
    ['nothing to sell', { quantity: CoinAmount.zero('BTC') }],
    ['a sell at any price', { limitPrice: Price.of('BTC', '0') }],
    ['another coin', { quantity: CoinAmount.of('ETH', '1') }],
    ['no won market', { symbol: 'BTC-USDT' }],
  ])('%s is not sent', async (_name, change) => {
    const adapter = answering(PLACED);
    await expect(adapter.sell({ ...SELL, ...change })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(coinone.sent(ORDER)).toEqual([]);
  });
});

describe('a no in a 200', () => {
  test.each(['103', '105', '109', '157', '161', '166', '300', '306', '307', '309', '310', '312', '314', '12', '40', '53'])(
    '%s is a refusal under that code',
    async (code) => {
      const answer = await answering(failure(code, 'why not')).sell(SELL);
      expect(answer).toEqual({ kind: 'refused', venueCode: code, message: 'why not' });
    },
  );

  test.each(['405', '116', '117', '118', '104', '999', '3010'])('%s leaves it open', async (code) => {
    expect(await answering(failure(code)).sell(SELL)).toEqual({ kind: 'unknown', reason: `HTTP 200 ${code}` });
  });

  test('in the words of the older interfaces, as a number, and without any code', async () => {
    const older = '{"result":"error","errorCode":"103","errorMsg":"Lack of Balance"}';
    expect(await answering(older).sell(SELL)).toMatchObject({ kind: 'refused', venueCode: '103', message: 'Lack of Balance' });
    expect(await answering('{"result":"error","error_code":103}').sell(SELL)).toMatchObject({ kind: 'refused', venueCode: '103' });
    expect(await answering('{"result":"error"}').sell(SELL)).toEqual({ kind: 'unknown', reason: 'HTTP 200 error' });
    expect(await answering('{"result":"error","error_code":"0"}').sell(SELL)).toEqual({ kind: 'unknown', reason: 'HTTP 200 error' });
  });

  test('a code beside a success, or an order id beside a no, is no acceptance', async () => {
    expect(await answering(`{"result":"success","error_code":"103","order_id":"${ORDER_ID}"}`).sell(SELL)).toMatchObject({
      kind: 'refused',
      venueCode: '103',
    });
    expect(await answering(`{"result":"error","error_code":"999","order_id":"${ORDER_ID}"}`).sell(SELL)).toMatchObject({ kind: 'unknown' });
  });

  test('the duplicate is the one of the capabilities', () => {
    expect(coinone.adapter().capabilities.duplicateIdentifierCodes).toEqual(['312']);
  });

  test('a nonce that was seen before: this copy was not executed, another may have been', async () => {
    expect(await answering(failure('132')).sell(SELL)).toEqual({ kind: 'not_executed', venueCode: '132', retryAfterMs: 1_000 });
  });
});

describe('everything else', () => {
  test.each([
    ['an empty 200', { body: '' }],
    ['a success without an id', { body: '{"result":"success","error_code":"0"}' }],
    ['an id without a result', { body: `{"order_id":"${ORDER_ID}"}` }],
    ['a web page', { body: '<html></html>' }],
    ['a list', { body: '[]' }],
    ['a refusal under 500', { status: 500, body: failure('103') }],
    ['a web page under 502', { status: 502, body: '<html></html>' }],
    ['a 503', { status: 503, body: failure('405') }],
    ['a 404 that is not Coinone’s', { status: 404, body: '{"message":"no such thing"}' }],
    ['a torn answer', 'reset_mid_body'],
    ['a stalled answer', 'stall_mid_body'],
    ['no answer', 'hang'],
    ['a reset', 'reset'],
  ] satisfies [string, Reply][])('%s is unknown', async (_name, reply) => {
    expect(await answering(reply).sell(SELL)).toMatchObject({ kind: 'unknown' });
    expect(coinone.sent(ORDER)).toHaveLength(1);
  });

  test('a refusal under 400 is one all the same', async () => {
    expect(await answering({ status: 400, body: failure('310') }).sell(SELL)).toMatchObject({ kind: 'refused', venueCode: '310' });
  });
});

describe('too many requests', () => {
  test.each([
    ['said with 200', { body: failure('4', 'Blocked user access') }],
    ['said with 429', { status: 429, body: failure('4', 'Blocked user access') }],
  ])('%s: not executed, and the next order waits for a second', async (_name, reply) => {
    coinone.answers({ [ORDER]: [reply, PLACED] });
    const adapter = coinone.adapter();
    expect(await adapter.sell(SELL)).toEqual({ kind: 'not_executed', venueCode: '4', retryAfterMs: 1_000 });
    expect(await adapter.sell(SELL)).toMatchObject({ kind: 'accepted' });
    const [first, second] = coinone.sent(ORDER);
    expect(Number(second?.atMs) - Number(first?.atMs)).toBeGreaterThan(950);
  });

  test('as long as the venue says', async () => {
    const adapter = answering({ status: 429, headers: { 'Retry-After': '7' }, body: failure('4') });
    expect(await adapter.sell(SELL)).toMatchObject({ kind: 'not_executed', retryAfterMs: 7_000 });
    expect(await adapter.sell(SELL)).toMatchObject({ kind: 'not_executed', venueCode: 'held_back' });
    expect(coinone.sent(ORDER)).toHaveLength(1);
    expect(adapter.orderBudget().blockedMs).toBeGreaterThan(5_000);
  });

  test('of the public interface nothing is asked for a minute', async () => {
    coinone.answers({ '/public/v2/markets/KRW': failure('4') });
    const adapter = coinone.adapter();
    await expect(adapter.markets()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', facts: { retryAfterMs: 60_000 } });
    await expect(adapter.markets()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
    expect(coinone.sent('/public/v2/markets/KRW')).toHaveLength(1);
  });

  test('what is left of the second is taken from the answers; a budget of forty is there from the beginning', async () => {
    const left = { headers: { 'Private-Order-Ratelimit-Remaining': '9' }, body: PLACED };
    const adapter = answering(left);
    expect(adapter.orderBudget()).toEqual({ perSecond: 40, availableNow: 40, blockedMs: 0 });
    await adapter.sell(SELL);
    expect(adapter.orderBudget()).toMatchObject({ perSecond: 10, availableNow: 9 });
  });
});

describe('the secret', () => {
  const venueThatSigns = (secret: string) => (request: Parameters<typeof payloadOf>[0]) => {
    try {
      payloadOf(request, secret);
      return { body: PLACED };
    } catch {
      return { body: failure('123', 'V2 API signature is not correct') };
    }
  };

  test('as it was issued is right the first time', async () => {
    coinone.answers({ [ORDER]: venueThatSigns(SECRET) });
    expect(await coinone.adapter().sell(SELL)).toMatchObject({ kind: 'accepted' });
    expect(coinone.sent(ORDER)).toHaveLength(1);
  });

  test('in capitals is found out once and kept, by requests at the same time too', async () => {
    coinone.answers({ [ORDER]: venueThatSigns(SECRET.toUpperCase()) });
    const adapter = coinone.adapter();
    const answers = await Promise.all([1, 2, 3].map((number) => adapter.sell({ ...SELL, identifier: `cheongsan-${number}` })));
    expect(answers.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    const before = coinone.sent(ORDER).length;
    await adapter.sell(SELL);
    expect(coinone.sent(ORDER)).toHaveLength(before + 1);
  });

  test('that is wrong either way is refused after two, also where the no comes with another status', async () => {
    coinone.answers({ [ORDER]: failure('123') });
    expect(await coinone.adapter().sell(SELL)).toMatchObject({ kind: 'refused', venueCode: '123' });
    expect(coinone.sent(ORDER)).toHaveLength(2);
    coinone.answers({ [ORDER]: { status: 401, body: failure('123') } });
    expect(await coinone.adapter().sell(SELL)).toMatchObject({ kind: 'refused', venueCode: '123' });
    expect(coinone.sent(ORDER)).toHaveLength(2);
  });
});
