import type { PaperVenue } from '../venue-face.ts';
import { Authentication } from './authentication.ts';
import { GopaxFace } from './face.ts';
import { depositAddress } from './funds.ts';
import { RateLimiter } from './rate-limit.ts';
import { GOPAX_RULES } from './venue-rules.ts';

/**
 * GOPAX: twenty requests within the last second, per key and per address; orders are not counted apart (gopax.github.io/API, rate limits).
 * When and for how long an address is banned is not documented.
 */
export const GOPAX: PaperVenue = {
  rules: GOPAX_RULES,
  limits: { ordersPerSecond: 20, defaultPerSecond: 20, quotationPerSecond: 20, refusalsUntilBlock: 30, blockSeconds: 10 },
  openFace: ({ core, keys, marketEvents, clock, limits }) =>
    new GopaxFace({ core, marketEvents }, new Authentication(clock, keys), new RateLimiter(limits)),
  depositAddress,
};
