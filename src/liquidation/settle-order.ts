import { appendAudit } from '../audit/append.ts';
import type { SaleOrder } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import type { Fill, VenueOrder } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { settleIntent } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CoinAmount, splitByLargestRemainder, VenueWon } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post, postFact } from '../ledger/post.ts';
import { freezeAsset } from '../venue/freeze.ts';
import type { Desk } from './desk.ts';

const REFUSAL_PAUSE_MS = 60_000;

/**
 * Books what the venue says became of an order: each fill once, the unfilled rest back to held, order and intent closed. An
 * order that still rests is left open. What happened is read from volumes and fills, never from the status word.
 */
export async function settleFromVenue(desk: Desk, orderId: number, known: VenueOrder): Promise<void> {
  if (known.isOpen) return;
  await desk.database.work({ kind: 'system', part: 'desk' }, async (work) => {
    const order = await lockOrder(work, orderId);
    if (order.closedAt !== null) return;
    const fees = shareFee(known.paidFee, known.fills);
    for (const [index, fill] of known.fills.entries()) {
      await bookFill(work, desk, order, fill, fees[index] ?? VenueWon.zero(desk.port.venue));
    }
    await returnUnfilled(work, order, known.executedQuantity);
    await close(work, order, { statusWord: known.statusWord, executedQuantity: known.executedQuantity, venueOrderId: known.orderId });
    await settleIntent(work, order.intentId, 'settled', {
      status: known.statusWord,
      executed: known.executedQuantity.toString(),
      fills: known.fills.length,
    });
    await appendAudit(work, {
      stream: `case:${order.caseId}`,
      action: 'order.settled',
      subject: `sale_order:${order.id}`,
      recordDigest: digestOf(
        known.fills.map((fill) => ({ trade: fill.tradeId, quantity: fill.quantity.toString(), price: fill.price.toString() })),
      ),
      payload: { executed: known.executedQuantity.toString(), fee: known.paidFee.toString(), fills: known.fills.length },
    });
  });
}

/** Closes an order that the venue refused, or that is proven never to have had an effect; its units go back to held. */
export async function closeWithoutFills(
  desk: Desk,
  orderId: number,
  outcome: { readonly state: 'dead'; readonly statusWord: string; readonly refused: boolean },
): Promise<void> {
  await desk.database.work({ kind: 'system', part: 'desk' }, async (work) => {
    const order = await lockOrder(work, orderId);
    if (order.closedAt !== null) return;
    const nothing = CoinAmount.zero(order.asset);
    await returnUnfilled(work, order, nothing);
    await close(work, order, { statusWord: outcome.statusWord, executedQuantity: nothing, venueOrderId: null });
    await settleIntent(work, order.intentId, outcome.state, { status: outcome.statusWord });
    await appendAudit(work, {
      stream: `case:${order.caseId}`,
      action: 'order.closed_without_fills',
      subject: `sale_order:${order.id}`,
      payload: { status: outcome.statusWord },
    });
    if (outcome.refused) await waitAfterRefusal(work, order, outcome.statusWord);
  });
}

/** A refusal is seldom cured by asking again at once: the sale waits a minute and somebody is told. */
async function waitAfterRefusal(work: Work, order: SaleOrder, statusWord: string): Promise<void> {
  await work.tx.liquidation.updateMany({
    where: { caseId: order.caseId, state: 'running' },
    data: { nextStepAt: new Date(work.at.getTime() + REFUSAL_PAUSE_MS), lastCode: statusWord },
  });
  await raiseAlert(work, {
    code: 'order_refused',
    severity: 'warning',
    subject: `case:${order.caseId}`,
    text: `거래소가 매각 주문을 거부했습니다 (${statusWord}). 사유를 확인하세요.`,
    facts: { order: order.id, status: statusWord },
  });
}

/** Locks in the order taxpayer, case, holding, account, and reads the order again behind the locks. */
export async function lockOrder(work: Work, orderId: number): Promise<SaleOrder> {
  const { caseId, holdingId, venueAccountId } = await work.tx.saleOrder.findUniqueOrThrow({ where: { id: orderId } });
  const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { personId: true } });
  await lockRows(work, 'person', [personId]);
  await lockRows(work, 'seizure_case', [caseId]);
  await lockRows(work, 'holding', [holdingId]);
  await lockRows(work, 'venue_account', [venueAccountId]);
  return work.tx.saleOrder.findUniqueOrThrow({ where: { id: orderId } });
}

