import { appendAudit } from '../audit/append.ts';
import type { MoneyTier, TaxLevel } from '../database/generated/enums.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import { writeCsv } from '../document/csv/csv-writer.ts';
import type { TextEncoding } from '../document/csv/text-encoding.ts';
import type { WritableTable } from '../document/table-content.ts';
import { writeXlsx } from '../document/xlsx/xlsx-writer.ts';
import { type CivilDate, dayToColumn } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { levelTitles } from './file-cells.ts';

/*
 * Receipts go back to the national network as a file. Each receipt is in one export, so that nothing is posted there twice;
 * the file of an export can be had again, to the byte, as often as it is asked for.
 */

type Reader = Pick<Transaction, '$queryRaw' | 'receiptExport'>;

export interface ReceiptExportSummary {
  readonly exportId: number;
  readonly rowCount: number;
  readonly total: Won;
  /** Sums by whose tax it is and what part of it, as they are checked against the network's own. */
  readonly totals: readonly { readonly level: TaxLevel; readonly tier: MoneyTier; readonly amount: Won }[];
}

interface ExportedReceipt {
  readonly receiptNumber: string;
  readonly noticeNumber: string;
  readonly taxItemCode: string;
  readonly taxItemName: string;
  readonly level: TaxLevel;
  readonly tier: MoneyTier;
  /** Whole won as text. */
  readonly amountKrw: string;
  readonly occurredOn: CivilDate;
  readonly source: string;
}

/**
 * Gathers all receipts that have not gone back yet, or those of some days of credit, into one export. Returns undefined when
 * there are none.
 */
