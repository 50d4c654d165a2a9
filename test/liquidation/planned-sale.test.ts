import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { SeededRandom } from '../../src/kernel/random.ts';
import { replaySales } from '../../src/liquidation/replay.ts';
import { storeCandles } from '../../src/valuation/candles.ts';
import type { Candle } from '../../src/valuation/forecast/candle.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { SaleDesk } from '../support/sale-desk.ts';

const HOUR_MS = 3_600_000;
let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

/** Ninety days of hours before the present one and two after it, of a market that trades so many units in each. */
async function recordMarket(asset: string, unitsAnHour: number, deviation = 0.006): Promise<void> {
  const random = new SeededRandom(`planned-${asset}`);
  const nextMs = Math.floor(city.clock.now().getTime() / HOUR_MS) * HOUR_MS;
  let price = Number(await city.bestBid(asset));
  const candles: Candle[] = [];
  for (let hour = -48; hour <= 90 * 24; hour++) {
    const close = price;
    price *= Math.exp(deviation * (random.next() + random.next() + random.next() - 1.5) * 2);
    const [high, low] = [Math.max(price, close) * 1.001, Math.min(price, close) * 0.999];
    candles.push({ startMs: nextMs - hour * HOUR_MS, open: price, high, low, close, volume: unitsAnHour * (0.5 + random.next()) });
  }
  await city.by((work) => storeCandles(work.tx, { venueCode: 'upbit', asset, barMs: HOUR_MS }, candles.reverse()));
}

describe('a sale with recorded candles', () => {
  it('that is large for its market is sold in slices, one an hour, none lost and none doubled', async () => {
    await recordMarket('BTC', 0.3);
    const sold = await city.runningCase({ coins: { BTC: '0.4' }, bills: ['40000000'] });
    const untilMs = city.clock.now().getTime() + 4 * HOUR_MS;
    while (city.clock.now().getTime() < untilMs) await city.step();
    const [plan, ...others] = await city.database.read.salePlan.findMany({
      where: { caseId: sold.caseId },
      include: { slices: { orderBy: { id: 'asc' } } },
    });
    expect(others).toEqual([]);
    expect(plan).toMatchObject({ ruleVersion: 'tail-1', reason: 'begun', version: 1 });
    const orders = await city.orders(sold.caseId);
    const over = plan?.slices.slice(0, 4) ?? [];
    expect(over).toHaveLength(4);
    for (const { startsAt, endsAt, quantity } of over) {
      const within = orders.filter(({ createdAt }) => createdAt >= startsAt && createdAt < endsAt);
      const executed = within.reduce((sum, order) => sum.plus(order.executedQuantity?.toFixed() ?? '0'), new Decimal(0));
      expect(executed.minus(quantity.toFixed()).abs().isLessThan('0.0001')).toBe(true);
    }
    await city.endByOfficial(sold.caseId);
    expect(await city.differences()).toEqual([]);
    expect(await brokenInvariants(city.database)).toEqual([]);
    const replayed = await replaySales(city.database, sold.caseId);
    expect(replayed.differences).toEqual([]);
    expect(replayed.count).toBeGreaterThan(1 + orders.length);
  });

  it('that is small for its market is sold at once', async () => {
    await recordMarket('BTC', 50);
    const sold = await city.runningCase({ coins: { BTC: '0.01' }, bills: ['900000'] });
    const begun = city.clock.now().getTime();
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
    const last = (await city.orders(sold.caseId)).at(-1)?.createdAt.getTime() ?? Number.NaN;
    expect(last - begun).toBeLessThan(300_000);
    expect(await city.differences()).toEqual([]);
  });

  it('waits at the ask inside its slices where that pays, and crosses what is not taken', async () => {
    await recordMarket('XRP', 4000, 0.001);
    const sold = await city.runningCase({ coins: { XRP: '3000' }, bills: ['900000000'] });
    const untilMs = city.clock.now().getTime() + 3 * HOUR_MS;
    while (city.clock.now().getTime() < untilMs) await city.step();
    const orders = await city.orders(sold.caseId);
    const styles = new Set(orders.map(({ style }) => style));
    expect(styles).toEqual(new Set(['cross', 'passive']));
    expect(orders.some(({ style, executedQuantity }) => style === 'passive' && executedQuantity?.isPositive() === true)).toBe(true);
    await city.endByOfficial(sold.caseId);
    expect(await city.differences()).toEqual([]);
    expect(await brokenInvariants(city.database)).toEqual([]);
    expect((await replaySales(city.database)).differences).toEqual([]);
  });
});
