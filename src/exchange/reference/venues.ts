import type { bithumb, coinone, upbit } from 'ccxt';
import type { z } from 'zod';
import { loadCcxtClass, makeExact } from '../exact-client.ts';
import { type Dialect, REFERENCE_TIMEOUT_MS, type ReferenceOptions, referenceMarket } from './quotation-reader.ts';
import type { ReferenceMarket, ReferenceVenueCode } from './reference-market.ts';
import { coinoneBook, coinoneTrades, pairedBook, tickList } from './wire.ts';

/** Public methods need no key. Nothing but the given address is contacted. */
const COMMON = { timeout: REFERENCE_TIMEOUT_MS, enableRateLimit: false, userAgent: 'cheongsan' } as const;
const BOOK_LEVELS = 5;

type PairedBook = z.infer<typeof pairedBook>;
type TickList = z.infer<typeof tickList>;

/** Upbit and Bithumb answer alike. */
const PAIRED = {
  levels: ([book]: PairedBook) => ({
    bids: book.orderbook_units.map((unit) => ({ price: unit.bid_price, size: unit.bid_size })),
    asks: book.orderbook_units.map((unit) => ({ price: unit.ask_price, size: unit.ask_size })),
    at: book.timestamp,
  }),
  lastTrade: ([newest]: TickList) => (newest === undefined ? undefined : { price: newest.trade_price, at: newest.timestamp }),
};

function upbitDialect(baseUrl: string): Dialect<upbit, PairedBook, TickList> {
  return {
    venue: 'upbit',
    openClient: async () =>
      makeExact(new (await loadCcxtClass('upbit'))({ ...COMMON, urls: { api: { public: baseUrl, private: baseUrl } } })),
    // Of each group and address (docs.upbit.com, rate limits).
    ratePerSecond: 10,
    book: { ask: (client, asset) => client.publicGetOrderbook({ markets: `KRW-${asset}`, count: BOOK_LEVELS }), schema: pairedBook },
    trades: { ask: (client, asset) => client.publicGetTradesTicks({ market: `KRW-${asset}`, count: 1 }), schema: tickList },
    ...PAIRED,
  };
}

function bithumbDialect(baseUrl: string): Dialect<bithumb, PairedBook, TickList> {
  return {
    venue: 'bithumb',
    openClient: async () =>
      makeExact(new (await loadCcxtClass('bithumb'))({ ...COMMON, urls: { api: { public: baseUrl, private: baseUrl } } })),
    // Of an address (apidocs.bithumb.com, rate limits), which other programs of the city may share.
    ratePerSecond: 50,
    book: { ask: (client, asset) => client.publicGetV1Orderbook({ markets: `KRW-${asset}` }), schema: pairedBook },
    trades: { ask: (client, asset) => client.publicGetV1TradesTicks({ market: `KRW-${asset}`, count: 1 }), schema: tickList },
    ...PAIRED,
  };
}

function coinoneDialect(baseUrl: string): Dialect<coinone, z.infer<typeof coinoneBook>, z.infer<typeof coinoneTrades>> {
  const api = { rest: baseUrl, v2Public: `${baseUrl}/public/v2`, v2Private: `${baseUrl}/v2`, v2_1Private: `${baseUrl}/v2.1` };
  const pair = (asset: string) => ({ quote_currency: 'KRW', target_currency: asset });
  return {
    venue: 'coinone',
    openClient: async () => makeExact(new (await loadCcxtClass('coinone'))({ ...COMMON, urls: { api } })),
    // Its guide to the public interface: 300 a minute, and ten minutes of nothing for who goes on.
    ratePerSecond: 5,
    book: {
      ask: (client, asset) => client.v2PublicGetOrderbookQuoteCurrencyTargetCurrency({ ...pair(asset), size: BOOK_LEVELS }),
      schema: coinoneBook,
    },
    trades: {
      ask: (client, asset) => client.v2PublicGetTradesQuoteCurrencyTargetCurrency({ ...pair(asset), size: 10 }),
      schema: coinoneTrades,
    },
    levels: ({ bids, asks, timestamp }) => ({
      bids: bids.map(({ price, qty }) => ({ price, size: qty })),
      asks: asks.map(({ price, qty }) => ({ price, size: qty })),
      at: timestamp,
    }),
    lastTrade: ({ transactions }) => {
      const newest = transactions.toSorted((a, b) => (a.timestamp < b.timestamp ? 1 : -1))[0];
      return newest === undefined ? undefined : { price: newest.price, at: newest.timestamp };
    },
  };
}

const MAKERS: Readonly<Record<ReferenceVenueCode, (options: ReferenceOptions) => ReferenceMarket>> = {
  upbit: (options) => referenceMarket(upbitDialect(options.baseUrl), options),
  bithumb: (options) => referenceMarket(bithumbDialect(options.baseUrl), options),
  coinone: (options) => referenceMarket(coinoneDialect(options.baseUrl), options),
};

/** One venue's quotations through ccxt's class of it. Opens nothing until it is asked. */
export function createReferenceMarket(venue: ReferenceVenueCode, options: ReferenceOptions): ReferenceMarket {
  return MAKERS[venue]({ ...options, baseUrl: options.baseUrl.replace(/\/+$/, '') });
}
