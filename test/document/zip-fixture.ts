import { crc32, deflateRawSync } from 'node:zlib';

/** A ZIP archive with these files, and a say in what its directory announces, for files that lie. */
export function zipOf(
  files: Readonly<Record<string, string>>,
  announced: Readonly<Record<string, { uncompressedBytes?: number; checksum?: number }>> = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text, 'utf8');
    const compressed = deflateRawSync(content);
    const nameBytes = Buffer.from(name, 'utf8');
    const claim = announced[name] ?? {};
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(claim.checksum ?? crc32(content), 10);
    common.writeUInt32LE(compressed.length, 14);
    common.writeUInt32LE(claim.uncompressedBytes ?? content.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, nameBytes, compressed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002', 'latin1'), Buffer.from([20, 0]), common, tail, nameBytes]));
    locals.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, list, Buffer.from('PK\u0005\u0006', 'latin1'), end]);
}

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

export interface WorkbookParts {
  /** What stands between `<sheetData>` and `</sheetData>`, one a sheet. */
  readonly sheets: readonly string[];
  readonly sharedStrings?: string;
  readonly styles?: string;
  readonly sheetAttributes?: readonly string[];
  readonly workbookProperties?: string;
}

/** The files of a workbook in the order in which Excel writes them: sheets before the texts and styles they refer to. */
export function workbookFiles(parts: WorkbookParts): Record<string, string> {
  const sheets = parts.sheets.map(
    (_, index) => `<sheet name="Sheet${index + 1}" sheetId="${index + 1}" r:id="rId${index + 1}" ${parts.sheetAttributes?.[index] ?? ''}/>`,
  );
  const targets = parts.sheets.map(
    (_, index) => `<Relationship Id="rId${index + 1}" Type="${RELATIONSHIPS}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`,
  );
  return {
    '_rels/.rels': `<Relationships><Relationship Id="rId1" Type="${RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<?xml version="1.0"?><workbook xmlns:r="${RELATIONSHIPS}"><workbookPr ${parts.workbookProperties ?? ''}/><sheets>${sheets.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${targets.join('')}<Relationship Id="s" Type="${RELATIONSHIPS}/styles" Target="styles.xml"/><Relationship Id="t" Type="${RELATIONSHIPS}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
    ...Object.fromEntries(
      parts.sheets.map((rows, index) => [`xl/worksheets/sheet${index + 1}.xml`, `<worksheet><sheetData>${rows}</sheetData></worksheet>`]),
    ),
    'xl/styles.xml': parts.styles ?? '<styleSheet/>',
    'xl/sharedStrings.xml': `<sst>${parts.sharedStrings ?? ''}</sst>`,
  };
}

export function workbookOf(parts: WorkbookParts): Buffer {
  return zipOf(workbookFiles(parts));
}

/** Inline text cells A1, B1, … of one row. */
export function textRow(line: number, ...texts: string[]): string {
  const cells = texts.map((text, index) => `<c r="${String.fromCharCode(65 + index)}${line}" t="inlineStr"><is><t>${text}</t></is></c>`);
  return `<row r="${line}">${cells.join('')}</row>`;
}
