import type { SellOrder } from '../exchange/port.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Desk } from './desk.ts';
import { closeWithoutFills, recordAcceptance, settleFromVenue } from './settle-order.ts';
import { concernsAll } from './step-failure.ts';

/** An order that exists as a committed intent, one more send of which has been counted. */
export interface CommittedOrder {
  readonly orderId: number;
  /** This send included. */
  readonly sends: number;
  /** Until when the book stands on which it was decided: a process that slept since then sends nothing. */
  readonly freshUntil: Date;
  readonly sell: SellOrder;
}

/**
 * Sends a committed order and settles what can be settled at once. Whatever the answer leaves open is left to the look-ups: the
 * intent stays, and the account places nothing else meanwhile.
 */
export async function sendOrder(desk: Desk, { orderId, sends, freshUntil, sell }: CommittedOrder): Promise<void> {
  if (desk.database.clock.now() > freshUntil) {
    desk.log.warn({ order: orderId }, 'an order came too late to be sent');
    return closeIfSentOnce(desk, orderId, sends, { statusWord: 'not_sent:stale', isRefused: false });
  }
  const answer = await desk.port.sell(sell);
  switch (answer.kind) {
    case 'accepted':
      return settleAccepted(desk, orderId, sell, answer.orderId);
    case 'refused':
      desk.log.warn({ order: orderId, venueCode: answer.venueCode }, 'the venue refused an order');
      if (desk.port.capabilities.duplicateIdentifierCodes.includes(answer.venueCode)) await settleIfOver(desk, orderId, sell);
      else
        await closeIfSentOnce(desk, orderId, sends, {
          statusWord: `refused:${answer.venueCode}`,
          isRefused: !wouldTake(desk, sell, answer.venueCode),
        });
      return;
    case 'not_executed': {
      const found = await desk.port.lookUp(sell.identifier, sell.symbol);
      if (found.kind === 'found') await settleFromVenue(desk, orderId, found.order);
      if (found.kind === 'not_found')
        await closeIfSentOnce(desk, orderId, sends, { statusWord: `not_executed:${answer.venueCode}`, isRefused: false });
      return;
    }
    case 'unknown':
      desk.log.warn({ order: orderId, reason: answer.reason }, 'the outcome of an order is unknown; it is looked up');
  }
}

/** The market has moved to the price at which we would have waited: no fault of anybody, and what is due is decided anew. */
function wouldTake({ port }: Desk, { timeInForce }: SellOrder, venueCode: string): boolean {
  return timeInForce === 'post_only' && venueCode === port.capabilities.postOnly?.wouldTakeCode;
}

/** That the venue took it is remembered though what it did cannot be booked: then its outcome is not unknown. */
async function settleAccepted(desk: Desk, orderId: number, sell: SellOrder, venueOrderId: string): Promise<void> {
  try {
    if (await settleIfOver(desk, orderId, sell)) return;
  } catch (thrown) {
    if (thrown instanceof CheongsanError && !concernsAll(thrown)) await recordAcceptance(desk, orderId, venueOrderId);
    throw thrown;
  }
  await recordAcceptance(desk, orderId, venueOrderId);
}

/** A refusal is about one send. Of an order that was sent before it proves nothing: the first may be on its way or have been taken. */
async function closeIfSentOnce(
  desk: Desk,
  orderId: number,
  sends: number,
  how: { readonly statusWord: string; readonly isRefused: boolean },
): Promise<void> {
  if (sends === 1) await closeWithoutFills(desk, orderId, { ...how, sends });
}

/** An immediate-or-cancel order is over as soon as it is matched; its fills are read and booked. True when they were. */
async function settleIfOver(desk: Desk, orderId: number, sell: SellOrder): Promise<boolean> {
  const found = await desk.port.lookUp(sell.identifier, sell.symbol);
  return found.kind === 'found' && (await settleFromVenue(desk, orderId, found.order)) === 'settled';
}
