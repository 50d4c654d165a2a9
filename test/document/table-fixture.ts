import type { FileContent } from '../../src/document/byte-source.ts';
import { type ReadTableOptions, readTable, type TableRow } from '../../src/document/table-reader.ts';

export const COLUMNS = [
  { name: '성명', synonyms: ['납세자명', '체납자'] },
  { name: '금액', synonyms: ['금액(원)'], nonPersonal: true },
] as const;

export type Column = (typeof COLUMNS)[number]['name'];

type Row = Pick<TableRow<Column>, 'line' | 'cells'>;

/** What a file says, where every cell of it can be read. */
export async function rowsOf(content: FileContent | string, options: Partial<ReadTableOptions<Column>> = {}): Promise<Row[]> {
  const rows: Row[] = [];
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  for await (const { line, cells } of readTable(bytes, { columns: COLUMNS, ...options })) rows.push({ line, cells });
  return rows;
}
