import { z } from 'zod';
import type { MatchState } from '../database/generated/enums.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import type { FileContent } from '../document/byte-source.ts';
import type { CheckedRow, RowError, RowProblem } from '../document/row-check.ts';
import { type ImportChoice, importTable, type Judged, type TableImport, type TablePlan } from '../import/table.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { normaliseName, normalisePhone } from '../person/details.ts';
import { type ReadPerson, readPersons } from '../person/read.ts';
import { type GivenIdentity, type Match, type Subject, SubjectIndex } from './match.ts';
import { registrationToken } from './registration-token.ts';
import {
  comparableName,
  identityContext,
  REPLY_COLUMNS,
  type RepliedHolding,
  type ReplyColumn,
  replyRow,
  sealedIdentityOf,
} from './reply-file.ts';

const ROWS_MAX = 100_000;

/** Rows by how sure their person is. */
const countsSchema = z.object({ matched: z.int(), probable: z.int(), conflict: z.int(), unmatched: z.int() });
type MatchCounts = z.infer<typeof countsSchema>;

interface MatchedRow {
  readonly line: number;
  readonly requestId: number;
  readonly row: RepliedHolding;
  readonly match: Match;
}

/**
 * Takes an exchange's reply to an inquiry: each row is matched against the persons asked about and kept with what agrees and what
 * does not. Nobody else is ever compared. Errors: `REPLY_UNKNOWN_REQUEST` when a row names a request we never sent, and nothing is
 * stored; those of `importTable`.
 */
export async function importHoldingsReply(
  database: Database,
  keys: MasterKey,
  actor: Actor,
  content: FileContent,
  choice: ImportChoice = {},
): Promise<TableImport<MatchCounts>> {
  const plan: TablePlan<ReplyColumn, RepliedHolding, MatchedRow, MatchCounts> = {
    kind: 'holdings_reply',
    columns: REPLY_COLUMNS,
    schema: replyRow,
    rowsMax: ROWS_MAX,
    examiner: repeatedHoldings,
    judge: (work, rows, { readable }) => matchRows(work, keys, rows, readable),
    store: (work, good, importFileId) => storeReply(work, keys, good, importFileId),
    counts: countsSchema,
    nothing: countsOf([]),
  };
  return importTable(database, plan, { content, actor, ...choice });
}

/** The same asset twice in one account could mean either line, so neither is believed. */
function repeatedHoldings(): (row: CheckedRow<RepliedHolding>) => RowProblem<ReplyColumn>[] {
  const lineOf = new Map<string, number>();
  return ({ line, value }) => {
    const key = [value.requestNumber, value.accountReference, value.quantity.asset].join('\u001f');
    const earlier = lineOf.get(key);
    if (earlier === undefined) lineOf.set(key, line);
    return earlier === undefined
      ? []
      : [{ column: '가상자산', code: 'CONFLICT', reason: `${earlier}행에 같은 계정의 같은 가상자산이 있음.` }];
  };
}

/** `refused` are rows that are bad already: they, too, must answer what was asked. */
async function matchRows(
  work: Work,
  keys: MasterKey,
  rows: readonly CheckedRow<RepliedHolding>[],
  refused: readonly CheckedRow<RepliedHolding>[],
): Promise<Judged<MatchedRow>> {
  const all = [...rows, ...refused];
  const indexes = new Map<string, RequestIndex>();
  const unknown = new Set<string>();
  for (const requestNumber of [...new Set(all.map(({ value }) => value.requestNumber))].sort()) {
    const index = await requestIndex(work, keys, requestNumber);
    if (index === undefined) unknown.add(requestNumber);
    else indexes.set(requestNumber, index);
  }
  const strange = all.find(({ value }) => unknown.has(value.requestNumber));
  if (strange !== undefined) {
    throw new CheongsanError(
      'REPLY_UNKNOWN_REQUEST',
      `Line ${strange.line} answers a request that was never sent; check the request number with the exchange.`,
      { facts: { line: strange.line, requests: unknown.size } },
    );
  }
  const requestOf = ({ line, value }: CheckedRow<RepliedHolding>): RequestIndex => {
    const request = indexes.get(value.requestNumber);
    if (request === undefined) throw new CheongsanError('INTERNAL', `Line ${line} lost its request.`);
    return request;
  };
  const isBeyond = (row: CheckedRow<RepliedHolding>) => (row.value.requestLine ?? 0) > requestOf(row).lineCount;
  return {
    good: rows
      .filter((row) => !isBeyond(row))
      .map((row) => {
        const { requestId, subjects } = requestOf(row);
        return { line: row.line, requestId, row: row.value, match: subjects.match(givenOf(row.value)) };
      }),
    errors: all.filter(isBeyond).map(
      ({ line, value }): RowError => ({
        line,
        column: '순번',
        code: 'NOT_FOUND',
        reason: '요청에 없는 순번임.',
        value: String(value.requestLine),
      }),
    ),
  };
}

