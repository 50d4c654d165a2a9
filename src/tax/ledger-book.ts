import type { RowError } from '../document/row-check.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { DetailField } from '../person/details.ts';
import type { LedgerColumn } from './ledger-file.ts';
import type { LedgerHead, LedgerLine, LedgerNotice } from './ledger-row.ts';
import { RowErrors } from './row-errors.ts';
import { TextSpool } from './text-spool.ts';

interface ItemMark {
  readonly code: string;
  readonly line: number;
  readonly address: number;
}

/** What is kept in the heap of a notice while its texts are laid aside. */
interface NoticeMark {
  readonly line: number;
  readonly headAddress: number;
  readonly items: ItemMark[];
  /** First row of the notice that is bad, once there is one: then none of it is stored. */
  badLine: number | undefined;
}

/**
 * The notices of one file, put together from rows in any order. A notice is stored whole or not at all: with one bad row its
 * figures would be wrong, so its other rows are bad as well.
 */
export class LedgerBook {
  readonly #spool = new TextSpool();
  readonly #notices = new Map<string, NoticeMark>();
  /** Notices of which only bad rows are known so far. */
  readonly #refused = new Map<string, number>();
  readonly errors = new RowErrors();
  rowCount = 0;

  /** Takes a row that is good by itself, or notes why it does not fit to the rows before it. */
  take(line: number, head: LedgerHead, item: LedgerLine): void {
    this.rowCount += 1;
    const headText = JSON.stringify(head);
    const mark = this.#notices.get(head.noticeNumber) ?? this.#open(line, head.noticeNumber, headText);
    const misfits = [...this.#headMisfits(line, mark, head, headText), ...repeatedItem(line, mark, item)];
    if (misfits.length > 0) this.#spoil(mark, line, misfits);
    else mark.items.push({ code: item.taxItemCode, line, address: this.#spool.add(JSON.stringify(item)) });
  }

  /** Notes a bad row and, with it, the notice it belongs to as far as the row says so. */
  refuse(line: number, noticeNumber: string, errors: readonly RowError[]): void {
    this.rowCount += 1;
    const mark = this.#notices.get(noticeNumber);
    if (mark !== undefined) this.#spoil(mark, line, errors);
    else {
      this.errors.add(errors);
      if (!this.#refused.has(noticeNumber)) this.#refused.set(noticeNumber, line);
    }
  }

  /** Refuses a notice for what is known beyond the file: its first row bears the reason. */
  refuseNotice(noticeNumber: string, error: Omit<RowError, 'line'>): void {
    const mark = this.#markOf(noticeNumber);
    this.#spoil(mark, mark.line, [{ ...error, line: mark.line }]);
  }

  /** Says of the good rows of bad notices that they are not stored either. Called once no more rows come. */
  close(): void {
    for (const mark of this.#notices.values()) {
      const { badLine } = mark;
      if (badLine === undefined) continue;
      for (const { line } of mark.items.filter((item) => !this.errors.has(item.line))) {
        this.errors.add([
          {
            line,
            column: NOTICE_COLUMN,
            code: 'IMPORT_ROWS_REFUSED',
            reason: `같은 고지의 ${badLine}행에 오류가 있어 함께 저장하지 않습니다.`,
          },
        ]);
      }
    }
  }

  /** Numbers of the notices of which every row is good, in order. */
  goodNotices(): string[] {
    return [...this.#notices].flatMap(([noticeNumber, { badLine }]) => (badLine === undefined ? [noticeNumber] : [])).sort();
  }

  notice(noticeNumber: string): LedgerNotice {
    const mark = this.#markOf(noticeNumber);
    const items = mark.items.toSorted((a, b) => (a.code < b.code ? -1 : 1));
    return { line: mark.line, head: this.#head(mark), lines: items.map(({ address }): LedgerLine => JSON.parse(this.#spool.get(address))) };
  }

  #open(line: number, noticeNumber: string, headText: string): NoticeMark {
    const mark: NoticeMark = {
      line,
      headAddress: this.#spool.add(headText),
      items: [],
      badLine: this.#refused.get(noticeNumber),
    };
    this.#notices.set(noticeNumber, mark);
    return mark;
  }

  #headMisfits(line: number, mark: NoticeMark, head: LedgerHead, headText: string): RowError[] {
    if (mark.line === line || this.#spool.get(mark.headAddress) === headText) return [];
    return differingColumns(this.#head(mark), head).map((column) => ({
      line,
      column,
      code: 'CONFLICT',
      reason: `같은 고지의 ${mark.line}행과 다릅니다.`,
    }));
  }

  #head(mark: NoticeMark): LedgerHead {
    const head: LedgerHead = JSON.parse(this.#spool.get(mark.headAddress));
    return head;
  }

  #spoil(mark: NoticeMark, line: number, errors: readonly RowError[]): void {
    this.errors.add(errors);
    mark.badLine ??= line;
  }

  #markOf(noticeNumber: string): NoticeMark {
    const mark = this.#notices.get(noticeNumber);
    if (mark === undefined) throw new CheongsanError('INTERNAL', `The file has no notice ${noticeNumber}.`);
    return mark;
  }
}

const NOTICE_COLUMN: LedgerColumn = '고지번호';

function repeatedItem(line: number, mark: NoticeMark, { taxItemCode }: LedgerLine): RowError[] {
  const earlier = mark.items.find(({ code }) => code === taxItemCode);
  if (earlier === undefined) return [];
  return [{ line, column: '세목코드', code: 'CONFLICT', reason: `${earlier.line}행과 같은 고지의 같은 세목입니다.` }];
}

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
