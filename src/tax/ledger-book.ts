import type { RowError } from '../document/row-check.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { DetailField } from '../person/details.ts';
import { headOf, headText, lineOf, lineText } from './ledger-codec.ts';
import type { LedgerColumn } from './ledger-file.ts';
import type { LedgerHead, LedgerLine, LedgerNotice } from './ledger-row.ts';
import { RowErrors } from './row-errors.ts';
import { TextSpool } from './text-spool.ts';

/**
 * The notices of one file, put together from rows in any order. A notice is stored whole or not at all: with one bad row its
 * figures would be wrong, so its other rows are bad as well. What is kept of a notice beside the texts laid aside are a few
 * numbers in columns, since there may be hundreds of thousands.
 */
export class LedgerBook {
  readonly errors = new RowErrors();
  rowCount = 0;
  readonly #spool = new TextSpool();
  /** Position of each notice in the columns that follow. */
  readonly #positions = new Map<string, number>();
  readonly #firstLines: number[] = [];
  readonly #headAddresses: number[] = [];
  /** First row of the notice that is bad, or 0: with one, none of it is stored. */
  readonly #badLines: number[] = [];
  /** The notice's item last taken, or -1. */
  readonly #lastItems: number[] = [];
  /** By item: its text, its row, and the notice's item before it, or -1. */
  readonly #itemAddresses: number[] = [];
  readonly #itemLines: number[] = [];
  readonly #itemsBefore: number[] = [];
  /** Notices against a secondary taxpayer. */
  readonly #secondaries: string[] = [];
  /** First bad row of notices of which only bad rows are known so far. */
  readonly #refused = new Map<string, number>();

