import type { SaleDecision } from '../database/generated/client.ts';
import { canonicalSchema } from '../database/json.ts';
import type { Database } from '../database/work.ts';
import { canonicalJson, digestOf, sha256Hex } from '../kernel/digest.ts';
import { type Decision, decide, RULE_VERSION } from './decide.ts';
import { type DecisionInputs, decisionInputsSchema } from './decision-inputs.ts';

/** Every version of the rule that ever decided, by name: an old decision is made again with the rule of its day. */
const RULES: Readonly<Record<string, (inputs: DecisionInputs) => Decision>> = { [RULE_VERSION]: decide };

const BATCH = 200;

/**
 * Makes every stored decision again from its stored inputs. Returns those that come out differently, whose inputs or outcome were
 * changed since, or which are not the ones the audit log recorded (`sale_decision:ID`). Restricted to one case when given.
 */
export async function replayDecisions(database: Database, caseId?: number): Promise<string[]> {
  const different: string[] = [];
  for (let after = 0; ; ) {
    const decisions = await database.read.saleDecision.findMany({
      where: { id: { gt: after }, ...(caseId === undefined ? {} : { caseId }) },
      orderBy: { id: 'asc' },
      take: BATCH,
    });
    const recorded = await recordedDigests(database, decisions);
    for (const decision of decisions) {
      const subject = `sale_decision:${decision.id}`;
      if (!repeats(decision) || recorded.get(subject) !== recordDigestOf(decision)) different.push(subject);
    }
    const last = decisions.at(-1);
    if (last === undefined) return different;
    after = last.id;
  }
}

function repeats(decision: SaleDecision): boolean {
  const rule = RULES[decision.ruleVersion];
  const inputs = decisionInputsSchema.safeParse(decision.inputs);
  if (rule === undefined || !inputs.success || sha256Hex(canonicalJson(inputs.data)) !== decision.inputsDigest) return false;
  const again = rule(inputs.data);
  const isSameRow = again.outcome === decision.outcome && canonicalJson(again.codes) === canonicalJson(decision.codes);
  return isSameRow && canonicalJson(again) === resultText(decision);
}

/** What the audit event of a decision records of it. */
export function recordDigestOf(decision: Pick<SaleDecision, 'inputsDigest' | 'result'>): string {
  return digestOf({ inputs: decision.inputsDigest, result: resultText(decision) });
}

/** Null for what no decision of ours ever wrote. */
function resultText({ result }: Pick<SaleDecision, 'result'>): string | null {
  const parsed = canonicalSchema.safeParse(result);
  return parsed.success ? canonicalJson(parsed.data) : null;
}

async function recordedDigests(database: Database, decisions: readonly SaleDecision[]): Promise<ReadonlyMap<string, string | null>> {
  const events = await database.read.auditEvent.findMany({
    where: { subject: { in: decisions.map(({ id }) => `sale_decision:${id}`) }, action: { startsWith: 'sale.decided_' } },
    select: { subject: true, recordDigest: true },
  });
  return new Map(events.map(({ subject, recordDigest }) => [subject, recordDigest]));
}
