import { Decimal } from '../../kernel/decimal.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import { TickTable, type TradingRules } from '../core/trading-rules.ts';

/**
 * Price steps as the documents show them of BTC-KRW: from, tick. Below one won they show none; there it is the smallest price that a pair
 * stated in September 2026.
 */
const WON_TICKS = new TickTable(
  [
    ['2000000', '1000'],
    ['500000', '500'],
    ['100000', '100'],
    ['50000', '50'],
    ['10000', '10'],
    ['5000', '5'],
    ['1', '1'],
    ['0', '0.0001'],
  ].map(([from = '0', tick = '1']) => ({ from: new Decimal(from), tick: new Decimal(tick) })),
);

/** No upper limit of an order is documented; this is more than anybody has. */
const NO_MAXIMUM = new Decimal('1000000000000000');

/**
 * GOPAX's rules for won markets (gopax.github.io/API): fee 0.2%, at least 1,000 won an order since October 2024, fifty levels of a book,
 * client order ids of up to 20 characters that are free again once their order is over.
 */
export const GOPAX_RULES: TradingRules = {
  quoteAsset: QUOTE_ASSET,
  feeRate: new Decimal('0.002'),
  minimumOrder: new Decimal(1_000),
  maximumOrder: NO_MAXIMUM,
  quantityDecimalPlaces: 8,
  bookLevels: 50,
  referenceLengthMax: 20,
  referenceLife: { of: 'open_order' },
  refusesBeyondShown: false,
  ticksOf: () => WON_TICKS,
};

/** An order that is over is shown for so long, by its ids as in the list. */
export const PAST_ORDERS_SHOWN_MS = 10 * 60_000;

export function pairOf(asset: string): string {
  return `${asset}-${QUOTE_ASSET}`;
}
