import { z } from 'zod';
import type { ServiceReceiver } from '../database/generated/enums.ts';
import { blankable, choiceCell, dayCell, textCell } from '../document/cell-schemas.ts';
import type { TableColumn } from '../document/table-header.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { AttemptOutcome } from './service-rules.ts';
import { isTrackingNumber } from './tracking-number.ts';

export type ServiceResultColumn = '등기번호' | '배달결과' | '처리일자' | '수령인' | '증빙번호';

/** One letter as the post reports it. */
export interface PostedResult {
  readonly trackingNumber: string;
  readonly result: AttemptOutcome;
  readonly resultOn: CivilDate;
  readonly receivedBy: ServiceReceiver | undefined;
  /** Number of the post's own record of delivery or return. */
  readonly reference: string;
}

/** What the post's list of results must hold. None of it names anybody. */
export const SERVICE_RESULT_COLUMNS = [
  { name: '등기번호', synonyms: ['등기우편번호', '우편물번호'], nonPersonal: true },
  { name: '배달결과', synonyms: ['결과', '배달상태'], nonPersonal: true },
  { name: '처리일자', synonyms: ['배달일자', '처리일'], nonPersonal: true },
  { name: '수령인', synonyms: ['수령인구분', '수령인관계'], nonPersonal: true, optional: true },
  { name: '증빙번호', synonyms: ['배달증명번호', '조회번호'], nonPersonal: true },
] as const satisfies readonly TableColumn<ServiceResultColumn>[];

const RESULT_WORDS = {
  배달완료: 'served',
  주소불명: 'returned_unknown_address',
  이사불명: 'returned_moved',
  수취인불명: 'returned_unknown_person',
  수취인부재: 'returned_absent',
  폐문부재: 'returned_closed',
  보관기간경과: 'returned_unclaimed',
  기간만료: 'returned_unclaimed',
  수취거절: 'returned_refused',
  수취거부: 'returned_refused',
  반송: 'returned_other',
  기타반송: 'returned_other',
} as const satisfies Record<string, AttemptOutcome>;

const RECEIVER_WORDS = {
  본인: 'addressee',
  동거인: 'co_resident',
  가족: 'co_resident',
  배우자: 'co_resident',
  직원: 'employee',
  사용인: 'employee',
  종업원: 'employee',
  회사동료: 'employee',
  문서접수처: 'document_office',
  수용기관: 'institution_head',
} as const satisfies Record<string, ServiceReceiver>;

const trackingNumberCell = textCell(40)
  .transform((text) => text.replace(/[\s-]/g, '').toUpperCase())
  .refine(isTrackingNumber, '등기번호(숫자 13자리)가 아닙니다.');

export const serviceResultRow = z
  .object({
    등기번호: trackingNumberCell,
    배달결과: choiceCell<AttemptOutcome>(RESULT_WORDS),
    처리일자: dayCell(),
    수령인: blankable(choiceCell<ServiceReceiver>(RECEIVER_WORDS)),
    증빙번호: textCell(100),
  } satisfies Record<ServiceResultColumn, z.ZodType>)
  .transform(
    (row): PostedResult => ({
      trackingNumber: row.등기번호,
      result: row.배달결과,
      resultOn: row.처리일자,
      receivedBy: row.수령인,
      reference: row.증빙번호,
    }),
  );
