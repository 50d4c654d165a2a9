import type { Holding, Liquidation } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CoinAmount, Price } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { readPolicy } from '../policy/book.ts';
import { depthParticipation, orderIntervalSeconds, salePriceBand, staleBookSeconds } from '../policy/definitions/sale.ts';
import { taxRules } from '../tax/rules.ts';
import { lockedTradingState } from '../venue/trading-state.ts';
import { RULE_VERSION } from './decide.ts';
import type { DecisionInputs, SellableHolding } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { readGateFacts } from './gate-facts.ts';
import type { Markets } from './markets.ts';
import { readNeed } from './need.ts';

/** What a step works on, all but the markets read behind the locks. */
export interface LockedStep {
  readonly sale: Liquidation;
  readonly personId: number;
  readonly holdings: readonly Holding[];
  readonly markets: Markets;
  readonly now: Date;
}

/** Reads everything the decision depends on. The caller holds the locks of taxpayer, case, holdings and account. */
export async function readInputs(work: Work, desk: Desk, step: LockedStep): Promise<DecisionInputs> {
  const { sale, now } = step;
  const day = seoulDay(now);
  const policy = await readPolicy(work.tx);
  const need = await readNeed(work, step.personId, sale.caseId, policy, day);
  const trading = await lockedTradingState(work, desk.accountId);
  const freezes = await work.tx.assetFreeze.findMany({
    where: { venueAccountId: desk.accountId, liftedAt: null },
    select: { asset: true },
  });
  const frozen = new Set(freezes.map(({ asset }) => asset));
  const sellable: SellableHolding[] = [];
  for (const holding of step.holdings) sellable.push(await readSellable(work, desk, step, holding, frozen));
  return {
    ruleVersion: RULE_VERSION,
    policyVersion: policy.version,
    at: now.toISOString(),
    day,
    venue: desk.port.venue,
    gate: await readGateFacts(work, sale.caseId, need.bills, trading, taxRules(policy), day),
    need: need.facts,
    unknownOutcomesOpen: await work.tx.saleOrder.count({ where: { venueAccountId: desk.accountId, closedAt: null } }),
    holdings: sellable,
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
  { sale: { mandateId }, markets }: LockedStep,
  { id, asset }: Holding,
  frozen: ReadonlySet<string>,
): Promise<SellableHolding> {
  const account = { subject: `holding:${id}`, place: `account:${desk.accountId}` };
  const held = await coinBalance(work.tx, { chart: CHART.coinsHeld, ...account }, asset);
  const allowed = await work.tx.mandateAsset.findUnique({ where: { mandateId_asset: { mandateId, asset } } });
  const left = CoinAmount.of(asset, allowed?.maximumQuantity.toFixed() ?? '0').minus(await soldUnder(work, mandateId, id, asset));
  return {
    holdingId: id,
    asset,
    held: held.toString(),
    mandateLeft: left.larger(CoinAmount.zero(asset)).toString(),
    priceFloor: Price.of(asset, allowed?.priceFloor.toFixed() ?? '0').toString(),
    frozen: frozen.has(asset),
    market: markets.get(asset) ?? 'unreadable',
  };
}

/** Units of a holding that orders decided under a mandate have sold. Each decision names the mandate it was made under. */
async function soldUnder(work: Work, mandateId: number, holdingId: number, asset: string): Promise<CoinAmount> {
  const rows = await work.tx.$queryRaw<{ sold: string }[]>`
    SELECT trim_scale(coalesce(sum(o.executed_quantity), 0))::text AS sold FROM sale_order o JOIN sale_decision d ON d.id = o.decision_id
     WHERE o.holding_id = ${holdingId} AND (d.inputs->'gate'->'mandate'->>'id')::int = ${mandateId}`;
  return CoinAmount.of(asset, rows[0]?.sold ?? '0');
}
