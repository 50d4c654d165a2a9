import type { PaperVenue } from '../venue-face.ts';
import { Authentication } from './authentication.ts';
import { UpbitFace } from './face.ts';
import { RateLimiter } from './rate-limit.ts';
import { UPBIT_RULES } from './venue-rules.ts';

/** Upbit: orders 12/s and other private requests 30/s per account, public ones 10/s per address (docs.upbit.com, rate limits). */
export const UPBIT: PaperVenue = {
  rules: UPBIT_RULES,
  limits: { ordersPerSecond: 12, defaultPerSecond: 30, quotationPerSecond: 10, refusalsUntilBlock: 30, blockSeconds: 10 },
  openFace: ({ core, keys, marketEvents, clock, limits }) =>
    new UpbitFace({ core, keys, marketEvents, authentication: new Authentication(clock, keys) }, new RateLimiter(limits)),
};
