import { z } from 'zod';
import { dayCell, quantityCell, textCell } from '../document/cell-schemas.ts';
import type { TableColumn } from '../document/table-header.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { CoinAmount } from '../kernel/money.ts';
import { comparableTransactionId } from './transaction-id.ts';

export type ReportColumn = '사건번호' | '계정' | '가상자산' | '수량' | '거래번호' | '이전일';

/** What an exchange answers to a transfer demand: one line a transaction. */
export const REPORT_COLUMNS: readonly TableColumn<ReportColumn>[] = [
  { name: '사건번호', synonyms: ['문서번호', '요구번호'], nonPersonal: true },
  { name: '계정', synonyms: ['회원번호', '계정번호'] },
  { name: '가상자산', synonyms: ['종목', '자산', '심볼'], nonPersonal: true },
  { name: '수량', synonyms: ['이전수량'], nonPersonal: true },
  { name: '거래번호', synonyms: ['TXID', '거래ID', '이체번호'], nonPersonal: true },
  { name: '이전일', synonyms: ['이전일자', '처리일'], nonPersonal: true },
];

export interface ReportedLine {
  readonly caseNumber: string;
  readonly accountReference: string;
  readonly quantity: CoinAmount;
  readonly transactionId: string;
  readonly transferredOn: CivilDate;
}

const assetCell = textCell(20)
  .transform((text) => text.toUpperCase())
  .refine((text) => /^[A-Z0-9]+$/.test(text), '가상자산의 심볼(예: BTC)이 아닙니다.');

const sentCell = quantityCell(CoinAmount.DECIMAL_PLACES_MAX).refine((figure) => /[1-9]/.test(figure), '수량이 0입니다.');

export const reportRow = z
  .object({
    사건번호: textCell(40),
    계정: textCell(100),
    가상자산: assetCell,
    수량: sentCell,
    거래번호: textCell(200),
    이전일: dayCell(),
  } satisfies Record<ReportColumn, z.ZodType>)
  .transform(
    (row): ReportedLine => ({
      caseNumber: row.사건번호,
      accountReference: row.계정,
      quantity: CoinAmount.of(row.가상자산, row.수량),
      transactionId: comparableTransactionId(row.거래번호),
      transferredOn: row.이전일,
    }),
  );
