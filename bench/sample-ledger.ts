import { writeCsv } from '../src/document/csv/csv-writer.ts';
import { LEDGER_COLUMNS, type LedgerColumn } from '../src/tax/ledger-file.ts';

const BILLS_PER_TAXPAYER = 2.5;

type Row = Partial<Record<LedgerColumn, string>>;

/** A delinquent ledger with so many bills, one tax item each, of people who plainly are none. */
export async function sampleLedger(bills: number): Promise<Uint8Array<ArrayBuffer>> {
  const columns = LEDGER_COLUMNS.map(({ name }) => ({ header: name, kind: 'text' as const, value: (row: Row) => row[name] }));
  const rows = Array.from({ length: bills }, (_, index) => billRow(index));
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeCsv({ columns, rows })) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

function billRow(index: number): Row {
  const taxpayer = Math.floor(index / BILLS_PER_TAXPAYER);
  const year = 2018 + (index % 7);
  return {
    '납세자 구분': '개인',
    성명: `표본-${String(taxpayer).padStart(6, '0')}`,
    '주민(법인)등록번호': `800101-${9_000_000 + taxpayer}`,
    전화번호: `010-0000-${String(taxpayer % 10_000).padStart(4, '0')}`,
    주소: `표본시 표본구 표본로 ${taxpayer}, 표본아파트 101동`,
    고지번호: `${year}-07-${String(index).padStart(8, '0')}`,
    과세연도: String(year),
    납세의무성립일: `${year}-06-01`,
    납부기한: `${year}-07-31`,
    '독촉장 발행일': `${year}-08-20`,
    '독촉장 송달일': `${year}-08-25`,
    '독촉 납부기한': `${year}-09-05`,
    '표본 여부': '예',
    세목코드: '105001',
    세목명: '재산세',
    '도세/시세 구분': '시세',
    본세: String(100_000 + (index % 900) * 1_000),
    가산세: '0',
  };
}
