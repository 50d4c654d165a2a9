import type { PersonKind, WriteOffState } from '../database/generated/enums.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { TaxLevel } from './bill-line.ts';
import type { DeferralKind } from './deferral.ts';
import type { LedgerHead, LedgerLine } from './ledger-row.ts';

/*
 * Rows as short texts, in which they are laid aside: values in a fixed order, without names. Equal rows give equal texts. Such a
 * text lives as long as one import and is read by the process that wrote it.
 */

type Day = CivilDate | null;

type HeadValues = readonly [
  taxpayer: readonly [PersonKind, string, string | null, Day, string | null, string | null, string | null],
  sample: boolean,
  taxYear: number,
  days: readonly [arisenOn: CivilDate, dueOn: CivilDate, servedOn: Day, dunningIssuedOn: Day, dunningServedOn: Day, dunningDeadlineOn: Day],
  deferrals: readonly (readonly [DeferralKind, CivilDate, CivilDate])[],
  primaryNoticeNumber: string | null,
  withholdingAgent: boolean,
  writeOff: WriteOffState,
  prescribedFrom: Day,
];

export function headText({ taxpayer, ...head }: LedgerHead): string {
  const values: HeadValues = [
    [taxpayer.kind, taxpayer.name, taxpayer.registrationNumber, taxpayer.birthDate, taxpayer.phone, taxpayer.address, taxpayer.email],
    head.sample,
    head.taxYear,
    [head.arisenOn, head.dueOn, head.servedOn, head.dunningIssuedOn, head.dunningServedOn, head.dunningDeadlineOn],
    head.deferrals.map(({ kind, from, to }) => [kind, from, to]),
    head.primaryNoticeNumber,
    head.withholdingAgent,
    head.writeOff,
    head.prescribedFrom,
  ];
  return JSON.stringify(values);
}

export function headOf(noticeNumber: string, text: string): LedgerHead {
  const values: HeadValues = JSON.parse(text);
  const [taxpayer, sample, taxYear, days, deferrals, primaryNoticeNumber, withholdingAgent, writeOff, prescribedFrom] = values;
  const [kind, name, registrationNumber, birthDate, phone, address, email] = taxpayer;
  const [arisenOn, dueOn, servedOn, dunningIssuedOn, dunningServedOn, dunningDeadlineOn] = days;
  return {
    noticeNumber,
    taxpayer: { kind, name, registrationNumber, birthDate, phone, address, email },
    sample,
    taxYear,
    arisenOn,
    dueOn,
    servedOn,
    dunningIssuedOn,
    dunningServedOn,
    dunningDeadlineOn,
    deferrals: deferrals.map(([deferralKind, from, to]) => ({ kind: deferralKind, from, to })),
    primaryNoticeNumber,
    withholdingAgent,
    writeOff,
    prescribedFrom,
  };
}

type LineValues = readonly [
  taxItemCode: string,
  taxItemName: string,
  level: TaxLevel,
  principal: string,
  surcharge: string,
  priorPayments: readonly (readonly [on: CivilDate, principal: string, surcharge: string, penalty: string])[],
];

export function lineText({ taxItemCode, taxItemName, level, principal, surcharge, priorPayments }: LedgerLine): string {
  const payments = priorPayments.map((payment) => [payment.on, payment.principal, payment.surcharge, payment.penalty] as const);
  const values: LineValues = [taxItemCode, taxItemName, level, principal, surcharge, payments];
  return JSON.stringify(values);
}

export function lineOf(text: string): LedgerLine {
  const values: LineValues = JSON.parse(text);
  const [taxItemCode, taxItemName, level, principal, surcharge, payments] = values;
  const priorPayments = payments.map(([on, paidPrincipal, paidSurcharge, penalty]) => ({
    on,
    principal: paidPrincipal,
    surcharge: paidSurcharge,
    penalty,
  }));
  return { taxItemCode, taxItemName, level, principal, surcharge, priorPayments };
}
