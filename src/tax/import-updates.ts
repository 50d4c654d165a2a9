import { z } from 'zod';
import type { BillUpdateKind } from '../database/generated/enums.ts';
import type { Database, Work } from '../database/work.ts';
import type { CheckedRow, RowError, RowProblem } from '../document/row-check.ts';
import {
  type CheckedTableImportInput,
  type CheckedTablePlan,
  importCheckedTable,
  type OtherRows,
  type TableImport,
} from '../import/table.ts';
import { type CivilDate, dayFromColumn, seoulDay } from '../kernel/civil-date.ts';
import { Won } from '../kernel/money.ts';
import { UPDATE_COLUMNS, type UpdateColumn, type UpdateRow, updateCells, updateIdentity, updateRowProblems } from './bill-update-file.ts';
import { lockTaxpayers, ringCoveringCases } from './covering-cases.ts';
import { type LineBalance, lineBalances } from './line-balance.ts';

const countsSchema = z.object({
  updates: z.int(),
  paymentElsewhereKrw: z.string(),
  reductionKrw: z.string(),
  cancellationKrw: z.string(),
  increaseKrw: z.string(),
});
export type UpdateCounts = z.infer<typeof countsSchema>;

interface GoodUpdate {
  readonly line: number;
  readonly row: UpdateRow;
  readonly billId: number;
  readonly billLineId: number;
}

/**
 * Imports differences against the national network's figures. They move nothing yet: each is stored as pending, and from that
 * instant nothing is sold for its bill until an approval posts or rejects it. Refused are rows for a notice or tax item we do not
 * have, beyond what is unpaid, or imported before. Errors: those of `importTable`.
 */
export function importBillUpdates(
  { database }: { readonly database: Database },
  input: CheckedTableImportInput,
): Promise<TableImport<UpdateCounts>> {
  return importCheckedTable(database, planOn(seoulDay(database.clock.now())), input);
}

function planOn(today: CivilDate): CheckedTablePlan<UpdateColumn, UpdateRow, GoodUpdate, UpdateCounts> {
  return {
    kind: 'bill_update',
    columns: UPDATE_COLUMNS,
    schema: updateCells,
    rowsMax: 20_000,
    examiner: () => examiner(today),
    judge,
    store,
    count,
    counts: countsSchema,
    nothing: count([]),
  };
}

function examiner(today: CivilDate): (row: CheckedRow<UpdateRow>) => RowProblem<UpdateColumn>[] {
  const lineOf = new Map<string, number>();
  return ({ line, value }) => {
    const identity = updateIdentity(value);
    const earlier = lineOf.get(identity);
    lineOf.set(identity, earlier ?? line);
    const repeated: RowProblem<UpdateColumn>[] =
      earlier === undefined ? [] : [{ column: '', code: 'CONFLICT', reason: `${earlier}행과 같은 변동입니다.` }];
    return [...updateRowProblems(value, today), ...repeated];
  };
}

/** Holds the taxpayers, so that what is unpaid stays so and no order is decided while the differences are stored. */
async function judge(work: Work, rows: readonly CheckedRow<UpdateRow>[], { readable }: OtherRows<UpdateRow>) {
  const noticeNumbers = [...new Set([...rows, ...readable].map(({ value }) => value.noticeNumber))];
  const bills = await work.tx.$queryRaw<{ id: number; personId: number; arisenOn: Date; noticeNumber: string }[]>`
    SELECT id, person_id AS "personId", arisen_on AS "arisenOn", notice_number AS "noticeNumber"
      FROM bill WHERE notice_number = ANY (${noticeNumbers}::text[])`;
  await lockTaxpayers(
    work,
    bills.map(({ personId }) => personId),
  );
  const arisenOn = new Map(bills.map((bill) => [bill.noticeNumber, dayFromColumn(bill.arisenOn)]));
  const balances = await lineBalances(work.tx, noticeNumbers);
  const open = new Map(balances.map((balance) => [itemKey(balance), balance]));
  const before = await updatesBefore(work, balances);
  for (const update of before.filter(({ state, kind }) => state === 'pending' && kind !== 'increase')) lower(open, update);
  const known = new Set(before.map(updateIdentity));
  const good: GoodUpdate[] = [];
  const problems = (row: UpdateRow) => problemsOf(row, arisenOn.get(row.noticeNumber), open.get(itemKey(row)), known);
  const errors: RowError[] = readable.flatMap(({ line, value }) => problems(value).map((problem) => ({ line, ...problem })));
  for (const { line, value: row } of rows) {
    const item = open.get(itemKey(row));
    const found = problems(row);
    errors.push(...found.map((problem) => ({ line, ...problem })));
    if (found.length === 0 && item !== undefined) {
      good.push({ line, row, billId: item.billId, billLineId: item.billLineId });
      if (row.kind !== 'increase') lower(open, row);
    }
  }
  return { good, errors };
}

interface UpdateBefore extends Omit<UpdateRow, 'reason'> {
  readonly state: string;
}

