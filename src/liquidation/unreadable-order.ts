import type { SaleOrder } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';

const CODE = 'order_unreadable';

/** Once for each order: what became of it is not told by the venue, or cannot be booked; from then on an official may say (`concludeOrder`). */
export async function tellUnreadable(work: Work, order: Pick<SaleOrder, 'id' | 'asset' | 'venueAccountId'>, reason: string): Promise<void> {
  if (await isToldUnreadable(work, order.id)) return;
  await raiseAlert(work, {
    code: CODE,
    severity: 'critical',
    subject: `sale_order:${order.id}`,
    text: '주문의 결과를 확정하지 못하고 있습니다. 거래소에서 주문 내역을 확인하고 결과를 입력하세요.',
    facts: { order: order.id, account: order.venueAccountId, asset: order.asset, reason },
  });
}

/** True when a person was told that the service cannot find out by itself. */
export async function isToldUnreadable(work: Work, orderId: number): Promise<boolean> {
  return (await work.tx.alert.count({ where: { code: CODE, subject: `sale_order:${orderId}` } })) > 0;
}
