import type { Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { readPolicy } from '../policy/book.ts';
import { taxRules } from '../tax/rules.ts';
import { isFrozen } from '../venue/freeze.ts';
import { lockedTradingState } from '../venue/trading-state.ts';
import type { LockedOrder } from './book-order.ts';
import type { Desk } from './desk.ts';
import { gateDenials } from './gate.ts';
import { readGateFacts } from './gate-facts.ts';
import { readNeed } from './need.ts';

/**
 * True while every case with a share in a locked open order may still be sold for and still needs it. One that may not takes the
 * whole order back: what the others still need is decided anew.
 */
export async function isStillWanted(work: Work, desk: Desk, order: LockedOrder): Promise<boolean> {
  if (await isFrozen(work.tx, desk.accountId, order.asset)) return false;
  const policy = await readPolicy(work.tx);
  const day = seoulDay(work.at);
  const trading = await lockedTradingState(work, desk.accountId);
  // What rests is finished while trading is being reduced; nothing is sent anew then.
  const effective = trading === 'REDUCING' && order.restUntil !== null && order.venueOrderId !== null ? 'ACTIVE' : trading;
  for (const { caseId, maximumProceeds, exceedsNeed } of order.shares) {
    const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { personId: true } });
    const need = await readNeed(work, personId, caseId, policy, day);
    const denials = gateDenials(await readGateFacts(work, caseId, need.bills, effective, taxRules(policy), day));
    // The share's own possible proceeds are already taken off the remainder.
    const remaining = new Decimal(need.facts.remainingKrw);
    const isWithinNeed = exceedsNeed ? remaining.plus(maximumProceeds.toFixed()).isGreaterThan(0) : !remaining.isNegative();
    if (denials.length > 0 || !isWithinNeed) return false;
  }
  return true;
}
