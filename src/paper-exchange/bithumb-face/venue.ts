import { Authentication } from '../upbit-like/authentication.ts';
import { LikeFace } from '../upbit-like/face.ts';
import { depositAddress } from '../upbit-like/funds.ts';
import { RateLimiter } from '../upbit-like/rate-limit.ts';
import type { PaperVenue } from '../venue-face.ts';
import { BITHUMB_ERRORS } from './errors.ts';
import { BITHUMB_RATES, findRoute } from './routes.ts';
import { BITHUMB_RULES } from './venue-rules.ts';

/** API 2 names an error for a token out of time and not when it is; API 1 takes twenty seconds of difference (apidocs.bithumb.com). */
const CLOCK_TOLERANCE_MS = 20_000;

/** Bithumb: 140/s in each private and 150/s in each public group, per address (apidocs.bithumb.com, API 요청 수 제한 안내). */
export const BITHUMB: PaperVenue = {
  rules: BITHUMB_RULES,
  limits: { ordersPerSecond: 140, defaultPerSecond: 140, quotationPerSecond: 150, refusalsUntilBlock: 300, blockSeconds: 10 },
  openFace: ({ core, keys, marketEvents, clock, limits }) => {
    const authentication = new Authentication(clock, keys, { errors: BITHUMB_ERRORS, clockToleranceMs: CLOCK_TOLERANCE_MS });
    const words = { errors: BITHUMB_ERRORS, findRoute, privateCountedBy: 'address' } as const;
    return new LikeFace({ core, keys, marketEvents, authentication }, new RateLimiter(limits, BITHUMB_RATES), words);
  },
  depositAddress,
};
