import { z } from 'zod';
import { type Clock, DrivenClock } from '../../kernel/clock.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { nextAppointment } from '../../queue/due.ts';
import { publicAction, publicRead, type Route } from '../route.ts';
import { instantInput, instantText } from '../schemas.ts';

export interface DrivenParts {
  readonly clock: Clock;
  /** One sweep at this very instant. */
  sweep(): Promise<number>;
}

/** Only on a database marked demo, and only with a clock that stands until it is moved. */
export function demoRoutes({ clock, sweep }: DrivenParts): readonly Route[] {
  return [
    publicRead({
      operationId: 'getDrivenClock',
      tag: 'system',
      summary: '멈춘 시계의 시각, 남은 일, 다음 예정 (연습용)',
      path: '/demo/clock',
      answer: z.object({ now: instantText, idle: z.boolean(), nextDueAt: instantText.nullable() }),
      handle: async ({ database, queues, dueSources }) => {
        const now = database.clock.now();
        const rings = await sweep();
        const pending = await queues.pending();
        const next = await nextAppointment(dueSources, now);
        return { now: now.toISOString(), idle: rings === 0 && pending === 0, nextDueAt: next?.toISOString() ?? null };
      },
    }),
    publicAction({
      operationId: 'advanceDrivenClock',
      tag: 'system',
      summary: '멈춘 시계를 앞으로 돌림 (연습용)',
      path: '/demo/clock',
      body: z.object({ to: instantInput }),
      answer: z.object({ now: instantText }),
      handle: async (_services, body) => {
        if (!(clock instanceof DrivenClock)) {
          throw new CheongsanError('DEMO_ONLY', 'This service runs on the machine’s clock; start it with --demo --clock to drive it.');
        }
        clock.advanceTo(body.to);
        await sweep();
        return { now: clock.now().toISOString() };
      },
    }),
  ];
}
