import type { Holding, Liquidation } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CoinAmount, Price } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import {
  childrenPerSlice,
  dailyPlanLimit,
  dailyVolumeLimit,
  dustPooling,
  marketGuards,
  passiveExecution,
  topAssetsLimit,
} from '../policy/definitions/execution.ts';
import { depthParticipation, orderIntervalSeconds, salePriceBand, staleBookSeconds } from '../policy/definitions/sale.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { taxRules } from '../tax/rules.ts';
import { RULE_VERSION } from './decide.ts';
import type { DecisionInputs, GateFacts, PolicyFacts, SellableHolding, WishFacts } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { readGateFacts } from './gate-facts.ts';
import type { Markets } from './markets.ts';
import { readNeed } from './need.ts';
import type { Outlook } from './outlook.ts';
import { planHoldings } from './plan-holdings.ts';
import type { SaleTable } from './planning/sale-table.ts';
import { soldSince, soldUnder } from './sold.ts';

/** What all sales of a round have in common; read behind the account's lock. */
export interface RoundFacts {
  readonly now: Date;
  readonly day: CivilDate;
  readonly policy: PolicySet;
  readonly policyFacts: PolicyFacts;
  readonly trading: GateFacts['tradingState'];
  readonly unknownOutcomesOpen: number;
  readonly frozen: ReadonlySet<string>;
  /** Orders open at the account, by market. */
  readonly openInMarket: ReadonlyMap<string, number>;
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

/** Reads everything the decision depends on, and makes or renews the plan. The caller holds the locks of taxpayer, case, holdings and account. */
export async function readInputs(work: Work, desk: Desk, round: RoundFacts, locked: LockedSale): Promise<DecisionInputs> {
  const { sale, personId, holdings } = locked;
  const { policy, day, now } = round;
  const need = await readNeed(work, personId, sale.caseId, policy, day);
  const gate = await readGateFacts(work, sale.caseId, need.bills, round.trading, taxRules(policy), day);
  const known: SellableHolding[] = [];
  for (const holding of holdings) known.push(await readHolding(work, desk, round, sale, holding, gate.wishes));
  return {
    ruleVersion: RULE_VERSION,
    policyVersion: policy.version,
    at: now.toISOString(),
    day,
    venue: desk.port.venue,
    gate,
    need: need.facts,
    unknownOutcomesOpen: round.unknownOutcomesOpen,
    ownOrdersOpen: await work.tx.orderShare.count({ where: { caseId: sale.caseId, order: { closedAt: null } } }),
    holdings: await planHoldings(work, desk, round, { sale, gate, remainingKrw: need.facts.remainingKrw, holdings: known }),
    policy: round.policyFacts,
  };
}

async function readHolding(
  work: Work,
  desk: Desk,
  round: RoundFacts,
  { mandateId }: Liquidation,
  { id, asset }: Holding,
  wishes: readonly WishFacts[],
): Promise<SellableHolding> {
  const account = { subject: `holding:${id}`, place: `account:${desk.accountId}` };
  const held = await coinBalance(work.tx, { chart: CHART.coinsHeld, ...account }, asset);
  const allowed = await work.tx.mandateAsset.findUnique({ where: { mandateId_asset: { mandateId, asset } } });
  const left = CoinAmount.of(asset, allowed?.maximumQuantity.toFixed() ?? '0').minus(await soldUnder(work, mandateId, id, asset));
  const top = round.policy.get(topAssetsLimit, round.day);
  const market = round.markets.get(asset) ?? 'unreadable';
  return {
    holdingId: id,
    asset,
    held: held.toString(),
    mandateLeft: left.larger(CoinAmount.zero(asset)).toString(),
    priceFloor: floorOf(asset, allowed?.priceFloor.toFixed() ?? '0', wishes),
    frozen: round.frozen.has(asset),
    isAllowed: !top.isOn || top.assets.includes(asset),
    rank: 0,
    slice: null,
    caps: {
      planned: '0',
      soldToday: '0',
      soldTodayAtVenue: await soldSince(work, { accountId: desk.accountId, asset }, round.day),
      dailyVolume: null,
    },
    deviationPerSecond: null,
    openInMarket: typeof market === 'string' ? 0 : (round.openInMarket.get(market.symbol) ?? 0),
    market,
  };
}

/** Never below the mandate's floor; within the window not below the price that the taxpayer wishes either. */
function floorOf(asset: string, mandated: string, wishes: readonly WishFacts[]): string {
  const wished = wishes.filter((wish) => wish.asset === asset);
  const lowest = wished.some(({ price }) => price === null)
    ? mandated
    : wished.reduce(
        (least, { price }) => (price !== null && new Decimal(price).isLessThan(least) ? price : least),
        wished[0]?.price ?? mandated,
      );
  return Price.of(asset, mandated).larger(Price.of(asset, lowest)).toString();
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
