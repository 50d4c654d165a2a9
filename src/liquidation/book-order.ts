import type { SaleOrder } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import type { Fill } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CoinAmount, splitByLargestRemainder, VenueWon } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post, postFact } from '../ledger/post.ts';
import { freezeAsset } from '../venue/freeze.ts';

/** What became of an order that is over. No fills, and it had no effect. */
export interface OrderOutcome {
  readonly statusWord: string;
  readonly venueOrderId: string | null;
  readonly paidFee: VenueWon;
  /** Each trade once. */
  readonly fills: readonly Fill[];
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

/** Units that an order's fills add up to. */
export function executedBy(order: Pick<SaleOrder, 'asset'>, fills: readonly Fill[]): CoinAmount {
  return CoinAmount.sum(
    order.asset,
    fills.map(({ quantity }) => quantity),
  );
}

/** Books a locked, open order as over: each fill, the unfilled rest back to held, the order closed, the case rung. */
export async function bookOutcome(work: Work, order: SaleOrder, outcome: OrderOutcome): Promise<void> {
  const executed = executedBy(order, outcome.fills);
  const fees = shareFee(outcome.paidFee, outcome.fills);
  for (const [index, fill] of outcome.fills.entries()) {
    await bookFill(work, order, fill, fees[index] ?? VenueWon.zero(outcome.paidFee.venue));
  }
  await returnUnfilled(work, order, executed);
  await work.tx.saleOrder.update({
    where: { id: order.id },
    data: {
      statusWord: outcome.statusWord,
      executedQuantity: executed.toString(),
      venueOrderId: outcome.venueOrderId ?? order.venueOrderId,
      closedAt: work.at,
    },
  });
  const left = await coinBalance(work.tx, { chart: CHART.coinsHeld, subject: `holding:${order.holdingId}` }, order.asset);
  if (left.isZero()) await work.tx.holding.update({ where: { id: order.holdingId }, data: { state: 'sold', stateSince: work.at } });
  work.ring('cases', order.caseId);
}

/** Books the trades of an order that is closed already; the quantity it closed with becomes what was executed. */
export async function bookLateFills(work: Work, order: SaleOrder, outcome: OrderOutcome): Promise<void> {
  const fees = shareFee(outcome.paidFee, outcome.fills);
  for (const [index, fill] of outcome.fills.entries()) {
    await bookFill(work, order, fill, fees[index] ?? VenueWon.zero(outcome.paidFee.venue));
  }
  await work.tx.saleOrder.update({
    where: { id: order.id },
    data: {
      statusWord: outcome.statusWord,
      executedQuantity: executedBy(order, outcome.fills).toString(),
      venueOrderId: outcome.venueOrderId,
    },
  });
  await freezeAsset(work, {
    accountId: order.venueAccountId,
    asset: order.asset,
    reason: 'unexplained_posting',
    facts: { order: order.id, late: outcome.fills.length },
  });
  work.ring('cases', order.caseId);
}

/** The order's fee over its fills in proportion to their proceeds, to the venue's last decimal, by largest remainder. */
function shareFee(fee: VenueWon, fills: readonly Fill[]): VenueWon[] {
  if (fills.length === 0) return [];
  const places = Math.max(0, ...[fee, ...fills.map(({ proceeds }) => proceeds)].map(({ value }) => value.decimalPlaces() ?? 0));
  const scaled = (amount: VenueWon) => BigInt(amount.value.shiftedBy(places).toFixed(0));
  const parts = splitByLargestRemainder(
    scaled(fee),
    fills.map(({ proceeds }) => scaled(proceeds)),
  );
  return parts.map((part) => VenueWon.of(fee.venue, VenueWon.of(fee.venue, part).value.shiftedBy(-places)));
}

async function bookFill(work: Work, order: SaleOrder, fill: Fill, fee: VenueWon): Promise<void> {
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
