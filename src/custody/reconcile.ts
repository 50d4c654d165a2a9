import { appendAudit } from '../audit/append.ts';
import type { BalanceExplanation, BalanceReading } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Database, Work } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { readPolicy } from '../policy/book.ts';
import { reconciliationReads } from '../policy/definitions/sale.ts';
import { freezeAsset, isFrozen, liftExplainedFreeze } from '../venue/freeze.ts';
import { ledgerAsset } from '../venue/ledger-asset.ts';
import { replayWhenDue } from './balance-replay.ts';
import { bookedBalances } from './booked-balances.ts';
import { CUSTODIAN } from './custodian.ts';
import { bookAgreedExplanations, decidedExplanations } from './explanation-booking.ts';
import { type BookedBalance, breaksInRow, compareBalance, type EarlierReading, isWorthKeeping, NOTHING_BOOKED } from './reconcile-rules.ts';
import { askForLook, readLists, type UnreadLists } from './unread-list.ts';

/** How one asset at an account stands against the ledger. Plain decimals. */
export interface AssetReading {
  readonly asset: string;
  readonly venueQuantity: string;
  readonly ledgerQuantity: string;
  readonly agrees: boolean;
  readonly breaksInRow: number;
  readonly isFrozen: boolean;
}

/**
 * Compares what the venue holds for an account with the ledger (invariant 3): first what came and left is recorded and what two
 * officials have explained is booked, then every asset is compared within the possible effects of what is under way. A difference in as
 * many readings in a row, a minute apart, as the policy says freezes that asset there and tells a person; more coins than the books have freeze nothing
 * where the venue does not list deposits, since they may be one: a person looks. From time to time the books are also held against what
 * their events add up to. Errors: those of the port; nothing is concluded from an account that could not be read.
 */
export async function reconcileAccount(database: Database, port: ExchangePort, accountId: number): Promise<AssetReading[]> {
  const unread = await readLists(database, port, accountId);
  const before = await bookedBalances(database.read, accountId, port.venue);
  const listed = await port.balances();
  const venue: Quantities = new Map(
    listed.map(({ asset, free, locked }) => [ledgerAsset(port.venue, asset), new Decimal(free).plus(new Decimal(locked))]),
  );
  const account = { accountId, venueCode: port.venue };
  const decided = await decidedExplanations(database.read, accountId);
  // What came or left while the balances were asked for explains itself; its list is read before anything else is taken for it.
  if (decided.length > 0) await readLists(database, port, accountId);
  const booked = await bookAgreedExplanations(database, decided, { ...account, held: venue, before });
  const readings = await database.work(CUSTODIAN, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    const compared = await compareAll(work, account, { venue, before, unread });
    const lifted = await liftExplained(work, accountId, booked);
    await replayWhenDue(work, account);
    await work.tx.venueAccount.update({ where: { id: accountId }, data: { reconciledAt: work.at } });
    return compared.map((reading) => (lifted.has(reading.asset) ? { ...reading, isFrozen: false } : reading));
  });
  await askForLook(database, accountId, unread, differingWays(readings));
  return readings;
}

type Quantities = ReadonlyMap<string, Decimal>;

interface ReadAccount {
  readonly accountId: number;
  readonly venueCode: string;
}

/** What was frozen for a difference that is now explained goes on. Returns its assets. */
async function liftExplained(work: Work, accountId: number, booked: readonly BalanceExplanation[]): Promise<ReadonlySet<string>> {
  const lifted = new Set<string>();
  for (const { asset, approvalId } of booked) {
    if (approvalId !== null && (await liftExplainedFreeze(work, { accountId, asset, approvalId }))) lifted.add(asset);
  }
  return lifted;
}

async function compareAll(
  work: Work,
  { accountId, venueCode }: ReadAccount,
  seen: { readonly venue: Quantities; readonly before: ReadonlyMap<string, BookedBalance>; readonly unread: UnreadLists },
): Promise<AssetReading[]> {
  const { venue, before, unread } = seen;
  const after = await bookedBalances(work.tx, accountId, venueCode);
  const readsUntilFrozen = (await readPolicy(work.tx)).get(reconciliationReads, seoulDay(work.at));
  const readings: AssetReading[] = [];
  for (const asset of [...new Set([...venue.keys(), ...before.keys(), ...after.keys()])].sort()) {
    const reading = await readAsset(work, {
      accountId,
      asset,
      venue: venue.get(asset) ?? new Decimal(0),
      before: before.get(asset) ?? NOTHING_BOOKED,
      after: after.get(asset) ?? NOTHING_BOOKED,
      readsUntilFrozen,
      mayBeDeposit: unread.deposits,
    });
    if (reading !== undefined) readings.push(reading);
  }
  return readings;
}

