import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportTrouble } from '../../src/custody/venue-trouble.ts';
import { addDays, seoulDay, startOfDay } from '../../src/kernel/civil-date.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { requestMandate } from '../../src/liquidation/mandate.ts';
import { replaySales } from '../../src/liquidation/replay.ts';
import type { BookFault } from '../../src/paper-exchange/core/book-faults.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CITY, type SaleCase, SaleDesk } from '../support/sale-desk.ts';
import { changePolicy } from './disaster-hands.ts';
import { HOUR_MS, recordCandles } from './recorded-candles.ts';
import { planFaults } from './sequence-checks.ts';
import { breakBook, freeze } from './sequence-troubles.ts';

const DAY_MS = 24 * HOUR_MS;
/** What is decided while nothing is wrong. */
const NO_PAUSE = [
  'order',
  'wait',
  'stop',
  'exhausted',
  'slice_done',
  'slice_accumulates',
  'own_order_open',
  'nothing_held',
  'daily_volume_cap',
];
let city: SaleDesk;

beforeEach(async () => {
  city = await SaleDesk.open();
});

/** What a disaster leaves behind is as exact as anything. */
afterEach(async () => {
  await city.exchange.stop();
  expect(await city.differences()).toEqual([]);
  expect(await brokenInvariants(city.database)).toEqual([]);
  expect((await replaySales(city.database)).differences).toEqual([]);
  expect(await planFaults(city)).toEqual([]);
});

async function stepUntil(isReached: () => Promise<boolean>, stepsMax = 400): Promise<void> {
  for (let step = 0; !(await isReached()); step++) {
    if (step >= stepsMax) throw new Error(`Not reached in ${stepsMax} steps.`);
    if (!(await city.step())) throw new Error('The desk has no appointment any more.');
  }
}

const until = (instantMs: number) => stepUntil(async () => city.clock.now().getTime() >= instantMs);

/** A sale that is large for its market: by its plan it takes hours. */
async function plannedSale(wonAnHour = 1_000_000, deviation = 0.006): Promise<SaleCase> {
  await recordCandles(city, { asset: 'ETH', wonAnHour, deviation, laterHours: 96 });
  const price = await city.bestBid('ETH');
  const coins = { ETH: new Decimal(1_500_000).div(price).toFixed(8) };
  const sold = await city.runningCase({ coins, bills: ['90000000'] });
  await stepUntil(async () => (await city.orders(sold.caseId)).length > 0);
  return sold;
}

function plansOf({ caseId }: SaleCase) {
  return city.database.read.salePlan.findMany({
    where: { caseId },
    include: { slices: { orderBy: { startsAt: 'asc' } } },
    orderBy: { version: 'asc' },
  });
}

async function soldUnits({ caseId }: SaleCase, from = new Date(0), to = new Date(8.64e15)): Promise<Decimal> {
  const orders = (await city.orders(caseId)).filter(({ createdAt }) => createdAt >= from && createdAt < to);
  return orders.reduce((sum, order) => sum.plus(order.executedQuantity?.toFixed() ?? '0'), new Decimal(0));
}

function alerts(code: string, { caseId }: SaleCase): Promise<number> {
  return city.database.read.alert.count({ where: { code, subject: `case:${caseId}` } });
}

async function openAtExchange(): Promise<number> {
  return (await city.exchange.operator.orders({ accountId: CITY })).filter(({ state }) => state === 'open').length;
}

/** A sale of which an order rests at the exchange. */
async function restingSale(): Promise<SaleCase> {
  await recordCandles(city, { asset: 'XRP', wonAnHour: 15_000_000, deviation: 0.001, laterHours: 96 });
  const sold = await city.runningCase({ coins: { XRP: '3000' }, bills: ['900000000'] });
  await stepUntil(async () => (await openAtExchange()) > 0);
  return sold;
}

async function expectExhausted({ caseId }: SaleCase): Promise<void> {
  await city.sellOut(1_000);
  expect((await city.lastDecision(caseId)).slice(0, 2)).toEqual(['stop', 'exhausted']);
}

