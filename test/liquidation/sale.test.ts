import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { endSaleByOfficial } from '../../src/liquidation/end.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CITY, type SaleCase, SaleDesk } from '../support/sale-desk.ts';

/** Policy: expected cost of bringing won home. */
const WITHDRAWAL = 1_000;
/** A minimum order of 5,000 won at the limit, sold at the best price the band allows. */
const LAST_ORDER = 5_150;

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
});

afterAll(async () => {
  await city.exchange.stop();
});

/** The case's books against the exchange's own record of its orders, to the last decimal. */
async function expectExactBooks(sold: SaleCase, asset: string, received: string): Promise<void> {
  const holdingId = sold.holdingIds.get(asset) ?? 0;
  const ours = new Set((await city.orders(sold.caseId)).map(({ venueOrderId }) => venueOrderId));
  const placed = (await city.exchange.operator.orders({ accountId: CITY })).filter(({ orderId }) => ours.has(orderId));
  const sum = (figures: readonly string[]) => figures.reduce((total, figure) => total.plus(figure), new Decimal(0));
  const quantity = sum(placed.map(({ executedQuantity }) => executedQuantity));
  const funds = sum(placed.map(({ executedFunds }) => executedFunds));
  const fees = sum(placed.map(({ paidFee }) => paidFee));
  expect(await city.coins(holdingId, CHART.coinsHeld, asset)).toBe(new Decimal(received).minus(quantity).toFixed());
  expect(await city.coins(holdingId, CHART.coinsOnOrder, asset)).toBe('0');
  expect(await city.coins(holdingId, CHART.dutyToOwner, asset)).toBe(quantity.minus(received).toFixed());
  expect(await city.venueWon(sold.caseId, CHART.venueWonHeld)).toBe(funds.minus(fees).toFixed());
  expect(await city.venueWon(sold.caseId, CHART.dispositionCost)).toBe(fees.toFixed());
  expect(await city.venueWon(sold.caseId, CHART.proceedsAtVenue)).toBe(funds.negated().toFixed());
  expect(await city.differences()).toEqual([]);
}

describe('a sale', () => {
  it('covers its need in a few orders, sells no more than one smallest order beyond, and leaves the rest held', async () => {
    const sold = await city.runningCase({ coins: { BTC: '0.05' }, bills: ['2000000', '900000'] });
    expect(await city.phaseOf(sold.caseId)).toBe('cleared_for_sale');
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
    const orders = await city.orders(sold.caseId);
    expect(orders.length).toBeLessThanOrEqual(4);
    expect(orders.map(({ exceedsNeed }) => exceedsNeed)).toEqual(orders.map((_, index) => index === orders.length - 1));
    const beyond = (await city.netProceeds(sold.caseId)).minus(await city.owed(sold.billIds)).minus(WITHDRAWAL);
    expect(beyond.isGreaterThanOrEqualTo(0) && beyond.isLessThan(LAST_ORDER)).toBe(true);
    expect(await city.phaseOf(sold.caseId)).toBe('sale_done');
    expect(await city.sale(sold.caseId)).toMatchObject({ state: 'done', lastCode: 'covered' });
    await expectExactBooks(sold, 'BTC', '0.05');
  });

  it('sells all there is where that does not cover the need, and no unsellable rest stays behind', async () => {
    const sold = await city.runningCase({ coins: { XRP: '1234.56789012' }, bills: ['900000000'] });
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'exhausted', 'XRP:nothing_held']);
    expect(await city.coins(sold.holdingIds.get('XRP') ?? 0, CHART.coinsHeld, 'XRP')).toBe('0');
    expect(await city.database.read.holding.findFirstOrThrow({ where: { caseId: sold.caseId } })).toMatchObject({ state: 'sold' });
    expect(await city.phaseOf(sold.caseId)).toBe('sale_done');
    await expectExactBooks(sold, 'XRP', '1234.56789012');
  });

  it('gives back what is worth less than a smallest order, and settles without a sale', async () => {
    const sold = await city.runningCase({ coins: { XRP: '1' }, bills: ['100000'] });
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'exhausted', 'XRP:below_minimum']);
    expect(await city.phaseOf(sold.caseId)).toBe('settled');
  });

  it('takes a thin market in many orders, none beyond its share of what was shown', async () => {
    const sold = await city.runningCase({ coins: { MOC: '5000' }, bills: ['150000'] });
    await city.sellOut();
    const orders = await city.orders(sold.caseId);
    expect(orders.length).toBeGreaterThan(3);
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
    await expectExactBooks(sold, 'MOC', '5000');
  });

  it('sells several coins, the more liquid first', async () => {
    const sold = await city.runningCase({ coins: { MOC: '1000', XRP: '18' }, bills: ['100000'] });
    await city.sellOut();
    const assets = (await city.orders(sold.caseId)).map(({ asset }) => asset);
    expect(assets[0]).toBe('XRP');
    expect(assets).toContain('MOC');
    expect(assets.lastIndexOf('XRP')).toBeLessThan(assets.indexOf('MOC'));
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
  });

  it('ends on an official’s word, and only on an official’s', async () => {
    const begun = await city.runningCase({ coins: { BTC: '0.01' }, bills: ['500000'] });
    await city.step();
    const end = { caseId: begun.caseId, reason: '담당자 판단' };
    await expect(city.by((work) => endSaleByOfficial(work, end))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await city.database.work(city.officer.actor, (work) => endSaleByOfficial(work, end));
    expect(await city.phaseOf(begun.caseId)).toBe('sale_done');
    expect(await city.sale(begun.caseId)).toMatchObject({ state: 'done', lastCode: 'ended_by_official' });
    await city.sellOut();
    expect(await city.orders(begun.caseId)).toHaveLength(1);
    await expect(city.database.work(city.officer.actor, (work) => endSaleByOfficial(work, end))).rejects.toMatchObject({
      code: 'PHASE_WRONG',
    });
  });

  it('leaves every invariant whole', async () => {
    expect(await brokenInvariants(city.database)).toEqual([]);
  });
});
