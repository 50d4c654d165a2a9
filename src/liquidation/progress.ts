import { appendAudit } from '../audit/append.ts';
import type { Liquidation } from '../database/generated/client.ts';
import type { Database, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { readPolicy } from '../policy/book.ts';
import { orderIntervalSeconds } from '../policy/definitions/sale.ts';
import type { DueSource } from '../queue/due.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import { moveCase } from '../seizure/phase.ts';
import { taxRules } from '../tax/rules.ts';
import { endSale, hasSold, pausedLookAt } from './end.ts';
import { gateDenials } from './gate.ts';
import { readGateFacts } from './gate-facts.ts';
import { readNeed } from './need.ts';
import { unknownCondition } from './unknown-outcome.ts';

/**
 * Begins the sale of a locked case whose window is over, or whose taxpayer wishes a sale within it, and for which leave to sell is given;
 * wakes one that stands paused so that it looks again; has a resting order looked at again, since what it was placed for may have
 * changed. Does nothing for any other case. Called whenever a fact of the case has changed, and once a day for a paused sale.
 */
export async function progressCase(work: Work, { id: caseId, personId, phase }: CaseWithParts): Promise<void> {
  const sale = await work.tx.liquidation.findUnique({ where: { caseId } });
  if (phase === 'voluntary_window') await prepareSale(work, personId, caseId, sale);
  if (sale?.state === 'paused' && (phase === 'cleared_for_sale' || phase === 'selling')) await wake(work, sale);
  if (sale !== null && sale.state !== 'done' && (phase === 'settled' || phase === 'closed')) await cancel(work, sale);
  if (sale !== null && sale.state !== 'done') await lookAtRestingOrder(work, caseId);
}

/** What rests is wanted only as long as gate and need say so: the desk looks at once, and takes back what is wanted no more. */
async function lookAtRestingOrder(work: Work, caseId: number): Promise<void> {
  const resting = await work.tx.saleOrder.findMany({
    where: { closedAt: null, style: 'passive', venueOrderId: { not: null }, shares: { some: { caseId } } },
    select: { intentId: true, venueAccountId: true },
  });
  for (const { intentId, venueAccountId } of resting) {
    await work.tx.intent.updateMany({ where: { id: intentId, state: 'open', nextLookAt: { gt: work.at } }, data: { nextLookAt: work.at } });
    work.ring('desk', venueAccountId);
  }
}

/** A sale that looks again later than so is brought forward when its case is rung: a wish may be new. */
const SOON_MS = 600_000;

/**
 * Once a mandate is approved and the window is over, or a wish asks for it, the case has its sale. It runs when the gate opens, and
 * stands paused until then: the row remembers when to look again, since what ends by its date alone rings for nobody. Whether trading
 * is active is not asked here; that is a state of the desk, not of the case.
 */
async function prepareSale(work: Work, personId: number, caseId: number, known: Liquidation | null): Promise<void> {
  const { denials, isCovered } = await standingOfCase(work, personId, caseId);
  const isOver = await isWindowOver(work, caseId);
  if (known?.state === 'paused' && isCovered) {
    if (await isQuietAfterSale(work, caseId)) return endSale(work, known, ['covered']);
    // Within the window others' cover may still be taken back: leave and wishes stay as long as nothing was sold by them.
    if (!isOver) return;
  }
  const isOpen = denials.length === 0;
  const standing = { state: isOpen ? 'running' : 'paused', lastCode: denials[0] ?? null } as const;
  const isCleared = isOpen && isOver;
  const isKnown = known !== null && known.lastCode === standing.lastCode && known.state === standing.state;
  const waitMs = (known?.nextStepAt.getTime() ?? 0) - work.at.getTime();
  if (isKnown && !isCleared && waitMs > 0 && (!isOpen || waitMs <= SOON_MS)) return;
  const nextStepAt = isOpen ? await nextTick(work) : pausedLookAt(work.at);
  const sale =
    known === null
      ? isOpen || isOver
        ? await createSale(work, caseId, { ...standing, nextStepAt })
        : undefined
      : await work.tx.liquidation.update({ where: { id: known.id }, data: { ...standing, nextStepAt } });
  if (sale === undefined) return;
  const payload = { liquidation: sale.id, mandate: sale.mandateId };
  if (isCleared) {
    await moveCase(work, caseId, ['voluntary_window'], 'cleared_for_sale', { payload });
  } else if (known?.lastCode !== standing.lastCode || known?.state !== standing.state) {
    await appendAudit(work, {
      stream: `case:${caseId}`,
      action: isOpen ? 'sale.wished' : 'sale.held_back',
      subject: `liquidation:${sale.id}`,
      payload: { ...payload, codes: denials },
    });
  }
}

async function isWindowOver(work: Work, caseId: number): Promise<boolean> {
  const window = await work.tx.saleWindow.findUnique({ where: { caseId } });
  return window?.state === 'passed' || window?.state === 'waived';
}

/** Undefined while nobody has given leave to sell, or nothing lies at an account. */
async function createSale(
  work: Work,
  caseId: number,
  standing: Pick<Liquidation, 'state' | 'lastCode' | 'nextStepAt'>,
): Promise<Liquidation | undefined> {
  const mandate = await work.tx.mandate.findFirst({ where: { caseId, state: 'approved' } });
  const holding = await work.tx.holding.findFirst({ where: { caseId, venueAccountId: { not: null } }, orderBy: { id: 'asc' } });
  const venueAccountId = holding?.venueAccountId ?? null;
  if (mandate === null || venueAccountId === null) return undefined;
  return work.tx.liquidation.create({ data: { caseId, mandateId: mandate.id, venueAccountId, ...standing, startedAt: work.at } });
}

async function standingOfCase(
  work: Work,
  personId: number,
  caseId: number,
): Promise<{ readonly denials: readonly string[]; readonly isCovered: boolean }> {
  const policy = await readPolicy(work.tx);
  const day = seoulDay(work.at);
  const { bills, facts } = await readNeed(work, personId, caseId, policy, day);
  const denials = gateDenials(await readGateFacts(work, caseId, bills, 'ACTIVE', taxRules(policy), day)).map(({ code }) => code);
  return { denials, isCovered: !new Decimal(facts.uncoveredKrw).isGreaterThan(0) };
}

/** Something was sold by wish, nothing is open, and what the taxpayer has paid since covers the rest. */
async function isQuietAfterSale(work: Work, caseId: number): Promise<boolean> {
  const open = await work.tx.orderShare.count({ where: { caseId, order: { closedAt: null } } });
  return open === 0 && (await hasSold(work, caseId));
}

async function wake(work: Work, sale: Liquidation): Promise<void> {
  await work.tx.liquidation.update({ where: { id: sale.id }, data: { state: 'running', nextStepAt: await nextTick(work) } });
  await appendAudit(work, {
    stream: `case:${sale.caseId}`,
    action: 'sale.woken',
    subject: `liquidation:${sale.id}`,
    before: 'paused',
    after: 'running',
  });
}

/** The case was settled without a sale, by payment or release: nothing more is sold under the mandate. */
async function cancel(work: Work, sale: Liquidation): Promise<void> {
  await work.tx.liquidation.update({ where: { id: sale.id }, data: { state: 'done', endedAt: work.at, lastCode: 'settled' } });
  await work.tx.mandate.updateMany({ where: { id: sale.mandateId, state: 'approved' }, data: { state: 'ended' } });
  await appendAudit(work, {
    stream: `case:${sale.caseId}`,
    action: 'sale.cancelled',
    subject: `liquidation:${sale.id}`,
    before: sale.state,
    after: 'done',
  });
}

/**
 * The first step lies after now, on a whole interval: sales that are cleared one after the other at an instant then fall due
 * together and go in the order of their cases.
 */
async function nextTick(work: Work): Promise<Date> {
  const intervalMs = Math.max(1, (await readPolicy(work.tx)).get(orderIntervalSeconds, seoulDay(work.at))) * 1_000;
  return new Date((Math.floor(work.at.getTime() / intervalMs) + 1) * intervalMs);
}

/**
 * Accounts where an order is to be looked after, or where a sale has a step due and no outcome is unknown: while one is the account
 * places no other, so a sale that is due waits for it and rings for nothing.
 */
export function deskDueSource(database: Database): DueSource {
  return {
    queue: 'desk',
    async due(now) {
      const rows = await database.read.$queryRaw<{ account: number }[]>`
        SELECT q.venue_account_id AS account FROM liquidation q WHERE q.state = 'running' AND q.next_step_at <= ${now}
           AND NOT EXISTS (SELECT 1 FROM sale_order o JOIN intent i ON i.id = o.intent_id
                            WHERE o.venue_account_id = q.venue_account_id AND ${unknownCondition(now)})
        UNION
        SELECT o.venue_account_id FROM sale_order o JOIN intent i ON i.id = o.intent_id
         WHERE o.closed_at IS NULL AND i.state = 'open' AND i.next_look_at <= ${now}
        ORDER BY account`;
      return rows.map(({ account }) => account);
    },
    async nextDueAt(now) {
      const rows = await database.read.$queryRaw<{ at: Date | null }[]>`
        SELECT min(at) AS at FROM (
          SELECT min(q.next_step_at) AS at FROM liquidation q WHERE q.state = 'running' AND q.next_step_at > ${now}
             AND NOT EXISTS (SELECT 1 FROM sale_order o JOIN intent i ON i.id = o.intent_id
                              WHERE o.venue_account_id = q.venue_account_id AND ${unknownCondition(now)})
          UNION ALL
          SELECT min(i.next_look_at) FROM sale_order o JOIN intent i ON i.id = o.intent_id
           WHERE o.closed_at IS NULL AND i.state = 'open' AND i.next_look_at > ${now}) appointments`;
      return rows[0]?.at ?? undefined;
    },
  };
}

/** Cases whose paused sale is to look again: because its time has come, or because trading, which knows of no case, is active again. */
export function pausedSaleDueSource(database: Database): DueSource {
  return {
    queue: 'cases',
    async due(now) {
      const rows = await database.read.$queryRaw<{ id: number }[]>`
        SELECT q.case_id AS id FROM liquidation q JOIN venue_account v ON v.id = q.venue_account_id CROSS JOIN installation n
         WHERE q.state = 'paused' AND (q.next_step_at <= ${now}
            OR (q.last_code IN ('trading_halted', 'trading_reducing') AND v.trading_state = 'ACTIVE' AND n.trading_state = 'ACTIVE'))
         ORDER BY q.case_id`;
      return rows.map(({ id }) => id);
    },
  };
}
