import { z } from 'zod';
import type { DeferralKind, PersonKind, WriteOffState } from '../database/generated/enums.ts';
import { blankable, choiceCell, dayCell, textCell } from '../document/cell-schemas.ts';
import type { TableColumn } from '../document/table-header.ts';
import { Won } from '../kernel/money.ts';
import { isPhone } from '../person/details.ts';
import { amountCell, levelWords, listCell, noticeNumberCell, remembered, yesNoWords } from './file-cells.ts';

/*
 * The delinquent ledger as offices send it (docs/formats.md): one row is one tax item of one notice; the columns of taxpayer and
 * notice repeat in each of its rows and must agree.
 */

export type LedgerColumn =
  | '납세자 구분'
  | '성명'
  | '주민(법인)등록번호'
  | '생년월일'
  | '전화번호'
  | '주소'
  | '전자우편'
  | '고지번호'
  | '과세연도'
  | '납세의무성립일'
  | '납부기한'
  | '고지서 송달일'
  | '독촉장 발행일'
  | '독촉장 송달일'
  | '독촉 납부기한'
  | '유예 종류'
  | '유예 시작일'
  | '유예 종료일'
  | '주된 납세의무자 고지번호'
  | '특별징수 여부'
  | '정리보류 구분'
  | '소멸시효 완성 예정일'
  | '표본 여부'
  | '세목코드'
  | '세목명'
  | '도세/시세 구분'
  | '본세'
  | '가산세'
  | '기납부일'
  | '기납부 본세'
  | '기납부 가산세'
  | '기납부 납부지연가산세';

export const LEDGER_COLUMNS = [
  { name: '납세자 구분', synonyms: ['개인/법인 구분', '개인법인구분'], nonPersonal: true },
  { name: '성명', synonyms: ['성명/법인명', '성명(법인명)', '납세자명', '법인명'] },
  { name: '주민(법인)등록번호', synonyms: ['주민/법인등록번호', '주민등록번호', '납세자번호'] },
  { name: '생년월일', optional: true },
  { name: '전화번호', synonyms: ['휴대전화', '휴대전화번호', '연락처'], optional: true },
  { name: '주소', optional: true },
  { name: '전자우편', synonyms: ['이메일', '전자우편주소'], optional: true },
  { name: '고지번호', synonyms: ['과세번호', '부과번호'], nonPersonal: true },
  { name: '과세연도', synonyms: ['귀속연도', '부과연도'], nonPersonal: true },
  { name: '납세의무성립일', synonyms: ['성립일', '납세의무 성립일'], nonPersonal: true },
  { name: '납부기한', synonyms: ['당초 납기', '납기'], nonPersonal: true },
  { name: '고지서 송달일', synonyms: ['송달일', '고지 송달일'], nonPersonal: true, optional: true },
  { name: '독촉장 발행일', synonyms: ['독촉일', '독촉장 발급일'], nonPersonal: true, optional: true },
  { name: '독촉장 송달일', synonyms: ['독촉 송달일'], nonPersonal: true, optional: true },
  { name: '독촉 납부기한', synonyms: ['독촉장 납부기한', '독촉기한'], nonPersonal: true, optional: true },
  { name: '유예 종류', synonyms: ['유예구분'], nonPersonal: true, optional: true },
  { name: '유예 시작일', synonyms: ['유예 시작'], nonPersonal: true, optional: true },
  { name: '유예 종료일', synonyms: ['유예 끝', '유예 만료일'], nonPersonal: true, optional: true },
  { name: '주된 납세의무자 고지번호', synonyms: ['주된 고지번호'], nonPersonal: true, optional: true },
  { name: '특별징수 여부', synonyms: ['특별징수'], nonPersonal: true, optional: true },
  { name: '정리보류 구분', synonyms: ['정리보류·시효완성정리 구분', '결손구분'], nonPersonal: true, optional: true },
  { name: '소멸시효 완성 예정일', synonyms: ['시효완성일', '소멸시효 완성일'], nonPersonal: true, optional: true },
  { name: '표본 여부', synonyms: ['표본'], nonPersonal: true, optional: true },
  { name: '세목코드', nonPersonal: true },
  { name: '세목명', synonyms: ['세목'], nonPersonal: true },
  { name: '도세/시세 구분', synonyms: ['도세시세구분', '세 구분'], nonPersonal: true },
  { name: '본세', synonyms: ['본세 체납액', '체납 본세'], nonPersonal: true },
  { name: '가산세', synonyms: ['가산세 체납액', '체납 가산세'], nonPersonal: true },
  { name: '기납부일', synonyms: ['수납일'], nonPersonal: true, optional: true },
  { name: '기납부 본세', synonyms: ['수납 본세'], nonPersonal: true, optional: true },
  { name: '기납부 가산세', synonyms: ['수납 가산세'], nonPersonal: true, optional: true },
  { name: '기납부 납부지연가산세', synonyms: ['기납부 가산금', '수납 납부지연가산세'], nonPersonal: true, optional: true },
] as const satisfies readonly TableColumn<LedgerColumn>[];

