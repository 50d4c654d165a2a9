import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REPORT_COLUMNS, reportRow } from '../../src/custody/transfer-report-file.ts';
import { KOREAN_MESSAGES } from '../../src/document/cell-schemas.ts';
import type { TableColumn } from '../../src/document/table-header.ts';
import { fileImports } from '../../src/http/routes/imports.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { SERVICE_RESULT_COLUMNS, serviceResultRow } from '../../src/notice/service-results-file.ts';
import { bankStatementColumns } from '../../src/policy/definitions/treasury.ts';
import { OLD_SEIZURE_COLUMNS, oldSeizureRow } from '../../src/seizure/old-seizure-file.ts';
import { REPLY_COLUMNS, replyRow } from '../../src/seizure/reply-file.ts';
import { UPDATE_COLUMNS, updateCells } from '../../src/tax/bill-update-file.ts';
import { LEDGER_COLUMNS, ledgerCells } from '../../src/tax/ledger-file.ts';
import { BALANCE_COLUMNS, balanceCells } from '../../src/tax/official-balance.ts';
import { statementColumns, statementRow } from '../../src/treasury/bank-statement-file.ts';

interface Kind {
  readonly heading: string;
  readonly columns: readonly TableColumn[];
  readonly schema: z.ZodType;
}

const layout = bankStatementColumns.schema.parse(bankStatementColumns.initial[0]?.value);
const ignored = new Set(layout.ignored);

const KINDS: readonly Kind[] = [
  { heading: '체납 자료', columns: LEDGER_COLUMNS, schema: ledgerCells },
  { heading: '체납액 변동 자료', columns: UPDATE_COLUMNS, schema: updateCells },
  { heading: '공식 잔액 자료', columns: BALANCE_COLUMNS, schema: balanceCells },
  { heading: '기존 압류 자료', columns: OLD_SEIZURE_COLUMNS, schema: oldSeizureRow },
  { heading: '보유 내역 회신', columns: REPLY_COLUMNS, schema: replyRow },
  { heading: '이전 결과 회신', columns: REPORT_COLUMNS, schema: reportRow },
  { heading: '송달 결과', columns: SERVICE_RESULT_COLUMNS, schema: serviceResultRow },
  { heading: '금고 거래내역', columns: statementColumns(layout).filter(({ name }) => !ignored.has(name)), schema: statementRow },
];

interface DocumentedColumn {
  readonly needed: string;
  readonly otherNames: readonly string[];
  readonly content: string;
}

let sections: ReadonlyMap<string, string>;

beforeAll(async () => {
  const text = await readFile(join(projectRoot, 'docs', 'formats.md'), 'utf8');
  sections = new Map(text.split(/^## /m).map((section) => [section.split('\n')[0] ?? '', section]));
});

/** The rows of the first table in a section, by the name of the column. */
function documented(heading: string): ReadonlyMap<string, DocumentedColumn> {
  const lines = (sections.get(heading) ?? '').split('\n').filter((line) => line.startsWith('|'));
  const rows = lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return new Map(
    rows.map(([name = '', needed = '', otherNames = '', content = '']) => [
      name,
      { needed, otherNames: otherNames === '' ? [] : otherNames.split(', '), content },
    ]),
  );
}

/** The schema of one cell, out of that of the row. */
function cellSchema(schema: z.ZodType, name: string): z.ZodType<unknown, unknown> {
  const row = schema instanceof z.ZodPipe ? schema.in : schema;
  if (!(row instanceof z.ZodObject)) throw new Error('A row schema is an object of cells.');
  return z.instanceof(z.ZodType).parse(row.shape[name]);
}

describe.each(KINDS)('docs/formats.md on $heading', ({ heading, columns, schema }) => {
  it('lists the columns that are read, in their order', () => {
    expect([...documented(heading).keys()]).toEqual(columns.map(({ name }) => name));
  });

  it('says what they are called besides', () => {
    const ours = columns.map(({ name, synonyms = [] }) => [name, synonyms.filter((synonym) => synonym !== name)]);
    expect([...documented(heading)].map(([name, { otherNames }]) => [name, otherNames])).toEqual(ours);
  });

  it('says which must be there, and which may be empty', () => {
    const ours = columns.map(({ name, optional }) => {
      const mayBeEmpty = cellSchema(schema, name).safeParse('').success;
      return [name, mayBeEmpty ? (optional === true ? '' : '△') : '○'];
    });
    expect([...documented(heading)].map(([name, { needed }]) => [name, needed])).toEqual(ours);
  });

  it('names every word where only some are taken', () => {
    for (const { name } of columns) {
      const refused = cellSchema(schema, name).safeParse('아무 말', { error: KOREAN_MESSAGES });
      const [, words] = /^다음 중 하나여야 합니다: (.*)\.$/.exec(refused.error?.issues[0]?.message ?? '') ?? [];
      if (words === undefined) continue;
      const content = documented(heading).get(name)?.content ?? '';
      for (const word of words.split(', ').filter((each) => each !== '')) expect(content).toContain(`\`${word}\``);
    }
  });
});

it('tells which columns of a bank are passed over', () => {
  const [, listed = ''] = /읽지 않고 지나가는 열: ([^\n]+)\./.exec(sections.get('금고 거래내역') ?? '') ?? [];
  expect(listed.split(', ')).toEqual(layout.ignored);
});

it('has a section for every kind of file that is imported, under its name', () => {
  const [overview = ''] = sections.values();
  for (const { name } of fileImports) expect(overview).toContain(`| \`${name}\` |`);
});
