import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { Prisma } from '../database/generated/client.ts';
import type { InquiryIdentification } from '../database/generated/enums.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import type { VenueCode } from '../exchange/port.ts';
import { type CivilDate, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { type BillState, loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { sortBills } from './eligible-bills.ts';
import { nextNumbers } from './numbers.ts';

/** Whom an inquiry asks about. */
export interface InquirySelection {
  /** `seizable`: at least one bill may be seized for today. `outstanding`: anything is owed, whatever stands in the way. */
  readonly bills: 'seizable' | 'outstanding';
  /** Persons who owe less on such bills are left out; absent: nobody is. */
  readonly owedFromKrw?: Won | undefined;
  /** Only among these; absent: among all. */
  readonly personIds?: readonly number[] | undefined;
}

export interface InquiryOrder {
  readonly venueCode: VenueCode;
  readonly selection: InquirySelection;
  /** Registration numbers only where the law lets them be processed (LTBA-D 95); otherwise name, birth date and phone. */
  readonly identification: InquiryIdentification;
}

export interface Inquiry {
  readonly id: number;
  readonly number: string;
  readonly subjectCount: number;
}

const BILLS_PER_READ = 5_000;

/**
 * Drafts a question to an exchange about what persons hold there (LTCA 36): one line a person, in the order of their ids. Error:
 * `SEIZURE_NOTHING_OWED` when the selection names nobody.
 */
export async function createInquiry(work: Work, { venueCode, selection, identification }: InquiryOrder): Promise<Inquiry> {
  const personIds = await selectPersons(work, selection);
  if (personIds.length === 0) {
    throw new CheongsanError('SEIZURE_NOTHING_OWED', 'Nobody fits the selection; an inquiry asks about persons who owe something.');
  }
  const [number = ''] = await nextNumbers(work, 'inquiry_request', 1);
  const kept = {
    bills: selection.bills,
    owedFromKrw: selection.owedFromKrw?.toString() ?? null,
    named: selection.personIds?.length ?? null,
  };
  const { id } = await work.tx.inquiryRequest.create({
    data: {
      number,
      venueCode,
      identification,
      selection: kept,
      createdById: userIdOf(work.actor),
      createdAt: work.at,
      subjects: { createMany: { data: personIds.map((personId, index) => ({ personId, lineNumber: index + 1 })) } },
    },
    select: { id: true },
  });
  await appendAudit(work, {
    stream: 'system',
    action: 'inquiry.drafted',
    subject: `inquiry:${id}`,
    after: { number, venueCode, identification, persons: personIds },
    payload: { number, venueCode, identification, selection: kept, subjects: personIds.length },
  });
  return { id, number, subjectCount: personIds.length };
}

/** Persons who fit, ids ascending. Erased persons cannot be asked about. */
async function selectPersons(work: Work, selection: InquirySelection): Promise<number[]> {
  const policy = await readPolicy(work.tx);
  const rules = taxRules(policy);
  const today = seoulDay(work.at);
  const owed = new Map<number, Won>();
  const billIds = await candidateBills(work.tx, selection.personIds);
  for (let start = 0; start < billIds.length; start += BILLS_PER_READ) {
    const bills = await loadBillStates(work.tx, billIds.slice(start, start + BILLS_PER_READ));
    const counted = selection.bills === 'seizable' ? sortBills(bills, today, rules).eligible : bills.filter(isComputable);
    for (const bill of counted) {
      const sum = owedOnBills([bill], today, rules).total;
      if (sum.isPositive()) owed.set(bill.personId, (owed.get(bill.personId) ?? Won.zero).plus(sum));
    }
  }
  const from = selection.owedFromKrw ?? Won.zero;
  return [...owed]
    .filter(([, sum]) => !sum.isLessThan(from))
    .map(([personId]) => personId)
    .sort((a, b) => a - b);
}

function isComputable({ lines }: BillState): boolean {
  return !lines.some(({ isWithholdingAgent }) => isWithholdingAgent);
}

async function candidateBills(tx: Transaction, personIds: readonly number[] | undefined): Promise<number[]> {
  const among = personIds === undefined ? Prisma.empty : Prisma.sql`AND b.person_id = ANY (${[...personIds]}::int[])`;
  const rows = await tx.$queryRaw<{ id: number }[]>`
    SELECT b.id FROM bill b JOIN person p ON p.id = b.person_id AND p.erased_at IS NULL WHERE TRUE ${among} ORDER BY b.id`;
  return rows.map(({ id }) => id);
}

const sendingSchema = z.object({ reference: z.string().trim().min(1).max(200) });

/**
 * Records that the file has gone to the exchange, under the number of the official letter or the receipt of whatever carried it.
 * Errors: `NOT_FOUND`, `PROOF_REQUIRED` without a reference, `CONFLICT` when no file was made or it was sent before under another
 * reference, `INPUT_INVALID` for a day to come.
 */
export async function recordInquirySent(
  work: Work,
  sending: { readonly requestId: number; readonly sentOn: CivilDate; readonly reference: string },
): Promise<void> {
  const parsed = sendingSchema.safeParse(sending);
  if (!parsed.success) throw new CheongsanError('PROOF_REQUIRED', 'Name the letter or receipt with which the inquiry was sent.');
  const { reference } = parsed.data;
  if (sending.sentOn > seoulDay(work.at))
    throw new CheongsanError('INPUT_INVALID', `An inquiry cannot have been sent on ${sending.sentOn}.`);
  await work.tx.$queryRaw`SELECT id FROM inquiry_request WHERE id = ${sending.requestId} FOR NO KEY UPDATE`;
  const request = await work.tx.inquiryRequest.findUnique({ where: { id: sending.requestId } });
  if (request === null) throw new CheongsanError('NOT_FOUND', `There is no inquiry ${sending.requestId}.`);
  if (request.state !== 'drafted') {
    if (request.sentReference === reference) return;
    throw new CheongsanError('CONFLICT', `Inquiry ${request.number} was sent before under another reference.`);
  }
  if (request.fileDigest === null)
    throw new CheongsanError('CONFLICT', `No file was made of inquiry ${request.number} that could have been sent.`);
  const sent = { sentOn: sending.sentOn, reference, file: request.fileDigest };
  await work.tx.inquiryRequest.update({
    where: { id: request.id },
    data: { state: 'sent', sentOn: dayToColumn(sending.sentOn), sentReference: reference },
  });
  await appendAudit(work, {
    stream: 'system',
    action: 'inquiry.sent',
    subject: `inquiry:${request.id}`,
    before: { state: 'drafted' },
    after: { state: 'sent', ...sent },
    recordDigest: digestOf(sent),
    payload: { number: request.number, ...sent },
  });
}
