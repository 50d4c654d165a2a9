import type { Intent, SaleOrder } from '../database/generated/client.ts';
import type { SellOrder, VenueOrder } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { lockIntent, markSent, recordLookUp, settleIntent } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, Price } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { staleBookSeconds, unknownOutcomeSettlement } from '../policy/definitions/sale.ts';
import { tightenTrading } from '../venue/trading-state.ts';
import { balanceFitsWithout } from './balance-fit.ts';
import { lockOrder } from './book-order.ts';
import type { Desk } from './desk.ts';
import { tellTrouble } from './order-trouble.ts';
import { readable } from './readable.ts';
import { sendOrder } from './send.ts';
import { auditOrder, closeWithoutFills, DESK_ACTOR, recordAcceptance, settleFromVenue } from './settle-order.ts';
import { concernsAll } from './step-failure.ts';
import { isStillWanted } from './still-wanted.ts';
import { openOrders } from './unknown-outcome.ts';

const CANCELLED_LOOK_MS = 2_000;
const RESTING_LOOK_MS = 30_000;
const UNAVAILABLE_LOOK_MS = 5_000;
const LONGEST_LOOK_MS = 60_000;
const TROUBLE_ALERT_MS = 600_000;
const SEARCH_MARGIN_MS = 60_000;

/**
 * Looks after these open orders, the oldest first. A time-out is never a rejection: the order is looked up under its identifier. If the
 * venue knows it, what happened is booked, and one that rests too long, or is no longer wanted, is cancelled. If not, and everything
 * still speaks for it, it is sent once more under the same identifier, which the venue takes only once. Otherwise it is dead only when
 * enough look-ups over long enough say so, no order list holds it and the balance fits without it; else a person decides.
 */
export async function settleOrders(desk: Desk, orderIds: readonly number[]): Promise<void> {
  const { read, clock } = desk.database;
  for (const id of orderIds) {
    const order = await read.saleOrder.findUniqueOrThrow({ where: { id } });
    const intent = await read.intent.findUniqueOrThrow({ where: { id: order.intentId } });
    const isDue = intent.nextLookAt !== null && intent.nextLookAt <= clock.now();
    if (order.closedAt === null && intent.state === 'open' && isDue) await settleOrTell(desk, order, intent);
  }
}

/** One order that cannot be settled keeps no other from being: somebody is told, and it is looked at again. */
async function settleOrTell(desk: Desk, order: SaleOrder, intent: Intent): Promise<void> {
  try {
    await settleOne(desk, order, intent);
  } catch (thrown) {
    if (!(thrown instanceof CheongsanError) || concernsAll(thrown)) throw thrown;
    desk.log.error({ err: thrown, order: order.id }, 'an order could not be settled');
    await tell(desk, order, { code: 'order_unreadable', reason: thrown.code });
    await lookAgain(desk, intent, 'unavailable', LONGEST_LOOK_MS);
  }
}

/** The order as the port takes it, from its row and its intent. */
export function sellOrderOf(order: SaleOrder, identifier: string): SellOrder {
  return {
    identifier,
    symbol: order.symbol,
    quantity: CoinAmount.of(order.asset, order.quantity.toFixed()),
    limitPrice: Price.of(order.asset, order.limitPrice.toFixed()),
    timeInForce: order.style === 'passive' ? 'post_only' : 'immediate_or_cancel',
  };
}

async function settleOne(desk: Desk, order: SaleOrder, intent: Intent): Promise<void> {
  const found = await desk.port.lookUp(intent.identifier, order.symbol);
  if (found.kind === 'unavailable') return waitForAnswer(desk, order, intent, found.reason);
  if (found.kind === 'found') return settleFound(desk, order, intent, found.order);
  const freshUntil = await mayResend(desk, order, intent);
  if (freshUntil === undefined) return concludeNotFound(desk, order, intent);
  await sendOrder(desk, { orderId: order.id, sends: intent.sendCount + 1, freshUntil, sell: sellOrderOf(order, intent.identifier) });
}

