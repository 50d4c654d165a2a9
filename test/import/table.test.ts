import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textCell } from '../../src/document/cell-schemas.ts';
import { ERRORS_LISTED_MAX } from '../../src/document/row-check.ts';
import { assertNotRefused } from '../../src/import/refusal.ts';
import { type CheckedTableImportInput, type CheckedTablePlan, importCheckedTable } from '../../src/import/table.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

/* What every kind of file has in common, on a table of numbers that are stored nowhere but in this list. */

let test: TestDatabase;
let stored: { readonly number: string; readonly importFileId: number }[];
let sightOfBadLines: readonly number[];
let sightOfReadable: readonly number[];

beforeAll(async () => {
  test = await createTestDatabase();
});
beforeEach(() => {
  stored = [];
  sightOfBadLines = [];
  sightOfReadable = [];
});

type Row = { readonly 번호: string };
const counts = z.object({ numbers: z.int() });

const plan: CheckedTablePlan<'번호', Row, string, z.infer<typeof counts>> = {
  kind: 'official_balance',
  columns: [{ name: '번호', nonPersonal: true }],
  schema: z.object({ 번호: textCell(5) }),
  rowsMax: 5_000,
  examiner: () => {
    const seen = new Set<string>();
    return ({ value }) => {
      const isRepeated = seen.has(value.번호);
      seen.add(value.번호);
      return isRepeated ? [{ column: '번호', code: 'CONFLICT', reason: '두 번 있음.' }] : [];
    };
  },
  judge: async (_work, rows, { lines, readable }) => {
    sightOfBadLines = [...lines];
    sightOfReadable = readable.map(({ line }) => line);
    if (rows.some(({ value }) => value.번호 === '13')) throw new CheongsanError('NOT_FOUND', 'Nobody asked for 13.');
    const strange = rows.filter(({ value }) => value.번호 === '99');
    return {
      good: rows.filter((row) => !strange.includes(row)).map(({ value }) => value.번호),
      errors: strange.map(({ line }) => ({ line, column: '번호', code: 'NOT_FOUND', reason: '없는 번호임.' })),
    };
  },
  store: async (_work, good, importFileId) => {
    stored.push(...good.map((number) => ({ number, importFileId })));
    return { numbers: good.length };
  },
  count: (good) => ({ numbers: good.length }),
  counts,
  nothing: { numbers: 0 },
};

let serial = 0;
/** A file like no other: its header's blanks differ. */
function file(...numbers: readonly string[]): Buffer {
  serial += 1;
  return Buffer.from([`번호${' '.repeat(serial)}`, ...numbers].join('\r\n').concat('\r\n'));
}

const take = (content: Buffer, choice: Omit<CheckedTableImportInput, 'content' | 'actor'> = {}) =>
  importCheckedTable(test.database, plan, { content, actor: testActor, ...choice });
const fileRow = (id: number) => test.database.read.importFile.findUniqueOrThrow({ where: { id } });

