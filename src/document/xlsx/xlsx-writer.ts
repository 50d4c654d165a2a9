import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import exceljs from 'exceljs';
import { dayToColumn, isCivilDate } from '../../kernel/civil-date.ts';
import { guardedText, type WritableTable, type WrittenCell, writtenCells } from '../table-content.ts';
import { assertWithin, DEFAULT_TABLE_LIMITS } from '../table-limits.ts';
import { pinZipDates } from './zip-dates.ts';

const ROWS_PER_TURN = 200;
/** Excel keeps this many digits of a number; a figure with more is written as text, digit for digit. */
const EXACT_DIGITS = 15;
/** Before it, Excel's calendar differs from the real one. */
const FIRST_EXACT_DAY = '1900-03-01';
const COLUMN_WIDTHS = { text: 24, won: 16, decimal: 20, date: 12 } as const;

/**
 * A table as one XLSX sheet with a fixed header row; figures and days are cells of their own kind. The same table and
 * instant give the same bytes. Errors: `INPUT_INVALID` for what a cell cannot hold; `FILE_TOO_LARGE` for
 * more rows than a sheet has.
 */
export async function writeXlsx<Row>(table: WritableTable<Row>, options: { createdAt: Date; sheetName?: string }): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      pieces.push(piece);
      done();
    },
  });
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({ stream, useStyles: true });
  workbook.creator = 'Cheongsan';
  workbook.lastModifiedBy = 'Cheongsan';
  workbook.created = options.createdAt;
  workbook.modified = options.createdAt;
  const sheet = workbook.addWorksheet(options.sheetName ?? '자료', { views: [{ state: 'frozen', ySplit: 1 }] });
  sheet.columns = table.columns.map(({ kind }) => ({ width: COLUMN_WIDTHS[kind] }));
  const header = sheet.addRow(table.columns.map((column) => xmlText(guardedText(column.header, column.header, 0))));
  header.font = { bold: true };
  header.commit();
  let rowNumber = 0;
  for await (const row of table.rows) {
    rowNumber += 1;
    assertWithin(DEFAULT_TABLE_LIMITS.rows, rowNumber, 'The number of rows');
    const cells = writtenCells(table.columns, row, rowNumber);
    const written = sheet.addRow(cells.map(cellValue));
    for (const [index, cell] of cells.entries()) {
      const format = numberFormat(cell);
      if (format !== undefined) written.getCell(index + 1).numFmt = format;
    }
    written.commit();
    // Lets the compressor drain what was written, which it cannot while this loop runs.
    if (rowNumber % ROWS_PER_TURN === 0) await setImmediate();
  }
  await workbook.commit();
  return pinZipDates(Buffer.concat(pieces), options.createdAt);
}

function cellValue({ kind, text }: WrittenCell): string | number | Date | null {
  if (text === '') return null;
  switch (kind) {
    case 'text':
      return xmlText(text);
    case 'won':
    case 'decimal':
      return isExactNumber(text) ? Number(text) : text;
    case 'date':
      return isCivilDate(text) && text >= FIRST_EXACT_DAY ? dayToColumn(text) : text;
  }
}

function isExactNumber(figure: string): boolean {
  return figure.replace(/^-/, '').replace('.', '').replace(/^0+/, '').length <= EXACT_DIGITS;
}

function numberFormat({ kind, text }: WrittenCell): string | undefined {
  if (text === '') return undefined;
  switch (kind) {
    case 'text':
      return undefined;
    case 'won':
      return '#,##0';
    case 'decimal': {
      const places = text.split('.')[1]?.length ?? 0;
      return places === 0 ? '0' : `0.${'0'.repeat(places)}`;
    }
    case 'date':
      return 'yyyy-mm-dd';
  }
}

/** XML knows one line break, and spreadsheets read `_x000D_` as a character by its code, so that spelling is escaped. */
function xmlText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_');
}
