import { errors as ccxtErrors } from 'ccxt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { korbit } from '../../../src/exchange/ccxt/korbit.ts';
import { type Reply, type ScriptedVenue, startScriptedVenue } from '../scripted-venue.ts';

/** Every code of the documents (error codes; orders and withdrawals), of the probed answers and of the venue's own client. */
const CODES: readonly (readonly [number, string, keyof typeof ccxtErrors])[] = [
  [400, 'ACCOUNT_SEQ_NOT_ALLOWED', 'PermissionDenied'],
  [400, 'BAD_REQUEST', 'BadRequest'],
  [400, 'CANNOT_CANCEL_WITHDRAWAL', 'OperationRejected'],
  [400, 'DAILY_LIMIT_EXCEEDED', 'OperationRejected'],
  [400, 'DUPLICATE_CLIENT_ORDER_ID', 'DuplicateOrderId'],
  [400, 'EXCEED_TIME_WINDOW', 'InvalidNonce'],
  [400, 'FORBIDDEN_WITHDRAWAL_ADDRESS', 'InvalidAddress'],
  [400, 'INVALID_CURRENCY', 'BadSymbol'],
  [400, 'INVALID_CURRENCY_PAIR', 'BadSymbol'],
  [400, 'INVALID_USER_STATUS', 'PermissionDenied'],
  [401, 'KEY_NOT_FOUND', 'AuthenticationError'],
  [404, 'NOT_FOUND', 'BadRequest'],
  [400, 'NO_BALANCE', 'InsufficientFunds'],
  [400, 'NO_TIMESTAMP', 'AuthenticationError'],
  [400, 'ONLY_SELL_LIMIT_ORDERS_ALLOWED', 'InvalidOrder'],
  [400, 'ORDER_ALREADY_CANCELED', 'InvalidOrder'],
  [400, 'ORDER_ALREADY_EXPIRED', 'InvalidOrder'],
  [400, 'ORDER_ALREADY_FILLED', 'InvalidOrder'],
  [400, 'ORDER_NOT_FOUND', 'OrderNotFound'],
  [400, 'ORDER_VALUE_TOO_LARGE', 'InvalidOrder'],
  [400, 'ORDER_VALUE_TOO_SMALL', 'InvalidOrder'],
  [400, 'PRICE_OVER_UPPER_BOUND', 'InvalidOrder'],
  [400, 'PRICE_TICK_SIZE_INVALID', 'InvalidOrder'],
  [400, 'PRICE_UNDER_LOWER_BOUND', 'InvalidOrder'],
  [503, 'SANDBOX_MARKET_DATA_UNAVAILABLE', 'ExchangeNotAvailable'],
  [400, 'TOO_MANY_OPEN_ORDERS', 'InvalidOrder'],
  [400, 'TRY_AGAIN', 'OperationFailed'],
  [400, 'UNREGISTERED_WITHDRAWAL_ADDRESS', 'InvalidAddress'],
  [400, 'WITHDRAWAL_ALREADY_FINISHED', 'OperationRejected'],
  [400, 'WITHDRAWAL_ALREADY_IN_PROGRESS', 'OperationRejected'],
  [400, 'WITHDRAWAL_SUSPENDED', 'OperationRejected'],
];

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

async function thrownFor(reply: Reply): Promise<Error> {
  venue.script(reply);
  const client = new korbit({
    apiKey: 'sample-api-key',
    secret: 'sample-secret',
    enableRateLimit: false,
    urls: { api: { public: venue.baseUrl, private: venue.baseUrl } },
  });
  const thrown: unknown = await client.privatePostOrders({ symbol: 'btc_krw' }).catch((error: unknown) => error);
  if (!(thrown instanceof Error)) throw new Error('Nothing was thrown.');
  return thrown;
}

function refusal(status: number, message: string): Reply {
  return { status, body: JSON.stringify({ success: false, error: { code: status, message } }) };
}

