import type { WriteOffState } from '../database/generated/enums.ts';
import type { RowProblem } from '../document/row-check.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import type { PersonDetails } from '../person/details.ts';
import { birthDateOf, checkRegistrationNumber } from '../person/registration-number.ts';
import type { TaxLevel } from './bill-line.ts';
import type { Deferral } from './deferral.ts';
import type { LedgerCells, LedgerColumn } from './ledger-file.ts';

/** What every row of a notice says alike: the taxpayer and the notice. Plain data, so that it can be laid aside as text. */
export interface LedgerHead {
  readonly noticeNumber: string;
  readonly taxpayer: PersonDetails;
  readonly sample: boolean;
  readonly taxYear: number;
  readonly arisenOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly servedOn: CivilDate | null;
  readonly dunningIssuedOn: CivilDate | null;
  readonly dunningServedOn: CivilDate | null;
  readonly dunningDeadlineOn: CivilDate | null;
  readonly deferrals: readonly Deferral[];
  readonly primaryNoticeNumber: string | null;
  readonly withholdingAgent: boolean;
  readonly writeOff: WriteOffState;
  readonly prescribedFrom: CivilDate | null;
}

/** Money collected before the import; figures in whole won as text. */
export interface PriorPaymentFigures {
  readonly on: CivilDate;
  readonly principal: string;
  readonly surcharge: string;
  readonly penalty: string;
}

/** One tax item; figures in whole won as text. */
export interface LedgerLine {
  readonly taxItemCode: string;
  readonly taxItemName: string;
  readonly level: TaxLevel;
  /** Unpaid at the import. */
  readonly principal: string;
  readonly surcharge: string;
  readonly priorPayments: readonly PriorPaymentFigures[];
}

export interface LedgerNotice {
  /** First row of the notice in the file. */
  readonly line: number;
  readonly head: LedgerHead;
  /** By tax item code. */
  readonly lines: readonly LedgerLine[];
}

export function ledgerHead(cells: LedgerCells): LedgerHead {
  const kind = cells['납세자 구분'];
  const registrationNumber = checkRegistrationNumber(kind, cells['주민(법인)등록번호']).digits;
  return {
    noticeNumber: cells.고지번호,
    taxpayer: {
      kind,
      name: cells.성명,
      registrationNumber,
      birthDate: cells.생년월일 ?? (kind === 'natural' ? (birthDateOf(registrationNumber) ?? null) : null),
      phone: cells.전화번호 ?? null,
      address: cells.주소 ?? null,
      email: cells.전자우편 ?? null,
    },
    sample: cells['표본 여부'],
    taxYear: cells.과세연도,
    arisenOn: cells.납세의무성립일,
    dueOn: cells.납부기한,
    servedOn: cells['고지서 송달일'] ?? null,
    dunningIssuedOn: cells['독촉장 발행일'] ?? null,
    dunningServedOn: cells['독촉장 송달일'] ?? null,
    dunningDeadlineOn: cells['독촉 납부기한'] ?? null,
    deferrals: deferralsOf(cells),
    primaryNoticeNumber: cells['주된 납세의무자 고지번호'] ?? null,
    withholdingAgent: cells['특별징수 여부'],
    writeOff: cells['정리보류 구분'],
    prescribedFrom: cells['소멸시효 완성 예정일'] ?? null,
  };
}

function deferralsOf(cells: LedgerCells): Deferral[] {
  return cells['유예 종류'].flatMap((kind, index) => {
    const from = cells['유예 시작일'][index];
    const to = cells['유예 종료일'][index];
    return from === undefined || to === undefined ? [] : [{ kind, from, to }];
  });
}

export function ledgerLine(cells: LedgerCells): LedgerLine {
  const part = (column: '기납부 본세' | '기납부 가산세' | '기납부 납부지연가산세', index: number): string =>
    (cells[column][index] ?? Won.zero).toString();
  return {
    taxItemCode: cells.세목코드,
    taxItemName: cells.세목명,
    level: cells['도세/시세 구분'],
    principal: cells.본세.toString(),
    surcharge: cells.가산세.toString(),
    priorPayments: cells.기납부일.map((on, index) => ({
      on,
      principal: part('기납부 본세', index),
      surcharge: part('기납부 가산세', index),
      penalty: part('기납부 납부지연가산세', index),
    })),
  };
}

