import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf, QUOTE_ASSET, WON_WITHDRAWAL_FEE } from '../core/listings.ts';
import { type Caution, type MarketEvent, NO_EVENT } from '../core/market-events.ts';
import type { Level } from '../market/book.ts';
import { MINUTE_MS } from '../market/candles.ts';
import type { Wire } from '../wire-format.ts';
import { GOPAX_ERRORS } from './errors.ts';
import type { Query } from './request.ts';
import { pairOf } from './venue-rules.ts';

const SECOND_MS = 1_000;
const CANDLE_MINUTES: ReadonlySet<number> = new Set([1, 5, 30, 1_440]);
const CANDLES_MAX = 1_024;
const TRADES_MAX = 100;
/** Levels a side of the documents' first two kinds of book; any other is the whole of it. */
const BOOK_LEVELS: Readonly<Record<string, number>> = { '1': 1, '2': 50 };
const MARKET_SALE_MINIMUM = 0.001;

/** GET /trading-pairs. What is listed is traded; there is no other word for it. */
export function listPairs(core: ExchangeCore): Wire {
  const { feeRate, minimumOrder, quantityDecimalPlaces } = core.rules;
  const percent = feeRate.shiftedBy(2);
  const won = { amount: minimumOrder, unit: QUOTE_ASSET };
  return core.tradedAssets().map((asset) => ({
    id: core.market.assets.indexOf(asset) + 1,
    name: pairOf(asset),
    baseAsset: asset,
    quoteAsset: QUOTE_ASSET,
    baseAssetScale: quantityDecimalPlaces,
    quoteAssetScale: 0,
    priceMin: core.rules.ticksOf(asset).steps.at(-1)?.tick,
    restApiOrderAmountMin: { limitAsk: won, limitBid: won, marketAsk: { amount: MARKET_SALE_MINIMUM, unit: asset }, marketBid: won },
    makerFeePercent: percent,
    takerFeePercent: percent,
  }));
}

/** GOPAX's name for each kind of notice. */
const CAUTION_FIELDS: Readonly<Record<Caution, string>> = {
  PRICE_FLUCTUATIONS: 'isPriceChange',
  TRADING_VOLUME_SOARING: 'isSoarTradingVolume',
  DEPOSIT_AMOUNT_SOARING: 'isSoarDepositAmount',
  GLOBAL_PRICE_DIFFERENCES: 'isGlobalPriceDifference',
  CONCENTRATION_OF_SMALL_ACCOUNTS: 'isMonopolyTrading',
};
/** No longer in use, and still there. */
const FORMER_FIELDS = { isMonopolyBuy: false, isLowLiquidity: false };

/** GET /trading-pairs/cautions. Events that GOPAX does not show today are a level above its highest, and a member of their own. */
export function listCautions(core: ExchangeCore, query: Query, events: ReadonlyMap<string, MarketEvent>): Wire {
  return core.tradedAssets().flatMap((asset) => {
    const { warning, cautions, further } = events.get(asset) ?? NO_EVENT;
    const alertLevel = further.includes('danger') ? 3 : warning ? 2 : cautions.length > 0 ? 1 : 0;
    const isActive = alertLevel > 0 || further.length > 0;
    if (query.is('showActive') && !isActive) return [];
    const shown = Object.entries(CAUTION_FIELDS).map(([name, field]) => [field, cautions.some((caution) => caution === name)]);
    const ending = further.includes('delisting') ? { isDelisting: true } : {};
    return [
      {
        id: core.market.assets.indexOf(asset) + 1,
        name: pairOf(asset),
        alertLevel,
        ...Object.fromEntries(shown),
        ...FORMER_FIELDS,
        ...ending,
      },
    ];
  });
}

/** GET /trading-pairs/{pair}/price-tick-size: from the lowest price on. */
export function listTickSizes(core: ExchangeCore, pair: string): Wire {
  const { steps } = core.rules.ticksOf(assetOfPair(core, pair));
  return [...steps].reverse().map(({ from, tick }) => ({ startPrice: from, tickSize: tick }));
}

