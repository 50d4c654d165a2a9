import type { Database } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { settleOpenOrders } from './settle.ts';
import { alertOnce, DESK_ACTOR } from './settle-order.ts';
import { takeStep } from './step.ts';

const FAILED_STEP_WAIT_MS = 600_000;
const PASSING: ReadonlySet<ErrorCode> = new Set(['DATABASE_UNAVAILABLE', 'DATABASE_CONTENTION', 'EXCHANGE_UNAVAILABLE']);

/** One of the city's accounts at a venue, with the way to it. */
export interface Desk {
  readonly database: Database;
  readonly port: ExchangePort;
  readonly accountId: number;
  readonly log: Log;
}

/**
 * Works off what is due at an account. First every order whose outcome is not yet known is settled; while one stays unknown the
 * account places no other. Then each sale that is due takes one step, in the order of the cases. May run twice at once, may be
 * killed anywhere: what it does is decided and committed under locks, and found again in the database.
 */
export async function runDesk(desk: Desk): Promise<void> {
  while ((await settleOpenOrders(desk)) === 0) {
    const due = await nextDueSale(desk);
    if (due === undefined) return;
    try {
      await takeStep(desk, due);
    } catch (thrown) {
      await putOff(desk, due, thrown);
    }
  }
}

/** One taxpayer's case that cannot be worked on holds nobody else's up: its sale waits, and a person is told. */
async function putOff({ database, accountId, log }: Desk, liquidationId: number, thrown: unknown): Promise<void> {
  // What concerns the database or the account concerns every sale.
  if (!(thrown instanceof CheongsanError) || PASSING.has(thrown.code)) throw thrown;
  log.error({ err: thrown, account: accountId, liquidation: liquidationId }, 'a step of a sale failed; the other sales go on');
  await database.work(DESK_ACTOR, async (work) => {
    const { caseId } = await work.tx.liquidation.update({
      where: { id: liquidationId },
      data: { nextStepAt: new Date(work.at.getTime() + FAILED_STEP_WAIT_MS), lastCode: 'step_failed' },
    });
    await alertOnce(work, {
      code: 'sale_step_failed',
      subject: `case:${caseId}`,
      text: '매각을 진행할 수 없습니다. 사유를 확인하세요. 다른 사건의 매각은 계속됩니다.',
      facts: { liquidation: liquidationId, code: thrown.code },
    });
  });
}

/** Case numbers are given in order, and ids with them: simultaneous sales go in case order. */
async function nextDueSale({ database, accountId }: Desk): Promise<number | undefined> {
  const sale = await database.read.liquidation.findFirst({
    where: { venueAccountId: accountId, state: 'running', nextStepAt: { lte: database.clock.now() } },
    orderBy: [{ nextStepAt: 'asc' }, { caseId: 'asc' }],
    select: { id: true },
  });
  return sale?.id;
}
