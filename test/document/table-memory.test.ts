import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCsv } from '../../src/document/csv/csv-writer.ts';
import type { WritableColumn } from '../../src/document/table-content.ts';
import { readTable } from '../../src/document/table-reader.ts';
import { writeXlsx } from '../../src/document/xlsx/xlsx-writer.ts';
import { Won } from '../../src/kernel/money.ts';

const ROWS = 100_000;
const MEGABYTE = 1_048_576;
/** What 100,000 rows of these columns would take if they were kept is several times this. */
const GROWTH_MAX = 8 * MEGABYTE;

const COLUMNS: readonly WritableColumn<number>[] = [
  { header: '고지번호', kind: 'text', value: (row) => `2026-지방소득세-${String(row).padStart(8, '0')}` },
  { header: '성명', kind: 'text', value: (row) => `표본-${row}` },
  { header: '주소', kind: 'text', value: (row) => `표본시 표본구 표본로 ${row}, 101동 203호` },
  { header: '금액', kind: 'won', value: (row) => Won.of(BigInt(row) * 1_000n) },
];
const NAMES = [{ name: '고지번호' }, { name: '성명' }, { name: '주소' }, { name: '금액' }] as const;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function* rows(): Generator<number> {
  for (let row = 0; row < ROWS; row++) yield row;
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cheongsan-memory-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Reads the whole file and tells by how much the memory in use grew on the way, garbage not counted. */
async function growthWhileReading(path: string): Promise<{ count: number; growth: number }> {
  let count = 0;
  let growth = 0;
  let base = 0;
  for await (const _row of readTable({ path }, { columns: NAMES })) {
    count += 1;
    if (count % 10_000 !== 1) continue;
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    if (base === 0) base = heapUsed + external;
    growth = Math.max(growth, heapUsed + external - base);
  }
  return { count, growth };
}

it('reads 100,000 rows of CSV in constant memory', async () => {
  const path = join(folder, 'large.csv');
  await pipeline(Readable.from(writeCsv({ columns: COLUMNS, rows: rows() }, { encoding: 'cp949' })), createWriteStream(path));
  const { count, growth } = await growthWhileReading(path);
  expect(count).toBe(ROWS);
  expect(growth).toBeLessThan(GROWTH_MAX);
}, 120_000);

it('reads 100,000 rows of XLSX in constant memory', async () => {
  const path = join(folder, 'large.xlsx');
  await pipeline(Readable.from([await writeXlsx({ columns: COLUMNS, rows: rows() }, { createdAt: new Date(0) })]), createWriteStream(path));
  const { count, growth } = await growthWhileReading(path);
  expect(count).toBe(ROWS);
  expect(growth).toBeLessThan(GROWTH_MAX);
}, 120_000);
