import exceljs from 'exceljs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkRows } from '../../src/document/row-check.ts';
import { readTable } from '../../src/document/table-reader.ts';
import { COLUMNS, rowsOf } from './table-fixture.ts';
import { textRow, type WorkbookParts, workbookFiles, workbookOf, zipOf } from './zip-fixture.ts';

const HEADER = textRow(1, '성명', '금액');

/** The text of cell B2, or the Korean reason why it has none. */
async function cellText(cell: string, parts: Partial<WorkbookParts> = {}): Promise<string> {
  const sheet = `${HEADER}<row r="2"><c r="A2" t="inlineStr"><is><t>표본</t></is></c>${cell}</row>`;
  for await (const row of readTable(workbookOf({ sheets: [sheet], ...parts }), { columns: COLUMNS }))
    return row.refusals[0]?.reason ?? row.cells.금액;
  throw new Error('no row');
}

function stylesOf(...formats: string[]): string {
  const codes = formats.map((code, index) => `<numFmt numFmtId="${200 + index}" formatCode="${code.replaceAll('"', '&quot;')}"/>`);
  return `<styleSheet><numFmts>${codes.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${formats.map((_, index) => `<xf numFmtId="${200 + index}"/>`).join('')}</cellXfs></styleSheet>`;
}

async function written(fill: (sheet: exceljs.Worksheet) => void): Promise<Buffer> {
  const workbook = new exceljs.Workbook();
  fill(workbook.addWorksheet('체납'));
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

describe('cells of an XLSX file', () => {
  it('reads what a spreadsheet library writes: numbers, days, text, rich text, results of formulas', async () => {
    const bytes = await written((sheet) => {
      sheet.addRow(['성명', '금액']);
      sheet.addRow(['표본-001', 1_234_567]);
      sheet.addRow([{ richText: [{ text: '홍' }, { font: { bold: true }, text: '표본' }] }, new Date('2026-03-05T00:00:00Z')]);
      sheet.addRow(['a&amp;b <c>', { formula: 'A1', result: '계산' }]);
      sheet.addRow(['true', true]);
    });
    expect((await rowsOf(bytes)).map(({ line, cells }) => [line, cells.성명, cells.금액])).toEqual([
      [2, '표본-001', '1234567'],
      [3, '홍표본', '2026-03-05'],
      [4, 'a&amp;b <c>', '계산'],
      [5, 'true', 'TRUE'],
    ]);
  });
});

describe('numbers of an XLSX file', () => {
  it.each([
    ['1234567', '1234567'],
    ['-1234567', '-1234567'],
    ['9007199254740991', '9007199254740991'],
    ['1.5E3', '1500'],
    ['1e-8', '0.00000001'],
    ['0.10000000000000001', '0.1'],
    ['123456789012.345', '123456789012.345'],
    ['-0', '0'],
    ['', ''],
  ])('takes the number %s as %s', async (stored, text) => {
    expect(await cellText(`<c r="B2"><v>${stored}</v></c>`)).toBe(text);
  });

  it.each([
    '9007199254740992',
    '12345678901234567890',
    '1e21',
    '-9007199254740993',
    '0.30000000000000004',
    '1234567.00000000001',
    '9007199254740991.4',
  ])('refuses the number %s, which a spreadsheet cannot hold exactly', async (stored) => {
    expect(await cellText(`<c r="B2"><v>${stored}</v></c>`)).toContain('정확하지 않습니다');
  });

  it('keeps every whole number it accepts digit for digit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), async (value) => {
        const text = await cellText(`<c r="B2"><v>${value}</v></c>`);
        const isExact = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
        expect(isExact ? text === value.toString() : text.includes('정확하지 않습니다')).toBe(true);
      }),
    );
  });
});

describe('formulas and errors of an XLSX file', () => {
  it.each([
    ['<c r="B2" t="e"><v>#N/A</v></c>', '오류 값'],
    ['<c r="B2"><f>1+1</f></c>', '수식의 결과'],
    ['<c r="B2"><f>1+1</f><v></v></c>', '수식의 결과'],
    ['<c r="B2"><v>1,000</v></c>', '숫자로 읽을 수 없는'],
    ['<c r="B2" t="x"><v>1</v></c>', '알 수 없는 종류'],
  ])('refuses the cell %s', async (cell, reason) => {
    expect(await cellText(cell)).toContain(reason);
  });

  it('takes the stored result of a formula when it is plain', async () => {
    expect(await cellText('<c r="B2"><f>SUM(A1:A9)</f><v>1230000</v></c>')).toBe('1230000');
    expect(await cellText('<c r="B2" t="str"><f>A1</f><v>표본</v></c>')).toBe('표본');
  });
});

