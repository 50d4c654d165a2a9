import type { ZodType } from 'zod';
import { type Clock, elapsedMs } from '../../kernel/clock.ts';
import { CheongsanError, unreachable } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';
import { ClockSkew } from '../clock-skew.ts';
import { type AnswerHeaders, headersOf, NotSuccessful } from '../exact-client.ts';
import { PacingGate } from '../pacing-gate.ts';
import type { OrderBudget } from '../port.ts';
import { createUpbitClient, type UpbitClient, type UpbitClientOptions } from './client.ts';
import { errorBody } from './wire.ts';

/** Our names for the endpoints used, the ccxt method of each and Upbit's rate limit group it draws on. */
const ENDPOINTS = {
  markets: { method: 'publicGetMarketAll', group: 'market' },
  minuteCandles: { method: 'publicGetCandlesMinutesUnit', group: 'candle' },
  trades: { method: 'publicGetTradesTicks', group: 'trade' },
  orderBook: { method: 'publicGetOrderbook', group: 'orderbook' },
  instruments: { method: 'publicGetOrderbookInstruments', group: 'orderbook' },
  accounts: { method: 'privateGetAccounts', group: 'default' },
  orderChance: { method: 'privateGetOrdersChance', group: 'default' },
  newOrder: { method: 'privatePostOrders', group: 'order' },
  order: { method: 'privateGetOrder', group: 'default' },
  cancelOrder: { method: 'privateDeleteOrder', group: 'default' },
  openOrders: { method: 'privateGetOrdersOpen', group: 'default' },
  closedOrders: { method: 'privateGetOrdersClosed', group: 'default' },
  deposits: { method: 'privateGetDeposits', group: 'default' },
  withdrawals: { method: 'privateGetWithdraws', group: 'default' },
  depositAddresses: { method: 'privateGetDepositsCoinAddresses', group: 'default' },
  walletStates: { method: 'privateGetStatusWallet', group: 'default' },
} as const satisfies Record<string, { method: keyof UpbitClient; group: string }>;

export type Endpoint = keyof typeof ENDPOINTS;

/** Requests a second (docs.upbit.com, rate limits): orders and `default` per pocket, the others per address. */
export const RATES = { market: 10, candle: 10, trade: 10, orderbook: 10, default: 30, order: 12 } as const satisfies Record<
  (typeof ENDPOINTS)[Endpoint]['group'],
  number
>;
export type RequestParameters = Readonly<Record<string, string | number | boolean>>;

/** What is known after a request, by HTTP status and raw body alone. */
export type Outcome =
  /** A success. `body` is exact JSON; text, possibly empty, when it was none. */
  | { readonly kind: 'answered'; readonly body: unknown }
  /** A complete answer other than a success. `venueCode` is Upbit's `error.name`, undefined when the body is not Upbit's. */
  | {
      readonly kind: 'rejected';
      readonly status: number;
      readonly venueCode: string | undefined;
      readonly message: string;
      readonly retryAfterMs: number | undefined;
    }
  /** Never sent, since Upbit has blocked us for a while. */
  | { readonly kind: 'held_back'; readonly retryAfterMs: number }
  /** Perhaps sent, but no complete answer came: time-out, reset, refused connection. */
  | { readonly kind: 'lost'; readonly reason: string };

/** After 429 Upbit asks to wait for the next second, after 418 for a stated time; this long when it states none. */
const RATE_LIMITED = 429;
const BLOCKED = 418;
const RATE_LIMITED_WAIT_MS = 1_000;
const BLOCKED_WAIT_MS = 60_000;
/** A block up to this long is waited out, a longer one is told to the caller at once. */
const PATIENCE_MS = 2_000;
/** Of an answer that cannot be read, a few places tell enough. */
const ISSUES_SHOWN = 3;

export interface UpbitConnectionOptions extends UpbitClientOptions {
  readonly clock: Clock;
  readonly log?: Log | undefined;
}

/** One account's line to Upbit: paced by what Upbit says is left, judged by status and body. ccxt is loaded by the first call. */
export class UpbitConnection {
  readonly #options: UpbitConnectionOptions;
  readonly #gate = new PacingGate({ patienceMs: PATIENCE_MS, ratePerSecond: RATES });
  readonly #skew = new ClockSkew();
  #client: Promise<UpbitClient> | undefined;

  constructor(options: UpbitConnectionOptions) {
    if (!/^https?:\/\/[^/]+/.test(options.baseUrl)) {
      throw new CheongsanError(
        'CONFIG_INVALID',
        `The address of Upbit must begin with http:// or https://, got ${JSON.stringify(options.baseUrl)}.`,
      );
    }
    this.#options = options;
  }

