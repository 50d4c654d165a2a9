import type { PaperVenue } from '../venue-face.ts';
import { depositAddress } from './account.ts';
import { Authentication } from './authentication.ts';
import { CoinoneFace } from './face.ts';
import { COINONE_RULES } from './venue-rules.ts';

/** Coinone: orders 40/s and other private requests 80/s per portfolio, public ones 1,200 a minute and address (docs.coinone.co.kr, rate limits). */
export const COINONE: PaperVenue = {
  rules: COINONE_RULES,
  limits: { ordersPerSecond: 40, defaultPerSecond: 80, quotationPerSecond: 20, refusalsUntilBlock: 30, blockSeconds: 60 },
  openFace: ({ core, keys, clock, limits }) => new CoinoneFace(core, new Authentication(clock, keys), limits),
  depositAddress,
};
