/** Won venues whose prices are compared with each other. More than those a city sells at. */
export const REFERENCE_VENUE_CODES = ['upbit', 'bithumb', 'coinone'] as const;
export type ReferenceVenueCode = (typeof REFERENCE_VENUE_CODES)[number];

/**
 * What a venue showed of one coin's won market: plain JSON, decimals as text and instants in ISO 8601 by the venue's clock, so that it
 * can stand among the inputs of a decision as it is. Null where nobody bids, asks or has traded.
 */
export interface ReferenceReading {
  readonly venue: ReferenceVenueCode;
  readonly bestBid: string | null;
  readonly bestAsk: string | null;
  readonly bookAt: string;
  readonly lastTradePrice: string | null;
  readonly lastTradeAt: string | null;
}

/** Quotations of one venue, without any account there. */
export interface ReferenceMarket {
  readonly venue: ReferenceVenueCode;
  /** Error: `EXCHANGE_UNAVAILABLE` when it does not answer in time, has no such market or answers what cannot be read. */
  read(asset: string): Promise<ReferenceReading>;
}

/**
 * Asks all of them at once; what does not answer is missing. Never throws. Called for many coins at once each venue is asked once a
 * coin, since a reading under way serves whoever asks meanwhile.
 */
export async function readReferences(
  markets: readonly ReferenceMarket[],
  asset: string,
  options: { /** The venue that sells: it is no measure of itself. */ readonly except?: string } = {},
): Promise<readonly ReferenceReading[]> {
  const others = markets.filter(({ venue }) => venue !== options.except);
  const readings = await Promise.allSettled(others.map((market) => market.read(asset)));
  return readings.flatMap((reading) => (reading.status === 'fulfilled' ? [reading.value] : []));
}
