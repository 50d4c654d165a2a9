import { z } from 'zod';
import type { Actor, Database, Work } from '../database/work.ts';
import type { FileContent } from '../document/byte-source.ts';
import type { CheckedRow, RowError, RowProblem } from '../document/row-check.ts';
import { type ImportChoice, importTable, type Judged, type TableImport, type TablePlan } from '../import/table.ts';
import { dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { creditReportedDeposits } from './report-match.ts';
import { REPORT_COLUMNS, type ReportColumn, type ReportedLine, reportRow } from './transfer-report-file.ts';

const ROWS_MAX = 100_000;

const countsSchema = z.object({ stored: z.int(), known: z.int() });
type ReportCounts = z.infer<typeof countsSchema>;

interface PlacedLine {
  readonly line: number;
  readonly row: ReportedLine;
  readonly caseId: number;
  readonly holdingId: number;
  /** This very transfer was reported before. */
  readonly isKnown: boolean;
}

/**
 * Takes what an exchange says it has sent in answer to transfer demands. Deposits of these transactions are credited to their
 * holdings, whether they have come already or come later. Errors: those of `importTable`.
 */
export async function importTransferReport(
  database: Database,
  actor: Actor,
  content: FileContent,
  choice: ImportChoice = {},
): Promise<TableImport<ReportCounts>> {
  const plan: TablePlan<ReportColumn, ReportedLine, PlacedLine, ReportCounts> = {
    kind: 'transfer_report',
    columns: REPORT_COLUMNS,
    schema: reportRow,
    rowsMax: ROWS_MAX,
    examiner: repeatedTransactions,
    judge: placeLines,
    store: storeLines,
    counts: countsSchema,
    nothing: { stored: 0, known: 0 },
  };
  const report = await importTable(database, plan, { content, actor, ...choice });
  const waiting = await database.read.venueDeposit.findMany({
    where: { state: 'unidentified' },
    select: { venueAccountId: true },
    distinct: ['venueAccountId'],
    orderBy: { venueAccountId: 'asc' },
  });
  for (const { venueAccountId } of waiting) await creditReportedDeposits(database, venueAccountId);
  return report;
}

/** One transaction moves coins of one holding; the same one twice could mean either. */
function repeatedTransactions(): (row: CheckedRow<ReportedLine>) => RowProblem<ReportColumn>[] {
  const lineOf = new Map<string, number>();
  return ({ line, value }) => {
    const key = keyOf(value);
    const earlier = lineOf.get(key);
    if (earlier === undefined) lineOf.set(key, line);
    return earlier === undefined ? [] : [{ column: '거래번호', code: 'CONFLICT', reason: `${earlier}행에 같은 거래번호가 있음.` }];
  };
}

async function placeLines(work: Work, rows: readonly CheckedRow<ReportedLine>[]): Promise<Judged<PlacedLine>> {
  const cases = await work.tx.seizureCase.findMany({
    where: { number: { in: [...new Set(rows.map(({ value }) => value.caseNumber))] } },
    include: { holdings: true },
  });
  const caseOf = new Map(cases.map((seizureCase) => [seizureCase.number, seizureCase]));
  const known = await work.tx.transferReportRow.findMany({
    where: { transactionId: { in: rows.map(({ value }) => value.transactionId) } },
  });
  const knownOf = new Map(known.map((row) => [`${row.asset}\u001f${row.transactionId}`, row]));
  const good: PlacedLine[] = [];
  const errors: RowError[] = [];
  for (const { line, value: row } of rows) {
    const refuse = (column: ReportColumn, code: RowError['code'], reason: string): void => void errors.push({ line, column, code, reason });
    const seizureCase = caseOf.get(row.caseNumber);
    const holding = seizureCase?.holdings.find(({ asset }) => asset === row.quantity.asset);
    const before = knownOf.get(keyOf(row));
    if (seizureCase === undefined) refuse('사건번호', 'NOT_FOUND', '없는 사건번호임.');
    else if (holding === undefined) refuse('가상자산', 'NOT_FOUND', '이 사건에서 압류하지 않은 가상자산임.');
    else if (holding.accountReference !== row.accountReference) refuse('계정', 'CONFLICT', '압류한 계정과 다름.');
    else if (row.transferredOn > seoulDay(work.at)) refuse('이전일', 'INPUT_INVALID', '오지 않은 날짜임.');
    else if (before !== undefined && (before.holdingId !== holding.id || !before.quantity.equals(row.quantity.toString())))
      refuse('거래번호', 'IMPORT_FIGURES_DIFFER', '같은 거래번호가 다른 내용으로 이미 등록됨.');
    else good.push({ line, row, caseId: seizureCase.id, holdingId: holding.id, isKnown: before !== undefined });
  }
  return { good, errors };
}

async function storeLines(work: Work, lines: readonly PlacedLine[], importFileId: number): Promise<ReportCounts> {
  const fresh = lines.filter(({ isKnown }) => !isKnown);
  await work.tx.transferReportRow.createMany({
    data: fresh.map(({ line, row, caseId, holdingId }) => ({
      importFileId,
      lineNumber: line,
      caseId,
      holdingId,
      asset: row.quantity.asset,
      quantity: row.quantity.toString(),
      transactionId: row.transactionId,
      transferredOn: dayToColumn(row.transferredOn),
      createdAt: work.at,
    })),
  });
  return { stored: fresh.length, known: lines.length - fresh.length };
}

function keyOf({ quantity, transactionId }: ReportedLine): string {
  return `${quantity.asset}\u001f${transactionId}`;
}
