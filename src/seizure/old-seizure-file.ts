import { z } from 'zod';
import { choiceCell, dayCell, quantityCell, textCell } from '../document/cell-schemas.ts';
import type { TableColumn } from '../document/table-header.ts';
import { VENUE_CODES, type VenueCode } from '../exchange/port.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { CoinAmount } from '../kernel/money.ts';
import { digitsOf } from '../person/registration-number.ts';
import { VENUES } from '../venue/venue-directory.ts';

export type OldSeizureColumn = '압류번호' | '등록번호' | '거래소' | '계정' | '가상자산' | '수량' | '압류일' | '고지번호';

/** One line an asset; lines of the same seizure number are one case. */
export const OLD_SEIZURE_COLUMNS: readonly TableColumn<OldSeizureColumn>[] = [
  { name: '압류번호', synonyms: ['압류관리번호'], nonPersonal: true },
  { name: '등록번호', synonyms: ['주민등록번호', '주민(법인)등록번호', '법인등록번호'] },
  { name: '거래소', synonyms: ['가상자산사업자', '제3채무자'], nonPersonal: true },
  { name: '계정', synonyms: ['회원번호', '계정번호'] },
  { name: '가상자산', synonyms: ['종목', '자산', '심볼'], nonPersonal: true },
  { name: '수량', synonyms: ['압류수량'], nonPersonal: true },
  { name: '압류일', synonyms: ['압류일자', '압류연월일'], nonPersonal: true },
  { name: '고지번호', synonyms: ['대상 고지번호', '체납 고지번호'], nonPersonal: true },
];

export interface OldSeizureRow {
  readonly seizureNumber: string;
  /** Digits only. */
  readonly registrationNumber: string;
  readonly venueCode: VenueCode;
  readonly accountReference: string;
  readonly quantity: CoinAmount;
  readonly seizedOn: CivilDate;
  /** Sorted, each once. */
  readonly noticeNumbers: readonly string[];
}

const VENUE_WORDS: Readonly<Record<string, VenueCode>> = Object.fromEntries(
  VENUE_CODES.flatMap((code) => [code, code.toUpperCase(), VENUES[code].title].map((word) => [word, code] as const)),
);

const registrationCell = textCell(20)
  .refine((text) => /^[\d\s-]+$/.test(text) && [10, 13].includes(digitsOf(text).length), '등록번호(숫자 13자리 또는 10자리)가 아닙니다.')
  .transform(digitsOf);

const assetCell = textCell(20)
  .transform((text) => text.toUpperCase())
  .refine((text) => /^[A-Z0-9]+$/.test(text) && text !== 'KRW', '가상자산의 심볼(예: BTC)이 아닙니다.');

const heldCell = quantityCell(CoinAmount.DECIMAL_PLACES_MAX).refine((figure) => /[1-9]/.test(figure), '수량이 0입니다.');

const noticeNumbersCell = textCell(4_000)
  .transform((text) => [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))].sort())
  .refine((numbers) => numbers.length > 0, '고지번호가 없습니다.');

export const oldSeizureRow = z
  .object({
    압류번호: textCell(60),
    등록번호: registrationCell,
    거래소: choiceCell(VENUE_WORDS),
    계정: textCell(100),
    가상자산: assetCell,
    수량: heldCell,
    압류일: dayCell(),
    고지번호: noticeNumbersCell,
  } satisfies Record<OldSeizureColumn, z.ZodType>)
  .transform(
    (row): OldSeizureRow => ({
      seizureNumber: row.압류번호,
      registrationNumber: row.등록번호,
      venueCode: row.거래소,
      accountReference: row.계정,
      quantity: CoinAmount.of(row.가상자산, row.수량),
      seizedOn: row.압류일,
      noticeNumbers: row.고지번호,
    }),
  );
