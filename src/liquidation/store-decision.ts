import { appendAudit } from '../audit/append.ts';
import type { Liquidation } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import { canonicalJson, sha256Hex } from '../kernel/digest.ts';
import type { Decision } from './decide.ts';
import type { DecisionInputs } from './decision-inputs.ts';
import { recordDigestOf } from './replay.ts';

/** Keeps a decision with everything it was made from. Returns its number. */
export async function storeDecision(work: Work, sale: Liquidation, inputs: DecisionInputs, decision: Decision): Promise<number> {
  const stored = await work.tx.saleDecision.create({
    data: {
      liquidationId: sale.id,
      caseId: sale.caseId,
      stepNumber: sale.stepCount + 1,
      decidedAt: new Date(inputs.at),
      ruleVersion: inputs.ruleVersion,
      policyVersion: inputs.policyVersion,
      inputs: jsonColumn(inputs),
      inputsDigest: sha256Hex(canonicalJson(inputs)),
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
