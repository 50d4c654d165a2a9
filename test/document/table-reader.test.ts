import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadProgress, TableDescription } from '../../src/document/table-reader.ts';
import { rowsOf } from './table-fixture.ts';

const HEADER = '성명,금액\r\n';
/** Hangul that EUC-KR lacks and CP949 adds. */
const EXTENDED = ['똠방각하', '뷁', '쌰', '펲시', '힣', '믜', '갂'];

describe('rows of a CSV file', () => {
  it('gives each row the physical line at which it starts, quoted line breaks and blank lines counted', async () => {
    const rows = await rowsOf('성명,금액\n"표본\r\n-001",1\n\n"표본\n\n-002",2\r\n\r\n표본-003,3\r표본-004,4');
    expect(rows.map(({ line, cells }) => [line, cells.성명, cells.금액])).toEqual([
      [2, '표본\r\n-001', '1'],
      [5, '표본\n\n-002', '2'],
      [9, '표본-003', '3'],
      [10, '표본-004', '4'],
    ]);
  });

  it('finds the line of every row, whatever line breaks stand inside cells', async () => {
    const cell = fc.stringMatching(/^[가-힣a-z", \r\n]{0,12}$/).filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), async (cells, lineBreak) => {
        let text = `성명,금액${lineBreak}`;
        const expected: [number, string][] = [];
        for (const value of cells) {
          expected.push([text.split(/\r\n|\r|\n/).length, value]);
          text += `"${value.replaceAll('"', '""')}",1${lineBreak}`;
        }
        const rows = await rowsOf(text);
        expect(rows.map((row) => [row.line, row.cells.성명])).toEqual(expected);
      }),
    );
  });

  it('keeps blanks and separators of cells as they are, and passes over rows without content', async () => {
    const rows = await rowsOf(`${HEADER},\r\n" 표본-001 ","1,000"\r\n\r\n,\r\n`);
    expect(rows).toEqual([{ line: 3, cells: { 성명: ' 표본-001 ', 금액: '1,000' } }]);
  });

  it('takes columns in any order and by agreed synonyms, whatever blanks and letter forms the header has', async () => {
    const rows = await rowsOf('금액（원）, 납세자\u00a0명 \r\n1,표본-001\r\n');
    expect(rows).toEqual([{ line: 2, cells: { 성명: '표본-001', 금액: '1' } }]);
  });

  it('lists every missing, repeated and unknown column at once', async () => {
    await expect(rowsOf('성명,체납자,비고\r\na,b,c\r\n')).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { line: 1, missing: ['금액'], repeated: ['성명'], unknown: ['비고'] },
    });
  });

  it('keeps the first row of a file without header out of the message', async () => {
    const refusal = rowsOf('표본-001,900101-1000000\r\n');
    await expect(refusal).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    await expect(refusal).rejects.not.toThrow(/표본|900101/);
  });

  it('gives empty text for an optional column the file lacks', async () => {
    const columns = [{ name: '성명' }, { name: '금액', optional: true }] as const;
    expect(await rowsOf('성명\r\n표본-001\r\n', { columns })).toEqual([{ line: 2, cells: { 성명: '표본-001', 금액: '' } }]);
  });

  it('lets nameless columns be empty but refuses content in them', async () => {
    expect(await rowsOf('성명,금액,\r\n표본-001,1,\r\n')).toHaveLength(1);
    await expect(rowsOf('성명,금액,\r\n표본-001,1,\r\n표본-002,2,주의\r\n')).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { line: 3, cell: 3 },
    });
  });
});

