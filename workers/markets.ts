import type { Services } from '../src/http/services.ts';
import { readWatchedMarkets } from '../src/valuation/watched-market-reading.ts';

/** `market:ID`: read what is due at its account; the other markets there are done with it. */
export async function answerMarket(
  { database, exchanges }: Pick<Services, 'database' | 'exchanges'>,
  watchedMarketId: number,
): Promise<void> {
  const watched = await database.read.watchedMarket.findUnique({ where: { id: watchedMarketId } });
  if (watched === null) return;
  await readWatchedMarkets(database, await exchanges.exchangeFor(watched.venueAccountId), watched.venueAccountId);
}
