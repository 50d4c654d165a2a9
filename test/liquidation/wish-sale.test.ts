import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addDays, dayToColumn } from '../../src/kernel/civil-date.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { runDesk } from '../../src/liquidation/desk.ts';
import { replaySales } from '../../src/liquidation/replay.ts';
import { recordWish, revokeWish } from '../../src/voluntary-sale/wish.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type CaseInput, type SaleCase, SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterEach(async () => {
  expect(await city.differences()).toEqual([]);
  expect(await brokenInvariants(city.database)).toEqual([]);
  expect((await replaySales(city.database)).differences).toEqual([]);
});

afterAll(async () => {
  await city.exchange.stop();
});

/** A case whose taxpayer still has ten days of his window, with leave to sell. */
async function caseInWindow(input: CaseInput): Promise<SaleCase> {
  const stored = await city.saleCase(input);
  const endsOn = dayToColumn(addDays(city.today, 10));
  await city.by((work) => work.tx.saleWindow.update({ where: { caseId: stored.caseId }, data: { state: 'open', endsOn, closedAt: null } }));
  await city.progress(stored.caseId);
  return stored;
}

async function wish(caseId: number, kind: 'limit' | 'stop', price: string, maximum?: string): Promise<number> {
  const { wishId } = await city.by((work) =>
    recordWish(work, {
      caseId,
      madeOn: city.today,
      reference: '표본 접수-1',
      riskNoticeVersion: 'wish-risk/1',
      terms: {
        kind,
        price: Price.of('BTC', price),
        maximumQuantity: maximum === undefined ? undefined : CoinAmount.of('BTC', maximum),
        isFarPriceConfirmed: true,
      },
    }),
  );
  await city.progress(caseId);
  return wishId;
}

const windowOf = (caseId: number) => city.database.read.saleWindow.findUniqueOrThrow({ where: { caseId } });
const wishOf = (id: number) => city.database.read.saleWish.findUniqueOrThrow({ where: { id } });

/** So many looks of the desk, a minute apart. */
async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    city.advance(60);
    await city.run();
    await city.answerCases();
  }
}

describe('within his window', () => {
  it('nothing is sold as long as the taxpayer wishes nothing, or a price that nobody pays', async () => {
    const { caseId } = await caseInWindow({ coins: { BTC: '0.002' }, bills: ['900000'] });
    expect(await city.database.read.liquidation.count({ where: { caseId } })).toBe(0);
    const dear = `${Number(await city.bestBid('BTC')) * 2}`;
    const wishId = await wish(caseId, 'limit', dear);
    await minutes(3);
    expect(await city.orders(caseId)).toEqual([]);
    expect(await city.lastDecision(caseId)).toEqual(['wait', 'BTC:price_below_wish']);
    await city.by((work) => revokeWish(work, { wishId, revokedOn: city.today, reference: '표본 접수-2' }));
    await city.progress(caseId);
    expect(await city.sale(caseId)).toMatchObject({ state: 'paused', lastCode: 'window_open' });
  });

  it('what he wishes at his price is sold, never below it and no more than he said; the rest waits for the end of the window', async () => {
    const { caseId } = await caseInWindow({ coins: { BTC: '0.004' }, bills: ['900000'] });
    const price = `${Math.floor(Number(await city.bestBid('BTC')) * 0.995)}`;
    const wishId = await wish(caseId, 'limit', price, '0.001');
    await minutes(5);
    const orders = await city.orders(caseId);
    expect(orders.map(({ executedQuantity }) => executedQuantity?.toFixed())).toEqual(['0.001']);
    expect(orders.every(({ limitPrice }) => Number(limitPrice) >= Number(price))).toBe(true);
    expect(await wishOf(wishId)).toMatchObject({ state: 'done' });
    expect(await city.phaseOf(caseId)).toBe('voluntary_window');
    expect(await city.sale(caseId)).toMatchObject({ state: 'paused', lastCode: 'window_open' });
    await city.by((work) =>
      work.tx.saleWindow.update({
        where: { caseId },
        data: { state: 'passed', closedAt: work.at, endsOn: dayToColumn(addDays(city.today, -1)) },
      }),
    );
    await city.progress(caseId);
    await city.sellOut();
    expect((await city.lastDecision(caseId)).slice(0, 2)).toEqual(['stop', 'exhausted']);
    expect(await city.phaseOf(caseId)).toBe('sale_done');
  });

  it('a wish that covers what is owed ends the sale, and with it the window', async () => {
    const { caseId } = await caseInWindow({ coins: { BTC: '0.05' }, bills: ['900000'] });
    const wishId = await wish(caseId, 'limit', `${Math.floor(Number(await city.bestBid('BTC')) * 0.99)}`);
    await minutes(5);
    expect(await city.lastDecision(caseId)).toEqual(['stop', 'covered']);
    expect(await city.phaseOf(caseId)).toBe('sale_done');
    expect(await windowOf(caseId)).toMatchObject({ state: 'waived' });
    expect((await wishOf(wishId)).state).toBe('done');
  });
});

