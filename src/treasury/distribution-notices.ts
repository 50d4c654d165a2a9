import type { Work } from '../database/work.ts';
import type { Agency } from '../document/letter.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { issueNotice } from '../notice/issue.ts';
import { type ReadPerson, readPersons } from '../person/read.ts';
import { lockCase } from '../seizure/locked-case.ts';
import { letterRecipient } from '../voluntary-sale/letter-recipient.ts';
import { readDistributionFacts } from './distribution-facts.ts';
import { type DistributionRecipient, unaddressedRecipients } from './distribution-recipients.ts';
import {
  DISTRIBUTION_RIGHT_HOLDER_TEMPLATE,
  DISTRIBUTION_TEMPLATE,
  distributionLetter,
  rightHolderDistributionLetter,
} from './letters/distribution-letter.ts';
import { SURPLUS_TEMPLATE, surplusLetter } from './letters/surplus-letter.ts';
import { surplusOf } from './refund-origin.ts';

/**
 * Writes the notice of a drafted distribution to everybody owed one who has none. Run again it writes nothing twice. Nothing is
 * distributed before all of them have left. Errors: `CONFLICT` when the draft does not stand any more, `NOT_FOUND`, `PERSON_ERASED`.
 */
export async function issueDistributionNotices(
  work: Work,
  keys: MasterKey,
  { distributionId, agency }: { readonly distributionId: number; readonly agency: Agency },
): Promise<readonly number[]> {
  const facts = await readDistributionFacts(work.tx, distributionId);
  const seizureCase = await lockCase(work, facts.caseId);
  const draft = await work.tx.distribution.findUniqueOrThrow({ where: { id: distributionId } });
  if (draft.state !== 'drafted')
    throw new CheongsanError('CONFLICT', `Distribution ${draft.number} is ${draft.state}; nobody is told of it.`);
  const untold = await unaddressedRecipients(work.tx, draft);
  if (untold.length === 0) return [];
  const personIds = [seizureCase.personId, ...untold.map(({ personId }) => personId)];
  const persons = await readPersons(work, keys, personIds, 'notice.distribution');
  const debtor = readable(persons, seizureCase.personId);
  const noticeIds: number[] = [];
  for (const recipient of untold) {
    const { content, template } = letterTo(recipient);
    const { id } = await issueNotice(work, keys, {
      kind: 'distribution_notice',
      subject: `case:${seizureCase.id}`,
      recipient: { kind: recipient.kind, personId: recipient.personId },
      content,
      template,
      deadlineOn: facts.distributionOn,
    });
    noticeIds.push(id);
  }
  work.ring('cases', seizureCase.id);
  return noticeIds;

  function letterTo({ kind, personId }: DistributionRecipient) {
    const to = letterRecipient(readable(persons, personId));
    return kind === 'delinquent'
      ? { content: distributionLetter(facts, agency, to), template: DISTRIBUTION_TEMPLATE }
      : { content: rightHolderDistributionLetter(facts, agency, to, debtor.name), template: DISTRIBUTION_RIGHT_HOLDER_TEMPLATE };
  }
}

/**
 * Writes to the taxpayer what is owed back to him. Errors:
 * `CONFLICT` when nothing is owed back, `NOT_FOUND`, `PERSON_ERASED`.
 */
export async function issueSurplusNotice(
  work: Work,
  keys: MasterKey,
  { caseId, agency }: { readonly caseId: number; readonly agency: Agency },
): Promise<{ readonly noticeId: number }> {
  const seizureCase = await lockCase(work, caseId);
  const surplus = await surplusOf(work.tx, caseId);
  if (!surplus.isPositive()) throw new CheongsanError('CONFLICT', `Nothing is owed back in case ${seizureCase.number}.`);
  const persons = await readPersons(work, keys, [seizureCase.personId], 'notice.surplus');
  const { id } = await issueNotice(work, keys, {
    kind: 'surplus_notice',
    subject: `case:${caseId}`,
    recipient: { kind: 'delinquent', personId: seizureCase.personId },
    content: surplusLetter({ caseNumber: seizureCase.number, surplus }, agency, letterRecipient(readable(persons, seizureCase.personId))),
    template: SURPLUS_TEMPLATE,
  });
  return { noticeId: id };
}

function readable(persons: ReadonlyMap<number, ReadPerson>, personId: number): ReadPerson {
  const person = persons.get(personId);
  if (person === undefined) throw new CheongsanError('PERSON_ERASED', `Person ${personId} has been erased and can be sent nothing.`);
  return person;
}
