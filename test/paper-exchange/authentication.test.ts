import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, errorName, postOrder, type Running, send, startSample, token } from './support.ts';

let running: Running;
let url: string;

beforeAll(async () => {
  running = await startSample();
  url = running.url;
});

afterAll(async () => {
  await running.exchange.stop();
});

async function accounts(authorization?: string): Promise<{ status: number; name: string | number }> {
  const reply = await send(url, 'GET', '/v1/accounts', authorization === undefined ? {} : { authorization });
  return { status: reply.status, name: reply.status === 200 ? 'ok' : errorName(reply) };
}

describe('a token', () => {
  it.each(['HS256', 'HS512'])('signed with %s is accepted', async (algorithm) => {
    expect(await accounts(token('', { algorithm }))).toEqual({ status: 200, name: 'ok' });
  });

  it('is refused with the word for what is wrong', async () => {
    expect(await accounts()).toEqual({ status: 401, name: 'no_authorization_token' });
    expect(await accounts('Bearer nonsense')).toEqual({ status: 401, name: 'jwt_verification' });
    expect(await accounts(token('', { secretKey: 'wrong' }))).toEqual({ status: 401, name: 'jwt_verification' });
    expect(await accounts(token('', { algorithm: 'none' }))).toEqual({ status: 401, name: 'jwt_verification' });
    expect(await accounts(token('', { accessKey: 'unknown' }))).toEqual({ status: 401, name: 'invalid_access_key' });
    expect(await accounts(token('', { queryHash: 'aa' }))).toEqual({ status: 401, name: 'invalid_query_payload' });
  });

  it('is good for one request only', async () => {
    const once = token('', { nonce: randomUUID() });
    expect(await accounts(once)).toEqual({ status: 200, name: 'ok' });
    expect(await accounts(once)).toEqual({ status: 401, name: 'nonce_used' });
  });

  it('must carry the hash of exactly the parameters sent', async () => {
    const path = '/v1/orders/chance?market=KRW-BTC';
    expect((await send(url, 'GET', path, { authorization: token('market=KRW-BTC') })).status).toBe(200);
    for (const authorization of [token('market=KRW-ETH'), token('market=KRW-BTC', { queryHash: undefined }), token('')]) {
      const reply = await send(url, 'GET', path, { authorization });
      expect({ status: reply.status, name: errorName(reply) }).toEqual({ status: 401, name: 'invalid_query_payload' });
    }
  });

  it('is checked over the unescaped query, so that a bare plus sign, which means a blank, does not fit', async () => {
    const parameters = 'start_time=2026-01-05T12:00:00+09:00';
    expect((await ask(url, '/v1/orders/closed', parameters)).status).toBe(200);
    const bare = await send(url, 'GET', `/v1/orders/closed?${parameters}`, { authorization: token(parameters) });
    expect(errorName(bare)).toBe('invalid_query_payload');
  });

  it('covers the body of an order', async () => {
    const body = { market: 'KRW-BTC', side: 'ask', ord_type: 'market', volume: '1' };
    const signed = token('market=KRW-BTC&side=ask&ord_type=market&volume=1');
    const changed = await send(url, 'POST', '/v1/orders', { authorization: signed, body: JSON.stringify({ ...body, volume: '2' }) });
    expect(errorName(changed)).toBe('invalid_query_payload');
    expect(errorName(await postOrder(url, body))).toBe('insufficient_funds_ask');
  });
});

describe('a key', () => {
  it('does only what it may', async () => {
    await running.exchange.operator.openCorporateAccount({
      accountId: 'city-002',
      accessKey: 'reader',
      secretKey: 'reader-secret',
      scopes: ['view_account'],
    });
    const keys = { accessKey: 'reader', secretKey: 'reader-secret' };
    expect(await accounts(token('', keys))).toEqual({ status: 200, name: 'ok' });
    const orders = await send(url, 'GET', '/v1/orders/open', { authorization: token('', keys) });
    expect({ status: orders.status, name: errorName(orders) }).toEqual({ status: 403, name: 'out_of_scope' });
  });

  it('can never withdraw', async () => {
    const body = { currency: 'BTC', net_type: 'BTC', amount: '1', address: 'anywhere' };
    const signed = token('currency=BTC&net_type=BTC&amount=1&address=anywhere');
    const reply = await send(url, 'POST', '/v1/withdraws/coin', { authorization: signed, body: JSON.stringify(body) });
    expect({ status: reply.status, name: errorName(reply) }).toEqual({ status: 403, name: 'out_of_scope' });
  });

  it('ends by the exchange’s clock', async () => {
    const end = new Date(running.clock.now().getTime() + 60_000).toISOString();
    const keys = { accessKey: 'short', secretKey: 'short-secret' };
    await running.exchange.operator.openCorporateAccount({ accountId: 'city-003', ...keys, expiresAt: end });
    expect(await accounts(token('', keys))).toEqual({ status: 200, name: 'ok' });
    running.clock.advanceBy(60_000);
    expect(await accounts(token('', keys))).toEqual({ status: 401, name: 'expired_access_key' });
  });
});

it('answers what it does not know with 404 and a body in a DELETE with Upbit’s word', async () => {
  expect((await ask(url, '/v1/nothing')).status).toBe(404);
  const reply = await send(url, 'DELETE', '/v1/order?uuid=1', { authorization: token('uuid=1'), body: '{}' });
  expect(errorName(reply)).toBe('QUERY_PARAMETER_NOT_SUPPORTED');
});