/** What still rests at the venue is left there while it may and is wanted, else cancelled; what it did until then is read the next time. */
async function settleFound(desk: Desk, order: SaleOrder, intent: Intent, known: VenueOrder): Promise<void> {
  const settled = await settleFromVenue(desk, order.id, known);
  if (settled === 'settled') return;
  if (settled === 'incomplete') return waitForAnswer(desk, order, intent, 'trades do not add up');
  if (order.venueOrderId === null) await recordAcceptance(desk, order.id, known.orderId);
  const restUntil = await desk.database.work(DESK_ACTOR, async (work) => {
    const current = await lockOrder(work, order.id);
    const { restUntil: until } = current;
    return until !== null && until > work.at && (await isStillWanted(work, desk, current)) ? until : undefined;
  });
  if (restUntil !== undefined) {
    const leftMs = restUntil.getTime() - desk.database.clock.now().getTime();
    return lookAgain(desk, intent, 'found', Math.min(Math.max(leftMs, 0), RESTING_LOOK_MS));
  }
  if (isLong(desk, order, intent)) await tell(desk, order, { code: 'order_not_cancelled', reason: known.statusWord });
  await readable(desk, `cancel of order ${order.id}`, () => desk.port.cancel(intent.identifier, order.symbol));
  await lookAgain(desk, intent, 'found', CANCELLED_LOOK_MS);
}

async function waitForAnswer(desk: Desk, order: SaleOrder, intent: Intent, reason: string): Promise<void> {
  if (isLong(desk, order, intent)) await tell(desk, order, { code: 'order_unreadable', reason });
  await lookAgain(desk, intent, 'unavailable', UNAVAILABLE_LOOK_MS);
}

/** What a venue has not done or told for so long since it should have, it may not do or tell at all: somebody looks at its site. */
function isLong({ database }: Desk, { restUntil }: SaleOrder, { lastSentAt, createdAt }: Intent): boolean {
  const sinceMs = Math.max((lastSentAt ?? createdAt).getTime(), restUntil?.getTime() ?? 0);
  return database.clock.now().getTime() - sinceMs >= TROUBLE_ALERT_MS;
}

function tell({ database }: Desk, order: SaleOrder, trouble: Parameters<typeof tellTrouble>[2]): Promise<void> {
  return database.work(DESK_ACTOR, (work) => tellTrouble(work, order, trouble));
}

/**
 * Remembers what a look-up said and when to look next, unless somebody has settled the intent meanwhile: after the time given, and
 * after half the order's age where that is longer, but within a minute. What rests is looked at without growing patience.
 */
async function lookAgain(desk: Desk, intent: Intent, outcome: 'found' | 'unavailable', afterMs: number): Promise<void> {
  await desk.database.work(DESK_ACTOR, async (work) => {
    const { state } = await lockIntent(work, intent.id);
    if (state !== 'open') return;
    const ageMs = work.at.getTime() - (intent.lastSentAt ?? intent.createdAt).getTime();
    const patienceMs = outcome === 'found' ? 0 : Math.min(Math.floor(ageMs / 2), LONGEST_LOOK_MS);
    const nextLookAt = new Date(work.at.getTime() + Math.max(afterMs, patienceMs));
    await recordLookUp(work, intent.id, { outcome, answer: { outcome }, nextLookAt });
  });
}

/**
 * Once, while the decision is fresh, the gates still open and the needs not gone: then the second send is committed as such and
 * done. Only where a used identifier stays refused for ever can two sends have no more than one effect. Returns until when it may
 * be sent, undefined when it may not.
 */
async function mayResend(desk: Desk, order: SaleOrder, intent: Intent): Promise<Date | undefined> {
  if (!desk.port.capabilities.identifierStaysUsed || intent.sendCount !== 1) return undefined;
  return desk.database.work(DESK_ACTOR, async (work) => {
    const current = await lockOrder(work, order.id);
    const { state, sendCount, lastSentAt } = await lockIntent(work, intent.id);
    const isUntouched = state === 'open' && sendCount === 1 && current.closedAt === null && current.venueOrderId === null;
    if (!isUntouched || lastSentAt === null) return undefined;
    const staleMs = (await readPolicy(work.tx)).get(staleBookSeconds, seoulDay(work.at)) * 1_000;
    const freshUntil = new Date(lastSentAt.getTime() + staleMs);
    if (desk.database.clock.now() > freshUntil || !(await isStillWanted(work, desk, current))) return undefined;
    await markSent(work, intent.id, { sendsBefore: 1, nextLookAt: work.at });
    await auditOrder(work, current, { action: 'order.sent_again' });
    return freshUntil;
  });
}

