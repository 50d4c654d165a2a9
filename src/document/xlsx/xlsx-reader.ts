import { CheongsanError } from '../../kernel/errors.ts';
import type { ByteSource } from '../byte-source.ts';
import type { RawRow } from '../raw-row.ts';
import { assertWithin, type TableLimits } from '../table-limits.ts';
import { SharedTextsPart, SheetPart } from './xlsx-sheet.ts';
import { readWorkbook, type XlsxSheet, type XlsxWorkbook } from './xlsx-workbook.ts';
import { XmlScanner } from './xml-scanner.ts';
import { readZipEntry, type ZipEntry } from './zip-reader.ts';

/**
 * The rows of one sheet that hold anything, each with its row number. Only the table of shared texts is held in memory.
 * Without a sheet's name the workbook must have one visible sheet with content: of several none is left out unnoticed.
 * Errors: `FILE_TORN`, `FILE_FORMAT`, `FILE_TOO_LARGE`.
 */
export async function* readXlsxRows(
  source: ByteSource,
  sheetName: string | undefined,
  limits: TableLimits,
  onBytesRead: (bytes: number) => void,
): AsyncGenerator<RawRow> {
  let bytesRead = 0;
  const count = (bytes: number) => {
    bytesRead += bytes;
    onBytesRead(bytesRead);
  };
  const workbook = await readWorkbook(source, limits);
  const sheet = sheetName === undefined ? await onlySheet(source, workbook, limits) : namedSheet(workbook, sheetName);
  const texts = workbook.sharedTexts === undefined ? [] : await readSharedTexts(source, workbook.sharedTexts, limits, count);
  yield* sheetRows(source, sheet.entry, new SheetPart(workbook, texts, limits), count);
}

function namedSheet(workbook: XlsxWorkbook, name: string): XlsxSheet {
  const sheet = workbook.sheets.find((candidate) => candidate.name === name);
  if (sheet !== undefined) return sheet;
  throw new CheongsanError('FILE_FORMAT', `The workbook has no sheet ${JSON.stringify(name)}; it has ${sheetList(workbook.sheets)}.`);
}

async function onlySheet(source: ByteSource, workbook: XlsxWorkbook, limits: TableLimits): Promise<XlsxSheet> {
  const filled: XlsxSheet[] = [];
  for (const sheet of workbook.sheets) {
    if (sheet.isVisible && (await holdsAnything(source, sheet, workbook, limits))) filled.push(sheet);
  }
  const [first, ...others] = filled;
  if (first === undefined) throw new CheongsanError('FILE_FORMAT', 'The workbook is empty: no visible sheet holds a cell.');
  if (others.length > 0) {
    throw new CheongsanError(
      'FILE_FORMAT',
      `The workbook has several sheets with content (${sheetList(filled)}); keep one, or hide or delete the others.`,
    );
  }
  return first;
}

function sheetList(sheets: readonly XlsxSheet[]): string {
  return sheets.map(({ name }) => JSON.stringify(name)).join(', ');
}

async function holdsAnything(source: ByteSource, sheet: XlsxSheet, workbook: XlsxWorkbook, limits: TableLimits): Promise<boolean> {
  // Shared texts are loaded later; a reference to one counts as content.
  const part = new SheetPart(workbook, undefined, limits);
  for await (const row of sheetRows(source, sheet.entry, part, () => {})) if (row.cells.length > 0) return true;
  return false;
}

async function* sheetRows(
  source: ByteSource,
  entry: ZipEntry,
  part: SheetPart,
  onBytesRead: (bytes: number) => void,
): AsyncGenerator<RawRow> {
  const scanner = new XmlScanner(part);
  for await (const piece of readZipEntry(source, entry, onBytesRead)) {
    scanner.write(piece);
    yield* part.takeRows();
  }
  scanner.end();
  yield* part.takeRows();
}

async function readSharedTexts(
  source: ByteSource,
  entry: ZipEntry,
  limits: TableLimits,
  onBytesRead: (bytes: number) => void,
): Promise<string[]> {
  assertWithin(limits.sharedTextBytes, entry.uncompressedBytes, 'The text table of the XLSX file, in bytes,');
  const part = new SharedTextsPart();
  const scanner = new XmlScanner(part);
  for await (const piece of readZipEntry(source, entry, onBytesRead)) scanner.write(piece);
  scanner.end();
  return part.texts;
}