/** The order's fee over its fills in proportion to their proceeds, to the venue's last decimal, by largest remainder. */
function shareFee(fee: VenueWon, fills: readonly Fill[]): VenueWon[] {
  const places = Math.max(0, ...[fee, ...fills.map(({ proceeds }) => proceeds)].map(({ value }) => value.decimalPlaces() ?? 0));
  const scaled = (amount: VenueWon) => BigInt(amount.value.shiftedBy(places).toFixed(0));
  if (fills.length === 0) return [];
  const parts = splitByLargestRemainder(
    scaled(fee),
    fills.map(({ proceeds }) => scaled(proceeds)),
  );
  return parts.map((part) => VenueWon.of(fee.venue, VenueWon.of(fee.venue, part).value.shiftedBy(-places)));
}

async function bookFill(work: Work, desk: Desk, order: SaleOrder, fill: Fill, fee: VenueWon): Promise<void> {
  const place = `account:${order.venueAccountId}`;
  const holding = { subject: `holding:${order.holdingId}` };
  const ofCase = { subject: `case:${order.caseId}`, place };
  const posted = await postFact(
    work,
    entry({
      key: `fill:${order.venueAccountId}:${fill.tradeId}`,
      kind: 'fill',
      occurredOn: seoulDay(fill.filledAt),
      cause: `sale_order:${order.id}`,
      memo: '',
    })
      .debit(CHART.dutyToOwner, holding, fill.quantity)
      .credit(CHART.coinsOnOrder, { ...holding, place }, fill.quantity)
      .debit(CHART.venueWonHeld, ofCase, fill.proceeds.minus(fee))
      .debit(CHART.dispositionCost, ofCase, fee)
      .credit(CHART.proceedsAtVenue, ofCase, fill.proceeds)
      .build(),
    place,
  );
  if (posted.replayed) return;
  await work.tx.orderFill.create({
    data: {
      orderId: order.id,
      caseId: order.caseId,
      holdingId: order.holdingId,
      venueAccountId: order.venueAccountId,
      tradeId: fill.tradeId,
      quantity: fill.quantity.toString(),
      price: fill.price.toString(),
      proceeds: fill.proceeds.toString(),
      fee: fee.toString(),
      filledAt: fill.filledAt,
      ledgerEntryId: posted.entryId,
      createdAt: work.at,
    },
  });
  for (const spill of posted.spilled) {
    desk.log.error({ order: order.id, asset: spill.asset }, 'a fill did not fit the books');
    await freezeAsset(work, {
      accountId: order.venueAccountId,
      asset: spill.asset,
      reason: 'unexplained_posting',
      facts: { order: order.id, chart: spill.chart, amount: spill.amount },
    });
  }
}

/** What was reserved and not filled goes back from *on order* to *held*. */
async function returnUnfilled(work: Work, order: SaleOrder, executed: CoinAmount): Promise<void> {
  const account = { subject: `holding:${order.holdingId}`, place: `account:${order.venueAccountId}` };
  const unfilled = CoinAmount.of(order.asset, order.quantity.toFixed()).minus(executed);
  if (!unfilled.isPositive()) return;
  await post(
    work,
    entry({
      key: `unreserve:${order.intentId}`,
      kind: 'unreserve',
      occurredOn: seoulDay(work.at),
      cause: `sale_order:${order.id}`,
      memo: '',
    })
      .debit(CHART.coinsHeld, account, unfilled)
      .credit(CHART.coinsOnOrder, account, unfilled)
      .build(),
  );
}

async function close(
  work: Work,
  order: SaleOrder,
  outcome: { statusWord: string; executedQuantity: CoinAmount; venueOrderId: string | null },
): Promise<void> {
  await work.tx.saleOrder.update({
    where: { id: order.id },
    data: {
      statusWord: outcome.statusWord,
      executedQuantity: outcome.executedQuantity.toString(),
      venueOrderId: outcome.venueOrderId,
      closedAt: work.at,
    },
  });
  const left = await coinBalance(work.tx, { chart: CHART.coinsHeld, subject: `holding:${order.holdingId}` }, order.asset);
  if (left.isZero()) await work.tx.holding.update({ where: { id: order.holdingId }, data: { state: 'sold', stateSince: work.at } });
  work.ring('cases', order.caseId);
}
