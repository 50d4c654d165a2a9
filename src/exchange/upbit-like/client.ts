import type { ConnectionOptions } from '../venue-connection.ts';
import { errorBody } from './wire.ts';

/** How a class of ccxt is opened for one account: no other host is contacted, and its throttle is off since we keep to the rate ourselves. */
export function clientSettings({ baseUrl, accessKey, secretKey, timeoutMs }: ConnectionOptions) {
  const host = baseUrl.replace(/\/+$/, '');
  return {
    apiKey: accessKey,
    secret: secretKey,
    timeout: timeoutMs,
    enableRateLimit: false,
    userAgent: 'cheongsan',
    urls: { api: { public: host, private: host } },
  };
}

/** The error of `{"error":{"name":…,"message":…}}`. */
export function errorIn(body: unknown): { readonly code: string; readonly message: string } | undefined {
  const named = errorBody.safeParse(body);
  return named.success ? { code: named.data.error.name, message: named.data.error.message } : undefined;
}
