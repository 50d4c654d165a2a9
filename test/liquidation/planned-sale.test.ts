import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanSlice, SalePlan } from '../../src/database/generated/client.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { SeededRandom } from '../../src/kernel/random.ts';
import { type Desk, runDesk } from '../../src/liquidation/desk.ts';
import { replaySales } from '../../src/liquidation/replay.ts';
import { replayPlan } from '../../src/liquidation/replay-plan.ts';
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

/** Figures of a plan's rows that are not what it was made from. */
async function expectFalsifiedTold(plan: SalePlan & { readonly slices: readonly PlanSlice[] }): Promise<void> {
  const event = await city.database.read.auditEvent.findFirstOrThrow({ where: { subject: `sale_plan:${plan.id}` } });
  const again = (change: Partial<typeof plan>) =>
    replayPlan({ ...plan, ...change }, { digest: event.recordDigest, payload: event.payload }).map(({ subject }) => subject);
  expect(again({})).toEqual([]);
  const subject = `sale_plan:${plan.id}`;
  expect(again({ plannedQuantity: plan.plannedQuantity.times(3) })).toContain(subject);
  // Less than its inputs keep: the audit log has all of it.
  expect(again({ plannedQuantity: plan.plannedQuantity.plus('0.000000000001') })).toContain(subject);
  expect(again({ arrivalPrice: plan.arrivalPrice.div(2) })).toEqual([subject]);
  for (const [place, slice] of plan.slices.entries()) {
    const others = plan.slices.filter((each) => each !== slice);
    const named = [`plan_slice:${slice.id}`];
    expect(again({ slices: [...others, { ...slice, quantity: slice.quantity.times(3) }] })).toEqual(named);
    expect(again({ slices: [...others, { ...slice, endsAt: new Date(slice.endsAt.getTime() + HOUR_MS) }] })).toEqual(named);
    const startsAt = new Date(slice.startsAt.getTime() + (place === 0 ? 1 : -1));
    expect(again({ slices: [...others, { ...slice, startsAt }] })).toEqual(named);
  }
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
    if (plan !== undefined) await expectFalsifiedTold(plan);
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

describe('what is worth just one of the venue’s least orders', () => {
  const ASSET = 'ADA';

  /** The venue with a book that does not move: its mid is 800.5 and the band's lower edge 792.495, so that no order goes below 793. */
  function stillDesk(unitsALevel: string) {
    const { port } = city.desk;
    const level = (price: number) => ({ price: Price.of(ASSET, `${price}`), quantity: CoinAmount.of(ASSET, unitsALevel) });
    const orderBook: ExchangePort['orderBook'] = async (symbol) => ({
      ...(await port.orderBook(symbol)),
      ...(symbol === `KRW-${ASSET}` ? { bids: [800, 799, 798, 797, 796].map(level), asks: [801, 802, 803, 804, 805].map(level) } : {}),
    });
    return { ...city.desk, port: { ...port, orderBook } };
  }

  async function look(desk: Desk, times: number): Promise<void> {
    for (let count = 0; count < times; count++) {
      city.advance(600);
      await runDesk(desk);
      await city.answerCases();
    }
  }

  it('is sold', async () => {
    // 5,000 won at 793, and less than 5,000 at the band's edge itself.
    const { caseId } = await city.runningCase({ coins: { [ASSET]: '6.30517024' }, bills: ['900000'] });
    await look(stillDesk('100000'), 6);
    expect((await city.orders(caseId)).map(({ executedQuantity }) => executedQuantity?.toFixed())).toEqual(['6.30517024']);
    expect(await city.lastDecision(caseId)).toEqual(['stop', 'exhausted', 'ADA:nothing_held']);
  });

  it('is too little with a unit less, and ends the sale', async () => {
    const { caseId } = await city.runningCase({ coins: { [ASSET]: '6.30517023' }, bills: ['900000'] });
    await look(stillDesk('100000'), 1);
    expect(await city.codes(caseId)).toEqual([['stop', 'exhausted', 'ADA:below_minimum']]);
  });

  it('is sold where the sale itself left it for one more order', async () => {
    const { caseId } = await city.runningCase({ coins: { [ASSET]: '30' }, bills: ['900000'] });
    await look(stillDesk('10'), 6);
    expect((await city.orders(caseId)).map(({ executedQuantity }) => executedQuantity?.toFixed())).toEqual(['23.69482976', '6.30517024']);
    expect(await city.sale(caseId)).toMatchObject({ state: 'done' });
  });
});
