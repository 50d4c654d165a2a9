import { appendAudit } from '../audit/append.ts';
import type { Liquidation } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { createIntent, markSent } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { canonicalJson, sha256Hex } from '../kernel/digest.ts';
import { CoinAmount, Price } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post } from '../ledger/post.ts';
import { moveCase } from '../seizure/phase.ts';
import { type Decision, decide, type OrderDecision } from './decide.ts';
import type { DecisionInputs } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { endSale, pauseSale } from './end.ts';
import { type Markets, readMarkets } from './markets.ts';
import { recordDigestOf } from './replay.ts';
import { type CommittedOrder, sendOrder } from './send.ts';
import { alertOnce, DESK_ACTOR } from './settle-order.ts';
import { readInputs } from './step-inputs.ts';
import { isSlow, reasonOf, waitSeconds } from './wait.ts';

const WAITS_LOOKED_AT = 16;
const NEEDS_PERSON = new Set(['mandate_used_up', 'price_below_floor', 'no_market']);

/** One step of one sale: look at the market, decide under the locks, commit, then send what was committed. */
export async function takeStep(desk: Desk, liquidationId: number): Promise<void> {
  const markets = await readMarkets(desk, liquidationId);
  const committed = await desk.database.work(DESK_ACTOR, (work) => decideAndCommit(work, desk, liquidationId, markets));
  if (committed !== undefined) await sendOrder(desk, committed);
}

/**
 * The decision and its consequence in one transaction, under the locks of taxpayer, case, holdings and account. Returns the order
 * that is now to be sent: it exists as an intent whether or not this process lives to send it.
 */
async function decideAndCommit(work: Work, desk: Desk, liquidationId: number, markets: Markets): Promise<CommittedOrder | undefined> {
  const { caseId } = await work.tx.liquidation.findUniqueOrThrow({ where: { id: liquidationId } });
  const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { personId: true } });
  await lockRows(work, 'person', [personId]);
  await lockRows(work, 'seizure_case', [caseId]);
  const holdings = await work.tx.holding.findMany({ where: { caseId }, orderBy: { id: 'asc' } });
  await lockRows(
    work,
    'holding',
    holdings.map(({ id }) => id),
  );
  await lockRows(work, 'venue_account', [desk.accountId]);
  // The wait for the locks may have been long: the book is as old as it is now, and the day is today.
  const now = desk.database.clock.now();
  const sale = await work.tx.liquidation.findUniqueOrThrow({ where: { id: liquidationId } });
  if (sale.state !== 'running' || sale.nextStepAt > now) return undefined;

  const inputs = await readInputs(work, desk, { sale, personId, holdings, markets, now });
  const decision = decide(inputs);
  const decisionId = await storeDecision(work, sale, inputs, decision);
  switch (decision.outcome) {
    case 'order':
      return commitOrder(work, desk, sale, decisionId, decision.order, inputs);
    case 'stop':
      await endSale(work, sale, decision.codes);
      return undefined;
    case 'deny':
      await pauseSale(work, sale, decision.codes);
      await tellOfStandstill(work, sale, decision.codes);
      return undefined;
    case 'wait':
      await scheduleNext(work, sale.id, now, waitSeconds(inputs.policy.intervalSeconds, decision.codes, await waitsBefore(work, sale)));
      await tellOfStandstill(work, sale, decision.codes);
      return undefined;
  }
}

/** How many decisions before the present one found no order to place, in a row. */
async function waitsBefore(work: Work, sale: Liquidation): Promise<number> {
  const latest = await work.tx.saleDecision.findMany({
    where: { liquidationId: sale.id, stepNumber: { lte: sale.stepCount } },
    orderBy: { stepNumber: 'desc' },
    take: WAITS_LOOKED_AT,
    select: { outcome: true },
  });
  const order = latest.findIndex(({ outcome }) => outcome !== 'wait');
  return order === -1 ? latest.length : order;
}

