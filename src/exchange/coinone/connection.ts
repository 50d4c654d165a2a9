import type { coinone } from '../ccxt/coinone.ts';
import { type AnswerHeaders, headersOf, makeExact, NotSuccessful } from '../exact-client.ts';
import { type ConnectionOptions, type RequestParameters, VenueConnection, type VenueProtocol } from '../venue-connection.ts';
import { errorOf } from './wire.ts';

/**
 * Requests a second (docs.coinone.co.kr, rate limits): private ones per portfolio, cancels among the orders; public ones 1,200 a minute
 * and address, of which a quarter is left to whatever else of the city reads quotations from that address.
 */
export const RATES = { public: 15, order: 40, private: 80 } as const;
type Group = keyof typeof RATES;

/** Code of an answer to too many requests, which comes with HTTP 200 as well; and to an account that Coinone has restricted. */
const BLOCKED = '4';
/** After it the public interface answers nothing for a minute (docs.coinone.co.kr, introduction); of the private one nothing is told. */
const WAIT_SECONDS: Readonly<Record<Group, string>> = { public: '60', order: '1', private: '1' };

/** Code of an answer to a request whose signature is wrong: it was not looked at any further. */
const WRONG_SIGNATURE = '123';

type Ask = (client: coinone, parameters: RequestParameters) => Promise<unknown>;

/** One of the methods of our class, and the rate limit group that its endpoint draws on. */
function endpoint(group: Group, ask: Ask): { readonly group: Group; readonly ask: Ask } {
  const tooMany = (headers: AnswerHeaders, body: unknown) =>
    new NotSuccessful(429, { 'Retry-After': WAIT_SECONDS[group], ...headers }, body);
  return {
    group,
    ask: async (client, parameters) => {
      const answer = await askSigned(ask, client, parameters).catch((thrown: unknown) => {
        throw thrown instanceof NotSuccessful && thrown.status === 429 ? tooMany(thrown.headers, thrown.body) : thrown;
      });
      // Said with 200 too; what waits after a 429 must wait after this as well.
      if (errorOf(answer)?.code === BLOCKED) throw tooMany(headersOf(answer), answer);
      return answer;
    },
  };
}

/**
 * Coinone's guide signs with the secret as it was issued, its earlier clients and ccxt's class with the secret in capitals, and nobody here
 * could ask Coinone. So the guide is followed, and after a signature that Coinone calls wrong the request, which it has not carried out,
 * is signed the other way, as is everything after it.
 */
async function askSigned(ask: Ask, client: coinone, parameters: RequestParameters): Promise<unknown> {
  const asCapitals = client.options['uppercaseSecret'] === true;
  const said = await ask(client, parameters).then(
    (answer) => ({ answer, refused: errorOf(answer) }),
    (thrown: unknown) => {
      const refused = thrown instanceof NotSuccessful && thrown.status < 500 ? errorOf(thrown.body) : undefined;
      if (refused?.code === WRONG_SIGNATURE && hasTwoForms(client.secret)) return { answer: undefined, refused };
      throw thrown;
    },
  );
  if (said.refused?.code !== WRONG_SIGNATURE || !hasTwoForms(client.secret)) return said.answer;
  client.options['uppercaseSecret'] = !asCapitals;
  return ask(client, parameters);
}

function hasTwoForms(secret: string): boolean {
  return secret !== secret.toUpperCase();
}

const ENDPOINTS = {
  markets: endpoint('public', (client, of) => client.v2PublicGetMarketsQuoteCurrency(of)),
  market: endpoint('public', (client, of) => client.v2PublicGetMarketsQuoteCurrencyTargetCurrency(of)),
  rangeUnits: endpoint('public', (client, of) => client.v2PublicGetRangeUnitsQuoteCurrencyTargetCurrency(of)),
  orderBook: endpoint('public', (client, of) => client.v2PublicGetOrderbookQuoteCurrencyTargetCurrency(of)),
  trades: endpoint('public', (client, of) => client.v2PublicGetTradesQuoteCurrencyTargetCurrency(of)),
  chart: endpoint('public', (client, of) => client.v2PublicGetChartQuoteCurrencyTargetCurrency(of)),
  currencies: endpoint('public', (client, of) => client.v2PublicGetCurrencies(of)),
  balances: endpoint('private', (client, of) => client.v2_1PrivatePostAccountBalanceAll(of)),
  tradeFee: endpoint('private', (client, of) => client.v2_1PrivatePostAccountTradeFeeQuoteCurrencyTargetCurrency(of)),
  depositAddresses: endpoint('private', (client, of) => client.v2_1PrivatePostAccountDepositAddress(of)),
  newOrder: endpoint('order', (client, of) => client.v2_1PrivatePostOrder(of)),
  cancelOrder: endpoint('order', (client, of) => client.v2_1PrivatePostOrderCancel(of)),
  orderDetail: endpoint('private', (client, of) => client.v2_1PrivatePostOrderDetail(of)),
  activeOrders: endpoint('private', (client, of) => client.v2_1PrivatePostOrderActiveOrders(of)),
  completedOrders: endpoint('private', (client, of) => client.v2_1PrivatePostOrderCompletedOrders(of)),
  coinHistory: endpoint('private', (client, of) => client.v2_1PrivatePostTransactionCoinHistory(of)),
  wonHistory: endpoint('private', (client, of) => client.v2_1PrivatePostTransactionKrwHistory(of)),
};

export type CoinoneEndpoint = keyof typeof ENDPOINTS;
export type CoinoneConnection = VenueConnection<coinone, CoinoneEndpoint>;

const PROTOCOL: VenueProtocol<coinone, CoinoneEndpoint> = {
  venue: 'coinone',
  title: 'Coinone',
  endpoints: ENDPOINTS,
  orderGroup: ENDPOINTS.newOrder.group,
  ratePerSecond: RATES,
  believesPublished: true,
  openClient: openCoinoneClient,
  remainingIn: (headers, group) => remainingIn(headers[REMAINING[group] ?? '']),
  errorIn: errorOf,
};

/**
 * What is left of this second. As a client written after Coinone's documents reads them (github.com/2sem/coinone-api-skills); an answer
 * without them changes nothing. That of the public interface counts a minute, so it is of no use here.
 */
const REMAINING: Readonly<Record<string, string>> = { order: 'Private-Order-Ratelimit-Remaining', private: 'Private-Ratelimit-Remaining' };

export function connectCoinone(options: ConnectionOptions): CoinoneConnection {
  return new VenueConnection(PROTOCOL, options);
}

/** Our class loads ccxt when it is imported, so nothing imports it before the first request. */
export async function openCoinoneClient({ baseUrl, accessKey, secretKey, timeoutMs }: ConnectionOptions): Promise<coinone> {
  const { coinone: Coinone } = await import('../ccxt/coinone.ts');
  const host = baseUrl.replace(/\/+$/, '');
  return makeExact(
    new Coinone({
      apiKey: accessKey,
      secret: secretKey,
      timeout: timeoutMs,
      enableRateLimit: false,
      userAgent: 'cheongsan',
      urls: { api: { v2Public: `${host}/public/v2`, v2_1Private: `${host}/v2.1` } },
    }),
  );
}

function remainingIn(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
