import { BITHUMB_ERRORS } from '../bithumb-face/errors.ts';
import { levelsShown, marketFields } from '../bithumb-face/quotation.ts';
import type { LikeError } from '../upbit-like/errors.ts';
import { assetOf } from '../upbit-like/markets.ts';
import { bookFields, tradeFields } from '../upbit-like/quotation.ts';
import type { Query } from '../upbit-like/request.ts';
import type { Wire } from '../wire-format.ts';
import type { QuoteVenue } from './quote-venue.ts';

export interface QuoteAnswer {
  readonly status: number;
  readonly body: Wire;
}

const TRADES_MAX = 500;

/** Bithumb's public interface 2.0 (apidocs.bithumb.com), as far as quotations are read from it: `/v1/…`, in its face's words. */
export function answerBithumb(venue: QuoteVenue, path: string, query: Query, nowMs: number): QuoteAnswer {
  if (path === '/v1/market/all') return { status: 200, body: venue.assets.map((asset) => marketFields(asset, 'NONE')) };
  if (path === '/v1/orderbook') {
    return listed(venue, query.get('markets'), (assets) =>
      assets.map((asset) => bookFields(asset, venue.book(asset, nowMs), levelsShown(assets.length))),
    );
  }
  if (path === '/v1/trades/ticks') {
    const count = Math.min(TRADES_MAX, Number(query.get('count') ?? 1) || 1);
    return listed(venue, query.get('market'), (assets) => assets.flatMap((asset) => tradeList(venue, asset, nowMs, count)));
  }
  return refused(BITHUMB_ERRORS.quotationNotFound());
}

function listed(venue: QuoteVenue, markets: string | undefined, answer: (assets: readonly string[]) => Wire): QuoteAnswer {
  if (markets === undefined) return refused(BITHUMB_ERRORS.quotationMissing());
  const asked = markets.split(',');
  const assets = asked.map(assetOf).filter((asset) => asset !== undefined);
  const areListed = assets.length === asked.length && assets.every((asset) => venue.assets.includes(asset));
  return areListed ? { status: 200, body: answer(assets) } : refused(BITHUMB_ERRORS.quotationNotFound());
}

function refused(error: LikeError): QuoteAnswer {
  return { status: error.status, body: error.body() };
}

function tradeList(venue: QuoteVenue, asset: string, nowMs: number, count: number): Wire[] {
  const trades = venue.trades(asset, nowMs, count);
  const oldest = trades.at(-1);
  return oldest === undefined ? [] : trades.map((trade) => tradeFields(asset, trade, oldest.price));
}
