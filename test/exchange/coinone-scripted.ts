import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { createCoinoneAdapter } from '../../src/exchange/coinone/adapter.ts';
import type { ExchangePort, SellOrder } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { type Reply, type ScriptedVenue, type SeenRequest, startScriptedVenue } from './scripted-venue.ts';

export const ACCESS_TOKEN = '5d0a3a3e-sample-access-token';
/** Of mixed case, so that a test can tell whether it is signed with as it was issued. */
export const SECRET = 'Sample-Secret-9f41c2';
export const NOW = new Date('2026-11-20T03:00:00Z');
export const ORDER_ID = 'd85cc6af-b131-4398-b269-ddbafa760a39';

export interface ScriptedCoinone {
  readonly venue: ScriptedVenue;
  adapter(options?: { readonly timeoutMs?: number; readonly clock?: DrivenClock }): ExchangePort;
  /** Bodies by path, for all further requests; a list answers one after the other, the last one for ever. */
  answers(byPath: Readonly<Record<string, Answer | readonly Answer[]>>): void;
  /** The requests to a path since `answers`. */
  sent(path: string): readonly SeenRequest[];
}
type Answer = string | Reply | ((request: SeenRequest) => Reply);

export async function startScriptedCoinone(): Promise<ScriptedCoinone> {
  const venue = await startScriptedVenue();
  let from = 0;
  return {
    venue,
    adapter: ({ timeoutMs = 5_000, clock = new DrivenClock(NOW) } = {}) =>
      createCoinoneAdapter({ baseUrl: venue.baseUrl, accessKey: ACCESS_TOKEN, secretKey: SECRET, timeoutMs, clock }),
    answers(byPath) {
      from = venue.seen.length;
      const asked = new Map<string, number>();
      venue.script((request) => {
        const prepared = byPath[request.path];
        // Of requests sent together the others may still be on their way when a test is over.
        if (prepared === undefined) return dated({ status: 404, body: '{}' });
        const replies: readonly Answer[] = isList(prepared) ? prepared : [prepared];
        const count = asked.get(request.path) ?? 0;
        asked.set(request.path, count + 1);
        const reply = replies[Math.min(count, replies.length - 1)] ?? '';
        if (typeof reply === 'function') return dated(reply(request));
        return dated(typeof reply === 'string' ? toReply(reply) : reply);
      });
    },
    sent: (path) => venue.seen.slice(from).filter((request) => request.path === path),
  };
}

function isList(prepared: Answer | readonly Answer[]): prepared is readonly Answer[] {
  return Array.isArray(prepared);
}

/** One of the replies of the scripted venue that are not HTTP is given by its name. */
function toReply(body: string): Reply {
  return body === 'hang' || body === 'reset' || body === 'reset_mid_body' || body === 'stall_mid_body' ? body : { body };
}

/** By the clock of the tests, unless told otherwise. */
function dated(reply: Reply): Reply {
  return typeof reply === 'string' ? reply : { ...reply, headers: { Date: NOW.toUTCString(), ...reply.headers } };
}

/** The envelope of every answer that is no error. */
export function success(fields: string): string {
  return `{"result":"success","error_code":"0",${fields}}`;
}

export function failure(code: string, message = 'sample'): string {
  return JSON.stringify({ result: 'error', error_code: code, error_msg: message });
}

export const PLACED = success(`"order_id":"${ORDER_ID}"`);

const signed = z.looseObject({ access_token: z.literal(ACCESS_TOKEN), nonce: z.uuid() });

/** What a private request asked for, once its signature was held against Coinone's guide. */
export function payloadOf(request: SeenRequest | undefined, secret = SECRET): Record<string, unknown> {
  const payload = String(request?.headers['x-coinone-payload']);
  const signature = createHmac('sha512', secret).update(payload).digest('hex');
  if (request?.headers['x-coinone-signature'] !== signature) throw new Error('The signature is not the one of the guide.');
  const { access_token: _token, nonce: _nonce, ...rest } = signed.parse(JSON.parse(Buffer.from(payload, 'base64').toString('utf8')));
  return rest;
}

export const SELL: SellOrder = {
  identifier: 'cheongsan-000001',
  symbol: 'KRW-BTC',
  quantity: CoinAmount.of('BTC', '0.0123'),
  limitPrice: Price.of('BTC', '151234000'),
  timeInForce: 'immediate_or_cancel',
};
