import type { Database } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import type { Log } from '../kernel/log.ts';
import { settleOpenOrders } from './settle.ts';
import { takeStep } from './step.ts';

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
    await takeStep(desk, due);
  }
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
