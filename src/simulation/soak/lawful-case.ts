import type { Work } from '../../database/work.ts';
import { addDays, type CivilDate, seoulDay } from '../../kernel/civil-date.ts';
import {
  type DunningDays,
  type SaleNoticeDays,
  type SampleCase,
  type SampleHolding,
  storeDemandedHolding,
  storeDunnedBill,
  storeNoticedCase,
} from '../sample/lawful-case.ts';

export interface CaseFacts extends Omit<SampleCase, 'personId' | 'billIds' | 'days'>, Omit<SampleHolding, 'caseId'> {
  /** The same taxpayer as an earlier case's. */
  readonly personId: number | undefined;
  /** One of that taxpayer's that another case covers already. */
  readonly billId: number | undefined;
  /** Won of tax on its bill, where that is new. */
  readonly taxKrw: string;
}

export interface StoredCase {
  readonly caseId: number;
  readonly personId: number;
  readonly holdingId: number;
  readonly billId: number;
}

/** A case whose sale may begin as soon as its coins have come, of a new taxpayer and over a new bill unless they are named. */
export async function storeLawfulCase(work: Work, facts: CaseFacts): Promise<StoredCase> {
  const { number, officerId, venueCode, accountId, asset, quantity, taxKrw } = facts;
  const today = seoulDay(work.at);
  const personId =
    facts.personId ??
    (await work.tx.person.create({ data: { kind: 'natural', sample: true, createdAt: work.at }, select: { id: true } })).id;
  const billId =
    facts.billId ?? (await storeDunnedBill(work, { noticeNumber: `${number}-고지`, personId, taxKrw, dunning: dunnedBefore(today) }));
  const days = noticedBefore(today, work.at);
  const caseId = await storeNoticedCase(work, { number, personId, officerId, venueCode, billIds: [billId], days });
  return { caseId, personId, billId, holdingId: await storeDemandedHolding(work, { caseId, accountId, asset, quantity }) };
}

function dunnedBefore(today: CivilDate): DunningDays {
  const [year] = today.split('-');
  return {
    taxYear: Number(year),
    arisenOn: addDays(today, -300),
    dueOn: addDays(today, -240),
    issuedOn: addDays(today, -200),
    servedOn: addDays(today, -195),
    deadlineOn: addDays(today, -170),
  };
}

/** All of it is written down when the case is made, whose days lie before. */
function noticedBefore(today: CivilDate, at: Date): SaleNoticeDays {
  return {
    seizedOn: addDays(today, -60),
    issuedOn: addDays(today, -51),
    servedOn: addDays(today, -50),
    writtenAt: at,
    provenAt: at,
    windowClosedAt: at,
  };
}
