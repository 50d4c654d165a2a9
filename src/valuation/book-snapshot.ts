import type { BookLevel, ExchangePort, Market, VenueCode } from '../exchange/port.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Rate, VenueWon } from '../kernel/money.ts';

/** What a venue's market showed and asked at one moment: enough to value a holding and to say how much of it can be sold. */
export interface BookSnapshot {
  readonly venue: VenueCode;
  readonly asset: string;
  readonly symbol: string;
  /** When it was read, by our clock. */
  readonly takenAt: Date;
  /** When the venue last changed the book, by its clock. */
  readonly changedAt: Date;
  /** From the best down; only prices and sizes above zero. */
  readonly bids: readonly BookLevel[];
  readonly flags: Market['flags'];
  readonly takerFeeRate: Rate;
  readonly minimumOrder: VenueWon;
  readonly quantityDecimalPlaces: number;
}

/** By asset. An asset without a won market at the venue is absent: nothing there can be sold or valued. */
export type BookSnapshots = ReadonlyMap<string, BookSnapshot>;

/**
 * Reads the book and terms of every asset that has a market, one after the other. Goes over the network, so never inside a unit
 * of work. Errors: `EXCHANGE_REFUSED`, `EXCHANGE_UNAVAILABLE`.
 */
export async function readBookSnapshots(port: ExchangePort, assets: Iterable<string>, clock: Clock): Promise<BookSnapshots> {
  const markets = new Map((await port.markets()).map((market) => [market.asset, market]));
  const snapshots = new Map<string, BookSnapshot>();
  for (const asset of [...new Set(assets)].sort()) {
    const market = markets.get(asset);
    if (market !== undefined) snapshots.set(asset, await readSnapshot(port, market, clock));
  }
  return snapshots;
}

async function readSnapshot(port: ExchangePort, market: Market, clock: Clock): Promise<BookSnapshot> {
  const terms = await port.sellingTerms(market.symbol);
  const book = await port.orderBook(market.symbol);
  return {
    venue: port.venue,
    asset: market.asset,
    symbol: market.symbol,
    takenAt: clock.now(),
    changedAt: book.changedAt,
    bids: book.bids.filter(({ price, quantity }) => price.isPositive() && quantity.isPositive()),
    flags: market.flags,
    takerFeeRate: terms.takerFeeRate,
    minimumOrder: terms.minimumOrder,
    quantityDecimalPlaces: terms.quantityDecimalPlaces,
  };
}
