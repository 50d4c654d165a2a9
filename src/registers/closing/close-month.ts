import { appendAudit } from '../../audit/append.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import type { Approval, MonthClosing } from '../../database/generated/client.ts';
import { actorText, userIdOf, type Work } from '../../database/work.ts';
import { requestApproval, requireApproved } from '../../identity/approval.ts';
import { type CivilDate, dayFromColumn, dayToColumn, firstOfMonth, seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { figuresDigest, monthFigures } from './figures.ts';
import { closingObstacles, monthText, OBSTACLES } from './obstacles.ts';

/*
 * A month of the collection books is closed by two people: one puts its figures forward, another agrees. From then on the database posts
 * whatever occurred in it to the first open month (rule of Seoul, article 12). It binds our own books only; the duty to correct (LTBA 58)
 * is met by new entries.
 */

const SUBJECT = 'month_closing';

/**
 * Puts a month and its figures to an approver. Errors: `CLOSING_NOT_POSSIBLE` with what stands against it, `CONFLICT` while it waits for
 * an approver already, those of `requestApproval`.
 */
export async function requestClosing(
  work: Work,
  { month, reason }: { readonly month: CivilDate; readonly reason: string },
): Promise<{ readonly closingId: number; readonly approvalId: number }> {
  const createdById = userIdOf(work.actor);
  if (createdById === null) throw new CheongsanError('FORBIDDEN', 'Only an official asks for a month to be closed.');
  if (firstOfMonth(month) !== month) throw new CheongsanError('INPUT_INVALID', `${month} is not the first day of a month.`);
  const figures = await monthFigures(work.tx, month);
  await requireNothingAgainst(work, month, figures);
  await endLapsed(work, month);
  const digest = figuresDigest(month, figures);
  const closing = await insertClosing(work, { month, createdById, digest });
  const approval = await requestApproval(work, {
    kind: 'month_closing',
    subjectType: SUBJECT,
    subjectId: closing.id,
    summary: `${monthText(month)} 징수부 마감`,
    content: contentOf(closing),
    reason,
    expiresAt: await approvalExpiry(work),
  });
  await work.tx.monthClosing.update({ where: { id: closing.id }, data: { approvalId: approval.id } });
  return { closingId: closing.id, approvalId: approval.id };
}

/**
 * Closes what is approved: the very figures that were put forward, or nothing. Errors: `APPROVAL_STALE` when they have changed since,
 * `CLOSING_NOT_POSSIBLE`, those of `requireApproved`.
 */
export async function applyClosingDecision(work: Work, approval: Approval): Promise<void> {
  const closing = await work.tx.monthClosing.findUniqueOrThrow({ where: { id: approval.subjectId } });
  if (closing.state !== 'requested') return;
  if (approval.state !== 'approved') return endClosing(work, closing, 'rejected');
  await requireApproved(work.tx, approval.id, contentOf(closing));
  const month = dayFromColumn(closing.month);
  const before = await monthFigures(work.tx, month);
  await requireNothingAgainst(work, month, before);
  // From here on nobody posts until this is committed, and then to a later month.
  await work.tx.$executeRaw`SELECT ledger_close_month(${closing.month}::date, ${work.at}, ${actorText(work.actor)})`;
  const figures = await monthFigures(work.tx, month);
  if (figuresDigest(month, figures) !== closing.figuresDigest) {
    throw new CheongsanError(
      'APPROVAL_STALE',
      `Something was posted to ${monthText(month)} since its figures were put to the approver; ask for the closing again.`,
    );
  }
  await work.tx.monthFigure.createMany({
    data: figures.map(({ chart, asset, opening, debit, credit }) => ({
      closingId: closing.id,
      chartCode: chart,
      asset,
      opening,
      debit,
      credit,
    })),
  });
  await endClosing(work, closing, 'closed');
}

async function requireNothingAgainst(work: Work, month: CivilDate, figures: Awaited<ReturnType<typeof monthFigures>>): Promise<void> {
  const obstacles = await closingObstacles(work.tx, { month, figures, today: seoulDay(work.at) });
  if (obstacles.length === 0) return;
  throw new CheongsanError(
    'CLOSING_NOT_POSSIBLE',
    `${monthText(month)} cannot be closed: ${[...new Set(obstacles.map(({ code }) => code))].join(', ')}.`,
    { facts: { month: monthText(month), obstacles: obstacles.map(({ code, facts }) => ({ code, title: OBSTACLES[code].title, facts })) } },
  );
}

/** A request whose approval was withdrawn or is over stands in nobody's way. */
async function endLapsed(work: Work, month: CivilDate): Promise<void> {
  const open = await work.tx.monthClosing.findFirst({ where: { month: dayToColumn(month), state: 'requested' } });
  if (open === null) return;
  const approval = await work.tx.approval.findUnique({ where: { id: open.approvalId ?? 0 } });
  if (approval !== null && approval.state === 'pending' && approval.expiresAt > work.at) throw waiting(month);
  await endClosing(work, open, 'rejected');
}

async function insertClosing(
  work: Work,
  { month, createdById, digest }: { readonly month: CivilDate; readonly createdById: number; readonly digest: string },
): Promise<MonthClosing> {
  try {
    return await work.tx.monthClosing.create({
      data: { month: dayToColumn(month), figuresDigest: digest, createdById, createdAt: work.at },
    });
  } catch (thrown) {
    throw isUniqueViolation(thrown) ? waiting(month) : thrown;
  }
}

function waiting(month: CivilDate): CheongsanError {
  return new CheongsanError('CONFLICT', `${monthText(month)} is put to an approver already; wait for his decision or withdraw it.`);
}

function contentOf({ month, figuresDigest: digest }: Pick<MonthClosing, 'month' | 'figuresDigest'>) {
  return { month: dayFromColumn(month), figuresDigest: digest };
}

async function endClosing(
  work: Work,
  { id, month, figuresDigest: recordDigest }: MonthClosing,
  state: 'closed' | 'rejected',
): Promise<void> {
  await work.tx.monthClosing.update({ where: { id }, data: { state, ...(state === 'closed' ? { closedAt: work.at } : {}) } });
  await appendAudit(work, {
    stream: 'system',
    action: state === 'closed' ? 'month.closed' : 'month.closing_rejected',
    subject: `month_closing:${id}`,
    recordDigest,
    payload: { month: dayFromColumn(month) },
  });
}
