import type { upbit } from 'ccxt';
import { loadCcxtClass, makeExact } from '../exact-client.ts';

export type UpbitClient = upbit;

export interface UpbitClientOptions {
  readonly baseUrl: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly timeoutMs: number;
}

export async function createUpbitClient(options: UpbitClientOptions): Promise<UpbitClient> {
  const Upbit = await loadCcxtClass('upbit');
  const host = options.baseUrl.replace(/\/+$/, '');
  return makeExact(
    new Upbit({
      apiKey: options.accessKey,
      secret: options.secretKey,
      timeout: options.timeoutMs,
      enableRateLimit: false,
      userAgent: 'cheongsan',
      urls: { api: { public: host, private: host } },
    }),
  );
}
