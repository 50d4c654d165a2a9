import { type CivilDate, isCivilDate } from '../kernel/civil-date.ts';
import { isPlainDecimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Won } from '../kernel/money.ts';
import { escapeCell } from './cell-escape.ts';

/**
 * A column of a table to be written. Its kind says what its cells are: text is guarded against being run as a formula,
 * figures and days stay figures and days. An undefined value leaves the cell empty.
 */
export type WritableColumn<Row> = { readonly header: string } & (
  | { readonly kind: 'text'; readonly value: (row: Row) => string | undefined }
  | { readonly kind: 'won'; readonly value: (row: Row) => Won | undefined }
  /** A plain decimal as text, for example a quantity's `toString()`. */
  | { readonly kind: 'decimal'; readonly value: (row: Row) => string | undefined }
  | { readonly kind: 'date'; readonly value: (row: Row) => CivilDate | undefined }
);

export interface WritableTable<Row> {
  readonly columns: readonly WritableColumn<Row>[];
  readonly rows: Iterable<Row> | AsyncIterable<Row>;
}

/** A cell as it is written: its kind and its text, in which figures are plain decimals. */
export interface WrittenCell {
  readonly kind: WritableColumn<never>['kind'];
  readonly text: string;
}

const CHARACTERS_MAX = 32_767;
const UNPRINTABLE = /[^\P{Cc}\t\n\r]|\ufffd/u;

/** The cells of one row. Error: `INPUT_INVALID`, with column and row number, for what a cell cannot hold. */
export function writtenCells<Row>(columns: readonly WritableColumn<Row>[], row: Row, rowNumber: number): WrittenCell[] {
  return columns.map((column) => ({ kind: column.kind, text: cellText(column, row, rowNumber) }));
}

function cellText<Row>(column: WritableColumn<Row>, row: Row, rowNumber: number): string {
  switch (column.kind) {
    case 'text':
      return guardedText(column.value(row) ?? '', column.header, rowNumber);
    case 'won':
      return column.value(row)?.toString() ?? '';
    case 'decimal':
      return checked(column.value(row), isPlainDecimal, column.header, rowNumber);
    case 'date':
      return checked(column.value(row), isCivilDate, column.header, rowNumber);
  }
}

function checked(value: string | undefined, isValid: (text: string) => boolean, header: string, rowNumber: number): string {
  if (value === undefined || isValid(value)) return value ?? '';
  throw refused(header, rowNumber, 'is not of the kind its column declares');
}

export function guardedText(text: string, header: string, rowNumber: number): string {
  if (UNPRINTABLE.test(text)) throw refused(header, rowNumber, 'holds a control character');
  if (text.length >= CHARACTERS_MAX) throw refused(header, rowNumber, `is longer than the ${CHARACTERS_MAX} characters a cell can hold`);
  return escapeCell(text);
}

function refused(header: string, rowNumber: number, what: string): CheongsanError {
  return new CheongsanError('INPUT_INVALID', `The value for column ${JSON.stringify(header)} in row ${rowNumber} ${what}.`, {
    facts: { column: header, row: rowNumber },
  });
}
