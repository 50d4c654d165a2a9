import { Decimal } from '../../kernel/decimal.ts';
import { COINONE_ERRORS, type CoinoneError } from '../coinone-face/errors.ts';
import {
  bookBody,
  currenciesBody,
  currencyFields,
  tickerFields,
  tickersBody,
  tradesAskedFor,
  tradesBody,
} from '../coinone-face/quotation.ts';
import type { Query } from '../upbit-like/request.ts';
import type { QuoteAnswer } from './bithumb-face.ts';
import type { QuoteVenue } from './quote-venue.ts';

const PAIR = /^\/public\/v2\/(orderbook|trades)\/KRW\/([A-Z0-9]+)$/;
const WORKING = { depositsHalted: false, withdrawalsHalted: false };
const ZERO = new Decimal(0);

/**
 * Coinone's public interface 2.0 (docs.coinone.co.kr), as far as quotations are read from it. Whatever is wrong, it answers with
 * HTTP 200 and says so in the body.
 */
export function answerCoinone(venue: QuoteVenue, path: string, query: Query, nowMs: number): QuoteAnswer {
  if (path === '/public/v2/ticker_new/KRW') {
    const tickers = venue.assets.map((asset) => {
      const last = venue.trades(asset, nowMs, 1)[0]?.price ?? ZERO;
      const day = { first: last, high: last, low: last, last, funds: ZERO, volume: ZERO };
      return tickerFields(asset, venue.book(asset, nowMs), day);
    });
    return { status: 200, body: tickersBody(tickers, nowMs) };
  }
  if (path === '/public/v2/currencies') {
    const rows = venue.assets.map((asset) => currencyFields(asset, WORKING));
    return { status: 200, body: currenciesBody(rows, nowMs) };
  }
  const [, what, asset] = PAIR.exec(path) ?? [];
  if (what === undefined || asset === undefined) return refused(COINONE_ERRORS.unknownService());
  if (!venue.assets.includes(asset)) return refused(COINONE_ERRORS.unknownCurrency());
  const size = Number(query.get('size') ?? 0) || undefined;
  const body =
    what === 'orderbook'
      ? bookBody(asset, venue.book(asset, nowMs), size)
      : tradesBody(asset, venue.trades(asset, nowMs, tradesAskedFor(size)), nowMs);
  return { status: 200, body };
}

function refused(error: CoinoneError): QuoteAnswer {
  return { status: 200, body: error.body() };
}
