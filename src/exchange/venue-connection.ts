import type { ZodType } from 'zod';
import { type Clock, elapsedMs } from '../kernel/clock.ts';
import { CheongsanError, unreachable } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { ClockSkew } from './clock-skew.ts';
import { type AnswerHeaders, headersOf, NotSuccessful } from './exact-client.ts';
import { PacingGate } from './pacing-gate.ts';
import type { OrderBudget, VenueCode } from './port.ts';

/** How to reach one account at a venue. */
export interface ConnectionOptions {
  readonly baseUrl: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log?: Log | undefined;
}

/** What a connection must know of a venue: its endpoints under our names, its rate limits and its words for errors. */
export interface VenueProtocol<Client, Endpoint extends string> {
  readonly venue: VenueCode;
  /** As messages call it. */
  readonly title: string;
  /** Each draws on one of the venue's rate limit groups. */
  readonly endpoints: Readonly<
    Record<Endpoint, { readonly group: string; readonly ask: (client: Client, parameters: RequestParameters) => Promise<unknown> }>
  >;
  /** The group of orders: its budget is the account's. */
  readonly orderGroup: string;
  /** Requests a second by group, as the venue publishes them. */
  readonly ratePerSecond: Readonly<Record<string, number>>;
  /** True for a venue whose answers do not tell what is left: its published rates are used from the beginning. */
  readonly believesPublished: boolean;
  /** ccxt is loaded by the first call. */
  openClient(options: ConnectionOptions): Promise<Client>;
  /** How many requests of the group are left within this second, where the answer tells. */
  remainingIn(headers: AnswerHeaders, group: string): number | undefined;
  /** The error that a body names, whatever its status: some venues say no with 200. Undefined where it names none. */
  errorIn(body: unknown): { readonly code: string; readonly message: string } | undefined;
}

export type RequestParameters = Readonly<Record<string, string | number | boolean>>;

/** What is known after a request, by HTTP status and raw body alone. */
export type Outcome =
  /** A success. `body` is exact JSON; text, possibly empty, when it was none. */
  | { readonly kind: 'answered'; readonly body: unknown }
  /** A complete answer other than a success. `venueCode` is the venue's own, undefined when the body is not the venue's. */
  | {
      readonly kind: 'rejected';
      readonly status: number;
      readonly venueCode: string | undefined;
      readonly message: string;
      readonly retryAfterMs: number | undefined;
    }
  /** Never sent, since the venue has blocked us for a while. */
  | { readonly kind: 'held_back'; readonly retryAfterMs: number }
  /** Perhaps sent, but no complete answer came: time-out, reset, refused connection. */
  | { readonly kind: 'lost'; readonly reason: string };

/** Waits where a venue states none: the next second after 429, a minute after a block. */
const SUCCESS = 200;
const RATE_LIMITED = 429;
const BLOCKED = 418;
const RATE_LIMITED_WAIT_MS = 1_000;
const BLOCKED_WAIT_MS = 60_000;
/** A block up to this long is waited out, a longer one is told to the caller at once. */
const PATIENCE_MS = 2_000;
/** Of an answer that cannot be read, a few places tell enough. */
const ISSUES_SHOWN = 3;

/** One account's line to its venue: paced by what the venue says is left, judged by status and body. */
export class VenueConnection<Client, Endpoint extends string> {
  readonly #protocol: VenueProtocol<Client, Endpoint>;
  readonly #options: ConnectionOptions;
  readonly #gate: PacingGate;
  readonly #skew = new ClockSkew();
  #client: Promise<Client> | undefined;

  constructor(protocol: VenueProtocol<Client, Endpoint>, options: ConnectionOptions) {
    if (!/^https?:\/\/[^/]+/.test(options.baseUrl)) {
      throw new CheongsanError(
        'CONFIG_INVALID',
        `The address of ${protocol.title} must begin with http:// or https://, got ${JSON.stringify(options.baseUrl)}.`,
      );
    }
    const { ratePerSecond, believesPublished } = protocol;
    this.#gate = new PacingGate({ patienceMs: PATIENCE_MS, ratePerSecond, believesPublished });
    this.#protocol = protocol;
    this.#options = options;
  }

