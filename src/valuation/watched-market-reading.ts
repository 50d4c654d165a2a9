import type { WatchedMarket } from '../database/generated/client.ts';
import type { Database, Work } from '../database/work.ts';
import type { AssetWallet, ExchangePort, Market, MarketCandle } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { unreadableVenuePolls } from '../policy/definitions/custody.ts';
import { storeCandles } from './candles.ts';
import { dueMarkets, proxyAsset, WATCHER } from './watched-market.ts';

const HOUR_MS = 3_600_000;
/** How far back a market is read when it is new. */
const HISTORY_MS = 120 * 24 * HOUR_MS;
/** Hours that are read a second time, in case the venue was late with a trade or a clock was ahead. */
const REREAD_MS = 2 * HOUR_MS;
/** A reading begins so long after the hour, and up to so much later, by the account: not every city asks in the same second. */
const AFTER_HOUR_MS = 5_000;
const SPREAD_MS = 40_000;
const FIRST_WAIT_MS = 60_000;

/**
 * Reads what is due of the markets watched at an account: flags, whether coins move, and the hours that are over. What the venue lists
 * for all markets at once is asked for once. A market that cannot be read is tried again soon, then ever later up to an hour; told to
 * a person when it has failed as often as the policy says. Throws nothing for what the venue does.
 */
export async function readWatchedMarkets(database: Database, port: ExchangePort, accountId: number): Promise<void> {
  const now = database.clock.now();
  const ids = await dueMarkets(database, now, await proxyAsset(database, now), accountId);
  if (ids.length === 0) return;
  const due = await database.read.watchedMarket.findMany({ where: { id: { in: ids.map(({ id }) => id) } }, orderBy: { id: 'asc' } });
  const { createdAt } = await database.read.venueAccount.findUniqueOrThrow({ where: { id: accountId }, select: { createdAt: true } });
  const listed = await answered(Promise.all([port.markets(), walletsOf(port)]));
  const failed: WatchedMarket[] = [];
  for (const watched of due) {
    const isRead = listed !== undefined && (await readOne(database, port, watched, listed, createdAt));
    if (!isRead) failed.push(watched);
  }
  if (failed.length > 0) await database.work(WATCHER, (work) => recordFailures(work, accountId, failed));
}

/** What a key may not read is unknown; the rest can be read all the same. */
async function walletsOf(port: ExchangePort): Promise<readonly AssetWallet[]> {
  try {
    return await port.walletStates();
  } catch (thrown) {
    if (thrown instanceof CheongsanError && thrown.code === 'EXCHANGE_REFUSED') return [];
    throw thrown;
  }
}

/** Undefined when the venue refused or did not answer. */
async function answered<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (thrown) {
    const isVenue = thrown instanceof CheongsanError && (thrown.code === 'EXCHANGE_UNAVAILABLE' || thrown.code === 'EXCHANGE_REFUSED');
    if (isVenue) return undefined;
    throw thrown;
  }
}

/** False when its hours could not be read. */
async function readOne(
  database: Database,
  port: ExchangePort,
  watched: WatchedMarket,
  [markets, wallets]: readonly [readonly Market[], readonly AssetWallet[]],
  accountCreatedAt: Date,
): Promise<boolean> {
  const { asset } = watched;
  const market = markets.find((each) => each.asset === asset);
  const series = { venueCode: port.venue, asset, barMs: HOUR_MS };
  const until = new Date(Math.floor(database.clock.now().getTime() / HOUR_MS) * HOUR_MS);
  let candles: readonly MarketCandle[] = [];
  if (market !== undefined) {
    const from = await firstHour(database, watched, series, until);
    const read = await answered(port.candles(market.symbol, HOUR_MS, from, until));
    if (read === undefined) return false;
    candles = read;
  }
  await database.work(WATCHER, async (work) => {
    await storeCandles(work.tx, series, candles);
    await work.tx.watchedMarket.update({
      where: { id: watched.id },
      data: {
        symbol: market?.symbol ?? null,
        flags: [...(market?.flags ?? [])],
        walletState: wallets.find((wallet) => wallet.asset === asset)?.state ?? 'unknown',
        candlesUntil: market === undefined ? watched.candlesUntil : until,
        readAt: work.at,
        nextReadAt: nextReading(work.at, accountCreatedAt),
        failedReads: 0,
      },
    });
  });
  return true;
}

/** Goes on where it ended, at whichever account of the venue the market was read. */
async function firstHour(
  database: Database,
  { candlesUntil }: WatchedMarket,
  { venueCode, asset, barMs }: { venueCode: string; asset: string; barMs: number },
  until: Date,
): Promise<Date> {
  const oldest = new Date(until.getTime() - HISTORY_MS);
  if (candlesUntil !== null) return new Date(Math.max(oldest.getTime(), candlesUntil.getTime() - REREAD_MS));
  const { _max: newest } = await database.read.candle.aggregate({
    where: { venueCode, asset, barMs, startAt: { gte: oldest } },
    _max: { startAt: true },
  });
  return newest.startAt === null ? oldest : new Date(newest.startAt.getTime() - REREAD_MS);
}

function nextReading(at: Date, accountCreatedAt: Date): Date {
  const hour = (Math.floor(at.getTime() / HOUR_MS) + 1) * HOUR_MS;
  return new Date(hour + AFTER_HOUR_MS + (accountCreatedAt.getTime() % SPREAD_MS));
}

async function recordFailures(work: Work, accountId: number, failed: readonly WatchedMarket[]): Promise<void> {
  const readsUntilTold = (await readPolicy(work.tx)).get(unreadableVenuePolls, seoulDay(work.at));
  for (const { id, failedReads } of failed) {
    const waitMs = Math.min(HOUR_MS, FIRST_WAIT_MS * 2 ** Math.min(failedReads, 20));
    await work.tx.watchedMarket.update({
      where: { id },
      data: { failedReads: { increment: 1 }, nextReadAt: new Date(work.at.getTime() + waitMs) },
    });
  }
  const told = failed.filter(({ failedReads }) => failedReads + 1 === readsUntilTold).map(({ asset }) => asset);
  if (told.length === 0) return;
  await raiseAlert(work, {
    code: 'market_unreadable',
    severity: 'warning',
    subject: `venue_account:${accountId}`,
    text: `${told.join(', ')} 시장의 시세를 ${readsUntilTold}회 연속 읽지 못했습니다. 변동성 계산과 매각 계획이 늦어질 수 있으니 거래소 상태를 확인하십시오.`,
    facts: { accountId, assets: told, failedReads: readsUntilTold },
  });
}
