import { appendAudit } from '../audit/append.ts';
import type { SaleWindow, SaleWish } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { dayFromColumn, seoulDay } from '../kernel/civil-date.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import { endOfWish, LIVE_WISH_STATES, type WishEnd } from './wish-rules.ts';

/**
 * Ends the wishes of a locked case that its window or its case has outlived, and begins to look at the market for stops once the window
 * is open. Belongs to whatever changes the window, in the same unit of work.
 */
export async function reviewWishes(
  work: Work,
  { id: caseId, phase }: Pick<CaseWithParts, 'id' | 'phase'>,
  window: Pick<SaleWindow, 'state' | 'endsOn'> | null,
): Promise<void> {
  const live = await work.tx.saleWish.findMany({ where: { caseId, state: { in: [...LIVE_WISH_STATES] } }, orderBy: { id: 'asc' } });
  const surroundings = { phase, window: window === null ? null : { state: window.state, endsOn: dayFromColumn(window.endsOn) } };
  for (const wish of live) {
    const end = endOfWish(wish.kind, surroundings, seoulDay(work.at));
    if (end !== undefined) await endWish(work, wish, { ...end, revokeReference: end.state === 'revoked' ? end.reason : null });
    else if (window?.state === 'open') await beginLooking(work, wish);
  }
}

interface WrittenEnd extends Pick<WishEnd, 'state'> {
  /** As a code, for the audit log. */
  readonly reason: string;
  /** The form by which it was taken back, or why it was, when nobody did. */
  readonly revokeReference: string | null;
}

/** Ends a live wish of a locked case, with the one audit event of it, and rings the case. */
export async function endWish(work: Work, wish: SaleWish, { state, reason, revokeReference }: WrittenEnd): Promise<void> {
  await work.tx.saleWish.update({ where: { id: wish.id }, data: { state, endedAt: work.at, nextLookAt: null, revokeReference } });
  await appendAudit(work, {
    stream: `case:${wish.caseId}`,
    action: `wish.${state}`,
    subject: `sale_wish:${wish.id}`,
    before: wish.state,
    after: state,
    payload: { kind: wish.kind, asset: wish.asset ?? undefined, reason },
  });
  work.ring('cases', wish.caseId);
}

/** A stop made before the window opened is looked at from then on. */
async function beginLooking(work: Work, { id, kind, state, nextLookAt }: SaleWish): Promise<void> {
  if (kind !== 'stop' || state !== 'active' || nextLookAt !== null) return;
  await work.tx.saleWish.update({ where: { id }, data: { nextLookAt: work.at } });
  work.ring('wishes', id);
}
