import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RemoteOperator } from '../../src/paper-exchange/operator/remote-operator.ts';
import { ask, CITY, give, type Running, send, startSample } from './support.ts';

const TOKEN = 'operator-token-of-the-sample';
const PERSON = { name: '표본-001', birthDate: '1980-01-01', phone: '010-0000-0001' };
const OTHER = { name: '표본-002', birthDate: '1990-02-02', phone: '010-0000-0002', registrationNumber: '900202-2000000' };

let running: Running;

beforeEach(async () => {
  running = await startSample({ operatorToken: TOKEN });
});

afterEach(async () => {
  await running.exchange.stop();
});

describe('an inquiry', () => {
  it('is answered with holdings at last prices, matched by registration number or by name, birth date and phone', async () => {
    const { operator } = running.exchange;
    const { accountId: first } = await operator.openAccount({ identity: PERSON });
    const { accountId: second } = await operator.openAccount({ identity: OTHER });
    await operator.depositFromChain({ accountId: first, asset: 'BTC', quantity: '0.25', confirmationSeconds: 0 });
    await operator.depositWon({ accountId: first, amount: '12345' });
    await operator.placeOrder({ accountId: first, asset: 'BTC', side: 'sell', price: '400000000', quantity: '0.1' });
    const answer = await operator.answerInquiry({
      items: [
        { reference: 'q-1', ...PERSON, phone: '01000000001' },
        { reference: 'q-2', ...OTHER, name: '개명-002', registrationNumber: '9002022000000' },
        { reference: 'q-3', ...PERSON, birthDate: '1980-01-02' },
        { reference: 'q-4', ...PERSON, phone: '010-0000-0009' },
        { reference: 'q-5', ...OTHER, registrationNumber: '900202-1000000' },
      ],
    });
    const price = String((await send(running.url, 'GET', '/v1/ticker?markets=KRW-BTC')).text.match(/"trade_price":(\d+)/)?.[1]);
    expect(answer).toEqual({
      answeredAt: '2026-01-05T03:00:20.000Z',
      rows: [
        {
          reference: 'q-1',
          matchedBy: 'name_birth_phone',
          accountId: first,
          ...PERSON,
          asset: 'BTC',
          quantity: '0.25',
          lockedQuantity: '0.1',
          price,
          value: String(Number(price) / 4),
        },
        {
          reference: 'q-1',
          matchedBy: 'name_birth_phone',
          accountId: first,
          ...PERSON,
          asset: 'KRW',
          quantity: '12345',
          lockedQuantity: '0',
          price: '1',
          value: '12345',
        },
      ],
      withoutHoldings: ['q-2'],
      notFound: ['q-3', 'q-4', 'q-5'],
    });
    expect(second).not.toBe(first);
  });

  it('knows a person as one customer only', async () => {
    const { operator } = running.exchange;
    const { accountId } = await operator.openAccount({ identity: PERSON });
    await expect(operator.openAccount({ identity: PERSON })).rejects.toThrow(/already is the customer/);
    expect(await operator.openAccount({ accountId, identity: PERSON })).toEqual({ accountId });
    await expect(operator.openAccount({ accountId: CITY, identity: OTHER })).rejects.toThrow(/corporate/);
  });
});

describe('a frozen account', () => {
  it('loses its open orders and cannot order any more, but receives', async () => {
    const { operator } = running.exchange;
    const { accountId } = await operator.openAccount({ identity: PERSON });
    await operator.depositFromChain({ accountId, asset: 'ETH', quantity: '2', confirmationSeconds: 0 });
    await operator.placeOrder({ accountId, asset: 'ETH', side: 'sell', price: '9000000', quantity: '2' });
    await operator.setFrozen({ accountId, frozen: true });
    expect(await operator.orders({ accountId })).toMatchObject([{ state: 'cancelled' }]);
    await expect(operator.placeOrder({ accountId, asset: 'ETH', side: 'sell', quantity: '1' })).rejects.toThrow(/account_frozen/);
    await operator.depositFromChain({ accountId, asset: 'ETH', quantity: '1', confirmationSeconds: 0 });
    expect(await operator.balances({ accountId })).toEqual([{ asset: 'ETH', free: '3', locked: '0' }]);
    await operator.setFrozen({ accountId, frozen: false });
    expect(await operator.placeOrder({ accountId, asset: 'ETH', side: 'sell', quantity: '1' })).toMatchObject({
      origin: 'person',
      state: 'filled',
    });
  });
});

