import type { Notice } from '../database/generated/client.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import { writeCsv } from '../document/csv/csv-writer.ts';
import type { TextEncoding } from '../document/csv/text-encoding.ts';
import type { PrintDocument } from '../document/print-document.ts';
import type { WritableColumn } from '../document/table-content.ts';
import { type CivilDate, dayFromColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { type ReadPerson, readPersons } from '../person/read.ts';
import { NOTICE_TITLES } from './notice-titles.ts';
import { openContents, readNotices } from './print.ts';

interface SenderLine {
  readonly position: number;
  readonly number: string;
  readonly title: string;
  readonly name: string;
  readonly address: string;
  readonly dispatchedOn: CivilDate | undefined;
  readonly trackingNumber: string | undefined;
  readonly subject: string;
}

/** What a record of posting must show (LTBA 30(6)), with room for the tracking number the post gives. */
export const SENDER_LIST_COLUMNS: readonly WritableColumn<SenderLine>[] = [
  { header: '순번', kind: 'decimal', value: ({ position }) => String(position) },
  { header: '문서번호', kind: 'text', value: ({ number }) => number },
  { header: '서류의 명칭', kind: 'text', value: ({ title }) => title },
  { header: '받는 사람', kind: 'text', value: ({ name }) => name },
  { header: '송달장소', kind: 'text', value: ({ address }) => address },
  { header: '발송일', kind: 'date', value: ({ dispatchedOn }) => dispatchedOn },
  { header: '등기번호', kind: 'text', value: ({ trackingNumber }) => trackingNumber },
  { header: '주요 내용', kind: 'text', value: ({ subject }) => subject },
];

/**
 * The sender list (발송명부) of a print run as CSV, in the order of the ids. Addresses are today's, since a letter goes to where its
 * recipient has moved (LTBA 30(4)). The view of personal data is logged. Errors: `NOT_FOUND`, `PERSON_ERASED`, `CONFLICT` when
 * somebody has no address, `FILE_ENCODING`.
 */
export async function exportSenderList(
  database: Database,
  keys: MasterKey,
  actor: Actor,
  { noticeIds, encoding }: { noticeIds: readonly number[]; encoding?: TextEncoding },
): Promise<Buffer> {
  const rows = await database.work(actor, async (work) => {
    const notices = await readNotices(work, noticeIds);
    const personIds = notices.flatMap(({ recipientId }) => recipientId ?? []);
    const persons = await readPersons(work, keys, personIds, 'notice.sender_list');
    return senderLines(work, keys, notices, persons);
  });
  const pieces: Buffer[] = [];
  for await (const piece of writeCsv({ columns: SENDER_LIST_COLUMNS, rows }, encoding === undefined ? {} : { encoding }))
    pieces.push(piece);
  return Buffer.concat(pieces);
}

async function senderLines(
  work: Work,
  keys: MasterKey,
  notices: readonly Notice[],
  persons: ReadonlyMap<number, ReadPerson>,
): Promise<SenderLine[]> {
  const contents = await openContents(work, keys, notices);
  const attempts = await latestAttempts(
    work,
    notices.map(({ id }) => id),
  );
  const lines = notices.map((notice, index): SenderLine => {
    const attempt = attempts.get(notice.id);
    return {
      position: index + 1,
      number: notice.number,
      title: NOTICE_TITLES[notice.kind],
      ...addressee(notice, contents[index] ?? [], persons),
      dispatchedOn: attempt === undefined ? undefined : dayFromColumn(attempt.dispatchedOn),
      trackingNumber: attempt?.trackingNumber ?? undefined,
      subject: contents[index]?.[0]?.title ?? '',
    };
  });
  const homeless = lines.filter(({ address }) => address === '').map(({ number }) => number);
  if (homeless.length === 0) return lines;
  throw new CheongsanError('CONFLICT', `No address is known for ${homeless.join(', ')}; find one, or serve by hand or public notice.`, {
    facts: { numbers: homeless },
  });
}

/** A person's own particulars of today; an organisation's as its letter has them. */
function addressee(
  notice: Notice,
  documents: readonly PrintDocument[],
  persons: ReadonlyMap<number, ReadPerson>,
): { readonly name: string; readonly address: string } {
  if (notice.recipientId === null) {
    const letterhead = documents.flatMap(({ blocks }) => blocks).find((block) => block.kind === 'letterhead');
    return { name: letterhead?.recipientName ?? notice.venueCode ?? '', address: letterhead?.recipientAddress ?? '' };
  }
  const person = persons.get(notice.recipientId);
  return { name: person?.name ?? '', address: person?.address ?? '' };
}

async function latestAttempts(
  work: Work,
  noticeIds: readonly number[],
): Promise<ReadonlyMap<number, { dispatchedOn: Date; trackingNumber: string | null }>> {
  const attempts = await work.tx.serviceAttempt.findMany({
    where: { noticeId: { in: [...noticeIds] } },
    select: { noticeId: true, dispatchedOn: true, trackingNumber: true },
    orderBy: { id: 'asc' },
  });
  return new Map(attempts.map((attempt) => [attempt.noticeId, attempt]));
}
