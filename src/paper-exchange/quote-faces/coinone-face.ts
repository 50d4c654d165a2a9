import { listingOf, QUOTE_ASSET } from '../core/listings.ts';
import type { Level } from '../market/book.ts';
import type { Query } from '../upbit-face/request.ts';
import type { Wire } from '../wire-format.ts';
import type { QuoteAnswer } from './bithumb-face.ts';
import type { QuoteVenue } from './quote-venue.ts';

const PAIR = /^\/public\/v2\/(orderbook|trades)\/KRW\/([A-Z0-9]+)$/;
const TRADES_MAX = 200;
/** Levels of a book unless asked otherwise. */
const LEVELS = 15;

/**
 * Coinone's public interface 2.0 (docs.coinone.co.kr), as far as quotations are read from it. Whatever is wrong, it answers with
 * HTTP 200 and says so in the body.
 */
export function answerCoinone(venue: QuoteVenue, path: string, query: Query, nowMs: number): QuoteAnswer {
  if (path === '/public/v2/ticker_new/KRW')
    return success({ server_time: nowMs, tickers: venue.assets.map((asset) => tickerFields(venue, asset, nowMs)) });
  if (path === '/public/v2/currencies') return success({ server_time: nowMs, currencies: venue.assets.map(currencyFields) });
  const [, what, asset] = PAIR.exec(path) ?? [];
  if (what === undefined || asset === undefined) return failure('404', 'Not found');
  if (!venue.assets.includes(asset)) return failure('108', 'Unknown CryptoCurrency');
  const size = Number(query.get('size') ?? 0);
  return what === 'orderbook'
    ? book(venue, asset, nowMs, size || LEVELS)
    : trades(venue, asset, nowMs, Math.min(TRADES_MAX, size || TRADES_MAX));
}

function book(venue: QuoteVenue, asset: string, nowMs: number, size: number): QuoteAnswer {
  const { bids, asks, changedAtMs } = venue.book(asset, nowMs);
  return success({
    timestamp: changedAtMs,
    id: `${changedAtMs}001`,
    quote_currency: QUOTE_ASSET,
    target_currency: asset,
    order_book_unit: '0.0',
    bids: bids.slice(0, size).map(levelFields),
    asks: asks.slice(0, size).map(levelFields),
  });
}

function trades(venue: QuoteVenue, asset: string, nowMs: number, size: number): QuoteAnswer {
  return success({
    server_time: nowMs,
    quote_currency: QUOTE_ASSET,
    target_currency: asset,
    transactions: venue.trades(asset, nowMs, size).map((trade) => ({
      id: trade.sequence.toString(),
      timestamp: trade.tradedAtMs,
      price: trade.price.toFixed(),
      qty: trade.quantity.toFixed(),
      is_seller_maker: trade.takerSide === 'buy',
    })),
  });
}

function tickerFields(venue: QuoteVenue, asset: string, nowMs: number): Wire {
  const { bids, asks, changedAtMs } = venue.book(asset, nowMs);
  const last = venue.trades(asset, nowMs, 1)[0]?.price.toFixed() ?? '0';
  return {
    quote_currency: QUOTE_ASSET.toLowerCase(),
    target_currency: asset.toLowerCase(),
    timestamp: changedAtMs,
    high: last,
    low: last,
    first: last,
    last,
    quote_volume: '0',
    target_volume: '0',
    best_asks: asks.slice(0, 1).map(levelFields),
    best_bids: bids.slice(0, 1).map(levelFields),
    id: `${changedAtMs}001`,
  };
}

function currencyFields(asset: string): Wire {
  return {
    name: listingOf(asset).englishName,
    symbol: asset,
    deposit_status: 'normal',
    withdraw_status: 'normal',
    deposit_confirm_count: 1,
    max_precision: 8,
    deposit_fee: '0.0',
    withdrawal_min_amount: '0.0',
    withdrawal_fee: '0.0',
  };
}

function levelFields({ price, quantity }: Level): Wire {
  return { price: price.toFixed(), qty: quantity.toFixed() };
}

function success(body: { readonly [field: string]: Wire }): QuoteAnswer {
  return { status: 200, body: { result: 'success', error_code: '0', ...body } };
}

function failure(code: string, message: string): QuoteAnswer {
  return { status: 200, body: { result: 'error', error_code: code, error_msg: message } };
}
