import type { WriteOffState } from '../database/generated/enums.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { Won } from '../kernel/money.ts';
import type { PersonDetails } from '../person/details.ts';
import { birthDateOf, checkRegistrationNumber } from '../person/registration-number.ts';
import type { TaxLevel } from './bill-line.ts';
import type { Deferral } from './deferral.ts';
import type { LedgerCells } from './ledger-file.ts';

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

export function deferralsOf(cells: Pick<LedgerCells, '유예 종류' | '유예 시작일' | '유예 종료일'>): Deferral[] {
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
