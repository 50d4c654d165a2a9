import type { SaleDecision, SaleOrder } from '../database/generated/client.ts';
import { canonicalSchema } from '../database/json.ts';
import type { Database } from '../database/work.ts';
import { type Canonical, canonicalJson, digestOf, sha256Hex } from '../kernel/digest.ts';
import { decide, RULE_VERSION } from './decide.ts';
import { decisionInputsSchema } from './decision-inputs.ts';
import { SHARING_RULE } from './fair-shares.ts';
import { firstDifference } from './first-difference.ts';
import { allocate, allocationInputsSchema } from './omnibus.ts';
import { replayPlan } from './replay-plan.ts';
import { decideSimply, SIMPLE_RULE_VERSION } from './simple-1/decide.ts';
import { simpleInputsSchema } from './simple-1/inputs.ts';

/** A record that does not come out the same when it is made again, or is not the one that the audit log has. */
export interface ReplayDifference {
  /** `sale_decision:12`, `sale_plan:3`, `plan_slice:4`, `sale_order:5`. */
  readonly subject: string;
  readonly what: string;
}

export interface Replayed {
  /** How many records were made again. */
  readonly count: number;
  readonly differences: readonly ReplayDifference[];
}

interface Again {
  readonly inputs: Canonical;
  readonly result: { readonly outcome: string; readonly codes: readonly string[] } & Canonical;
}

/** Every version of the rule that ever decided, by name: an old decision is made again with the rule of its day, from its own form of inputs. */
const RULES: Readonly<Record<string, (stored: unknown) => Again | undefined>> = {
  [SIMPLE_RULE_VERSION]: (stored) => {
    const inputs = simpleInputsSchema.safeParse(stored);
    return inputs.success ? { inputs: inputs.data, result: decideSimply(inputs.data) } : undefined;
  },
  [RULE_VERSION]: (stored) => {
    const inputs = decisionInputsSchema.safeParse(stored);
    return inputs.success ? { inputs: inputs.data, result: decide(inputs.data) } : undefined;
  },
};

const BATCH = 200;

/**
 * Makes every stored decision, plan, slice and division of an order again from its stored inputs. Tells those that come out
 * differently, whose inputs or outcome were changed since, or which are not the ones the audit log recorded, and where they first
 * differ. Restricted to one case when given.
 */
export async function replaySales(database: Database, caseId?: number): Promise<Replayed> {
  const parts = [await replayDecisions(database, caseId), await replayPlans(database, caseId), await replayDivisions(database, caseId)];
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    differences: parts.flatMap(({ differences }) => differences),
  };
}

async function replayDecisions(database: Database, caseId: number | undefined): Promise<Replayed> {
  return inBatches(
    (after) =>
      database.read.saleDecision.findMany({ where: { id: { gt: after }, ...ofCase(caseId) }, orderBy: { id: 'asc' }, take: BATCH }),
    async (decisions) => {
      const recorded = await recordedDigests(
        database,
        decisions.map(({ id }) => `sale_decision:${id}`),
      );
      return decisions.flatMap((decision) => {
        const subject = `sale_decision:${decision.id}`;
        const what = decisionDifference(decision) ?? (recorded.get(subject) === recordDigestOf(decision) ? undefined : NOT_RECORDED);
        return what === undefined ? [] : [{ subject, what }];
      });
    },
  );
}

async function replayPlans(database: Database, caseId: number | undefined): Promise<Replayed> {
  return inBatches(
    (after) =>
      database.read.salePlan.findMany({
        where: { id: { gt: after }, ...ofCase(caseId) },
        include: { slices: { orderBy: { id: 'asc' } } },
        orderBy: { id: 'asc' },
        take: BATCH,
      }),
    async (plans) => {
      const recorded = await recordedDigests(
        database,
        plans.map(({ id }) => `sale_plan:${id}`),
      );
      return plans.flatMap((plan) => replayPlan(plan, recorded.get(`sale_plan:${plan.id}`) ?? null));
    },
  );
}

