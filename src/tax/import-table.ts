import type { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { ImportKind } from '../database/generated/enums.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import type { FileContent } from '../document/byte-source.ts';
import { type CheckedRow, checkRows, type RowError, type RowProblem } from '../document/row-check.ts';
import type { TableColumn } from '../document/table-header.ts';
import {
  assertUnchanged,
  type FileIdentity,
  type ImportOutcome,
  identifyFile,
  lockImports,
  nextImportFileId,
  recordImport,
  rowErrorsSchema,
  storedBefore,
} from './import-record.ts';
import { RowErrors } from './row-errors.ts';

/** How one kind of short file is read, judged and stored. */
export interface TablePlan<Name extends string, Row, Good, Counts extends Readonly<Record<string, number | string>>> {
  readonly kind: ImportKind;
  readonly columns: readonly TableColumn<Name>[];
  readonly schema: z.ZodType<Row>;
  readonly rowsMax: number;
  /** Judges rows by themselves and against each other; made anew for every reading. */
  readonly examiner: () => (row: CheckedRow<Row>) => readonly RowProblem<Name>[];
  /** What the database says about well-formed rows; locks what it reads to decide. */
  readonly judge: (
    work: Work,
    rows: readonly CheckedRow<Row>[],
  ) => Promise<{ readonly good: readonly Good[]; readonly errors: readonly RowError[] }>;
  /** Stores the good rows and says in counts and sums what became of them. */
  readonly store: (work: Work, good: readonly Good[], importFileId: number) => Promise<Counts>;
  readonly counts: z.ZodType<Counts>;
  /** What the counts are when nothing is stored. */
  readonly nothing: Counts;
}

export interface TableImportInput {
  readonly content: FileContent;
  readonly actor: Actor;
  /** Stores the good rows although others are bad; otherwise one bad row keeps all of them out. */
  readonly acceptGoodRows?: boolean;
  /** Only says what an import would find. */
  readonly checkOnly?: boolean;
}

export type TableReport<Counts> = z.infer<typeof rowErrorsSchema> & { readonly counts: Counts };

const TIMEOUT_MS = 300_000;

/**
 * Checks all rows of a file before any is stored and stores none unless all are good or the good ones are asked for. The same
 * file again changes nothing. Errors: those of `checkRows` for a file that is unusable as a whole, of which nothing is noted.
 */
export async function importTable<Name extends string, Row, Good, Counts extends Readonly<Record<string, number | string>>>(
  database: Database,
  plan: TablePlan<Name, Row, Good, Counts>,
  input: TableImportInput,
): Promise<ImportOutcome<TableReport<Counts>>> {
  const file = await identifyFile(plan.kind, input.content);
  const schema = rowErrorsSchema.extend({ counts: plan.counts });
  const rows: CheckedRow<Row>[] = [];
  const summary = await checkRows<Name, Row>(input.content, {
    columns: plan.columns,
    schema: plan.schema,
    limits: { rows: plan.rowsMax },
    errorsListedMax: plan.rowsMax,
    examine: plan.examiner(),
    onRow: (row) => {
      rows.push(row);
    },
  });
  await assertUnchanged(file, input.content);
  return database.work(
    input.actor,
    async (work) => {
      await lockImports(work, plan.kind);
      const before = await storedBefore(work.tx, file, schema);
      return before ?? (await take(work, file, plan, { rows, errors: summary.errors, rowCount: summary.rowCount }, input));
    },
    { timeoutMs: TIMEOUT_MS },
  );
}

interface ReadRows<Row> {
  readonly rows: readonly CheckedRow<Row>[];
  readonly errors: readonly RowError[];
  readonly rowCount: number;
}

async function take<Name extends string, Row, Good, Counts extends Readonly<Record<string, number | string>>>(
  work: Work,
  file: FileIdentity,
  plan: TablePlan<Name, Row, Good, Counts>,
  read: ReadRows<Row>,
  { acceptGoodRows, checkOnly }: TableImportInput,
): Promise<ImportOutcome<TableReport<Counts>>> {
  const judged = await plan.judge(work, read.rows);
  const errors = new RowErrors();
  errors.add([...read.errors, ...judged.errors]);
  const isTaken = checkOnly !== true && (errors.badCount === 0 || (acceptGoodRows === true && judged.good.length > 0));
  const state = checkOnly === true ? 'checked' : isTaken ? 'stored' : 'refused';
  const importFileId = await nextImportFileId(work);
  const counts = isTaken ? await plan.store(work, judged.good, importFileId) : plan.nothing;
  const listed = errors.list().map((error) => ({ ...error }));
  const outcome = await recordImport(work, file, {
    importFileId,
    state,
    rowCount: read.rowCount,
    goodCount: read.rowCount - errors.badCount,
    badCount: errors.badCount,
    report: { errorCount: errors.count, errors: listed, counts },
  });
  await appendAudit(work, {
    stream: 'system',
    action: `${plan.kind}.${state === 'stored' ? 'imported' : state}`,
    subject: `import_file:${importFileId}`,
    recordDigest: file.digest,
    payload: { rows: read.rowCount, bad: errors.badCount, ...counts },
  });
  return outcome;
}
