import { supportEndsOn } from '../custody/venue-trouble.ts';
import type { Liquidation } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { riskWeight } from '../policy/definitions/execution.ts';
import { lockedTradingState } from '../venue/trading-state.ts';
import { commitOrders, type DecidedSale, type JointOrder, type RoundOrder } from './commit-order.ts';
import { type Decision, decide } from './decide.ts';
import type { DecisionInputs } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { endSale, hasSold, pauseSale } from './end.ts';
import { readBeforeFirstOrder } from './first-order.ts';
import { assetsHeld, readMarkets } from './markets.ts';
import { lookAfterOrder, lookAfterWait } from './next-look.ts';
import { allocate, allocationInputsOf, jointKey } from './omnibus.ts';
import { type Outlook, outlookOf } from './outlook.ts';
import { saleTableSoon } from './planning/sale-table.ts';
import { DESK_ACTOR } from './settle-order.ts';
import type { MarketStandings } from './standings.ts';
import { tellOfStandstill } from './standstill.ts';
import { type LockedSale, policyFactsOf, type RoundFacts, readInputs } from './step-inputs.ts';
import { storeDecisions } from './store-decision.ts';
import { openOrders } from './unknown-outcome.ts';
import { endFulfilledWishes } from './wishes.ts';

/**
 * One round of several sales: look at the markets, decide each sale under the locks, join what is wanted of the same coin at the same
 * price into one order, and commit. What is committed is now to be sent. `isInHand` says which open orders this desk is sending
 * right now: of all others without an answer nobody can say what became of them.
 */
export async function takeRound(
  desk: Desk,
  saleIds: readonly number[],
  standings: MarketStandings,
  isInHand: (orderId: number) => boolean,
): Promise<TakenRound> {
  const assets = await assetsHeld(desk, saleIds);
  const outlook = await lookAhead(desk, assets);
  const firstOrderLacks = await readBeforeFirstOrder(desk, assets);
  const supportEnds = await supportEndsOn(desk.database.read, { accountId: desk.accountId, assets });
  // Last of all, since books age.
  const sight = { ...outlook, firstOrderLacks, supportEnds, markets: await readMarkets(desk, assets, standings) };
  return desk.database.work(DESK_ACTOR, (work) => decideAndCommit(work, desk, saleIds, { sight, isInHand }));
}

export interface TakenRound {
  readonly orders: readonly RoundOrder[];
  /** Sales that have their turn again at once. */
  readonly stillDue: readonly number[];
}

type Sight = Pick<RoundFacts, 'firstOrderLacks' | 'supportEnds' | 'markets' | 'outlooks' | 'table'>;

/** What is known beside the books, read before anybody is locked: candles change by the hour, and the table only with the policy. */
async function lookAhead({ database, port }: Desk, assets: readonly string[]): Promise<Pick<Sight, 'outlooks' | 'table'>> {
  const now = database.clock.now();
  const outlooks = new Map<string, Outlook>();
  for (const asset of assets) {
    const outlook = await outlookOf(database.read, { venue: port.venue, asset, now });
    if (outlook !== undefined) outlooks.set(asset, outlook);
  }
  if (outlooks.size === 0) return { outlooks, table: undefined };
  const lambda = (await readPolicy(database.read)).get(riskWeight, seoulDay(now)).value.toNumber();
  return { outlooks, table: await saleTableSoon(lambda) };
}

/**
 * The decisions and their consequences in one transaction, under the locks of taxpayers, cases, holdings and account. Returns the
 * orders that are now to be sent: they exist as intents whether or not this process lives to send them.
 */
async function decideAndCommit(
  work: Work,
  desk: Desk,
  saleIds: readonly number[],
  known: { readonly sight: Sight; readonly isInHand: (orderId: number) => boolean },
): Promise<TakenRound> {
  const sales = await lockSales(work, desk, saleIds);
  const round = await readRound(work, desk, known);
  const decisions = (await readInputs(work, desk, round, dueSales(sales, round.now))).map((each) => ({
    ...each,
    decision: decide(each.inputs),
  }));
  const decisionIds = await storeDecisions(work, decisions);
  const decided: DecidedSale[] = [];
  for (const { sale, personId, inputs, decision } of decisions) {
    const decisionId = decisionIds.get(sale.id);
    if (decisionId === undefined) throw new CheongsanError('INTERNAL', `The decision of sale ${sale.id} was not stored.`);
    if (decision.outcome === 'order') decided.push({ sale, personId, inputs, decisionId, order: decision.order });
    else await conclude(work, sale, inputs, decision);
  }
  return orderJointly(work, desk, round, decided);
}

/** The wait for the locks may have been long: somebody else may have taken a step. */
function dueSales(sales: readonly LockedSale[], now: Date): LockedSale[] {
  const taxpayers = new Set<number>();
  return sales.filter(({ sale, personId }) => {
    if (sale.state !== 'running' || sale.nextStepAt > now) return false;
    // What one of a taxpayer's cases orders here counts in the need of his next only once it is committed (invariant 5).
    if (taxpayers.has(personId)) return false;
    taxpayers.add(personId);
    return true;
  });
}

