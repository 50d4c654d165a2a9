import type { Liquidation } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import { createIntent, markSent } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
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

/** The intent, the order it stands for, its shares and the units they reserve: committed before anything is sent (principle 2). */
export async function commitOrder(
  work: Work,
  desk: Desk,
  members: readonly DecidedSale[],
  division: { readonly allocation: AllocationInputs; readonly shares: readonly AllocatedShare[] },
): Promise<RoundOrder> {
  const parts = division.shares.map((share) => ({ share, member: memberOf(members, share) }));
  const [first] = parts;
  if (first === undefined) throw new CheongsanError('INTERNAL', 'An order needs a share.');
  const { order, inputs } = first.member;
  const subject = parts.length === 1 ? `case:${first.member.sale.caseId}` : `account:${desk.accountId}`;
  const intent = await createIntent(work, { port: 'order', subject });
  await markSent(work, intent.id, { sendsBefore: 0, nextLookAt: work.at });
  const quantity = CoinAmount.sum(
    order.asset,
    parts.map(({ share }) => CoinAmount.of(order.asset, share.quantity)),
  );
  const stored = await work.tx.saleOrder.create({
    data: {
      intentId: intent.id,
      venueAccountId: desk.accountId,
      symbol: order.symbol,
      asset: order.asset,
      style: order.style,
      quantity: quantity.toString(),
      limitPrice: order.limitPrice,
      restUntil: order.restUntil === null ? null : new Date(order.restUntil),
      allocation: jsonColumn(division.allocation),
      createdAt: new Date(inputs.at),
      shares: {
        create: parts.map(({ share, member }) => ({
          decisionId: member.decisionId,
          caseId: member.sale.caseId,
          holdingId: share.holdingId,
          quantity: share.quantity,
          maximumProceeds: share.maximumProceeds,
          exceedsNeed: share.exceedsNeed,
        })),
      },
    },
  });
  await reserve(work, desk, {
    intentId: intent.id,
    orderId: stored.id,
    asset: order.asset,
    shares: parts.map(({ share }) => share),
  });
  await moveToSelling(
    work,
    parts.map(({ share, member }) => ({ caseId: member.sale.caseId, holdingId: share.holdingId })),
  );
  return {
    orderId: stored.id,
    sends: 1,
    freshUntil: freshUntil(inputs, order.holdingId),
    sell: sellOrderOf(stored, intent.identifier),
    ties: parts.flatMap(({ member }) => tiesOf({ personId: member.personId, assets: [order.asset] })),
  };
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

async function reserve(
  work: Work,
  desk: Desk,
  of: { readonly intentId: number; readonly orderId: number; readonly asset: string; readonly shares: readonly AllocatedShare[] },
): Promise<void> {
  const postings = of.shares.map(({ holdingId, quantity }) => {
    const account = { subject: `holding:${holdingId}`, place: `account:${desk.accountId}` };
    const units = CoinAmount.of(of.asset, quantity);
    return entry({
      key: `reserve:${of.intentId}:${holdingId}`,
      kind: 'reserve',
      occurredOn: seoulDay(work.at),
      cause: `sale_order:${of.orderId}`,
      memo: '',
    })
      .debit(CHART.coinsOnOrder, account, units)
      .credit(CHART.coinsHeld, account, units)
      .build();
  });
  await postMany(work, postings);
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
