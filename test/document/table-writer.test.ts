import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import exceljs from 'exceljs';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { writeCsv } from '../../src/document/csv/csv-writer.ts';
import type { WritableColumn } from '../../src/document/table-content.ts';
import { readTable } from '../../src/document/table-reader.ts';
import { writeXlsx } from '../../src/document/xlsx/xlsx-writer.ts';
import { addDays, type CivilDate, civilDate } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';

interface Receipt {
  readonly payer: string | undefined;
  readonly amount: Won | undefined;
  readonly quantity: string | undefined;
  readonly paidOn: CivilDate | undefined;
}

const COLUMNS: readonly WritableColumn<Receipt>[] = [
  { header: '납부자', kind: 'text', value: ({ payer }) => payer },
  { header: '금액', kind: 'won', value: ({ amount }) => amount },
  { header: '수량', kind: 'decimal', value: ({ quantity }) => quantity },
  { header: '납부일', kind: 'date', value: ({ paidOn }) => paidOn },
];
const NAMES = [{ name: '납부자' }, { name: '금액' }, { name: '수량' }, { name: '납부일' }] as const;
const CREATED_AT = new Date('2026-03-05T01:02:04Z');
const SAMPLE: Receipt = { payer: '=표본(1)', amount: Won.of('-1234567'), quantity: '0.00000001', paidOn: civilDate('2026-03-05') };

async function readBack(bytes: Buffer): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  for await (const { cells } of readTable(bytes, { columns: NAMES })) rows.push({ ...cells });
  return rows;
}

function textsOf({ payer, amount, quantity, paidOn }: Receipt): Record<string, string> {
  return { 납부자: payer ?? '', 금액: amount?.toString() ?? '', 수량: quantity ?? '', 납부일: paidOn ?? '' };
}

/** Everything a cell can hold: letters of all scripts, dangerous starts, escapes of either format, line breaks; no control characters. */
const payer = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('=', '+', '-', '@', '＝', "'", '"', ',', '\n', '\t', '_x000D_', '_x005F_', '&amp;', '<', '가'),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => !/[^\P{Cc}\t\n\r]|\ufffd/u.test(text));
const receipt: fc.Arbitrary<Receipt> = fc.record({
  payer,
  amount: fc.option(
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map((value) => Won.of(value)),
    { nil: undefined },
  ),
  quantity: fc.option(
    fc
      .tuple(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), fc.integer({ min: 1, max: 999_999 }))
      .map(([whole, part]) => `${whole === 0n ? '0' : whole}.${String(part).padStart(18, '0')}`.replace(/0+$/, '')),
    { nil: undefined },
  ),
  paidOn: fc.integer({ min: 0, max: 80_000 }).map((days) => addDays(civilDate('1850-01-01'), days)),
});

describe('what is written is read back', () => {
  it('from CSV in UTF-8, exactly, and with no cell that a spreadsheet would run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(receipt, { maxLength: 5 }), async (receipts) => {
        const bytes = await buffer(writeCsv({ columns: COLUMNS, rows: receipts }));
        expect(await readBack(bytes)).toEqual(receipts.map(textsOf));
        const cells = parse(bytes, { bom: true }).map(([first = '']) => first);
        expect(cells.filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([]);
      }),
    );
  });

  it('from XLSX, with line breaks as XML has them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(receipt, { maxLength: 5 }), async (receipts) => {
        const bytes = await writeXlsx({ columns: COLUMNS, rows: receipts }, { createdAt: CREATED_AT });
        const expected = receipts.map((row) => textsOf({ ...row, payer: row.payer?.replace(/\r\n?/g, '\n') }));
        expect(await readBack(bytes)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('from CSV in CP949', async () => {
    const rows = [{ ...SAMPLE, payer: '똠방뷁쌰' }];
    const bytes = await buffer(writeCsv({ columns: COLUMNS, rows }, { encoding: 'cp949' }));
    expect(iconv.decode(bytes, 'cp949')).toContain('똠방뷁쌰');
    expect(await readBack(bytes)).toEqual(rows.map(textsOf));
  });
});

