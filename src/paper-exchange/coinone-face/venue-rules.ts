import { Decimal } from '../../kernel/decimal.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import { TickTable, type TradingRules } from '../core/trading-rules.ts';

/** The example of docs.coinone.co.kr, range-unit: from, step. Every market of the face has these; at Coinone each has its own. */
const RANGE_UNITS = [
  ['0', '0.0001'],
  ['1', '0.001'],
  ['10', '0.01'],
  ['100', '0.1'],
  ['1000', '1'],
  ['5000', '5'],
  ['10000', '10'],
  ['50000', '50'],
  ['100000', '100'],
  ['500000', '500'],
  ['1000000', '1000'],
] as const;
const TICKS = new TickTable(RANGE_UNITS.map(([from, tick]) => ({ from: new Decimal(from), tick: new Decimal(tick) })));

/**
 * Coinone's rules: fee 0.2%, quantities in units of 0.0001 and at most 1,000,000,000 won an order (docs.coinone.co.kr, markets); at least 5,000
 * won, which differs by market there. An identifier serves one order for ever. Books show 16 levels.
 */
export const COINONE_RULES: TradingRules = {
  quoteAsset: QUOTE_ASSET,
  feeRate: new Decimal('0.002'),
  minimumOrder: new Decimal(5_000),
  maximumOrder: new Decimal(1_000_000_000),
  quantityDecimalPlaces: 4,
  bookLevels: 16,
  referenceLengthMax: 150,
  referenceLife: { of: 'order', rememberedMs: undefined },
  refusesBeyondShown: false,
  ticksOf: () => TICKS,
};
