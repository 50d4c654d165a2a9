import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, Database, type Work } from '../../src/database/work.ts';
import type { SellAnswer, SellOrder } from '../../src/exchange/port.ts';
import { runDesk } from '../../src/liquidation/desk.ts';
import { deskDueSource } from '../../src/liquidation/progress.ts';
import type { FaultKind } from '../../src/paper-exchange/faults.ts';
import { freezeAsset } from '../../src/venue/freeze.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CITY, type SaleCase, SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

async function dueCase(): Promise<SaleCase> {
  await city.sellOut();
  const due = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  return due;
}

async function intentOf(sold: SaleCase) {
  const [order] = await city.orders(sold.caseId);
  return city.database.read.intent.findUniqueOrThrow({ where: { id: order?.intentId ?? 0 } });
}

/** The exchange's own orders under an identifier. */
async function placedUnder(identifier: string) {
  return (await city.exchange.operator.orders({ accountId: CITY })).filter((order) => order.identifier === identifier);
}

describe('whatever the exchange answers to an order, it has one effect, and the books are the exchange’s', () => {
  it.each<[FaultKind, number]>([
    ['lost_before_acceptance', 2],
    ['server_error', 2],
    ['gateway_error', 2],
    ['lost_after_acceptance', 1],
    ['server_error_after_acceptance', 1],
    ['empty_answer', 1],
  ])('%s: found by its identifier after %i sends', async (kind, sends) => {
    const sold = await dueCase();
    await city.exchange.operator.injectFault({ kind });
    await city.run();
    const intent = await intentOf(sold);
    expect(intent).toMatchObject({ state: 'settled', sendCount: sends });
    expect(await placedUnder(intent.identifier)).toMatchObject([{ state: 'filled' }]);
    expect(await city.differences()).toEqual([]);
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
    expect(await city.differences()).toEqual([]);
  });

  it('too_many_requests: not executed, and tried again with the next step under another identifier', async () => {
    const sold = await dueCase();
    await city.exchange.operator.injectFault({ kind: 'too_many_requests' });
    await city.run();
    const intent = await intentOf(sold);
    expect(intent).toMatchObject({ state: 'dead', sendCount: 1 });
    expect(await placedUnder(intent.identifier)).toEqual([]);
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
    expect(await city.differences()).toEqual([]);
  });

  it('a request that arrives twice: the second is refused as a duplicate, and the first is booked', async () => {
    const sold = await dueCase();
    const { port } = city.desk;
    const sellTwice = async (order: SellOrder): Promise<SellAnswer> => {
      await port.sell(order);
      return port.sell(order);
    };
    await runDesk({ ...city.desk, port: { ...port, sell: sellTwice } });
    const orders = await city.orders(sold.caseId);
    expect(orders.every(({ fills, closedAt }) => fills.length > 0 && closedAt !== null)).toBe(true);
    await city.sellOut();
    expect(await city.differences()).toEqual([]);
  });

  it('keeps an accepted order, whatever the look-ups say, until it can be read', async () => {
    const sold = await dueCase();
    const { port } = city.desk;
    const blind = { ...port, lookUp: () => Promise.resolve({ kind: 'not_found' } as const) };
    await runDesk({ ...city.desk, port: blind });
    expect(await intentOf(sold)).toMatchObject({ state: 'open', sendCount: 1 });
    expect((await city.orders(sold.caseId))[0]?.venueOrderId).not.toBeNull();
    city.advance(20);
    await city.run();
    expect(await intentOf(sold)).toMatchObject({ state: 'settled', sendCount: 1 });
    await city.sellOut();
    expect(await city.differences()).toEqual([]);
  });
});

/** An order of which the exchange has never heard, and whose intent nobody has concluded yet. */
async function lostOrder(): Promise<SaleCase> {
  const sold = await dueCase();
  await city.exchange.operator.injectFault({ kind: 'lost_before_acceptance', times: 2 });
  await city.run();
  expect(await intentOf(sold)).toMatchObject({ state: 'open', sendCount: 2 });
  return sold;
}

/** An order that was lost once and looks found nowhere, at a moment when it may not be sent again. */
async function lostWhile(close: (sold: SaleCase) => Promise<unknown>): Promise<SaleCase> {
  const sold = await dueCase();
  await city.exchange.operator.injectFault({ kind: 'lost_before_acceptance' });
  const { port } = city.desk;
  const losing = async (order: SellOrder): Promise<SellAnswer> => {
    const answer = await port.sell(order);
    await close(sold);
    return answer;
  };
  await runDesk({ ...city.desk, port: { ...port, sell: losing } });
  return sold;
}

