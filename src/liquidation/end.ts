import { appendAudit } from '../audit/append.ts';
import type { Liquidation } from '../database/generated/client.ts';
import type { CasePhase } from '../database/generated/enums.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { moveCase } from '../seizure/phase.ts';

/** A sale that something outside the market stopped looks again at least this often, should the ring of the change be lost. */
const PAUSED_LOOK_MS = 24 * 3_600_000;

/** Ends the sale for good: the need is covered or nothing is left to sell. What remains of the coins goes back to their owner. */
export async function endSale(work: Work, sale: Liquidation, codes: readonly string[]): Promise<void> {
  await work.tx.liquidation.update({ where: { id: sale.id }, data: { state: 'done', endedAt: work.at, lastCode: codes[0] ?? null } });
  await work.tx.mandate.update({ where: { id: sale.mandateId }, data: { state: 'ended' } });
  const phase = await phaseAfterWindow(work, sale);
  if (phase !== 'cleared_for_sale' && phase !== 'selling') return;
  const anythingSold = await hasSold(work, sale.caseId);
  // What was sold by wish within the window was sold, though nothing was after it.
  if (anythingSold && phase === 'cleared_for_sale') await moveCase(work, sale.caseId, [phase], 'selling', {});
  await moveCase(work, sale.caseId, anythingSold ? ['selling'] : [phase], anythingSold ? 'sale_done' : 'settled', {
    reason: codes.join(' '),
  });
}

/** True when an order under this case's mandate brought anything. */
export async function hasSold(work: Work, caseId: number): Promise<boolean> {
  return (await work.tx.orderFill.count({ where: { caseId } })) > 0;
}

/** What the taxpayer wished has covered the need within his window: there is nothing left in it for him to do, and it is closed for him. */
async function phaseAfterWindow(work: Work, { caseId }: Liquidation): Promise<CasePhase> {
  const { phase } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { phase: true } });
  if (phase !== 'voluntary_window' || !(await hasSold(work, caseId))) return phase;
  await work.tx.saleWindow.updateMany({ where: { caseId, state: 'open' }, data: { state: 'waived', closedAt: work.at } });
  await moveCase(work, caseId, ['voluntary_window'], 'cleared_for_sale', { reason: 'wish_covered_need' });
  await moveCase(work, caseId, ['cleared_for_sale'], 'selling', {});
  return 'selling';
}

/**
 * An official ends a sale that cannot go on, or is not to: what was sold is distributed, what is left goes back. Errors: `FORBIDDEN`
 * for anybody but an official, `PHASE_WRONG` unless a sale of the case is under way, `CONFLICT` while an order's outcome is open,
 * `INPUT_INVALID` without a reason.
 */
export async function endSaleByOfficial(work: Work, input: { readonly caseId: number; readonly reason: string }): Promise<void> {
  const { caseId, reason } = input;
  if (userIdOf(work.actor) === null) throw new CheongsanError('FORBIDDEN', 'Only an official may end a sale.');
  if (reason.trim() === '') throw new CheongsanError('INPUT_INVALID', 'Ending a sale needs a reason.');
  const seizureCase = await work.tx.seizureCase.findUnique({ where: { id: caseId }, select: { personId: true } });
  if (seizureCase === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
  await lockRows(work, 'person', [seizureCase.personId]);
  await lockRows(work, 'seizure_case', [caseId]);
  const { phase, number } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { phase: true, number: true } });
  const sale = await work.tx.liquidation.findUnique({ where: { caseId } });
  if (sale === null || sale.state === 'done' || (phase !== 'cleared_for_sale' && phase !== 'selling')) {
    throw new CheongsanError('PHASE_WRONG', `Case ${number} is ${phase} and has no sale under way that could be ended.`);
  }
  const open = await work.tx.orderShare.findFirst({ where: { caseId, order: { closedAt: null } }, select: { orderId: true } });
  if (open !== null) {
    throw new CheongsanError('CONFLICT', `The outcome of order ${open.orderId} is not known yet; conclude it before the sale is ended.`);
  }
  await endSale(work, sale, ['ended_by_official']);
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'sale.ended_by_official',
    subject: `liquidation:${sale.id}`,
    before: sale.state,
    after: 'done',
    payload: { reason },
  });
}

/** Lets the sale stand still until what stopped it changes and rings the case. */
export async function pauseSale(work: Work, sale: Liquidation, codes: readonly string[]): Promise<void> {
  await work.tx.liquidation.update({
    where: { id: sale.id },
    data: { state: 'paused', lastCode: codes[0] ?? null, nextStepAt: pausedLookAt(work.at) },
  });
}

export function pausedLookAt(at: Date): Date {
  return new Date(at.getTime() + PAUSED_LOOK_MS);
}
