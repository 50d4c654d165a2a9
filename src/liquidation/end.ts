import type { Liquidation } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { moveCase } from '../seizure/phase.ts';

/** A sale that something outside the market stopped looks again at least this often, should the ring of the change be lost. */
const PAUSED_LOOK_MS = 24 * 3_600_000;

/** Ends the sale for good: the need is covered or nothing is left to sell. What remains of the coins goes back to their owner. */
export async function endSale(work: Work, sale: Liquidation, codes: readonly string[]): Promise<void> {
  await work.tx.liquidation.update({ where: { id: sale.id }, data: { state: 'done', endedAt: work.at, lastCode: codes[0] ?? null } });
  await work.tx.mandate.update({ where: { id: sale.mandateId }, data: { state: 'ended' } });
  const { phase } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: sale.caseId }, select: { phase: true } });
  if (phase !== 'cleared_for_sale' && phase !== 'selling') return;
  const anythingSold = (await work.tx.orderFill.count({ where: { caseId: sale.caseId } })) > 0;
  await moveCase(work, sale.caseId, [phase], anythingSold ? 'sale_done' : 'settled', { reason: codes.join(' ') });
}

/** Lets the sale stand still until what stopped it changes and rings the case. */
export async function pauseSale(work: Work, sale: Liquidation, codes: readonly string[]): Promise<void> {
  await work.tx.liquidation.update({
    where: { id: sale.id },
    data: { state: 'paused', lastCode: codes[0] ?? null, nextStepAt: new Date(work.at.getTime() + PAUSED_LOOK_MS) },
  });
}