/** What a sale stands still for and no other part of the service tells of: leave to sell, or a market, that somebody must find. */
async function tellOfStandstill(work: Work, sale: Liquidation, codes: readonly string[]): Promise<void> {
  const forPerson = codes.filter((code) => NEEDS_PERSON.has(reasonOf(code)));
  if (forPerson.length === 0 || !isSlow(codes)) return;
  await alertOnce(work, {
    code: 'sale_stands_still',
    subject: `case:${sale.caseId}`,
    text: `매각이 멈추어 있습니다 (${forPerson.join(', ')}). 새 매각 위임을 올리거나 매각을 마치세요.`,
    facts: { liquidation: sale.id, codes: forPerson.join(' ') },
  });
}

async function storeDecision(work: Work, sale: Liquidation, inputs: DecisionInputs, decision: Decision): Promise<number> {
  const text = canonicalJson(inputs);
  const stored = await work.tx.saleDecision.create({
    data: {
      liquidationId: sale.id,
      caseId: sale.caseId,
      stepNumber: sale.stepCount + 1,
      decidedAt: new Date(inputs.at),
      ruleVersion: inputs.ruleVersion,
      policyVersion: inputs.policyVersion,
      inputs: jsonColumn(inputs),
      inputsDigest: sha256Hex(text),
      outcome: decision.outcome,
      codes: [...decision.codes],
      result: jsonColumn(decision),
    },
  });
  await work.tx.liquidation.update({ where: { id: sale.id }, data: { stepCount: { increment: 1 }, lastCode: decision.codes[0] ?? null } });
  await appendAudit(work, {
    stream: `case:${sale.caseId}`,
    action: `sale.decided_${decision.outcome}`,
    subject: `sale_decision:${stored.id}`,
    recordDigest: recordDigestOf(stored),
    payload: { codes: decision.codes },
  });
  return stored.id;
}

/** The intent, the order it stands for, and the units it reserves: committed before anything is sent (principle 2). */
async function commitOrder(
  work: Work,
  desk: Desk,
  sale: Liquidation,
  decisionId: number,
  order: OrderDecision,
  { at, policy }: DecisionInputs,
): Promise<CommittedOrder> {
  const now = new Date(at);
  const intent = await createIntent(work, { port: 'order', subject: `case:${sale.caseId}` });
  await markSent(work, intent.id, { sendsBefore: 0, nextLookAt: work.at });
  const stored = await work.tx.saleOrder.create({
    data: {
      intentId: intent.id,
      decisionId,
      caseId: sale.caseId,
      holdingId: order.holdingId,
      venueAccountId: desk.accountId,
      symbol: order.symbol,
      asset: order.asset,
      quantity: order.quantity,
      limitPrice: order.limitPrice,
      maximumProceeds: order.maximumProceeds,
      exceedsNeed: order.exceedsNeed,
      createdAt: now,
    },
  });
  const quantity = CoinAmount.of(order.asset, order.quantity);
  const account = { subject: `holding:${order.holdingId}`, place: `account:${desk.accountId}` };
  await post(
    work,
    entry({ key: `reserve:${intent.id}`, kind: 'reserve', occurredOn: seoulDay(work.at), cause: `sale_order:${stored.id}`, memo: '' })
      .debit(CHART.coinsOnOrder, account, quantity)
      .credit(CHART.coinsHeld, account, quantity)
      .build(),
  );
  await scheduleNext(work, sale.id, now, policy.intervalSeconds);
  await moveToSelling(work, sale.caseId, order.holdingId);
  return {
    orderId: stored.id,
    sends: 1,
    freshUntil: new Date(now.getTime() + policy.staleBookSeconds * 1_000),
    sell: {
      identifier: intent.identifier,
      symbol: order.symbol,
      quantity,
      limitPrice: Price.of(order.asset, order.limitPrice),
      timeInForce: 'immediate_or_cancel',
    },
  };
}

async function moveToSelling(work: Work, caseId: number, holdingId: number): Promise<void> {
  const { phase } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { phase: true } });
  if (phase === 'cleared_for_sale') await moveCase(work, caseId, ['cleared_for_sale'], 'selling', {});
  await work.tx.holding.updateMany({
    where: { id: holdingId, state: { not: 'selling' } },
    data: { state: 'selling', stateSince: work.at },
  });
}

async function scheduleNext(work: Work, liquidationId: number, now: Date, seconds: number): Promise<void> {
  await work.tx.liquidation.update({ where: { id: liquidationId }, data: { nextStepAt: new Date(now.getTime() + seconds * 1_000) } });
}
