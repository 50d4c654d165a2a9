import { z } from 'zod';
import type { Database, Work } from '../database/work.ts';
import { blankable, dayCell, textCell } from '../document/cell-schemas.ts';
import type { CheckedRow, RowError, RowProblem } from '../document/row-check.ts';
import type { TableColumn } from '../document/table-header.ts';
import {
  type CheckedTableImportInput,
  type CheckedTablePlan,
  importCheckedTable,
  type OtherRows,
  type TableImport,
} from '../import/table.ts';
import { type CivilDate, seoulDay } from '../kernel/civil-date.ts';
import { Won } from '../kernel/money.ts';
import { amountCell, noticeNumberCell } from './file-cells.ts';
import { lineBalances } from './line-balance.ts';

/** The network's own balances, for comparison (docs/formats.md, 공식 잔액 자료). */
type BalanceColumn = '고지번호' | '세목코드' | '기준일' | '본세' | '가산세' | '납부지연가산세';

export const BALANCE_COLUMNS = [
  { name: '고지번호', synonyms: ['과세번호', '부과번호'], nonPersonal: true },
  { name: '세목코드', nonPersonal: true },
  { name: '기준일', nonPersonal: true },
  { name: '본세', synonyms: ['본세 체납액', '체납 본세'], nonPersonal: true },
  { name: '가산세', synonyms: ['가산세 체납액', '체납 가산세'], nonPersonal: true, optional: true },
  { name: '납부지연가산세', synonyms: ['가산금'], nonPersonal: true, optional: true },
] as const satisfies readonly TableColumn<BalanceColumn>[];

export const balanceCells = z.object({
  고지번호: noticeNumberCell(),
  세목코드: textCell(20),
  기준일: dayCell(),
  본세: amountCell(),
  가산세: blankable(amountCell()).transform((amount) => amount ?? Won.zero),
  납부지연가산세: blankable(amountCell()),
} satisfies Record<BalanceColumn, z.ZodType>);
type BalanceCells = z.infer<typeof balanceCells>;

const countsSchema = z.object({ balances: z.int() });

interface GoodBalance {
  readonly cells: BalanceCells;
  readonly billLineId: number;
}

/**
 * Imports what the national network says is unpaid. It moves no figure of ours; `differences` shows where the books differ. A
 * notice that we do not have is a bad row: it is one of the differences. Errors: those of `importTable`.
 */
export function importOfficialBalances(
  { database }: { readonly database: Database },
  input: CheckedTableImportInput,
): Promise<TableImport<z.infer<typeof countsSchema>>> {
  const plan: CheckedTablePlan<BalanceColumn, BalanceCells, GoodBalance, z.infer<typeof countsSchema>> = {
    kind: 'official_balance',
    columns: BALANCE_COLUMNS,
    schema: balanceCells,
    rowsMax: 200_000,
    examiner: () => examiner(seoulDay(database.clock.now())),
    judge,
    store,
    count: (good) => ({ balances: good.length }),
    counts: countsSchema,
    nothing: { balances: 0 },
  };
  return importCheckedTable(database, plan, input);
}

function examiner(today: CivilDate): (row: CheckedRow<BalanceCells>) => RowProblem<BalanceColumn>[] {
  const lineOf = new Map<string, number>();
  return ({ line, value }) => {
    const key = itemKey(value.고지번호, value.세목코드);
    const earlier = lineOf.get(key);
    lineOf.set(key, earlier ?? line);
    return [
      ...(value.기준일 > today ? [{ column: '기준일', code: 'INPUT_INVALID', reason: '오늘보다 뒤의 날짜입니다.' } as const] : []),
      ...(earlier === undefined ? [] : [{ column: '', code: 'CONFLICT', reason: `${earlier}행과 같은 고지의 같은 세목입니다.` } as const]),
    ];
  };
}

function itemKey(noticeNumber: string, taxItemCode: string): string {
  return `${noticeNumber}\n${taxItemCode}`;
}

async function judge(work: Work, rows: readonly CheckedRow<BalanceCells>[], { readable }: OtherRows<BalanceCells>) {
  const items = await lineBalances(work.tx, [...new Set([...rows, ...readable].map(({ value }) => value.고지번호))]);
  const notices = new Set(items.map(({ noticeNumber }) => noticeNumber));
  const idOf = new Map(items.map(({ noticeNumber, taxItemCode, billLineId }) => [itemKey(noticeNumber, taxItemCode), billLineId]));
  const billLineIdOf = (cells: BalanceCells) => idOf.get(itemKey(cells.고지번호, cells.세목코드));
  const good: GoodBalance[] = rows.flatMap(({ value }) => {
    const billLineId = billLineIdOf(value);
    return billLineId === undefined ? [] : [{ cells: value, billLineId }];
  });
  const unknown = [...rows, ...readable].filter(({ value }) => billLineIdOf(value) === undefined);
  const errors = unknown.map(
    ({ line, value }): RowError =>
      notices.has(value.고지번호)
        ? { line, column: '세목코드', code: 'NOT_FOUND', reason: '이 고지에 없는 세목입니다.' }
        : { line, column: '고지번호', code: 'NOT_FOUND', reason: '등록되지 않은 고지번호입니다.' },
  );
  return { good, errors };
}

async function store(work: Work, good: readonly GoodBalance[], importFileId: number): Promise<z.infer<typeof countsSchema>> {
  const cells = good.map((each) => each.cells);
  await work.tx.$executeRaw`
    INSERT INTO official_balance (import_file_id, bill_line_id, as_of_day, principal_krw, surcharge_krw, penalty_krw)
    SELECT ${importFileId}, bill_line_id, as_of_day, principal_krw, surcharge_krw, penalty_krw
      FROM unnest(
        ${good.map(({ billLineId }) => billLineId)}::int[], ${cells.map(({ 기준일 }) => 기준일)}::date[],
        ${cells.map(({ 본세 }) => 본세.toString())}::bigint[], ${cells.map(({ 가산세 }) => 가산세.toString())}::bigint[],
        ${cells.map(({ 납부지연가산세 }) => 납부지연가산세?.toString() ?? null)}::bigint[]
      ) AS row (bill_line_id, as_of_day, principal_krw, surcharge_krw, penalty_krw)`;
  return { balances: good.length };
}
