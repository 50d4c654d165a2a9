import { createHash, createHmac, randomUUID } from 'node:crypto';
import { upbit } from 'ccxt';
import { z } from 'zod';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { type PaperExchange, type PaperExchangeOptions, startPaperExchange } from '../../src/paper-exchange/server.ts';

export const CITY = 'city-001';
export const ACCESS_KEY = 'access-key-of-the-sample-city';
export const SECRET_KEY = 'secret-key-of-the-sample-city';
/** A Monday, 12:00:20 in Seoul. */
export const START = new Date('2026-01-05T03:00:20Z');

const UNLIMITED = { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000 };

export interface Running {
  readonly exchange: PaperExchange;
  readonly clock: DrivenClock;
  readonly url: string;
}

/** A paper exchange on a driven clock, with the city's account open and no rate limit in the way. */
export async function startSample(options: Partial<PaperExchangeOptions> = {}): Promise<Running> {
  const clock = new DrivenClock(START);
  const exchange = await startPaperExchange({ clock, limits: UNLIMITED, ...options });
  await exchange.operator.openCorporateAccount({ accountId: CITY, accessKey: ACCESS_KEY, secretKey: SECRET_KEY });
  return { exchange, clock, url: exchange.url };
}

/** Gives the city coins at once. */
export async function give(running: Running, asset: string, quantity: string): Promise<void> {
  await running.exchange.operator.depositFromChain({ accountId: CITY, asset, quantity, confirmationSeconds: 0 });
}

/** ccxt's own class, pointed at the paper exchange, with figures as text. */
export function connect(url: string): upbit {
  const client = new upbit({ apiKey: ACCESS_KEY, secret: SECRET_KEY, enableRateLimit: false });
  client.urls['api'] = { public: url, private: url };
  return Object.assign(client, { number: String });
}

export interface TokenOptions {
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly algorithm?: string;
  readonly nonce?: string;
  readonly queryHash?: string | undefined;
}

const DIGESTS: Readonly<Record<string, string>> = { HS256: 'sha256', HS512: 'sha512' };

/** A token over the text of the parameters, as Upbit's guide describes it. */
export function token(parameters: string, options: TokenOptions = {}): string {
  const { accessKey = ACCESS_KEY, secretKey = SECRET_KEY, algorithm = 'HS256', nonce = randomUUID() } = options;
  const hash = 'queryHash' in options ? options.queryHash : createHash('sha512').update(parameters).digest('hex');
  const hashClaims =
    hash === undefined || (parameters === '' && !('queryHash' in options)) ? {} : { query_hash: hash, query_hash_alg: 'SHA512' };
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${encode({ alg: algorithm, typ: 'JWT' })}.${encode({ access_key: accessKey, nonce, ...hashClaims })}`;
  const signature = createHmac(DIGESTS[algorithm] ?? 'sha256', secretKey)
    .update(content)
    .digest('base64url');
  return `Bearer ${content}.${signature}`;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

export async function send(
  url: string,
  method: string,
  path: string,
  init: { authorization?: string; body?: string } = {},
): Promise<Reply> {
  const headers: Record<string, string> = {};
  if (init.authorization !== undefined) headers['Authorization'] = init.authorization;
  if (init.body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(`${url}${path}`, { method, headers, ...(init.body === undefined ? {} : { body: init.body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text === '' ? undefined : JSON.parse(text) };
}

/** A signed GET or DELETE; the parameters are their text without percent-encoding. */
export function ask(url: string, path: string, parameters = '', method = 'GET'): Promise<Reply> {
  const query = parameters === '' ? '' : `?${parameters.split('&').map(encodePair).join('&')}`;
  return send(url, method, `${path}${query}`, { authorization: token(parameters) });
}

function encodePair(pair: string): string {
  const [name = '', ...value] = pair.split('=');
  return `${encodeURIComponent(name)}=${encodeURIComponent(value.join('='))}`;
}

/** A signed POST of an order. */
export function postOrder(url: string, body: Readonly<Record<string, string>>): Promise<Reply> {
  const parameters = Object.entries(body)
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  return send(url, 'POST', '/v1/orders', { authorization: token(parameters), body: JSON.stringify(body) });
}

const errorBody = z.object({ error: z.object({ name: z.union([z.string(), z.number()]), message: z.string() }) });

export function errorName(reply: Reply): string | number {
  return errorBody.parse(reply.json).error.name;
}

const bookBody = z.array(
  z.object({
    market: z.string(),
    timestamp: z.number(),
    total_bid_size: z.number(),
    total_ask_size: z.number(),
    orderbook_units: z.array(z.object({ ask_price: z.number(), bid_price: z.number(), ask_size: z.number(), bid_size: z.number() })),
  }),
);
export type BookUnit = z.infer<typeof bookBody>[number];

export async function bookOf(url: string, market: string): Promise<BookUnit> {
  const [book] = bookBody.parse((await send(url, 'GET', `/v1/orderbook?markets=${market}`)).json);
  if (book === undefined) throw new Error(`No book of ${market}.`);
  return book;
}

export const orderBody = z.object({
  uuid: z.string(),
  side: z.enum(['ask', 'bid']),
  ord_type: z.string(),
  price: z.string().optional(),
  state: z.enum(['wait', 'done', 'cancel']),
  volume: z.string().optional(),
  remaining_volume: z.string().optional(),
  executed_volume: z.string(),
  reserved_fee: z.string(),
  remaining_fee: z.string(),
  paid_fee: z.string(),
  locked: z.string(),
  trades_count: z.number(),
  time_in_force: z.string().optional(),
  identifier: z.string().optional(),
  created_at: z.string(),
  trades: z.array(z.object({ uuid: z.string(), price: z.string(), volume: z.string(), funds: z.string(), trend: z.string() })).optional(),
});
export type OrderBody = z.infer<typeof orderBody>;