describe('number formats of an XLSX file', () => {
  it.each([
    ['yyyy-mm-dd', '46086', '2026-03-05'],
    ['yyyy"년" m"월" d"일"', '46086', '2026-03-05'],
    ['[$-412]yyyy/m/d;@', '46086.75', '2026-03-05'],
    ['yyyy-mm-dd hh:mm', '46086.75', '2026-03-05 18:00:00'],
    ['yyyy-mm-dd hh:mm', '46085.999999', '2026-03-05 00:00:00'],
    ['h:mm', '0.5', '12:00:00'],
    ['[h]:mm', '0.5', '12:00:00'],
    ['yyyy-mm-dd', '1', '1900-01-01'],
    ['yyyy-mm-dd', '59', '1900-02-28'],
    ['yyyy-mm-dd', '61', '1900-03-01'],
    ['#,##0_);[Red]\\(#,##0\\)', '46086', '46086'],
    ['"day" #,##0', '46086', '46086'],
    ['General', '46086', '46086'],
    ['000000-0000000', '3050131234567', '305013-1234567'],
    ['000000-0000000', '50131234567', '005013-1234567'],
    ['00000', '6236', '06236'],
  ])('shows under the format %s the number %s as %s', async (format, stored, text) => {
    expect(await cellText(`<c r="B2" s="1"><v>${stored}</v></c>`, { styles: stylesOf(format) })).toBe(text);
  });

  it.each([
    ['yyyy-mm-dd', '60'],
    ['yyyy-mm-dd', '0'],
    ['yyyy-mm-dd', '-1'],
    ['yyyy-mm-dd', '2958466'],
  ])('refuses under the format %s the number %s, which is no day', async (format, stored) => {
    expect(await cellText(`<c r="B2" s="1"><v>${stored}</v></c>`, { styles: stylesOf(format) })).toContain('달력에 없는');
  });

  it('counts days from 1904 where the workbook says so', async () => {
    const parts = { styles: stylesOf('yyyy-mm-dd'), workbookProperties: 'date1904="1"' };
    expect(await cellText('<c r="B2" s="1"><v>0</v></c>', parts)).toBe('1904-01-01');
    expect(await cellText('<c r="B2" s="1"><v>44624</v></c>', parts)).toBe('2026-03-05');
  });
});

describe('texts and places of an XLSX file', () => {
  it('joins the runs of a text, leaves phonetic hints out and decodes escapes and entities once', async () => {
    const sharedStrings =
      '<si><t>성명</t></si><si><t>금액</t></si><si><r><t>홍</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 표본</t></r><rPh><t>ホン</t></rPh></si><si><t>_x000D_&#xB611;_x005F_x000D_&amp;lt;</t></si>';
    const sheet =
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>';
    const [row] = await rowsOf(workbookOf({ sheets: [sheet], sharedStrings }));
    expect(row?.cells).toEqual({ 성명: '홍 표본', 금액: '\r똑_x000D_&lt;' });
  });

  it('finds cells by their place, and follows on where no place is stated', async () => {
    const sheet = `<row r="3"><c r="B3" t="inlineStr"><is><t>성명</t></is></c><c r="D3" t="inlineStr"><is><t>금액</t></is></c></row>
      <row r="7"><c r="D7"><v>5</v></c></row>
      <row><c/><c t="inlineStr"><is><t>표본</t></is></c></row>`;
    expect((await rowsOf(workbookOf({ sheets: [sheet] }))).map(({ line, cells }) => [line, cells.성명, cells.금액])).toEqual([
      [7, '', '5'],
      [8, '표본', ''],
    ]);
  });

  it('tells each refused cell with its row', async () => {
    const bytes = workbookOf({
      sheets: [`${HEADER}<row r="2"><c r="B2" t="e"><v>#REF!</v></c></row><row r="3"><c r="B3"><v>1e30</v></c></row>`],
    });
    const summary = await checkRows(bytes, { columns: COLUMNS, schema: z.object({ 성명: z.string(), 금액: z.string().min(1) }) });
    expect(summary.errors.map(({ line, column, code }) => [line, column, code])).toEqual([
      [2, '금액', 'INPUT_INVALID'],
      [3, '금액', 'INPUT_INVALID'],
    ]);
    expect(summary.description).toEqual({ format: 'xlsx' });
  });
});

describe('sheets of an XLSX file', () => {
  const filled = `${HEADER}${textRow(2, '표본-001', '1')}`;

  it('reads the only visible sheet with content', async () => {
    const bytes = workbookOf({ sheets: ['', filled, filled], sheetAttributes: ['', '', 'state="hidden"'] });
    expect(await rowsOf(bytes)).toHaveLength(1);
  });

  it('leaves no sheet out unnoticed', async () => {
    const bytes = workbookOf({ sheets: [filled, filled] });
    await expect(rowsOf(bytes)).rejects.toMatchObject({ code: 'FILE_FORMAT', message: expect.stringContaining('"Sheet1", "Sheet2"') });
    expect(await rowsOf(bytes, { sheet: 'Sheet2' })).toHaveLength(1);
    await expect(rowsOf(bytes, { sheet: '없음' })).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });

  it('refuses a workbook without content and a ZIP file that is no workbook', async () => {
    await expect(rowsOf(workbookOf({ sheets: [''] }))).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    await expect(rowsOf(zipOf({ 'note.txt': 'hello' }))).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });
});

