import type { Work } from '../database/work.ts';
import type { Agency } from '../document/letter.ts';
import { dayFromColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { issueNotice } from '../notice/issue.ts';
import { noticesOf } from '../notice/notice-view.ts';
import { readPerson } from '../person/read.ts';
import { lockCase } from '../seizure/locked-case.ts';
import { letterRecipient } from './letter-recipient.ts';
import { INVITATION_TEMPLATE, invitationLetter } from './letters/invitation-letter.ts';
import { readSaleFacts } from './sale-facts.ts';
import { saleSubject } from './sale-notice-status.ts';

/**
 * Issues the letter that tells the taxpayer the days of his open window, with the values of the last valuation. One stands at a
 * time: the same is returned again. Errors: `CONFLICT` without an open window, `NOT_FOUND`, `PERSON_ERASED`.
 */
export async function issueInvitation(
  work: Work,
  keys: MasterKey,
  { caseId, agency }: { readonly caseId: number; readonly agency: Agency },
): Promise<{ readonly noticeId: number }> {
  const seizureCase = await lockCase(work, caseId);
  const window = await work.tx.saleWindow.findUnique({ where: { caseId } });
  if (window?.state !== 'open') {
    throw new CheongsanError('CONFLICT', `Case ${seizureCase.number} has no open window to invite to.`, {
      facts: { caseId, window: window?.state ?? 'none' },
    });
  }
  const known = await noticesOf(work.tx, saleSubject(caseId), 'voluntary_sale_invitation');
  const standing = known.find(({ state }) => state !== 'cancelled');
  if (standing !== undefined) return { noticeId: standing.id };
  const facts = { ...(await readSaleFacts(work, seizureCase)), windowDays: window.windowDays };
  const taxpayer = await readPerson(work, keys, seizureCase.personId, 'notice.invitation');
  const days = { opensOn: dayFromColumn(window.opensOn), endsOn: dayFromColumn(window.endsOn) };
  const { id } = await issueNotice(work, keys, {
    kind: 'voluntary_sale_invitation',
    subject: saleSubject(caseId),
    recipient: { kind: 'delinquent', personId: seizureCase.personId },
    content: invitationLetter(facts, agency, letterRecipient(taxpayer), days),
    template: INVITATION_TEMPLATE,
  });
  return { noticeId: id };
}
