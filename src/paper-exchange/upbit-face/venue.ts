import { Authentication } from '../upbit-like/authentication.ts';
import { UPBIT_ERRORS } from '../upbit-like/errors.ts';
import { LikeFace } from '../upbit-like/face.ts';
import { depositAddress } from '../upbit-like/funds.ts';
import { RateLimiter } from '../upbit-like/rate-limit.ts';
import type { PaperVenue } from '../venue-face.ts';
import { UPBIT_RATES } from './rate-limit.ts';
import { findRoute } from './routes.ts';
import { UPBIT_RULES } from './venue-rules.ts';

/** Upbit: orders 12/s and other private requests 30/s per account, public ones 10/s per address (docs.upbit.com, rate limits). */
export const UPBIT: PaperVenue = {
  rules: UPBIT_RULES,
  limits: { ordersPerSecond: 12, defaultPerSecond: 30, quotationPerSecond: 10, refusalsUntilBlock: 30, blockSeconds: 10 },
  openFace: ({ core, keys, marketEvents, clock, limits }) => {
    const authentication = new Authentication(clock, keys, { errors: UPBIT_ERRORS, clockToleranceMs: undefined });
    const words = { errors: UPBIT_ERRORS, findRoute, privateCountedBy: 'account' } as const;
    return new LikeFace({ core, keys, marketEvents, authentication }, new RateLimiter(limits, UPBIT_RATES), words);
  },
  depositAddress,
};