describe('candles', () => {
  it('that are lost in the middle of a plan: it is finished evenly within a day', async () => {
    const sold = await plannedSale();
    const begunMs = city.clock.now().getTime();
    await until(begunMs + HOUR_MS);
    await city.by((work) => work.tx.candle.deleteMany());
    await expectExhausted(sold);
    expect(city.clock.now().getTime() - begunMs).toBeLessThanOrEqual(DAY_MS);
    const [plan, ...others] = await plansOf(sold);
    expect(others).toEqual([]);
    expect(plan?.slices.at(-1)?.inputs).toMatchObject({ hoursLeft: 1 });
  });

  it('that are older than a day count as lost', async () => {
    await recordCandles(city, { asset: 'ETH', wonAnHour: 1_000_000, deviation: 0.006, laterHours: 0 });
    city.advance(86_400 + 3_600);
    const sold = await city.runningCase({ coins: { ETH: '0.3' }, bills: ['90000000'] });
    await expectExhausted(sold);
    expect((await plansOf(sold)).map(({ ruleVersion }) => ruleVersion)).toEqual(['immediate-1']);
  });

  it('that jump make a new plan, and never a pause', async () => {
    const sold = await fiveHours(0.03);
    const [calm, wild] = await plansOf(sold);
    expect([calm?.reason, wild?.reason]).toEqual(['begun', 'volatility_jump']);
    expect(wild?.slices[0]?.quantity.greaterThan(0)).toBe(true);
    for (const code of (await city.codes(sold.caseId)).flat()) expect(NO_PAUSE).toContain(code.replace('ETH:', ''));
  });

  it('that jump shorten the sale: no less is sold in the same time than in a calm market', async () => {
    const wild = await soldUnits(await fiveHours(0.03));
    await city.exchange.stop();
    city = await SaleDesk.open();
    expect(wild.gte((await soldUnits(await fiveHours(0.003))).times('0.98'))).toBe(true);
  });
});

/** The first hours of a sale that begins in a calm market, and in what deviation of an hour it goes on. */
async function fiveHours(laterDeviation: number): Promise<SaleCase> {
  await recordCandles(city, { asset: 'ETH', wonAnHour: 3_000_000, deviation: 0.003, laterDeviation });
  const sold = await city.runningCase({ coins: { ETH: '0.5' }, bills: ['90000000'] });
  await until(city.clock.now().getTime() + 5 * HOUR_MS);
  await city.endByOfficial(sold.caseId);
  return sold;
}

describe('in the middle of a sale', () => {
  it('a need that is paid takes the resting order back and ends the sale at once', async () => {
    const sold = await restingSale();
    await city.pay(sold.caseId, (await city.owed(sold.billIds)).toFixed(0));
    const paidMs = city.clock.now().getTime();
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
    expect(city.clock.now().getTime() - paidMs).toBeLessThan(60_000);
    expect(await openAtExchange()).toBe(0);
  });

  it('a coin that is frozen is sold no more, its resting order is taken back, and later the sale goes on', async () => {
    const sold = await restingSale();
    const unfreeze = await freeze(city, 'XRP');
    const before = await soldUnits(sold);
    await until(city.clock.now().getTime() + HOUR_MS);
    expect(await openAtExchange()).toBe(0);
    expect(await city.lastDecision(sold.caseId)).toEqual(['wait', 'XRP:asset_frozen']);
    const atMost = before.plus(
      (await city.orders(sold.caseId))
        .filter(({ style }) => style === 'passive')
        .reduce((sum, order) => sum.plus(order.quantity.toFixed()), new Decimal(0)),
    );
    expect((await soldUnits(sold)).lte(atMost)).toBe(true);
    await unfreeze();
    await expectExhausted(sold);
  });

  it('a mandate that ends stops it at midnight, and a new one lets it go on', async () => {
    // A day takes no more than a twentieth of what the market trades: it cannot be over today.
    const sold = await plannedSale(300_000);
    await mandateUntilToday(sold);
    const midnight = startOfDay(addDays(city.today, 1));
    await stepUntil(async () => (await city.sale(sold.caseId)).state !== 'running');
    expect(await city.lastDecision(sold.caseId)).toEqual(['deny', 'mandate_ended']);
    expect(city.clock.now() >= midnight).toBe(true);
    expect((await city.orders(sold.caseId)).filter(({ createdAt }) => createdAt >= midnight)).toEqual([]);
    await city.mandate(sold.caseId);
    await stepUntil(async () => (await city.orders(sold.caseId)).some(({ createdAt }) => createdAt >= midnight));
    await city.endByOfficial(sold.caseId);
  });

  it('a mandate that ends today hurries a plan that would take longer', async () => {
    const sold = await plannedSale(1_300_000, 0.001);
    await mandateUntilToday(sold);
    const midnight = startOfDay(addDays(city.today, 1));
    await expectExhausted(sold);
    expect(city.clock.now() < midnight).toBe(true);
  });

  it('the end of the venue’s support is announced: what would take days is sold within one', async () => {
    await changePolicy(city, 'sale.daily_volume_limit', { isOn: false, share: '0.05' });
    await changePolicy(city, 'sale.risk_weight', '0.005');
    const sold = await plannedSale(150_000);
    await city.exchange.operator.setMarketEvent({ asset: 'ETH', further: ['delisting'] });
    const announcedMs = city.clock.now().getTime();
    await expectExhausted(sold);
    expect(city.clock.now().getTime() - announcedMs).toBeLessThanOrEqual(DAY_MS);
  });

  it('an official entered the last day of its support: what would take days is sold before it', async () => {
    await changePolicy(city, 'sale.daily_volume_limit', { isOn: false, share: '0.05' });
    await changePolicy(city, 'sale.risk_weight', '0.005');
    const sold = await plannedSale(150_000);
    const untilDay = addDays(city.today, 1);
    const { accountId } = city;
    await city.by((work) => reportTrouble(work, { accountId, asset: 'ETH', kind: 'delisting', untilDay, reference: '공지 7' }));
    await expectExhausted(sold);
    expect(city.clock.now() < startOfDay(untilDay)).toBe(true);
  });
});