async function lockSales(work: Work, desk: Desk, saleIds: readonly number[]): Promise<LockedSale[]> {
  const known = await work.tx.liquidation.findMany({ where: { id: { in: [...saleIds] } }, orderBy: { caseId: 'asc' } });
  const caseIds = known.map(({ caseId }) => caseId);
  const cases = await work.tx.seizureCase.findMany({ where: { id: { in: caseIds } }, select: { id: true, personId: true } });
  await lockRows(
    work,
    'person',
    cases.map(({ personId }) => personId),
  );
  await lockRows(work, 'seizure_case', caseIds);
  const holdings = await work.tx.holding.findMany({ where: { caseId: { in: caseIds } }, orderBy: { id: 'asc' } });
  await lockRows(
    work,
    'holding',
    holdings.map(({ id }) => id),
  );
  await lockRows(work, 'venue_account', [desk.accountId]);
  const sales = await work.tx.liquidation.findMany({ where: { id: { in: [...saleIds] } }, orderBy: { caseId: 'asc' } });
  return sales.flatMap((sale) => {
    const personId = cases.find(({ id }) => id === sale.caseId)?.personId;
    return personId === undefined ? [] : [{ sale, personId, holdings: holdings.filter(({ caseId }) => caseId === sale.caseId) }];
  });
}

/** The book is as old as it is once the locks are held, and the day is today. */
async function readRound(
  work: Work,
  desk: Desk,
  { sight, isInHand }: { readonly sight: Sight; readonly isInHand: (orderId: number) => boolean },
): Promise<RoundFacts> {
  const now = desk.database.clock.now();
  const day = seoulDay(now);
  const policy = await readPolicy(work.tx);
  const freezes = await work.tx.assetFreeze.findMany({
    where: { venueAccountId: desk.accountId, liftedAt: null },
    select: { asset: true },
  });
  const open = await openOrders(work.tx, desk.accountId, now);
  return {
    now,
    day,
    policy,
    policyFacts: policyFactsOf(policy, day),
    trading: await lockedTradingState(work, desk.accountId),
    unknownOutcomesOpen: open.filter(({ orderId, isUnknown }) => isUnknown && !isInHand(orderId)).length,
    frozen: new Set(freezes.map(({ asset }) => asset)),
    openInMarket: countBy(open.map(({ symbol }) => symbol)),
    venue: desk.port.venue,
    ...sight,
  };
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** What a decision without an order comes to. */
async function conclude(
  work: Work,
  sale: Liquidation,
  inputs: DecisionInputs,
  decision: Exclude<Decision, { outcome: 'order' }>,
): Promise<void> {
  // Within the window what covers may still be taken back; leave and wishes stay as long as nothing was sold by them.
  const isUntouched = inputs.gate.window?.state === 'open' && !(await hasSold(work, sale.caseId));
  if (decision.outcome === 'stop' && isUntouched) return pauseSale(work, sale, decision.codes);
  await endFulfilledWishes(work, inputs.gate.wishes, decision.outcome === 'stop' && decision.codes.includes('covered'));
  switch (decision.outcome) {
    case 'stop':
      return endSale(work, sale, decision.codes);
    case 'deny':
      await pauseSale(work, sale, decision.codes);
      return tellOfStandstill(work, sale, decision.codes);
    case 'wait':
      await lookAfterWait(work, sale, inputs, decision);
      return tellOfStandstill(work, sale, decision.codes);
  }
}

/**
 * Of the orders wanted in one market, those that the venue can take as one go together; where prices differ, the largest group goes
 * first and the others have their turn when it is over.
 */
async function orderJointly(work: Work, desk: Desk, round: RoundFacts, decided: readonly DecidedSale[]): Promise<TakenRound> {
  const joint: JointOrder[] = [];
  const sharers = new Set<number>();
  const waiting: DecidedSale[] = [];
  for (const symbol of new Set(decided.map(({ order }) => order.symbol))) {
    const inMarket = decided.filter(({ order }) => order.symbol === symbol);
    const group = largestGroup(inMarket);
    const division = divisionOf(desk, round, group);
    if (division !== undefined) joint.push({ members: inMarket, ...division });
    for (const { holdingId } of division?.shares ?? []) sharers.add(holdingId);
    waiting.push(...(division === undefined ? inMarket : group));
  }
  const orders = await commitOrders(work, desk, joint);
  await lookAfterOrder(work, waiting, sharers);
  // Who wanted another price stays due: his turn is the next, while these wait.
  return { orders, stillDue: decided.filter((each) => !waiting.includes(each)).map(({ sale }) => sale.id) };
}

function divisionOf(desk: Desk, round: RoundFacts, group: readonly DecidedSale[]) {
  const market = round.markets.get(group[0]?.order.asset ?? '');
  if (market === undefined || typeof market === 'string') return undefined;
  const wants = group.map(({ order, inputs }) => ({ order, remainingKrw: inputs.need.remainingKrw }));
  const allocation = allocationInputsOf(desk.port.venue, market.quantityDecimalPlaces, wants);
  if (allocation === undefined) return undefined;
  const shares = allocate(allocation);
  return shares.length === 0 ? undefined : { allocation, shares };
}

function largestGroup(decided: readonly DecidedSale[]): readonly DecidedSale[] {
  const groups = new Map<string, DecidedSale[]>();
  for (const each of decided) {
    const key = jointKey(each.order);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].reduce((most, group) => (group.length > most.length ? group : most), []);
}
