import { appendAudit } from '../audit/append.ts';
import type { ServiceMethod } from '../database/generated/enums.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { assertDayWithin, assertUnbarred, lockNotices, type NoticeWithAttempts } from './locked-notices.ts';
import { noticeStateAfter } from './notice-state.ts';
import { auditStreamOf, inStreamOrder } from './notice-subject.ts';
import { methodBar, type ServiceRules } from './service-rules.ts';
import { normalizedTrackingNumber } from './tracking-number.ts';

export interface DispatchItem {
  readonly noticeId: number;
  /** 등기번호; registered mail only, and demanded there. */
  readonly trackingNumber?: string;
}

export interface DispatchInput {
  readonly rules: ServiceRules;
  /** A public notice is no dispatch: see `postPublicNotice`. */
  readonly method: Exclude<ServiceMethod, 'public_notice'>;
  /** Day on which the letters were posted, or of the visit. */
  readonly dispatchedOn: CivilDate;
  /** One letter, or all of a print run; none is recorded unless all can be. */
  readonly items: readonly DispatchItem[];
  /** Electronic service only: when the recipient applied for it. */
  readonly electronicApplicationOn?: CivilDate;
}

/**
 * Records that letters have left. Each begins an attempt that a result must end before the next may begin. Errors: `NOT_FOUND`,
 * `INPUT_INVALID`, `SERVICE_NOT_ALLOWED`, `CONFLICT` when a letter cannot be sent in its present state.
 */
export async function recordDispatch(work: Work, input: DispatchInput): Promise<void> {
  if (input.items.length === 0) throw new CheongsanError('INPUT_INVALID', 'Nothing was dispatched: name at least one notice.');
  const notices = await lockNotices(
    work,
    input.items.map(({ noticeId }) => noticeId),
  );
  const trackingNumbers = new Map(input.items.map((item) => [item.noticeId, trackingNumberFor(input.method, item)]));
  for (const notice of notices) assertMayLeave(notice, input, seoulDay(work.at));
  await assertOneRecipientEach(work, notices, trackingNumbers);
  await work.tx.serviceAttempt.createMany({
    data: notices.map(({ id }) => ({
      noticeId: id,
      method: input.method,
      dispatchedOn: dayToColumn(input.dispatchedOn),
      trackingNumber: trackingNumbers.get(id) ?? null,
      dispatchedById: userIdOf(work.actor),
      createdAt: work.at,
    })),
  });
  await work.tx.notice.updateMany({ where: { id: { in: notices.map(({ id }) => id) } }, data: { state: 'sent' } });
  for (const notice of inStreamOrder(notices)) {
    await appendAudit(work, {
      stream: auditStreamOf(notice),
      action: 'notice.dispatched',
      subject: `notice:${notice.id}`,
      before: notice.state,
      after: 'sent',
      payload: {
        kind: notice.kind,
        method: input.method,
        dispatchedOn: input.dispatchedOn,
        trackingNumber: trackingNumbers.get(notice.id),
      },
    });
  }
}

function trackingNumberFor(method: ServiceMethod, { noticeId, trackingNumber }: DispatchItem): string | undefined {
  if (method === 'registered_mail') return normalizedTrackingNumber(trackingNumber ?? '');
  if (trackingNumber === undefined) return undefined;
  throw new CheongsanError('INPUT_INVALID', `Notice ${noticeId} goes by ${method}, which has no tracking number.`);
}

function assertMayLeave(notice: NoticeWithAttempts, input: DispatchInput, today: CivilDate): void {
  if (noticeStateAfter(notice.state, 'dispatch') === undefined) {
    throw new CheongsanError('CONFLICT', `Notice ${notice.number} is ${notice.state} and cannot be sent; record its result first.`, {
      facts: { noticeId: notice.id, state: notice.state },
    });
  }
  assertDayWithin(input.dispatchedOn, dayFromColumn(notice.issuedOn), today, `The dispatch of notice ${notice.number}`);
  const { method, dispatchedOn, electronicApplicationOn } = input;
  const { kind, recipientKind } = notice;
  assertUnbarred(methodBar({ method, kind, recipientKind, dispatchedOn, electronicApplicationOn }, input.rules), notice);
}

/** One envelope may hold several letters to one recipient; a number that stands for two recipients would prove nothing. */
async function assertOneRecipientEach(
  work: Work,
  notices: readonly NoticeWithAttempts[],
  trackingNumbers: ReadonlyMap<number, string | undefined>,
): Promise<void> {
  const wanted = [...trackingNumbers.values()].filter((number) => number !== undefined);
  const known = await work.tx.serviceAttempt.findMany({
    where: { trackingNumber: { in: wanted } },
    select: { trackingNumber: true, notice: { select: { recipientId: true, venueCode: true } } },
  });
  const recipients = new Map<string, string>();
  for (const { trackingNumber, recipient } of [
    ...known.map(({ trackingNumber, notice }) => ({ trackingNumber, recipient: recipientText(notice) })),
    ...notices.map((notice) => ({ trackingNumber: trackingNumbers.get(notice.id), recipient: recipientText(notice) })),
  ]) {
    if (trackingNumber === undefined || trackingNumber === null) continue;
    const other = recipients.get(trackingNumber);
    if (other !== undefined && other !== recipient) {
      throw new CheongsanError('CONFLICT', `Tracking number ${trackingNumber} stands for a letter to somebody else already; check it.`, {
        facts: { trackingNumber },
      });
    }
    recipients.set(trackingNumber, recipient);
  }
}

function recipientText({ recipientId, venueCode }: { recipientId: number | null; venueCode: string | null }): string {
  return recipientId === null ? `venue:${venueCode}` : `person:${recipientId}`;
}
