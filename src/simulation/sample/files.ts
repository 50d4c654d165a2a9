import { writeCsv } from '../../document/csv/csv-writer.ts';
import type { WritableColumn } from '../../document/table-content.ts';
import { writeXlsx } from '../../document/xlsx/xlsx-writer.ts';
import type { CivilDate } from '../../kernel/civil-date.ts';
import type { Won } from '../../kernel/money.ts';
import type { SampleBill, SampleBillLine, SampleHolding, SampleTaxpayer } from './city.ts';

/** The files of the sample city, in the forms in which a real one would get them. */

interface LedgerRow {
  readonly taxpayer: SampleTaxpayer;
  readonly bill: SampleBill;
  readonly line: SampleBillLine;
}

const text = <Row>(header: string, value: (row: Row) => string | undefined): WritableColumn<Row> => ({ header, kind: 'text', value });
const date = <Row>(header: string, value: (row: Row) => CivilDate | undefined): WritableColumn<Row> => ({ header, kind: 'date', value });

const LEDGER: readonly WritableColumn<LedgerRow>[] = [
  text('납세자 구분', () => '개인'),
  text('성명', ({ taxpayer }) => taxpayer.name),
  text('주민(법인)등록번호', ({ taxpayer }) => taxpayer.registrationNumber),
  date('생년월일', ({ taxpayer }) => taxpayer.birthDate),
  text('전화번호', ({ taxpayer }) => taxpayer.phone),
  text('주소', ({ taxpayer }) => taxpayer.address),
  text('고지번호', ({ bill }) => bill.noticeNumber),
  text('과세연도', ({ bill }) => String(bill.taxYear)),
  date('납세의무성립일', ({ bill }) => bill.arisenOn),
  date('납부기한', ({ bill }) => bill.dueOn),
  date('독촉장 발행일', ({ bill }) => bill.dunningIssuedOn),
  date('독촉장 송달일', ({ bill }) => bill.dunningServedOn),
  date('독촉 납부기한', ({ bill }) => bill.dunningDeadlineOn),
  text('표본 여부', () => '예'),
  text('특별징수 여부', () => '아니오'),
  text('정리보류 구분', () => ''),
  text('세목코드', ({ line }) => line.code),
  text('세목명', ({ line }) => line.name),
  text('도세/시세 구분', ({ line }) => line.level),
  { header: '본세', kind: 'won', value: ({ line }) => line.principal },
  { header: '가산세', kind: 'won', value: ({ line }) => line.surcharge },
  date('기납부일', ({ line }) => line.paid?.on),
  text('기납부 본세', ({ line }) => line.paid?.principal.toString()),
  text('기납부 가산세', ({ line }) => (line.paid === undefined ? undefined : '0')),
  text('기납부 납부지연가산세', ({ line }) => line.paid?.penalty.toString()),
];

/** The delinquent ledger as CSV in the code page that Korean offices still use. */
export function ledgerFile(city: readonly SampleTaxpayer[]): Promise<Uint8Array<ArrayBuffer>> {
  const rows = city.flatMap((taxpayer) => taxpayer.bills.flatMap((bill) => bill.lines.map((line) => ({ taxpayer, bill, line }))));
  return joined(writeCsv({ columns: LEDGER, rows }, { encoding: 'cp949' }));
}

interface OldSeizureRow {
  readonly taxpayer: SampleTaxpayer;
  readonly holding: SampleHolding;
}

const OLD_SEIZURES: readonly WritableColumn<OldSeizureRow>[] = [
  text('압류번호', ({ taxpayer }) => taxpayer.oldSeizure?.number),
  text('등록번호', ({ taxpayer }) => taxpayer.registrationNumber),
  text('거래소', ({ taxpayer }) => taxpayer.venueCode),
  text('계정', ({ taxpayer }) => taxpayer.accountId),
  text('가상자산', ({ holding }) => holding.asset),
  { header: '수량', kind: 'decimal', value: ({ holding }) => holding.quantity.toString() },
  date('압류일', ({ taxpayer }) => taxpayer.oldSeizure?.seizedOn),
  text('고지번호', ({ taxpayer }) => taxpayer.bills.map(({ noticeNumber }) => noticeNumber).join(' ')),
];

