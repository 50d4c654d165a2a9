import { reconcileAccount } from '../../custody/reconcile.ts';
import type { OrderFill } from '../../database/generated/client.ts';
import type { Database } from '../../database/work.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { PaperExchange } from '../../paper-exchange/server.ts';
import { groupBy } from '../../registers/execution/group.ts';
import { referenceOf } from './order-reference.ts';
import type { Stall } from './stall.ts';

/** What is wrong, as rows in words: empty lists when all is well. */
export interface Findings {
  /** Intents with two accepted orders, and orders that no intent of ours stands for. */
  readonly doubled: readonly string[];
  /** Fills without a ledger entry, and intents that are neither final nor with a person. */
  readonly lost: readonly string[];
  /** Orders and intents that are still open, at the exchange or in the books. */
  readonly unsettled: readonly string[];
  /** Balances that differ from the exchange's own, that have no reason, or that are frozen. */
  readonly unexplainedBreaks: readonly string[];
}

export type PlacedOrder = Awaited<ReturnType<PaperExchange['operator']['orders']>>[number];

/** Compares the books with the matching core's own book of one venue, once nothing is under way any more. */
export async function judgeVenue(stall: Stall): Promise<Findings> {
  const { database, exchange, owner, venue, accountId } = stall;
  const placed = (await exchange.operator.orders({ accountId: owner })).filter(({ origin }) => origin === 'interface');
  const ours = await database.read.saleOrder.findMany({
    where: { venueAccountId: accountId },
    include: { fills: { orderBy: { id: 'asc' } } },
    orderBy: { id: 'asc' },
  });
  const intents = await database.read.intent.findMany({ where: { id: { in: ours.map(({ intentId }) => intentId) } } });
  const states = new Map(intents.map(({ id, state, identifier }) => [id, { state, reference: referenceOf(venue, identifier) }]));
  const byReference = groupBy(placed, ({ identifier }) => identifier ?? '');
  const known = new Set([...states.values()].map(({ reference }) => reference));
  const twice = [...byReference].filter(([, orders]) => orders.length > 1).map(([reference]) => `${venue} order ${reference} stands twice`);
  const strange = [...byReference.keys()].filter((reference) => !known.has(reference));
  const lost: string[] = [];
  const unsettled = placed.filter(({ state }) => state === 'open').map(({ orderId }) => `${venue} order ${orderId} is open there`);
  for (const order of ours) {
    const { state = 'open', reference = '' } = states.get(order.intentId) ?? {};
    const name = `sale_order:${order.id}`;
    if (state === 'open') lost.push(`${name}: its intent is open`);
    if (state === 'with_person' || order.closedAt === null) unsettled.push(`${name}: not concluded (${state})`);
    lost.push(...unbooked(byReference.get(reference) ?? [], order.fills).map((fill) => `${name}: ${fill}`));
  }
  return {
    doubled: [...twice, ...strange.map((reference) => `${venue} order ${reference || 'without a name'} is nobody's`)],
    lost: [...lost, ...(await fillsWithoutEntry(database, accountId))],
    unsettled,
    unexplainedBreaks: await breaksOf(stall),
  };
}

/** Trades of the exchange that are not booked as they were, and booked ones that the exchange does not have. */
function unbooked(placed: readonly PlacedOrder[], booked: readonly OrderFill[]): string[] {
  const theirs = placed.flatMap(({ fills }) => fills.map(({ price, quantity, funds, fee }) => ({ price, quantity, funds, fee })));
  const ours = wholeTrades(booked);
  const left = [...ours.map(textOf)];
  const missing = theirs.map(textOf).filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const fees = (fills: readonly { readonly fee: string }[]) => fills.reduce((sum, { fee }) => sum.plus(fee), new Decimal(0)).toFixed();
  const feeFault = fees(theirs) === fees(ours) ? [] : [`fees of ${fees(ours)} are booked, ${fees(theirs)} were paid`];
  return [
    ...missing.map((text) => `the trade ${text} is not booked`),
    ...left.map((text) => `the trade ${text} was never made`),
    ...feeFault,
  ];
}

interface Trade {
  readonly price: string;
  readonly quantity: string;
  readonly funds: string;
  readonly fee: string;
}

/** Fees are shared over an order, so they are compared as a whole. */
function textOf({ price, quantity, funds }: Trade): string {
  return `${quantity} at ${price} for ${funds}`;
}

/** A trade that several cases share is booked in parts, one a case. */
function wholeTrades(fills: readonly OrderFill[]): Trade[] {
  return [...groupBy(fills, ({ tradeId }) => tradeId).values()].map((parts) => {
    const sum = (figure: (part: OrderFill) => { toFixed(): string }) =>
      parts.reduce((total, part) => total.plus(figure(part).toFixed()), new Decimal(0)).toFixed();
    return {
      price: parts[0]?.price.toFixed() ?? '0',
      quantity: sum(({ quantity }) => quantity),
      funds: sum(({ proceeds }) => proceeds),
      fee: sum(({ fee }) => fee),
    };
  });
}

async function fillsWithoutEntry({ read }: Database, accountId: number): Promise<string[]> {
  const rows = await read.$queryRaw<{ id: number }[]>`
    SELECT f.id FROM order_fill f LEFT JOIN ledger_entry e ON e.id = f.ledger_entry_id AND e.kind = 'fill'
     WHERE f.venue_account_id = ${accountId} AND e.id IS NULL`;
  return rows.map(({ id }) => `order_fill:${id} has no ledger entry`);
}

/** By the service's own comparison, now that nothing is open. */
async function breaksOf({ database, port, accountId, venue }: Stall): Promise<string[]> {
  const readings = await reconcileAccount(database, port, accountId);
  const unexplained = await database.read.$queryRaw<{ asset: string; balance: string }[]>`
    SELECT a.asset, trim_scale(b.balance)::text AS balance FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.place = ${`account:${accountId}`} AND a.chart_code = '1190' AND b.balance <> 0`;
  const frozen = await database.read.assetFreeze.findMany({ where: { venueAccountId: accountId, liftedAt: null } });
  return [
    ...readings.flatMap(({ asset, agrees, venueQuantity, ledgerQuantity }) =>
      agrees ? [] : [`${venue} ${asset}: ${venueQuantity} there, ${ledgerQuantity} in the books`],
    ),
    ...unexplained.map(({ asset, balance }) => `${venue} ${asset}: ${balance} unexplained`),
    ...frozen.map(({ asset, reason }) => `${venue} ${asset}: frozen (${reason})`),
  ];
}
