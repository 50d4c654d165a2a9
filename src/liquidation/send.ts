import type { SellOrder } from '../exchange/port.ts';
import type { Desk } from './desk.ts';
import { closeWithoutFills, settleFromVenue } from './settle-order.ts';

/** An order that exists as a committed intent. */
export interface CommittedOrder {
  readonly orderId: number;
  readonly intentId: number;
  readonly sell: SellOrder;
}

/**
 * Sends a committed order and settles what can be settled at once. Whatever the answer leaves open is left to the look-ups: the
 * intent stays, and the account places nothing else meanwhile.
 */
export async function sendOrder(desk: Desk, { orderId, sell }: CommittedOrder): Promise<void> {
  const answer = await desk.port.sell(sell);
  switch (answer.kind) {
    case 'accepted':
      await settleIfOver(desk, orderId, sell);
      return;
    case 'refused':
      desk.log.warn({ order: orderId, venueCode: answer.venueCode }, 'the venue refused an order');
      if (answer.venueCode === desk.port.capabilities.duplicateIdentifierCode) await settleIfOver(desk, orderId, sell);
      else await closeWithoutFills(desk, orderId, { state: 'dead', statusWord: `refused:${answer.venueCode}`, refused: true });
      return;
    case 'not_executed': {
      const found = await desk.port.lookUp(sell.identifier, sell.symbol);
      if (found.kind === 'not_found')
        await closeWithoutFills(desk, orderId, { state: 'dead', statusWord: `not_executed:${answer.venueCode}`, refused: false });
      else await settleIfOver(desk, orderId, sell);
      return;
    }
    case 'unknown':
      desk.log.warn({ order: orderId, reason: answer.reason }, 'the outcome of an order is unknown; it is looked up');
  }
}

/** An immediate-or-cancel order is over as soon as it is matched; its fills are read and booked. */
async function settleIfOver(desk: Desk, orderId: number, sell: SellOrder): Promise<void> {
  const found = await desk.port.lookUp(sell.identifier, sell.symbol);
  if (found.kind === 'found') await settleFromVenue(desk, orderId, found.order);
}