  /** Takes a row that is good by itself, or notes why it does not fit to the rows before it. */
  take(line: number, head: LedgerHead, item: LedgerLine): void {
    this.rowCount += 1;
    const text = headText(head);
    const position = this.#positions.get(head.noticeNumber) ?? this.#open(line, head.noticeNumber, text);
    if (head.primaryNoticeNumber !== null && at(this.#lastItems, position) < 0) this.#secondaries.push(head.noticeNumber);
    const misfits = [...this.#headMisfits(line, position, head, text), ...this.#repeatedItem(line, position, item)];
    if (misfits.length > 0) this.#spoil(position, line, misfits);
    else this.#addItem(line, position, item);
  }

  /** Notes a bad row and, with it, the notice it belongs to as far as the row says so. */
  refuse(line: number, noticeNumber: string, errors: readonly RowError[]): void {
    this.rowCount += 1;
    const position = this.#positions.get(noticeNumber);
    if (position !== undefined) this.#spoil(position, line, errors);
    else {
      this.errors.add(errors);
      if (!this.#refused.has(noticeNumber)) this.#refused.set(noticeNumber, line);
    }
  }

  /** Refuses a notice for what is known beyond the file: its first row bears the reason. */
  refuseNotice(noticeNumber: string, error: Omit<RowError, 'line'>): void {
    const position = this.#positionOf(noticeNumber);
    const line = at(this.#firstLines, position);
    this.#spoil(position, line, [{ ...error, line }]);
  }

  /** Says of the good rows of bad notices that they are not stored either. Called once no more rows come. */
  close(): void {
    for (const position of this.#positions.values()) {
      const badLine = at(this.#badLines, position);
      if (badLine === 0) continue;
      const reason = `같은 고지의 ${badLine}행에 오류가 있어 함께 저장하지 않습니다.`;
      for (const item of this.#itemsOf(position)) {
        const line = at(this.#itemLines, item);
        if (!this.errors.has(line)) this.errors.add([{ line, column: NOTICE_COLUMN, code: 'IMPORT_ROWS_REFUSED', reason }]);
      }
    }
  }

  /** Numbers of the notices of which every row is good, in order. */
  goodNotices(): string[] {
    const good: string[] = [];
    for (const [noticeNumber, position] of this.#positions) if (at(this.#badLines, position) === 0) good.push(noticeNumber);
    return good.sort();
  }

  /** Those of the good notices that are against a secondary taxpayer. */
  goodSecondaries(): string[] {
    return [...new Set(this.#secondaries)].filter((noticeNumber) => this.isGood(noticeNumber));
  }

  isGood(noticeNumber: string): boolean {
    const position = this.#positions.get(noticeNumber);
    return position !== undefined && at(this.#badLines, position) === 0;
  }

  notice(noticeNumber: string): LedgerNotice {
    const position = this.#positionOf(noticeNumber);
    const lines = [...this.#itemsOf(position)].map((item) => this.#item(item));
    return {
      line: at(this.#firstLines, position),
      head: headOf(noticeNumber, this.#spool.get(at(this.#headAddresses, position))),
      lines: lines.sort((a, b) => (a.taxItemCode < b.taxItemCode ? -1 : 1)),
    };
  }

  #open(line: number, noticeNumber: string, text: string): number {
    const position = this.#firstLines.push(line) - 1;
    this.#positions.set(noticeNumber, position);
    this.#headAddresses.push(this.#spool.add(text));
    this.#badLines.push(this.#refused.get(noticeNumber) ?? 0);
    this.#lastItems.push(-1);
    return position;
  }

  #addItem(line: number, position: number, item: LedgerLine): void {
    const added = this.#itemLines.push(line) - 1;
    this.#itemAddresses.push(this.#spool.add(lineText(item)));
    this.#itemsBefore.push(at(this.#lastItems, position));
    this.#lastItems[position] = added;
  }

  *#itemsOf(position: number): Generator<number> {
    for (let item = at(this.#lastItems, position); item >= 0; item = at(this.#itemsBefore, item)) yield item;
  }

  #item(item: number): LedgerLine {
    return lineOf(this.#spool.get(at(this.#itemAddresses, item)));
  }

  #headMisfits(line: number, position: number, head: LedgerHead, text: string): RowError[] {
    const firstLine = at(this.#firstLines, position);
    const firstText = this.#spool.get(at(this.#headAddresses, position));
    if (firstText === text) return [];
    const reason = `같은 고지의 ${firstLine}행과 다릅니다.`;
    return differingColumns(headOf(head.noticeNumber, firstText), head).map((column) => ({ line, column, code: 'CONFLICT', reason }));
  }

  #repeatedItem(line: number, position: number, { taxItemCode }: LedgerLine): RowError[] {
    for (const item of this.#itemsOf(position)) {
      if (this.#item(item).taxItemCode !== taxItemCode) continue;
      const reason = `${at(this.#itemLines, item)}행과 같은 고지의 같은 세목입니다.`;
      return [{ line, column: '세목코드', code: 'CONFLICT', reason }];
    }
    return [];
  }

  #spoil(position: number, line: number, errors: readonly RowError[]): void {
    this.errors.add(errors);
    if (at(this.#badLines, position) === 0) this.#badLines[position] = line;
  }

  #positionOf(noticeNumber: string): number {
    const position = this.#positions.get(noticeNumber);
    if (position === undefined) throw new CheongsanError('INTERNAL', `The file has no notice ${noticeNumber}.`);
    return position;
  }
}

function at(column: readonly number[], position: number): number {
  const value = column[position];
  if (value === undefined) throw new CheongsanError('INTERNAL', `The book of notices has no place ${position}.`);
  return value;
}

const NOTICE_COLUMN: LedgerColumn = '고지번호';

const TAXPAYER_COLUMNS = {
  kind: '납세자 구분',
  name: '성명',
  registrationNumber: '주민(법인)등록번호',
  birthDate: '생년월일',
  phone: '전화번호',
  address: '주소',
  email: '전자우편',
} as const satisfies Record<DetailField, LedgerColumn>;

const NOTICE_COLUMNS = {
  sample: '표본 여부',
  taxYear: '과세연도',
  arisenOn: '납세의무성립일',
  dueOn: '납부기한',
  servedOn: '고지서 송달일',
  dunningIssuedOn: '독촉장 발행일',
  dunningServedOn: '독촉장 송달일',
  dunningDeadlineOn: '독촉 납부기한',
  deferrals: '유예 종류',
  primaryNoticeNumber: '주된 납세의무자 고지번호',
  withholdingAgent: '특별징수 여부',
  writeOff: '정리보류 구분',
  prescribedFrom: '소멸시효 완성 예정일',
} as const satisfies Record<Exclude<keyof LedgerHead, 'noticeNumber' | 'taxpayer'>, LedgerColumn>;

function differingColumns(a: LedgerHead, b: LedgerHead): LedgerColumn[] {
  return [
    ...entriesOf(TAXPAYER_COLUMNS).filter(([field]) => a.taxpayer[field] !== b.taxpayer[field]),
    ...entriesOf(NOTICE_COLUMNS).filter(([field]) => JSON.stringify(a[field]) !== JSON.stringify(b[field])),
  ].map(([, column]) => column);
}

function entriesOf<Field extends string>(columns: Readonly<Record<Field, LedgerColumn>>): [Field, LedgerColumn][] {
  const fields: string[] = Object.keys(columns);
  return fields.filter((field): field is Field => Object.hasOwn(columns, field)).map((field) => [field, columns[field]]);
}
