import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { ask, CITY, give, postOrder, type Running, startSample } from './support.ts';

let running: Running | undefined;

afterEach(async () => {
  await running?.exchange.stop();
});

const accounts = z.array(z.object({ currency: z.string(), balance: z.string(), locked: z.string() }));

it('a wrong balance is shown until it is cleared, while what is held stays right', async () => {
  running = await startSample();
  const { url, exchange } = running;
  const { operator } = exchange;
  await give(running, 'ETH', '10');
  await postOrder(url, { market: 'KRW-ETH', side: 'ask', ord_type: 'limit', volume: '3', price: '9000000', identifier: 'b-1' });
  const shown = async (currency: string): Promise<unknown> => {
    const list = accounts.parse((await ask(url, '/v1/accounts')).json);
    const one = list.find((each) => each.currency === currency);
    return one === undefined ? undefined : [one.balance, one.locked];
  };
  await operator.setWrongBalance({ accountId: CITY, asset: 'ETH', wrongBy: '-0.5' });
  await operator.setWrongBalance({ accountId: CITY, asset: 'XRP', wrongBy: '12.25' });
  expect(await shown('ETH')).toEqual(['6.5', '3']);
  expect(await shown('XRP')).toEqual(['12.25', '0']);
  const chance = z
    .object({ ask_account: z.object({ balance: z.string() }) })
    .parse((await ask(url, '/v1/orders/chance', 'market=KRW-ETH')).json);
  expect(chance.ask_account.balance).toBe('6.5');
  expect(await operator.balances({ accountId: CITY })).toEqual([{ asset: 'ETH', free: '7', locked: '3' }]);
  expect(Object.values(await operator.totals()).every((total) => total === '0')).toBe(true);

  await operator.setWrongBalance({ accountId: CITY, asset: 'ETH', wrongBy: '-100' });
  expect(await shown('ETH')).toEqual(['0', '3']);
  await operator.setWrongBalance({ accountId: CITY, asset: 'ETH', wrongBy: '0' });
  expect(await shown('ETH')).toEqual(['7', '3']);
  await operator.clearFaults();
  expect(await shown('XRP')).toBeUndefined();
  const sold = await postOrder(url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '7', identifier: 'b-2' });
  expect(sold.status).toBe(201);
  await expect(operator.setWrongBalance({ accountId: 'nobody', asset: 'ETH', wrongBy: '1' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
