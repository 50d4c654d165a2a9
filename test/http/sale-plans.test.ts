import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { CoinAmount, Price, VenueWon } from '../../src/kernel/money.ts';
import { shareFills } from '../../src/liquidation/fair-shares.ts';
import { type SignedInClient, startApi } from '../support/api.ts';
import { type SaleCase, SaleDesk } from '../support/sale-desk.ts';

/* How a case is sold and how what was sold together was divided, as an officer shows it to a taxpayer. */

const division = z.object({
  asset: z.string(),
  quantity: z.string(),
  quantityDecimalPlaces: z.int(),
  paidFeeKrw: z.string(),
  shares: z.array(
    z.object({
      quantity: z.string(),
      executedQuantity: z.string(),
      proceedsKrw: z.string(),
      feeKrw: z.string(),
      isOfThisCase: z.boolean(),
    }),
  ),
  trades: z.array(
    z.object({ tradeId: z.string(), quantity: z.string(), price: z.string(), proceedsKrw: z.string(), filledAt: z.string() }),
  ),
});

let city: SaleDesk;
let officer: SignedInClient;
let sold: readonly SaleCase[];

beforeAll(async () => {
  city = await SaleDesk.open();
  const api = await startApi({ over: city.test });
  officer = await api.enter(city.officer);
  const first = await city.runningCase({ coins: { BTC: '0.00300001' }, bills: ['900000000'] });
  const second = await city.runningCase({ coins: { BTC: '0.00100002' }, bills: ['900000000'] });
  sold = [first, second];
  await city.sellOut();
});

afterAll(async () => {
  await city.exchange.stop();
});

test('anybody can divide a joint order again from what is published, and finds his own share', async () => {
  const [own, other] = sold.map(({ caseId }) => caseId);
  const [order] = await city.orders(own);
  const shown = (await officer.get(`/cases/${own}/orders/${order?.id}/division`)).expect(division);
  const won = (figure: string) => VenueWon.of('upbit', figure);
  const again = shareFills(
    shown.shares.map(({ quantity }, holdingId) => ({ holdingId, quantity: CoinAmount.of('BTC', quantity) })),
    shown.trades.map(({ tradeId, quantity, price, proceedsKrw, filledAt }) => ({
      tradeId,
      quantity: CoinAmount.of('BTC', quantity),
      price: Price.of('BTC', price),
      proceeds: won(proceedsKrw),
      filledAt: new Date(filledAt),
    })),
    won(shown.paidFeeKrw),
    shown.quantityDecimalPlaces,
  );
  for (const [index, share] of shown.shares.entries()) {
    const parts = again.filter(({ share: { holdingId } }) => holdingId === index);
    const sum = (of: (part: (typeof parts)[number]) => VenueWon) => VenueWon.sum('upbit', parts.map(of)).toString();
    expect([sum(({ proceeds }) => proceeds), sum(({ fee }) => fee)]).toEqual([share.proceedsKrw, share.feeKrw]);
  }
  expect(shown.shares.map(({ isOfThisCase }) => isOfThisCase)).toEqual([true, false]);
  expect((await officer.get(`/cases/${other}/orders/${order?.id}/division`)).expect(division).shares[1]?.isOfThisCase).toBe(true);
  expect((await officer.get(`/cases/${own}/orders/4711/division`)).problem().code).toBe('NOT_FOUND');
});

test('a plan is shown with its slices and what they were made from', async () => {
  const page = z.object({
    items: z.array(z.looseObject({ asset: z.string(), reason: z.string(), slices: z.array(z.looseObject({ quantity: z.string() })) })),
  });
  const { items } = (await officer.get(`/cases/${sold[0]?.caseId}/sale-plans`)).expect(page);
  expect(items[0]).toMatchObject({ asset: 'BTC', reason: 'begun', ruleVersion: 'immediate-1', plannedQuantity: '0.00300001' });
  expect(items[0]?.slices).toHaveLength(1);
});

test('a plan without a forecast says in Korean that there is nothing to compare it with', async () => {
  const plans = z.object({ items: z.array(z.looseObject({ id: z.int() })) });
  const [plan] = (await officer.get(`/cases/${sold[0]?.caseId}/sale-plans`)).expect(plans).items;
  const problem = (await officer.get(`/cases/${sold[0]?.caseId}/sale-plans/${plan?.id}/prospects`)).problem();
  expect(problem).toMatchObject({ status: 409, code: 'PLAN_WITHOUT_FORECAST', facts: { ruleVersion: 'immediate-1' } });
  expect(problem.title).toMatch(/예측 없이 세운 매각 계획이어서 견줄 대안이 없습니다/);
});