test.each(CODES)('%i %s is %s', async (status, code, name) => {
  const error = await thrownFor(refusal(status, code));
  expect(error.constructor).toBe(ccxtErrors[name]);
  expect(error.message).toContain(code);
});

test('every code that the class maps is among those tested here', () => {
  const mapped = Object.keys(new korbit().exceptions['exact']);
  expect(mapped.toSorted()).toEqual(CODES.map(([, code]) => code).toSorted());
});

test('a refusal inside a 200 is one', async () => {
  expect((await thrownFor(refusal(200, 'NO_BALANCE'))).constructor).toBe(ccxtErrors.InsufficientFunds);
  expect((await thrownFor({ body: '{"success":false}' })).constructor).toBe(ccxtErrors.ExchangeError);
});

test('a code that nobody has read up is judged by its status, and a server in trouble refuses nothing', async () => {
  expect((await thrownFor(refusal(400, 'CODE_OF_TOMORROW'))).constructor).toBe(ccxtErrors.ExchangeError);
  expect((await thrownFor(refusal(401, 'CODE_OF_TOMORROW'))).constructor).toBe(ccxtErrors.AuthenticationError);
  expect((await thrownFor(refusal(403, 'CODE_OF_TOMORROW'))).constructor).toBe(ccxtErrors.PermissionDenied);
  for (const status of [500, 502, 503]) {
    expect((await thrownFor(refusal(status, 'CODE_OF_TOMORROW'))).constructor).toBe(ccxtErrors.ExchangeNotAvailable);
  }
});

test('too many requests are told by the status, whatever the body says', async () => {
  expect((await thrownFor(refusal(429, 'BAD_REQUEST'))).constructor).toBe(ccxtErrors.RateLimitExceeded);
  expect((await thrownFor({ status: 429, body: 'slow down' })).constructor).toBe(ccxtErrors.RateLimitExceeded);
});

test('words of which only the kind is known', async () => {
  expect((await thrownFor(refusal(400, 'IP_NOT_IN_WHITELIST'))).constructor).toBe(ccxtErrors.PermissionDenied);
  expect((await thrownFor(refusal(400, 'IP_NOT_IN_ALLOWLIST'))).constructor).toBe(ccxtErrors.PermissionDenied);
  expect((await thrownFor(refusal(400, 'INVALID_SIGNATURE'))).constructor).toBe(ccxtErrors.AuthenticationError);
});

test('an answer that is no JSON is left to ccxt: nobody said no', async () => {
  const page = { headers: { 'Content-Type': 'text/html' }, body: '<html>busy</html>' };
  expect(await thrownFor({ ...page, status: 403 })).toBeInstanceOf(ccxtErrors.ExchangeNotAvailable);
  expect(await thrownFor({ ...page, status: 502 })).toBeInstanceOf(ccxtErrors.ExchangeNotAvailable);
  expect(await thrownFor({ ...page, status: 504 })).toBeInstanceOf(ccxtErrors.RequestTimeout);
});

test('a connection that breaks is a failed operation, not a refusal', async () => {
  expect(await thrownFor('reset')).toBeInstanceOf(ccxtErrors.NetworkError);
});

test('a success without an order id is no accepted order', async () => {
  const client = new korbit({
    apiKey: 'sample-api-key',
    secret: 'sample-secret',
    enableRateLimit: false,
    urls: { api: { public: venue.baseUrl, private: venue.baseUrl } },
  });
  for (const body of ['', '{"success":true}', '{"success":true,"data":{}}']) {
    venue.script((request) => {
      if (request.method === 'POST') return { body };
      const data = request.path === '/v2/time' ? { time: 1_700_000_000_000 } : [{ symbol: 'btc_krw', name: 'btc', status: 'launched' }];
      return { body: JSON.stringify({ success: true, data }) };
    });
    const order: unknown = await client.createOrder('BTC/KRW', 'market', 'sell', '1').catch((error: unknown) => error);
    expect(order).toBeInstanceOf(ccxtErrors.NullResponse);
  }
});
