import { Decimal } from '../../kernel/decimal.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import type { TradingRules } from '../core/trading-rules.ts';
import { tickTable } from '../upbit-like/markets.ts';

/** Price steps of Upbit's won markets since 31 July 2025 (docs.upbit.com, "원화 마켓 주문 가격 단위"): from, tick. */
const WON_TICKS = tickTable([
  ['1000000', '1000'],
  ['500000', '500'],
  ['100000', '100'],
  ['50000', '50'],
  ['10000', '10'],
  ['5000', '5'],
  ['100', '1'],
  ['10', '0.1'],
  ['1', '0.01'],
  ['0.1', '0.001'],
  ['0.01', '0.0001'],
  ['0.001', '0.00001'],
  ['0.0001', '0.000001'],
  ['0.00001', '0.0000001'],
  ['0', '0.00000001'],
]);
/** Stablecoins keep the half-won step between 1,000 and 10,000 won that they have had since 21 March 2025. */
const STABLECOIN_TICKS = tickTable([
  ['1000000', '1000'],
  ['500000', '500'],
  ['100000', '100'],
  ['50000', '50'],
  ['10000', '10'],
  ['1000', '0.5'],
  ['100', '0.1'],
  ['10', '0.01'],
  ['0', '0.001'],
]);
const STABLECOINS: ReadonlySet<string> = new Set(['USDT', 'USDC']);

/** Upbit's rules for won markets: fee 0.05%, at least 5,000 and at most 1,000,000,000 won an order. */
export const UPBIT_RULES: TradingRules = {
  quoteAsset: QUOTE_ASSET,
  feeRate: new Decimal('0.0005'),
  minimumOrder: new Decimal(5_000),
  maximumOrder: new Decimal(1_000_000_000),
  quantityDecimalPlaces: 8,
  bookLevels: 30,
  referenceLengthMax: 64,
  referenceLife: { of: 'attempt' },
  refusesBeyondShown: true,
  ticksOf: (asset) => (STABLECOINS.has(asset) ? STABLECOIN_TICKS : WON_TICKS),
};
