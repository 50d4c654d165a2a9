import type { ZodType } from 'zod';
import { pause } from '../../kernel/clock.ts';
import type { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';
import { NotSuccessful } from '../exact-client.ts';
import { PacingGate } from '../pacing-gate.ts';
import type { ReferenceMarket, ReferenceReading, ReferenceVenueCode } from './reference-market.ts';

/** A price that is compared with others has to be of now, so nobody waits long for it. */
export const REFERENCE_TIMEOUT_MS = 2_000;
const GROUP = 'quotation';
const RATE_LIMITED = 429;
const TRADE_KEPT_MS = 20_000;
/** After a refusal for rate nothing is asked for so long; some venues answer the next question with a ban of ten minutes. */
const RATE_LIMITED_WAIT_MS = 10_000;

export interface ReferenceOptions {
  readonly baseUrl: string;
  readonly log?: Log | undefined;
  /** Instead of the published rate, where the clock of a paper exchange runs faster than real seconds. */
  readonly ratePerSecond?: number | undefined;
}

export interface QuotedLevel {
  readonly price: Decimal;
  readonly size: Decimal;
}

export interface QuotedTrade {
  readonly price: Decimal;
  readonly at: string;
}

/** How one venue is asked and what its answers say. */
export interface Dialect<Client, Book, Trades> {
  readonly venue: ReferenceVenueCode;
  readonly openClient: () => Promise<Client>;
  /** Requests a second, as the venue publishes them. */
  readonly ratePerSecond: number;
  readonly book: { readonly ask: (client: Client, asset: string) => Promise<unknown>; readonly schema: ZodType<Book> };
  readonly trades: { readonly ask: (client: Client, asset: string) => Promise<unknown>; readonly schema: ZodType<Trades> };
  readonly levels: (book: Book) => { readonly bids: readonly QuotedLevel[]; readonly asks: readonly QuotedLevel[]; readonly at: string };
  readonly lastTrade: (trades: Trades) => QuotedTrade | undefined;
}

/** Makes a market of a dialect: book and last trade, paced, in time or not at all. */
export function referenceMarket<Client, Book, Trades>(
  dialect: Dialect<Client, Book, Trades>,
  { log, ratePerSecond = dialect.ratePerSecond }: ReferenceOptions,
): ReferenceMarket {
  const { venue, openClient, book, trades } = dialect;
  const gate = new PacingGate({ patienceMs: 0, ratePerSecond: { [GROUP]: ratePerSecond }, believesPublished: true });
  const underWay = new Map<string, Promise<ReferenceReading>>();
  const lastTrades = new Map<string, QuotedTrade>();
  let client: Promise<Client> | undefined;

  const ask = async <Shape>(schema: ZodType<Shape>, question: (opened: Client) => Promise<unknown>): Promise<Shape> => {
    client ??= openClient();
    const opened = await client;
    const admission = await gate.enter(GROUP);
    if (!admission.admitted) throw new Error(`blocked for ${admission.retryAfterMs} ms`);
    try {
      return schema.parse(await question(opened));
    } catch (error) {
      if (error instanceof NotSuccessful && error.status === RATE_LIMITED) gate.block(GROUP, RATE_LIMITED_WAIT_MS);
      throw error;
    } finally {
      gate.leave(GROUP, admission.turn, undefined);
    }
  };
  /** A trade that was heard of lately, by the venue's clock, spares a request: only that there was one and when is of interest. */
  const lastTrade = async (asset: string, bookAt: string): Promise<QuotedTrade | undefined> => {
    const known = lastTrades.get(asset);
    if (known !== undefined && Math.abs(Date.parse(bookAt) - Date.parse(known.at)) <= TRADE_KEPT_MS) return known;
    const newest = dialect.lastTrade(await ask(trades.schema, (opened) => trades.ask(opened, asset)));
    if (newest !== undefined) lastTrades.set(asset, newest);
    return newest;
  };
  const quote = async (asset: string): Promise<ReferenceReading> => {
    const { bids, asks, at } = dialect.levels(await ask(book.schema, (opened) => book.ask(opened, asset)));
    const last = await lastTrade(asset, at);
    return {
      venue,
      bestBid: bestPrice(bids),
      bestAsk: bestPrice(asks),
      bookAt: at,
      lastTradePrice: last?.price.toFixed() ?? null,
      lastTradeAt: last?.at ?? null,
    };
  };
  const read = async (asset: string): Promise<ReferenceReading> => {
    try {
      return await withinTime(quote(asset));
    } catch (cause) {
      const reason = cause instanceof NotSuccessful ? `HTTP ${cause.status}` : cause instanceof Error ? cause.message : String(cause);
      log?.debug({ venue, asset, reason }, 'a reference price could not be read');
      throw new CheongsanError('EXCHANGE_UNAVAILABLE', `${venue} tells no price of ${asset}: ${reason}`, {
        cause,
        facts: { venue, asset },
      });
    }
  };
  return {
    venue,
    read: (asset) => {
      const reading = underWay.get(asset) ?? read(asset).finally(() => underWay.delete(asset));
      underWay.set(asset, reading);
      return reading;
    },
  };
}

/** The first level with something in it. */
function bestPrice(levels: readonly QuotedLevel[]): string | null {
  return levels.find(({ price, size }) => price.isGreaterThan(0) && size.isGreaterThan(0))?.price.toFixed() ?? null;
}

/** Waiting in line counts too. */
async function withinTime<T>(answer: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = pause(REFERENCE_TIMEOUT_MS, done.signal).then((): never => {
    throw new Error(`no answer within ${REFERENCE_TIMEOUT_MS} ms`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    done.abort();
  }
}