/** Dead after three look-ups over sixty seconds and not before, without another send. */
async function expectDeadAfterAMinute(sold: SaleCase, sends: number): Promise<void> {
  for (const [seconds, state] of [
    [0, 'open'],
    [20, 'open'],
    [20, 'open'],
    [19, 'open'],
    [1, 'dead'],
  ] as const) {
    city.advance(seconds);
    await city.run();
    expect((await intentOf(sold)).state).toBe(state);
  }
  const intent = await intentOf(sold);
  expect(intent.sendCount).toBe(sends);
  expect(intent.notFoundAt.length).toBeGreaterThanOrEqual(3);
  expect(await placedUnder(intent.identifier)).toEqual([]);
  expect(await city.differences()).toEqual([]);
}

describe('an order that never arrived', () => {
  it('is dead only after three look-ups over a minute; meanwhile the account places nothing else', async () => {
    const sold = await lostOrder();
    const other = await city.runningCase({ coins: { ETH: '0.03' }, bills: ['50000'] });
    city.advance(15);
    await city.run();
    expect(await city.orders(other.caseId)).toEqual([]);
    // What is due there waits without ringing.
    expect(await deskDueSource(city.database).due(city.clock.now())).toEqual([]);
    for (const seconds of [20, 20, 20]) {
      city.advance(seconds);
      await city.run();
    }
    expect(await intentOf(sold)).toMatchObject({ state: 'dead', sendCount: 2 });
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
    expect(await city.lastDecision(other.caseId)).toEqual(['stop', 'covered']);
    expect(await city.differences()).toEqual([]);
  });

  it('is not sent again once the decision is old', async () => {
    const sold = await lostWhile(async () => city.advance(11));
    expect(await intentOf(sold)).toMatchObject({ state: 'open', sendCount: 1 });
    await city.sellOut();
    expect(await intentOf(sold)).toMatchObject({ state: 'dead', sendCount: 1 });
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  });

  it('is not sent again once a payment has taken the need away', async () => {
    const sold = await lostWhile(async ({ caseId, billIds }) => city.pay(caseId, (await city.owed(billIds)).toFixed(0)));
    await expectDeadAfterAMinute(sold, 1);
    await city.sellOut();
    expect(await city.phaseOf(sold.caseId)).toBe('settled');
    expect(await city.orders(sold.caseId)).toHaveLength(1);
  });

  it('is not sent again once part of the need is paid, even where it was the smallest order possible', async () => {
    await city.sellOut();
    const sold = await city.runningCase({ coins: { BTC: '0.001' }, bills: ['1000'] });
    city.advance(10);
    await city.exchange.operator.injectFault({ kind: 'lost_before_acceptance' });
    const { port } = city.desk;
    const losing = async (order: SellOrder): Promise<SellAnswer> => {
      const answer = await port.sell(order);
      await city.pay(sold.caseId, (await city.owed(sold.billIds)).toFixed(0));
      return answer;
    };
    await runDesk({ ...city.desk, port: { ...port, sell: losing } });
    expect((await city.orders(sold.caseId))[0]?.exceedsNeed).toBe(true);
    await expectDeadAfterAMinute(sold, 1);
  });

  it.each<[string, (sold: SaleCase) => Promise<unknown>]>([
    ['a stay', ({ caseId }) => city.stay(caseId)],
    ['an undecided difference of a bill', ({ billIds }) => city.billUpdate(billIds[0] ?? 0)],
    ['a freeze', () => city.by((work) => freezeAsset(work, { accountId: city.accountId, asset: 'BTC', reason: 'by_person', facts: {} }))],
  ])('is not sent again once %s stands against it', async (_what, close) => {
    const sold = await lostWhile(close);
    await expectDeadAfterAMinute(sold, 1);
    await city.by((work) => work.tx.assetFreeze.updateMany({ where: { liftedAt: null }, data: { liftedAt: work.at } }));
  });

  it('is not sent at all by a process that stood still since it decided', async () => {
    const sold = await dueCase();
    const { read } = city.database;
    await runDesk({ ...city.desk, database: new SleepyDatabase(read, city.clock, city.desk.log) });
    // Only who was to send it knows that it was not: nobody has to look it up.
    expect(await intentOf(sold)).toMatchObject({ state: 'dead', sendCount: 1 });
    const [late] = await city.orders(sold.caseId);
    expect(late).toMatchObject({ statusWord: 'not_sent:stale', venueOrderId: null, fills: [] });
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  });
});

/** The machine stands still for a while right after its first commit. */
class SleepyDatabase extends Database {
  #isAwake = true;

  override async work<T>(actor: Actor, body: (work: Work) => Promise<T>): Promise<T> {
    const result = await super.work(actor, body);
    if (this.#isAwake) city.advance(11);
    this.#isAwake = false;
    return result;
  }
}

it('has broken no invariant on the way', async () => {
  expect(await brokenInvariants(city.database)).toEqual([]);
});
