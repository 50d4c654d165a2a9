import { type AnswerHeaders, headersOf, makeExact, NotSuccessful } from '../exact-client.ts';
import { type ConnectionOptions, type RequestParameters, VenueConnection, type VenueProtocol } from '../venue-connection.ts';
import { errorBody } from './wire.ts';

/** Loaded by the first call: the class brings ccxt's base with it. */
type GopaxClient = InstanceType<typeof import('../ccxt/gopax.ts').gopax>;

/**
 * Requests a second (gopax.github.io/API, rate limits): twenty within the last second, public ones counted per address and private ones
 * per key, orders among them; of these a book once and own trades twice, so that the wide groups keep that many back. Own trades of more
 * than a month ago (`deepSearch`) are never asked for.
 */
export const RATES = { public: 19, book: 1, private: 18, trades: 2 } as const;
type Group = keyof typeof RATES;

/** How many of the twenty the narrow group beside a wide one may use. */
const KEPT_BACK: Readonly<Partial<Record<string, number>>> = { public: RATES.book, private: RATES.trades };
/** As ccxt writes the names. Seen in September 2026 on public answers; only the documents tell of the other one. */
const LEFT_HEADERS: Readonly<Partial<Record<string, string>>> = {
  public: 'X-Gopax-Ip-Addr-Left-Weight',
  private: 'X-Gopax-Api-Key-Left-Weight',
};

/** GOPAX's words for too many requests. Under which status they come is not documented, so it is the words that count. */
const RATE_EXCEEDED = '10105';
const ADDRESS_BANNED = '10364';
const RATE_LIMITED_STATUS = 429;
const BLOCKED_STATUS = 418;

/** One of the class's methods, and the rate limit group that its endpoint draws on. */
function endpoint(group: Group, ask: (client: GopaxClient, parameters: RequestParameters) => Promise<unknown>) {
  return {
    group,
    ask: async (client: GopaxClient, parameters: RequestParameters): Promise<unknown> => {
      const answer = await ask(client, parameters).catch((error: unknown) => {
        throw error instanceof NotSuccessful ? (limitIn(error.body, error.headers) ?? error) : error;
      });
      const limit = limitIn(answer, headersOf(answer));
      if (limit !== undefined) throw limit;
      return answer;
    },
  };
}

/** An answer that names a limit, under the status by which a connection knows it. */
function limitIn(body: unknown, headers: AnswerHeaders): NotSuccessful | undefined {
  const code = errorIn(body)?.code;
  if (code === ADDRESS_BANNED) return new NotSuccessful(BLOCKED_STATUS, headers, body);
  return code === RATE_EXCEEDED ? new NotSuccessful(RATE_LIMITED_STATUS, headers, body) : undefined;
}

const ENDPOINTS = {
  tradingPairs: endpoint('public', (client, of) => client.publicGetTradingPairs(of)),
  cautions: endpoint('public', (client, of) => client.publicGetTradingPairsCautions(of)),
  tickSizes: endpoint('public', (client, of) => client.publicGetTradingPairsTradingPairPriceTickSize(of)),
  ticker: endpoint('public', (client, of) => client.publicGetTradingPairsTradingPairTicker(of)),
  candles: endpoint('public', (client, of) => client.publicGetTradingPairsTradingPairCandles(of)),
  publicTrades: endpoint('public', (client, of) => client.publicGetTradingPairsTradingPairTrades(of)),
  assets: endpoint('public', (client, of) => client.publicGetAssets(of)),
  orderBook: endpoint('book', (client, of) => client.publicGetTradingPairsTradingPairBook(of)),
  balances: endpoint('private', (client, of) => client.privateGetBalances(of)),
  newOrder: endpoint('private', (client, of) => client.privatePostOrders(of)),
  order: endpoint('private', (client, of) => client.privateGetOrdersClientOrderIdClientOrderId(of)),
  cancelOrder: endpoint('private', (client, of) => client.privateDeleteOrdersClientOrderIdClientOrderId(of)),
  orders: endpoint('private', (client, of) => client.privateGetOrders(of)),
  transfers: endpoint('private', (client, of) => client.privateGetDepositWithdrawalStatus(of)),
  depositAddresses: endpoint('private', (client, of) => client.privateGetCryptoDepositAddresses(of)),
  trades: endpoint('trades', (client, of) => client.privateGetTrades(of)),
};

export type GopaxEndpoint = keyof typeof ENDPOINTS;
export type GopaxConnection = VenueConnection<GopaxClient, GopaxEndpoint>;

const PROTOCOL: VenueProtocol<GopaxClient, GopaxEndpoint> = {
  venue: 'gopax',
  title: 'GOPAX',
  endpoints: ENDPOINTS,
  orderGroup: ENDPOINTS.newOrder.group,
  ratePerSecond: RATES,
  believesPublished: false,
  openClient: openGopaxClient,
  remainingIn,
  errorIn,
};

export function connectGopax(options: ConnectionOptions): GopaxConnection {
  return new VenueConnection(PROTOCOL, options);
}

/**
 * Signs with our clock, unlike the class by itself, which asks the venue for the time: GOPAX allows a minute of difference, and a clock that
 * is further off is to be seen and set, not worked around.
 */
async function openGopaxClient({ baseUrl, accessKey, secretKey, timeoutMs, clock }: ConnectionOptions): Promise<GopaxClient> {
  const { gopax } = await import('../ccxt/gopax.ts');
  const host = baseUrl.replace(/\/+$/, '');
  const client = makeExact(
    new gopax({
      apiKey: accessKey,
      secret: secretKey,
      timeout: timeoutMs,
      enableRateLimit: false,
      userAgent: 'cheongsan',
      urls: { api: { public: host, private: host } },
    }),
  );
  return Object.assign(client, { milliseconds: () => clock.now().getTime() });
}

/** What is left of the twenty without what is kept back. Of the narrow groups nothing is told: the book's answer counts it as one of twenty. */
function remainingIn(headers: AnswerHeaders, group: string): number | undefined {
  const left = headers[LEFT_HEADERS[group] ?? ''];
  if (left === undefined || !/^\d{1,6}$/.test(left)) return undefined;
  return Math.max(0, Number(left) - (KEPT_BACK[group] ?? 0));
}

function errorIn(body: unknown): { readonly code: string; readonly message: string } | undefined {
  const named = errorBody.safeParse(body);
  return named.success ? named.data : undefined;
}
