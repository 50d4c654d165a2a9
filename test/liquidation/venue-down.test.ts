import { afterAll, beforeAll, expect, it } from 'vitest';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { runDesk } from '../../src/liquidation/desk.ts';
import { deskDueSource } from '../../src/liquidation/progress.ts';
import { nextAppointment } from '../../src/queue/due.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CITY, type SaleCase, SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

/** The exchange answers nothing for this long; every appointment of the desk is kept. Returns how often it looked. */
async function downFor(seconds: number): Promise<number> {
  await city.exchange.operator.injectFault({ kind: 'gateway_error', target: 'all', times: 1_000_000 });
  const untilMs = city.clock.now().getTime() + seconds * 1_000;
  let looks = 0;
  for (;;) {
    const now = city.clock.now();
    const due = await deskDueSource(city.database).due(now);
    if (due.length > 0) {
      looks += 1;
      await city.run();
      // Answered once, it is not due again at the same instant: a driven clock goes on.
      expect(await deskDueSource(city.database).due(now)).toEqual([]);
      continue;
    }
    const next = await nextAppointment([deskDueSource(city.database)], now);
    if (next === undefined || next.getTime() >= untilMs) break;
    city.clock.advanceTo(next);
  }
  city.clock.advanceTo(new Date(Math.max(untilMs, city.clock.now().getTime())));
  await city.exchange.operator.clearFaults();
  return looks;
}

async function expectCovered({ caseId }: SaleCase): Promise<void> {
  expect(await city.lastDecision(caseId)).toEqual(['stop', 'covered']);
  expect(await city.differences()).toEqual([]);
}

it('an exchange that is down for an hour costs an hour: the sale waits without spinning, and goes on', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  expect(await downFor(3_600)).toBeLessThan(70);
  expect(await city.lastDecision(sold.caseId)).toEqual(['wait', 'BTC:market_unreadable']);
  await city.sellOut();
  await expectCovered(sold);
});

it('an exchange that takes no order because there were too many is sent none until it does', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  const blockedAtMs = city.clock.now().getTime();
  const { port } = city.desk;
  await runDesk({ ...city.desk, port: { ...port, orderBudget: () => ({ perSecond: 12, availableNow: 0, blockedMs: 60_000 }) } });
  expect(await city.lastDecision(sold.caseId)).toEqual(['wait', 'BTC:rate_budget_used']);
  expect(await city.orders(sold.caseId)).toEqual([]);
  const next = await nextAppointment([deskDueSource(city.database)], city.clock.now());
  expect(next?.getTime()).toBe(blockedAtMs + 60_000);
  await city.sellOut();
  await expectCovered(sold);
});

it('and so for an order whose outcome nobody knows', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  await city.exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
  const { port } = city.desk;
  const cutOff = {
    ...port,
    sell: async (order: Parameters<typeof port.sell>[0]) => {
      const answer = await port.sell(order);
      await city.exchange.operator.injectFault({ kind: 'gateway_error', target: 'all', times: 1_000_000 });
      return answer;
    },
  };
  await runDesk({ ...city.desk, port: cutOff });
  expect(await downFor(3_600)).toBeLessThan(90);
  const [order] = await city.orders(sold.caseId);
  const intent = await city.database.read.intent.findUniqueOrThrow({ where: { id: order?.intentId ?? 0 } });
  // What could not be asked proves nothing.
  expect(intent).toMatchObject({ state: 'open', sendCount: 1, notFoundAt: [] });
  await city.sellOut();
  await expectCovered(sold);
});

it('a market that cannot be read keeps no other coin and no other case waiting', async () => {
  const stuck = await city.runningCase({ coins: { XRP: '30', BTC: '0.001' }, bills: ['900000'] });
  const other = await city.runningCase({ coins: { ETH: '0.03' }, bills: ['50000'] });
  const { port } = city.desk;
  const half = {
    ...port,
    sellingTerms: (symbol: string) =>
      symbol === 'KRW-XRP'
        ? Promise.reject(new CheongsanError('EXCHANGE_REFUSED', 'Upbit refused orderChance: notfoundmarket, HTTP 404.'))
        : port.sellingTerms(symbol),
  };
  for (let round = 0; round < 8; round++) {
    city.advance(60);
    await runDesk({ ...city.desk, port: half });
  }
  await expectCovered(other);
  expect((await city.orders(stuck.caseId)).map(({ asset }) => asset)).toEqual(['BTC']);
  expect(await city.lastDecision(stuck.caseId)).toEqual(['wait', 'XRP:market_unreadable', 'BTC:nothing_held']);
  city.advance(60);
  await city.sellOut();
  expect((await city.lastDecision(stuck.caseId)).slice(0, 2)).toEqual(['stop', 'exhausted']);
});

it('a coin that is no longer listed waits for a person, and is not given back', async () => {
  const sold = await city.runningCase({ coins: { XRP: '30' }, bills: ['900000'] });
  const { port } = city.desk;
  const delisted = { ...port, markets: async () => (await port.markets()).filter(({ asset }) => asset !== 'XRP') };
  for (let round = 0; round < 30; round++) {
    city.advance(60);
    await runDesk({ ...city.desk, port: delisted });
  }
  expect(await city.lastDecision(sold.caseId)).toEqual(['wait', 'XRP:no_market']);
  expect((await city.codes(sold.caseId)).length).toBeLessThan(12);
  expect(await city.database.read.alert.count({ where: { code: 'sale_stands_still', subject: `case:${sold.caseId}` } })).toBe(1);
  city.advance(600);
  await city.sellOut();
});

it('an order that is refused for ever is tried less and less often, with one alert', async () => {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  // Somebody has sold the coins by hand, and the exchange's list of balances is late: it refuses every order for want of them.
  const { port } = city.desk;
  const shown = await port.balances();
  const late = { ...city.desk, port: { ...port, balances: async () => shown } };
  const free = (await city.exchange.operator.balances({ accountId: CITY })).find(({ asset }) => asset === 'BTC')?.free ?? '0';
  await city.exchange.operator.placeOrder({ accountId: CITY, asset: 'BTC', side: 'sell', quantity: free });
  for (let minute = 0; minute < 240; minute++) {
    city.advance(60);
    await runDesk(late);
  }
  const orders = await city.orders(sold.caseId);
  expect(orders.length).toBeGreaterThan(4);
  expect(orders.length).toBeLessThan(12);
  expect(new Set(orders.map(({ statusWord }) => statusWord))).toEqual(new Set(['refused:insufficient_funds_ask']));
  expect(await city.sale(sold.caseId)).toMatchObject({ lastCode: 'order_refused' });
  expect(await city.database.read.alert.count({ where: { code: 'order_refused', subject: `case:${sold.caseId}` } })).toBe(1);
  expect(await brokenInvariants(city.database)).toEqual([]);
});
