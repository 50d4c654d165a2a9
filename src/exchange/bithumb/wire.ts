import { z } from 'zod';
import { bookRow, instant, type ListedOrder, word } from '../upbit-like/wire.ts';

/** Shapes of Bithumb's JSON that are its own (apidocs.bithumb.com, API 2.1.5). */

export const marketRows = z.array(z.object({ market: word, market_warning: word.nullish() }));

/** Markets under an alarm (경보제); the older document leaves out the step. */
export const warningRows = z.array(z.object({ market: word, warning_step: word.nullish() }));

export const bookRows = z.array(bookRow);

/** What was accepted, to place or to cancel; API 2 calls `order_id` what version 1 calls `uuid`. */
export const acceptedOrder = z.object({ order_id: word });

/** Enough of a row to recognise an order. Version 1 answers with the rows themselves, version 2 with a page. */
export const openOrderRows = z
  .array(z.object({ uuid: word, client_order_id: z.string().nullish(), created_at: instant }))
  .transform((rows): ListedOrder[] => rows.map(({ client_order_id: identifier, ...row }) => ({ ...row, identifier })));
export const closedOrderRows = z
  .object({ data: z.array(z.object({ order_id: word, client_order_id: z.string().nullish(), created_at: instant })) })
  .transform(({ data }): ListedOrder[] =>
    data.map(({ order_id: uuid, client_order_id: identifier, created_at }) => ({ uuid, identifier, created_at })),
  );
