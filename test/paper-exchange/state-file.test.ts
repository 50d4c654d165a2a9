import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ask, bookOf, CITY, errorName, give, postOrder, type Running, startSample } from './support.ts';

let stateFile: string;

beforeEach(() => {
  stateFile = join(temporaryFolder(), 'exchange.jsonl');
});

const PERSON = { name: '표본-001', birthDate: '1980-01-01', phone: '010-0000-0001', registrationNumber: '800101-1000000' };

async function picture(running: Running): Promise<unknown> {
  const { operator } = running.exchange;
  return {
    balances: await operator.balances({ accountId: CITY }),
    person: await operator.balances({ accountId: 'person-1' }),
    orders: await operator.orders(),
    transfers: await operator.transfers(),
    totals: await operator.totals(),
    closed: (await ask(running.url, '/v1/orders/closed')).json,
    deposits: (await ask(running.url, '/v1/deposits')).json,
    book: await bookOf(running.url, 'KRW-XRP'),
  };
}

it('brings everything back after a restart: balances, orders, transfers on their way, spent identifiers', async () => {
  const before = await startSample({ stateFile });
  const { operator } = before.exchange;
  await operator.openAccount({ accountId: 'person-1', identity: PERSON });
  await operator.depositFromChain({ accountId: 'person-1', asset: 'ETH', quantity: '3', confirmationSeconds: 0 });
  await give(before, 'ETH', '10');
  await postOrder(before.url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '1.5', identifier: 's-1' });
  await postOrder(before.url, { market: 'KRW-ETH', side: 'ask', ord_type: 'limit', volume: '1', price: '9000000', identifier: 's-2' });
  await postOrder(before.url, { market: 'KRW-ETH', side: 'ask', ord_type: 'limit', volume: '1', price: '1', identifier: 's-3' });
  await operator.transferInternally({ fromAccountId: 'person-1', toAccountId: CITY, asset: 'ETH', quantity: '2', by: 'staff' });
  await operator.haltWallet({ asset: 'SOL', deposits: true, withdrawals: true });
  const expected = await picture(before);
  await before.exchange.stop();

  const after = await startSample({ stateFile });
  expect(await picture(after)).toEqual(expected);
  for (const identifier of ['s-1', 's-2', 's-3']) {
    const again = await postOrder(after.url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '1', identifier });
    expect(errorName(again)).toBe('duplicated_identifier');
  }
  expect((await ask(after.url, '/v1/order', 'identifier=s-2', 'DELETE')).status).toBe(200);
  after.clock.advanceBy(60_000);
  expect((await ask(after.url, '/v1/deposits')).json).toMatchObject([
    { state: 'ACCEPTED', amount: '2' },
    { state: 'ACCEPTED', amount: '10' },
  ]);
  await after.exchange.stop();
});

it('goes on with orders that rest where they were: behind the same queue, and with their cancellation under way', async () => {
  const pictures: unknown[] = [];
  for (const restarts of [false, true]) {
    const file = join(temporaryFolder(), 'exchange.jsonl');
    let running = await startSample({ stateFile: file });
    await give(running, 'ETH', '300');
    const asks = (await bookOf(running.url, 'KRW-ETH')).orderbook_units.map(({ ask_price }) => String(ask_price));
    const rest = { market: 'KRW-ETH', side: 'ask', ord_type: 'limit', volume: '90', time_in_force: 'post_only' };
    await postOrder(running.url, { ...rest, price: asks[0] ?? '', identifier: 'r-1' });
    await running.exchange.operator.setManners({ cancelDelaySeconds: 240 });
    await postOrder(running.url, { ...rest, price: asks[1] ?? '', identifier: 'r-2' });
    await ask(running.url, '/v1/order', 'identifier=r-2', 'DELETE');
    if (restarts) {
      await running.exchange.stop();
      running = await startSample({ stateFile: file });
    }
    for (const seconds of [100, 200, 900]) {
      running.clock.advanceBy(seconds * 1_000);
      const orders = await running.exchange.operator.orders();
      pictures.push(orders.map((order) => ({ ...order, orderId: '', fills: order.fills.map((fill) => ({ ...fill, fillId: '' })) })));
    }
    await running.exchange.stop();
  }
  expect(pictures.slice(3)).toEqual(pictures.slice(0, 3));
  expect(JSON.stringify(pictures[2])).toContain('"state":"cancelled"');
});

it('keeps neither identities nor secrets, and needs the identity again', async () => {
  const running = await startSample({ stateFile });
  await running.exchange.operator.openAccount({ accountId: 'person-1', identity: PERSON });
  await running.exchange.stop();
  const content = readFileSync(stateFile, 'utf8');
  for (const secret of [...Object.values(PERSON), 'secret-key-of-the-sample-city']) expect(content).not.toContain(secret);
  const again = await startSample({ stateFile });
  const items = [{ reference: 'q', ...PERSON }];
  expect((await again.exchange.operator.answerInquiry({ items })).notFound).toEqual(['q']);
  await again.exchange.operator.openAccount({ accountId: 'person-1', identity: PERSON });
  expect((await again.exchange.operator.answerInquiry({ items })).withoutHoldings).toEqual(['q']);
  await again.exchange.stop();
});

it('drops a line torn by a kill, and refuses a line that is not its own', async () => {
  const running = await startSample({ stateFile });
  await give(running, 'ETH', '1');
  await running.exchange.stop();
  appendFileSync(stateFile, '[{"kind":"account","account":{"acc');
  const again = await startSample({ stateFile });
  expect(await again.exchange.operator.balances({ accountId: CITY })).toEqual([{ asset: 'ETH', free: '1', locked: '0' }]);
  await give(again, 'ETH', '1');
  await again.exchange.stop();
  expect(
    await startSample({ stateFile }).then(async (third) => {
      const balances = await third.exchange.operator.balances({ accountId: CITY });
      await third.exchange.stop();
      return balances;
    }),
  ).toEqual([{ asset: 'ETH', free: '2', locked: '0' }]);
  writeFileSync(stateFile, 'nonsense\n');
  await expect(startSample({ stateFile })).rejects.toMatchObject({ code: 'FILE_FORMAT' });
});
