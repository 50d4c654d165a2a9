import { UPBIT_ERRORS } from '../upbit-like/errors.ts';
import type { RateWords } from '../upbit-like/rate-limit.ts';

/** Upbit's groups, by the words of the `Remaining-Req` header. The first five count per address, the others per account. */
export type RateGroup = 'market' | 'candles' | 'crix-trades' | 'ticker' | 'orderbook' | 'default' | 'order';

export const UPBIT_RATES: RateWords<RateGroup> = {
  errors: UPBIT_ERRORS,
  limitOf: (group, limits) => {
    if (group === 'order') return limits.ordersPerSecond;
    return group === 'default' ? limits.defaultPerSecond : limits.quotationPerSecond;
  },
  // The minute figure is a leftover of Upbit's older limits and says nothing.
  headers: (group, limit, remaining) => ({ 'Remaining-Req': `group=${group}; min=${limit * 60}; sec=${remaining}` }),
};
