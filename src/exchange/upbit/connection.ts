import type { upbit } from 'ccxt';
import { loadCcxtClass, makeExact } from '../exact-client.ts';
import { clientSettings, errorIn } from '../upbit-like/client.ts';
import type { Dialect } from '../upbit-like/dialect.ts';
import { type ConnectionOptions, type RequestParameters, VenueConnection, type VenueProtocol } from '../venue-connection.ts';

/** Requests a second (docs.upbit.com, rate limits): orders and `default` per pocket, the others per address. */
export const RATES = { market: 10, candle: 10, trade: 10, orderbook: 10, default: 30, order: 12 } as const;

/** One of ccxt's methods, and the rate limit group that its endpoint draws on. */
function endpoint(group: keyof typeof RATES, ask: (client: upbit, parameters: RequestParameters) => Promise<unknown>) {
  return { group, ask };
}

const ENDPOINTS = {
  markets: endpoint('market', (client, of) => client.publicGetMarketAll(of)),
  minuteCandles: endpoint('candle', (client, of) => client.publicGetCandlesMinutesUnit(of)),
  trades: endpoint('trade', (client, of) => client.publicGetTradesTicks(of)),
  orderBook: endpoint('orderbook', (client, of) => client.publicGetOrderbook(of)),
  instruments: endpoint('orderbook', (client, of) => client.publicGetOrderbookInstruments(of)),
  accounts: endpoint('default', (client, of) => client.privateGetAccounts(of)),
  orderChance: endpoint('default', (client, of) => client.privateGetOrdersChance(of)),
  newOrder: endpoint('order', (client, of) => client.privatePostOrders(of)),
  order: endpoint('default', (client, of) => client.privateGetOrder(of)),
  cancelOrder: endpoint('default', (client, of) => client.privateDeleteOrder(of)),
  openOrders: endpoint('default', (client, of) => client.privateGetOrdersOpen(of)),
  closedOrders: endpoint('default', (client, of) => client.privateGetOrdersClosed(of)),
  deposits: endpoint('default', (client, of) => client.privateGetDeposits(of)),
  withdrawals: endpoint('default', (client, of) => client.privateGetWithdraws(of)),
  depositAddresses: endpoint('default', (client, of) => client.privateGetDepositsCoinAddresses(of)),
  apiKeys: endpoint('default', (client, of) => client.privateGetApiKeys(of)),
  walletStates: endpoint('default', (client, of) => client.privateGetStatusWallet(of)),
};

export type UpbitEndpoint = keyof typeof ENDPOINTS;
export type UpbitConnection = VenueConnection<upbit, UpbitEndpoint>;

export const UPBIT: Dialect = {
  venue: 'upbit',
  title: 'Upbit',
  identifierParameter: 'identifier',
  barsEnd: (beforeMs) => new Date(beforeMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
};

const PROTOCOL: VenueProtocol<upbit, UpbitEndpoint> = {
  venue: UPBIT.venue,
  title: UPBIT.title,
  endpoints: ENDPOINTS,
  orderGroup: ENDPOINTS.newOrder.group,
  ratePerSecond: RATES,
  believesPublished: false,
  openClient: openUpbitClient,
  remainingIn: (headers) => remainingIn(headers['Remaining-Req']),
  errorIn,
};

export function connectUpbit(options: ConnectionOptions): UpbitConnection {
  return new VenueConnection(PROTOCOL, options);
}

export async function openUpbitClient(options: ConnectionOptions): Promise<upbit> {
  const Upbit = await loadCcxtClass('upbit');
  return makeExact(new Upbit(clientSettings(options)));
}

/** `sec` of `Remaining-Req: group=default; min=1800; sec=29`; `min` is no longer in use. */
function remainingIn(header: string | undefined): number | undefined {
  const seconds = /(?:^|[;\s])sec=(\d{1,6})/.exec(header ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
