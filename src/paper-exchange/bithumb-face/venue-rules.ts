import { Decimal } from '../../kernel/decimal.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import type { TradingRules } from '../core/trading-rules.ts';
import { tickTable } from '../upbit-like/markets.ts';

/** Price steps of Bithumb's won markets (github.com/bithumb-official/bithumb-ai-trade-kit, order commands, July 2026): from, tick. */
const WON_TICKS = tickTable([
  ['1000000', '1000'],
  ['500000', '500'],
  ['100000', '100'],
  ['50000', '50'],
  ['10000', '10'],
  ['5000', '5'],
  ['100', '1'],
  ['10', '0.01'],
  ['1', '0.001'],
  ['0', '0.0001'],
]);

/**
 * Bithumb's rules for won markets: fee 0.25% as it is listed, at least 5,000 and at most 5,000,000,000 won an order, an own id of 36
 * characters that stays with its order.
 */
export const BITHUMB_RULES: TradingRules = {
  quoteAsset: QUOTE_ASSET,
  feeRate: new Decimal('0.0025'),
  minimumOrder: new Decimal(5_000),
  maximumOrder: new Decimal(5_000_000_000),
  quantityDecimalPlaces: 8,
  bookLevels: 30,
  referenceLengthMax: 36,
  referenceLife: { of: 'order', rememberedMs: undefined },
  refusesBeyondShown: false,
  ticksOf: () => WON_TICKS,
};
