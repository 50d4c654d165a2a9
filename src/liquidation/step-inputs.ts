import type { Holding, Liquidation } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import {
  childrenPerSlice,
  dailyPlanLimit,
  dailyVolumeLimit,
  dustPooling,
  marketGuards,
  passiveExecution,
} from '../policy/definitions/execution.ts';
import { depthParticipation, orderIntervalSeconds, salePriceBand, staleBookSeconds } from '../policy/definitions/sale.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { taxRules } from '../tax/rules.ts';
import { RULE_VERSION } from './decide.ts';
import type { DecisionInputs, GateFacts, PolicyFacts } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import type { FirstOrderLacks } from './first-order.ts';
import { readGates } from './gate-facts.ts';
import { readHoldings } from './holding-facts.ts';
import type { Markets } from './markets.ts';
import { readNeeds } from './need.ts';
import type { Outlook } from './outlook.ts';
import { planHoldings } from './plan-holdings.ts';
import type { SaleTable } from './planning/sale-table.ts';

/** What all sales of a round have in common; read behind the account's lock. */
export interface RoundFacts {
  readonly now: Date;
  readonly day: CivilDate;
  readonly policy: PolicySet;
  readonly policyFacts: PolicyFacts;
  readonly trading: GateFacts['tradingState'];
  readonly unknownOutcomesOpen: number;
  readonly frozen: ReadonlySet<string>;
  readonly firstOrderLacks: FirstOrderLacks;
  /** Orders open at the account, by market. */
  readonly openInMarket: ReadonlyMap<string, number>;
  /** The last day on which the venue supports a coin, where it has announced one. */
  readonly supportEnds: ReadonlyMap<string, CivilDate>;
  readonly markets: Markets;
  readonly venue: string;
  /** What recorded candles say of each coin for this hour. */
  readonly outlooks: ReadonlyMap<string, Outlook>;
  /** By which plans are made; undefined where no coin has an outlook. */
  readonly table: SaleTable | undefined;
}

export interface LockedSale {
  readonly sale: Liquidation;
  readonly personId: number;
  readonly holdings: readonly Holding[];
}

/** A sale with all that is decided about it. */
export interface SaleWithInputs extends LockedSale {
  readonly inputs: DecisionInputs;
}

/**
 * Reads everything the decisions of several sales depend on, each question once for all of them, and makes or renews the plans. No two
 * of the sales are of the same taxpayer. The caller holds the locks of taxpayers, cases, holdings and account.
 */
export async function readInputs(work: Work, desk: Desk, round: RoundFacts, sales: readonly LockedSale[]): Promise<SaleWithInputs[]> {
  const { policy, day, now, trading } = round;
  const cases = sales.map(({ sale, personId }) => ({ caseId: sale.caseId, personId }));
  const needs = await readNeeds(work, cases, policy, day);
  const covering = cases.map(({ caseId }) => ({ caseId, bills: needs.get(caseId)?.bills ?? [] }));
  const gates = await readGates(work, covering, { tradingState: trading, rules: taxRules(policy), day });
  const known = sales.map((locked) => ({
    ...locked,
    need: readFor(needs, locked.sale).facts,
    gate: readFor(gates, locked.sale),
  }));
  const holdings = await readHoldings(work, desk, round, known);
  const ownOrders = await openOrdersOf(
    work,
    cases.map(({ caseId }) => caseId),
  );
  const tasks = known.map((each) => ({
    sale: each.sale,
    ownOrdersOpen: ownOrders.get(each.sale.caseId) ?? 0,
    gate: each.gate,
    remainingKrw: each.need.remainingKrw,
    holdings: each.holdings.flatMap(({ id }) => holdings.get(id) ?? []),
  }));
  const planned = await planHoldings(work, desk, round, tasks);
  const orderBudget = desk.port.orderBudget();
  return known.map(({ need, gate, ...locked }) => ({
    ...locked,
    inputs: {
      ruleVersion: RULE_VERSION,
      policyVersion: policy.version,
      at: now.toISOString(),
      day,
      venue: desk.port.venue,
      gate,
      need,
      unknownOutcomesOpen: round.unknownOutcomesOpen,
      orderBudget: { perSecond: orderBudget.perSecond, blockedMs: orderBudget.blockedMs },
      ownOrdersOpen: ownOrders.get(locked.sale.caseId) ?? 0,
      holdings: [...readFor(planned, locked.sale)],
      policy: round.policyFacts,
    },
  }));
}

function readFor<T>(read: ReadonlyMap<number, T>, { caseId }: Liquidation): T {
  const found = read.get(caseId);
  if (found === undefined) throw new CheongsanError('INTERNAL', `What case ${caseId} depends on was not read.`);
  return found;
}

/** Open orders in which a case has a share, by case. */
async function openOrdersOf(work: Work, caseIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await work.tx.$queryRaw<{ case_id: number; orders: number }[]>`
    SELECT s.case_id, count(*)::int AS orders FROM sale_order o JOIN order_share s ON s.order_id = o.id
     WHERE o.closed_at IS NULL AND s.case_id = ANY (${[...caseIds]}::int[]) GROUP BY s.case_id`;
  return new Map(rows.map(({ case_id, orders }) => [case_id, orders]));
}

/** The values of policy a decision is made by, as they stand on its day. */
export function policyFactsOf(policy: PolicySet, day: CivilDate): PolicyFacts {
  const guards = policy.get(marketGuards, day);
  const passive = policy.get(passiveExecution, day);
  const planLimit = policy.get(dailyPlanLimit, day);
  const volumeLimit = policy.get(dailyVolumeLimit, day);
  return {
    band: policy.get(salePriceBand, day).toString(),
    depthParticipation: policy.get(depthParticipation, day).toString(),
    staleBookSeconds: policy.get(staleBookSeconds, day),
    intervalSeconds: Math.max(1, policy.get(orderIntervalSeconds, day)),
    spreadMaximum: guards.spread.toString(),
    referenceDeviationMaximum: guards.referenceDeviation.toString(),
    levelsMinimum: guards.levels,
    clockSkewMaximumMs: guards.clockSkewSeconds * 1_000,
    passive: { isOn: passive.isOn, restSeconds: passive.restSeconds, spreadMinimum: passive.spread.toString() },
    childrenPerSlice: policy.get(childrenPerSlice, day),
    poolsDust: policy.get(dustPooling, day),
    dailyPlanShare: planLimit.isOn ? planLimit.share.toString() : null,
    dailyVolumeShare: volumeLimit.isOn ? volumeLimit.share.toString() : null,
  };
}
