import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { decisionInputsSchema } from '../../src/liquidation/decision-inputs.ts';
import { runDesk } from '../../src/liquidation/desk.ts';
import { replaySales } from '../../src/liquidation/replay.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type SaleCase, SaleDesk } from '../support/sale-desk.ts';
import { recordCandles } from './recorded-candles.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

/** Taxpayers of their own, each with some of a coin and a bill beyond what it is worth. */
async function cases(asset: string, units: readonly string[], bill = '900000000'): Promise<SaleCase[]> {
  const made: SaleCase[] = [];
  for (const each of units) made.push(await city.runningCase({ coins: { [asset]: each }, bills: [bill] }));
  city.advance(10);
  return made;
}

async function ordersOf(sold: readonly SaleCase[]) {
  const all = await Promise.all(sold.map(({ caseId }) => city.orders(caseId)));
  return [...new Map(all.flat().map((order) => [order.id, order])).values()].sort((a, b) => a.id - b.id);
}

describe('cases that sell the same coin', () => {
  it('share one order, and each fill and fee of it in proportion', async () => {
    const sold = await cases('BTC', ['0.004', '0.002', '0.001']);
    await city.run();
    const [order, ...others] = await ordersOf(sold);
    expect(others).toEqual([]);
    expect(order?.shares.map(({ quantity }) => quantity.toFixed())).toEqual(['0.004', '0.002', '0.001']);
    expect(order?.executedQuantity?.toFixed()).toBe('0.007');
    const proceeds = sold.map(({ caseId }) =>
      sum(order?.fills.filter((fill) => fill.caseId === caseId).map((fill) => fill.proceeds.toFixed())),
    );
    const [first = new Decimal(0), second = new Decimal(0), third = new Decimal(0)] = proceeds;
    expect(first.div(third).minus(4).abs().isLessThan('0.0001')).toBe(true);
    expect(second.div(third).minus(2).abs().isLessThan('0.0001')).toBe(true);
    await city.sellOut();
    for (const { caseId } of sold) expect((await city.lastDecision(caseId)).slice(0, 2)).toEqual(['stop', 'exhausted']);
    expect(await city.differences()).toEqual([]);
    expect(await brokenInvariants(city.database)).toEqual([]);
    expect((await replaySales(city.database)).differences).toEqual([]);
  });

  it('of which the market takes less than all want get it in proportion, and nobody keeps what cannot be sold', async () => {
    const sold = await cases('MOC', ['3600', '2400', '1200']);
    while ((await ordersOf(sold)).length === 0) await city.step();
    const [order] = await ordersOf(sold);
    const quantities = order?.shares.map(({ quantity }) => new Decimal(quantity.toFixed())) ?? [];
    expect(quantities).toHaveLength(3);
    const [first = new Decimal(0), , third = new Decimal(1)] = quantities;
    expect(first.isLessThan(3600) && first.div(third).minus(3).abs().isLessThan('0.001')).toBe(true);
    await city.sellOut(2_000);
    expect(await city.differences()).toEqual([]);
    expect(await brokenInvariants(city.database)).toEqual([]);
  });

  it('wait for each other only as long as the order is open; a stay takes one of them out and nobody else', async () => {
    const [stayed, other] = await cases('BTC', ['0.002', '0.002']);
    if (stayed === undefined || other === undefined) throw new Error('Two cases are needed.');
    const lift = await city.stay(stayed.caseId);
    await city.run();
    const orders = await ordersOf([stayed, other]);
    expect(orders.flatMap(({ shares }) => shares.map(({ caseId }) => caseId))).toEqual([other.caseId]);
    await lift();
    await city.sellOut();
    expect(await city.differences()).toEqual([]);
  });

  it('are sold once though the answer to their order is lost, and again in parts when they are sold alone', async () => {
    const sold = await cases('BTC', ['0.002', '0.001']);
    await city.exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
    await city.run();
    expect((await ordersOf(sold)).every(({ closedAt }) => closedAt !== null)).toBe(true);
    await city.sellOut();
    expect(await city.differences()).toEqual([]);
    expect(await brokenInvariants(city.database)).toEqual([]);
  });

  it('give their units back together when the venue refuses the order', async () => {
    const sold = await cases('BTC', ['0.002', '0.001']);
    const { port } = city.desk;
    const refusing = { ...port, sell: async () => ({ kind: 'refused', venueCode: 'market_offline', message: 'closed' }) as const };
    await runDesk({ ...city.desk, port: refusing });
    const [order] = await ordersOf(sold);
    expect(order).toMatchObject({ statusWord: 'refused:market_offline' });
    expect(order?.shares.map(({ executedQuantity }) => executedQuantity?.toFixed())).toEqual(['0', '0']);
    for (const { caseId } of sold) expect(await city.sale(caseId)).toMatchObject({ lastCode: 'order_refused' });
    city.advance(60);
    await city.sellOut();
    expect(await city.differences()).toEqual([]);
  });
});

