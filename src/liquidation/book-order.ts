import type { OrderShare, Prisma, SaleOrder } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import type { Fill } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, type VenueWon } from '../kernel/money.ts';
import { CHART, type ChartCode } from '../ledger/chart.ts';
import { type AccountReference, type Entry, type EntryBuilder, entry } from '../ledger/entry.ts';
import { postFacts, postMany } from '../ledger/post.ts';
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
  const parts = await work.tx.$queryRaw<{ person: number; case: number; holding: number; account: number }[]>`
    SELECT c.person_id AS person, c.id AS case, s.holding_id AS holding, o.venue_account_id AS account
      FROM sale_order o JOIN order_share s ON s.order_id = o.id JOIN seizure_case c ON c.id = s.case_id WHERE o.id = ${orderId}`;
  await lockRows(
    work,
    'person',
    parts.map(({ person }) => person),
  );
  await lockRows(
    work,
    'seizure_case',
    parts.map((part) => part.case),
  );
  await lockRows(
    work,
    'holding',
    parts.map(({ holding }) => holding),
  );
  await lockRows(
    work,
    'venue_account',
    parts.map(({ account }) => account),
  );
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
  await returnUnfilled(work, order, executed);
  await work.tx.saleOrder.update({
    where: { id: order.id },
    data: {
      statusWord: outcome.statusWord,
      executedQuantity: executedBy(order, outcome.fills).toString(),
      venueOrderId: outcome.venueOrderId ?? order.venueOrderId,
      closedAt: work.at,
    },
  });
  await markSoldOut(work, order);
  for (const { caseId } of order.shares) work.ring('cases', caseId);
}

/** Holdings of which nothing is held any more, at whatever account. */
async function markSoldOut(work: Work, { asset, shares }: LockedOrder): Promise<void> {
  const rows = await work.tx.$queryRaw<{ subject: string }[]>`
    SELECT a.subject FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.subject = ANY (${shares.map(({ holdingId }) => `holding:${holdingId}`)}) AND a.chart_code = ${CHART.coinsHeld} AND a.asset = ${asset}
       AND b.balance <> 0`;
  const holding = new Set(rows.map(({ subject }) => subject));
  const soldOut = shares.flatMap(({ holdingId }) => (holding.has(`holding:${holdingId}`) ? [] : [holdingId]));
  if (soldOut.length === 0) return;
  await work.tx.holding.updateMany({ where: { id: { in: soldOut } }, data: { state: 'sold', stateSince: work.at } });
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
  const executed = new Map<number, CoinAmount>();
  const parts = shareFills(sharesOf(order), fills, paidFee, decimalPlacesOf(order));
  for (const { share, quantity } of parts) {
    executed.set(share.holdingId, (executed.get(share.holdingId) ?? CoinAmount.zero(order.asset)).plus(quantity));
  }
  const booked = await bookedTrades(work, order, fills);
  await bookParts(
    work,
    order,
    parts.filter(({ fill, share }) => !booked.has(`${fill.tradeId}/${share.holdingId}`)),
  );
  await work.tx.$executeRaw`
    UPDATE order_share s SET executed_quantity = k.executed
      FROM unnest(${order.shares.map(({ id }) => id)}::int[],
                  ${order.shares.map(({ holdingId }) => (executed.get(holdingId) ?? CoinAmount.zero(order.asset)).toString())}::numeric[])
        AS k (id, executed) WHERE s.id = k.id`;
  return executed;
}

/** Parts of these trades that are booked already, `trade/holding`. Error: `LEDGER_KEY_CONFLICT` for one of another order. */
async function bookedTrades(work: Work, order: SaleOrder, fills: readonly Fill[]): Promise<ReadonlySet<string>> {
  if (fills.length === 0) return new Set();
  const booked = await work.tx.orderFill.findMany({
    where: { venueAccountId: order.venueAccountId, tradeId: { in: fills.map(({ tradeId }) => tradeId) } },
    select: { tradeId: true, orderId: true, holdingId: true },
  });
  const strange = booked.find(({ orderId }) => orderId !== order.id);
  if (strange !== undefined) {
    throw new CheongsanError(
      'LEDGER_KEY_CONFLICT',
      `Trade ${strange.tradeId} is booked for order ${strange.orderId} and cannot be order ${order.id}'s as well.`,
    );
  }
  return new Set(booked.map(({ tradeId, holdingId }) => `${tradeId}/${holdingId}`));
}

