import { z } from 'zod';
import type { ReceiptExport } from '../../database/generated/client.ts';
import { MoneyTier, TaxLevel } from '../../database/generated/enums.ts';
import { exportReceipts, type ReceiptExportSummary, receiptExportFile } from '../../tax/export.ts';
import { fileTypeOf, TABLE_FILE_TYPES, textEncoding } from '../files.ts';
import { command, download, NONE, type Route, read } from '../route.ts';
import { dayInput, dayText, instantText, pageAnswer, pageArgs, pageQuery, pathId, rowId, toPage, wonText } from '../schemas.ts';
import { dayOrNull } from '../views/case-summary.ts';

const summaryAnswer = z
  .object({
    exportId: rowId,
    rowCount: z.int().meta({ example: 203 }),
    totalKrw: wonText,
    totals: z.array(z.object({ level: z.enum(TaxLevel), tier: z.enum(MoneyTier), amountKrw: wonText })),
  })
  .meta({ id: 'ReceiptExport', description: '수납 반출 (세목 구분별 합계)' });

function toSummary({ exportId, rowCount, total, totals }: ReceiptExportSummary): z.input<typeof summaryAnswer> {
  return {
    exportId,
    rowCount,
    totalKrw: total.toString(),
    totals: totals.map(({ level, tier, amount }) => ({ level, tier, amountKrw: amount.toString() })),
  };
}

const listedAnswer = z.object({
  id: rowId,
  fromDay: dayText.nullable(),
  untilDay: dayText.nullable(),
  rowCount: z.int().meta({ example: 203 }),
  totalKrw: wonText,
  digest: z.string(),
  createdAt: instantText,
});

function toListed({ id, fromDay, untilDay, rowCount, totalKrw, digest, createdAt }: ReceiptExport): z.input<typeof listedAnswer> {
  return {
    id,
    fromDay: dayOrNull(fromDay),
    untilDay: dayOrNull(untilDay),
    rowCount,
    totalKrw: totalKrw.toString(),
    digest,
    createdAt: createdAt.toISOString(),
  };
}

export const receiptExportRoutes: readonly Route[] = [
  command({
    operationId: 'exportReceipts',
    tag: 'import',
    summary: '아직 보내지 않은 수납을 모아 반출 자료를 만듦',
    path: '/receipt-exports',
    permission: 'receipt.export',
    params: NONE,
    query: NONE,
    body: z.object({
      fromDay: dayInput.exactOptional().meta({ description: '수납일 처음' }),
      untilDay: dayInput.exactOptional().meta({ description: '수납일 끝' }),
    }),
    answer: z.object({ export: summaryAnswer.nullable().meta({ description: '보낼 것이 없으면 null' }) }),
    timeoutMs: 120_000,
    handle: async (work, { body }) => {
      const summary = await exportReceipts(work, body);
      return { export: summary === undefined ? null : toSummary(summary) };
    },
  }),
  read({
    operationId: 'listReceiptExports',
    tag: 'import',
    summary: '만든 수납 반출 자료 목록',
    path: '/receipt-exports',
    permission: 'report.read',
    params: NONE,
    query: z.object(pageQuery),
    answer: pageAnswer(listedAnswer),
    handle: async ({ services: { database }, query }) =>
      toPage(await database.read.receiptExport.findMany(pageArgs(query)), query, toListed),
  }),
  download({
    operationId: 'downloadReceiptExport',
    tag: 'import',
    summary: '수납 반출 파일 (같은 자료는 언제나 같은 파일)',
    path: '/receipt-exports/{exportId}/file',
    permission: 'receipt.export',
    params: z.object({ exportId: pathId }),
    query: z.object({ format: z.enum(['csv', 'xlsx']).default('csv'), encoding: textEncoding }),
    mediaTypes: TABLE_FILE_TYPES,
    handle: async ({ services: { database }, params: { exportId }, query: { format, encoding } }) => {
      const kind = format === 'csv' && encoding === 'cp949' ? 'csv-cp949' : format;
      const { bytes } = await receiptExportFile(database.read, exportId, kind);
      return { mediaType: fileTypeOf(format, encoding), fileName: `receipts-${exportId}.${format}`, content: bytes };
    },
  }),
];
