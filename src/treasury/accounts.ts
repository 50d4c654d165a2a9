import type { Transaction } from '../database/work.ts';
import { VenueWon } from '../kernel/money.ts';
import { balances } from '../ledger/balance.ts';
import type { ChartCode } from '../ledger/chart.ts';
import { accountPlace } from '../venue/ledger-asset.ts';

/** Sub-accounts of the ledger in which the money of a case stands. */

export function caseSubject(caseId: number): string {
  return `case:${caseId}`;
}

/** The money of a case at one of the city's accounts at a venue. */
export function caseAt(caseId: number, venueAccountId: number): { readonly subject: string; readonly place: string } {
  return { subject: caseSubject(caseId), place: accountPlace(venueAccountId) };
}

export function withdrawalSubject(withdrawalId: number): string {
  return `withdrawal:${withdrawalId}`;
}

export function bankLineSubject(bankLineId: number): string {
  return `bank_line:${bankLineId}`;
}

const CASE_SUBJECT = /^case:(\d+)$/;

/** The case whose sub-account it is; undefined for one of something else. */
export function caseOfSubject(subject: string): number | undefined {
  const caseId = CASE_SUBJECT.exec(subject)?.[1];
  return caseId === undefined ? undefined : Number(caseId);
}

/** What stands on an account of each case at one of the city's accounts at a venue, debits less credits; a case without any is missing. */
export async function venueWonByCase(
  reader: Pick<Transaction, '$queryRaw'>,
  { chart, venueAccountId, venue }: { readonly chart: ChartCode; readonly venueAccountId: number; readonly venue: string },
): Promise<ReadonlyMap<number, VenueWon>> {
  const { asset } = VenueWon.zero(venue);
  const rows = await balances(reader, { chart, asset, place: accountPlace(venueAccountId) });
  return new Map(
    rows.flatMap(({ subject, balance }) => {
      const caseId = caseOfSubject(subject);
      return caseId === undefined ? [] : [[caseId, VenueWon.of(venue, balance)] as const];
    }),
  );
}
