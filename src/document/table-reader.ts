import { CheongsanError } from '../kernel/errors.ts';
import { type ByteSource, type FileContent, openSource } from './byte-source.ts';
import { unescapeCell } from './cell-escape.ts';
import { readCsvRows } from './csv/csv-reader.ts';
import { detectEncoding, type TextEncoding } from './csv/text-encoding.ts';
import { assertTableFormat, isZip } from './file-format.ts';
import type { RawCell, RawRow } from './raw-row.ts';
import { matchHeader, type TableColumn, type TableHeader } from './table-header.ts';
import { assertWithin, DEFAULT_TABLE_LIMITS, type TableLimits } from './table-limits.ts';
import { readXlsxRows } from './xlsx/xlsx-reader.ts';

export interface TableRow<Name extends string = string> {
  /** CSV: the physical line at which the row starts; XLSX: the row number. */
  readonly line: number;
  /** The text of every expected column, untrimmed; empty where the file has nothing. */
  readonly cells: Readonly<Record<Name, string>>;
  /** Empty for nearly every row. A refused cell is empty text in `cells`. */
  readonly refusals: readonly CellRefusal<Name>[];
}

/** A cell whose content is no exact text: an error value, a number beyond exactness, a formula without result. */
export interface CellRefusal<Name extends string = string> {
  readonly column: Name;
  /** Korean, for the officer. */
  readonly reason: string;
}

/** What was found out about a file before its first row. */
export type TableDescription =
  | { readonly format: 'csv'; readonly encoding: TextEncoding; readonly lastLineEnded: boolean }
  | { readonly format: 'xlsx' };

export interface ReadProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

export interface ReadTableOptions<Name extends string> {
  readonly columns: readonly TableColumn<Name>[];
  /** XLSX: the sheet to read. Absent: the only visible one with content. */
  readonly sheet?: string;
  readonly limits?: Partial<TableLimits>;
  readonly onProgress?: (progress: ReadProgress) => void;
  readonly onDescribed?: (description: TableDescription) => void;
}

/**
 * The rows of a CSV or XLSX file, whichever its content is, in constant memory; a cell that is no exact text is told with its row.
 * Rows without any content are passed over. Errors: `FILE_FORMAT` (empty file, other columns than agreed), `FILE_ENCODING`,
 * `FILE_TORN`, `FILE_TOO_LARGE`, `NOT_FOUND`; a row's error names its line. An error may come after rows: act on them only when the
 * end is reached.
 */
export async function* readTable<Name extends string>(
  content: FileContent,
  options: ReadTableOptions<Name>,
): AsyncGenerator<TableRow<Name>> {
  const limits = { ...DEFAULT_TABLE_LIMITS, ...options.limits };
  const source = await openSource(content);
  try {
    assertWithin(limits.fileBytes, source.sizeBytes, 'The file, in bytes,');
    const bytesTotal = source.sizeBytes;
    yield* namedRows(
      rawRows(source, options, limits, (bytesRead) => options.onProgress?.({ bytesRead, bytesTotal })),
      options.columns,
      limits,
    );
    options.onProgress?.({ bytesRead: bytesTotal, bytesTotal });
  } finally {
    await source.close();
  }
}

async function* rawRows<Name extends string>(
  source: ByteSource,
  options: ReadTableOptions<Name>,
  limits: TableLimits,
  onBytesRead: (bytes: number) => void,
): AsyncGenerator<RawRow> {
  await assertTableFormat(source);
  if (await isZip(source)) {
    options.onDescribed?.({ format: 'xlsx' });
    yield* readXlsxRows(source, options.sheet, limits, onBytesRead);
    return;
  }
  const text = await detectEncoding(source);
  options.onDescribed?.({ format: 'csv', encoding: text.encoding, lastLineEnded: text.lastLineEnded });
  yield* readCsvRows(source, text, limits, onBytesRead);
}

async function* namedRows<Name extends string>(
  rows: AsyncIterable<RawRow>,
  columns: readonly TableColumn<Name>[],
  limits: TableLimits,
): AsyncGenerator<TableRow<Name>> {
  const blank = blankCells(columns);
  let header: TableHeader<Name> | undefined;
  let rowCount = 0;
  for await (const row of rows) {
    if (row.cells.every((cell) => cell === '')) continue;
    if (header === undefined) {
      assertWithin(limits.columns, row.cells.length, 'The number of columns');
      header = matchHeader(row, columns);
      continue;
    }
    rowCount += 1;
    assertWithin(limits.rows, rowCount, 'The number of rows');
    yield nameCells(row, header, blank, limits);
  }
  if (header === undefined) throw new CheongsanError('FILE_FORMAT', 'The file is empty: it has not even a header.');
}

function nameCells<Name extends string>(
  row: RawRow,
  header: TableHeader<Name>,
  blank: Readonly<Record<Name, string>>,
  limits: TableLimits,
): TableRow<Name> {
  const cells: Record<Name, string> = { ...blank };
  const refusals: CellRefusal<Name>[] = [];
  for (const [index, cell] of row.cells.entries()) {
    const column = header.columnAt[index];
    if (column === undefined) assertBlank(cell, row.line, index);
    else if (typeof cell === 'string') cells[column] = checkedText(cell, row.line, column, limits);
    else refusals.push({ column, reason: cell.refused });
  }
  return { line: row.line, cells, refusals };
}

function blankCells<Name extends string>(columns: readonly TableColumn<Name>[]): Readonly<Record<Name, string>> {
  const cells: Partial<Record<Name, string>> = {};
  for (const { name } of columns) cells[name] = '';
  if (!hasEveryCell(cells, columns)) throw new CheongsanError('INTERNAL', 'A table is read without columns.');
  return cells;
}

function hasEveryCell<Name extends string>(
  cells: Partial<Record<Name, string>>,
  columns: readonly TableColumn<Name>[],
): cells is Record<Name, string> {
  return columns.length > 0 && columns.every(({ name }) => cells[name] !== undefined);
}

function checkedText(cell: string, line: number, column: string, limits: TableLimits): string {
  assertWithin(limits.cellCharacters, cell.length, `The number of characters in line ${line}, column ${JSON.stringify(column)}`);
  if (cell.includes('\ufffd')) {
    throw new CheongsanError(
      'FILE_ENCODING',
      `Line ${line}, column ${JSON.stringify(column)}, holds a character that an earlier conversion destroyed (U+FFFD); export the file again from its source.`,
      { facts: { line, column } },
    );
  }
  return unescapeCell(cell);
}

function assertBlank(cell: RawCell, line: number, index: number): void {
  if (cell === '') return;
  throw new CheongsanError('FILE_FORMAT', `Line ${line} has content in cell ${index + 1}, where the header has no column.`, {
    facts: { line, cell: index + 1 },
  });
}