interface RequestIndex {
  readonly requestId: number;
  readonly lineCount: number;
  readonly subjects: SubjectIndex;
}

/** The persons a request asked about; undefined for a number that we never sent out. */
async function requestIndex(work: Work, keys: MasterKey, requestNumber: string): Promise<RequestIndex | undefined> {
  const request = await work.tx.inquiryRequest.findUnique({ where: { number: requestNumber }, include: { subjects: true } });
  if (request === null || request.state === 'drafted') return undefined;
  const persons = await readPersons(
    work,
    keys,
    request.subjects.map(({ personId }) => personId),
    'inquiry.match',
  );
  const subjects = request.subjects.flatMap(({ personId, lineNumber }) => {
    const person = persons.get(personId);
    return person === undefined ? [] : [subjectOf(person, requestNumber, lineNumber)];
  });
  return { requestId: request.id, lineCount: request.subjects.length, subjects: new SubjectIndex(subjects) };
}

/** A person in the forms in which replies are compared. */
function subjectOf(person: ReadPerson, requestNumber: string, requestLine: number): Subject {
  const { registrationNumber } = person;
  return {
    personId: person.id,
    requestLine,
    registrationNumber: registrationNumber ?? undefined,
    registrationToken: registrationNumber === null ? undefined : registrationToken(requestNumber, registrationNumber),
    name: normaliseName(person.name),
    birthDate: person.birthDate ?? undefined,
    phone: person.phone === null ? undefined : normalisePhone(person.phone),
  };
}

function givenOf(row: RepliedHolding): GivenIdentity {
  const { requestLine, registrationNumber, isVerified, registrationToken: token, birthDate, phone } = row;
  return { requestLine, registrationNumber, isVerified, registrationToken: token, name: comparableName(row.name), birthDate, phone };
}

async function storeReply(work: Work, keys: MasterKey, rows: readonly MatchedRow[], importFileId: number): Promise<MatchCounts> {
  const requestIds = [...new Set(rows.map(({ requestId }) => requestId))].sort((a, b) => a - b);
  for (const requestId of requestIds) {
    const reply = await work.tx.holdingsReply.create({ data: { requestId, importFileId, createdAt: work.at } });
    await work.tx.holdingsReplyRow.createMany({
      data: rows.filter((row) => row.requestId === requestId).map((row) => rowData(keys, reply.id, row)),
    });
  }
  await work.tx.inquiryRequest.updateMany({ where: { id: { in: requestIds } }, data: { state: 'replied' } });
  return countsOf(rows);
}

function countsOf(rows: readonly MatchedRow[]): MatchCounts {
  const count = (state: MatchState) => rows.filter(({ match }) => match.state === state).length;
  return { matched: count('matched'), probable: count('probable'), conflict: count('conflict'), unmatched: count('unmatched') };
}

function rowData(keys: MasterKey, replyId: number, { line, row, match }: MatchedRow) {
  return {
    replyId,
    lineNumber: line,
    asset: row.quantity.asset,
    quantity: row.quantity.toString(),
    requestLine: row.requestLine ?? null,
    accountReference: row.accountReference,
    identityCipher: keys.seal(JSON.stringify(sealedIdentityOf(row)), identityContext(replyId, line)),
    basis: match.basis,
    state: match.state,
    personId: match.personId ?? null,
    reasons: [...match.reasons],
  };
}
