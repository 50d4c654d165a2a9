import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { NOTE_TEXT } from '../../src/liquidation/codes.ts';
import { type SignedInClient, startApi } from '../support/api.ts';
import { type SaleCase, SaleDesk } from '../support/sale-desk.ts';

/* What was decided and what came of it, in words that an officer and an auditor read. */

const decisions = z.object({
  items: z.array(
    z.object({
      id: z.int(),
      outcome: z.string(),
      orderId: z.int().nullable(),
      orderText: z.string().nullable(),
      codes: z.array(z.object({ code: z.string(), text: z.string() })),
      guards: z.array(z.object({ code: z.string(), asset: z.string(), text: z.string(), figures: z.record(z.string(), z.string()) })),
    }),
  ),
});
type Decision = z.output<typeof decisions>['items'][number];

let city: SaleDesk;
let officer: SignedInClient;

beforeAll(async () => {
  city = await SaleDesk.open();
  officer = await (await startApi({ over: city.test })).enter(city.officer);
});

afterAll(async () => {
  await city.exchange.stop();
});

async function decisionsOf({ caseId }: SaleCase): Promise<Decision[]> {
  return (await officer.get(`/cases/${caseId}/decisions`)).expect(decisions).items;
}

describe('the decisions of a case', () => {
  test('name the order that each led to, and say of one that led to none that it did not', async () => {
    const bills = ['900000000'];
    const first = await city.runningCase({ coins: { BTC: '0.003' }, bills });
    // A floor close to the market asks for another price, and so for another order in the same market.
    const second = await city.runningCase({ coins: { BTC: '0.003' }, bills, valuedAt: '1.99' });
    city.advance(10);
    await city.run();

    const [order] = await city.orders(first.caseId);
    const [ordered] = await decisionsOf(first);
    expect(ordered).toMatchObject({ outcome: 'order', orderId: order?.id, orderText: null });
    const passedOver = (await decisionsOf(second)).filter(({ outcome, orderId }) => outcome === 'order' && orderId === null);
    expect(passedOver.length).toBeGreaterThan(0);
    for (const { id, orderText } of passedOver) {
      expect(orderText).toMatch(/이 사건의 주문은 나가지 않았습니다.*같은 시장에서 다른 주문이 먼저 나갔거나/);
      expect((await officer.get(`/decisions/${id}`)).json()).toMatchObject({ orderId: null, orderText });
    }
    await city.sellOut();
    for (const sold of [first, second])
      for (const { outcome, orderId, orderText } of await decisionsOf(sold))
        expect([outcome === 'order', orderText === null]).toEqual([outcome === 'order', outcome !== 'order' || orderId !== null]);
  });

  test('give a text to what was only noticed', async () => {
    const sold = await city.runningCase({ coins: { BTC: '0.003' }, bills: ['900000000'] });
    city.advance(10);
    await city.run();
    const [decision] = await decisionsOf(sold);
    expect(decision?.guards).toContainEqual({ code: 'no_reference', asset: 'BTC', text: NOTE_TEXT.no_reference, figures: {} });
  });
});

const sales = z.object({ items: z.array(z.object({ lastCode: z.object({ code: z.string(), text: z.string() }).nullable() })) });

test.each(['step_failed', 'order_refused', 'settled', 'ended_by_official', 'window_open', 'BTC:book_stale'])(
  'a sale that stands at %s says so in Korean',
  async (lastCode) => {
    const { caseId } = await city.runningCase({ coins: { BTC: '0.003' }, bills: ['900000000'] });
    await city.by((work) => work.tx.liquidation.update({ where: { caseId }, data: { lastCode } }));
    const code = lastCode.replace('BTC:', '');
    const text = expect.stringMatching(/[가-힣]/);
    expect((await officer.get(`/liquidations?caseId=${caseId}`)).expect(sales).items).toEqual([{ lastCode: { code, text } }]);
    expect((await officer.get(`/cases/${caseId}`)).json()).toMatchObject({ sale: { lastCode, lastText: text } });
  },
);
