import { z } from 'zod';
import { figure, instant, krwSymbol, word } from '../upbit-like/wire.ts';

/** Shapes of Upbit's JSON that are its own (docs.upbit.com, API v1.6.4). */

/** Whatever further events Upbit may show beside these two is kept, so that it can be seen that one is on. */
const marketEvent = z.looseObject({ warning: z.boolean(), caution: z.record(z.string(), z.boolean()).default({}) });
export type MarketEvent = z.infer<typeof marketEvent>;

export const marketRows = z.array(
  z.object({
    market: word,
    market_event: marketEvent.optional(),
  }),
);

export const instrumentRow = z.object({ market: krwSymbol, quote_currency: z.literal('KRW'), tick_size: figure });

export const acceptedOrder = z.object({ uuid: word });

/** A row of an order list: enough to recognise an order. Other people's order types lack figures, so none are read here. */
export const orderRows = z.array(z.object({ uuid: word, identifier: z.string().nullish(), created_at: instant }));
