import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textCell, wonCell } from '../../src/document/cell-schemas.ts';
import { checkRows, ERRORS_LISTED_MAX } from '../../src/document/row-check.ts';
import { COLUMNS } from './table-fixture.ts';

const schema = z.object({ 성명: textCell(10), 금액: wonCell() });
const bytes = (text: string) => Buffer.from(`성명,금액\r\n${text}`, 'utf8');

describe('checking the rows of a file', () => {
  it('hands on the good rows in order and reports every fault of the others', async () => {
    const good: [number, string, string][] = [];
    const file = bytes('표본-001,"1,000"\r\n,많음\r\n홍표본900101-1000000,-5\r\n표본-002,2\r\n');
    const summary = await checkRows(file, {
      columns: COLUMNS,
      schema,
      onRow: ({ line, value }) => void good.push([line, value.성명, value.금액.toString()]),
    });
    expect(good).toEqual([
      [2, '표본-001', '1000'],
      [5, '표본-002', '2'],
    ]);
    expect(summary).toEqual({
      description: { format: 'csv', encoding: 'utf-8', lastLineEnded: true },
      rowCount: 4,
      goodCount: 2,
      badCount: 2,
      badLines: new Set([3, 4]),
      errorCount: 4,
      errors: [
        { line: 3, column: '성명', code: 'INPUT_INVALID', reason: '값이 비어 있습니다.' },
        { line: 3, column: '금액', code: 'INPUT_INVALID', reason: '원 단위 금액이 아닙니다.', value: '많음' },
        { line: 4, column: '성명', code: 'INPUT_INVALID', reason: '10자를 넘습니다.', value: '○○○######-#######' },
        { line: 4, column: '금액', code: 'AMOUNT_NEGATIVE', reason: '금액은 음수일 수 없습니다.', value: '-5' },
      ],
    });
  });

  it('lists a bounded number of errors but counts them all', async () => {
    const count = ERRORS_LISTED_MAX + 50;
    const lines = Array.from({ length: count }, (_, index) => index + 2);
    const summary = await checkRows(bytes(',1\r\n'.repeat(count)), { columns: COLUMNS, schema });
    expect(summary).toMatchObject({ rowCount: count, badCount: count, errorCount: count });
    expect(summary.errors.map(({ line }) => line)).toEqual(lines.slice(0, ERRORS_LISTED_MAX));
    expect([...summary.badLines]).toEqual(lines);
  });
});

describe('rules beyond a cell', () => {
  it('applies rules over several rows to those that satisfy the schema, and withholds what they refuse', async () => {
    const seen = new Set<string>();
    const taken: string[] = [];
    const summary = await checkRows(bytes('표본-001,1\r\n표본-001,2\r\n표본-002,3\r\n'), {
      columns: COLUMNS,
      schema,
      examine: ({ value }) => {
        const isRepeated = seen.has(value.성명);
        seen.add(value.성명);
        return isRepeated ? [{ column: '성명', code: 'CONFLICT', reason: '같은 이름이 앞 행에 있습니다.' }] : [];
      },
      onRow: ({ value }) => void taken.push(value.금액.toString()),
    });
    expect(taken).toEqual(['1', '3']);
    expect(summary.errors).toEqual([
      { line: 3, column: '성명', code: 'CONFLICT', reason: '같은 이름이 앞 행에 있습니다.', value: '○○-###' },
    ]);
  });

  it('reports a rule over the whole row without a column', async () => {
    const paired = schema.refine(({ 금액 }) => !금액.isZero(), { error: '금액이 0원입니다.' });
    const summary = await checkRows(bytes('표본-001,0\r\n'), { columns: COLUMNS, schema: paired });
    expect(summary.errors).toEqual([{ line: 2, column: '', code: 'INPUT_INVALID', reason: '금액이 0원입니다.' }]);
  });
});

describe('a check as a whole', () => {
  it('gives Korean reasons also for plain checks', async () => {
    const plain = z.object({ 성명: z.string().min(3), 금액: z.string().regex(/^\d+$/) });
    const { errors } = await checkRows(bytes('a,b\r\n'), { columns: COLUMNS, schema: plain });
    expect(errors.map(({ reason }) => /[가-힣]/.test(reason))).toEqual([true, true]);
  });

  it('waits for whoever takes the rows', async () => {
    let running = 0;
    let most = 0;
    await checkRows(bytes('표본,1\r\n'.repeat(20)), {
      columns: COLUMNS,
      schema,
      onRow: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
    });
    expect([running, most]).toEqual([0, 1]);
  });

  it('throws when the file as a whole is torn, whatever rows went before', async () => {
    await expect(checkRows(bytes('표본,1\r\n표본\r\n'), { columns: COLUMNS, schema })).rejects.toMatchObject({
      code: 'FILE_TORN',
      facts: { line: 3 },
    });
  });
});