function differingWays(readings: readonly AssetReading[]): { readonly more: string[]; readonly less: string[] } {
  const isMore = ({ venueQuantity, ledgerQuantity }: AssetReading) => new Decimal(venueQuantity).isGreaterThan(ledgerQuantity);
  const differing = readings.filter(({ agrees }) => !agrees);
  return {
    more: differing.filter(isMore).map(({ asset }) => asset),
    less: differing.filter((reading) => !isMore(reading)).map(({ asset }) => asset),
  };
}

interface AssetLook {
  readonly accountId: number;
  readonly asset: string;
  readonly venue: Decimal;
  readonly before: BookedBalance;
  readonly after: BookedBalance;
  readonly readsUntilFrozen: number;
  /** More than the books have may be a deposit that the venue does not list. */
  readonly mayBeDeposit: boolean;
}

/** Compares one asset and keeps the reading. Undefined where neither side has, or ever had, any of it. */
async function readAsset(work: Work, look: AssetLook): Promise<AssetReading | undefined> {
  const { accountId, asset, venue, after } = look;
  const earlier = await earlierReading(work, accountId, asset);
  if (earlier === undefined && venue.isZero() && after.quantity.isZero()) return undefined;
  const comparison = compareBalance(venue, look.before, after);
  const reading = {
    venueQuantity: venue,
    ledgerQuantity: after.quantity,
    agrees: comparison.agrees,
    breaksInRow: breaksInRow(comparison.agrees, earlier, work.at),
  };
  if (isWorthKeeping(reading, earlier)) {
    const { id } = await work.tx.balanceReading.create({
      data: {
        venueAccountId: accountId,
        asset,
        readAt: work.at,
        venueQuantity: venue.toFixed(),
        ledgerQuantity: after.quantity.toFixed(),
        toleranceLow: comparison.toleranceLow.toFixed(),
        toleranceHigh: comparison.toleranceHigh.toFixed(),
        agrees: reading.agrees,
        breaksInRow: reading.breaksInRow,
      },
      select: { id: true },
    });
    if (!reading.agrees) await reportBreak(work, look, { readingId: id, breaks: reading.breaksInRow });
  }
  return {
    asset,
    venueQuantity: venue.toFixed(),
    ledgerQuantity: after.quantity.toFixed(),
    agrees: reading.agrees,
    breaksInRow: reading.breaksInRow,
    isFrozen: await isFrozen(work.tx, accountId, asset),
  };
}

async function earlierReading(work: Work, accountId: number, asset: string): Promise<EarlierReading | undefined> {
  const row = await work.tx.balanceReading.findFirst({ where: { venueAccountId: accountId, asset }, orderBy: { id: 'desc' } });
  if (row === null) return undefined;
  return {
    venueQuantity: new Decimal(row.venueQuantity.toFixed()),
    ledgerQuantity: new Decimal(row.ledgerQuantity.toFixed()),
    agrees: row.agrees,
    breaksInRow: row.breaksInRow,
    countedAt: row.agrees ? undefined : await countedAt(work, row),
    isToday: seoulDay(row.readAt) === seoulDay(work.at),
  };
}

/** The first of the readings since the last agreement that has as many breaks as the newest one. */
async function countedAt(work: Work, { venueAccountId, asset, breaksInRow: breaks }: BalanceReading): Promise<Date | undefined> {
  const where = { venueAccountId, asset };
  const agreed = await work.tx.balanceReading.findFirst({
    where: { ...where, agrees: true },
    orderBy: { id: 'desc' },
    select: { id: true },
  });
  const counted = await work.tx.balanceReading.findFirst({
    where: { ...where, id: { gt: agreed?.id ?? 0 }, breaksInRow: breaks },
    orderBy: { id: 'asc' },
    select: { readAt: true },
  });
  return counted?.readAt;
}

async function reportBreak(work: Work, look: AssetLook, { readingId, breaks }: { readingId: number; breaks: number }): Promise<void> {
  const { accountId, asset, venue, after, readsUntilFrozen, mayBeDeposit } = look;
  const facts = { venue: venue.toFixed(), ledger: after.quantity.toFixed(), readings: breaks };
  await appendAudit(work, {
    stream: `account:${accountId}`,
    action: 'balance.differs',
    subject: `balance_reading:${readingId}`,
    payload: { asset, ...facts },
  });
  if (mayBeDeposit && venue.isGreaterThan(after.quantity)) return;
  if (breaks >= readsUntilFrozen) await freezeAsset(work, { accountId, asset, reason: 'balance_difference', facts });
}
