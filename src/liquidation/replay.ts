import type { SaleDecision } from '../database/generated/client.ts';
import { canonicalSchema } from '../database/json.ts';
import type { Database } from '../database/work.ts';
import { type Canonical, canonicalJson, digestOf, sha256Hex } from '../kernel/digest.ts';
import { decide, RULE_VERSION } from './decide.ts';
import { decisionInputsSchema } from './decision-inputs.ts';
import { differenceText } from './first-difference.ts';
import { type DecidedShare, orderDifference } from './replay-order.ts';
import { type Recorded, replayPlan } from './replay-plan.ts';
import { sliceDifferences } from './replay-slices.ts';
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

interface MadeBy {
  readonly at: string;
  readonly ruleVersion: string;
  readonly policyVersion: string;
}

interface Again {
  readonly inputs: Canonical & MadeBy;
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
 * Makes every stored decision, plan, slice and division of an order again from its stored inputs, and holds what their rows say against
 * it. Tells those that come out differently, whose inputs or outcome were changed since, or which are not the ones the audit log
 * recorded, and where they first differ. Restricted to one case when given.
 */
export async function replaySales(database: Database, caseId?: number): Promise<Replayed> {
  const decisions = await replayDecisions(database, caseId);
  const plans = await replayPlans(database, caseId);
  const told = new Set(decisions.differences.map(({ subject }) => subject));
  const orders = await replayOrders(database, caseId, (subject) => told.has(subject));
  const parts = [decisions, plans, orders];
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    differences: firstOfEach(parts.flatMap(({ differences }) => differences)),
  };
}

/** A record is told of once, though several others speak against it. */
function firstOfEach(differences: readonly ReplayDifference[]): ReplayDifference[] {
  return [...new Map(differences.toReversed().map((each) => [each.subject, each])).values()].toReversed();
}

async function replayDecisions(database: Database, caseId: number | undefined): Promise<Replayed> {
  return inBatches(
    (after) =>
      database.read.saleDecision.findMany({ where: { id: { gt: after }, ...ofCase(caseId) }, orderBy: { id: 'asc' }, take: BATCH }),
    async (decisions) => {
      const recorded = await recordedEvents(
        database,
        decisions.map(({ id }) => `sale_decision:${id}`),
      );
      const differences = decisions.flatMap((decision) => {
        const subject = `sale_decision:${decision.id}`;
        const isRecorded = recorded.get(subject)?.digest === recordDigestOf(decision);
        const what = decisionDifference(decision) ?? (isRecorded ? undefined : NOT_RECORDED);
        return what === undefined ? [] : [{ subject, what }];
      });
      const told = new Set(differences.map(({ subject }) => subject));
      const intact = decisions.filter(({ id }) => !told.has(`sale_decision:${id}`));
      return [...differences, ...(await sliceDifferences(database, intact))];
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
      const recorded = await recordedEvents(
        database,
        plans.map(({ id }) => `sale_plan:${id}`),
      );
      return plans.flatMap((plan) => replayPlan(plan, recorded.get(`sale_plan:${plan.id}`)));
    },
  );
}

async function replayOrders(database: Database, caseId: number | undefined, isTold: (subject: string) => boolean): Promise<Replayed> {
  const mine = caseId === undefined ? {} : { shares: { some: { caseId } } };
  return inBatches(
    (after) =>
      database.read.saleOrder.findMany({
        where: { id: { gt: after }, ...mine },
        include: { shares: { orderBy: { holdingId: 'asc' } } },
        orderBy: { id: 'asc' },
        take: BATCH,
      }),
    async (orders) => {
      const decisions = await decidedShares(
        database,
        orders.flatMap(({ shares }) => shares.map(({ decisionId }) => decisionId)),
        isTold,
      );
      return orders.flatMap((order) => {
        const shares = order.shares.flatMap((share) => {
          const decision = decisions.get(share.decisionId);
          return decision === undefined ? [] : [{ ...share, decision }];
        });
        const what = orderDifference({ ...order, shares });
        return what === undefined ? [] : [{ subject: `sale_order:${order.id}`, what }];
      });
    },
  );
}

/** Decisions without the most of their inputs, which are large: what an order is held against. */
async function decidedShares(
  database: Database,
  ids: readonly number[],
  isTold: (subject: string) => boolean,
): Promise<ReadonlyMap<number, DecidedShare>> {
  const rows = await database.read.$queryRaw<Omit<DecidedShare, 'isIntact'>[]>`
    SELECT id, case_id AS "caseId", decided_at AS "decidedAt", rule_version AS "ruleVersion", result,
           inputs->'need'->>'remainingKrw' AS "remainingKrw"
      FROM sale_decision WHERE id = ANY (${[...ids]}::int[])`;
  return new Map(rows.map((row) => [row.id, { ...row, isIntact: !isTold(`sale_decision:${row.id}`) }]));
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
  const { outcome, codes } = again.result;
  const row = rowOf(decision.outcome, decision.codes, { ...decision, at: decision.decidedAt.toISOString() });
  return differenceText(stored.data, again.result) ?? differenceText(row, rowOf(outcome, codes, again.inputs));
}

/** What the row of a decision says beside its inputs and its result. */
function rowOf(outcome: string, codes: readonly string[], { at, ruleVersion, policyVersion }: MadeBy): Canonical {
  return { outcome, codes: [...codes], decidedAt: at, ruleVersion, policyVersion };
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

async function recordedEvents(database: Database, subjects: readonly string[]): Promise<ReadonlyMap<string, Recorded>> {
  const events = await database.read.auditEvent.findMany({
    where: { subject: { in: [...subjects] }, OR: [{ action: { startsWith: 'sale.decided_' } }, { action: 'sale.planned' }] },
    select: { subject: true, recordDigest: true, payload: true },
  });
  return new Map(events.map(({ subject, recordDigest, payload }) => [subject, { digest: recordDigest, payload }]));
}
