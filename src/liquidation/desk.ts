import type { Database } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { readPolicy } from '../policy/book.ts';
import { omnibusSale } from '../policy/definitions/execution.ts';
import type { MarketFacts } from './decision-inputs.ts';
import { takeRound } from './round.ts';
import { settleOpenOrders } from './settle.ts';
import { alertOnce, DESK_ACTOR } from './settle-order.ts';
import { unknownOrders } from './unknown-outcome.ts';

const FAILED_STEP_WAIT_MS = 600_000;
const PASSING: ReadonlySet<ErrorCode> = new Set(['DATABASE_UNAVAILABLE', 'DATABASE_CONTENTION', 'EXCHANGE_UNAVAILABLE']);

/** What other won venues ask for a coin: the median of their mids, null with fewer than two. */
export interface ReferencePrices {
  priceOf(asset: string): Promise<MarketFacts['reference']>;
}

/** One of the city's accounts at a venue, with the way to it. */
export interface Desk {
  readonly database: Database;
  readonly port: ExchangePort;
  readonly accountId: number;
  readonly log: Log;
  /** Undefined where no other venue is read. */
  readonly references?: ReferencePrices | undefined;
}

/**
 * Works off what is due at an account. First every order whose time has come is looked after; while the outcome of one is unknown the
 * account places no other. Then the sales that are due take one round together, in the order of the cases: so many at once as the
 * policy joins. May run twice at once, may be killed anywhere: what it does is decided and committed under locks, and found again
 * in the database.
 */
export async function runDesk(desk: Desk): Promise<void> {
  const { database, accountId } = desk;
  for (;;) {
    await settleOpenOrders(desk);
    if ((await unknownOrders(database.read, accountId, database.clock.now())).length > 0) return;
    const due = await dueSales(desk);
    if (due.length === 0) return;
    try {
      await takeRound(desk, due);
    } catch (thrown) {
      await oneByOne(desk, due, thrown);
    }
  }
}

/** One taxpayer's case that cannot be worked on holds nobody else's up: each sale of the round is tried alone. */
async function oneByOne(desk: Desk, saleIds: readonly number[], thrown: unknown): Promise<void> {
  // What concerns the database or the account concerns every sale.
  if (!(thrown instanceof CheongsanError) || PASSING.has(thrown.code)) throw thrown;
  const [only] = saleIds;
  if (saleIds.length === 1 && only !== undefined) return putOff(desk, only, thrown);
  for (const saleId of saleIds) {
    try {
      await takeRound(desk, [saleId]);
    } catch (again) {
      await oneByOne(desk, [saleId], again);
    }
  }
}

/** Its sale waits, and a person is told. */
async function putOff({ database, accountId, log }: Desk, liquidationId: number, thrown: CheongsanError): Promise<void> {
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
async function dueSales({ database, accountId }: Desk): Promise<number[]> {
  const policy = await readPolicy(database.read);
  const now = database.clock.now();
  const { isOn, cases } = policy.get(omnibusSale, seoulDay(now));
  const sales = await database.read.liquidation.findMany({
    where: { venueAccountId: accountId, state: 'running', nextStepAt: { lte: now } },
    orderBy: [{ nextStepAt: 'asc' }, { caseId: 'asc' }],
    take: isOn ? cases : 1,
    select: { id: true },
  });
  return sales.map(({ id }) => id);
}
