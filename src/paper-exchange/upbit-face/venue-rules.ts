import { Decimal } from '../../kernel/decimal.ts';
import { TickTable, type TradingRules } from '../core/trading-rules.ts';

export const QUOTE_ASSET = 'KRW';
/** Won a withdrawal to the bank costs. */
export const WON_WITHDRAWAL_FEE = new Decimal(1_000);

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
  ticksOf: (asset) => (STABLECOINS.has(asset) ? STABLECOIN_TICKS : WON_TICKS),
};

export interface Network {
  readonly netType: string;
  readonly networkName: string;
  /** Milliseconds until the exchange counts a deposit as final. */
  readonly confirmationMs: number;
  readonly blockMs: number;
  readonly hasSecondaryAddress: boolean;
}

interface Listing {
  readonly koreanName: string;
  readonly englishName: string;
  readonly network: Network;
}

const MINUTE_MS = 60_000;
const ETHEREUM = network('ETH', 'Ethereum', 13, 0.2);
const LISTINGS: Readonly<Record<string, Listing>> = {
  BTC: { koreanName: '비트코인', englishName: 'Bitcoin', network: network('BTC', 'Bitcoin', 30, 10) },
  ETH: { koreanName: '이더리움', englishName: 'Ethereum', network: ETHEREUM },
  XRP: {
    koreanName: '엑스알피(리플)',
    englishName: 'XRP',
    network: { ...network('XRP', 'XRP Ledger', 1, 0.1), hasSecondaryAddress: true },
  },
  SOL: { koreanName: '솔라나', englishName: 'Solana', network: network('SOL', 'Solana', 1, 0.1) },
  DOGE: { koreanName: '도지코인', englishName: 'Dogecoin', network: network('DOGE', 'Dogecoin', 40, 1) },
  ADA: { koreanName: '에이다', englishName: 'Cardano', network: network('ADA', 'Cardano', 10, 0.5) },
  LINK: { koreanName: '체인링크', englishName: 'Chainlink', network: ETHEREUM },
  AQT: { koreanName: '알파쿼크', englishName: 'Alpha Quark Token', network: ETHEREUM },
  MOC: { koreanName: '모스코인', englishName: 'Moss Coin', network: ETHEREUM },
};

/** How the exchange lists an asset; one it does not know by name is an Ethereum token called by its code. */
export function listingOf(asset: string): Listing {
  return LISTINGS[asset] ?? { koreanName: asset, englishName: asset, network: ETHEREUM };
}

export function marketOf(asset: string): string {
  return `${QUOTE_ASSET}-${asset}`;
}

/** The asset of a market code such as `KRW-BTC`; undefined for anything but a won market. */
export function assetOf(market: string): string | undefined {
  return market.startsWith(`${QUOTE_ASSET}-`) ? market.slice(QUOTE_ASSET.length + 1) : undefined;
}

function network(netType: string, networkName: string, confirmationMinutes: number, blockMinutes: number): Network {
  return {
    netType,
    networkName,
    confirmationMs: confirmationMinutes * MINUTE_MS,
    blockMs: blockMinutes * MINUTE_MS,
    hasSecondaryAddress: false,
  };
}

function tickTable(rows: readonly (readonly [from: string, tick: string])[]): TickTable {
  return new TickTable(rows.map(([from, tick]) => ({ from: new Decimal(from), tick: new Decimal(tick) })));
}
