import { z } from 'zod';
import { requestApproval } from '../../identity/approval.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { checkPolicyChange, policyChangeSchema, readPolicy } from '../../policy/book.ts';
import { POLICY_DEFINITIONS } from '../../policy/definitions/index.ts';
import { command, NONE, type Route, read } from '../route.ts';
import { dayInput, dayText, reasonText, rowId } from '../schemas.ts';

export const policyRoutes: readonly Route[] = [
  read({
    operationId: 'listPolicies',
    tag: 'policy',
    summary: '기준값 전체와 근거',
    path: '/policies',
    permission: 'policy.read',
    params: NONE,
    query: z.object({ on: dayInput.exactOptional().meta({ description: '기준일, 없으면 오늘' }) }),
    answer: z.object({
      version: z.string(),
      on: dayText,
      parameters: z.array(
        z.object({
          key: z.string(),
          title: z.string(),
          description: z.string(),
          unit: z.string(),
          changeable: z.boolean(),
          value: z.unknown().meta({ description: '기준값 (JSON)', type: 'object' }),
          validFrom: dayText,
          validTo: dayText.nullable(),
          source: z.string(),
        }),
      ),
    }),
    handle: async ({ services: { database }, query }) => {
      const set = await readPolicy(database.read);
      const on = query.on ?? seoulDay(database.clock.now());
      const parameters = POLICY_DEFINITIONS.map(({ key, title, description, unit, changeable }) => {
        const { value, validFrom, validTo, source } = set.row(key, on);
        return { key, title, description, unit, changeable, value, validFrom, validTo: validTo ?? null, source };
      });
      return { version: set.version, on, parameters };
    },
  }),
  command({
    operationId: 'proposePolicyChange',
    tag: 'policy',
    summary: '기준값 변경을 기안 (다른 사람이 결재한 뒤 정한 날부터 적용)',
    path: '/policies/changes',
    permission: 'policy_change.propose',
    params: NONE,
    query: NONE,
    body: z.object({
      key: z.string().meta({ example: 'sale.voluntary_window_days' }),
      value: z.json().meta({ description: '새 기준값 (JSON)', example: 20 }),
      validFrom: dayText,
      source: z.string().min(1).max(500).meta({ example: '시장 방침 제12호' }),
      reason: reasonText,
    }),
    answer: z.object({ approvalId: rowId }),
    handle: async (work, { body }) => {
      const { reason, ...change } = body;
      const parsed = policyChangeSchema.parse(change);
      checkPolicyChange(parsed, seoulDay(work.at));
      const definition = POLICY_DEFINITIONS.findIndex(({ key }) => key === parsed.key);
      const approval = await requestApproval(work, {
        kind: 'policy_change',
        subjectType: 'policy',
        subjectId: definition + 1,
        summary: `기준값 변경: ${parsed.key} (${parsed.validFrom}부터)`,
        content: parsed,
        reason,
        expiresAt: await approvalExpiry(work),
      });
      return { approvalId: approval.id };
    },
  }),
];
