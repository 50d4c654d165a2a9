import { Decimal } from '../../kernel/decimal.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import { TickTable, type TradingRules } from '../core/trading-rules.ts';

/** Orders and trades are listed for so long. */
export const HISTORY_MS = 36 * 3_600_000;
/** Orders that ended without a fill are found by their names for so long after they ended. */
export const UNFILLED_KEPT_MS = 3 * 86_400_000;

/** Price steps as the documents show them for XRP, which every won market shares as far as it was seen: from, tick. */
const WON_TICKS = new TickTable(
  [
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
  ].map(([from = '', tick = '']) => ({ from: new Decimal(from), tick: new Decimal(tick) })),
);

/** Korbit's rules for won markets, with the taker's fee of 0.2% that holds outside of its times without fees. */
export const KORBIT_RULES: TradingRules = {
  quoteAsset: QUOTE_ASSET,
  feeRate: new Decimal('0.002'),
  minimumOrder: new Decimal(5_000),
  maximumOrder: new Decimal(1_000_000_000),
  quantityDecimalPlaces: 8,
  bookLevels: 30,
  referenceLengthMax: 36,
  referenceLife: { of: 'order', rememberedMs: HISTORY_MS },
  refusesBeyondShown: false,
  ticksOf: () => WON_TICKS,
};

export function symbolOf(asset: string): string {
  return `${currencyOf(asset)}_${currencyOf(QUOTE_ASSET)}`;
}

/** The asset of a symbol such as `btc_krw`, of which the case counts; undefined for anything but a won market. */
export function assetOf(symbol: string): string | undefined {
  return /^([a-z0-9]+)_krw$/.exec(symbol)?.[1]?.toUpperCase();
}

export function currencyOf(asset: string): string {
  return asset.toLowerCase();
}