describe('encodings', () => {
  it.each(['utf-8', 'utf-8 with mark', 'cp949'])('reads %s, extended Hangul included', async (encoding) => {
    const text = `${HEADER}${EXTENDED.map((name) => `${name},1`).join('\r\n')}\r\n`;
    const bytes = encoding === 'cp949' ? iconv.encode(text, 'cp949') : Buffer.from(encoding === 'utf-8' ? text : `\ufeff${text}`);
    const descriptions: TableDescription[] = [];
    const rows = await rowsOf(bytes, { onDescribed: (description) => descriptions.push(description) });
    expect(rows.map(({ cells }) => cells.성명)).toEqual(EXTENDED);
    expect(descriptions).toEqual([{ format: 'csv', encoding: encoding === 'cp949' ? 'cp949' : 'utf-8', lastLineEnded: true }]);
  });

  it('decodes any Hangul text in both encodings alike, wherever the pieces of the file are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[가-힣]{1,30}$/), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 65_500, max: 65_560 }),
        async (names, padding) => {
          const text = `${HEADER}${'a'.repeat(padding - 40_000)},${'b'.repeat(20_000)}\r\n${'c'.repeat(19_000)},1\r\n${names.map((name) => `${name},1\r\n`).join('')}`;
          const [utf8, cp949] = [await rowsOf(Buffer.from(text)), await rowsOf(iconv.encode(text, 'cp949'))];
          expect(cp949).toEqual(utf8);
          expect(utf8.slice(2).map(({ cells }) => cells.성명)).toEqual(names);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('names line and byte of what belongs to neither encoding', async () => {
    const good = iconv.encode(`${HEADER}홍표본,1\r\n뷁표본,2\r\n`, 'cp949');
    const bad = Buffer.concat([good, Buffer.from([0xff]), Buffer.from(',3\r\n')]);
    await expect(rowsOf(bad)).rejects.toMatchObject({ code: 'FILE_ENCODING', facts: { line: 4, byte: good.length + 1 } });
  });

  it('refuses a pair of bytes that CP949 leaves unassigned', async () => {
    const bytes = Buffer.concat([iconv.encode(`${HEADER}표본`, 'cp949'), Buffer.from([0xc9, 0xa1]), Buffer.from(',1\r\n')]);
    await expect(rowsOf(bytes)).rejects.toMatchObject({ code: 'FILE_ENCODING', facts: { line: 2 } });
  });

  it('does not take a file for CP949 whose first bytes say UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), iconv.encode(`${HEADER}표본,1\r\n`, 'cp949')]);
    await expect(rowsOf(bytes)).rejects.toMatchObject({ code: 'FILE_ENCODING', facts: { line: 1, byte: 4 } });
  });

  it.each([
    ['with a mark', Buffer.from(`\ufeff${HEADER}`, 'utf16le')],
    ['big-endian', Buffer.from(`\ufeff${HEADER}`, 'utf16le').swap16()],
    ['without a mark', Buffer.from('name,amount\r\n', 'utf16le')],
  ])('refuses UTF-16 %s', async (_, bytes) => {
    await expect(rowsOf(bytes)).rejects.toMatchObject({ code: 'FILE_ENCODING', message: expect.stringContaining('UTF-16') });
  });

  it.each([
    ['overlong', [0xc0, 0xaf]],
    ['overlong three-byte', [0xe0, 0x9f, 0xbf]],
    ['surrogate', [0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('does not take a %s sequence for UTF-8', async (_, sequence) => {
    const bytes = Buffer.concat([Buffer.from(`${HEADER}표본`), Buffer.from(sequence), Buffer.from(',1\r\n')]);
    await expect(rowsOf(bytes)).rejects.toMatchObject({ code: 'FILE_ENCODING', facts: { line: 2, byte: expect.any(Number) } });
  });

  it('refuses a character that an earlier conversion destroyed', async () => {
    await expect(rowsOf(`${HEADER}홍\ufffd동,1\r\n`)).rejects.toMatchObject({ code: 'FILE_ENCODING', facts: { line: 2, column: '성명' } });
  });
});

describe('torn and oversized CSV files', () => {
  it('names the line at which a quote opens that never closes', async () => {
    await expect(rowsOf(`${HEADER}"표본\r\n-001",1\r\n"표본-002,2\r\n표본-003,3\r\n`)).rejects.toMatchObject({
      code: 'FILE_TORN',
      facts: { line: 4 },
    });
  });

  it('names the line also when the unclosed quote swallows more than a row may hold', async () => {
    const text = `${HEADER}"표본\r\n-001",1\r\n"표본-002,2\r\n${'표본-003,3\r\n'.repeat(500)}`;
    await expect(rowsOf(text, { limits: { rowBytes: 1_000 } })).rejects.toMatchObject({ code: 'FILE_TORN', facts: { line: 4 } });
  });

  it.each([
    ['fewer', '표본-002'],
    ['more', '표본-002,1,2'],
  ])('refuses a row with %s cells', async (_, row) => {
    await expect(rowsOf(`${HEADER}표본-001,1\r\n${row}\r\n표본-003,3\r\n`)).rejects.toMatchObject({
      code: 'FILE_TORN',
      facts: { line: 3 },
    });
  });

  it('refuses a file that ends inside a character, in either encoding', async () => {
    const utf8 = Buffer.from(`${HEADER}표본-001,1\r\n표본-002,홍`);
    const cp949 = iconv.encode(`${HEADER}표본-001,1\r\n표본-002,홍`, 'cp949');
    await expect(rowsOf(utf8.subarray(0, -1))).rejects.toMatchObject({ code: 'FILE_TORN', facts: { line: 3 } });
    await expect(rowsOf(cp949.subarray(0, -1))).rejects.toMatchObject({ code: 'FILE_TORN', facts: { line: 3 } });
  });

  it('tells whether the last line was ended, since a cut in the last cell shows in nothing else', async () => {
    const descriptions: TableDescription[] = [];
    await rowsOf(`${HEADER}표본-001,12`, { onDescribed: (description) => descriptions.push(description) });
    expect(descriptions).toMatchObject([{ lastLineEnded: false }]);
  });

  it('refuses a stray quote in a cell', async () => {
    await expect(rowsOf(`${HEADER}표본"001,1\r\n`)).rejects.toMatchObject({ code: 'FILE_FORMAT', facts: { line: 2 } });
  });

  it.each([
    ['file', { fileBytes: 10 }],
    ['row', { rowBytes: 30 }],
    ['cell', { cellCharacters: 20 }],
    ['number of columns', { columns: 1 }],
    ['number of rows', { rows: 1 }],
  ])('refuses a %s beyond its limit', async (_, limits) => {
    await expect(rowsOf(`${HEADER}${'a'.repeat(40)},1\r\n표본-002,2\r\n`, { limits })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });

  it.each([
    ['no bytes', ''],
    ['nothing but a mark', '\ufeff'],
    ['nothing but line breaks', '\r\n\n'],
  ])('refuses a file with %s', async (_, text) => {
    await expect(rowsOf(text)).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });

  it.each([
    ['an old Excel file', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)])],
    ['a protected file', Buffer.from('<## NASCA DRM FILE - VER1.00 ##>........')],
    ['a web page', Buffer.from('\ufeff\r\n<html><table><tr><td>성명</td></tr></table>')],
    ['a PDF', Buffer.from('%PDF-1.7\n')],
  ])('says of %s what it is', async (_, bytes) => {
    await expect(rowsOf(bytes)).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });
});

describe('a file on disk', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cheongsan-table-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('reads the same rows as from memory and reports progress up to the whole', async () => {
    const text = `${HEADER}${Array.from({ length: 20_000 }, (_, index) => `표본-${index},${index}\r\n`).join('')}`;
    const path = join(folder, '체납자료.xlsx');
    await writeFile(path, text);
    const progress: ReadProgress[] = [];
    const rows = await rowsOf({ path }, { onProgress: (step) => progress.push(step) });
    expect(rows).toEqual(await rowsOf(text));
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.every(({ bytesRead }, index) => bytesRead >= (progress[index - 1]?.bytesRead ?? 0))).toBe(true);
    expect(progress.at(-1)).toEqual({ bytesRead: Buffer.byteLength(text), bytesTotal: Buffer.byteLength(text) });
  });

  it('names a path that cannot be read', async () => {
    await expect(rowsOf({ path: join(folder, 'none.csv') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(rowsOf({ path: folder })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