describe('torn and hostile XLSX files', () => {
  const sheet = `${HEADER}${textRow(2, '표본-001', '1')}`;
  const whole = workbookOf({ sheets: [sheet] });

  it('finds every cut out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: whole.length - 1 }), async (length) => {
        await expect(rowsOf(whole.subarray(0, length))).rejects.toMatchObject({ code: 'FILE_TORN' });
      }),
      { numRuns: 40 },
    );
  });

  it('never reads other rows from a file with a damaged byte', async () => {
    const rows = await rowsOf(whole);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const damaged = Buffer.from(whole);
        damaged[place] = (damaged[place] ?? 0) ^ change;
        const outcome = await rowsOf(damaged).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: expect.stringMatching(/^FILE_/) });
        else expect(outcome).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a workbook without a part that it names', async () => {
    const { 'xl/styles.xml': _, ...files } = workbookFiles({ sheets: [sheet] });
    await expect(rowsOf(zipOf(files))).rejects.toMatchObject({ code: 'FILE_TORN' });
  });

  it('refuses a sheet whose XML stops before its end', async () => {
    const files = { ...workbookFiles({ sheets: [sheet] }), 'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${sheet}` };
    await expect(rowsOf(zipOf(files))).rejects.toMatchObject({ code: 'FILE_TORN' });
  });

  it('refuses a text number that the file does not hold', async () => {
    const bytes = workbookOf({ sheets: [`${HEADER}<row r="2"><c r="A2" t="s"><v>7</v></c></row>`] });
    await expect(rowsOf(bytes)).rejects.toMatchObject({ code: 'FILE_TORN' });
  });

  it('stops a bomb by what it announces, and by what comes out when it announces less', async () => {
    const bomb = workbookFiles({ sheets: [`${sheet}${'<x/>'.repeat(1_000_000)}`] });
    await expect(rowsOf(zipOf(bomb), { limits: { uncompressedBytes: 1_000_000 } })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    const lying = zipOf(bomb, { 'xl/worksheets/sheet1.xml': { uncompressedBytes: 100 } });
    await expect(rowsOf(lying)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });

  it('refuses a part whose content has another checksum', async () => {
    const files = workbookFiles({ sheets: [sheet] });
    await expect(rowsOf(zipOf(files, { 'xl/worksheets/sheet1.xml': { checksum: 1 } }))).rejects.toMatchObject({ code: 'FILE_TORN' });
  });

  it('limits the texts that must be held in memory', async () => {
    const bytes = workbookOf({ sheets: [sheet], sharedStrings: `<si><t>${'가'.repeat(2_000)}</t></si>` });
    await expect(rowsOf(bytes, { limits: { sharedTextBytes: 1_000 } })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });

  it('refuses entities of its own, endless texts and rows out of order', async () => {
    const files = workbookFiles({ sheets: [sheet] });
    const withSheet = (xml: string) => zipOf({ ...files, 'xl/worksheets/sheet1.xml': xml });
    await expect(
      rowsOf(withSheet(`<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData>${sheet}</sheetData></worksheet>`)),
    ).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    await expect(
      rowsOf(withSheet(`<worksheet><sheetData>${HEADER}${textRow(2, '&unknown;')}</sheetData></worksheet>`)),
    ).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    await expect(
      rowsOf(withSheet(`<worksheet><sheetData>${HEADER}${textRow(2, 'a'.repeat(1_200_000))}</sheetData></worksheet>`)),
    ).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    await expect(
      rowsOf(withSheet(`<worksheet><sheetData>${textRow(2, '성명', '금액')}${textRow(1, 'a', 'b')}</sheetData></worksheet>`)),
    ).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    await expect(rowsOf(withSheet(`<worksheet><sheetData>${HEADER}</row></sheetData></worksheet>`))).rejects.toMatchObject({
      code: 'FILE_FORMAT',
    });
  });

  it('refuses cells beyond the columns of the header', async () => {
    await expect(rowsOf(workbookOf({ sheets: [`${HEADER}${textRow(2, 'a', '1', '주의')}`] }))).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { line: 2, cell: 3 },
    });
    const far = `${HEADER}<row r="2"><c r="XFD2"><v>1</v></c></row>`;
    await expect(rowsOf(workbookOf({ sheets: [far] }))).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });
});