export async function exportReceipts(
  work: Work,
  period: { readonly fromDay?: CivilDate; readonly untilDay?: CivilDate } = {},
): Promise<ReceiptExportSummary | undefined> {
  const fromDay = period.fromDay ?? null;
  const untilDay = period.untilDay ?? null;
  const waiting = await work.tx.$queryRaw<{ id: number }[]>`
    SELECT id FROM bill_receipt
     WHERE export_id IS NULL AND (${fromDay}::date IS NULL OR occurred_on >= ${fromDay}::date)
       AND (${untilDay}::date IS NULL OR occurred_on <= ${untilDay}::date)
     ORDER BY id FOR UPDATE`;
  if (waiting.length === 0) return undefined;
  const ids = waiting.map(({ id }) => id);
  const receipts = await receiptsWhere(work.tx, { ids });
  const summary = summaryOf(receipts);
  const { id: exportId } = await work.tx.receiptExport.create({
    data: {
      fromDay: fromDay === null ? null : dayToColumn(fromDay),
      untilDay: untilDay === null ? null : dayToColumn(untilDay),
      rowCount: receipts.length,
      totalKrw: summary.total.toBigInt(),
      digest: digestOfReceipts(receipts),
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  await work.tx.$executeRaw`UPDATE bill_receipt SET export_id = ${exportId}, exported_at = ${work.at} WHERE id = ANY (${ids}::int[])`;
  await appendAudit(work, {
    stream: 'system',
    action: 'receipts.exported',
    subject: `receipt_export:${exportId}`,
    recordDigest: digestOfReceipts(receipts),
    payload: { receipts: receipts.length, totalKrw: summary.total.toString(), fromDay, untilDay },
  });
  return { exportId, ...summary };
}

export type ExportFormat = 'csv' | 'csv-cp949' | 'xlsx';

/**
 * The file of an export: the same bytes whenever it is asked for. Errors: `NOT_FOUND`; `CONFLICT` when its receipts are no longer
 * those that went back.
 */
export async function receiptExportFile(
  reader: Reader,
  exportId: number,
  format: ExportFormat,
): Promise<{ readonly bytes: Buffer; readonly summary: ReceiptExportSummary }> {
  const stored = await reader.receiptExport.findUnique({ where: { id: exportId } });
  if (stored === null) throw new CheongsanError('NOT_FOUND', `There is no export ${exportId}.`);
  const receipts = await receiptsWhere(reader, { exportId });
  if (digestOfReceipts(receipts) !== stored.digest) {
    throw new CheongsanError('CONFLICT', `The receipts of export ${exportId} differ from those that were exported; verify the database.`);
  }
  const table = receiptTable(receipts);
  const bytes =
    format === 'xlsx'
      ? await writeXlsx(table, { createdAt: stored.createdAt, sheetName: '수납' })
      : await csvBytes(table, format === 'csv' ? 'utf-8' : 'cp949');
  return { bytes, summary: { exportId, ...summaryOf(receipts) } };
}

async function csvBytes(table: WritableTable<ExportedReceipt>, encoding: TextEncoding): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of writeCsv(table, { encoding })) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function receiptsWhere(
  reader: Pick<Transaction, '$queryRaw'>,
  where: { readonly ids: readonly number[] } | { readonly exportId: number },
): Promise<ExportedReceipt[]> {
  const ids = 'ids' in where ? where.ids : null;
  const exportId = 'exportId' in where ? where.exportId : null;
  return reader.$queryRaw<ExportedReceipt[]>`
    SELECT r.receipt_number AS "receiptNumber", b.notice_number AS "noticeNumber", l.tax_item_code AS "taxItemCode",
           l.tax_item_name AS "taxItemName", l.level::text AS level, r.tier::text AS tier, r.amount_krw::text AS "amountKrw",
           r.occurred_on::text AS "occurredOn", r.source
      FROM bill_receipt r JOIN bill b ON b.id = r.bill_id JOIN bill_line l ON l.id = r.bill_line_id
     WHERE r.id = ANY (${ids}::int[]) OR r.export_id = ${exportId}::int ORDER BY r.id`;
}

function digestOfReceipts(receipts: readonly ExportedReceipt[]): string {
  return digestOf(receipts.map((receipt) => ({ ...receipt })));
}

function summaryOf(receipts: readonly ExportedReceipt[]): Omit<ReceiptExportSummary, 'exportId'> {
  const totals = new Map<string, ReceiptExportSummary['totals'][number]>();
  for (const { level, tier, amountKrw } of receipts) {
    const sum = totals.get(`${level} ${tier}`)?.amount ?? Won.zero;
    totals.set(`${level} ${tier}`, { level, tier, amount: sum.plus(Won.of(amountKrw)) });
  }
  return {
    rowCount: receipts.length,
    total: Won.sum(receipts.map(({ amountKrw }) => Won.of(amountKrw))),
    totals: [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total),
  };
}

/** What a tier is called in a file of ours. */
export const TIER_TITLES = {
  cost: '체납처분비',
  tax: '본세',
  surcharge: '가산세',
  late_penalty: '납부지연가산세',
} as const satisfies Record<MoneyTier, string>;

/** One row a receipt and component, without a footer that a program would take for one; the sums stand beside it. */
function receiptTable(receipts: readonly ExportedReceipt[]): WritableTable<ExportedReceipt> {
  return {
    columns: [
      { header: '고지번호', kind: 'text', value: ({ noticeNumber }) => noticeNumber },
      { header: '세목코드', kind: 'text', value: ({ taxItemCode }) => taxItemCode },
      { header: '세목명', kind: 'text', value: ({ taxItemName }) => taxItemName },
      { header: '도세/시세 구분', kind: 'text', value: ({ level }) => levelTitles[level] },
      { header: '수납 구분', kind: 'text', value: ({ tier }) => TIER_TITLES[tier] },
      { header: '수납금액', kind: 'won', value: ({ amountKrw }) => Won.of(amountKrw) },
      { header: '수납일', kind: 'date', value: ({ occurredOn }) => occurredOn },
      { header: '영수번호', kind: 'text', value: ({ receiptNumber }) => receiptNumber },
      { header: '근거', kind: 'text', value: ({ source }) => source },
    ],
    rows: receipts,
  };
}
