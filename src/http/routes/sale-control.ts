import { z } from 'zod';
import type { Work } from '../../database/work.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { Price, VenueWon } from '../../kernel/money.ts';
import { concludeOrder, type FoundOutcome } from '../../liquidation/conclude.ts';
import { endSaleByOfficial } from '../../liquidation/end.ts';
import { command, NONE, type Route } from '../route.ts';
import { coins, DONE, done, figureInput, instantInput, lineText, pathId, quantityInput, reasonText } from '../schemas.ts';

const foundFill = z.strictObject({
  tradeId: lineText(100, '9e8f8eba-7050-4837-8969-cfc272cbe083').meta({ description: '거래소의 체결 번호' }),
  quantity: quantityInput,
  price: quantityInput.meta({ description: '체결 가격', example: '100000000' }),
  proceedsKrw: quantityInput.meta({ description: '수수료를 빼기 전 체결 금액', example: '1500000' }),
  filledAt: instantInput,
});

const foundOutcome = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('executed'),
    venueOrderId: lineText(100, 'cdd92199-2897-4e14-9448-f923320408ad').meta({ description: '거래소의 주문 번호' }),
    paidFeeKrw: figureInput.meta({ description: '낸 수수료 모두', example: '750' }),
    fills: z.array(foundFill).min(1).max(1_000).meta({ description: '이 주문의 체결 모두' }),
  }),
  z.strictObject({ kind: z.literal('never_executed') }),
]);

/** The figures as the order's own coin and exchange measure them. Error: `NOT_FOUND`. */
async function outcomeOf(work: Work, orderId: number, found: z.output<typeof foundOutcome>): Promise<FoundOutcome> {
  if (found.kind === 'never_executed') return found;
  const order = await work.tx.saleOrder.findUnique({ where: { id: orderId }, select: { asset: true, venueAccountId: true } });
  if (order === null) throw new CheongsanError('NOT_FOUND', `There is no order ${orderId}.`);
  const { venueCode } = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: order.venueAccountId }, select: { venueCode: true } });
  return {
    kind: 'executed',
    venueOrderId: found.venueOrderId,
    paidFee: VenueWon.of(venueCode, found.paidFeeKrw),
    fills: found.fills.map(({ tradeId, quantity, price, proceedsKrw, filledAt }) => ({
      tradeId,
      quantity: coins(order.asset, quantity),
      price: Price.of(order.asset, price),
      proceeds: VenueWon.of(venueCode, proceedsKrw),
      filledAt,
    })),
  };
}

/** What an official does to a sale that the service carries on by itself otherwise. */
export const saleControlRoutes: readonly Route[] = [
  command({
    operationId: 'endSale',
    tag: 'sale',
    summary: '매각을 끝냄 (판 것은 배분하고 남은 것은 돌려줌)',
    path: '/cases/{caseId}/sale-end',
    permission: 'sale.run',
    params: z.object({ caseId: pathId }),
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: done,
    handle: async (work, { params, body }) => {
      await endSaleByOfficial(work, { ...params, ...body });
      return DONE;
    },
  }),
  command({
    operationId: 'concludeOrder',
    tag: 'sale',
    summary: '결과를 알 수 없어 담당자에게 맡겨진 주문의 결과 기록 (거래소 화면에서 확인한 대로)',
    path: '/orders/{orderId}/conclusion',
    permission: 'sale.run',
    params: z.object({ orderId: pathId }),
    query: NONE,
    body: z.object({ outcome: foundOutcome, reason: reasonText }),
    answer: done,
    handle: async (work, { params: { orderId }, body: { outcome, reason } }) => {
      await concludeOrder(work, { orderId, outcome: await outcomeOf(work, orderId, outcome), reason });
      return DONE;
    },
  }),
];
