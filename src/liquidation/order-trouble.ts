import type { SaleOrder } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';

/**
 * What the service cannot end by itself. `order_unreadable`: what became of the order is not told by the venue, or cannot be booked; from
 * then on an official may say (`concludeOrder`). `order_not_cancelled`: it still stands at the venue though it was to be cancelled; as long
 * as it does nobody may say that it is over.
 */
const TEXTS = {
  order_unreadable:
    '주문의 결과를 확정하지 못하고 있습니다. 거래소에서 주문 내역을 확인하고, 주문이 남아 있으면 먼저 취소한 뒤 결과를 입력하세요.',
  order_not_cancelled: '취소하려는 주문이 거래소에 남아 있습니다. 거래소에서 취소하세요. 취소되면 결과는 저절로 기록됩니다.',
} as const;

/** Tells a person, once for each order and trouble. */
export async function tellTrouble(
  work: Work,
  order: Pick<SaleOrder, 'id' | 'asset' | 'venueAccountId'>,
  { code, reason }: { readonly code: keyof typeof TEXTS; readonly reason: string },
): Promise<void> {
  if (await isTold(work, order.id, code)) return;
  await raiseAlert(work, {
    code,
    severity: 'critical',
    subject: `sale_order:${order.id}`,
    text: TEXTS[code],
    facts: { order: order.id, account: order.venueAccountId, asset: order.asset, reason },
  });
}

/** True when a person was told that the service cannot find out by itself. */
export function isToldUnreadable(work: Work, orderId: number): Promise<boolean> {
  return isTold(work, orderId, 'order_unreadable');
}

async function isTold(work: Work, orderId: number, code: keyof typeof TEXTS): Promise<boolean> {
  return (await work.tx.alert.count({ where: { code, subject: `sale_order:${orderId}` } })) > 0;
}
