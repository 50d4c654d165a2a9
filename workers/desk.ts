import type { Services } from '../src/http/services.ts';
import { runDesk } from '../src/liquidation/desk.ts';
import { referencePrices } from '../src/liquidation/reference-prices.ts';

/** `desk:ACCOUNT`: look after what is open there, then let the sales that are due take their rounds. */
export async function answerDesk({ database, exchanges, references, config, log }: Services, accountId: number): Promise<void> {
  const port = await exchanges.exchangeFor(accountId);
  const { paper } = await database.read.venueAccount.findUniqueOrThrow({ where: { id: accountId }, select: { paper: true } });
  // Prices of a paper exchange are not of this world: they are held against what was named for it, or nothing.
  const isComparable = references.length > 0 && (!paper || config.referenceVenues !== undefined);
  const prices = isComparable ? referencePrices(database, references, port.venue) : undefined;
  await runDesk({ database, port, accountId, log, references: prices });
}