  /** Sends one request once. Never throws for what the venue or the network does. */
  async call(endpoint: Endpoint, parameters: RequestParameters = {}): Promise<Outcome> {
    this.#client ??= createUpbitClient(this.#options);
    const client = await this.#client;
    const { method, group } = ENDPOINTS[endpoint];
    const admission = await this.#gate.enter(group);
    if (!admission.admitted) return { kind: 'held_back', retryAfterMs: admission.retryAfterMs };

    const startedMs = elapsedMs();
    const sentAt = this.#options.clock.now();
    let remaining: number | undefined;
    try {
      const body: unknown = await client[method](parameters);
      const headers = headersOf(body);
      remaining = remainingIn(headers);
      this.#skew.observe(headers['Date'], sentAt, this.#options.clock.now());
      this.#options.log?.debug({ endpoint, elapsedMs: Math.round(elapsedMs() - startedMs), remaining }, 'upbit answered');
      return { kind: 'answered', body };
    } catch (error) {
      if (!(error instanceof NotSuccessful)) {
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        this.#options.log?.warn({ endpoint, reason, elapsedMs: Math.round(elapsedMs() - startedMs) }, 'upbit gave no complete answer');
        return { kind: 'lost', reason };
      }
      remaining = remainingIn(error.headers);
      this.#skew.observe(error.headers['Date'], sentAt, this.#options.clock.now());
      const outcome = this.#rejected(error);
      this.#holdBack(group, outcome.status, outcome.retryAfterMs);
      this.#options.log?.warn({ endpoint, status: outcome.status, venueCode: outcome.venueCode }, 'upbit said no');
      return outcome;
    } finally {
      this.#gate.leave(group, admission.turn, remaining);
    }
  }

  get orderBudget(): OrderBudget {
    return this.#gate.budget(ENDPOINTS.newOrder.group);
  }

  get clockSkewMs(): number | undefined {
    return this.#skew.ms;
  }

  /**
   * A request that only reads. Errors: `EXCHANGE_REFUSED` when Upbit names a reason, `EXCHANGE_UNAVAILABLE` when it could not
   * be asked, did not answer or answered something that cannot be read; `facts` hold status, code and `retryAfterMs`.
   */
  async read<Shape>(endpoint: Endpoint, schema: ZodType<Shape>, parameters: RequestParameters = {}): Promise<Shape> {
    return readable(endpoint, schema, await this.call(endpoint, parameters));
  }

  #rejected(error: NotSuccessful): Outcome & { kind: 'rejected' } {
    const named = errorBody.safeParse(error.body);
    const fallbackMs = error.status === RATE_LIMITED ? RATE_LIMITED_WAIT_MS : error.status === BLOCKED ? BLOCKED_WAIT_MS : undefined;
    return {
      kind: 'rejected',
      status: error.status,
      venueCode: named.success ? named.data.error.name : undefined,
      message: named.success ? named.data.error.message : '',
      retryAfterMs: this.#retryAfterMs(error.headers) ?? fallbackMs,
    };
  }

  #holdBack(group: string, status: number, retryAfterMs: number | undefined): void {
    if (retryAfterMs === undefined) return;
    if (status === RATE_LIMITED) this.#gate.block(group, retryAfterMs);
    if (status === BLOCKED) this.#gate.blockAll(retryAfterMs);
  }

  /** `Retry-After` is in seconds or a date (RFC 9110, 10.2.3). */
  #retryAfterMs(headers: AnswerHeaders): number | undefined {
    const value = headers['Retry-After'];
    if (value === undefined) return undefined;
    if (/^\d{1,6}$/.test(value)) return Number(value) * 1_000;
    const dateMs = Date.parse(value);
    return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - this.#options.clock.now().getTime());
  }
}

/** `sec` of `Remaining-Req: group=default; min=1800; sec=29`; `min` is no longer in use. */
function remainingIn(headers: AnswerHeaders): number | undefined {
  const seconds = /(?:^|[;\s])sec=(\d{1,6})/.exec(headers['Remaining-Req'] ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** An answer, or one part of it, as what it should be. Error: `EXCHANGE_UNAVAILABLE`. */
export function parseAnswer<Shape>(endpoint: Endpoint, schema: ZodType<Shape>, answer: unknown): Shape {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues
    .slice(0, ISSUES_SHOWN)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
    .join('; ');
  throw new CheongsanError(
    'EXCHANGE_UNAVAILABLE',
    `Upbit's answer to ${endpoint} cannot be read (${where}). Check whether its format changed.`,
  );
}

function readable<Shape>(endpoint: Endpoint, schema: ZodType<Shape>, outcome: Outcome): Shape {
  switch (outcome.kind) {
    case 'answered':
      return parseAnswer(endpoint, schema, outcome.body);
    case 'rejected': {
      const { status, venueCode, message, retryAfterMs } = outcome;
      const isRefusal = status >= 400 && status < 500 && status !== RATE_LIMITED && status !== BLOCKED && venueCode !== undefined;
      throw new CheongsanError(
        isRefusal ? 'EXCHANGE_REFUSED' : 'EXCHANGE_UNAVAILABLE',
        isRefusal
          ? `Upbit refused ${endpoint}: ${venueCode} (${message}), HTTP ${status}.`
          : `Upbit answered ${endpoint} with HTTP ${status}; try again later.`,
        { facts: { venue: 'upbit', status, venueCode, retryAfterMs } },
      );
    }
    case 'held_back':
      throw new CheongsanError(
        'EXCHANGE_UNAVAILABLE',
        `Upbit has blocked requests; ${endpoint} can be asked in ${outcome.retryAfterMs} ms.`,
        {
          facts: { venue: 'upbit', retryAfterMs: outcome.retryAfterMs },
        },
      );
    case 'lost':
      throw new CheongsanError(
        'EXCHANGE_UNAVAILABLE',
        `Upbit gave no complete answer to ${endpoint} (${outcome.reason}); try again later.`,
      );
    default:
      return unreachable(outcome, 'outcome');
  }
}