it('shows the service an order that a person placed by hand in the city’s account', async () => {
  await give(running, 'ETH', '1');
  const placed = await running.exchange.operator.placeOrder({
    accountId: CITY,
    asset: 'ETH',
    side: 'sell',
    price: '9000000',
    quantity: '1',
  });
  expect((await ask(running.url, '/v1/orders/open')).json).toMatchObject([{ uuid: placed.orderId, state: 'wait' }]);
  expect((await ask(running.url, '/v1/orders/open')).text).not.toContain('identifier');
  expect(await running.exchange.operator.cancelOrder({ orderId: placed.orderId })).toEqual({ cancelled: true });
});

it('marks markets with warnings and cautions', async () => {
  await running.exchange.operator.setMarketEvent({ asset: 'MOC', warning: true, cautions: ['PRICE_FLUCTUATIONS'] });
  const reply = await send(running.url, 'GET', '/v1/market/all?is_details=true');
  expect(reply.json).toContainEqual({
    market: 'KRW-MOC',
    korean_name: '모스코인',
    english_name: 'Moss Coin',
    market_event: {
      warning: true,
      caution: {
        PRICE_FLUCTUATIONS: true,
        TRADING_VOLUME_SOARING: false,
        DEPOSIT_AMOUNT_SOARING: false,
        GLOBAL_PRICE_DIFFERENCES: false,
        CONCENTRATION_OF_SMALL_ACCOUNTS: false,
      },
    },
  });
});

describe('over HTTP', () => {
  it('is the same operator', async () => {
    const remote = new RemoteOperator(running.url, TOKEN);
    const { accountId } = await remote.openAccount({ identity: PERSON });
    await remote.depositFromChain({ accountId, asset: 'ETH', quantity: '1.5', confirmationSeconds: 0 });
    expect(await remote.balances({ accountId })).toEqual(await running.exchange.operator.balances({ accountId }));
    expect(await remote.totals()).toEqual({ ETH: '0' });
    await expect(remote.balances({ accountId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(remote.depositWon({ accountId, amount: '-1' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('takes every call of the guide as it stands there', async () => {
    const guide = await readFile(new URL('../../docs/exchanges.md', import.meta.url), 'utf8');
    const calls = [...guide.matchAll(/curl -X POST \$office\/(\w+) -H "\$token" -H "\$json" (?:\\\n {2})?-d '([^']+)'/g)];
    expect(calls.map(([, name]) => name)).toEqual(expect.arrayContaining(['openCorporateAccount', 'depositAddresses', 'injectFault']));
    for (const [, name, body = ''] of calls) {
      const answer = await send(running.url, 'POST', `/operator/${name}`, { authorization: `Bearer ${TOKEN}`, body });
      expect(answer, `${name} ${answer.text}`).toMatchObject({ status: 200 });
    }
  });

  it('is closed to whoever lacks the token, and tells no values of what it refuses', async () => {
    await expect(new RemoteOperator(running.url, 'wrong-token-of-the-sample').totals()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const body = JSON.stringify({ identity: { ...PERSON, birthDate: '1980-02-30' } });
    const refused = await send(running.url, 'POST', '/operator/openAccount', { authorization: `Bearer ${TOKEN}`, body });
    expect(refused.status).toBe(400);
    expect(refused.text).not.toContain(PERSON.name);
    const { url, exchange } = await startSample();
    expect((await send(url, 'POST', '/operator/totals', { authorization: 'Bearer ', body: '{}' })).status).toBe(404);
    await exchange.stop();
  });
});
