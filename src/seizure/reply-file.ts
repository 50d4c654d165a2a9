import { z } from 'zod';
import { blankable, choiceCell, dayCell, quantityCell, textCell } from '../document/cell-schemas.ts';
import type { TableColumn } from '../document/table-header.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { CoinAmount } from '../kernel/money.ts';
import { isPhone, normaliseName, normalisePhone } from '../person/details.ts';
import { digitsOf } from '../person/registration-number.ts';

export type ReplyColumn =
  | '요청번호'
  | '순번'
  | '등록번호'
  | '본인확인'
  | '확인값'
  | '성명'
  | '생년월일'
  | '휴대전화'
  | '계정'
  | '가상자산'
  | '수량'
  | '비고';

/** What an exchange's reply may hold: one line a customer and asset. By which columns it names the customer is its own choice. */
export const REPLY_COLUMNS: readonly TableColumn<ReplyColumn>[] = [
  { name: '요청번호', synonyms: ['조회번호', '문서번호'], nonPersonal: true },
  { name: '순번', synonyms: ['요청순번', '연번'], nonPersonal: true, optional: true },
  { name: '등록번호', synonyms: ['주민등록번호', '주민(법인)등록번호', '법인등록번호'], optional: true },
  { name: '본인확인', synonyms: ['신분증확인', '실명확인'], nonPersonal: true, optional: true },
  { name: '확인값', synonyms: ['등록번호확인값'], optional: true },
  { name: '성명', synonyms: ['이름', '회원명', '상호'], optional: true },
  { name: '생년월일', optional: true },
  { name: '휴대전화', synonyms: ['휴대전화번호', '전화번호', '연락처'], optional: true },
  { name: '계정', synonyms: ['회원번호', '계정번호'] },
  { name: '가상자산', synonyms: ['종목', '자산', '심볼'], nonPersonal: true },
  { name: '수량', synonyms: ['보유수량'], nonPersonal: true },
  { name: '비고', optional: true },
];

export interface RepliedHolding {
  readonly requestNumber: string;
  readonly requestLine: number | undefined;
  /** Digits only. */
  readonly registrationNumber: string | undefined;
  readonly isVerified: boolean;
  readonly registrationToken: string | undefined;
  readonly name: string | undefined;
  readonly birthDate: CivilDate | undefined;
  readonly phone: string | undefined;
  readonly accountReference: string;
  readonly quantity: CoinAmount;
  readonly remark: string | undefined;
}

const REGISTRATION_DIGITS = /^\d{10}$|^\d{13}$/;

const registrationCell = textCell(20)
  .refine((text) => /^[\d\s-]+$/.test(text) && REGISTRATION_DIGITS.test(digitsOf(text)), '등록번호(숫자 13자리 또는 10자리)가 아닙니다.')
  .transform(digitsOf);

const tokenCell = textCell(64)
  .transform((text) => text.toLowerCase())
  .refine((text) => /^[0-9a-f]{64}$/.test(text), '확인값(SHA-256, 16진수 64자)이 아닙니다.');

const lineCell = textCell(10)
  .refine((text) => /^[1-9]\d*$/.test(text), '순번이 아닙니다.')
  .transform(Number);

const phoneCell = textCell(40).refine(isPhone, '전화번호가 아닙니다.').transform(normalisePhone);

const assetCell = textCell(20)
  .transform((text) => text.toUpperCase())
  .refine((text) => /^[A-Z0-9]+$/.test(text), '가상자산의 심볼(예: BTC)이 아닙니다.');

const heldCell = quantityCell(CoinAmount.DECIMAL_PLACES_MAX).refine((figure) => /[1-9]/.test(figure), '수량이 0입니다.');

export const replyRow = z
  .object({
    요청번호: textCell(40),
    순번: blankable(lineCell),
    등록번호: blankable(registrationCell),
    본인확인: choiceCell({ '': false, Y: true, y: true, 예: true, 확인: true, N: false, n: false, 아니오: false, 미확인: false }),
    확인값: blankable(tokenCell),
    성명: blankable(textCell(100)),
    생년월일: blankable(dayCell()),
    휴대전화: blankable(phoneCell),
    계정: textCell(100),
    가상자산: assetCell,
    수량: heldCell,
    비고: blankable(textCell(500)),
  } satisfies Record<ReplyColumn, z.ZodType>)
  .transform(
    (row): RepliedHolding => ({
      requestNumber: row.요청번호,
      requestLine: row.순번,
      registrationNumber: row.등록번호,
      isVerified: row.본인확인,
      registrationToken: row.확인값,
      name: row.성명,
      birthDate: row.생년월일,
      phone: row.휴대전화,
      accountReference: row.계정,
      quantity: CoinAmount.of(row.가상자산, row.수량),
      remark: row.비고,
    }),
  );

/** The identity in a reply row as it is sealed with it. */
export const sealedIdentitySchema = z.object({
  registrationNumber: z.string().nullable(),
  isVerified: z.boolean(),
  registrationToken: z.string().nullable(),
  name: z.string().nullable(),
  birthDate: z.string().nullable(),
  phone: z.string().nullable(),
  remark: z.string().nullable(),
});
export type SealedIdentity = z.infer<typeof sealedIdentitySchema>;

export function sealedIdentityOf(row: RepliedHolding): SealedIdentity {
  return {
    registrationNumber: row.registrationNumber ?? null,
    isVerified: row.isVerified,
    registrationToken: row.registrationToken ?? null,
    name: row.name ?? null,
    birthDate: row.birthDate ?? null,
    phone: row.phone ?? null,
    remark: row.remark ?? null,
  };
}

/** What the sealed identity of a row is bound to. */
export function identityContext(replyId: number, lineNumber: number): string {
  return `holdings_reply:${replyId}:${lineNumber}`;
}

export function comparableName(name: string | undefined): string | undefined {
  return name === undefined ? undefined : normaliseName(name);
}