async function concludeNotFound(desk: Desk, order: SaleOrder, intent: Intent): Promise<void> {
  const isLong = await desk.database.work(DESK_ACTOR, async (work) => {
    const { quietSeconds, lookUps } = (await readPolicy(work.tx)).get(unknownOutcomeSettlement, seoulDay(work.at));
    const { state, sendCount } = await lockIntent(work, intent.id);
    if (state !== 'open' || sendCount !== intent.sendCount) return false;
    const { notFoundAt, lastSentAt } = await recordLookUp(work, intent.id, {
      outcome: 'not_found',
      answer: { outcome: 'not_found' },
      nextLookAt: new Date(work.at.getTime() + Math.ceil((quietSeconds * 1_000) / lookUps)),
    });
    const quietMs = work.at.getTime() - (lastSentAt ?? intent.createdAt).getTime();
    return notFoundAt.length >= lookUps && quietMs >= quietSeconds * 1_000;
  });
  if (!isLong) return;
  if (isPastShowing(desk, intent)) return handToPerson(desk, order, intent);
  const searched = await desk.port.searchOrders(intent.identifier, order.symbol, new Date(intent.createdAt.getTime() - SEARCH_MARGIN_MS));
  if (searched.kind === 'found') await settleFound(desk, order, intent, searched.order);
  if (searched.kind !== 'not_found') return;
  // What another order may have done could hide what this one did: all others must be over before, or be unknown like this one.
  const open = await openOrders(desk.database.read, desk.accountId, desk.database.clock.now());
  if (!open.every(({ isUnknown }) => isUnknown)) return;
  const unknown = await desk.database.read.saleOrder.findMany({ where: { id: { in: open.map(({ orderId }) => orderId) } } });
  const fits = await readable(desk, `balances without order ${order.id}`, () => balanceFitsWithout(desk, unknown));
  if (fits === undefined) return;
  if (fits && order.venueOrderId === null)
    await closeWithoutFills(desk, order.id, { statusWord: 'never_arrived', isRefused: false, sends: intent.sendCount });
  else await handToPerson(desk, order, intent);
}

/** True once the venue may have forgotten an order that it did place: that it is not found proves nothing any more. */
function isPastShowing({ database, port }: Desk, { firstSentAt, createdAt }: Intent): boolean {
  const { orderShownMs } = port.capabilities;
  return orderShownMs !== undefined && database.clock.now().getTime() - (firstSentAt ?? createdAt).getTime() >= orderShownMs;
}

/** Nobody but a person can tell what became of it: the account starts nothing new until somebody has (`concludeOrder`). */
async function handToPerson(desk: Desk, order: SaleOrder, intent: Intent): Promise<void> {
  await desk.database.work(DESK_ACTOR, async (work) => {
    const current = await lockOrder(work, order.id);
    const { state, sendCount } = await lockIntent(work, intent.id);
    if (current.closedAt !== null || state !== 'open' || sendCount !== intent.sendCount) return;
    await settleIntent(work, intent.id, 'with_person', { status: 'unexplained' });
    const { tradingState } = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: desk.accountId } });
    if (tradingState === 'ACTIVE')
      await tightenTrading(work, {
        scope: { kind: 'account', accountId: desk.accountId },
        to: 'REDUCING',
        reason: `sale_order:${order.id}`,
      });
    await raiseAlert(work, {
      code: 'order_outcome_unknown',
      severity: 'critical',
      subject: `sale_order:${order.id}`,
      text: '주문이 조회되지 않아 결과를 알 수 없습니다. 거래소에서 주문 내역을 확인하고 결과를 입력하세요.',
      facts: { order: order.id, account: desk.accountId, asset: order.asset },
    });
  });
}
