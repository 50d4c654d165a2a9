import type { Database } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { warnOnce } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { readPolicy } from '../policy/book.ts';
import { omnibusSale } from '../policy/definitions/execution.ts';
import type { MarketFacts } from './decision-inputs.ts';
import { DueSales } from './due-sales.ts';
import type { DueSale } from './lanes.ts';
import { OrdersInHand } from './orders-in-hand.ts';
import { takeRound } from './round.ts';
import { settleOrders } from './settle.ts';
import { DESK_ACTOR } from './settle-order.ts';
import { MarketStandings } from './standings.ts';
import { concernsAll } from './step-failure.ts';
import { openOrders } from './unknown-outcome.ts';

const FAILED_STEP_WAIT_MS = 600_000;

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

/** Orders are got ready for so many seconds ahead of what the venue takes: it never waits for us, and no book grows old in line. */
const SECONDS_AHEAD = 1.5;
/** Rounds are taken for so many orders at least, where so many may be sent: what a round costs once is shared by them. */
const ROUND_SHARE = 0.25;

/**
 * Works off what is due at an account. First every order whose time has come is looked after; while the outcome of one is unknown the
 * account places no other. Then sales that are due take rounds together, as many at once as the policy joins, in the order of the
 * cases; sales that have nothing to do with each other (`lanesOf`) need not wait for each other, so that the next round is decided
 * while the orders of the last are on their way. May run twice at once, may be killed anywhere: what it does is decided and committed
 * under locks, and found again in the database.
 */
export async function runDesk(desk: Desk): Promise<void> {
  const run: Run = { hand: new OrdersInHand(desk), due: new DueSales(desk), standings: new MarketStandings(desk) };
  try {
    while (await goOn(desk, run)) run.hand.throwFailure();
  } finally {
    await run.hand.all();
  }
  run.hand.throwFailure();
}

/** What one run of a desk has in memory; nothing of it is missed when it is lost. */
interface Run {
  readonly hand: OrdersInHand;
  readonly due: DueSales;
  readonly standings: MarketStandings;
}

/** One turn. False when nothing is left to do at this instant. */
async function goOn(desk: Desk, { hand, due, standings }: Run): Promise<boolean> {
  // What is concluded during this turn may have left something to be looked after: then there is another.
  const isSending = hand.size > 0;
  const isUnknown = await isOutcomeUnknown(desk, hand);
  const rounds = isUnknown ? [] : await nextRounds(desk, hand, due);
  if (rounds.length === 0) {
    await hand.next();
    return isSending;
  }
  const take = async (saleIds: readonly number[]) => {
    const { orders, stillDue } = await takeRound(desk, saleIds, standings, (orderId) => hand.has(orderId));
    for (const order of orders) hand.send(order);
    return stillDue;
  };
  const stillDue = await inRounds(desk, rounds, { take, hand });
  due.putBack(rounds.flat().filter(({ saleId }) => stillDue.includes(saleId)));
  return true;
}

/** None while enough is in line already, or an answer is overdue. */
async function nextRounds(desk: Desk, hand: OrdersInHand, due: DueSales): Promise<readonly (readonly DueSale[])[]> {
  const { perSecond } = desk.port.orderBudget();
  const room = Math.ceil(perSecond * SECONDS_AHEAD) - hand.size;
  const isEnough = hand.size > 0 && room < perSecond * ROUND_SHARE;
  return isEnough || hand.isInDoubt ? [] : due.take(hand, { cases: await casesAtOnce(desk), room });
}

/** Looks after every open order whose time has come, but for those in hand. True when nobody can say what became of one. */
async function isOutcomeUnknown({ database, accountId, ...desk }: Desk, hand: OrdersInHand): Promise<boolean> {
  const others = async () => (await openOrders(database.read, accountId, database.clock.now())).filter(({ orderId }) => !hand.has(orderId));
  const open = await others();
  const dueIds = open.filter(({ isDue }) => isDue).map(({ orderId }) => orderId);
  if (dueIds.length === 0) return open.some(({ isUnknown }) => isUnknown);
  await settleOrders({ database, accountId, ...desk }, dueIds);
  return (await others()).some(({ isUnknown }) => isUnknown);
}

/** Decides about sales and sends what they order. Answers those that have their turn again at once. */
type Take = (saleIds: readonly number[]) => Promise<readonly number[]>;

/**
 * Rounds of several lanes at once. One taxpayer's case that cannot be worked on holds nobody else's up: then each lane goes alone, and
 * of the lane that cannot each sale, after what the one before it ordered is over.
 */
async function inRounds(
  desk: Desk,
  rounds: readonly (readonly DueSale[])[],
  { take, hand }: { readonly take: Take; readonly hand: OrdersInHand },
): Promise<readonly number[]> {
  const saleIds = rounds.flat().map(({ saleId }) => saleId);
  try {
    return await take(saleIds);
  } catch (thrown) {
    if (!(thrown instanceof CheongsanError) || concernsAll(thrown)) throw thrown;
    const [only] = saleIds;
    if (saleIds.length === 1 && only !== undefined) {
      await putOff(desk, only, thrown);
      return [];
    }
  }
  const stillDue: number[] = [];
  const isOneLane = rounds.length === 1;
  for (const part of isOneLane ? rounds.flat().map((sale) => [sale]) : rounds) {
    stillDue.push(...(await inRounds(desk, [part], { take, hand })));
    if (isOneLane) await hand.all();
  }
  return stillDue;
}

/** Its sale waits, and a person is told. */
async function putOff({ database, accountId, log }: Desk, liquidationId: number, thrown: CheongsanError): Promise<void> {
  log.error({ err: thrown, account: accountId, liquidation: liquidationId }, 'a step of a sale failed; the other sales go on');
  await database.work(DESK_ACTOR, async (work) => {
    const { caseId } = await work.tx.liquidation.update({
      where: { id: liquidationId },
      data: { nextStepAt: new Date(work.at.getTime() + FAILED_STEP_WAIT_MS), lastCode: 'step_failed' },
    });
    await warnOnce(work, {
      code: 'sale_step_failed',
      subject: `case:${caseId}`,
      text: '매각을 진행할 수 없습니다. 사유를 확인하세요. 다른 사건의 매각은 계속됩니다.',
      facts: { liquidation: liquidationId, code: thrown.code },
    });
  });
}

/** How many cases one order may join. */
async function casesAtOnce({ database }: Desk): Promise<number> {
  const { isOn, cases } = (await readPolicy(database.read)).get(omnibusSale, seoulDay(database.clock.now()));
  return isOn ? cases : 1;
}
