import { appendAudit } from '../audit/append.ts';
import type { InquiryIdentification } from '../database/generated/enums.ts';
import type { Actor, Database } from '../database/work.ts';
import { writeCsv } from '../document/csv/csv-writer.ts';
import type { TextEncoding } from '../document/csv/text-encoding.ts';
import type { WritableColumn } from '../document/table-content.ts';
import { writeXlsx } from '../document/xlsx/xlsx-writer.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { type ReadPerson, readPersons } from '../person/read.ts';

interface InquiryLine {
  readonly requestNumber: string;
  readonly lineNumber: number;
  readonly name: string;
  readonly registrationNumber: string | undefined;
  readonly birthDate: CivilDate | undefined;
  readonly phone: string | undefined;
}

const HEAD: readonly WritableColumn<InquiryLine>[] = [
  { header: '요청번호', kind: 'text', value: ({ requestNumber }) => requestNumber },
  { header: '순번', kind: 'decimal', value: ({ lineNumber }) => String(lineNumber) },
  { header: '성명', kind: 'text', value: ({ name }) => name },
];

/** What the exchange is given to find its customer by, and nothing more. */
const COLUMNS: Readonly<Record<InquiryIdentification, readonly WritableColumn<InquiryLine>[]>> = {
  registration_number: [...HEAD, { header: '등록번호', kind: 'text', value: ({ registrationNumber }) => registrationNumber }],
  name_birth_phone: [
    ...HEAD,
    { header: '생년월일', kind: 'date', value: ({ birthDate }) => birthDate },
    { header: '휴대전화', kind: 'text', value: ({ phone }) => phone },
  ],
};

export interface InquiryFileOrder {
  readonly requestId: number;
  readonly format: 'csv' | 'xlsx';
  /** CSV only; absent: UTF-8. */
  readonly encoding?: TextEncoding;
}

export interface InquiryFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** Kept with the request: what was sent can be told from what was not. */
  readonly sha256: string;
  /** Lines left empty of what the exchange would need: those persons can hardly be found. */
  readonly incompleteLines: readonly number[];
}

/**
 * The inquiry as a file for the exchange. Making it is an export of personal data: the view of the persons and the digest of the
 * file are logged, each time. Errors: `NOT_FOUND`, `CONFLICT` when a person has been erased since, `FILE_ENCODING`.
 */
export async function makeInquiryFile(database: Database, keys: MasterKey, actor: Actor, order: InquiryFileOrder): Promise<InquiryFile> {
  const { request, lines } = await database.work(actor, async (work) => {
    const found = await work.tx.inquiryRequest.findUnique({
      where: { id: order.requestId },
      include: { subjects: { orderBy: { lineNumber: 'asc' } } },
    });
    if (found === null) throw new CheongsanError('NOT_FOUND', `There is no inquiry ${order.requestId}.`);
    const persons = await readPersons(
      work,
      keys,
      found.subjects.map(({ personId }) => personId),
      'inquiry.export',
    );
    return { request: found, lines: found.subjects.map((subject) => lineOf(found.number, subject, persons)) };
  });
  const columns = COLUMNS[request.identification];
  const bytes =
    order.format === 'csv'
      ? await csvOf(columns, lines, order.encoding)
      : await writeXlsx({ columns, rows: lines }, { createdAt: request.createdAt });
  const sha256 = sha256Hex(bytes);
  await database.work(actor, async (work) => {
    await work.tx.inquiryRequest.updateMany({ where: { id: request.id, state: 'drafted' }, data: { fileDigest: sha256 } });
    await appendAudit(work, {
      stream: 'system',
      action: 'inquiry.exported',
      subject: `inquiry:${request.id}`,
      recordDigest: sha256,
      payload: { number: request.number, format: order.format, identification: request.identification, subjects: lines.length },
    });
  });
  return {
    name: `${request.number}.${order.format}`,
    bytes,
    sha256,
    incompleteLines: lines.filter((line) => isIncomplete(line, request.identification)).map(({ lineNumber }) => lineNumber),
  };
}

function lineOf(
  requestNumber: string,
  { lineNumber, personId }: { readonly lineNumber: number; readonly personId: number },
  persons: ReadonlyMap<number, ReadPerson>,
): InquiryLine {
  const person = persons.get(personId);
  if (person === undefined) {
    throw new CheongsanError('CONFLICT', `Person ${personId} of inquiry ${requestNumber} has been erased since; draft the inquiry again.`);
  }
  return {
    requestNumber,
    lineNumber,
    name: person.name,
    registrationNumber: person.registrationNumber ?? undefined,
    birthDate: person.birthDate ?? undefined,
    phone: person.phone ?? undefined,
  };
}

function isIncomplete({ registrationNumber, birthDate, phone }: InquiryLine, identification: InquiryIdentification): boolean {
  return identification === 'registration_number' ? registrationNumber === undefined : birthDate === undefined || phone === undefined;
}

async function csvOf(
  columns: readonly WritableColumn<InquiryLine>[],
  rows: readonly InquiryLine[],
  encoding: TextEncoding | undefined,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of writeCsv({ columns, rows }, encoding === undefined ? {} : { encoding })) pieces.push(piece);
  return Buffer.concat(pieces);
}
