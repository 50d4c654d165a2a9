import { CoinAmount, Price, Rate, VenueWon } from '../../src/kernel/money.ts';
import type { BookSnapshot } from '../../src/valuation/book-snapshot.ts';

/** A book whose bids are `[price, quantity]`, best first. */
export function sampleBook(
  asset: string,
  bids: readonly (readonly [string, string])[],
  overrides: Partial<BookSnapshot> = {},
): BookSnapshot {
  return {
    venue: 'upbit',
    asset,
    symbol: `KRW-${asset}`,
    takenAt: new Date('2026-01-05T00:00:01Z'),
    changedAt: new Date('2026-01-05T00:00:00Z'),
    bids: bids.map(([price, quantity]) => ({ price: Price.of(asset, price), quantity: CoinAmount.of(asset, quantity) })),
    flags: [],
    takerFeeRate: Rate.of('0.0005'),
    minimumOrder: VenueWon.of('upbit', '5000'),
    quantityDecimalPlaces: 8,
    ...overrides,
  };
}
