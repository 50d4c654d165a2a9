import type { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { ImportKind } from '../database/generated/enums.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import type { FileContent } from '../document/byte-source.ts';
import {
  type CheckedRow,
  checkRows,
  ERRORS_LISTED_MAX,
  type RowCheckSummary,
  type RowError,
  type RowProblem,
} from '../document/row-check.ts';
import type { TableColumn } from '../document/table-header.ts';
import {
  assertHasRows,
  assertUnchanged,
  checkedAgain,
  type FileIdentity,
  type ImportOutcome,
  identifyFile,
  lockImports,
  nextImportFileId,
  recordImport,
  rowErrorsSchema,
  storedBefore,
} from './record.ts';

/** Counts and sums of what became of the rows. */
export type ImportCounts = Readonly<Record<string, number | string>>;

/** How one kind of file is read, judged and stored. */
export interface TablePlan<Name extends string, Row, Good, Counts extends ImportCounts> {
  readonly kind: ImportKind;
  readonly columns: readonly TableColumn<Name>[];
  readonly schema: z.ZodType<Row>;
  readonly rowsMax: number;
  /** Judges rows by themselves and against each other; made anew for every reading. */
  readonly examiner: () => (row: CheckedRow<Row>) => readonly RowProblem<Name>[];
  /**
   * What the database says about rows that are good so far; locks what it reads to decide. Of the others, too, it may say what else
   * is wrong with them. What it throws refuses the file as a whole.
   */
  readonly judge: (work: Work, rows: readonly CheckedRow<Row>[], others: OtherRows<Row>) => Promise<Judged<Good>>;
  readonly store: (work: Work, good: readonly Good[], importFileId: number) => Promise<Counts>;
  readonly counts: z.ZodType<Counts>;
  /** What the counts are when nothing is stored. */
  readonly nothing: Counts;
}

/** A plan whose files can be checked without storing them. */
export interface CheckedTablePlan<Name extends string, Row, Good, Counts extends ImportCounts> extends TablePlan<Name, Row, Good, Counts> {
  /** What `store` would count. */
  readonly count: (good: readonly Good[]) => Counts;
}

/** Rows that are bad before the database is asked. */
export interface OtherRows<Row> {
  readonly lines: ReadonlySet<number>;
  /** Those of them whose cells can be read. */
  readonly readable: readonly CheckedRow<Row>[];
}

export interface Judged<Good> {
  readonly good: readonly Good[];
  readonly errors: readonly RowError[];
}

export interface ImportChoice {
  /** Stores the good rows although others are bad; otherwise one bad row keeps all of them out. */
  readonly acceptGoodRows?: boolean;
}

export interface TableImportInput extends ImportChoice {
  readonly content: FileContent;
  readonly actor: Actor;
}

export interface CheckedTableImportInput extends TableImportInput {
  /** Only says what an import of the good rows would store. */
  readonly checkOnly?: boolean;
}

/** What became of a file. It names rows by line and column, never by person. */
export interface TableImport<Counts> extends Omit<ImportOutcome<never>, 'report'> {
  /** Reasons against rows; at least one for each bad row, and the first of them. */
  readonly errorCount: number;
  readonly errors: readonly RowError[];
  readonly counts: Counts;
}

const TIMEOUT_MS = 300_000;

/**
 * Checks all rows of a file before any is stored and stores none unless all are good or the good ones are asked for. The same
 * file again changes nothing. Errors: `FILE_FORMAT` for a file without rows, those of `checkRows` and of the plan's judge for a file
 * that is unusable as a whole, of which nothing is noted.
 */
export async function importTable<Name extends string, Row, Good, Counts extends ImportCounts>(
  database: Database,
  plan: TablePlan<Name, Row, Good, Counts>,
  input: TableImportInput,
): Promise<TableImport<Counts>> {
  return takeTable(database, plan, input, undefined);
}

/** The same for a kind of file that may also only be checked. */
export async function importCheckedTable<Name extends string, Row, Good, Counts extends ImportCounts>(
  database: Database,
  plan: CheckedTablePlan<Name, Row, Good, Counts>,
  input: CheckedTableImportInput,
): Promise<TableImport<Counts>> {
  return takeTable(database, plan, input, input.checkOnly === true ? plan.count : undefined);
}

/** With `count` the file is only checked. */
async function takeTable<Name extends string, Row, Good, Counts extends ImportCounts>(
  database: Database,
  plan: TablePlan<Name, Row, Good, Counts>,
  input: TableImportInput,
  count: CheckedTablePlan<Name, Row, Good, Counts>['count'] | undefined,
): Promise<TableImport<Counts>> {
  const file = await identifyFile(plan.kind, input.content);
  const schema = rowErrorsSchema.extend({ counts: plan.counts });
  const rows: CheckedRow<Row>[] = [];
  const refused: CheckedRow<Row>[] = [];
  const summary = await checkRows<Name, Row>(input.content, {
    columns: plan.columns,
    schema: plan.schema,
    limits: { rows: plan.rowsMax },
    examine: plan.examiner(),
    onRow: (row) => {
      rows.push(row);
    },
    onRefused: (row) => {
      refused.push(row);
    },
  });
  assertHasRows(summary.rowCount);
  await assertUnchanged(file, input.content);
  const { report, ...outcome } = await database.work(
    input.actor,
    async (work) => {
      await lockImports(work, plan.kind);
      const before = await storedBefore(work.tx, file, schema);
      if (before !== undefined) return count === undefined ? before : checkedAgain(before, { ...before.report, counts: plan.nothing });
      return take(work, file, plan, { rows, refused, summary }, { ...input, count });
    },
    { timeoutMs: TIMEOUT_MS },
  );
  return { ...outcome, ...report };
}

interface ReadRows<Row> {
  readonly rows: readonly CheckedRow<Row>[];
  readonly refused: readonly CheckedRow<Row>[];
  readonly summary: RowCheckSummary;
}

async function take<Name extends string, Row, Good, Counts extends ImportCounts>(
  work: Work,
  file: FileIdentity,
  plan: TablePlan<Name, Row, Good, Counts>,
  { rows, refused, summary }: ReadRows<Row>,
  { acceptGoodRows, count }: ImportChoice & { readonly count: CheckedTablePlan<Name, Row, Good, Counts>['count'] | undefined },
): Promise<ImportOutcome<z.infer<typeof rowErrorsSchema> & { readonly counts: Counts }>> {
  const { rowCount, badLines } = summary;
  const judged = await plan.judge(work, rows, { lines: badLines, readable: refused });
  const badCount = new Set([...badLines, ...judged.errors.map(({ line }) => line)]).size;
  const isTaken = count === undefined && (badCount === 0 || (acceptGoodRows === true && judged.good.length > 0));
  const state = count !== undefined ? 'checked' : isTaken ? 'stored' : 'refused';
  const importFileId = await nextImportFileId(work);
  const counts = isTaken ? await plan.store(work, judged.good, importFileId) : (count?.(judged.good) ?? plan.nothing);
  const errors = [...summary.errors, ...judged.errors].sort((a, b) => a.line - b.line).slice(0, ERRORS_LISTED_MAX);
  const outcome = await recordImport(work, file, {
    importFileId,
    state,
    rowCount,
    goodCount: rowCount - badCount,
    badCount,
    report: { errorCount: summary.errorCount + judged.errors.length, errors: errors.map((error) => ({ ...error })), counts },
  });
  await appendAudit(work, {
    stream: 'system',
    action: `${plan.kind}.${state === 'stored' ? 'imported' : state}`,
    subject: `import_file:${importFileId}`,
    recordDigest: file.digest,
    payload: { rows: rowCount, bad: badCount, ...(isTaken ? counts : {}) },
  });
  return outcome;
}
