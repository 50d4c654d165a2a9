import { appendAudit } from '../audit/append.ts';
import type { Intent, SaleOrder } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { lockIntent, markSent, recordLookUp, settleIntent } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CoinAmount, Price } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { readPolicy } from '../policy/book.ts';
import { staleBookSeconds, unknownOutcomeSettlement } from '../policy/definitions/sale.ts';
import { taxRules } from '../tax/rules.ts';
import { lockedTradingState, tightenTrading } from '../venue/trading-state.ts';
import type { Desk } from './desk.ts';
import { gateDenials } from './gate.ts';
import { readGateFacts } from './gate-facts.ts';
import { readNeed } from './need.ts';
import { sendOrder } from './send.ts';
import { closeWithoutFills, lockOrder, settleFromVenue } from './settle-order.ts';

const DESK = { kind: 'system', part: 'desk' } as const;
const RESTING_LOOK_MS = 2_000;
const UNAVAILABLE_LOOK_MS = 5_000;
const SEARCH_MARGIN_MS = 60_000;

/**
 * Settles the account's orders whose outcome is not known yet, the oldest first. A time-out is never a rejection: the order is
 * looked up under its identifier. If the venue knows it, what happened is booked. If not, and everything still speaks for it, it
 * is sent once more under the same identifier, which the venue takes only once. Otherwise it is dead only when enough look-ups
 * over long enough say so, no order list holds it and the balance fits without it; else a person decides. Returns how many stay open.
 */
export async function settleOpenOrders(desk: Desk): Promise<number> {
  const orders = await desk.database.read.saleOrder.findMany({
    where: { venueAccountId: desk.accountId, closedAt: null },
    orderBy: { id: 'asc' },
  });
  for (const order of orders) {
    const intent = await desk.database.read.intent.findUniqueOrThrow({ where: { id: order.intentId } });
    const isDue = intent.nextLookAt !== null && intent.nextLookAt <= desk.database.clock.now();
    if (intent.state === 'open' && isDue) await settleOne(desk, order, intent);
  }
  return desk.database.read.saleOrder.count({ where: { venueAccountId: desk.accountId, closedAt: null } });
}

async function settleOne(desk: Desk, order: SaleOrder, intent: Intent): Promise<void> {
  const found = await desk.port.lookUp(intent.identifier, order.symbol);
  if (found.kind === 'unavailable') {
    await lookAgain(desk, intent, 'unavailable', UNAVAILABLE_LOOK_MS);
  } else if (found.kind === 'found') {
    await settleFromVenue(desk, order.id, found.order);
    if (found.order.isOpen) {
      await desk.port.cancel(intent.identifier, order.symbol);
      await lookAgain(desk, intent, 'found', RESTING_LOOK_MS);
    }
  } else if (await mayResend(desk, order, intent)) {
    await sendOrder(desk, {
      orderId: order.id,
      intentId: intent.id,
      sell: {
        identifier: intent.identifier,
        symbol: order.symbol,
        quantity: CoinAmount.of(order.asset, order.quantity.toFixed()),
        limitPrice: Price.of(order.asset, order.limitPrice.toFixed()),
        timeInForce: 'immediate_or_cancel',
      },
    });
  } else {
    await concludeNotFound(desk, order, intent);
  }
}

/** Remembers what a look-up said and when to look next, unless somebody has settled the intent meanwhile. */
async function lookAgain(desk: Desk, intent: Intent, outcome: 'found' | 'unavailable', afterMs: number): Promise<void> {
  await desk.database.work(DESK, async (work) => {
    const { state } = await lockIntent(work, intent.id);
    if (state !== 'open') return;
    await recordLookUp(work, intent.id, { outcome, answer: { outcome }, nextLookAt: new Date(work.at.getTime() + afterMs) });
  });
}

/**
 * Once, while the decision is fresh, the gate still open and the need not gone: then the second send is committed as such and
 * done. Only where a used identifier stays refused for ever can two sends have no more than one effect.
 */