/** Books the cases' parts of trades in the ledger, and keeps them. */
async function bookParts(work: Work, order: LockedOrder, parts: readonly SharedFill<BookedShare>[]): Promise<void> {
  const postings = parts.map((part) => fillEntry(order, part));
  const posted = await postFacts(work, postings, placeOf(order));
  for (const spill of posted.flatMap(({ spilled }) => spilled)) {
    await freezeAsset(work, {
      accountId: order.venueAccountId,
      asset: spill.asset,
      reason: 'unexplained_posting',
      facts: { order: order.id, chart: spill.chart, amount: spill.amount },
    });
  }
  const data = parts.map((part, index) => {
    const entryId = posted[index]?.entryId;
    if (entryId === undefined) throw new CheongsanError('INTERNAL', `Trade ${part.fill.tradeId} of order ${order.id} was not booked.`);
    return fillRow(work, order, part, entryId);
  });
  if (data.length > 0) await work.tx.orderFill.createMany({ data });
}

function placeOf({ venueAccountId }: SaleOrder): string {
  return `account:${venueAccountId}`;
}

/** One case's part of a trade, as the ledger books it. */
function fillEntry(order: LockedOrder, { fill, quantity, proceeds, fee, share }: SharedFill<BookedShare>): Entry {
  const { caseId, holdingId } = share.row;
  const place = placeOf(order);
  const holding = { subject: `holding:${holdingId}` };
  const ofCase = { subject: `case:${caseId}`, place };
  return withWon(
    entry({
      key: `fill:${order.venueAccountId}:${fill.tradeId}:${holdingId}`,
      kind: 'fill',
      occurredOn: seoulDay(fill.filledAt),
      cause: `sale_order:${order.id}`,
      memo: '',
    })
      .debit(CHART.dutyToOwner, holding, quantity)
      .credit(CHART.coinsOnOrder, { ...holding, place }, quantity)
      .credit(CHART.proceedsAtVenue, ofCase, proceeds),
    [
      [CHART.venueWonHeld, proceeds.minus(fee)],
      [CHART.dispositionCost, fee],
    ],
    ofCase,
  ).build();
}

function fillRow(work: Work, order: LockedOrder, part: SharedFill<BookedShare>, ledgerEntryId: bigint): Prisma.OrderFillCreateManyInput {
  const { fill, quantity, proceeds, fee, share } = part;
  return {
    venueAccountId: order.venueAccountId,
    tradeId: fill.tradeId,
    holdingId: share.holdingId,
    orderId: order.id,
    caseId: share.row.caseId,
    quantity: quantity.toString(),
    price: fill.price.toString(),
    proceeds: proceeds.toString(),
    fee: fee.toString(),
    filledAt: fill.filledAt,
    ledgerEntryId,
    createdAt: work.at,
  };
}

/** A trade may cost more than it brings, and a venue may pay whoever rested an order: what is below zero stands on the other side. */
function withWon(builder: EntryBuilder, debits: readonly (readonly [ChartCode, VenueWon])[], account: AccountReference): EntryBuilder {
  for (const [chart, amount] of debits) {
    if (amount.isNegative()) builder.credit(chart, account, amount.negated());
    else builder.debit(chart, account, amount);
  }
  return builder;
}

/** What was reserved and not filled goes back from *on order* to *held*. */
async function returnUnfilled(work: Work, order: LockedOrder, executed: ReadonlyMap<number, CoinAmount>): Promise<void> {
  const postings = sharesOf(order).flatMap((share) => {
    const account = { subject: `holding:${share.holdingId}`, place: placeOf(order) };
    const unfilled = share.quantity.minus(executed.get(share.holdingId) ?? CoinAmount.zero(order.asset));
    if (!unfilled.isPositive()) return [];
    const posting = entry({
      key: `unreserve:${order.intentId}:${share.holdingId}`,
      kind: 'unreserve',
      occurredOn: seoulDay(work.at),
      cause: `sale_order:${order.id}`,
      memo: '',
    });
    return [posting.debit(CHART.coinsHeld, account, unfilled).credit(CHART.coinsOnOrder, account, unfilled).build()];
  });
  await postMany(work, postings);
}