describe('CSV', () => {
  it('begins with a byte order mark, ends rows with CRLF and keeps negative figures figures', async () => {
    const bytes = await buffer(writeCsv({ columns: COLUMNS, rows: [SAMPLE, { ...SAMPLE, payer: '쉼표, "따옴표"' }] }));
    expect(bytes.toString('utf8')).toBe(
      '\ufeff납부자,금액,수량,납부일\r\n\'=표본(1),-1234567,0.00000001,2026-03-05\r\n"쉼표, ""따옴표""",-1234567,0.00000001,2026-03-05\r\n',
    );
  });

  it('refuses a character that CP949 lacks instead of writing a question mark', async () => {
    const rows = [{ ...SAMPLE, payer: '표본😀' }];
    await expect(buffer(writeCsv({ columns: COLUMNS, rows }, { encoding: 'cp949' }))).rejects.toMatchObject({
      code: 'FILE_ENCODING',
      facts: { codePoint: '1F600' },
    });
  });

  it('writes rows as they come, in pieces', async () => {
    let produced = 0;
    async function* rows() {
      for (; produced < 5_000; produced++) yield SAMPLE;
    }
    const pieces = writeCsv({ columns: COLUMNS, rows: rows() });
    await pieces.next();
    await pieces.next();
    expect(produced).toBeLessThan(1_000);
    await pieces.return(undefined);
  });
});

describe('XLSX', () => {
  it('holds numbers and days as such, and digits beyond its exactness as text', async () => {
    const rows = [
      SAMPLE,
      { ...SAMPLE, amount: Won.of('12345678901234567890'), quantity: '123456789.123456789', paidOn: civilDate('1899-12-31') },
    ];
    const workbook = new exceljs.Workbook();
    await workbook.xlsx.read(Readable.from([await writeXlsx({ columns: COLUMNS, rows }, { createdAt: CREATED_AT, sheetName: '수납' })]));
    expect([workbook.created, workbook.modified]).toEqual([CREATED_AT, CREATED_AT]);
    const sheet = workbook.getWorksheet('수납');
    expect(sheet?.getRow(2).values).toEqual([undefined, "'=표본(1)", -1_234_567, 1e-8, new Date('2026-03-05T00:00:00Z')]);
    expect(sheet?.getRow(3).values).toEqual([undefined, "'=표본(1)", '12345678901234567890', '123456789.123456789', '1899-12-31']);
    expect(sheet?.getCell('B2').numFmt).toBe('#,##0');
    expect(sheet?.getCell('C2').numFmt).toBe('0.00000000');
  });

  it('has the same bytes for the same table and instant, whenever it is written', async () => {
    const write = (createdAt: Date) => writeXlsx({ columns: COLUMNS, rows: [SAMPLE] }, { createdAt });
    const first = await write(CREATED_AT);
    expect((await write(CREATED_AT)).equals(first)).toBe(true);
    // The first entry's date in the form of ZIP: days since 1980, then steps of two seconds.
    expect(first.readUInt16LE(12)).toBe(((2026 - 1980) << 9) | (3 << 5) | 5);
    expect(first.readUInt16LE(10)).toBe((1 << 11) | (2 << 5) | (4 >> 1));
    expect((await write(new Date('2026-03-06T00:00:00Z'))).equals(first)).toBe(false);
  });
});

describe('what no cell can hold', () => {
  it.each([
    ['a control character', { ...SAMPLE, payer: '표본\u0000' }],
    ['a text beyond the size of a cell', { ...SAMPLE, payer: 'a'.repeat(40_000) }],
    ['a figure that is none', { ...SAMPLE, quantity: '1e5' }],
  ])('is refused by name and row: %s', async (_, row) => {
    const table = { columns: COLUMNS, rows: [SAMPLE, row] };
    await expect(buffer(writeCsv(table))).rejects.toMatchObject({ code: 'INPUT_INVALID', facts: { row: 2 } });
    await expect(writeXlsx(table, { createdAt: CREATED_AT })).rejects.toMatchObject({ code: 'INPUT_INVALID', facts: { row: 2 } });
  });
});
