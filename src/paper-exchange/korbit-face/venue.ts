import type { PaperVenue } from '../venue-face.ts';
import { Authentication } from './authentication.ts';
import { KorbitFace } from './face.ts';
import { depositAddress } from './funds.ts';
import { RateLimiter } from './rate-limit.ts';
import { KORBIT_RULES } from './venue-rules.ts';

/** Korbit documents no block for who goes on above its limits. */
const NEVER = 1_000_000;

/**
 * Korbit, called Digital X since 2026: orders and cancellations 30/s each, deposits and withdrawals 5/s, other private requests 50/s per
 * account, public ones 50/s per address (docs.digitalx.miraeasset.com, rate limits).
 */
export const KORBIT: PaperVenue = {
  rules: KORBIT_RULES,
  limits: { ordersPerSecond: 30, defaultPerSecond: 50, quotationPerSecond: 50, refusalsUntilBlock: NEVER, blockSeconds: 10 },
  openFace: ({ core, keys, marketEvents, clock, limits }) =>
    new KorbitFace({ core, clock, marketEvents, authentication: new Authentication(clock, keys) }, new RateLimiter(limits)),
  depositAddress,
};
