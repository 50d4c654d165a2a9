import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { isUniqueViolation } from '../database/errors.ts';
import type { ImportFile, ImportKind } from '../database/generated/client.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import { type FileContent, openSource } from '../document/byte-source.ts';
import { digestOfFile } from '../document/file-digest.ts';
import { type CheckedRow, checkRows, type RowError, type RowProblem } from '../document/row-check.ts';
import type { TableColumn } from '../document/table-header.ts';
import { nextImportFileId, recordImport, rowErrorsSchema } from '../tax/import-record.ts';

/** How one kind of file is read, judged and stored. */
export interface ImportPlan<Name extends string, Row, Good> {
  readonly kind: ImportKind;
  readonly columns: readonly TableColumn<Name>[];
  readonly schema: z.ZodType<Row>;
  readonly rowsMax: number;
  /** A fresh examiner of rows against each other, for one reading of the file. */
  readonly examiner: () => (row: CheckedRow<Row>) => readonly RowProblem<Name>[];
  /** What the database says about the rows that are well formed; `badLines` are those that are not. What it throws refuses the file. */
  readonly judge: (work: Work, rows: readonly CheckedRow<Row>[], badLines: ReadonlySet<number>) => Promise<Judged<Good>>;
  /** Stores the good ones and says in codes and counts what became of them. */
  readonly store: (work: Work, good: readonly Good[], importFileId: number) => Promise<Readonly<Record<string, number>>>;
}

export interface Judged<Good> {
  readonly good: readonly Good[];
  readonly errors: readonly RowError[];
}

export interface ImportOptions {
  /** Stores the good rows although others are bad; otherwise one bad row keeps all of them out. */
  readonly takeGoodRows?: boolean;
}

/** What became of a file. It names rows by line and column, never by person. */
export interface ImportReport {
  readonly importFileId: number;
  /** `refused`: bad rows, and nothing was stored. */
  readonly state: ImportFile['state'];
  /** True when this very file was stored before; it changed nothing now. */
  readonly repeated: boolean;
  readonly rowCount: number;
  readonly badCount: number;
  /** Reasons against rows; `errors` lists the first of those against single rows. */
  readonly errorCount: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly RowError[];
}

const TIMEOUT_MS = 300_000;

interface ReadFile<Row> {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly rows: readonly CheckedRow<Row>[];
  readonly errors: readonly RowError[];
  readonly errorCount: number;
  readonly badLines: ReadonlySet<number>;
  readonly rowCount: number;
}

/** What is kept of a file's outcome, so that the same file gets the same answer again. */
const storedReport = rowErrorsSchema.extend({ counts: z.record(z.string(), z.int()) });

/**
 * Checks all rows of a file before any is stored and stores none unless all are good or the good ones are asked for. The same file
 * again changes nothing. Errors: those of `checkRows` and of the plan's judge for a file that is unusable as a whole; then not
 * even the file is noted.
 */
export async function importTable<Name extends string, Row, Good>(
  database: Database,
  actor: Actor,
  content: FileContent,
  plan: ImportPlan<Name, Row, Good>,
  options: ImportOptions,
): Promise<ImportReport> {
  const file = await readFile(content, plan);
  try {
    return await database.work(
      actor,
      async (work) => (await storedBefore(work, plan.kind, file)) ?? (await take(work, file, plan, options)),
      {
        timeoutMs: TIMEOUT_MS,
      },
    );
  } catch (thrown) {
    if (!isUniqueViolation(thrown)) throw thrown;
    // Somebody stored the same file at the same time.
    return database.work(actor, async (work) => (await storedBefore(work, plan.kind, file)) ?? Promise.reject(thrown));
  }
}

async function readFile<Name extends string, Row, Good>(content: FileContent, plan: ImportPlan<Name, Row, Good>): Promise<ReadFile<Row>> {
  const rows: CheckedRow<Row>[] = [];
  const summary = await checkRows<Name, Row>(content, {
    columns: plan.columns,
    schema: plan.schema,
    limits: { rows: plan.rowsMax },
    examine: plan.examiner(),
    onRow: (row) => {
      rows.push(row);
    },
  });
  const source = await openSource(content);
  await source.close();
  const { errors, errorCount, badLines, rowCount } = summary;
  return { digest: await digestOfFile(content), sizeBytes: source.sizeBytes, rows, errors, errorCount, badLines, rowCount };
}

async function storedBefore(work: Work, kind: ImportKind, { digest }: ReadFile<unknown>): Promise<ImportReport | undefined> {
  const stored = await work.tx.importFile.findFirst({ where: { kind, digest, state: 'stored' } });
  if (stored === null) return undefined;
  const { id, state, rowCount, badCount } = stored;
  return { importFileId: id, state, repeated: true, rowCount, badCount, ...storedReport.parse(stored.report) };
}

async function take<Name extends string, Row, Good>(
  work: Work,
  file: ReadFile<Row>,
  plan: ImportPlan<Name, Row, Good>,
  { takeGoodRows }: ImportOptions,
): Promise<ImportReport> {
  const judged = await plan.judge(work, file.rows, file.badLines);
  const errors = [...file.errors, ...judged.errors].sort((a, b) => a.line - b.line);
  const errorCount = file.errorCount + judged.errors.length;
  const badCount = new Set([...file.badLines, ...judged.errors.map(({ line }) => line)]).size;
  const isTaken = badCount === 0 || (takeGoodRows === true && judged.good.length > 0);
  const state = isTaken ? 'stored' : 'refused';
  const id = await nextImportFileId(work);
  const counts = isTaken ? await plan.store(work, judged.good, id) : {};
  const identity = { kind: plan.kind, digest: file.digest, sizeBytes: file.sizeBytes };
  await recordImport(work, identity, {
    importFileId: id,
    state,
    rowCount: file.rowCount,
    goodCount: file.rowCount - badCount,
    badCount,
    report: { errorCount, errors: errors.map((error) => ({ ...error })), counts },
  });
  await appendAudit(work, {
    stream: 'system',
    action: isTaken ? `${plan.kind}.imported` : `${plan.kind}.refused`,
    subject: `import_file:${id}`,
    recordDigest: file.digest,
    payload: { rows: file.rowCount, bad: badCount, ...counts },
  });
  return { importFileId: id, state, repeated: false, rowCount: file.rowCount, badCount, errorCount, counts, errors };
}
