import { CsvError, parse } from 'csv-parse';
import { CheongsanError } from '../../kernel/errors.ts';
import type { ByteSource } from '../byte-source.ts';
import type { RawRow } from '../raw-row.ts';
import type { TableLimits } from '../table-limits.ts';
import { through } from '../through.ts';
import { decodeText, type EncodedText } from './text-encoding.ts';

const LINE_BREAK = /\r\n|\n|\r/g;

/**
 * The rows of a comma-separated file (RFC 4180) in constant memory, each with the line at which it starts; lines inside
 * quoted cells count as an editor counts them. Blank lines are passed over. Errors: `FILE_TORN` for a quote that never closes
 * and for a row with another number of cells than the first; `FILE_FORMAT` for a stray quote; `FILE_TOO_LARGE`.
 */
export async function* readCsvRows(
  source: ByteSource,
  text: EncodedText,
  limits: TableLimits,
  onBytesRead: (bytes: number) => void,
): AsyncGenerator<RawRow> {
  // The parser is some rows ahead of the reader, and an error drops those in between: it needs a line count of its own.
  const parsed = { nextLine: 1, linesByParser: 0 };
  const parser = parse({
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: limits.rowBytes,
    on_record: (cells: string[], { lines }) => {
      parsed.nextLine += linesOf(cells);
      parsed.linesByParser = lines;
      return cells;
    },
  });
  const characters = decodeText(counted(source, text.markBytes, onBytesRead), text.encoding);
  try {
    yield* wholeRows(through<string[]>(characters, parser));
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    const spansLines = typeof thrown['lines'] === 'number' && thrown['lines'] > parsed.linesByParser + 1;
    throw describe(thrown, parsed.nextLine, spansLines);
  }
}

async function* counted(source: ByteSource, from: number, onBytesRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  let bytes = from;
  for await (const piece of source.stream(from)) {
    yield piece;
    bytes += piece.length;
    onBytesRead(bytes);
  }
}

async function* wholeRows(records: AsyncIterable<string[]>): AsyncGenerator<RawRow> {
  let nextLine = 1;
  let cellsPerRow: number | undefined;
  for await (const cells of records) {
    const line = nextLine;
    nextLine += linesOf(cells);
    const isBlankLine = cells.length === 1 && cells[0] === '';
    if (isBlankLine) continue;
    cellsPerRow ??= cells.length;
    if (cells.length !== cellsPerRow) {
      throw new CheongsanError(
        'FILE_TORN',
        `The row at line ${line} has ${cells.length} cells, the first row has ${cellsPerRow}; the file is cut or a comma is not quoted.`,
        { facts: { line, cells: cells.length, expected: cellsPerRow } },
      );
    }
    yield { line, cells };
  }
}

/** Physical lines of a row: one, and one more for each line break inside a quoted cell. */
function linesOf(cells: readonly string[]): number {
  let lines = 1;
  for (const cell of cells) if (cell.includes('\n') || cell.includes('\r')) lines += cell.match(LINE_BREAK)?.length ?? 0;
  return lines;
}

function describe(error: CsvError, line: number, spansLines: boolean): CheongsanError {
  const facts = { line };
  if (error.code === 'CSV_QUOTE_NOT_CLOSED' || (error.code === 'CSV_MAX_RECORD_SIZE' && spansLines)) {
    return new CheongsanError('FILE_TORN', `The row at line ${line} never ends: a quote opens there and is not closed.`, { facts });
  }
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new CheongsanError('FILE_TOO_LARGE', `The row at line ${line} is longer than a row may be; split the file.`, { facts });
  }
  return new CheongsanError(
    'FILE_FORMAT',
    `The row at line ${line} has a quote in the middle of a cell; put the whole cell in quotes and double the inner one.`,
    { facts },
  );
}
