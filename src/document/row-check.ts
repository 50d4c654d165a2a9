import type { z } from 'zod';
import type { ErrorCode } from '../kernel/errors.ts';
import type { FileContent } from './byte-source.ts';
import { errorCodeOf, KOREAN_MESSAGES } from './cell-schemas.ts';
import { maskShape } from './mask.ts';
import type { TableColumn } from './table-header.ts';
import { type ReadTableOptions, readTable, type TableDescription, type TableRow } from './table-reader.ts';

/** Why a row was not taken, as the import report shows it. */
export interface RowError {
  readonly line: number;
  /** The column's name, or empty text when the row as a whole is at fault. */
  readonly column: string;
  readonly code: ErrorCode;
  /** Korean, without the value. */
  readonly reason: string;
  /** The cell as it stood; its shape only, unless the column is declared non-personal. */
  readonly value?: string;
}

/** What a rule beyond the cell itself found, for example a number that an earlier row of the file has already. */
export interface RowProblem<Name extends string = string> {
  readonly column: Name | '';
  readonly code: ErrorCode;
  /** Korean, without the value. */
  readonly reason: string;
}

export interface CheckedRow<Value> {
  readonly line: number;
  readonly value: Value;
}

export interface CheckRowsOptions<Name extends string, Value> extends ReadTableOptions<Name> {
  /** An object schema keyed by column names, best built from the cell schemas of `cell-schemas.ts`. */
  readonly schema: z.ZodType<Value>;
  /** Rules over more than one cell or row; called in file order with rows that satisfy the schema. */
  readonly examine?: (row: CheckedRow<Value>) => readonly RowProblem<Name>[];
  /** Rules over the cells that can be read, where others of the row cannot: an officer is told everything at once. */
  readonly examinePart?: (readable: Partial<Readonly<Record<Name, string>>>) => readonly RowProblem<Name>[];
  /** Receives each good row in file order; the file may still prove torn after it. */
  readonly onRow?: (row: CheckedRow<Value>) => void | Promise<void>;
  /** Receives each row that satisfies the schema and that `examine` refuses. */
  readonly onRefused?: (row: CheckedRow<Value>) => void;
}

export interface RowCheckSummary {
  readonly description: TableDescription | undefined;
  readonly rowCount: number;
  readonly goodCount: number;
  readonly badCount: number;
  /** Every bad row's line, listed or not. */
  readonly badLines: ReadonlySet<number>;
  /** At least one a bad row. */
  readonly errorCount: number;
  /** The first of them, in file order. */
  readonly errors: readonly RowError[];
}

/** How many reasons against rows a report lists; all are counted. */
export const ERRORS_LISTED_MAX = 1_000;

/**
 * Reads a whole table and checks every row; memory grows with the listed errors only. Errors in rows are returned, not
 * thrown. Thrown, as by `readTable`, is what makes the file as a whole unusable: `FILE_FORMAT`, `FILE_ENCODING`, `FILE_TORN`,
 * `FILE_TOO_LARGE`, `NOT_FOUND`.
 */
export async function checkRows<Name extends string, Value>(
  content: FileContent,
  options: CheckRowsOptions<Name, Value>,
): Promise<RowCheckSummary> {
  const counts = { rowCount: 0, goodCount: 0, badCount: 0, errorCount: 0 };
  const badLines = new Set<number>();
  const errors: RowError[] = [];
  let description: TableDescription | undefined;
  const onDescribed = (found: TableDescription) => {
    description = found;
    options.onDescribed?.(found);
  };
  for await (const row of readTable(content, { ...options, onDescribed })) {
    counts.rowCount += 1;
    const checked = checkRow(row, options);
    if ('value' in checked) {
      counts.goodCount += 1;
      await options.onRow?.(checked);
      continue;
    }
    if (checked.readable !== undefined) options.onRefused?.(checked.readable);
    counts.badCount += 1;
    badLines.add(row.line);
    counts.errorCount += checked.errors.length;
    errors.push(...checked.errors.slice(0, Math.max(0, ERRORS_LISTED_MAX - errors.length)));
  }
  return { description, ...counts, badLines, errors };
}

/** Why a row is bad, and what it says where its cells can be read. */
export interface RefusedRow<Value> {
  readonly errors: readonly RowError[];
  readonly readable: CheckedRow<Value> | undefined;
}

/** One row as its parsed value, or every reason against it. */
export function checkRow<Name extends string, Value>(
  row: TableRow<Name>,
  options: Pick<CheckRowsOptions<Name, Value>, 'columns' | 'schema' | 'examine' | 'examinePart'>,
): CheckedRow<Value> | RefusedRow<Value> {
  const parsed = options.schema.safeParse(row.cells, { error: KOREAN_MESSAGES });
  const refused = row.refusals.map(({ column, reason }): RowProblem<string> => ({ column, code: 'INPUT_INVALID', reason }));
  if (parsed.success && refused.length === 0) {
    const checked = { line: row.line, value: parsed.data };
    const problems = options.examine?.(checked) ?? [];
    if (problems.length === 0) return checked;
    return { errors: problems.map((problem) => rowError(row, problem, options.columns)), readable: checked };
  }
  const refusedColumns = new Set(refused.map(({ column }) => column));
  const issues = (parsed.error?.issues ?? []).map(problemOf).filter(({ column }) => !refusedColumns.has(column));
  const unreadable = [...refused, ...issues];
  const others = options.examinePart?.(readableCells(row, new Set(unreadable.map(({ column }) => column)), options.columns)) ?? [];
  return { errors: [...unreadable, ...others].map((problem) => rowError(row, problem, options.columns)), readable: undefined };
}

function readableCells<Name extends string>(
  { cells }: TableRow<Name>,
  unreadable: ReadonlySet<string>,
  columns: readonly TableColumn<Name>[],
): Partial<Readonly<Record<Name, string>>> {
  const readable: Partial<Record<Name, string>> = {};
  for (const { name } of columns) if (!unreadable.has(name)) readable[name] = cells[name];
  return readable;
}

function problemOf(issue: z.core.$ZodIssue): RowProblem<string> {
  const [column] = issue.path;
  return { column: typeof column === 'string' ? column : '', code: errorCodeOf(issue), reason: issue.message };
}

function rowError<Name extends string>(row: TableRow<Name>, problem: RowProblem<string>, columns: readonly TableColumn<Name>[]): RowError {
  const column = columns.find(({ name }) => name === problem.column);
  const value = column === undefined ? '' : row.cells[column.name];
  if (column === undefined || value === '') return { line: row.line, ...problem };
  return { line: row.line, ...problem, value: column.nonPersonal === true ? value : maskShape(value) };
}