describe('a file', () => {
  it('is stored with its counts, its rows naming the file, and told of in the log', async () => {
    const content = file('1', '2');
    const outcome = await take(content);
    expect(outcome).toMatchObject({ state: 'stored', repeated: false, rowCount: 2, goodCount: 2, badCount: 0, counts: { numbers: 2 } });
    expect(stored).toEqual(['1', '2'].map((number) => ({ number, importFileId: outcome.importFileId })));
    expect(await fileRow(outcome.importFileId)).toMatchObject({ sizeBytes: BigInt(content.length), state: 'stored' });
    const subject = `import_file:${outcome.importFileId}`;
    expect(await test.database.read.auditEvent.findMany({ where: { subject } })).toMatchObject([
      { action: 'official_balance.imported', payload: JSON.stringify({ bad: 0, numbers: 2, rows: 2 }) },
    ]);
  });

  it('gets the answer it got before when it comes again, also twice at once', async () => {
    const content = file('1');
    const both = await Promise.all([take(content), take(content)]);
    expect(both.map(({ repeated }) => repeated).sort()).toEqual([false, true]);
    expect(new Set(both.map(({ importFileId }) => importFileId)).size).toBe(1);
    expect(await take(content)).toEqual({ ...both[0], repeated: true });
    expect(stored).toHaveLength(1);
  });

  it('is noted as refused with one bad row, and its good rows are taken only if they are asked for', async () => {
    const content = file('1', '99', '1', 'too long', '2');
    const refused = await take(content);
    expect(refused).toMatchObject({ state: 'refused', rowCount: 5, goodCount: 2, badCount: 3, errorCount: 3, counts: { numbers: 0 } });
    expect(refused.errors.map(({ line, code }) => [line, code])).toEqual([
      [3, 'NOT_FOUND'],
      [4, 'CONFLICT'],
      [5, 'INPUT_INVALID'],
    ]);
    expect(sightOfBadLines).toEqual([4, 5]);
    expect(sightOfReadable).toEqual([4]);
    expect(stored).toEqual([]);
    expect(await take(content, { acceptGoodRows: true })).toMatchObject({ state: 'stored', badCount: 3, counts: { numbers: 2 } });
    expect(stored.map(({ number }) => number)).toEqual(['1', '2']);
  });

  it('stays refused when there is nothing good in it to take', async () => {
    expect(await take(file('99'), { acceptGoodRows: true })).toMatchObject({ state: 'refused', goodCount: 0 });
  });

  it('counts every bad row, however many more reasons there are than a report lists', async () => {
    const bad = Array.from({ length: ERRORS_LISTED_MAX + 20 }, () => 'too long');
    const outcome = await take(file(...bad, '99', '1'));
    expect(outcome).toMatchObject({ badCount: bad.length + 1, goodCount: 1, errorCount: bad.length + 1 });
    expect(outcome.errors).toHaveLength(ERRORS_LISTED_MAX);
  });

  it('that is useless as a whole is not even noted', async () => {
    const before = await test.database.read.importFile.count();
    await expect(take(file('1', '13'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(take(Buffer.from('다른 열\r\n1\r\n'))).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    expect(await test.database.read.importFile.count()).toBe(before);
  });
});

describe('a file of which nothing is to be stored', () => {
  it('may only be checked, and is told what an import would store of it', async () => {
    const content = file('1', '2', '99');
    const checked = await take(content, { checkOnly: true });
    expect(checked).toMatchObject({ state: 'checked', repeated: false, goodCount: 2, badCount: 1, counts: { numbers: 2 } });
    expect(stored).toEqual([]);
    const subject = `import_file:${checked.importFileId}`;
    expect(await test.database.read.auditEvent.findMany({ where: { subject } })).toMatchObject([
      { action: 'official_balance.checked', payload: JSON.stringify({ bad: 1, rows: 3 }) },
    ]);
    expect(await take(content, { acceptGoodRows: true })).toMatchObject({ state: 'stored', repeated: false, counts: checked.counts });
  });

  it('that was stored is told so when it is only checked, and that nothing of it would be stored', async () => {
    const content = file('1', '2');
    const { importFileId } = await take(content);
    const files = await test.database.read.importFile.count();
    expect(await take(content, { checkOnly: true })).toMatchObject({
      state: 'checked',
      repeated: true,
      importFileId,
      rowCount: 2,
      goodCount: 2,
      counts: { numbers: 0 },
    });
    expect(await test.database.read.importFile.count()).toBe(files);
  });

  it.each([{}, { acceptGoodRows: true }, { checkOnly: true }])('without a row is refused as a whole: %o', async (choice) => {
    const before = await test.database.read.importFile.count();
    await expect(take(file(), choice)).rejects.toMatchObject({ code: 'FILE_FORMAT', message: expect.stringContaining('no rows') });
    expect(await test.database.read.importFile.count()).toBe(before);
  });
});

describe('a refusal as an error', () => {
  const refusalOf = async (...numbers: readonly string[]) => {
    const { errors, ...outcome } = await take(file(...numbers));
    try {
      assertNotRefused({ ...outcome, report: { errors } });
      return undefined;
    } catch (thrown) {
      return thrown instanceof CheongsanError ? thrown.code : thrown;
    }
  };

  it('has the code of the bad rows where they all have one', async () => {
    expect(await refusalOf('1')).toBeUndefined();
    expect(await refusalOf('99')).toBe('NOT_FOUND');
    expect(await refusalOf('99', 'too long')).toBe('IMPORT_ROWS_REFUSED');
  });
});
