import { appendAudit } from '../audit/append.ts';
import type { Liquidation } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { createIntent, markSent } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { canonicalJson, digestOf, sha256Hex } from '../kernel/digest.ts';
import { CoinAmount, Price } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post } from '../ledger/post.ts';
import { readPolicy } from '../policy/book.ts';
import { depthParticipation, orderIntervalSeconds, salePriceBand, staleBookSeconds } from '../policy/definitions/sale.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { moveCase } from '../seizure/phase.ts';
import { taxRules } from '../tax/rules.ts';
import { lockedTradingState } from '../venue/trading-state.ts';
import { type Decision, decide, type OrderDecision, RULE_VERSION } from './decide.ts';
import type { DecisionInputs, MarketFacts, SellableHolding } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { endSale, pauseSale } from './end.ts';
import { readGateFacts } from './gate-facts.ts';
import { readMarkets } from './markets.ts';
import { readNeed } from './need.ts';
import { type CommittedOrder, sendOrder } from './send.ts';

/** One step of one sale: look at the market, decide under the locks, commit, then send what was committed. */
export async function takeStep(desk: Desk, liquidationId: number): Promise<void> {
  const markets = await readMarkets(desk, liquidationId);
  const committed = await desk.database.work({ kind: 'system', part: 'desk' }, (work) =>
    decideAndCommit(work, desk, liquidationId, markets),
  );
  if (committed !== undefined) await sendOrder(desk, committed);
}

/**
 * The decision and its consequence in one transaction, under the locks of taxpayer, case, holdings and account. Returns the order
 * that is now to be sent: it exists as an intent whether or not this process lives to send it.
 */
async function decideAndCommit(
  work: Work,
  desk: Desk,
  liquidationId: number,
  markets: ReadonlyMap<string, MarketFacts>,
): Promise<CommittedOrder | undefined> {
  const found = await work.tx.liquidation.findUniqueOrThrow({ where: { id: liquidationId } });
  const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: found.caseId }, select: { personId: true } });
  await lockRows(work, 'person', [personId]);
  await lockRows(work, 'seizure_case', [found.caseId]);
  const holdings = await work.tx.holding.findMany({ where: { caseId: found.caseId }, orderBy: { id: 'asc' } });
  await lockRows(
    work,
    'holding',
    holdings.map(({ id }) => id),
  );
  await lockRows(work, 'venue_account', [desk.accountId]);
  const sale = await work.tx.liquidation.findUniqueOrThrow({ where: { id: liquidationId } });
  if (sale.state !== 'running' || sale.nextStepAt > work.at) return undefined;

  const policy = await readPolicy(work.tx);
  const inputs = await readInputs(work, desk, sale, personId, holdings, markets, policy);
  const decision = decide(inputs);
  const decisionId = await storeDecision(work, sale, inputs, decision);
  switch (decision.outcome) {
    case 'order':
      return commitOrder(work, desk, sale, decisionId, decision.order, inputs.policy.intervalSeconds);
    case 'stop':
      await endSale(work, sale, decision.codes);
      return undefined;
    case 'deny':
      await pauseSale(work, sale, decision.codes);
      return undefined;
    case 'wait':
      await scheduleNext(work, sale.id, inputs.policy.intervalSeconds, decision.codes[0]);
      return undefined;
  }
}

async function readInputs(
  work: Work,
  desk: Desk,
  sale: Liquidation,
  personId: number,
  holdings: readonly { id: number; asset: string }[],
  markets: ReadonlyMap<string, MarketFacts>,
  policy: PolicySet,
): Promise<DecisionInputs> {
  const day = seoulDay(work.at);
  const need = await readNeed(work, personId, sale.caseId, policy, day);
  const trading = await lockedTradingState(work, desk.accountId);
  const freezes = await work.tx.assetFreeze.findMany({
    where: { venueAccountId: desk.accountId, liftedAt: null },
    select: { asset: true },
  });
  const frozen = new Set(freezes.map(({ asset }) => asset));
  return {
    ruleVersion: RULE_VERSION,
    policyVersion: policy.version,
    at: work.at.toISOString(),
    day,
    venue: desk.port.venue,
    gate: await readGateFacts(work, sale.caseId, need.bills, trading, taxRules(policy), day),
    need: need.facts,
    unknownOutcomesOpen: await work.tx.saleOrder.count({ where: { venueAccountId: desk.accountId, closedAt: null } }),
    holdings: await Promise.all(holdings.map((holding) => readSellable(work, desk, sale, holding, markets, frozen))),
    policy: {
      band: policy.get(salePriceBand, day).toString(),
      depthParticipation: policy.get(depthParticipation, day).toString(),
      staleBookSeconds: policy.get(staleBookSeconds, day),
      intervalSeconds: Math.max(1, policy.get(orderIntervalSeconds, day)),
    },
  };
}

async function readSellable(
  work: Work,
  desk: Desk,
  sale: Liquidation,
  { id, asset }: { id: number; asset: string },
  markets: ReadonlyMap<string, MarketFacts>,
  frozen: ReadonlySet<string>,
): Promise<SellableHolding> {
  const account = { subject: `holding:${id}`, place: `account:${desk.accountId}` };
  const held = await coinBalance(work.tx, { chart: CHART.coinsHeld, ...account }, asset);
  const allowed = await work.tx.mandateAsset.findUnique({ where: { mandateId_asset: { mandateId: sale.mandateId, asset } } });
  const sold = await work.tx.saleOrder.aggregate({
    where: { holdingId: id, decision: { liquidation: { mandateId: sale.mandateId } } },
    _sum: { executedQuantity: true },
  });
  const mandateLeft = CoinAmount.of(asset, allowed?.maximumQuantity.toFixed() ?? '0').minus(
    CoinAmount.of(asset, sold._sum.executedQuantity?.toFixed() ?? '0'),
  );
  return {
    holdingId: id,
    asset,
    held: held.toString(),
    mandateLeft: mandateLeft.larger(CoinAmount.zero(asset)).toString(),
    priceFloor: Price.of(asset, allowed?.priceFloor.toFixed() ?? '0').toString(),
    frozen: frozen.has(asset),
    market: markets.get(asset) ?? null,
  };
}

async function storeDecision(work: Work, sale: Liquidation, inputs: DecisionInputs, decision: Decision): Promise<number> {
  const text = canonicalJson(inputs);
  const stored = await work.tx.saleDecision.create({
    data: {
      liquidationId: sale.id,
      caseId: sale.caseId,
      stepNumber: sale.stepCount + 1,
      decidedAt: work.at,
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
    recordDigest: digestOf({ inputs: stored.inputsDigest, result: canonicalJson(decision) }),
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
  intervalSeconds: number,
): Promise<CommittedOrder> {
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
      createdAt: work.at,
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
  await scheduleNext(work, sale.id, intervalSeconds, undefined);
  await moveToSelling(work, sale.caseId, order.holdingId);
  return {
    orderId: stored.id,
    intentId: intent.id,
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

async function scheduleNext(work: Work, liquidationId: number, intervalSeconds: number, lastCode: string | undefined): Promise<void> {
  await work.tx.liquidation.update({
    where: { id: liquidationId },
    data: { nextStepAt: new Date(work.at.getTime() + intervalSeconds * 1_000), ...(lastCode === undefined ? {} : { lastCode }) },
  });
}
