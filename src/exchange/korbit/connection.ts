import type { korbit } from '../ccxt/korbit.ts';
import { makeExact } from '../exact-client.ts';
import { type ConnectionOptions, type Outcome, type RequestParameters, VenueConnection, type VenueProtocol } from '../venue-connection.ts';
import { CLOCK_REFUSED } from './judgement.ts';
import { errorBody } from './wire.ts';

/** Requests a second (docs.digitalx.miraeasset.com, rate limits): public ones per address, the others per account. */
export const RATES = { public: 50, private: 50, order: 30, cancel: 30, funds: 5 } as const;

/** One of the endpoints of our class, and the rate limit group that it draws on. */
function endpoint(group: keyof typeof RATES, ask: (client: korbit, parameters: RequestParameters) => Promise<unknown>) {
  return { group, ask };
}

const ENDPOINTS = {
  /** Measures the venue's clock and remembers it in the client, which signs by it. */
  time: endpoint('public', (client) => client.loadTimeDifference()),
  pairs: endpoint('public', (client) => client.publicGetCurrencyPairs()),
  alerts: endpoint('public', (client) => client.publicGetMarketAlerts()),
  notices: endpoint('public', (client) => client.publicGetNotices()),
  tickSizes: endpoint('public', (client, of) => client.publicGetTickSizePolicy(of)),
  orderBook: endpoint('public', (client, of) => client.publicGetOrderbook(of)),
  candles: endpoint('public', (client, of) => client.publicGetCandles(of)),
  trades: endpoint('public', (client, of) => client.publicGetTrades(of)),
  currencies: endpoint('public', (client) => client.publicGetCurrencies()),
  fees: endpoint('private', (client, of) => client.privateGetTradingFeePolicy(of)),
  balances: endpoint('private', (client) => client.privateGetBalance()),
  keyInfo: endpoint('private', (client) => client.privateGetCurrentKeyInfo()),
  newOrder: endpoint('order', (client, of) => client.privatePostOrders(of)),
  order: endpoint('private', (client, of) => client.privateGetOrders(of)),
  cancelOrder: endpoint('cancel', (client, of) => client.privateDeleteOrders(of)),
  openOrders: endpoint('private', (client, of) => client.privateGetOpenOrders(of)),
  allOrders: endpoint('private', (client, of) => client.privateGetAllOrders(of)),
  ownTrades: endpoint('private', (client, of) => client.privateGetMyTrades(of)),
  depositAddresses: endpoint('funds', (client) => client.privateGetCoinDepositAddresses()),
  coinDeposits: endpoint('funds', (client, of) => client.privateGetCoinRecentDeposits(of)),
  coinWithdrawals: endpoint('funds', (client, of) => client.privateGetCoinRecentWithdrawals(of)),
  wonDeposits: endpoint('funds', (client, of) => client.privateGetKrwRecentDeposits(of)),
  wonWithdrawals: endpoint('funds', (client, of) => client.privateGetKrwRecentWithdrawals(of)),
};

export type KorbitEndpoint = keyof typeof ENDPOINTS;

const PROTOCOL: VenueProtocol<korbit, KorbitEndpoint> = {
  venue: 'korbit',
  title: 'Korbit',
  endpoints: ENDPOINTS,
  orderGroup: ENDPOINTS.newOrder.group,
  ratePerSecond: RATES,
  believesPublished: false,
  openClient,
  remainingIn: (headers) => remainingIn(headers['Ratelimit']),
  errorIn: (body) => {
    const named = errorBody.safeParse(body);
    return named.success ? { code: named.data.error.message, message: named.data.error.description } : undefined;
  },
};

/** How long a request that was not sent for want of the venue's time waits at least. */
const CLOCK_UNREAD_WAIT_MS = 1_000;

/**
 * Korbit takes a signed request whose time lies at most `recvWindow` (5,000 ms) behind its clock and less than 1,000 ms ahead of it, the
 * latter whatever `recvWindow` says. So the clock is measured before the first signed request and each is signed by it; what the
 * measurement errs by is the way back of its answer, to the past, which is forgiven. When the venue says that a request fell outside of
 * its window, one of the clocks was set or has drifted and the measurement is forgotten. That request did nothing, so it goes out once
 * more by a new one, except an order: its price may have aged, and whether it is still wanted is not ours to say.
 */
export class KorbitConnection extends VenueConnection<korbit, KorbitEndpoint> {
  #clock: Promise<Outcome> | undefined;

  constructor(options: ConnectionOptions) {
    super(PROTOCOL, options);
  }

  override async call(name: KorbitEndpoint, parameters: RequestParameters = {}): Promise<Outcome> {
    if (ENDPOINTS[name].group === 'public') return super.call(name, parameters);
    const outcome = await this.#callSigned(name, parameters);
    return isClockRefusal(outcome) && name !== 'newOrder' ? this.#callSigned(name, parameters) : outcome;
  }

  async #callSigned(name: KorbitEndpoint, parameters: RequestParameters): Promise<Outcome> {
    this.#clock ??= super.call('time');
    const clock = this.#clock;
    const measured = await clock;
    if (measured.kind !== 'answered') {
      this.#forget(clock);
      return name === 'newOrder' ? { kind: 'held_back', retryAfterMs: CLOCK_UNREAD_WAIT_MS } : measured;
    }
    const outcome = await super.call(name, parameters);
    if (isClockRefusal(outcome)) this.#forget(clock);
    return outcome;
  }

  /** Of several that were refused by the same measurement only the first forgets it. */
  #forget(clock: Promise<Outcome>): void {
    if (this.#clock === clock) this.#clock = undefined;
  }
}

function isClockRefusal(outcome: Outcome): boolean {
  return outcome.kind === 'rejected' && outcome.status < 500 && outcome.venueCode === CLOCK_REFUSED;
}

/** A secret in PEM is the private part of an Ed25519 key, anything else a shared secret; our class tells them apart. */
async function openClient({ baseUrl, accessKey, secretKey, timeoutMs, clock }: ConnectionOptions): Promise<korbit> {
  const { korbit: Korbit } = await import('../ccxt/korbit.ts');
  const host = baseUrl.replace(/\/+$/, '');
  const client = new Korbit({
    apiKey: accessKey,
    secret: secretKey,
    timeout: timeoutMs,
    enableRateLimit: false,
    userAgent: 'cheongsan',
    urls: { api: { public: host, private: host } },
  });
  return Object.assign(makeExact(client), { milliseconds: () => clock.now().getTime() });
}

/** `remaining` of `Ratelimit: limit=50, remaining=48, reset=1`. */
function remainingIn(header: string | undefined): number | undefined {
  const remaining = /(?:^|[,\s])remaining=(\d{1,6})/.exec(header ?? '')?.[1];
  return remaining === undefined ? undefined : Number(remaining);
}