async function mandateUntilToday({ caseId }: SaleCase): Promise<void> {
  const request = await city.database.work(city.officer.actor, (work) =>
    requestMandate(work, { caseId, reason: '표본', endsOn: city.today }),
  );
  await city.decide(await city.database.read.approval.findUniqueOrThrow({ where: { id: request.approvalId ?? 0 } }));
}

describe('a band in which nobody buys for half an hour', () => {
  it.each<BookFault>(['thin', 'no_bids'])('%s is told once, and sold in when somebody does', async (fault) => {
    const sold = await city.runningCase({ coins: { ADA: '500' }, bills: ['200000'] });
    const mend = await breakBook(city, 'ADA', fault);
    const begunMs = city.clock.now().getTime();
    await until(begunMs + 29 * 60_000);
    expect(await alerts('band_unfilled', sold)).toBe(0);
    await until(begunMs + 32 * 60_000);
    expect(await alerts('band_unfilled', sold)).toBe(1);
    await until(begunMs + 60 * 60_000);
    expect(await alerts('band_unfilled', sold)).toBe(1);
    await mend();
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  });
});

it('a slice that is sold is no band in which nobody buys', async () => {
  const sold = await plannedSale();
  const nextHourMs = Math.ceil(city.clock.now().getTime() / HOUR_MS) * HOUR_MS;
  await stepUntil(async () => (await city.lastDecision(sold.caseId)).includes('ETH:slice_done'));
  const mend = await breakBook(city, 'ETH', 'thin');
  await until(nextHourMs + 60_000);
  expect(await city.lastDecision(sold.caseId)).toEqual(['wait', 'ETH:book_thin']);
  expect(await alerts('band_unfilled', sold)).toBe(0);
  await mend();
  await city.endByOfficial(sold.caseId);
});

describe('what a day may take', () => {
  /** Units sold on each day in Seoul. */
  const byDay = async (sold: SaleCase) => {
    const days = new Map<string, Decimal>();
    for (const { createdAt, executedQuantity } of await city.orders(sold.caseId)) {
      const day = seoulDay(createdAt);
      days.set(day, (days.get(day) ?? new Decimal(0)).plus(executedQuantity?.toFixed() ?? '0'));
    }
    return [...days.values()];
  };

  it('of a plan: its share', async () => {
    await changePolicy(city, 'sale.daily_plan_limit', { isOn: true, share: '0.25' });
    const sold = await plannedSale(9_000_000);
    const planned = (await plansOf(sold))[0]?.plannedQuantity.toFixed() ?? '0';
    await until(city.clock.now().getTime() + 2.5 * DAY_MS);
    const shares = (await byDay(sold)).map((units) => units.div(planned).toNumber());
    expect(shares.length).toBeGreaterThanOrEqual(3);
    for (const share of shares) expect(share).toBeLessThan(0.26);
    expect(Math.max(...shares)).toBeGreaterThan(0.24);
    expect((await city.codes(sold.caseId)).flat()).toContain('ETH:daily_plan_cap');
    await city.endByOfficial(sold.caseId);
  });

  it('of a small plan: a venue’s smallest order', async () => {
    await changePolicy(city, 'sale.daily_plan_limit', { isOn: true, share: '0.10' });
    await recordCandles(city, { asset: 'ETH', wonAnHour: 9_000_000, deviation: 0.006, laterHours: 15 * 24 });
    const sold = await city.runningCase({ coins: { ETH: '0.005' }, bills: ['90000000'] });
    await expectExhausted(sold);
    expect((await byDay(sold)).length).toBeGreaterThanOrEqual(4);
  });

  it('of the market: a twentieth of what is traded there', async () => {
    const sold = await plannedSale(300_000);
    await until(city.clock.now().getTime() + 2 * DAY_MS);
    const plan = (await plansOf(sold))[0];
    const { dayVolume } = Object(Object(plan?.inputs).figures);
    for (const units of await byDay(sold)) expect(units.toNumber()).toBeLessThan(0.06 * Number(dayVolume));
    expect((await city.codes(sold.caseId)).flat()).toContain('ETH:daily_volume_cap');
    await city.endByOfficial(sold.caseId);
  });
});

it('dust that waits for others’ is looked at more and more seldom', async () => {
  await changePolicy(city, 'sale.dust_pooling', true);
  const sold = await city.runningCase({ coins: { ADA: '3' }, bills: ['200000'] });
  const begunMs = city.clock.now().getTime();
  for (let step = 0; step < 15; step++) await city.step();
  expect(await city.orders(sold.caseId)).toEqual([]);
  expect(city.clock.now().getTime() - begunMs).toBeGreaterThan(300_000);
});
