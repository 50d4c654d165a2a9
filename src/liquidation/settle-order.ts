import { type AuditEntry, appendAudits } from '../audit/append.ts';
import type { Actor, Work } from '../database/work.ts';
import type { Fill, VenueOrder } from '../exchange/port.ts';
import { raiseAlert, warnOnce } from '../intent/alert.ts';
import { lockIntent, recordLookUp, settleIntent } from '../intent/intent.ts';
import { digestOf } from '../kernel/digest.ts';
import { CoinAmount, VenueWon } from '../kernel/money.ts';
import { bookLateFills, bookOutcome, executedBy, type LockedOrder, lockOrder } from './book-order.ts';
import type { Desk } from './desk.ts';
import { refusalWaitSeconds } from './wait.ts';

export const DESK_ACTOR: Actor = { kind: 'system', part: 'desk' };

const REFUSALS_LOOKED_AT = 10;
const ACCEPTED_LOOK_MS = 2_000;

/**
 * Books what the venue says became of an order: each fill once, the unfilled rest back to held, order and intent closed. Nothing is
 * booked while it rests (`open`), nor while its fills do not add up to what was executed (`incomplete`). What happened is read from
 * volumes and fills, never from the status word.
 */
export async function settleFromVenue(desk: Desk, orderId: number, known: VenueOrder): Promise<'settled' | 'open' | 'incomplete'> {
  if (known.isOpen) return 'open';
  const fills = eachOnce(known.fills);
  if (!executedBy({ asset: known.executedQuantity.asset }, fills).equals(known.executedQuantity)) return 'incomplete';
  await desk.database.work(DESK_ACTOR, async (work) => {
    const order = await lockOrder(work, orderId);
    const { statusWord, orderId: venueOrderId, paidFee } = known;
    if (order.closedAt !== null) return bookLate(work, order, known, fills);
    await bookOutcome(work, order, { statusWord, venueOrderId, paidFee, fills });
    const executed = known.executedQuantity.toString();
    await settleIntent(work, order.intentId, 'settled', { status: statusWord, executed, fills: fills.length });
    await auditOrder(work, order, {
      action: 'order.settled',
      recordDigest: fillsDigest(fills),
      payload: { executed, fee: paidFee.toString(), fills: fills.length },
    });
  });
  return 'settled';
}

/**
 * An order that was taken for dead had an effect after all. What happened outside is never refused (invariant 4): its trades are
 * booked, what the books do not have spills and freezes the coin, and a person is told.
 */
async function bookLate(
  work: Work,
  order: LockedOrder,
  { statusWord, orderId: venueOrderId, paidFee, executedQuantity }: VenueOrder,
  fills: readonly Fill[],
): Promise<void> {
  if (executedQuantity.toString() === CoinAmount.of(order.asset, order.executedQuantity?.toFixed() ?? '0').toString()) return;
  await bookLateFills(work, order, { statusWord, venueOrderId, paidFee, fills });
  await raiseAlert(work, {
    code: 'order_filled_late',
    severity: 'critical',
    subject: `sale_order:${order.id}`,
    text: '체결되지 않은 것으로 마감한 주문이 체결되었습니다. 장부에 기록하고 종목의 매각을 멈추었으니 잔액을 확인하세요.',
    facts: { order: order.id, asset: order.asset, executed: executedQuantity.toString() },
  });
}

/** A venue that lists a trade twice has made it once. */
function eachOnce(fills: readonly Fill[]): Fill[] {
  return [...new Map(fills.map((fill) => [fill.tradeId, fill])).values()];
}

/** What happened to an order is an event of every case that has a share in it. */
export async function auditOrder(
  work: Work,
  order: LockedOrder,
  event: Pick<AuditEntry, 'action' | 'recordDigest' | 'payload'>,
): Promise<void> {
  const events = order.shares.map(({ caseId }) => ({ stream: `case:${caseId}`, subject: `sale_order:${order.id}`, ...event }) as const);
  await appendAudits(work, events);
}

export function fillsDigest(fills: readonly Fill[]): string {
  return digestOf(
    fills.map(({ tradeId, quantity, price }) => ({ trade: tradeId, quantity: quantity.toString(), price: price.toString() })),
  );
}

/** What is known of an order that had no effect, and after how many sends. */
export interface NoEffect {
  readonly statusWord: string;
  /** True when the venue said why: the sale waits, and somebody is told. */
  readonly isRefused: boolean;
  /** How often it had been sent by then. Sent again meanwhile, it may have had one after all, and nothing is concluded. */
  readonly sends: number;
}

/** Closes an order that the venue refused, or that is proven never to have had an effect; its units go back to held. */
export async function closeWithoutFills(desk: Desk, orderId: number, { statusWord, isRefused, sends }: NoEffect): Promise<void> {
  await desk.database.work(DESK_ACTOR, async (work) => {
    const order = await lockOrder(work, orderId);
    const intent = await lockIntent(work, order.intentId);
    if (order.closedAt !== null || intent.state !== 'open' || intent.sendCount !== sends) return;
    await bookOutcome(work, order, { statusWord, venueOrderId: null, paidFee: VenueWon.zero(desk.port.venue), fills: [] });
    await settleIntent(work, order.intentId, 'dead', { status: statusWord });
    await auditOrder(work, order, { action: 'order.closed_without_fills', payload: { status: statusWord } });
    if (!isRefused) return;
    for (const { caseId } of order.shares) await waitAfterRefusal(work, { orderId, caseId, statusWord });
  });
}

/** The venue has given an accepted order a number: from now on nothing but a person declares it dead. */
export async function recordAcceptance(desk: Desk, orderId: number, venueOrderId: string): Promise<void> {
  await desk.database.work(DESK_ACTOR, async (work) => {
    const order = await lockOrder(work, orderId);
    if (order.closedAt !== null || order.venueOrderId !== null) return;
    const { state } = await lockIntent(work, order.intentId);
    await work.tx.saleOrder.update({ where: { id: orderId }, data: { venueOrderId } });
    const nextLookAt = new Date(work.at.getTime() + ACCEPTED_LOOK_MS);
    if (state === 'open') await recordLookUp(work, order.intentId, { outcome: 'found', answer: { outcome: 'accepted' }, nextLookAt });
    await auditOrder(work, order, { action: 'order.accepted', payload: { venueOrderId } });
  });
}

/** A refusal is seldom cured by asking again at once: the sale waits, longer each time, and somebody is told while nobody knows. */
async function waitAfterRefusal(
  work: Work,
  { orderId, caseId, statusWord }: { readonly orderId: number; readonly caseId: number; readonly statusWord: string },
): Promise<void> {
  const latest = await work.tx.orderShare.findMany({
    where: { caseId, order: { closedAt: { not: null } } },
    orderBy: { orderId: 'desc' },
    take: REFUSALS_LOOKED_AT,
    select: { order: { select: { statusWord: true } } },
  });
  const before = latest.findIndex(({ order }) => order.statusWord?.startsWith('refused:') !== true);
  const inRow = before === -1 ? latest.length : before;
  await work.tx.liquidation.updateMany({
    where: { caseId, state: 'running' },
    data: { nextStepAt: new Date(work.at.getTime() + refusalWaitSeconds(inRow) * 1_000), lastCode: 'order_refused' },
  });
  await warnOnce(work, {
    code: 'order_refused',
    subject: `case:${caseId}`,
    text: `거래소가 매각 주문을 거부했습니다 (${statusWord}). 사유를 확인하세요.`,
    facts: { order: orderId, status: statusWord },
  });
}
