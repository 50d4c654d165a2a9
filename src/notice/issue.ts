import { appendAudit } from '../audit/append.ts';
import type { NoticeKind, RecipientKind } from '../database/generated/enums.ts';
import { userIdOf, type Work } from '../database/work.ts';
import type { PrintDocument } from '../document/print-document.ts';
import { type CivilDate, dayToColumn, seoulDay, yearOf } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey, SealingKey } from '../kernel/master-key.ts';
import { personKey } from '../person/person-key.ts';
import { lockNotice } from './locked-notices.ts';
import { contentText, type NoticeContent, type NoticeStamp } from './notice-content.ts';
import { noticeStateAfter } from './notice-state.ts';
import { auditStreamOf, ringSubject } from './notice-subject.ts';

export type NoticeRecipient =
  | { readonly kind: Exclude<RecipientKind, 'venue'>; readonly personId: number }
  /** `isSample` marks a letter to an exchange about a sample person; for a person it follows from the person. */
  | { readonly kind: 'venue'; readonly venueCode: string; readonly isSample: boolean };

export interface NoticeInput {
  readonly kind: NoticeKind;
  /** What it is about: `case:12`, `distribution:3`. */
  readonly subject: string;
  readonly recipient: NoticeRecipient;
  readonly content: NoticeContent;
  /** Name and version of the template that wrote the content, for example `sale-notice/1`. */
  readonly template: string;
  /** The deadline that the letter sets. */
  readonly deadlineOn?: CivilDate;
}

/**
 * Issues a letter: gives it a number, fixes its content for good and keeps it sealed under the recipient's key (a venue's under
 * the installation's). It is not sent by that. Errors: `NOT_FOUND`, `PERSON_ERASED`, `INPUT_INVALID` for a deadline in the past.
 */
export async function issueNotice(
  work: Work,
  keys: MasterKey,
  input: NoticeInput,
): Promise<{ readonly id: number; readonly number: string }> {
  const issuedOn = seoulDay(work.at);
  if (input.deadlineOn !== undefined && input.deadlineOn < issuedOn) {
    throw new CheongsanError('INPUT_INVALID', `A notice issued on ${issuedOn} cannot set the deadline ${input.deadlineOn}.`);
  }
  const recipient = await sealingRecipient(work, keys, input.recipient);
  const id = await nextNoticeId(work);
  const number = noticeNumber(id, issuedOn);
  const text = contentText(stamped(input.content, { number, issuedOn, isSample: recipient.isSample }));
  const contentDigest = recipient.key.digest(text);
  const deadline = input.deadlineOn === undefined ? null : dayToColumn(input.deadlineOn);
  const notice = await work.tx.notice.create({
    data: {
      id,
      number,
      kind: input.kind,
      subject: input.subject,
      recipientKind: input.recipient.kind,
      recipientId: recipient.personId,
      venueCode: recipient.venueCode,
      templateVersion: input.template,
      contentCipher: recipient.key.seal(text, contentContext(id)),
      contentDigest,
      issuedOn: dayToColumn(issuedOn),
      issuedById: userIdOf(work.actor),
      statedDeadlineOn: deadline,
      deadlineOn: deadline,
      createdAt: work.at,
    },
  });
  await appendAudit(work, {
    stream: auditStreamOf(notice),
    action: 'notice.issued',
    subject: `notice:${id}`,
    after: 'issued',
    recordDigest: contentDigest,
    payload: {
      kind: input.kind,
      number,
      recipientKind: input.recipient.kind,
      person: recipient.personId ?? undefined,
      venue: recipient.venueCode ?? undefined,
      template: input.template,
      deadlineOn: input.deadlineOn,
    },
  });
  return { id, number };
}

/** What a notice's content is bound to, so that it opens nowhere else. */
export function contentContext(noticeId: number): string {
  return `notice:${noticeId}:content`;
}

interface SealingRecipient {
  readonly key: SealingKey;
  readonly personId: number | null;
  readonly venueCode: string | null;
  readonly isSample: boolean;
}

async function sealingRecipient(work: Work, keys: MasterKey, recipient: NoticeRecipient): Promise<SealingRecipient> {
  if (recipient.kind === 'venue') return { key: keys, personId: null, venueCode: recipient.venueCode, isSample: recipient.isSample };
  const { personId } = recipient;
  const key = await personKey(work.tx, keys, personId);
  const { sample } = await work.tx.person.findUniqueOrThrow({ where: { id: personId }, select: { sample: true } });
  return { key, personId, venueCode: null, isSample: sample };
}

/** The id comes first: number and seal are bound to it. */
async function nextNoticeId(work: Work): Promise<number> {
  const rows = await work.tx.$queryRaw<{ id: number }[]>`SELECT nextval(pg_get_serial_sequence('notice', 'id'))::int AS id`;
  const id = rows[0]?.id;
  if (id === undefined) throw new CheongsanError('INTERNAL', 'The sequence of notices gave no id.');
  return id;
}

/** `제2026-000123호`. The digits are the id's, so that no two issuers wait for each other; a number taken back leaves a gap. */
function noticeNumber(id: number, issuedOn: CivilDate): string {
  return `제${yearOf(issuedOn)}-${String(id).padStart(6, '0')}호`;
}

/** No document to a sample person leaves without the mark. */
function stamped(content: NoticeContent, stamp: NoticeStamp): PrintDocument[] {
  return content(stamp).map((document) => ({ ...document, isSample: document.isSample || stamp.isSample }));
}

/**
 * Takes a letter back that is not served, with a reason free of personal data. What was issued stays on file. Errors: `NOT_FOUND`,
 * `CONFLICT` for a served or cancelled one.
 */
export async function cancelNotice(work: Work, { noticeId, reason }: { noticeId: number; reason: string }): Promise<void> {
  const notice = await lockNotice(work, noticeId);
  if (noticeStateAfter(notice.state, 'cancel') === undefined) {
    throw new CheongsanError('CONFLICT', `Notice ${notice.number} is ${notice.state} and cannot be cancelled.`, { facts: { noticeId } });
  }
  await work.tx.notice.update({ where: { id: noticeId }, data: { state: 'cancelled', cancelReason: reason } });
  await appendAudit(work, {
    stream: auditStreamOf(notice),
    action: 'notice.cancelled',
    subject: `notice:${noticeId}`,
    before: notice.state,
    after: 'cancelled',
    payload: { kind: notice.kind, reason },
  });
  ringSubject(work, notice.subject);
}
