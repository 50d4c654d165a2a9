import { posix } from 'node:path';
import { CheongsanError } from '../../kernel/errors.ts';
import type { ByteSource } from '../byte-source.ts';
import type { TableLimits } from '../table-limits.ts';
import { type NumberDisplay, numberDisplay } from './xlsx-number.ts';
import { type XmlHandler, XmlScanner, xmlAttributes } from './xml-scanner.ts';
import { readZipDirectory, readZipEntry, type ZipEntry } from './zip-reader.ts';

export interface XlsxSheet {
  readonly name: string;
  readonly isVisible: boolean;
  readonly entry: ZipEntry;
}

/** What must be known of a workbook before its rows can be read. */
export interface XlsxWorkbook {
  readonly sheets: readonly XlsxSheet[];
  /** Texts that cells refer to by number. */
  readonly sharedTexts: ZipEntry | undefined;
  /** How each cell style shows numbers, by the style's number. */
  readonly displays: readonly NumberDisplay[];
  /** Days count from 1904 in files of old Macintosh programs, else from 1900. */
  readonly starts1904: boolean;
}

interface Relationship {
  readonly id: string;
  readonly type: string;
  readonly target: string;
}

/** Reads the parts that describe a workbook. Errors: `FILE_TORN`, `FILE_FORMAT` when it is a ZIP file but no workbook, `FILE_TOO_LARGE`. */
export async function readWorkbook(source: ByteSource, limits: TableLimits): Promise<XlsxWorkbook> {
  const entries = await readZipDirectory(source, limits);
  const read = (entry: ZipEntry, handler: XmlHandler) => scanEntry(source, entry, handler);
  const office = await relationshipsOf('', entries, read);
  const workbookPath = office.find((relationship) => relationship.type === 'officeDocument')?.target ?? 'xl/workbook.xml';
  const workbookEntry = entries.get(workbookPath.toLowerCase());
  if (workbookEntry === undefined)
    throw new CheongsanError('FILE_FORMAT', 'The file is a ZIP archive but no XLSX workbook; save it as XLSX or CSV.');
  const relationships = await relationshipsOf(workbookPath, entries, read);
  const workbook = new WorkbookPart();
  await read(workbookEntry, workbook);
  const stylesEntry = entryOf(relationships, 'styles', entries);
  const styles = new StylesPart();
  if (stylesEntry !== undefined) await read(stylesEntry, styles);
  return {
    sheets: workbook.sheets.flatMap(({ name, relationshipId, isVisible }) => {
      const target = relationships.find(({ id, type }) => id === relationshipId && type === 'worksheet');
      return target === undefined ? [] : [{ name, isVisible, entry: entryAt(target, entries) }];
    }),
    sharedTexts: entryOf(relationships, 'sharedStrings', entries),
    displays: styles.displays(),
    starts1904: workbook.starts1904,
  };
}

async function scanEntry(source: ByteSource, entry: ZipEntry, handler: XmlHandler): Promise<void> {
  const scanner = new XmlScanner(handler);
  for await (const piece of readZipEntry(source, entry)) scanner.write(piece);
  scanner.end();
}

function entryOf(relationships: readonly Relationship[], type: string, entries: ReadonlyMap<string, ZipEntry>): ZipEntry | undefined {
  const relationship = relationships.find((candidate) => candidate.type === type);
  return relationship === undefined ? undefined : entryAt(relationship, entries);
}

/** Without a part that the workbook names, days would be read as numbers and texts be lost. */
function entryAt({ target }: Relationship, entries: ReadonlyMap<string, ZipEntry>): ZipEntry {
  const entry = entries.get(target.toLowerCase());
  if (entry !== undefined) return entry;
  throw new CheongsanError('FILE_TORN', `The XLSX file lacks its part ${JSON.stringify(target)}; send it again.`);
}

/** The parts that a part points to, with targets as paths from the root of the archive. */
async function relationshipsOf(
  part: string,
  entries: ReadonlyMap<string, ZipEntry>,
  read: (entry: ZipEntry, handler: XmlHandler) => Promise<void>,
): Promise<readonly Relationship[]> {
  const folder = part === '' ? '' : posix.dirname(part);
  const entry = entries.get(posix.join(folder, '_rels', `${posix.basename(part)}.rels`).toLowerCase());
  if (entry === undefined) return [];
  const relationships: Relationship[] = [];
  await read(entry, {
    opened: (name, attributes) => {
      if (name !== 'Relationship') return;
      const values = xmlAttributes(attributes);
      const target = values.get('Target') ?? '';
      relationships.push({
        id: values.get('Id') ?? '',
        type: posix.basename(values.get('Type') ?? ''),
        target: target.startsWith('/') ? target.slice(1) : posix.join(folder, target),
      });
    },
    closed: () => {},
    text: () => {},
  });
  return relationships;
}

class WorkbookPart implements XmlHandler {
  readonly sheets: { readonly name: string; readonly relationshipId: string; readonly isVisible: boolean }[] = [];
  starts1904 = false;

  opened(name: string, attributes: string): void {
    if (name === 'workbookPr') {
      const flag = xmlAttributes(attributes).get('date1904');
      this.starts1904 = flag === '1' || flag === 'true';
    }
    if (name !== 'sheet') return;
    const values = xmlAttributes(attributes);
    const relationshipId = [...values].find(([attribute]) => attribute.endsWith(':id'))?.[1] ?? '';
    this.sheets.push({ name: values.get('name') ?? '', relationshipId, isVisible: (values.get('state') ?? 'visible') === 'visible' });
  }

  closed(): void {}

  text(): void {}
}

class StylesPart implements XmlHandler {
  readonly #codes = new Map<number, string>();
  readonly #formatIds: number[] = [];
  #insideCellFormats = false;

  opened(name: string, attributes: string): void {
    if (name === 'cellXfs') this.#insideCellFormats = true;
    if (name === 'numFmt') {
      const values = xmlAttributes(attributes);
      this.#codes.set(Number(values.get('numFmtId')), values.get('formatCode') ?? '');
    }
    if (name === 'xf' && this.#insideCellFormats) this.#formatIds.push(Number(xmlAttributes(attributes).get('numFmtId') ?? '0'));
  }

  closed(name: string): void {
    if (name === 'cellXfs') this.#insideCellFormats = false;
  }

  text(): void {}

  displays(): NumberDisplay[] {
    return this.#formatIds.map((id) => numberDisplay(id, this.#codes.get(id)));
  }
}
