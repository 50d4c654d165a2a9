import type { Liquidation, SaleOrder } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import { type CreatedIntent, createSentIntents } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type Entry, entry } from '../ledger/entry.ts';
import { postMany } from '../ledger/post.ts';
import { moveCase } from '../seizure/phase.ts';
import type { DecisionInputs } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { tiesOf } from './lanes.ts';
import type { AllocatedShare, AllocationInputs } from './omnibus.ts';
import type { CommittedOrder } from './send.ts';
import { sellOrderOf } from './settle.ts';
import type { WantedOrder } from './size-order.ts';

/** A sale that decided to order, with the decision's number. */
export interface DecidedSale {
  readonly sale: Liquidation;
  readonly personId: number;
  readonly inputs: DecisionInputs;
  readonly decisionId: number;
  readonly order: WantedOrder;
}

/** A committed order, with what it shares with sales: its coin, and the taxpayers of its cases. */
export interface RoundOrder extends CommittedOrder {
  readonly ties: readonly string[];
}

/** An order that is to be: who wants it, and how it is divided. */
export interface JointOrder {
  readonly members: readonly DecidedSale[];
  readonly allocation: AllocationInputs;
  readonly shares: readonly AllocatedShare[];
}

interface Part {
  readonly share: AllocatedShare;
  readonly member: DecidedSale;
}

/** What a joint order comes to before it is stored. */
interface Draft {
  readonly parts: readonly Part[];
  readonly first: DecidedSale;
  readonly allocation: AllocationInputs;
}

/** The intents, the orders they stand for, their shares and the units they reserve: committed before anything is sent (principle 2). */
export async function commitOrders(work: Work, desk: Desk, orders: readonly JointOrder[]): Promise<RoundOrder[]> {
  if (orders.length === 0) return [];
  const drafts = orders.map(draftOf);
  const intents = await createSentIntents(work, {
    port: 'order',
    subjects: drafts.map(({ parts, first }) => (parts.length === 1 ? `case:${first.sale.caseId}` : `account:${desk.accountId}`)),
    nextLookAt: work.at,
  });
  const stored = await work.tx.saleOrder.createManyAndReturn({
    data: drafts.map((draft, index) => orderRow(desk, draft, present(intents[index]))),
  });
  const byIntent = new Map(stored.map((row) => [row.intentId, row]));
  const placed = drafts.map((draft, index) => {
    const intent = present(intents[index]);
    return { ...draft, intent, row: present(byIntent.get(intent.id)) };
  });
  await work.tx.orderShare.createMany({ data: placed.flatMap(({ row, parts }) => parts.map((part) => shareRow(row.id, part))) });
  await postMany(
    work,
    placed.flatMap(({ row, parts }) => parts.map(({ share }) => reservation(work, row, share))),
  );
  await moveToSelling(
    work,
    placed.flatMap(({ parts }) => parts.map(({ share, member }) => ({ caseId: member.sale.caseId, holdingId: share.holdingId }))),
  );
  return placed.map(({ row, intent, first, parts }) => ({
    orderId: row.id,
    sends: 1,
    freshUntil: freshUntil(first.inputs, first.order.holdingId),
    sell: sellOrderOf(row, intent.identifier),
    ties: parts.flatMap(({ member }) => tiesOf({ personId: member.personId, assets: [row.asset] })),
  }));
}

function draftOf({ members, allocation, shares }: JointOrder): Draft {
  const parts = shares.map((share) => ({ share, member: memberOf(members, share) }));
  return { parts, first: present(parts[0]).member, allocation };
}

function present<T>(stored: T | undefined): T {
  if (stored === undefined) throw new CheongsanError('INTERNAL', 'An order needs a share, an intent and its row.');
  return stored;
}

function orderRow(desk: Desk, { parts, first: { order, inputs }, allocation }: Draft, { id }: CreatedIntent) {
  const quantities = parts.map(({ share }) => CoinAmount.of(order.asset, share.quantity));
  return {
    intentId: id,
    venueAccountId: desk.accountId,
    symbol: order.symbol,
    asset: order.asset,
    style: order.style,
    quantity: CoinAmount.sum(order.asset, quantities).toString(),
    limitPrice: order.limitPrice,
    restUntil: order.restUntil === null ? null : new Date(order.restUntil),
    allocation: jsonColumn(allocation),
    createdAt: new Date(inputs.at),
  };
}

function shareRow(orderId: number, { share, member }: Part) {
  return {
    orderId,
    decisionId: member.decisionId,
    caseId: member.sale.caseId,
    holdingId: share.holdingId,
    quantity: share.quantity,
    maximumProceeds: share.maximumProceeds,
    exceedsNeed: share.exceedsNeed,
  };
}

/** What a share stands for goes from *held* to *on order*. */
function reservation(work: Work, order: SaleOrder, { holdingId, quantity }: AllocatedShare): Entry {
  const account = { subject: `holding:${holdingId}`, place: `account:${order.venueAccountId}` };
  const units = CoinAmount.of(order.asset, quantity);
  return entry({
    key: `reserve:${order.intentId}:${holdingId}`,
    kind: 'reserve',
    occurredOn: seoulDay(work.at),
    cause: `sale_order:${order.id}`,
    memo: '',
  })
    .debit(CHART.coinsOnOrder, account, units)
    .credit(CHART.coinsHeld, account, units)
    .build();
}

/** As long as the book is young enough to be decided on: what waits in line longer is not sent. */
function freshUntil({ at, holdings, policy }: DecisionInputs, holdingId: number): Date {
  const market = holdings.find((holding) => holding.holdingId === holdingId)?.market;
  const changedMs = typeof market === 'object' ? Math.min(Date.parse(market.changedAt), Date.parse(at)) : Date.parse(at);
  return new Date(changedMs + policy.staleBookSeconds * 1_000);
}

function memberOf(members: readonly DecidedSale[], { holdingId }: AllocatedShare): DecidedSale {
  const member = members.find(({ order }) => order.holdingId === holdingId);
  if (member === undefined) throw new CheongsanError('INTERNAL', `Holding ${holdingId} has a share of an order that nobody decided.`);
  return member;
}

/** Within his window a taxpayer's wish sells while the case still waits; it is the window's end that clears it. */
async function moveToSelling(work: Work, of: readonly { readonly caseId: number; readonly holdingId: number }[]): Promise<void> {
  const cleared = await work.tx.seizureCase.findMany({
    where: { id: { in: of.map(({ caseId }) => caseId) }, phase: 'cleared_for_sale' },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  for (const { id } of cleared) await moveCase(work, id, ['cleared_for_sale'], 'selling', {});
  await work.tx.holding.updateMany({
    where: { id: { in: of.map(({ holdingId }) => holdingId) }, state: { not: 'selling' } },
    data: { state: 'selling', stateSince: work.at },
  });
}
