import type { bithumb } from 'ccxt';
import { type AnswerHeaders, loadCcxtClass, makeExact } from '../exact-client.ts';
import { clientSettings, errorIn } from '../upbit-like/client.ts';
import type { Dialect } from '../upbit-like/dialect.ts';
import { type ConnectionOptions, type RequestParameters, VenueConnection, type VenueProtocol } from '../venue-connection.ts';

/**
 * Requests a second (apidocs.bithumb.com, API 요청 수 제한 안내, 2026-10-27): 150 in each public group and 140 in each private one,
 * counted by address. Of orders and cancels together more than 20 a second in one coin may be restricted, so all coins share 20.
 */
export const RATES = { market: 150, candle: 150, trade: 150, orderbook: 150, private: 140, order: 20 } as const;

/** One of ccxt's methods for a raw endpoint, and the rate limit group that it draws on. */
function endpoint(group: keyof typeof RATES, ask: (client: bithumb, parameters: RequestParameters) => Promise<unknown>) {
  return { group, ask };
}

const ENDPOINTS = {
  markets: endpoint('market', (client, of) => client.publicGetV1MarketAll(of)),
  warnings: endpoint('market', (client, of) => client.publicGetV1MarketVirtualAssetWarning(of)),
  minuteCandles: endpoint('candle', (client, of) => client.publicGetV1CandlesMinutesUnit(of)),
  trades: endpoint('trade', (client, of) => client.publicGetV1TradesTicks(of)),
  orderBook: endpoint('orderbook', (client, of) => client.publicGetV1Orderbook(of)),
  accounts: endpoint('private', (client, of) => client.privateGetV1Accounts(of)),
  orderChance: endpoint('private', (client, of) => client.privateGetV1OrdersChance(of)),
  newOrder: endpoint('order', (client, of) => client.privatePostV2Orders(of)),
  cancelOrder: endpoint('order', (client, of) => client.privateDeleteV2Order(of)),
  order: endpoint('private', (client, of) => client.privateGetV1Order(of)),
  openOrders: endpoint('private', (client, of) => client.privateGetV1Orders(of)),
  closedOrders: endpoint('private', (client, of) => client.privateGetV2OrdersHistory(of)),
  coinDeposits: endpoint('private', (client, of) => client.privateGetV1Deposits(of)),
  wonDeposits: endpoint('private', (client, of) => client.privateGetV1DepositsKrw(of)),
  coinWithdrawals: endpoint('private', (client, of) => client.privateGetV1Withdraws(of)),
  wonWithdrawals: endpoint('private', (client, of) => client.privateGetV1WithdrawsKrw(of)),
  depositAddresses: endpoint('private', (client, of) => client.privateGetV1DepositsCoinAddresses(of)),
  apiKeys: endpoint('private', (client, of) => client.privateGetV1ApiKeys(of)),
  walletStates: endpoint('private', (client, of) => client.privateGetV1StatusWallet(of)),
};

export type BithumbEndpoint = keyof typeof ENDPOINTS;
export type BithumbConnection = VenueConnection<bithumb, BithumbEndpoint>;

const SEOUL_OFFSET_MS = 9 * 3_600_000;

export const BITHUMB: Dialect = {
  venue: 'bithumb',
  title: 'Bithumb',
  identifierParameter: 'client_order_id',
  // Upbit reads a time without offset as UTC, Bithumb as Korean time (apidocs.bithumb.com, minute candles).
  barsEnd: (beforeMs) => new Date(beforeMs + SEOUL_OFFSET_MS).toISOString().slice(0, 19),
};

const PROTOCOL: VenueProtocol<bithumb, BithumbEndpoint> = {
  venue: BITHUMB.venue,
  title: BITHUMB.title,
  endpoints: ENDPOINTS,
  orderGroup: ENDPOINTS.newOrder.group,
  ratePerSecond: RATES,
  believesPublished: true,
  openClient: openBithumbClient,
  remainingIn,
  errorIn,
};

export function connectBithumb(options: ConnectionOptions): BithumbConnection {
  return new VenueConnection(PROTOCOL, options);
}

export async function openBithumbClient(options: ConnectionOptions): Promise<bithumb> {
  const Bithumb = await loadCcxtClass('bithumb');
  // The token carries the time: that of the clock which everything else goes by.
  return Object.assign(makeExact(new Bithumb(clientSettings(options))), { milliseconds: () => options.clock.now().getTime() });
}

/**
 * What is left, as `Ratelimit` or `Remaining-Req` tell it; neither is in Bithumb's documents, so the usual ways of writing them are
 * understood (`remaining=139`, `"default";r=139`, `sec=139`) and silence is the rule. Orders keep to their own lower figure, which the
 * venue does not count, so what it says is left of 140 tells nothing about them.
 */
function remainingIn(headers: AnswerHeaders, group: string): number | undefined {
  if (group === ENDPOINTS.newOrder.group) return undefined;
  const header = headers['Ratelimit'] ?? headers['Remaining-Req'] ?? '';
  const remaining = /(?:^|[;,\s])(?:remaining|sec|r)=(\d{1,6})/i.exec(header)?.[1];
  return remaining === undefined ? undefined : Number(remaining);
}
