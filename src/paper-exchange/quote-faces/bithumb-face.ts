import { listingOf } from '../core/listings.ts';
import { tradeFields } from '../upbit-face/quotation.ts';
import type { Query } from '../upbit-face/request.ts';
import { assetOf, marketOf } from '../upbit-face/venue-rules.ts';
import type { Wire } from '../wire-format.ts';
import type { QuoteVenue } from './quote-venue.ts';

export interface QuoteAnswer {
  readonly status: number;
  readonly body: Wire;
}

const NOT_FOUND: QuoteAnswer = { status: 404, body: { error: { name: 404, message: 'Code not found' } } };
const MISSING: QuoteAnswer = { status: 400, body: { error: { name: 400, message: 'Missing request parameter.' } } };
const TRADES_MAX = 500;

/** Bithumb's public interface 2.0 (apidocs.bithumb.com), as far as quotations are read from it: `/v1/…`, after Upbit's words. */
export function answerBithumb(venue: QuoteVenue, path: string, query: Query, nowMs: number): QuoteAnswer {
  if (path === '/v1/market/all') return { status: 200, body: venue.assets.map(marketFields) };
  if (path === '/v1/orderbook') return listed(venue, query.get('markets'), (asset) => [bookFields(venue, asset, nowMs)]);
  if (path === '/v1/trades/ticks') {
    const count = Math.min(TRADES_MAX, Number(query.get('count') ?? 1) || 1);
    return listed(venue, query.get('market'), (asset) => tradeList(venue, asset, nowMs, count));
  }
  return NOT_FOUND;
}

function listed(venue: QuoteVenue, market: string | undefined, answer: (asset: string) => Wire): QuoteAnswer {
  if (market === undefined) return MISSING;
  const asset = assetOf(market);
  return asset === undefined || !venue.assets.includes(asset) ? NOT_FOUND : { status: 200, body: answer(asset) };
}

function marketFields(asset: string): Wire {
  const { koreanName, englishName } = listingOf(asset);
  return { market: marketOf(asset), korean_name: koreanName, english_name: englishName, market_warning: 'NONE' };
}

function bookFields(venue: QuoteVenue, asset: string, nowMs: number): Wire {
  const { bids, asks, changedAtMs } = venue.book(asset, nowMs);
  return {
    market: marketOf(asset),
    timestamp: changedAtMs,
    orderbook_units: bids.map((bid, index) => ({
      ask_price: asks[index]?.price ?? 0,
      bid_price: bid.price,
      ask_size: asks[index]?.quantity ?? 0,
      bid_size: bid.quantity,
    })),
  };
}

function tradeList(venue: QuoteVenue, asset: string, nowMs: number, count: number): Wire {
  const trades = venue.trades(asset, nowMs, count);
  const oldest = trades.at(-1);
  return oldest === undefined ? [] : trades.map((trade) => tradeFields(asset, trade, oldest.price));
}
