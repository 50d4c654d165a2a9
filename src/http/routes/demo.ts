import { z } from 'zod';
import type { Database } from '../../database/work.ts';
import { type Clock, DrivenClock, elapsedMs, pause } from '../../kernel/clock.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { isRung } from '../../queue/answer.ts';
import { nextAppointment } from '../../queue/due.ts';
import { publicAction, publicRead, type Route } from '../route.ts';
import { instantInput, instantText } from '../schemas.ts';
import type { Services } from '../services.ts';

export interface DrivenParts {
  readonly clock: Clock;
  /** One sweep at this very instant. */
  sweep(): Promise<number>;
}

const LOOK_MS = 10;
const WAIT_MAX_MS = 2_000;

/** Rings are remembered or being answered. */
async function isBusy(database: Database, queues: Services['queues']): Promise<boolean> {
  return queues.isAnswering || (await isRung(database)) || (await queues.pending()) > 0;
}

async function waitUntil(condition: () => Promise<boolean>): Promise<boolean> {
  const giveUpAt = elapsedMs() + WAIT_MAX_MS;
  while (elapsedMs() < giveUpAt) {
    if (await condition()) return true;
    await pause(LOOK_MS);
  }
  return false;
}

/** Only on a database marked demo, and only with a clock that stands until it is moved. */
export function demoRoutes({ clock, sweep }: DrivenParts): readonly Route[] {
  return [
    publicRead({
      operationId: 'getDrivenClock',
      tag: 'system',
      summary: '멈춘 시계의 시각과 다음 예정, 할 일이 남아 있으면 잠시 기다려 답함 (연습용)',
      path: '/demo/clock',
      answer: z.object({ now: instantText, idle: z.boolean(), nextDueAt: instantText.nullable() }),
      handle: async ({ database, queues, dueSources }) => {
        const now = database.clock.now();
        const busy = () => isBusy(database, queues);
        const idle = await waitUntil(async () => !(await busy()) && (await sweep()) === 0 && !(await busy()));
        const next = idle ? await nextAppointment(dueSources, now) : undefined;
        return { now: now.toISOString(), idle, nextDueAt: next?.toISOString() ?? null };
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
        return { now: clock.now().toISOString() };
      },
    }),
  ];
}