  /** Sends one request once. Never throws for what the venue or the network does. */
  async call(endpoint: Endpoint, parameters: RequestParameters = {}): Promise<Outcome> {
    const { venue, endpoints, openClient, remainingIn, errorIn } = this.#protocol;
    this.#client ??= openClient(this.#options);
    const client = await this.#client;
    const { ask, group } = endpoints[endpoint];
    const admission = await this.#gate.enter(group);
    if (!admission.admitted) return { kind: 'held_back', retryAfterMs: admission.retryAfterMs };

    const startedMs = elapsedMs();
    const sentAt = this.#options.clock.now();
    let remaining: number | undefined;
    try {
      const body = await ask(client, parameters);
      const headers = headersOf(body);
      remaining = remainingIn(headers, group);
      this.#skew.observe(headers['Date'], sentAt, this.#options.clock.now());
      const error = errorIn(body);
      this.#options.log?.debug(
        { venue, endpoint, elapsedMs: Math.round(elapsedMs() - startedMs), remaining, no: error?.code },
        'venue answered',
      );
      if (error === undefined) return { kind: 'answered', body };
      return { kind: 'rejected', status: SUCCESS, venueCode: error.code, message: error.message, retryAfterMs: undefined };
    } catch (error) {
      if (!(error instanceof NotSuccessful)) {
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        this.#options.log?.warn(
          { venue, endpoint, reason, elapsedMs: Math.round(elapsedMs() - startedMs) },
          'venue gave no complete answer',
        );
        return { kind: 'lost', reason };
      }
      remaining = remainingIn(error.headers, group);
      this.#skew.observe(error.headers['Date'], sentAt, this.#options.clock.now());
      const outcome = this.#rejected(error);
      this.#holdBack(group, outcome.status, outcome.retryAfterMs);
      this.#options.log?.warn({ venue, endpoint, status: outcome.status, venueCode: outcome.venueCode }, 'venue said no');
      return outcome;
    } finally {
      this.#gate.leave(group, admission.turn, remaining);
    }
  }

  get orderBudget(): OrderBudget {
    return this.#gate.budget(this.#protocol.orderGroup);
  }

  get clockSkewMs(): number | undefined {
    return this.#skew.ms;
  }

  /**
   * A request that only reads. Errors: `EXCHANGE_REFUSED` when the venue names a reason, `EXCHANGE_UNAVAILABLE` when it could not
   * be asked, did not answer or answered something that cannot be read; `facts` hold status, code and `retryAfterMs`.
   */
  async read<Shape>(endpoint: Endpoint, schema: ZodType<Shape>, parameters: RequestParameters = {}): Promise<Shape> {
    const outcome = await this.call(endpoint, parameters);
    if (outcome.kind === 'answered') return this.parse(endpoint, schema, outcome.body);
    throw notRead(this.#protocol, endpoint, outcome);
  }

  /** An answer, or one part of it, as what it should be. Error: `EXCHANGE_UNAVAILABLE`. */
  parse<Shape>(endpoint: Endpoint, schema: ZodType<Shape>, answer: unknown): Shape {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues
      .slice(0, ISSUES_SHOWN)
      .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
      .join('; ');
    throw new CheongsanError(
      'EXCHANGE_UNAVAILABLE',
      `${this.#protocol.title}'s answer to ${endpoint} cannot be read (${where}). Check whether its format changed.`,
    );
  }

  #rejected(error: NotSuccessful): Outcome & { kind: 'rejected' } {
    const named = this.#protocol.errorIn(error.body);
    const fallbackMs = error.status === RATE_LIMITED ? RATE_LIMITED_WAIT_MS : error.status === BLOCKED ? BLOCKED_WAIT_MS : undefined;
    return {
      kind: 'rejected',
      status: error.status,
      venueCode: named?.code,
      message: named?.message ?? '',
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

/** Why nothing could be read. */
function notRead(
  { venue, title }: { readonly venue: VenueCode; readonly title: string },
  endpoint: string,
  outcome: Exclude<Outcome, { kind: 'answered' }>,
): CheongsanError {
  switch (outcome.kind) {
    case 'rejected': {
      const { status, venueCode, message, retryAfterMs } = outcome;
      const isRefusal = status < 500 && status !== RATE_LIMITED && status !== BLOCKED && venueCode !== undefined;
      return new CheongsanError(
        isRefusal ? 'EXCHANGE_REFUSED' : 'EXCHANGE_UNAVAILABLE',
        isRefusal
          ? `${title} refused ${endpoint}: ${venueCode} (${message}), HTTP ${status}.`
          : `${title} answered ${endpoint} with HTTP ${status}; try again later.`,
        { facts: { venue, status, venueCode, retryAfterMs } },
      );
    }
    case 'held_back': {
      const { retryAfterMs } = outcome;
      const facts = { venue, retryAfterMs };
      return new CheongsanError('EXCHANGE_UNAVAILABLE', `${title} has blocked requests; ${endpoint} can be asked in ${retryAfterMs} ms.`, {
        facts,
      });
    }
    case 'lost':
      return new CheongsanError(
        'EXCHANGE_UNAVAILABLE',
        `${title} gave no complete answer to ${endpoint} (${outcome.reason}); try again later.`,
      );
    default:
      return unreachable(outcome, 'outcome');
  }
}

/** Why a look-up or search told nothing. */
export function whyUnavailable(outcome: Exclude<Outcome, { kind: 'answered' }>): string {
  switch (outcome.kind) {
    case 'rejected':
      return `HTTP ${outcome.status}${outcome.venueCode === undefined ? '' : ` ${outcome.venueCode}`}`;
    case 'held_back':
      return `blocked for another ${outcome.retryAfterMs} ms`;
    case 'lost':
      return outcome.reason;
    default:
      return unreachable(outcome, 'outcome');
  }
}
