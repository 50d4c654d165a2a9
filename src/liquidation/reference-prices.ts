import type { Database } from '../database/work.ts';
import { type ReferenceMarket, readReferences } from '../exchange/reference/reference-market.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { referenceFreshness } from '../policy/definitions/execution.ts';
import { referencePrice } from '../valuation/reference-price.ts';
import type { ReferencePrices } from './desk.ts';

/** One other venue may be as wrong as ours; two that agree are a market. */
const VENUES_MIN = 2;

/** What the other won venues ask for a coin, by the policy of the day. `venue` is the one that sells. */
export function referencePrices(database: Database, markets: readonly ReferenceMarket[], venue: string): ReferencePrices {
  return {
    async priceOf(asset) {
      const readings = await readReferences(markets, asset, { except: venue });
      const now = database.clock.now();
      const { bookSeconds, tradeSeconds, spread } = (await readPolicy(database.read)).get(referenceFreshness, seoulDay(now));
      const found = referencePrice(readings, now.toISOString(), {
        bookAgeSecondsMax: bookSeconds,
        tradeAgeSecondsMax: tradeSeconds,
        spreadMax: spread.toString(),
        venuesMin: VENUES_MIN,
      });
      return found.kind === 'reference' ? { price: found.price, venues: [...found.venues] } : null;
    },
  };
}
