import { type AuditEntry, appendAudits } from '../audit/append.ts';
import type { Liquidation, Prisma } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import { canonicalJson, sha256Hex } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Decision } from './decide.ts';
import type { DecisionInputs } from './decision-inputs.ts';
import { recordDigestOf } from './replay.ts';

interface MadeDecision {
  readonly sale: Pick<Liquidation, 'id' | 'caseId' | 'stepCount'>;
  readonly inputs: DecisionInputs;
  readonly decision: Decision;
}

/** Keeps decisions with everything they were made from. Returns their numbers, by sale. */
export async function storeDecisions(work: Work, made: readonly MadeDecision[]): Promise<ReadonlyMap<number, number>> {
  if (made.length === 0) return new Map();
  const stored = await work.tx.saleDecision.createManyAndReturn({
    data: made.map(decisionRow),
    select: { id: true, liquidationId: true, inputsDigest: true, result: true },
  });
  const bySale = new Map(stored.map((row) => [row.liquidationId, row]));
  await work.tx.$executeRaw`
    UPDATE liquidation q SET step_count = q.step_count + 1, last_code = k.code
      FROM unnest(${made.map(({ sale }) => sale.id)}::int[], ${made.map(({ decision }) => decision.codes[0] ?? null)}::text[]) AS k (id, code)
     WHERE q.id = k.id`;
  const events = made.map(({ sale, decision }) => {
    const row = bySale.get(sale.id);
    if (row === undefined) throw new CheongsanError('INTERNAL', `The decision of sale ${sale.id} was not stored.`);
    return decisionEvent(sale, decision, row);
  });
  await appendAudits(work, events);
  return new Map(stored.map(({ id, liquidationId }) => [liquidationId, id]));
}

/** The inputs are written out once: the same text is stored and digested. */
export function decisionRow({ sale, inputs, decision }: MadeDecision) {
  const text = canonicalJson(inputs);
  const stored: Prisma.InputJsonValue = JSON.parse(text);
  return {
    liquidationId: sale.id,
    caseId: sale.caseId,
    stepNumber: sale.stepCount + 1,
    decidedAt: new Date(inputs.at),
    ruleVersion: inputs.ruleVersion,
    policyVersion: inputs.policyVersion,
    inputs: stored,
    inputsDigest: sha256Hex(text),
    outcome: decision.outcome,
    codes: [...decision.codes],
    result: jsonColumn(decision),
  };
}

function decisionEvent(
  sale: MadeDecision['sale'],
  decision: Decision,
  stored: Parameters<typeof recordDigestOf>[0] & { readonly id: number },
): AuditEntry {
  return {
    stream: `case:${sale.caseId}`,
    action: `sale.decided_${decision.outcome}`,
    subject: `sale_decision:${stored.id}`,
    recordDigest: recordDigestOf(stored),
    payload: { codes: decision.codes },
  };
}
