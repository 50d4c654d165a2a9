import { type BookSnapshots, readBookSnapshots } from '../valuation/book-snapshot.ts';
import type { Services } from './services.ts';

/**
 * The books of everything these cases hold, as the exchange of one of the city's accounts shows them now. Goes over the network,
 * so never inside a unit of work. Errors: `EXCHANGE_REFUSED`, `EXCHANGE_UNAVAILABLE`, `NOT_FOUND` for the account.
 */
export async function booksOfCases(
  { database, exchanges }: Services,
  venueAccountId: number,
  caseIds: readonly number[],
): Promise<BookSnapshots> {
  const port = await exchanges.exchangeFor(venueAccountId);
  const holdings = await database.read.holding.findMany({ where: { caseId: { in: [...caseIds] } }, select: { asset: true } });
  return readBookSnapshots(
    port,
    holdings.map(({ asset }) => asset),
    database.clock,
  );
}
