import iconv from 'iconv-lite';
import { writeXlsx } from '../../src/document/xlsx/xlsx-writer.ts';
import { LEDGER_COLUMNS, type LedgerColumn } from '../../src/tax/ledger-file.ts';

export type LedgerRow = Partial<Record<LedgerColumn, string>>;

/** A row of a sample notice of 1,200,000 won, dunned in vain; override what a test is about. */
export function ledgerRow(notice: number, overrides: LedgerRow = {}): LedgerRow {
  return {
    '납세자 구분': '개인',
    성명: `표본-${notice}`,
    '주민(법인)등록번호': `800101-${String(1_000_000 + notice)}`,
    생년월일: '1980-01-01',
    전화번호: `010-0000-${String(notice).padStart(4, '0')}`,
    주소: `표본시 표본구 표본로 ${notice}, 101동`,
    고지번호: `2025-07-${String(notice).padStart(6, '0')}`,
    과세연도: '2025',
    납세의무성립일: '2025-06-01',
    납부기한: '2025-07-31',
    '독촉장 발행일': '2025-08-20',
    '독촉장 송달일': '2025-08-25',
    '독촉 납부기한': '2025-09-05',
    '표본 여부': '예',
    세목코드: '105001',
    세목명: '재산세',
    '도세/시세 구분': '시세',
    본세: '1,200,000',
    가산세: '0',
    ...overrides,
  };
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A table as an office writes it by hand: the given columns, CRLF, nothing escaped. */
export function csvText<Column extends string>(columns: readonly Column[], rows: readonly Partial<Record<Column, string>>[]): string {
  const lines = rows.map((row) => columns.map((column) => quoted(row[column] ?? '')).join(','));
  return [columns.join(','), ...lines, ''].join('\r\n');
}

const COLUMN_NAMES = LEDGER_COLUMNS.map(({ name }) => name);

export function ledgerText(rows: readonly LedgerRow[]): string {
  return csvText(COLUMN_NAMES, rows);
}

export function ledgerCsv(rows: readonly LedgerRow[]): Buffer {
  return Buffer.from(ledgerText(rows), 'utf8');
}

export function ledgerCp949(rows: readonly LedgerRow[]): Buffer {
  return iconv.encode(ledgerText(rows), 'cp949');
}

/** As Excel has it: figures and days as cells of their own kind. */
export function ledgerXlsx(rows: readonly LedgerRow[]): Promise<Buffer> {
  const columns = COLUMN_NAMES.map((header) => ({ header, kind: 'text' as const, value: (row: LedgerRow) => row[header] }));
  return writeXlsx({ columns, rows }, { createdAt: new Date('2026-01-05T00:00:00Z') });
}