async function mayResend(desk: Desk, order: SaleOrder, intent: Intent): Promise<boolean> {
  if (!desk.port.capabilities.identifierStaysUsed || intent.sendCount !== 1) return false;
  return desk.database.work(DESK, async (work) => {
    const current = await lockOrder(work, order.id);
    const now = await work.tx.intent.findUniqueOrThrow({ where: { id: intent.id } });
    if (current.closedAt !== null || now.sendCount !== 1 || now.lastSentAt === null) return false;
    const policy = await readPolicy(work.tx);
    const day = seoulDay(work.at);
    const isFresh = work.at.getTime() - now.lastSentAt.getTime() <= policy.get(staleBookSeconds, day) * 1_000;
    if (!isFresh || !(await stillWanted(work, desk, order))) return false;
    await markSent(work, intent.id, { sendsBefore: 1, nextLookAt: work.at });
    await appendAudit(work, { stream: `case:${order.caseId}`, action: 'order.sent_again', subject: `sale_order:${order.id}` });
    return true;
  });
}

async function stillWanted(work: Work, desk: Desk, order: SaleOrder): Promise<boolean> {
  const policy = await readPolicy(work.tx);
  const day = seoulDay(work.at);
  const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: order.caseId }, select: { personId: true } });
  const need = await readNeed(work, personId, order.caseId, policy, day);
  const trading = await lockedTradingState(work, desk.accountId);
  const denials = gateDenials(await readGateFacts(work, order.caseId, need.bills, trading, taxRules(policy), day));
  // The order's own possible proceeds are already taken off the remainder.
  const needStands = order.exceedsNeed || !need.facts.remainingKrw.startsWith('-');
  return denials.length === 0 && needStands;
}

async function concludeNotFound(desk: Desk, order: SaleOrder, intent: Intent): Promise<void> {
  const isLong = await desk.database.work(DESK, async (work) => {
    const policy = await readPolicy(work.tx);
    const { quietSeconds, lookUps } = policy.get(unknownOutcomeSettlement, seoulDay(work.at));
    const nextLookAt = new Date(work.at.getTime() + Math.ceil((quietSeconds * 1_000) / lookUps));
    const { state } = await lockIntent(work, intent.id);
    if (state !== 'open') return false;
    const { notFoundAt, lastSentAt } = await recordLookUp(work, intent.id, {
      outcome: 'not_found',
      answer: { outcome: 'not_found' },
      nextLookAt,
    });
    const quietMs = work.at.getTime() - (lastSentAt ?? intent.createdAt).getTime();
    return notFoundAt.length >= lookUps && quietMs >= quietSeconds * 1_000;
  });
  if (!isLong) return;
  const searched = await desk.port.searchOrders(intent.identifier, order.symbol, new Date(intent.createdAt.getTime() - SEARCH_MARGIN_MS));
  if (searched.kind === 'found') await settleFromVenue(desk, order.id, searched.order);
  if (searched.kind !== 'not_found') return;
  if (await balanceFitsWithout(desk, order))
    await closeWithoutFills(desk, order.id, { state: 'dead', statusWord: 'never_arrived', refused: false });
  else await handToPerson(desk, order, intent);
}

/** True when the venue still shows at least the units our books hold there: nothing has left. */
async function balanceFitsWithout(desk: Desk, order: SaleOrder): Promise<boolean> {
  const shown = (await desk.port.balances()).find(({ asset }) => asset === order.asset);
  const atVenue = CoinAmount.of(order.asset, shown?.free ?? '0').plus(CoinAmount.of(order.asset, shown?.locked ?? '0'));
  const place = `account:${order.venueAccountId}`;
  const inBooks = await Promise.all(
    [CHART.coinsHeld, CHART.coinsOnOrder, CHART.coinsUnidentified].map((chart) =>
      coinBalance(desk.database.read, { chart, place }, order.asset),
    ),
  );
  return !atVenue.isLessThan(CoinAmount.sum(order.asset, inBooks));
}

/** Nobody but a person can tell what became of it: the account starts nothing new until somebody has. */
async function handToPerson(desk: Desk, order: SaleOrder, intent: Intent): Promise<void> {
  await desk.database.work(DESK, async (work) => {
    const current = await lockOrder(work, order.id);
    if (current.closedAt !== null) return;
    await settleIntent(work, intent.id, 'with_person', { status: 'unexplained' });
    await tightenTrading(work, { scope: { kind: 'account', accountId: desk.accountId }, to: 'REDUCING', reason: `sale_order:${order.id}` });
    await raiseAlert(work, {
      code: 'order_outcome_unknown',
      severity: 'critical',
      subject: `sale_order:${order.id}`,
      text: '주문이 조회되지 않는데 잔액이 장부와 다릅니다. 거래소에서 주문 내역을 확인하고 결과를 입력하세요.',
      facts: { order: order.id, account: desk.accountId, asset: order.asset },
    });
  });
}