/** What has been imported for these items and not rejected. */
async function updatesBefore(work: Work, balances: readonly LineBalance[]): Promise<UpdateBefore[]> {
  const items = new Map(balances.map((balance) => [balance.billLineId, balance]));
  const updates = await work.tx.billUpdate.findMany({
    where: { billLineId: { in: [...items.keys()] }, state: { not: 'rejected' } },
    orderBy: { id: 'asc' },
  });
  return updates.flatMap((update) => {
    const item = items.get(update.billLineId);
    if (item === undefined) return [];
    return {
      noticeNumber: item.noticeNumber,
      taxItemCode: item.taxItemCode,
      kind: update.kind,
      occurredOn: dayFromColumn(update.occurredOn),
      principal: Won.of(update.principalKrw),
      surcharge: Won.of(update.surchargeKrw),
      penalty: Won.of(update.penaltyKrw),
      documentNumber: update.documentNumber,
      state: update.state,
    };
  });
}

function itemKey({ noticeNumber, taxItemCode }: Pick<UpdateRow, 'noticeNumber' | 'taxItemCode'>): string {
  return `${noticeNumber}\n${taxItemCode}`;
}

/** Counts a difference against what is open, so that several of them together do not exceed it. */
function lower(open: Map<string, LineBalance>, update: Omit<UpdateRow, 'reason'>): void {
  const item = open.get(itemKey(update));
  if (item === undefined) return;
  open.set(itemKey(update), {
    ...item,
    principal: item.principal.minus(update.principal),
    surcharge: item.surcharge.minus(update.surcharge),
  });
}

/** Everything that is wrong with a row in view of what we have. What was imported before is not measured a second time. */
function problemsOf(
  row: UpdateRow,
  arisenOn: CivilDate | undefined,
  item: LineBalance | undefined,
  known: ReadonlySet<string>,
): RowProblem<UpdateColumn>[] {
  if (arisenOn === undefined) return [{ column: '고지번호', code: 'NOT_FOUND', reason: '등록되지 않은 고지번호입니다.' }];
  const early: RowProblem<UpdateColumn>[] =
    row.occurredOn < arisenOn ? [{ column: '변동일', code: 'INPUT_INVALID', reason: '납세의무성립일보다 앞선 날짜입니다.' }] : [];
  if (item === undefined) return [{ column: '세목코드', code: 'NOT_FOUND', reason: '이 고지에 없는 세목입니다.' }, ...early];
  if (known.has(updateIdentity(row))) return [{ column: '문서번호', code: 'CONFLICT', reason: '이미 가져온 변동입니다.' }, ...early];
  if (row.kind === 'increase') return early;
  return [
    ...early,
    ...(row.principal.isMoreThan(item.principal) ? [beyond('본세', item.principal)] : []),
    ...(row.surcharge.isMoreThan(item.surcharge) ? [beyond('가산세', item.surcharge)] : []),
  ];
}

function beyond(column: UpdateColumn, open: Won): RowProblem<UpdateColumn> {
  const rest = open.isNegative() ? Won.zero : open;
  return { column, code: 'CONFLICT', reason: `남은 체납액 ${rest.toString()}원보다 많습니다.` };
}

async function store(work: Work, good: readonly GoodUpdate[], importFileId: number): Promise<UpdateCounts> {
  const rows = good.map(({ row }) => row);
  await work.tx.$executeRaw`
    INSERT INTO bill_update (bill_id, bill_line_id, kind, occurred_on, principal_krw, surcharge_krw, penalty_krw, document_number, reason,
      import_file_id, import_line, state, created_at)
    SELECT bill_id, bill_line_id, kind::bill_update_kind, occurred_on, principal_krw, surcharge_krw, penalty_krw, document_number, reason,
           ${importFileId}, import_line, 'pending', ${work.at}
      FROM unnest(
        ${good.map(({ billId }) => billId)}::int[], ${good.map(({ billLineId }) => billLineId)}::int[],
        ${rows.map(({ kind }) => kind)}::text[], ${rows.map(({ occurredOn }) => occurredOn)}::date[],
        ${rows.map(({ principal }) => principal.toString())}::bigint[], ${rows.map(({ surcharge }) => surcharge.toString())}::bigint[],
        ${rows.map(({ penalty }) => penalty.toString())}::bigint[], ${rows.map(({ documentNumber }) => documentNumber)}::text[],
        ${rows.map(({ reason }) => reason ?? null)}::text[], ${good.map(({ line }) => line)}::int[]
      ) WITH ORDINALITY AS row (bill_id, bill_line_id, kind, occurred_on, principal_krw, surcharge_krw, penalty_krw, document_number, reason,
        import_line, position)
     ORDER BY position`;
  await ringCoveringCases(
    work,
    good.map(({ billId }) => billId),
  );
  return count(good);
}

function count(good: readonly GoodUpdate[]): UpdateCounts {
  const sum = (kind: BillUpdateKind) => sumOf(good.map(({ row }) => row).filter((row) => row.kind === kind)).toString();
  return {
    updates: good.length,
    paymentElsewhereKrw: sum('payment_elsewhere'),
    reductionKrw: sum('reduction'),
    cancellationKrw: sum('cancellation'),
    increaseKrw: sum('increase'),
  };
}

function sumOf(rows: readonly UpdateRow[]): Won {
  return Won.sum(rows.flatMap(({ principal, surcharge, penalty }) => [principal, surcharge, penalty]));
}
