import { z } from 'zod';
import type { BillUpdateKind } from '../database/generated/enums.ts';
import { blankable, choiceCell, dayCell, textCell } from '../document/cell-schemas.ts';
import type { RowProblem } from '../document/row-check.ts';
import type { TableColumn } from '../document/table-header.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { scrub } from '../kernel/log.ts';
import { Won } from '../kernel/money.ts';
import { amountCell, noticeNumberCell } from './file-cells.ts';

/** Differences against the national network's figures, one row each (docs/formats.md, 체납액 변동 자료). None of it names anybody. */
export type UpdateColumn = '고지번호' | '세목코드' | '변동 구분' | '변동일' | '본세' | '가산세' | '납부지연가산세' | '문서번호' | '사유';

export const UPDATE_COLUMNS = [
  { name: '고지번호', synonyms: ['과세번호', '부과번호'], nonPersonal: true },
  { name: '세목코드', nonPersonal: true },
  { name: '변동 구분', synonyms: ['변동종류'], nonPersonal: true },
  { name: '변동일', synonyms: ['수납일', '처리일'], nonPersonal: true },
  { name: '본세', synonyms: ['본세 변동액'], nonPersonal: true },
  { name: '가산세', synonyms: ['가산세 변동액'], nonPersonal: true, optional: true },
  { name: '납부지연가산세', synonyms: ['가산금', '납부지연가산세 변동액'], nonPersonal: true, optional: true },
  { name: '문서번호', synonyms: ['근거 문서', '근거문서번호'], nonPersonal: true },
  { name: '사유', optional: true },
] as const satisfies readonly TableColumn<UpdateColumn>[];

export interface UpdateRow {
  readonly noticeNumber: string;
  readonly taxItemCode: string;
  readonly kind: BillUpdateKind;
  readonly occurredOn: CivilDate;
  readonly principal: Won;
  readonly surcharge: Won;
  readonly penalty: Won;
  readonly documentNumber: string;
  readonly reason: string | undefined;
}

const KIND_WORDS = {
  '타기관 수납': 'payment_elsewhere',
  타기관수납: 'payment_elsewhere',
  감액: 'reduction',
  취소: 'cancellation',
  증액: 'increase',
} as const satisfies Record<string, BillUpdateKind>;

export const KIND_TITLES = {
  payment_elsewhere: '타기관 수납',
  reduction: '감액',
  cancellation: '취소',
  increase: '증액',
} as const satisfies Record<BillUpdateKind, string>;

const blankAsZero = blankable(amountCell()).transform((amount) => amount ?? Won.zero);
const freeText = (charactersMax: number) =>
  textCell(charactersMax).refine((text) => scrub(text) === text, '주민등록번호나 전화번호를 적을 수 없습니다.');

export const updateCells = z
  .object({
    고지번호: noticeNumberCell(),
    세목코드: textCell(20),
    '변동 구분': choiceCell(KIND_WORDS),
    변동일: dayCell(),
    본세: blankAsZero,
    가산세: blankAsZero,
    납부지연가산세: blankAsZero,
    문서번호: freeText(60),
    사유: blankable(freeText(200)),
  } satisfies Record<UpdateColumn, z.ZodType>)
  .transform(
    (row): UpdateRow => ({
      noticeNumber: row.고지번호,
      taxItemCode: row.세목코드,
      kind: row['변동 구분'],
      occurredOn: row.변동일,
      principal: row.본세,
      surcharge: row.가산세,
      penalty: row.납부지연가산세,
      documentNumber: row.문서번호,
      reason: row.사유,
    }),
  );

/** By what the same difference is known again. */
export function updateIdentity({ noticeNumber, taxItemCode, kind, occurredOn, documentNumber }: Omit<UpdateRow, 'reason'>): string {
  return [noticeNumber, taxItemCode, kind, occurredOn, documentNumber].join('\n');
}

/** What a row's cells say against each other, and against the day of the import. */
export function updateRowProblems(row: UpdateRow, today: CivilDate): RowProblem<UpdateColumn>[] {
  const refuse = (column: UpdateColumn, reason: string): RowProblem<UpdateColumn> => ({ column, code: 'INPUT_INVALID', reason });
  const isEmpty = [row.principal, row.surcharge, row.penalty].every((amount) => amount.isZero());
  const hasPenalty = row.kind === 'payment_elsewhere' || row.kind === 'reduction';
  return [
    ...(isEmpty ? [refuse('본세', '변동 금액이 없습니다.')] : []),
    ...(row.occurredOn > today ? [refuse('변동일', '오늘보다 뒤의 날짜입니다.')] : []),
    ...(row.penalty.isPositive() && !hasPenalty
      ? [refuse('납부지연가산세', `${KIND_TITLES[row.kind]}에는 적지 않습니다. 바뀐 본세에서 다시 계산됩니다.`)]
      : []),
  ];
}
