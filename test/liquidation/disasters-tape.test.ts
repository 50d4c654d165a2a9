import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { replaySales } from '../../src/liquidation/replay.ts';
import { TEST_START } from '../support/database.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type SaleCase, SaleDesk } from '../support/sale-desk.ts';
import { watchMarkets } from './disaster-hands.ts';
import { isLunaThere, lunaTape, MINUTE_MS, type Tape, tapeFolder, tapeOf } from './disaster-tapes.ts';
import { HOUR_MS } from './recorded-candles.ts';
import { planFaults } from './sequence-checks.ts';

/** So much of a tape lies before the test begins. */
const PAST_MINUTES = 3 * 1_440;
const GAP_MINUTES = 284;

async function cityOf(tapes: Readonly<Record<string, Tape>>): Promise<SaleDesk> {
  const startAt = new Date(TEST_START.getTime() - PAST_MINUTES * MINUTE_MS).toISOString();
  return SaleDesk.open({ market: { kind: 'replay', folder: await tapeFolder(tapes), startAt, generateMissing: false } });
}

const sums = (figures: readonly Decimal[]) => figures.reduce((sum, figure) => sum.plus(figure), new Decimal(0));

async function expectExact(city: SaleDesk): Promise<void> {
  expect(await city.differences()).toEqual([]);
  expect(await brokenInvariants(city.database)).toEqual([]);
  expect((await replaySales(city.database)).differences).toEqual([]);
  expect(await planFaults(city)).toEqual([]);
}

describe('minutes in which nobody trades', () => {
  const isInGap = (minute: number) => minute >= PAST_MINUTES + 5 && minute < PAST_MINUTES + 5 + GAP_MINUTES;
  let city: SaleDesk;

  beforeAll(async () => {
    const course = {
      minutes: PAST_MINUTES + 2_880,
      priceAt: (minute: number) => 1_000 * Math.exp(0.01 * Math.sin(minute / 40)),
      wonAMinute: 400_000,
    };
    city = await cityOf({
      GAP: tapeOf({ ...course, isEmpty: isInGap }),
      SPARSE: tapeOf({ ...course, isEmpty: (_minute, random) => random.chance(0.4) }),
    });
    return () => city.exchange.stop();
  });

  it('284 of them in a row pause a sale with book_stale, and it goes on by itself', async () => {
    const sold = await city.runningCase({ coins: { GAP: '3000' }, bills: ['900000000'] });
    const gapMs = TEST_START.getTime() + 5 * MINUTE_MS;
    while (city.clock.now().getTime() < gapMs + 10 * MINUTE_MS) await city.step();
    expect(await city.lastDecision(sold.caseId)).toEqual(['wait', 'GAP:book_stale']);
    const looked = (await city.codes(sold.caseId)).length;
    const before = (await city.orders(sold.caseId)).length;
    expect(before).toBeGreaterThan(0);
    while (city.clock.now().getTime() < gapMs + 30 * MINUTE_MS) await city.step();
    // A look a minute, and no order.
    expect((await city.codes(sold.caseId)).length - looked).toBeLessThanOrEqual(21);
    expect(await city.orders(sold.caseId)).toHaveLength(before);
    city.clock.advanceTo(new Date(gapMs + GAP_MINUTES * MINUTE_MS));
    await city.sellOut();
    expect((await city.lastDecision(sold.caseId)).slice(0, 2)).toEqual(['stop', 'exhausted']);
    await expectExact(city);
  });

  it('four of ten only slow it down', async () => {
    const sold = await city.runningCase({ coins: { SPARSE: '3000' }, bills: ['900000000'] });
    const begunMs = city.clock.now().getTime();
    await city.sellOut();
    expect((await city.lastDecision(sold.caseId)).slice(0, 2)).toEqual(['stop', 'exhausted']);
    expect((await city.codes(sold.caseId)).flat()).toContain('SPARSE:book_stale');
    expect(city.clock.now().getTime() - begunMs).toBeLessThan(HOUR_MS);
    await expectExact(city);
  });
});

describe('a coin that falls to nothing within hours', () => {
  let city: SaleDesk;
  afterAll(() => city.exchange.stop());

  /**
   * Sold by its plan while it falls. Where it falls below what the mandate allows, the sale stands still and a person is told; he asks for a
   * new mandate once it has fallen to a third. Ends with what is left worth nothing to the venue.
   */
  async function sellWhileItFalls(asset: string, units: string): Promise<SaleCase> {
    const sold = await city.runningCase({ coins: { [asset]: units }, bills: ['900000000'] });
    let mandatedAt = new Decimal(await city.bestBid(asset));
    for (let steps = 0; (await city.sale(sold.caseId)).state !== 'done'; steps++) {
      if (steps > 1_500) throw new Error('The sale does not end.');
      await watchMarkets(city);
      await city.step();
      const bid = new Decimal(await city.bestBid(asset));
      const isStuck = (await city.lastDecision(sold.caseId)).includes(`${asset}:price_below_floor`);
      if (!isStuck || bid.times(3).gt(mandatedAt)) continue;
      const told = { code: 'sale_stands_still', subject: `case:${sold.caseId}` };
      expect(await city.database.read.alert.count({ where: told })).toBe(1);
      await city.value(sold.caseId, sold.holdingIds.get(asset) ?? 0, units, bid);
      await city.mandate(sold.caseId);
      mandatedAt = bid;
    }
    return sold;
  }

  /** Nothing is divided by zero, and no price is less than nothing. */
  async function expectSane(sold: SaleCase): Promise<void> {
    const orders = await city.orders(sold.caseId);
    expect(orders.length).toBeGreaterThan(10);
    for (const { limitPrice, quantity } of orders) expect(limitPrice.greaterThan(0) && quantity.greaterThan(0)).toBe(true);
    expect(sums(orders.map(({ executedQuantity }) => new Decimal(executedQuantity?.toFixed() ?? '0'))).isGreaterThan(0)).toBe(true);
    await expectExact(city);
  }

  it.skipIf(!isLunaThere)('as LUNA did in May 2022, to 0.00004 and then no market at all (skipped without ../shared/market)', async () => {
    const from = new Date('2022-05-12T01:30:00Z');
    const tape = lunaTape(new Date(from.getTime() - PAST_MINUTES * MINUTE_MS), new Date('2022-05-13T00:40:00Z'));
    city = await cityOf({ LUNA: tape, REST: tapeOf({ minutes: PAST_MINUTES + 2_880, priceAt: () => 1_000, wonAMinute: 400_000 }) });
    const sold = await sellWhileItFalls('LUNA', '4000000');
    expect((await city.lastDecision(sold.caseId)).slice(0, 2)).toEqual(['stop', 'exhausted']);
    await expectSane(sold);
  });
});
