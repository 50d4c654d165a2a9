import { Decimal } from '../../kernel/decimal.ts';

export const QUOTE_ASSET = 'KRW';
/** Won a withdrawal to the bank costs. */
export const WON_WITHDRAWAL_FEE = new Decimal(1_000);

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

function network(netType: string, networkName: string, confirmationMinutes: number, blockMinutes: number): Network {
  return {
    netType,
    networkName,
    confirmationMs: confirmationMinutes * MINUTE_MS,
    blockMs: blockMinutes * MINUTE_MS,
    hasSecondaryAddress: false,
  };
}
