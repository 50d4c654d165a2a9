import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf } from '../core/listings.ts';
import { type Caution, type MarketEvent, NO_EVENT } from '../core/market-events.ts';
import { marketOf } from '../upbit-like/markets.ts';
import { askedAssets, bookFields } from '../upbit-like/quotation.ts';
import type { Query } from '../upbit-like/request.ts';
import { seoulClock, type Wire } from '../wire-format.ts';

const ALARM_MS = 86_400_000;
const ALARMS: Readonly<Record<Caution, string>> = {
  PRICE_FLUCTUATIONS: 'PRICE_SUDDEN_FLUCTUATION',
  TRADING_VOLUME_SOARING: 'TRADING_VOLUME_SUDDEN_FLUCTUATION',
  DEPOSIT_AMOUNT_SOARING: 'DEPOSIT_AMOUNT_SUDDEN_FLUCTUATION',
  GLOBAL_PRICE_DIFFERENCES: 'PRICE_DIFFERENCE_HIGH',
  CONCENTRATION_OF_SMALL_ACCOUNTS: 'SPECIFIC_ACCOUNT_HIGH_TRANSACTION',
};

/** One market; whether it is under designation only when details are asked for. */
export function marketFields(asset: string, warning: string | undefined): Wire {
  const { koreanName, englishName } = listingOf(asset);
  return { market: marketOf(asset), korean_name: koreanName, english_name: englishName, market_warning: warning };
}

/** How many levels are shown of books that are asked for together: 30 of one, 15 of each of several. */
export function levelsShown(marketCount: number): number {
  return marketCount === 1 ? 30 : 15;
}

/** GET /v1/market/all. An announced end of support is told by notice; should the list begin to, it says so in a word of its own. */
export function listMarkets(core: ExchangeCore, query: Query, events: ReadonlyMap<string, MarketEvent>): Wire {
  const isDetailed = query.get('isDetails') === 'true';
  return core.tradedAssets().map((asset) => {
    const { warning, further } = events.get(asset) ?? NO_EVENT;
    const word = further.includes('delisting') ? 'DELISTING' : warning ? 'CAUTION' : 'NONE';
    return marketFields(asset, isDetailed ? word : undefined);
  });
}

/** GET /v1/market/virtual_asset_warning: automatic alarms (경보제), each until it ends by itself. */
export function listAlarms(core: ExchangeCore, events: ReadonlyMap<string, MarketEvent>): Wire {
  const endDate = seoulClock(core.nowMs + ALARM_MS)
    .slice(0, 19)
    .replace('T', ' ');
  return core.tradedAssets().flatMap((asset) => {
    const { cautions, further } = events.get(asset) ?? NO_EVENT;
    const alarms = cautions.map((caution) => [ALARMS[caution], 'CAUTION'] as const);
    const danger = further.includes('danger') ? [['PRICE_SUDDEN_FLUCTUATION', 'DANGER'] as const] : [];
    return [...alarms, ...danger].map(([type, step]) => ({
      market: marketOf(asset),
      warning_type: type,
      warning_step: step,
      end_date: endDate,
    }));
  });
}

/** GET /v1/orderbook. */
export function listBooks(core: ExchangeCore, query: Query): Wire {
  return core.run((nowMs) => {
    const assets = askedAssets(core, query);
    return assets.map((asset) => bookFields(asset, core.trading.displayedBook(asset, nowMs), levelsShown(assets.length)));
  });
}