/** What was assessed on a tax item: the unpaid rest and what had been paid of it. */
export function assessedFigures(line: LedgerLine): { readonly principal: bigint; readonly surcharge: bigint } {
  const paid = (part: 'principal' | 'surcharge') => line.priorPayments.reduce((sum, payment) => sum + BigInt(payment[part]), 0n);
  return { principal: BigInt(line.principal) + paid('principal'), surcharge: BigInt(line.surcharge) + paid('surcharge') };
}

/**
 * Digest of every figure of a notice, whatever the order of its rows. What may change without a difference of money (service,
 * deferrals, write-off, prescription, the name of an item) is not in it.
 */
export function figuresDigest({ head, lines }: Pick<LedgerNotice, 'head' | 'lines'>): string {
  return digestOf([
    head.taxYear,
    head.arisenOn,
    head.dueOn,
    head.withholdingAgent,
    head.primaryNoticeNumber,
    lines.map(({ taxItemCode, level, principal, surcharge, priorPayments }) => [
      taxItemCode,
      level,
      principal,
      surcharge,
      priorPayments.map((payment) => [payment.on, payment.principal, payment.surcharge, payment.penalty]),
    ]),
  ]);
}

type Problem = RowProblem<LedgerColumn>;

const problem = (column: LedgerColumn, reason: string): Problem => ({ column, code: 'INPUT_INVALID', reason });

/** What a row's cells say against each other, and against the day of the import. Empty for a row that can be true. */
export function ledgerRowProblems(cells: LedgerCells, today: CivilDate): Problem[] {
  return [
    ...taxpayerProblems(cells, today),
    ...noticeProblems(cells, today),
    ...dunningProblems(cells, today),
    ...deferralProblems(cells),
    ...amountProblems(cells),
    ...priorPaymentProblems(cells, today),
  ];
}

function taxpayerProblems(cells: LedgerCells, today: CivilDate): Problem[] {
  const kind = cells['납세자 구분'];
  const born = cells.생년월일;
  const lengths = kind === 'natural' ? '13자리' : '10자리나 13자리';
  return [
    ...(isRegistrationNumber(cells) ? [] : [problem('주민(법인)등록번호', `등록번호가 숫자 ${lengths}가 아닙니다.`)]),
    ...(kind === 'corporate' && born !== undefined ? [problem('생년월일', '법인에는 생년월일이 없습니다.')] : []),
    ...(born !== undefined && born > today ? [problem('생년월일', '오늘보다 뒤의 날짜입니다.')] : []),
  ];
}

function isRegistrationNumber(cells: LedgerCells): boolean {
  try {
    checkRegistrationNumber(cells['납세자 구분'], cells['주민(법인)등록번호']);
    return true;
  } catch (thrown) {
    if (thrown instanceof CheongsanError && thrown.code === 'INPUT_INVALID') return false;
    throw thrown;
  }
}

function noticeProblems(cells: LedgerCells, today: CivilDate): Problem[] {
  const arisenOn = cells.납세의무성립일;
  const dueOn = cells.납부기한;
  const servedOn = cells['고지서 송달일'];
  const extinctFrom = cells['소멸시효 완성 예정일'];
  return [
    ...(cells.과세연도 > Number(today.slice(0, 4)) ? [problem('과세연도', '올해보다 뒤의 연도입니다.')] : []),
    ...(arisenOn > today ? [problem('납세의무성립일', '오늘보다 뒤의 날짜입니다.')] : []),
    ...(dueOn < arisenOn ? [problem('납부기한', '납세의무성립일보다 앞선 날짜입니다.')] : []),
    ...(dueOn >= today ? [problem('납부기한', '납부기한이 지나지 않은 고지는 체납이 아닙니다.')] : []),
    ...(servedOn !== undefined && servedOn > today ? [problem('고지서 송달일', '오늘보다 뒤의 날짜입니다.')] : []),
    ...(servedOn !== undefined && servedOn < arisenOn ? [problem('고지서 송달일', '납세의무성립일보다 앞선 날짜입니다.')] : []),
    ...(extinctFrom !== undefined && extinctFrom <= dueOn ? [problem('소멸시효 완성 예정일', '납부기한 뒤의 날짜가 아닙니다.')] : []),
    ...(cells['주된 납세의무자 고지번호'] === cells.고지번호 ? [problem('주된 납세의무자 고지번호', '자기 자신의 고지번호입니다.')] : []),
  ];
}

