import { appendAudit } from '../audit/append.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Price } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { staleTradeSeconds, stopConfirmation, wishLookSeconds } from '../policy/definitions/wish.ts';
import type { DueSource } from '../queue/due.ts';
import { lockCase } from '../seizure/locked-case.ts';
import { reviewWindow } from './window.ts';
import { readStop, type SeenTrade, type StopPolicy, type StopReading } from './wish-stop-rule.ts';

const LOOK_ACTOR: Actor = { kind: 'system', part: 'wishes' };
const SECOND_MS = 1_000;

export type StopMarket = Pick<ExchangePort, 'markets' | 'sellingTerms' | 'lastTrade'>;

/** What came of a look: `idle` when none was due. In what is not `looked` nothing was learnt, and the next look is appointed. */
export type StopLook = 'looked' | 'idle' | 'not_listed' | 'no_trade' | 'halted' | 'unreadable';

/** A stop that is due, as it was before the market was read. */
interface DueStop {
  readonly id: number;
  readonly caseId: number;
  readonly accountId: number;
  readonly price: Price;
  readonly reachedAt: Date | undefined;
  /** Every recorded look moves it, so that a read which somebody has overtaken is told by it. */
  readonly nextLookAt: Date;
}

/**
 * Looks at the last trade for a stop that is due, and with the same read for all others of the same coin at the same account. Goes over
 * the network first; what it means is recorded afterwards, each stop in a unit of work of its own. May run twice at once and be
 * killed anywhere: a read that another has overtaken is dropped, and the first of two reads is a row. Errors: those of the database.
 */
export async function lookAtStop(database: Database, port: StopMarket, wishId: number): Promise<StopLook> {
  const due = await dueWith(database, wishId);
  const [first] = due;
  if (first === undefined) return 'idle';
  const seen = await readMarket(port, first.price.asset, due);
  const readAt = database.clock.now();
  const policy = await stopPolicy(database, readAt);
  const trade = typeof seen === 'string' ? undefined : seen;
  for (const stop of due) {
    const reading = readStop(stop, trade, readAt, policy);
    await database.work(LOOK_ACTOR, (work) => recordReading(work, stop, reading, trade, readAt));
  }
  return typeof seen === 'string' ? seen : 'looked';
}

/** The city's account at whose exchange the coin of a stop lies; undefined when nothing is to be looked at. */
export async function accountOfStop(database: Database, wishId: number): Promise<number | undefined> {
  return (await dueWith(database, wishId))[0]?.accountId;
}

/** The due stops that one read of the market serves; none when this one is not due. */
async function dueWith(database: Database, wishId: number): Promise<DueStop[]> {
  const now = database.clock.now();
  const rows = await database.read.$queryRaw<
    { id: number; case_id: number; account: number; asset: string; price: string; reached_at: Date | null; next_look_at: Date }[]
  >`
    WITH due AS (
      SELECT DISTINCT ON (w.id) w.id, w.case_id, h.venue_account_id AS account, w.asset, trim_scale(w.price)::text AS price, w.reached_at, w.next_look_at
        FROM sale_wish w JOIN holding h ON h.case_id = w.case_id AND h.asset = w.asset AND h.venue_account_id IS NOT NULL
       WHERE w.state = 'active' AND w.kind = 'stop' AND w.next_look_at <= ${now}
       ORDER BY w.id, h.id)
    SELECT due.* FROM due JOIN due asked ON asked.account = due.account AND asked.asset = due.asset WHERE asked.id = ${wishId} ORDER BY due.id`;
  return rows.map(({ id, case_id, account, asset, price, reached_at, next_look_at }) => ({
    id,
    caseId: case_id,
    accountId: account,
    price: Price.of(asset, price),
    reachedAt: reached_at ?? undefined,
    nextLookAt: next_look_at,
  }));
}

