import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalCoinone, startCoinone } from './coinone-local-venue.ts';

let local: LocalCoinone;
beforeAll(async () => {
  local = await startCoinone();
});
afterAll(() => local.venue.close());

/** ccxt's class of every code that Coinone documents (docs.coinone.co.kr, "API error codes"). */
const CLASSES: Readonly<Record<string, readonly number[]>> = {
  RateLimitExceeded: [4],
  AuthenticationError: [8, 11, 12, 23, 24, 25, 26, 27, 28, 29, 120, 121, 122, 123, 151, 1206],
  PermissionDenied: [10, 21, 22, 40, 53],
  AccountNotEnabled: [50, 52],
  AccountSuspended: [3009, 3010],
  NotSupported: [20, 51, 315, 1201, 1202],
  BadRequest: [101, 107, 158, 159, 160, 202, 316, 317, 3013],
  BadSymbol: [108, 109],
  InsufficientFunds: [103, 157],
  OrderNotFound: [104],
  InvalidOrder: [105, 111, 116, 117, 118, 161, 162, 163, 164, 165, 166, 167, 300, 305, 306, 307, 308, 309, 310, 313, 314],
  DuplicateOrderId: [312],
  InvalidNonce: [130, 131, 132, 133],
  InvalidAddress: [152, 153, 154, 155, 156, 3014, 3015, 3016],
  OperationRejected: [3001, 3002, 3003, 3004, 3006, 3007, 3012],
  ManualInteractionNeeded: [3005, 3017, 3018],
  ExchangeNotAvailable: [405],
};
const codes = Object.entries(CLASSES).flatMap(([name, list]) => list.map((code): [number, string] => [code, name]));

const PATH = '/v2.1/account/balance/all';

function balance(body: string, status = 200): Promise<unknown> {
  local.answers({ [PATH]: { status, body } });
  return local.open().fetchBalance();
}

function refusal(code: number | string): string {
  return `{"result":"error","error_code":"${code}","error_msg":"sample"}`;
}

test('every documented code has its class, and there is no class for another', () => {
  const mapped: Record<string, unknown> = local.open().exceptions['exact'];
  expect(Object.keys(mapped).map(Number)).toEqual(codes.map(([code]) => code).toSorted((a, b) => a - b));
});

test.each(codes)('%i under HTTP 200 is %s', async (code, name) => {
  await expect(balance(refusal(code))).rejects.toMatchObject({ name, message: `coinone ${refusal(code)}` });
});

describe('answers that are no plain refusal under HTTP 200', () => {
  const cases: readonly [string, string, number, string][] = [
    ['a code nobody has read up', refusal(99_999), 200, 'ExchangeError'],
    ['an error without code', '{"result":"error"}', 200, 'ExchangeError'],
    ['the word of the older interfaces', '{"result":"error","errorCode":"4","errorMsg":"Blocked user access."}', 200, 'RateLimitExceeded'],
    ['a refusal under HTTP 400', refusal(103), 400, 'InsufficientFunds'],
    ['a refusal under HTTP 401', refusal(12), 401, 'AuthenticationError'],
    // What a 5xx says of the request is not to be relied on: the order may stand.
    ['a refusal under HTTP 500', refusal(103), 500, 'ExchangeNotAvailable'],
    ['an unlisted status of the server', refusal(103), 599, 'ExchangeNotAvailable'],
    ['a success under HTTP 503', '{"result":"success","error_code":"0"}', 503, 'ExchangeNotAvailable'],
    ['too many requests as JSON', refusal(4), 429, 'RateLimitExceeded'],
    ['too many requests by another code', refusal(103), 429, 'RateLimitExceeded'],
    ['a block', '{}', 418, 'DDoSProtection'],
    ['an empty success', '', 200, 'BadResponse'],
    ['a page instead of JSON', '<html></html>', 200, 'BadResponse'],
    ['JSON that does not say what it is', '{}', 200, 'BadResponse'],
    ['a list', '[]', 200, 'BadResponse'],
    ['an empty 404', '', 404, 'ExchangeNotAvailable'],
    ['an unlisted status', '', 430, 'BadResponse'],
  ];
  test.each(cases)('%s', async (_name, body, status, errorName) => {
    await expect(balance(body, status)).rejects.toMatchObject({ name: errorName });
  });
});

test('a new order that is answered without its id is no order', async () => {
  local.answers({ '/v2.1/order': '{"result":"success","error_code":"0"}' });
  await expect(local.open().createOrder('BTC/KRW', 'limit', 'sell', '1', '1000')).rejects.toMatchObject({ name: 'BadResponse' });
});

test('a look-up that is answered without an order finds none and denies none', async () => {
  local.answers({ '/v2.1/order/detail': '{"result":"success","error_code":"0"}' });
  await expect(local.open().fetchOrder('sample', 'BTC/KRW')).rejects.toMatchObject({ name: 'BadResponse' });
});

test('an asset that takes no deposits has no address to show', async () => {
  local.answers({ '/v2.1/account/deposit_address': '{"result":"success","error_code":"0","deposit_addresses":[]}' });
  await expect(local.open().fetchDepositAddress('BTC')).rejects.toMatchObject({ name: 'InvalidAddress' });
});

test.each(['fetchOrder', 'cancelOrder'] as const)('%s needs a market', async (method) => {
  local.answers({});
  await expect(local.open()[method]('sample')).rejects.toMatchObject({ name: 'ArgumentsRequired' });
  await expect(local.open().cancelAllOrders()).rejects.toMatchObject({ name: 'ArgumentsRequired' });
});
