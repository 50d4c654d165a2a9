import type { CasePhase } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import type { Agency } from '../document/letter.ts';
import { type Canonical, digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { issueNotice } from '../notice/issue.ts';
import { type ReadPerson, readPersons } from '../person/read.ts';
import { type CaseWithParts, lockCase } from '../seizure/locked-case.ts';
import { moveCase } from '../seizure/phase.ts';
import type { BookSnapshots } from '../valuation/book-snapshot.ts';
import { recordValuations } from '../valuation/valuation-record.ts';
import { letterRecipient } from './letter-recipient.ts';
import { RIGHT_HOLDER_TEMPLATE, rightHolderLetter } from './letters/right-holder-letter.ts';
import { SALE_NOTICE_TEMPLATE, saleNoticeLetter } from './letters/sale-notice-letter.ts';
import { heldCoins, readSaleFacts, type SaleFacts } from './sale-facts.ts';
import { type SaleNoticeStatus, saleNoticeStatus, saleSubject } from './sale-notice-status.ts';

export interface SaleNoticesInput {
  readonly caseId: number;
  readonly agency: Agency;
  /** Books read just before, by which the holdings are valued; an asset without one is listed without value. */
  readonly snapshots: BookSnapshots;
}

/** The first notices leave from custody; later ones go to whoever became known, or whose notice was cancelled, until a sale begins. */
const ISSUING_PHASES: readonly CasePhase[] = ['in_custody', 'sale_noticed', 'voluntary_window'];

/**
 * Issues the sale notice to everyone owed one who has none, values the holdings at this moment, and moves a case in custody to
 * `sale_noticed`. Does nothing when everyone has his notice. Errors: `PHASE_WRONG`, `NOT_FOUND`, `PERSON_ERASED`, `CONFLICT` when
 * nothing is owed or nothing held that could be sold.
 */
export async function issueSaleNotices(work: Work, keys: MasterKey, input: SaleNoticesInput): Promise<readonly number[]> {
  const seizureCase = await lockCase(work, input.caseId);
  if (!ISSUING_PHASES.includes(seizureCase.phase)) {
    throw new CheongsanError(
      'PHASE_WRONG',
      `Case ${seizureCase.number} is ${seizureCase.phase}; sale notices leave from ${ISSUING_PHASES.join(', ')}.`,
      {
        facts: { caseId: seizureCase.id, phase: seizureCase.phase },
      },
    );
  }
  const status = await saleNoticeStatus(work.tx, input.caseId);
  const untold = status.filter(({ notice }) => notice === undefined);
  if (untold.length === 0) return [];
  const valuations = await valueHoldings(work, seizureCase, input.snapshots);
  const facts = await readSaleFacts(work, seizureCase);
  assertSaleable(facts, seizureCase);
  const noticeIds = await issueEach(work, keys, { seizureCase, untold, facts, agency: input.agency });
  if (seizureCase.phase === 'in_custody') {
    await moveCase(work, seizureCase.id, ['in_custody'], 'sale_noticed', {
      action: 'sale.noticed',
      payload: { notices: noticeIds },
      recordDigest: digestOf(valuations),
    });
  }
  return noticeIds;
}

async function valueHoldings(work: Work, { id: caseId, holdings }: CaseWithParts, snapshots: BookSnapshots): Promise<Canonical[]> {
  const held = await heldCoins(work, holdings);
  const valued = holdings.flatMap(({ id: holdingId, asset }) => {
    const quantity = held.get(holdingId);
    const snapshot = snapshots.get(asset);
    return quantity === undefined || quantity.isZero() || snapshot === undefined ? [] : [{ caseId, holdingId, quantity, snapshot }];
  });
  return recordValuations(work, 'sale_notice', valued);
}

function assertSaleable({ owedTotal, holdings }: SaleFacts, { id, number }: CaseWithParts): void {
  const reason = owedTotal.isZero()
    ? 'nothing is owed on its bills any more'
    : holdings.length === 0
      ? 'the city holds none of its coins'
      : '';
  if (reason === '') return;
  throw new CheongsanError('CONFLICT', `A sale of case ${number} cannot be noticed: ${reason}.`, { facts: { caseId: id } });
}

async function issueEach(
  work: Work,
  keys: MasterKey,
  {
    seizureCase,
    untold,
    facts,
    agency,
  }: { seizureCase: CaseWithParts; untold: readonly SaleNoticeStatus[]; facts: SaleFacts; agency: Agency },
): Promise<number[]> {
  const personIds = [seizureCase.personId, ...untold.map(({ personId }) => personId)];
  const persons = await readPersons(work, keys, personIds, 'notice.sale');
  const debtor = readable(persons, seizureCase.personId);
  const noticeIds: number[] = [];
  for (const { personId, recipientKind } of untold) {
    const recipient = letterRecipient(readable(persons, personId));
    const isDebtor = recipientKind === 'delinquent';
    const { id } = await issueNotice(work, keys, {
      kind: 'sale_notice',
      subject: saleSubject(seizureCase.id),
      recipient: { kind: recipientKind, personId },
      content: isDebtor
        ? saleNoticeLetter(facts, agency, recipient)
        : rightHolderLetter(facts, agency, recipient, { debtorName: debtor.name, role: recipientKind }),
      template: isDebtor ? SALE_NOTICE_TEMPLATE : RIGHT_HOLDER_TEMPLATE,
    });
    noticeIds.push(id);
  }
  return noticeIds;
}

function readable(persons: ReadonlyMap<number, ReadPerson>, personId: number): ReadPerson {
  const person = persons.get(personId);
  if (person === undefined) throw new CheongsanError('PERSON_ERASED', `Person ${personId} has been erased and can be sent nothing.`);
  return person;
}
