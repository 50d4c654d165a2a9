import { z } from 'zod';
import type { ImportFile } from '../database/generated/client.ts';
import type { ImportKind } from '../database/generated/enums.ts';
import { jsonColumn } from '../database/json.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import { type FileContent, openSource } from '../document/byte-source.ts';
import { digestOfFile } from '../document/file-digest.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError, isErrorCode } from '../kernel/errors.ts';

/*
 * What becomes of a file is told once, in `import_file`: `stored`, `refused` for its bad rows, or only `checked`. A stored file
 * sent again changes nothing and gets the answer it got then. Imports of one kind wait for each other, so that what one has
 * checked is still true when it stores.
 */

export interface FileIdentity {
  readonly kind: ImportKind;
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface RowCounts {
  readonly rowCount: number;
  readonly goodCount: number;
  readonly badCount: number;
}

/** The answer to whoever sent a file. It names rows by line and column, never by person. */
export interface ImportOutcome<Report> extends RowCounts {
  readonly importFileId: number;
  /** `refused`: bad rows, and nothing was stored. `checked`: nothing was to be stored, and the report says what would be. */
  readonly state: ImportFile['state'];
  /** True when this very file was stored before, under the id given: it changed nothing now, and would change nothing. */
  readonly repeated: boolean;
  readonly report: Report;
}

export const rowErrorsSchema = z.object({
  /** Reasons against rows; at least one for each bad row. */
  errorCount: z.int(),
  /** The first of them, in the order of the file. */
  errors: z.array(
    z.object({
      line: z.int(),
      column: z.string(),
      code: z.string().refine(isErrorCode),
      reason: z.string(),
      value: z.string().exactOptional(),
    }),
  ),
});

export async function identifyFile(kind: ImportKind, content: FileContent): Promise<FileIdentity> {
  const source = await openSource(content);
  await source.close();
  return { kind, digest: await digestOfFile(content), sizeBytes: source.sizeBytes };
}

/** Error: `FILE_TORN` when a file at a path became another one while it was read. */
export async function assertUnchanged(file: FileIdentity, content: FileContent): Promise<void> {
  if (content instanceof Uint8Array || (await digestOfFile(content)) === file.digest) return;
  throw new CheongsanError('FILE_TORN', 'The file changed while it was read; wait until it is written to its end and send it again.');
}

/** Waits until no other file of this kind is being imported; held until the end of the unit of work. */
export async function lockImports(work: Work, kind: ImportKind): Promise<void> {
  await work.tx.$queryRaw`SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtextextended(${`import:${kind}`}, 0))) AS waiting`;
}

/** The answer this file got when it was stored, or undefined. */
export async function storedBefore<Report>(
  reader: Pick<Transaction, 'importFile'>,
  { kind, digest }: FileIdentity,
  schema: z.ZodType<Report>,
): Promise<ImportOutcome<Report> | undefined> {
  const file = await reader.importFile.findFirst({ where: { kind, digest, state: 'stored' } });
  if (file === null) return undefined;
  const { id, state, rowCount, goodCount, badCount } = file;
  return { importFileId: id, state, repeated: true, rowCount, goodCount, badCount, report: schema.parse(file.report) };
}

/** The answer to whoever only checks a file that was stored before; `report` says that an import would store nothing. */
export function checkedAgain<Report>(before: ImportOutcome<Report>, report: Report): ImportOutcome<Report> {
  return { ...before, state: 'checked', report };
}

/**
 * A header alone says nothing, and no kind of file tells by itself for which days or letters nothing is to be told: a query that
 * found nothing and a file that lost its rows look alike. Error: `FILE_FORMAT`.
 */
export function assertHasRows(rowCount: number): void {
  if (rowCount > 0) return;
  throw new CheongsanError(
    'FILE_FORMAT',
    'The file has a header and no rows; export it again, and send nothing where there is nothing to tell.',
  );
}

/** The id under which a file will be recorded, for rows that name it before its outcome is known. */
export async function nextImportFileId(work: Work): Promise<number> {
  const rows = await work.tx.$queryRaw<{ id: number }[]>`SELECT nextval(pg_get_serial_sequence('import_file', 'id'))::int AS id`;
  const id = rows[0]?.id;
  if (id === undefined) throw new CheongsanError('INTERNAL', 'The sequence of import files gave no id.');
  return id;
}

export async function recordImport<Report extends Canonical>(
  work: Work,
  file: FileIdentity,
  outcome: Omit<ImportOutcome<Report>, 'repeated'>,
): Promise<ImportOutcome<Report>> {
  const { importFileId: id, report, ...rest } = outcome;
  await work.tx.importFile.create({
    data: {
      id,
      ...rest,
      kind: file.kind,
      digest: file.digest,
      sizeBytes: BigInt(file.sizeBytes),
      report: jsonColumn(report),
      uploadedById: userIdOf(work.actor),
      createdAt: work.at,
      storedAt: outcome.state === 'stored' ? work.at : null,
    },
  });
  return { ...outcome, repeated: false };
}
