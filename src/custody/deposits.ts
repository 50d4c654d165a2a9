import type { VenueAccount } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Database } from '../database/work.ts';
import type { Deposit, ExchangePort } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { venueListLookBackDays } from '../policy/definitions/custody.ts';
import { readVenueAccount } from '../venue/account.ts';
import { tellingOfTwin } from '../venue/account-signs.ts';
import { CUSTODIAN } from './custodian.ts';
import { recordDeposit } from './deposit-record.ts';
import { notePendingDeposits } from './pending-deposit.ts';
import { creditReportedDeposits } from './report-match.ts';

const DAY_MS = 86_400_000;

export interface DepositsRead {
  readonly recorded: number;
  readonly pending: number;
}

/**
 * Reads an account's deposits and records each that the venue has credited, once, however often and by how many this is done at
 * the same time. Pending ones are read again until they end; refused ones never count. Then credits what the exchange has
 * reported meanwhile. Errors: those of the port; `EXCHANGE_ACCOUNT_TWICE`, told to a person as well; what was recorded before stays.
 */
export async function readDeposits(database: Database, port: ExchangePort, accountId: number): Promise<DepositsRead> {
  const account = await readVenueAccount(database.read, accountId);
  const askedAt = database.clock.now();
  const listed = await port.deposits(await listFrom(database, account, [account.depositsSettledUntil]));
  const credited = listed.filter(({ state, quantity }) => state === 'credited' && !isZero(quantity));
  const known = await knownDeposits(database, accountId, credited);
  const fresh = credited.filter(({ depositId }) => !known.has(depositId));
  const listedAssets = fresh.length === 0 ? undefined : await assetsWithMarket(port);
  let recorded = 0;
  for (const deposit of fresh) {
    const isListed = listedAssets?.has(deposit.asset);
    const given = { accountId, venue: port.venue, deposit, isListed };
    if (await tellingOfTwin(database, CUSTODIAN, () => database.work(CUSTODIAN, (work) => recordDeposit(work, given)))) recorded++;
  }
  const pending = listed.filter(({ state }) => state === 'pending');
  const settledUntil = earliest([askedAt, ...pending.map(({ createdAt }) => createdAt)]);
  await database.work(CUSTODIAN, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    await notePendingDeposits(work, accountId, port.venue, listed);
    await work.tx.venueAccount.update({
      where: { id: accountId },
      data: { depositsReadAt: askedAt, depositsSettledUntil: settledUntil },
    });
  });
  await creditReportedDeposits(database, accountId);
  return { recorded, pending: pending.length };
}

/** Undefined where the venue does not answer now: what came is recorded all the same, without a word on its market. */
async function assetsWithMarket(port: ExchangePort): Promise<ReadonlySet<string> | undefined> {
  try {
    return new Set((await port.markets()).map(({ asset }) => asset));
  } catch (thrown) {
    if (thrown instanceof CheongsanError && MARKETS_UNREAD.includes(thrown.code)) return undefined;
    throw thrown;
  }
}

const MARKETS_UNREAD: readonly ErrorCode[] = ['EXCHANGE_UNAVAILABLE', 'EXCHANGE_REFUSED'];

function isZero(quantity: string): boolean {
  return new Decimal(quantity).isZero();
}

/**
 * Where to begin reading a list: so many days before everything was settled (policy), since a venue may list something late, but never
 * before the account's books begin.
 */
export async function listFrom(
  database: Pick<Database, 'read' | 'clock'>,
  account: Pick<VenueAccount, 'createdAt'>,
  settledUntil: readonly Date[],
): Promise<Date> {
  const days = (await readPolicy(database.read)).get(venueListLookBackDays, seoulDay(database.clock.now()));
  const booksBegin = Math.floor(account.createdAt.getTime() / 1_000) * 1_000;
  return new Date(Math.max(booksBegin, earliest(settledUntil).getTime() - days * DAY_MS));
}

export function earliest(instants: readonly Date[]): Date {
  return new Date(Math.min(...instants.map((instant) => instant.getTime())));
}

async function knownDeposits(database: Database, accountId: number, deposits: readonly Deposit[]): Promise<ReadonlySet<string>> {
  const rows = await database.read.venueDeposit.findMany({
    where: { venueAccountId: accountId, depositId: { in: deposits.map(({ depositId }) => depositId) } },
    select: { depositId: true },
  });
  return new Set(rows.map(({ depositId }) => depositId));
}
