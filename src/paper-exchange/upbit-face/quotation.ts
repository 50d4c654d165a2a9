import { Decimal } from '../../kernel/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf, QUOTE_ASSET } from '../core/listings.ts';
import { CAUTIONS, type MarketEvent, NO_EVENT } from '../core/market-events.ts';
import { marketOf } from '../upbit-like/markets.ts';
import { askedAssets, askedCount, bookFields } from '../upbit-like/quotation.ts';
import type { Query } from '../upbit-like/request.ts';
import type { Wire } from '../wire-format.ts';

/** GET /v1/market/all, with `market_event` when details are asked for. */
export function listMarkets(core: ExchangeCore, query: Query, events: ReadonlyMap<string, MarketEvent>): Wire {
  const isDetailed = (query.get('is_details') ?? query.get('isDetails')) === 'true';
  return core.tradedAssets().map((asset) => {
    const { koreanName, englishName } = listingOf(asset);
    const event = events.get(asset) ?? NO_EVENT;
    const caution = Object.fromEntries(CAUTIONS.map((name) => [name, event.cautions.includes(name)]));
    return {
      market: marketOf(asset),
      korean_name: koreanName,
      english_name: englishName,
      market_event: isDetailed
        ? { warning: event.warning, caution, ...Object.fromEntries(event.further.map((name) => [name, true])) }
        : undefined,
    };
  });
}

/** GET /v1/orderbook. Grouped books (`level`) are not offered: like any unsupported level they answer with an empty list. */
export function listBooks(core: ExchangeCore, query: Query): Wire {
  return core.run((nowMs) => {
    const assets = askedAssets(core, query);
    const levels = askedCount(query, core.rules.bookLevels, core.rules.bookLevels);
    if (!new Decimal(query.get('level') ?? 0).isZero()) return [];
    return assets.map((asset) => ({ ...bookFields(asset, core.trading.displayedBook(asset, nowMs), levels), level: 0 }));
  });
}

/** GET /v1/orderbook/instruments: the price step at the present price. */
export function listInstruments(core: ExchangeCore, query: Query): Wire {
  return core.run((nowMs) =>
    askedAssets(core, query).map((asset) => {
      const price = core.market.lastPrice(asset, nowMs);
      const tick = core.rules.ticksOf(asset).tickAt(price);
      const groups = [1, 2, 3].map((power) => tick.times(10 ** power).toFixed());
      return { market: marketOf(asset), quote_currency: QUOTE_ASSET, tick_size: tick.toFixed(), supported_levels: ['0', ...groups] };
    }),
  );
}