/** Seizures made before this service, as a workbook. */
export async function oldSeizuresFile(city: readonly SampleTaxpayer[], createdAt: Date): Promise<Uint8Array<ArrayBuffer>> {
  const rows = city
    .filter(({ oldSeizure }) => oldSeizure !== undefined)
    .flatMap((taxpayer) => taxpayer.holdings.map((holding) => ({ taxpayer, holding })));
  return new Uint8Array(await writeXlsx({ columns: OLD_SEIZURES, rows }, { createdAt }));
}

export interface ReplyRow {
  readonly requestNumber: string;
  readonly line: number;
  readonly registrationNumber: string | undefined;
  readonly name: string;
  readonly birthDate: CivilDate;
  readonly phone: string;
  readonly accountId: string;
  readonly asset: string;
  readonly quantity: string;
}

const REPLY: readonly WritableColumn<ReplyRow>[] = [
  text('요청번호', ({ requestNumber }) => requestNumber),
  text('순번', ({ line }) => String(line)),
  text('등록번호', ({ registrationNumber }) => registrationNumber),
  text('본인확인', ({ registrationNumber }) => (registrationNumber === undefined ? 'N' : 'Y')),
  text('성명', ({ name }) => name),
  date('생년월일', ({ birthDate }) => birthDate),
  text('휴대전화', ({ phone }) => phone),
  text('계정', ({ accountId }) => accountId),
  text('가상자산', ({ asset }) => asset),
  { header: '수량', kind: 'decimal', value: ({ quantity }) => quantity },
];

/** The exchange's answer to an inquiry. */
export function replyFile(rows: readonly ReplyRow[]): Promise<Uint8Array<ArrayBuffer>> {
  return joined(writeCsv({ columns: REPLY, rows }));
}

export interface TransferReportRow {
  readonly caseNumber: string;
  readonly accountId: string;
  readonly asset: string;
  readonly quantity: string;
  readonly transactionId: string;
  readonly transferredOn: CivilDate;
}

const TRANSFER_REPORT: readonly WritableColumn<TransferReportRow>[] = [
  text('사건번호', ({ caseNumber }) => caseNumber),
  text('계정', ({ accountId }) => accountId),
  text('가상자산', ({ asset }) => asset),
  { header: '수량', kind: 'decimal', value: ({ quantity }) => quantity },
  text('거래번호', ({ transactionId }) => transactionId),
  date('이전일', ({ transferredOn }) => transferredOn),
];

/** The exchange's answer to transfer demands. */
export function transferReportFile(rows: readonly TransferReportRow[]): Promise<Uint8Array<ArrayBuffer>> {
  return joined(writeCsv({ columns: TRANSFER_REPORT, rows }));
}

export interface PostResultRow {
  readonly trackingNumber: string;
  readonly result: string;
  readonly on: CivilDate;
  readonly receivedBy: string | undefined;
  readonly reference: string;
}

const POST_RESULTS: readonly WritableColumn<PostResultRow>[] = [
  text('등기번호', ({ trackingNumber }) => trackingNumber),
  text('배달결과', ({ result }) => result),
  date('처리일자', ({ on }) => on),
  text('수령인', ({ receivedBy }) => receivedBy),
  text('증빙번호', ({ reference }) => reference),
];

/** What the post reports of registered letters. */
export function postResultsFile(rows: readonly PostResultRow[]): Promise<Uint8Array<ArrayBuffer>> {
  return joined(writeCsv({ columns: POST_RESULTS, rows }));
}

export interface BankLineRow {
  readonly serial: string;
  readonly on: CivilDate;
  readonly deposit: Won | undefined;
  readonly withdrawal: Won | undefined;
  readonly remark: string;
  readonly counterpart: string;
}

const BANK_STATEMENT: readonly WritableColumn<BankLineRow>[] = [
  text('거래번호', ({ serial }) => serial),
  date('거래일자', ({ on }) => on),
  { header: '입금액', kind: 'won', value: ({ deposit }) => deposit },
  { header: '출금액', kind: 'won', value: ({ withdrawal }) => withdrawal },
  text('적요', ({ remark }) => remark),
  text('거래상대방', ({ counterpart }) => counterpart),
];

/** What moved on the city's bank account. */
export function bankStatementFile(rows: readonly BankLineRow[]): Promise<Uint8Array<ArrayBuffer>> {
  return joined(writeCsv({ columns: BANK_STATEMENT, rows }));
}

async function joined(parts: AsyncIterable<Buffer>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const part of parts) chunks.push(part);
  return new Uint8Array(Buffer.concat(chunks));
}
