import { z } from 'zod';
import type { Trace, TraceNode } from '../../registers/trace-node.ts';
import { TRACE_KINDS, traceNamed } from '../../registers/trace-subject.ts';
import { NONE, type Route, read } from '../route.ts';
import { lineText } from '../schemas.ts';

interface NodeAnswer {
  readonly what: string;
  readonly id: string;
  readonly text: string;
  readonly amountKrw: string | null;
  readonly children: readonly NodeAnswer[];
}

const node: z.ZodType<NodeAnswer> = z
  .object({
    what: z.string(),
    id: z.string(),
    text: z.string(),
    amountKrw: z.string().nullable(),
    get children() {
      return z.array(node);
    },
  })
  .meta({
    id: 'TraceNode',
    description: '돈이 지나온 한 곳과 그 아래',
    example: { what: 'case', id: 'case:12', text: '사건 2026-000012', amountKrw: '1200000', children: [] },
  });

const traceAnswer = z.object({
  root: node,
  sums: z.array(
    z.object({
      text: z.string().meta({ example: '체결 대금 = 장부의 매각대금' }),
      left: z.string().meta({ example: '1200000' }),
      right: z.string().meta({ example: '1200000' }),
      agrees: z.boolean().meta({ example: true }),
    }),
  ),
  agrees: z.boolean().meta({ description: '모든 합계가 맞음', example: true }),
});

function toNode({ what, id, text, amountKrw, children }: TraceNode): NodeAnswer {
  return { what, id, text, amountKrw: amountKrw ?? null, children: children.map(toNode) };
}

function toAnswer({ root, sums }: Trace) {
  return { root: toNode(root), sums: sums.map((sum) => ({ ...sum })), agrees: sums.every(({ agrees }) => agrees) };
}

export const traceRoutes: readonly Route[] = [
  read({
    operationId: 'getTrace',
    tag: 'trace',
    summary: '체납 건·사건·체결에서 시작하여 모든 원의 흐름',
    path: '/trace/{kind}/{id}',
    permission: 'ledger.read',
    params: z.object({
      kind: z.enum(TRACE_KINDS).meta({ example: 'case' }),
      id: lineText(100, '2026-000012').meta({ description: '고지번호·사건 번호·거래소의 체결 번호, 또는 행 번호(12, case:12)' }),
    }),
    query: NONE,
    answer: traceAnswer,
    handle: async ({ services: { database }, params: { kind, id } }) => toAnswer(await traceNamed(database.read, kind, id)),
  }),
];