describe('within his window, as well,', () => {
  it('a stop sells at the market once its price is reached, and not before', async () => {
    const { caseId } = await caseInWindow({ coins: { BTC: '0.002' }, bills: ['900000'] });
    const wishId = await wish(caseId, 'stop', `${Math.floor(Number(await city.bestBid('BTC')) * 0.9)}`);
    await minutes(2);
    expect(await city.orders(caseId)).toEqual([]);
    const { at } = await city.by(async (work) => {
      const price = (await wishOf(wishId)).price?.toFixed() ?? '1';
      await work.tx.saleWish.update({
        where: { id: wishId },
        data: {
          state: 'triggered',
          reachedAt: work.at,
          reachedPrice: price,
          triggeredAt: work.at,
          triggeredPrice: price,
          nextLookAt: null,
        },
      });
      return { at: work.at };
    });
    await city.progress(caseId);
    await minutes(3);
    const [order] = await city.orders(caseId);
    expect(order?.executedQuantity?.toFixed()).toBe('0.002');
    expect(order !== undefined && order.createdAt >= at).toBe(true);
  });

  it('who sold some by wish and paid the rest is done, and the money goes its way', async () => {
    const sold = await caseInWindow({ coins: { BTC: '0.01' }, bills: ['900000'] });
    await wish(sold.caseId, 'limit', `${Math.floor(Number(await city.bestBid('BTC')) * 0.99)}`, '0.001');
    await minutes(3);
    await city.pay(sold.caseId, '850000');
    await city.progress(sold.caseId);
    expect(await city.phaseOf(sold.caseId)).toBe('sale_done');
    expect(await city.sale(sold.caseId)).toMatchObject({ state: 'done', lastCode: 'covered' });
  });
});

it('all that he has sold by wish without covering what is owed: nobody looks every ten minutes, and after the window the money goes its way', async () => {
  const { caseId } = await caseInWindow({ coins: { BTC: '0.002' }, bills: ['9000000'] });
  await wish(caseId, 'limit', `${Math.round(Number(await city.bestBid('BTC')) * 0.99)}`);
  await minutes(10);
  expect((await city.orders(caseId)).map(({ executedQuantity }) => executedQuantity?.toFixed())).toEqual(['0.002']);
  const decisions = (await city.codes(caseId)).length;
  for (let hour = 0; hour < 48; hour++) {
    city.advance(3_600);
    await city.run();
  }
  expect((await city.codes(caseId)).length - decisions).toBeLessThanOrEqual(3);
  expect(await city.database.read.alert.count({ where: { subject: `case:${caseId}`, code: 'sale_stands_still' } })).toBe(0);
  await city.by((work) =>
    work.tx.saleWindow.update({
      where: { caseId },
      data: { state: 'passed', closedAt: work.at, endsOn: dayToColumn(addDays(city.today, -1)) },
    }),
  );
  await city.progress(caseId);
  await minutes(2);
  expect(await city.lastDecision(caseId)).toEqual(['stop', 'exhausted', 'BTC:nothing_held']);
  expect(await city.phaseOf(caseId)).toBe('sale_done');
});

describe('what may change while an order is on its way', () => {
  it('is not sent again below the price that the taxpayer wishes by now', async () => {
    const { caseId } = await caseInWindow({ coins: { BTC: '0.002' }, bills: ['900000'] });
    const bid = Number(await city.bestBid('BTC'));
    await wish(caseId, 'limit', `${Math.round(bid * 0.99)}`);
    city.advance(10);
    // Killed after the commit and before the send.
    const dies = () => Promise.reject(new Error('killed'));
    await expect(runDesk({ ...city.desk, port: { ...city.desk.port, sell: dies, lookUp: dies } })).rejects.toThrow('killed');
    expect(await city.orders(caseId)).toHaveLength(1);
    city.advance(2);
    const dear = await wish(caseId, 'limit', `${Math.round(bid * 1.05)}`);
    await minutes(5);
    const [order] = await city.orders(caseId);
    expect(order).toMatchObject({ statusWord: 'never_arrived', fills: [] });
    await city.by((work) => revokeWish(work, { wishId: dear, revokedOn: city.today, reference: '표본 접수-3' }));
  });

  it('and leave and wishes outlast a need that others cover for a while', async () => {
    const { caseId, billIds, personId } = await caseInWindow({ coins: { BTC: '0.004' }, bills: ['150000'] });
    const wishId = await wish(caseId, 'limit', `${Number(await city.bestBid('BTC')) * 2}`);
    await city.runningCase({ coins: { ETH: '0.2' }, bills: billIds.map((billId) => ({ billId })), personId });
    for (let step = 0; step < 60; step++) await city.step();
    await city.progress(caseId);
    await minutes(3);
    const sale = await city.sale(caseId);
    expect(sale).toMatchObject({ state: 'paused', endedAt: null, lastCode: 'covered' });
    expect((await wishOf(wishId)).state).toBe('active');
    const { state } = await city.database.read.mandate.findUniqueOrThrow({ where: { id: sale.mandateId } });
    expect(state).toBe('approved');
    // Once the window is over nothing of this is left to be waited for: what is not needed goes back.
    const endsOn = dayToColumn(addDays(city.today, -1));
    await city.by((work) => work.tx.saleWindow.update({ where: { caseId }, data: { state: 'passed', closedAt: work.at, endsOn } }));
    await city.progress(caseId);
    await minutes(2);
    expect(await city.sale(caseId)).toMatchObject({ state: 'done', lastCode: 'covered' });
    expect(await city.phaseOf(caseId)).toBe('settled');
  });
});
