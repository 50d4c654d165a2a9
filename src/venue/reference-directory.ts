import type { InstallationKind } from '../database/generated/enums.ts';
import { REFERENCE_VENUE_CODES, type ReferenceMarket, type ReferenceVenueCode } from '../exchange/reference/reference-market.ts';
import { createReferenceMarket } from '../exchange/reference/venues.ts';
import type { Config } from '../kernel/config.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { isLoopback } from '../kernel/loopback.ts';

/** Public quotations, where a city names none of its own. No key is ever sent there. */
const LIVE: Readonly<Record<ReferenceVenueCode, string>> = {
  upbit: 'https://api.upbit.com',
  bithumb: 'https://api.bithumb.com',
  coinone: 'https://api.coinone.co.kr',
};

const PAPER_RATE_PER_SECOND = 2_000;

/**
 * The venues whose prices are looked at beside the one that sells, which is left out when they are read. A demo looks at no live
 * venue: its prices are not of this world. Error: `CONFIG_INVALID` for a venue whose language is not spoken.
 */
export function openReferenceMarkets(
  config: Pick<Config, 'referenceVenues'>,
  kind: InstallationKind,
  log?: Log | undefined,
): readonly ReferenceMarket[] {
  const known = kind === 'real' ? REFERENCE_VENUE_CODES.map((venue) => ({ venue, baseUrl: LIVE[venue] })) : [];
  const venues = config.referenceVenues?.map(({ venue, baseUrl }) => ({ venue: referenceVenueCode(venue), baseUrl })) ?? known;
  return venues.map(({ venue, baseUrl }) => createReferenceMarket(venue, { baseUrl, log, ratePerSecond: paperRate(kind, baseUrl) }));
}

/** A demo's paper exchanges keep the rates of their own, faster clock. */
function paperRate(kind: InstallationKind, baseUrl: string): number | undefined {
  return kind === 'demo' && isLoopback(new URL(baseUrl)) ? PAPER_RATE_PER_SECOND : undefined;
}

function referenceVenueCode(text: string): ReferenceVenueCode {
  const code = REFERENCE_VENUE_CODES.find((known) => known === text);
  if (code !== undefined) return code;
  throw new CheongsanError(
    'CONFIG_INVALID',
    `REFERENCE_VENUES names ${JSON.stringify(text)}; known are ${REFERENCE_VENUE_CODES.join(', ')}. Correct the variable and start again.`,
  );
}
