import { canonicalSchema } from '../database/json.ts';
import type { Database } from '../database/work.ts';
import { canonicalJson, sha256Hex } from '../kernel/digest.ts';
import { type Decision, decide, RULE_VERSION } from './decide.ts';
import { type DecisionInputs, decisionInputsSchema } from './decision-inputs.ts';

/** Every version of the rule that ever decided, by name: an old decision is made again with the rule of its day. */
const RULES: Readonly<Record<string, (inputs: DecisionInputs) => Decision>> = { [RULE_VERSION]: decide };

const BATCH = 200;

/**
 * Makes every stored decision again from its stored inputs. Returns those that come out differently, or whose inputs were
 * changed since (`sale_decision:ID`). Restricted to one case when given.
 */
export async function replayDecisions(database: Database, caseId?: number): Promise<string[]> {
  const different: string[] = [];
  for (let after = 0; ; ) {
    const decisions = await database.read.saleDecision.findMany({
      where: { id: { gt: after }, ...(caseId === undefined ? {} : { caseId }) },
      orderBy: { id: 'asc' },
      take: BATCH,
    });
    for (const decision of decisions) {
      const rule = RULES[decision.ruleVersion];
      const inputs = decisionInputsSchema.parse(decision.inputs);
      const isIntact = sha256Hex(canonicalJson(inputs)) === decision.inputsDigest;
      const again = rule === undefined || !isIntact ? undefined : canonicalJson(rule(inputs));
      if (again !== canonicalJson(canonicalSchema.parse(decision.result))) different.push(`sale_decision:${decision.id}`);
    }
    const last = decisions.at(-1);
    if (last === undefined) return different;
    after = last.id;
  }
}