const TAXPAYER_KINDS = { 개인: 'natural', 법인: 'corporate' } as const satisfies Record<string, PersonKind>;

const DEFERRAL_KINDS = {
  징수유예: 'collection',
  '회생 징수유예': 'insolvency',
  체납처분유예: 'enforcement',
  분할납부: 'instalment',
  연부: 'instalment',
  '분납 약속': 'promise',
} as const satisfies Record<string, DeferralKind>;

const WRITE_OFF_STATES = { '': 'none', 정리보류: 'held', 시효완성정리: 'prescribed' } as const satisfies Record<string, WriteOffState>;

const day = () => remembered(dayCell());
const optionalDay = () => remembered(blankable(dayCell()));
const year = textCell(4)
  .refine((text) => /^(?:19|20)\d\d$/.test(text), '연도 네 자리가 아닙니다.')
  .transform(Number);

/** One row with each cell read on its own; what the cells say of each other is for `ledger-row.ts`. */
export const ledgerCells = z.object({
  '납세자 구분': choiceCell(TAXPAYER_KINDS),
  성명: textCell(100),
  '주민(법인)등록번호': textCell(20),
  생년월일: blankable(dayCell()),
  전화번호: blankable(textCell(30).refine(isPhone, '전화번호가 아닙니다.')),
  주소: blankable(textCell(300)),
  전자우편: blankable(textCell(254)),
  고지번호: noticeNumberCell(),
  과세연도: remembered(year),
  납세의무성립일: day(),
  납부기한: day(),
  '고지서 송달일': optionalDay(),
  '독촉장 발행일': optionalDay(),
  '독촉장 송달일': optionalDay(),
  '독촉 납부기한': optionalDay(),
  '유예 종류': remembered(listCell(choiceCell(DEFERRAL_KINDS))),
  '유예 시작일': remembered(listCell(dayCell())),
  '유예 종료일': remembered(listCell(dayCell())),
  '주된 납세의무자 고지번호': blankable(noticeNumberCell()),
  '특별징수 여부': choiceCell(yesNoWords),
  '정리보류 구분': choiceCell(WRITE_OFF_STATES),
  '소멸시효 완성 예정일': optionalDay(),
  '표본 여부': choiceCell(yesNoWords),
  세목코드: remembered(textCell(20)),
  세목명: remembered(textCell(60)),
  '도세/시세 구분': choiceCell(levelWords),
  본세: remembered(amountCell()),
  가산세: remembered(blankable(amountCell()).transform((amount) => amount ?? Won.zero)),
  기납부일: remembered(listCell(dayCell())),
  '기납부 본세': remembered(listCell(amountCell())),
  '기납부 가산세': remembered(listCell(amountCell())),
  '기납부 납부지연가산세': remembered(listCell(amountCell())),
} satisfies Record<LedgerColumn, z.ZodType>);

export type LedgerCells = z.infer<typeof ledgerCells>;
