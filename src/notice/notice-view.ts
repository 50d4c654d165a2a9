import type { Notice } from '../database/generated/client.ts';
import type { NoticeKind, NoticeState, RecipientKind } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';
import { type CivilDate, dayFromColumn } from '../kernel/civil-date.ts';

/** A notice without its content: who is owed what, and whether he has it. Names nobody. */
export interface NoticeView {
  readonly id: number;
  readonly number: string;
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly recipientKind: RecipientKind;
  /** The person it is for; undefined for a venue. */
  readonly personId: number | undefined;
  readonly venueCode: string | undefined;
  readonly state: NoticeState;
  readonly issuedOn: CivilDate;
  readonly deadlineOn: CivilDate | undefined;
  /** Legal day of service; only where it is proven. */
  readonly servedOn: CivilDate | undefined;
  readonly provenAt: Date | undefined;
}

/** Notices about a subject, or several, in the order of their issue, cancelled ones included. */
export async function noticesOf(
  reader: Pick<Transaction, 'notice'>,
  about: string | readonly string[],
  kind?: NoticeKind,
): Promise<NoticeView[]> {
  const subject = typeof about === 'string' ? about : { in: [...about] };
  const notices = await reader.notice.findMany({ where: { subject, ...(kind === undefined ? {} : { kind }) }, orderBy: { id: 'asc' } });
  return notices.map(viewOf);
}

export function viewOf(notice: Notice): NoticeView {
  const { id, number, kind, subject, recipientKind, state } = notice;
  return {
    id,
    number,
    kind,
    subject,
    recipientKind,
    personId: notice.recipientId ?? undefined,
    venueCode: notice.venueCode ?? undefined,
    state,
    issuedOn: dayFromColumn(notice.issuedOn),
    deadlineOn: notice.deadlineOn === null ? undefined : dayFromColumn(notice.deadlineOn),
    servedOn: notice.servedOn === null ? undefined : dayFromColumn(notice.servedOn),
    provenAt: notice.provenAt ?? undefined,
  };
}