/** What the venue does not tell proves nothing. Whether it takes orders is asked only where it matters. */
async function readMarket(
  port: StopMarket,
  asset: string,
  stops: readonly DueStop[],
): Promise<SeenTrade | Exclude<StopLook, 'looked' | 'idle'>> {
  try {
    const symbol = (await port.markets()).find((market) => market.asset === asset)?.symbol;
    if (symbol === undefined) return 'not_listed';
    const trade = await port.lastTrade(symbol);
    if (trade === undefined) return 'no_trade';
    const isReached = stops.some(({ price }) => !trade.price.isMoreThan(price));
    return isReached && !(await port.sellingTerms(symbol)).acceptsOrders ? 'halted' : trade;
  } catch (thrown) {
    const isVenues = thrown instanceof CheongsanError && (thrown.code === 'EXCHANGE_UNAVAILABLE' || thrown.code === 'EXCHANGE_REFUSED');
    if (!isVenues) throw thrown;
    return 'unreadable';
  }
}

async function stopPolicy(database: Database, at: Date): Promise<StopPolicy> {
  const policy = await readPolicy(database.read);
  const day = seoulDay(at);
  const { apartSeconds, withinSeconds } = policy.get(stopConfirmation, day);
  return {
    lookMs: policy.get(wishLookSeconds, day) * SECOND_MS,
    apartMs: apartSeconds * SECOND_MS,
    withinMs: withinSeconds * SECOND_MS,
    staleMs: policy.get(staleTradeSeconds, day) * SECOND_MS,
  };
}

async function recordReading(work: Work, stop: DueStop, reading: StopReading, trade: SeenTrade | undefined, readAt: Date): Promise<void> {
  const isTriggered = reading.outcome === 'triggered' && trade !== undefined;
  // Whether the window is still open decides; the look may be the first to notice that it is not.
  if (isTriggered && !(await isWindowOpen(work, stop.caseId))) return;
  const found = trade?.price.toString() ?? null;
  const { count } = await work.tx.saleWish.updateMany({
    where: { id: stop.id, state: 'active', nextLookAt: stop.nextLookAt },
    data: {
      nextLookAt: reading.nextLookAt ?? null,
      ...(reading.outcome === 'reached' ? { reachedAt: readAt, reachedPrice: found } : {}),
      ...(reading.outcome === 'reset' ? { reachedAt: null, reachedPrice: null } : {}),
      ...(isTriggered ? { state: 'triggered', triggeredAt: readAt, triggeredPrice: found } : {}),
    },
  });
  if (count === 0 || !isTriggered) return;
  await appendAudit(work, {
    stream: `case:${stop.caseId}`,
    action: 'wish.triggered',
    subject: `sale_wish:${stop.id}`,
    before: 'active',
    after: 'triggered',
    payload: {
      asset: stop.price.asset,
      price: stop.price.toString(),
      reachedAt: stop.reachedAt?.toISOString(),
      readAt: readAt.toISOString(),
      lastPrice: trade.price.toString(),
      tradedAt: trade.tradedAt.toISOString(),
    },
  });
  work.ring('cases', stop.caseId);
  work.ring('desk', stop.accountId);
}

/** Under the lock of the case, with the window as it stands now; one that is over ends the wish as well. */
async function isWindowOpen(work: Work, caseId: number): Promise<boolean> {
  const seizureCase = await lockCase(work, caseId);
  const window = await work.tx.saleWindow.findUnique({ where: { caseId } });
  if (window === null) return false;
  await reviewWindow(work, seizureCase, window);
  return (await work.tx.saleWindow.findUniqueOrThrow({ where: { caseId } })).state === 'open';
}

/** One stop for each coin and account where a look is due: its look serves the others. An active stop is an appointment. */
export function wishDueSource(database: Database): DueSource {
  return {
    queue: 'wishes',
    async due(now) {
      const rows = await database.read.$queryRaw<{ id: number }[]>`
        SELECT DISTINCT ON (h.venue_account_id, w.asset) w.id
          FROM sale_wish w JOIN holding h ON h.case_id = w.case_id AND h.asset = w.asset AND h.venue_account_id IS NOT NULL
         WHERE w.state = 'active' AND w.kind = 'stop' AND w.next_look_at <= ${now}
         ORDER BY h.venue_account_id, w.asset, w.id`;
      return rows.map(({ id }) => id);
    },
    async nextDueAt(now) {
      const next = await database.read.saleWish.findFirst({
        where: { state: 'active', kind: 'stop', nextLookAt: { gt: now } },
        select: { nextLookAt: true },
        orderBy: { nextLookAt: 'asc' },
      });
      return next?.nextLookAt ?? undefined;
    },
  };
}
