import type { SaleOrder } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import type { Fill } from '../exchange/port.ts';
import { lockIntent, settleIntent } from '../intent/intent.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, Price, VenueWon } from '../kernel/money.ts';
import { bookOutcome, executedBy, lockOrder } from './book-order.ts';
import { isToldUnreadable } from './order-trouble.ts';
import { auditOrder, fillsDigest } from './settle-order.ts';

/** What an official has found out about an order at the exchange's own site. */
export type FoundOutcome =
  | { readonly kind: 'never_executed' }
  | {
      readonly kind: 'executed';
      readonly venueOrderId: string;
      readonly paidFee: VenueWon;
      /** Every trade, with the exchange's id of it. */
      readonly fills: readonly Fill[];
    };

export interface Conclusion {
  readonly orderId: number;
  readonly outcome: FoundOutcome;
  /** Where it was seen, free of personal data. */
  readonly reason: string;
}

/** Between our clock and the exchange's. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * An official says what became of an order that no look-up could settle: the trades that he has found, or that there is none. Booked
 * like any other outcome; trading stays REDUCING until somebody approves to loosen it. Errors: `FORBIDDEN` for anybody but an
 * official, `CONFLICT` unless the order was left to a person or he was told that it cannot be read, `INPUT_INVALID` for trades that cannot be this order's, `NOT_FOUND`,
 * `LEDGER_KEY_CONFLICT` for a trade that is booked for another order.
 */
export async function concludeOrder(work: Work, { orderId, outcome, reason }: Conclusion): Promise<void> {
  if (userIdOf(work.actor) === null) throw new CheongsanError('FORBIDDEN', 'Only an official may say what became of an order.');
  if (reason.trim() === '') throw new CheongsanError('INPUT_INVALID', 'The outcome of an order needs a reason: where it was seen.');
  const known = await work.tx.saleOrder.findUnique({ where: { id: orderId }, select: { id: true } });
  if (known === null) throw new CheongsanError('NOT_FOUND', `There is no order ${orderId}.`);
  const order = await lockOrder(work, orderId);
  const { state } = await lockIntent(work, order.intentId);
  const isPersons = state === 'with_person' || (state === 'open' && (await isToldUnreadable(work, orderId)));
  if (order.closedAt !== null || !isPersons) {
    throw new CheongsanError(
      'CONFLICT',
      `Order ${orderId} is ${order.closedAt === null ? 'still looked up by the service' : 'over'}; only one that was left to a person is concluded by one.`,
    );
  }
  if (outcome.kind === 'executed') assertOfOrder(order, outcome, work.at);
  const { venueCode } = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: order.venueAccountId } });
  const booked =
    outcome.kind === 'executed'
      ? { statusWord: 'found_by_official', ...outcome }
      : { statusWord: 'never_executed', venueOrderId: null, paidFee: VenueWon.zero(venueCode), fills: [] };
  await bookOutcome(work, order, booked);
  const executed = executedBy(order, booked.fills).toString();
  await settleIntent(work, order.intentId, outcome.kind === 'executed' ? 'settled' : 'dead', { status: booked.statusWord, executed });
  await auditOrder(work, order, {
    action: 'order.concluded_by_official',
    recordDigest: fillsDigest(booked.fills),
    payload: { status: booked.statusWord, executed, fee: booked.paidFee.toString(), fills: booked.fills.length, reason },
  });
  work.ring('desk', order.venueAccountId);
}

/** Figures typed from a screen are checked for what no trade of this order can be. */
function assertOfOrder(order: SaleOrder, { fills, paidFee }: FoundOutcome & { kind: 'executed' }, at: Date): void {
  const refuse = (what: string): never => {
    throw new CheongsanError('INPUT_INVALID', `${what}; check the trades of order ${order.id} at the exchange again.`);
  };
  if (fills.length === 0) refuse('An executed order has trades');
  if (new Set(fills.map(({ tradeId }) => tradeId)).size < fills.length) refuse('A trade is entered twice');
  if (paidFee.isNegative()) refuse('A fee cannot be negative');
  const limit = Price.of(order.asset, order.limitPrice.toFixed());
  const earliestMs = order.createdAt.getTime() - CLOCK_TOLERANCE_MS;
  for (const { tradeId, quantity, price, proceeds, filledAt } of fills) {
    if (!quantity.isPositive() || !proceeds.isPositive()) refuse(`Trade ${tradeId} has no quantity or proceeds`);
    if (price.isLessThan(limit)) refuse(`Trade ${tradeId} at ${price} is below the order's limit of ${limit}`);
    if (proceeds.minus(quantity.costAt(price, proceeds.venue)).value.abs().isGreaterThanOrEqualTo(1))
      refuse(`Proceeds of ${proceeds} are not ${quantity} at ${price}`);
    if (filledAt.getTime() < earliestMs || filledAt.getTime() > at.getTime() + CLOCK_TOLERANCE_MS)
      refuse(`Trade ${tradeId} of ${filledAt.toISOString()} was not made while the order was open`);
  }
  const executed = executedBy(order, fills);
  if (executed.isMoreThan(CoinAmount.of(order.asset, order.quantity.toFixed()))) refuse(`${executed} is more than the order's quantity`);
  const proceeds = VenueWon.sum(
    paidFee.venue,
    fills.map((fill) => fill.proceeds),
  );
  if (paidFee.isMoreThan(proceeds)) refuse(`A fee of ${paidFee} is more than the proceeds`);
}