/** Orders from before there were several cases in one were divided by nothing, and have nothing to repeat. */
async function replayDivisions(database: Database, caseId: number | undefined): Promise<Replayed> {
  const mine = caseId === undefined ? {} : { shares: { some: { caseId } } };
  return inBatches(
    (after) =>
      database.read.saleOrder.findMany({
        where: { id: { gt: after }, ...mine },
        include: { shares: true },
        orderBy: { id: 'asc' },
        take: BATCH,
      }),
    async (orders) =>
      orders.flatMap((order) => {
        const what = order.allocation === null ? undefined : divisionDifference(order);
        return what === undefined ? [] : [{ subject: `sale_order:${order.id}`, what }];
      }),
  );
}

const NOT_RECORDED = 'is not what the audit log recorded';
const UNREADABLE = 'has inputs that no rule can read';

function decisionDifference(decision: SaleDecision): string | undefined {
  const rule = RULES[decision.ruleVersion];
  if (rule === undefined) return `was made by rule ${decision.ruleVersion}, which is unknown`;
  const again = rule(decision.inputs);
  if (again === undefined) return UNREADABLE;
  if (sha256Hex(canonicalJson(again.inputs)) !== decision.inputsDigest) return 'has inputs other than those it was made from';
  const stored = canonicalSchema.safeParse(decision.result);
  if (!stored.success) return 'has a result that no rule wrote';
  const row = { outcome: decision.outcome, codes: decision.codes };
  return textOf(stored.data, again.result) ?? textOf(row, { outcome: again.result.outcome, codes: [...again.result.codes] });
}

type DividedOrder = SaleOrder & {
  readonly shares: readonly { holdingId: number; quantity: { toFixed(): string }; maximumProceeds: { toFixed(): string } }[];
};

function divisionDifference(order: DividedOrder): string | undefined {
  const inputs = allocationInputsSchema.safeParse(order.allocation);
  if (!inputs.success || inputs.data.rule !== SHARING_RULE) return UNREADABLE;
  const again = allocate(inputs.data).map(({ holdingId, quantity, maximumProceeds }) => ({ holdingId, quantity, maximumProceeds }));
  const stored = order.shares
    .toSorted((a, b) => a.holdingId - b.holdingId)
    .map(({ holdingId, quantity, maximumProceeds }) => ({
      holdingId,
      quantity: quantity.toFixed(),
      maximumProceeds: maximumProceeds.toFixed(),
    }));
  return textOf(stored, again);
}

function textOf(stored: Canonical, again: Canonical): string | undefined {
  const difference = firstDifference(stored, again);
  return difference === undefined ? undefined : `${difference.path}: stored ${difference.stored}, again ${difference.again}`;
}

async function inBatches<Row extends { readonly id: number }>(
  read: (after: number) => Promise<Row[]>,
  compare: (rows: readonly Row[]) => Promise<ReplayDifference[]>,
): Promise<Replayed> {
  const differences: ReplayDifference[] = [];
  let count = 0;
  for (let after = 0; ; ) {
    const rows = await read(after);
    differences.push(...(await compare(rows)));
    count += rows.length;
    const last = rows.at(-1);
    if (last === undefined) return { count, differences };
    after = last.id;
  }
}

function ofCase(caseId: number | undefined): { readonly caseId?: number } {
  return caseId === undefined ? {} : { caseId };
}

/** What the audit event of a decision records of it. */
export function recordDigestOf({ inputsDigest, result }: Pick<SaleDecision, 'inputsDigest' | 'result'>): string {
  const parsed = canonicalSchema.safeParse(result);
  return digestOf({ inputs: inputsDigest, result: parsed.success ? canonicalJson(parsed.data) : null });
}

async function recordedDigests(database: Database, subjects: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  const events = await database.read.auditEvent.findMany({
    where: { subject: { in: [...subjects] }, OR: [{ action: { startsWith: 'sale.decided_' } }, { action: 'sale.planned' }] },
    select: { subject: true, recordDigest: true },
  });
  return new Map(events.map(({ subject, recordDigest }) => [subject, recordDigest]));
}
