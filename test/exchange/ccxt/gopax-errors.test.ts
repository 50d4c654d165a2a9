import { errors as ccxtErrors } from 'ccxt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gopax } from '../../../src/exchange/ccxt/gopax.ts';
import { type Reply, type ScriptedVenue, startScriptedVenue } from '../scripted-venue.ts';

/** The documents' list of codes, and those that ccxt's former class knew beside it. */
const CODES: Readonly<Partial<Record<keyof typeof ccxtErrors, readonly number[]>>> = {
  AccountSuspended: [10064],
  AuthenticationError: [102, 10004, 10006, 10155, 10229, 10230, 10231, 10233],
  BadRequest: [10041, 10062, 10166, 10255, 10256, 10265, 10296, 10319, 10367],
  BadSymbol: [100, 101, 104, 105, 106, 10044, 10056, 10057, 10058, 10059, 10061],
  DuplicateOrderId: [10222, 10223],
  ExchangeNotAvailable: [10052, 10074, 10195, 10234],
  InsufficientFunds: [201],
  InvalidNonce: [10108, 10232, 10263, 10264, 10297, 10298],
  InvalidOrder: [103, 107, 108, 111, 203, 204, 205, 206, 10157, 10212, 10227, 10358, 10359, 10360, 10361, 10362, 10363],
  OrderNotFound: [202, 10069, 10221],
  PermissionDenied: [10033, 10204],
  RateLimitExceeded: [10105, 10364],
};
const CASES = Object.entries(CODES).flatMap(([name, codes]) => codes.map((code) => [code, name] as const));

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

function exchange(): gopax {
  return new gopax({
    apiKey: 'sample-api-key',
    secret: 'c2VjcmV0',
    enableRateLimit: false,
    urls: { api: { public: venue.baseUrl, private: venue.baseUrl } },
  });
}

async function thrownFor(reply: Reply): Promise<Error> {
  venue.script(reply);
  const thrown: unknown = await exchange()
    .privatePostOrders({ side: 'sell' })
    .catch((error: unknown) => error);
  if (!(thrown instanceof Error)) throw new Error('Nothing was thrown.');
  return thrown;
}

function refusal(status: number, errorCode: number, errorMessage = 'a reason'): Reply {
  return { status, body: JSON.stringify({ errorMessage, errorCode, errorData: {} }) };
}

test.each(CASES)('%i is %s, in a 400 as in a 200', async (code, name) => {
  for (const status of [400, 200]) {
    const error = await thrownFor(refusal(status, code));
    expect(error.constructor.name).toBe(name);
    expect(error.message).toContain(`"errorCode":${code}`);
  }
});

test('every code that the class maps is among those tested here', () => {
  expect(Object.keys(new gopax().exceptions['exact']).toSorted()).toEqual(CASES.map(([code]) => String(code)).toSorted());
});

test('the classes thrown are those of ccxt', async () => {
  expect(await thrownFor(refusal(400, 201))).toBeInstanceOf(ccxtErrors.InsufficientFunds);
});

test('an answer without a code that is known is judged by its words, then by its status', async () => {
  expect(await thrownFor(refusal(400, 99_999, 'No such order ID: 73152094'))).toBeInstanceOf(ccxtErrors.OrderNotFound);
  expect(await thrownFor({ body: '{"errorMessage":"No such client order ID"}' })).toBeInstanceOf(ccxtErrors.OrderNotFound);
  expect(await thrownFor({ body: '{"errormsg":"ORDER_EVENT_ERROR_INSUFFICIENT_BALANCE"}' })).toBeInstanceOf(ccxtErrors.InsufficientFunds);
  expect((await thrownFor({ body: '{"errormsg":"something"}' })).constructor).toBe(ccxtErrors.ExchangeError);
  expect((await thrownFor(refusal(400, 99_999))).constructor).toBe(ccxtErrors.ExchangeError);
  expect((await thrownFor(refusal(401, 99_999))).constructor).toBe(ccxtErrors.AuthenticationError);
  expect((await thrownFor(refusal(403, 99_999))).constructor).toBe(ccxtErrors.PermissionDenied);
  expect((await thrownFor(refusal(500, 99_999))).constructor).toBe(ccxtErrors.ExchangeNotAvailable);
  expect((await thrownFor({ status: 503, body: '{}' })).constructor).toBe(ccxtErrors.ExchangeNotAvailable);
});

test('too many requests are told by the status, whatever the body says', async () => {
  expect((await thrownFor(refusal(429, 201))).constructor).toBe(ccxtErrors.RateLimitExceeded);
});

test('an answer that is no JSON is left to ccxt: nobody said no', async () => {
  const page = { headers: { 'Content-Type': 'text/html' }, body: '<pre>Cannot GET /nope</pre>' };
  expect(await thrownFor({ ...page, status: 404 })).toBeInstanceOf(ccxtErrors.ExchangeNotAvailable);
  expect(await thrownFor('reset')).toBeInstanceOf(ccxtErrors.NetworkError);
});

test('a success without an order id is no accepted order', async () => {
  const client = exchange();
  for (const body of ['', '{}']) {
    venue.script((request) => {
      if (request.method === 'POST') return { body };
      if (request.path === '/time') return { body: '{"serverTime":1700000000000}' };
      return { body: '[{"id":"BTC","name":"BTC-KRW","baseAsset":"BTC","quoteAsset":"KRW","baseAssetScale":8,"scale":8}]' };
    });
    const order: unknown = await client.createOrder('BTC/KRW', 'market', 'sell', '1').catch((error: unknown) => error);
    expect(order).toBeInstanceOf(ccxtErrors.NullResponse);
  }
});
