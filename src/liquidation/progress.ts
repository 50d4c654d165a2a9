import { appendAudit } from '../audit/append.ts';
import type { Liquidation } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Database, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { orderIntervalSeconds } from '../policy/definitions/sale.ts';
import type { DueSource } from '../queue/due.ts';
import { moveCase } from '../seizure/phase.ts';
import { taxRules } from '../tax/rules.ts';
import { lockedTradingState } from '../venue/trading-state.ts';
import { gateDenials } from './gate.ts';
import { readGateFacts } from './gate-facts.ts';
import { readNeed } from './need.ts';

/**
 * Starts the sale of a case whose gate has opened, and wakes one that stands paused so that it looks again. Does nothing for any
 * other case. Called whenever a fact of the case has changed.
 */
export async function progressCase(work: Work, caseId: number): Promise<void> {
  const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { personId: true } });
  await lockRows(work, 'person', [personId]);
  await lockRows(work, 'seizure_case', [caseId]);
  const { phase } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { phase: true } });
  const sale = await work.tx.liquidation.findUnique({ where: { caseId } });
  if (sale === null && phase === 'voluntary_window') await startSale(work, personId, caseId);
  if (sale?.state === 'paused' && (phase === 'cleared_for_sale' || phase === 'selling')) await wake(work, sale);
  if (sale !== null && sale.state !== 'done' && (phase === 'settled' || phase === 'closed')) await cancel(work, sale);
}

async function startSale(work: Work, personId: number, caseId: number): Promise<void> {
  const mandate = await work.tx.mandate.findFirst({ where: { caseId, state: 'approved' } });
  const holding = await work.tx.holding.findFirst({ where: { caseId, venueAccountId: { not: null } } });
  if (mandate === null || holding === null || holding.venueAccountId === null) return;
  await lockRows(work, 'venue_account', [holding.venueAccountId]);
  const policy = await readPolicy(work.tx);
  const day = seoulDay(work.at);
  const { bills } = await readNeed(work, personId, caseId, policy, day);
  const trading = await lockedTradingState(work, holding.venueAccountId);
  if (gateDenials(await readGateFacts(work, caseId, bills, trading, taxRules(policy), day)).length > 0) return;
  const sale = await work.tx.liquidation.create({
    data: {
      caseId,
      mandateId: mandate.id,
      venueAccountId: holding.venueAccountId,
      state: 'running',
      nextStepAt: await nextTick(work),
      startedAt: work.at,
    },
  });
  await moveCase(work, caseId, ['voluntary_window'], 'cleared_for_sale', { payload: { liquidation: sale.id, mandate: mandate.id } });
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

/** Accounts where a sale has a step due or an order's outcome is to be looked up. */
export function deskDueSource(database: Database): DueSource {
  return {
    queue: 'desk',
    async due(now) {
      const sales = await database.read.liquidation.findMany({
        where: { state: 'running', nextStepAt: { lte: now } },
        distinct: ['venueAccountId'],
        select: { venueAccountId: true },
      });
      const rows = await database.read.$queryRaw<{ account: number }[]>`
        SELECT DISTINCT o.venue_account_id AS account FROM sale_order o JOIN intent i ON i.id = o.intent_id
         WHERE o.closed_at IS NULL AND i.state = 'open' AND i.next_look_at <= ${now}`;
      return [...new Set([...sales.map(({ venueAccountId }) => venueAccountId), ...rows.map(({ account }) => account)])].sort(
        (a, b) => a - b,
      );
    },
    async nextDueAt(now) {
      const rows = await database.read.$queryRaw<{ at: Date | null }[]>`
        SELECT min(at) AS at FROM (
          SELECT min(next_step_at) AS at FROM liquidation WHERE state = 'running' AND next_step_at > ${now}
          UNION ALL
          SELECT min(i.next_look_at) FROM sale_order o JOIN intent i ON i.id = o.intent_id
           WHERE o.closed_at IS NULL AND i.state = 'open' AND i.next_look_at > ${now}) appointments`;
      return rows[0]?.at ?? undefined;
    },
  };
}

/** Cases whose paused sale is to look again. */
export function pausedSaleDueSource(database: Database): DueSource {
  return {
    queue: 'cases',
    async due(now) {
      const sales = await database.read.liquidation.findMany({
        where: { state: 'paused', nextStepAt: { lte: now } },
        select: { caseId: true },
      });
      return sales.map(({ caseId }) => caseId);
    },
  };
}