describe('the daily limit of the venue’s volume', () => {
  /** Five in a hundred of a day's volume, as decisions have it. */
  async function limitOf({ caseId }: SaleCase): Promise<Decimal> {
    const { inputs } = await city.database.read.saleDecision.findFirstOrThrow({ where: { caseId }, orderBy: { id: 'asc' } });
    const [only] = decisionInputsSchema.parse(inputs).holdings;
    return new Decimal(only?.caps.dailyVolume ?? 0).times('0.05');
  }

  async function soldOf(asset: string): Promise<Decimal> {
    const orders = await city.database.read.saleOrder.findMany({ where: { asset } });
    return sum(orders.map(({ executedQuantity }) => executedQuantity?.toFixed() ?? '0'));
  }

  it('is kept by all cases together, that share an order or come after it', async () => {
    await recordCandles(city, { asset: 'SOL', wonAnHour: 100_000, deviation: 0.006 });
    const sold = await cases(
      'SOL',
      Array.from({ length: 10 }, () => '0.4'),
    );
    await city.run();
    for (let look = 0; look < 12; look++) {
      city.advance(600);
      await city.run();
    }
    const [first] = sold;
    if (first === undefined) throw new Error('A case is needed.');
    const limit = await limitOf(first);
    const [order] = await ordersOf(sold);
    expect(order?.shares).toHaveLength(10);
    const amount = await soldOf('SOL');
    expect(amount.lte(limit) && amount.gt(limit.times('0.9')), `${amount} of ${limit}`).toBe(true);
    for (const { caseId } of sold) expect(await city.lastDecision(caseId)).toEqual(['wait', 'SOL:daily_volume_cap']);
    expect((await replaySales(city.database)).differences).toEqual([]);
  });

  it('counts what other accounts of the city at the venue have sold, and what they have open', async () => {
    await recordCandles(city, { asset: 'DOGE', wonAnHour: 100_000, deviation: 0.006 });
    const elsewhere = await city.secondAccount();
    const coins = { DOGE: new Decimal('150000').div(await city.bestBid('DOGE')).toFixed(0) };
    const sold = await cases(
      'DOGE',
      Array.from({ length: 3 }, () => coins.DOGE),
    );
    const second = await elsewhere.runningCase({ coins, bills: ['900000000'] });
    city.advance(10);
    await city.exchange.operator.injectFault({ kind: 'lost_before_acceptance', times: 2 });
    await city.run();
    const open = await city.database.read.saleOrder.findMany({ where: { asset: 'DOGE', closedAt: null }, include: { shares: true } });
    expect(open.map(({ shares }) => shares.length)).toEqual([3]);
    await elsewhere.run();
    // It may be sold at any moment, or never: the other account looks again soon.
    expect(await city.lastDecision(second.caseId)).toEqual(['wait', 'DOGE:daily_volume_cap']);
    const { nextStepAt } = await city.sale(second.caseId);
    expect(nextStepAt.getTime() - city.clock.now().getTime()).toBeLessThanOrEqual(60_000);
    for (let look = 0; look < 30; look++) {
      city.advance(60);
      await city.run();
      await elsewhere.run();
    }
    const [amount, limit] = [await soldOf('DOGE'), await limitOf(second)];
    expect(amount.lte(limit) && amount.gt(0), `${amount} of ${limit}`).toBe(true);
    for (const { caseId } of [...sold, second]) expect(await city.lastDecision(caseId)).toEqual(['wait', 'DOGE:daily_volume_cap']);
  });
});

function sum(figures: readonly string[] = []): Decimal {
  return figures.reduce((total, figure) => total.plus(figure), new Decimal(0));
}
