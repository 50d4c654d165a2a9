import { z } from 'zod';
import { publicRead, type Route } from '../route.ts';
import { instantText } from '../schemas.ts';

export const systemRoutes: readonly Route[] = [
  publicRead({
    operationId: 'getHealth',
    tag: 'system',
    summary: '서비스가 살아 있고 데이터베이스에 닿는지',
    path: '/health',
    answer: z.object({
      status: z.literal('ok'),
      kind: z.enum(['real', 'demo']),
      tradingState: z.enum(['ACTIVE', 'REDUCING', 'HALTED']),
      now: instantText,
    }),
    handle: async ({ database }) => {
      const { kind, tradingState } = await database.read.installation.findUniqueOrThrow({ where: { id: 1 } });
      return { status: 'ok' as const, kind, tradingState, now: database.clock.now().toISOString() };
    },
  }),
];
