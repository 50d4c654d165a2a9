import type { OrderShare, SaleOrder } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import type { Fill } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, type VenueWon } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post, postFact } from '../ledger/post.ts';
import { freezeAsset } from '../venue/freeze.ts';
import { type SharedFill, shareFills } from './fair-shares.ts';
import { allocationInputsSchema } from './omnibus.ts';

/** What became of an order that is over. No fills, and it had no effect. */
export interface OrderOutcome {
  readonly statusWord: string;
  readonly venueOrderId: string | null;
  readonly paidFee: VenueWon;
  /** Each trade once. */
  readonly fills: readonly Fill[];
}

/** An order whose cases are locked, with what of it is whose. */
export interface LockedOrder extends SaleOrder {
  /** By holding. */
  readonly shares: readonly OrderShare[];
}

interface BookedShare {
  readonly row: OrderShare;
  readonly holdingId: number;
  readonly quantity: CoinAmount;
}

/** Locks in the order taxpayers, cases, holdings, account, and reads the order again behind the locks. */
export async function lockOrder(work: Work, orderId: number): Promise<LockedOrder> {
  const { shares, venueAccountId } = await work.tx.saleOrder.findUniqueOrThrow({ where: { id: orderId }, include: { shares: true } });
  const caseIds = shares.map(({ caseId }) => caseId);
  const cases = await work.tx.seizureCase.findMany({ where: { id: { in: caseIds } }, select: { personId: true } });
  await lockRows(
    work,
    'person',
    cases.map(({ personId }) => personId),
  );
  await lockRows(work, 'seizure_case', caseIds);
  await lockRows(
    work,
    'holding',
    shares.map(({ holdingId }) => holdingId),
  );
  await lockRows(work, 'venue_account', [venueAccountId]);
  return work.tx.saleOrder.findUniqueOrThrow({ where: { id: orderId }, include: { shares: { orderBy: { holdingId: 'asc' } } } });
}

/** Units that an order's fills add up to. */
export function executedBy(order: Pick<SaleOrder, 'asset'>, fills: readonly Fill[]): CoinAmount {
  return CoinAmount.sum(
    order.asset,
    fills.map(({ quantity }) => quantity),
  );
}

/** Books a locked, open order as over: each fill to whom it belongs, the unfilled rest back to held, the order closed, its cases rung. */
export async function bookOutcome(work: Work, order: LockedOrder, outcome: OrderOutcome): Promise<void> {
  const executed = await bookFills(work, order, outcome);
  for (const share of sharesOf(order)) await returnUnfilled(work, order, share, executed.get(share.holdingId));
  await work.tx.saleOrder.update({
    where: { id: order.id },
    data: {
      statusWord: outcome.statusWord,
      executedQuantity: executedBy(order, outcome.fills).toString(),
      venueOrderId: outcome.venueOrderId ?? order.venueOrderId,
      closedAt: work.at,
    },
  });
  for (const { holdingId } of order.shares) {
    const left = await coinBalance(work.tx, { chart: CHART.coinsHeld, subject: `holding:${holdingId}` }, order.asset);
    if (left.isZero()) await work.tx.holding.update({ where: { id: holdingId }, data: { state: 'sold', stateSince: work.at } });
  }
  for (const { caseId } of order.shares) work.ring('cases', caseId);
}

/** Books the trades of an order that is closed already; the quantity it closed with becomes what was executed. */
export async function bookLateFills(work: Work, order: LockedOrder, outcome: OrderOutcome): Promise<void> {
  await bookFills(work, order, outcome);
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
  for (const { caseId } of order.shares) work.ring('cases', caseId);
}

function sharesOf(order: LockedOrder): BookedShare[] {
  return order.shares.map((row) => ({ row, holdingId: row.holdingId, quantity: CoinAmount.of(order.asset, row.quantity.toFixed()) }));
}

/** In what unit the venue counts the order; of no matter before orders had several shares. */
export function decimalPlacesOf({ allocation }: SaleOrder): number {
  return allocation === null ? 0 : allocationInputsSchema.parse(allocation).quantityDecimalPlaces;
}

/** Returns what each holding sold. Error: `LEDGER_KEY_CONFLICT` for a trade that is booked for another order. */
async function bookFills(work: Work, order: LockedOrder, { fills, paidFee }: OrderOutcome): Promise<ReadonlyMap<number, CoinAmount>> {
  await assertOwnTrades(work, order, fills);
  const executed = new Map<number, CoinAmount>();
  for (const part of shareFills(sharesOf(order), fills, paidFee, decimalPlacesOf(order))) {
    await bookFill(work, order, part);
    const { holdingId } = part.share;
    executed.set(holdingId, (executed.get(holdingId) ?? CoinAmount.zero(order.asset)).plus(part.quantity));
  }
  for (const { id, holdingId } of order.shares) {
    const executedQuantity = (executed.get(holdingId) ?? CoinAmount.zero(order.asset)).toString();
    await work.tx.orderShare.update({ where: { id }, data: { executedQuantity } });
  }
  return executed;
}

async function assertOwnTrades(work: Work, order: SaleOrder, fills: readonly Fill[]): Promise<void> {
  const tradeIds = fills.map(({ tradeId }) => tradeId);
  const booked = await work.tx.orderFill.findFirst({
    where: { venueAccountId: order.venueAccountId, tradeId: { in: tradeIds }, orderId: { not: order.id } },
    select: { tradeId: true, orderId: true },
  });
  if (booked === null) return;
  throw new CheongsanError(
    'LEDGER_KEY_CONFLICT',
    `Trade ${booked.tradeId} is booked for order ${booked.orderId} and cannot be order ${order.id}'s as well.`,
  );
}

async function bookFill(work: Work, order: LockedOrder, part: SharedFill<BookedShare>): Promise<void> {
  const { fill, quantity, proceeds, fee } = part;
  const { caseId, holdingId } = part.share.row;
  const trade = { venueAccountId: order.venueAccountId, tradeId: fill.tradeId, holdingId };
  if ((await work.tx.orderFill.count({ where: trade })) > 0) return;
  const place = `account:${order.venueAccountId}`;
  const holding = { subject: `holding:${holdingId}` };
  const ofCase = { subject: `case:${caseId}`, place };
  const posted = await postFact(
    work,
    entry({
      key: `fill:${order.venueAccountId}:${fill.tradeId}:${holdingId}`,
      kind: 'fill',
      occurredOn: seoulDay(fill.filledAt),
      cause: `sale_order:${order.id}`,
      memo: '',
    })
      .debit(CHART.dutyToOwner, holding, quantity)
      .credit(CHART.coinsOnOrder, { ...holding, place }, quantity)
      .debit(CHART.venueWonHeld, ofCase, proceeds.minus(fee))
      .debit(CHART.dispositionCost, ofCase, fee)
      .credit(CHART.proceedsAtVenue, ofCase, proceeds)
      .build(),
    place,
  );
  await work.tx.orderFill.create({
    data: {
      ...trade,
      orderId: order.id,
      caseId,
      quantity: quantity.toString(),
      price: fill.price.toString(),
      proceeds: proceeds.toString(),
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
async function returnUnfilled(work: Work, order: SaleOrder, share: BookedShare, executed: CoinAmount | undefined): Promise<void> {
  const account = { subject: `holding:${share.holdingId}`, place: `account:${order.venueAccountId}` };
  const unfilled = executed === undefined ? share.quantity : share.quantity.minus(executed);
  if (!unfilled.isPositive()) return;
  await post(
    work,
    entry({
      key: `unreserve:${order.intentId}:${share.holdingId}`,
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