/** GET /trading-pairs/{pair}/book. A level tells when it changed; the sequence is one counter of the whole exchange. */
export function getBook(core: ExchangeCore, pair: string, query: Query): Wire {
  return core.run((nowMs) => {
    const book = core.trading.displayedBook(assetOfPair(core, pair), nowMs);
    const sequence = Math.floor(book.changedAtMs / SECOND_MS);
    const entries = (levels: readonly Level[]): Wire =>
      levels
        .slice(0, BOOK_LEVELS[query.get('level') ?? ''])
        .map(({ price, quantity }) => [String(sequence), price, quantity, String(book.changedAtMs)]);
    return { sequence, bid: entries(book.bids), ask: entries(book.asks) };
  });
}

/** GET /trading-pairs/{pair}/ticker. */
export function getTicker(core: ExchangeCore, pair: string): Wire {
  return core.run((nowMs) => {
    const asset = assetOfPair(core, pair);
    const { bids, asks } = core.trading.displayedBook(asset, nowMs);
    const { last24Hours } = core.market.summary(asset, nowMs);
    return {
      price: core.lastPrice(asset),
      ask: asks[0]?.price ?? 0,
      askVolume: asks[0]?.quantity ?? 0,
      bid: bids[0]?.price ?? 0,
      bidVolume: bids[0]?.quantity ?? 0,
      volume: last24Hours.volume,
      quoteVolume: last24Hours.funds,
      time: iso(nowMs),
    };
  });
}

/** GET /trading-pairs/{pair}/candles: bars that began within the span, from the oldest on. */
export function listCandles(core: ExchangeCore, pair: string, query: Query): Wire {
  return core.run((nowMs) => {
    const asset = assetOfPair(core, pair);
    const [start, end] = [bound(query, 'start'), bound(query, 'end')];
    const interval = bound(query, 'interval');
    if (!CANDLE_MINUTES.has(interval)) throw GOPAX_ERRORS.invalidInterval();
    if (end < start) throw GOPAX_ERRORS.invalidRange();
    const wanted = Math.min(query.limit(CANDLES_MAX), Math.ceil((end - start) / (interval * MINUTE_MS)) + 1);
    return core.market
      .candles(asset, interval, end + 1, wanted, nowMs)
      .filter((candle) => candle.openedAtMs >= start)
      .reverse()
      .map(({ openedAtMs, low, high, open, close, volume }) => [openedAtMs, low, high, open, close, volume]);
  });
}

function bound(query: Query, name: string): number {
  const value = query.whole(name);
  if (value === undefined) throw GOPAX_ERRORS.queryMissing(name);
  return value;
}

/** GET /trading-pairs/{pair}/trades: trades of the rest of the world, the newest first. */
export function listTrades(core: ExchangeCore, pair: string, query: Query): Wire {
  return core.run((nowMs) => {
    const asset = assetOfPair(core, pair);
    const untilMs = Math.min(nowMs, (query.whole('before') ?? Number.POSITIVE_INFINITY) * SECOND_MS - 1);
    const fromMs = (query.whole('after') ?? Number.NEGATIVE_INFINITY) * SECOND_MS;
    return core.market.trades(asset, untilMs, query.limit(TRADES_MAX), fromMs).map((trade) => ({
      time: iso(trade.tradedAtMs),
      date: Math.floor(trade.tradedAtMs / SECOND_MS),
      id: trade.sequence,
      price: trade.price,
      amount: trade.quantity,
      side: trade.takerSide,
    }));
  });
}

/** GET /assets. Nothing tells whether an asset can be moved. */
export function listAssets(core: ExchangeCore): Wire {
  const won = { id: QUOTE_ASSET, name: '대한민국 원', englishName: 'Korean Won', scale: 0, withdrawalFee: WON_WITHDRAWAL_FEE };
  const coins = core.market.assets.map((asset) => {
    const { koreanName, englishName } = listingOf(asset);
    return { id: asset, name: koreanName, englishName, scale: core.rules.quantityDecimalPlaces, withdrawalFee: 0, withdrawalAmountMin: 0 };
  });
  return [{ ...won, withdrawalAmountMin: 0 }, ...coins];
}

/** The asset of a won pair that is traded. Errors: `GopaxError` as seen of an unknown asset and of a pair that is no longer listed. */
export function assetOfPair(core: ExchangeCore, pair: string): string {
  const [asset = '', quote] = pair.split('-');
  if (!core.market.has(asset)) throw GOPAX_ERRORS.noSuchAsset(asset);
  if (quote !== QUOTE_ASSET || !core.isTraded(asset)) throw GOPAX_ERRORS.noSuchPair(pair);
  return asset;
}

function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
