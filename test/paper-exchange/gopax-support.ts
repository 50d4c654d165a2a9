import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { PaperExchangeOptions } from '../../src/paper-exchange/server.ts';
import { ACCESS_KEY, give, type Running, SECRET_KEY, send, startSample } from './support.ts';

/** GOPAX's way of signing, written down a second time from its documents. */

export async function startGopax(options: Partial<PaperExchangeOptions> = {}): Promise<Running> {
  const running = await startSample({ venue: 'gopax', ...options });
  await give(running, 'BTC', '10');
  return running;
}

export interface Signing {
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** What stands in the message instead of the path. */
  readonly signedPath?: string;
  readonly timestampMs?: number;
  readonly receiveWindow?: string;
  readonly signature?: string;
}

export interface GopaxReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** A signed request; a body is sent as the JSON that is given. */
export async function ask(
  { url, clock }: Pick<Running, 'url' | 'clock'>,
  method: string,
  path: string,
  { body, ...signing }: Signing & { readonly body?: string } = {},
): Promise<GopaxReply> {
  const { accessKey = ACCESS_KEY, secretKey = SECRET_KEY, receiveWindow } = signing;
  const timestamp = String(signing.timestampMs ?? clock.now().getTime());
  const listsOrders = method === 'GET' && path.startsWith('/orders?');
  const signedPath = signing.signedPath ?? (listsOrders ? path : (path.split('?')[0] ?? ''));
  const message = `t${timestamp}${method}${signedPath}${receiveWindow ?? ''}${body ?? ''}`;
  const signature = signing.signature ?? createHmac('sha512', Buffer.from(secretKey, 'base64')).update(message).digest('base64');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'api-key': accessKey, timestamp, signature, ...(receiveWindow === undefined ? {} : { 'receive-window': receiveWindow }) },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
}

export function place(running: Running, order: Readonly<Record<string, unknown>>): Promise<GopaxReply> {
  const body = JSON.stringify({ tradingPairName: 'BTC-KRW', side: 'sell', type: 'limit', ...order });
  return ask(running, 'POST', '/orders', { body });
}

const errorBody = z.strictObject({ errorMessage: z.string(), errorCode: z.number(), errorData: z.string().nullable() });

/** Status and code, once the body is GOPAX's. */
export function refusalOf(reply: { readonly status: number; readonly json: unknown }): [status: number, code: number] {
  return [reply.status, errorBody.parse(reply.json).errorCode];
}

const bookBody = z.object({ bid: z.array(z.tuple([z.string(), z.number(), z.number(), z.string()])) });

export async function bestBid({ url }: Running): Promise<{ price: number; quantity: number }> {
  const [best] = bookBody.parse((await send(url, 'GET', '/trading-pairs/BTC-KRW/book?level=1')).json).bid;
  if (best === undefined) throw new Error('The sample market has no bid.');
  return { price: best[1], quantity: best[2] };
}

export const orderBody = z.object({ id: z.string(), status: z.string(), remaining: z.number() });

export async function rows(reply: Promise<GopaxReply>): Promise<Record<string, unknown>[]> {
  return z.array(z.record(z.string(), z.unknown())).parse((await reply).json);
}