function dunningProblems(cells: LedgerCells, today: CivilDate): Problem[] {
  const issuedOn = cells['독촉장 발행일'];
  const servedOn = cells['독촉장 송달일'];
  const deadlineOn = cells['독촉 납부기한'];
  if (issuedOn === undefined) {
    return [
      ...(servedOn === undefined ? [] : [problem('독촉장 발행일', '독촉장 송달일이 있으면 발행일도 적어야 합니다.')]),
      ...(deadlineOn === undefined ? [] : [problem('독촉장 발행일', '독촉 납부기한이 있으면 발행일도 적어야 합니다.')]),
    ];
  }
  return [
    ...(deadlineOn === undefined ? [problem('독촉 납부기한', '독촉장을 발행했으면 그 납부기한도 적어야 합니다.')] : []),
    ...(issuedOn <= cells.납부기한 ? [problem('독촉장 발행일', '납부기한이 지나기 전의 날짜입니다.')] : []),
    ...(issuedOn > today ? [problem('독촉장 발행일', '오늘보다 뒤의 날짜입니다.')] : []),
    ...(deadlineOn !== undefined && deadlineOn < issuedOn ? [problem('독촉 납부기한', '독촉장 발행일보다 앞선 날짜입니다.')] : []),
    ...(servedOn !== undefined && servedOn < issuedOn ? [problem('독촉장 송달일', '독촉장 발행일보다 앞선 날짜입니다.')] : []),
    ...(servedOn !== undefined && servedOn > today ? [problem('독촉장 송달일', '오늘보다 뒤의 날짜입니다.')] : []),
  ];
}

function deferralProblems(cells: LedgerCells): Problem[] {
  const count = cells['유예 종류'].length;
  const columns = ['유예 시작일', '유예 종료일'] as const;
  const uneven = columns.filter((column) => cells[column].length !== count);
  if (uneven.length > 0)
    return uneven.map((column) => problem(column, `유예 종류는 ${count}건인데 날짜는 ${cells[column].length}건입니다.`));
  const deferrals = deferralsOf(cells);
  const texts = deferrals.map(({ kind, from, to }) => `${kind} ${from} ${to}`);
  return [
    ...(deferrals.some(({ from, to }) => to < from) ? [problem('유예 종료일', '유예 시작일보다 앞선 날짜입니다.')] : []),
    ...(new Set(texts).size < texts.length ? [problem('유예 종류', '같은 유예가 두 번 적혀 있습니다.')] : []),
  ];
}

function amountProblems(cells: LedgerCells): Problem[] {
  const { principal, surcharge } = assessedFigures(ledgerLine(cells));
  return principal + surcharge > 0n ? [] : [problem('본세', '부과된 금액이 없는 세목입니다.')];
}

function priorPaymentProblems(cells: LedgerCells, today: CivilDate): Problem[] {
  const days = cells.기납부일;
  const columns = ['기납부 본세', '기납부 가산세', '기납부 납부지연가산세'] as const;
  const uneven = columns.filter((column) => cells[column].length > 0 && cells[column].length !== days.length);
  if (uneven.length > 0) {
    return uneven.map((column) => problem(column, `기납부일은 ${days.length}건인데 금액은 ${cells[column].length}건입니다.`));
  }
  const isEmpty = days.some((_, index) => columns.every((column) => cells[column][index]?.isPositive() !== true));
  return [
    ...(days.some((on) => on > today) ? [problem('기납부일', '오늘보다 뒤의 날짜입니다.')] : []),
    ...(days.some((on) => on < cells.납세의무성립일) ? [problem('기납부일', '납세의무성립일보다 앞선 날짜입니다.')] : []),
    ...(isEmpty ? [problem('기납부일', '납부한 금액이 없는 기납부일입니다.')] : []),
  ];
}
