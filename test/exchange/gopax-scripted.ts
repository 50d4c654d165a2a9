import { createGopaxAdapter } from '../../src/exchange/gopax/adapter.ts';
import { clientOrderIdOf } from '../../src/exchange/gopax/client-order-id.ts';
import type { ExchangePort, SellOrder } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import type { Reply, ScriptedVenue } from './scripted-venue.ts';

/** What tests of GOPAX's adapter against a scripted venue share. */

export const ACCESS_KEY = 'sample-access-key';
/** The site gives the secret in Base64. */
export const SECRET_KEY = Buffer.from('sample secret').toString('base64');
export const NOW = new Date('2026-11-20T03:00:00Z');
export const SYMBOL = 'BTC-KRW';

export const ORDER: SellOrder = {
  identifier: '7c1f5f1e-2f0c-4d43-8b1c-9b1f6a3c0001',
  symbol: SYMBOL,
  quantity: CoinAmount.of('BTC', '0.00000001'),
  limitPrice: Price.of('BTC', '115000000'),
  timeInForce: 'immediate_or_cancel',
};
export const CLIENT_ORDER_ID = clientOrderIdOf(ORDER.identifier);

export function gopaxFor(venue: ScriptedVenue, options: { timeoutMs?: number; clock?: DrivenClock } = {}): ExchangePort {
  return createGopaxAdapter({
    baseUrl: venue.baseUrl,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    timeoutMs: options.timeoutMs ?? 5_000,
    clock: options.clock ?? new DrivenClock(NOW),
  });
}

/** Plenty left, so that a test that is not about pacing is not slowed by it. */
export const PLENTY = { 'x-gopax-ip-addr-left-weight': '19', 'x-gopax-api-key-left-weight': '19' };

/** Text as it stands, anything else as JSON. */
export function json(value: unknown, status = 200): Reply {
  return { status, headers: PLENTY, body: typeof value === 'string' ? value : JSON.stringify(value) };
}

export function refusal(status: number, errorCode: number, errorMessage = 'a reason'): Reply {
  return json({ errorMessage, errorCode, errorData: null }, status);
}
