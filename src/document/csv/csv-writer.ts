import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import { CheongsanError } from '../../kernel/errors.ts';
import { guardedText, type WritableTable, writtenCells } from '../table-content.ts';
import type { TextEncoding } from './text-encoding.ts';

const ROWS_PER_PIECE = 500;
const BYTE_ORDER_MARK = '\ufeff';
const SHAPE = { record_delimiter: '\r\n', quoted_match: /[\r\n]/ };

/**
 * A table as CSV, piece by piece, with CRLF after every row. UTF-8 carries a byte order mark, without which Korean Excel reads
 * it as CP949. Errors: `INPUT_INVALID` for what a cell cannot hold; `FILE_ENCODING` for a character that CP949 lacks: nothing
 * is replaced by a question mark.
 */
export async function* writeCsv<Row>(table: WritableTable<Row>, options: { encoding?: TextEncoding } = {}): AsyncGenerator<Buffer> {
  const encoding = options.encoding ?? 'utf-8';
  const header = table.columns.map((column) => guardedText(column.header, column.header, 0));
  yield encoded(encoding === 'utf-8' ? BYTE_ORDER_MARK : '', encoding, 0);
  let lines = [header];
  let rowNumber = 0;
  for await (const row of table.rows) {
    rowNumber += 1;
    lines.push(writtenCells(table.columns, row, rowNumber).map(({ text }) => text));
    if (lines.length < ROWS_PER_PIECE) continue;
    yield encoded(stringify(lines, SHAPE), encoding, rowNumber);
    lines = [];
  }
  yield encoded(stringify(lines, SHAPE), encoding, rowNumber);
}

function encoded(text: string, encoding: TextEncoding, lastRowNumber: number): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const bytes = iconv.encode(text, encoding);
  if (iconv.decode(bytes, encoding) === text) return bytes;
  const missing = [...text].find((character) => iconv.decode(iconv.encode(character, encoding), encoding) !== character) ?? '';
  throw new CheongsanError(
    'FILE_ENCODING',
    `CP949 has no character U+${codePoint(missing)}, which stands in one of the rows up to ${lastRowNumber}; write the file as UTF-8.`,
    { facts: { codePoint: codePoint(missing) } },
  );
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
