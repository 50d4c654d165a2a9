import type { Work } from '../../src/database/work.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { type DunningDays, type SaleNoticeDays, storeDunnedBill, storeNoticedCase } from '../../src/simulation/sample/lawful-case.ts';

/** Due in summer 2025. */
const DUNNING: DunningDays = {
  taxYear: 2025,
  arisenOn: civilDate('2025-06-01'),
  dueOn: civilDate('2025-07-31'),
  issuedOn: civilDate('2025-09-01'),
  servedOn: civilDate('2025-09-05'),
  deadlineOn: civilDate('2025-09-30'),
};
/** The window has passed when the tests begin. */
const DAYS: SaleNoticeDays = {
  seizedOn: civilDate('2025-11-25'),
  issuedOn: civilDate('2025-11-28'),
  servedOn: civilDate('2025-11-29'),
  writtenAt: new Date('2025-11-28T00:00:00Z'),
  provenAt: new Date('2025-12-01T00:00:00Z'),
  windowClosedAt: new Date('2025-12-31T00:00:00Z'),
};
let serial = 0;

/** A taxpayer's bill of so much tax, dunned in vain. */
export function storeBill(work: Work, personId: number, taxKrw: string): Promise<number> {
  serial += 1;
  return storeDunnedBill(work, { noticeNumber: `2025-${String(serial).padStart(7, '0')}`, personId, taxKrw, dunning: DUNNING });
}

/** A case over bills, past its window. */
export function storeLawfulCase(
  work: Work,
  of: { readonly personId: number; readonly officerId: number; readonly billIds: readonly number[] },
): Promise<number> {
  serial += 1;
  return storeNoticedCase(work, { ...of, number: `표본-${String(serial).padStart(6, '0')}`, venueCode: 'upbit', days: DAYS });
}
