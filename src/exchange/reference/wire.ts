import { z } from 'zod';
import { Decimal } from '../../kernel/decimal.ts';

/** Shapes of quotations, as far as they are used. Figures arrive as exact text (exact-json.ts). */

const figure = z
  .string()
  .regex(/^\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/)
  .transform((text) => new Decimal(text));

const instant = z
  .string()
  .regex(/^\d{12,15}$/)
  .transform((text) => new Date(Number(text)).toISOString());

/** Upbit and Bithumb (apidocs.bithumb.com, interface 2.0), which speak alike: levels in pairs, filled up with zeros. */
export const pairedBook = z.tuple([
  z.object({
    timestamp: instant,
    orderbook_units: z.array(z.object({ ask_price: figure, ask_size: figure, bid_price: figure, bid_size: figure })),
  }),
]);
export const tickList = z.array(z.object({ timestamp: instant, trade_price: figure }));

/** Coinone (docs.coinone.co.kr, public interface 2.0), which answers errors with HTTP 200 as well. */
const level = z.object({ price: figure, qty: figure });
export const coinoneBook = z.object({ result: z.literal('success'), timestamp: instant, bids: z.array(level), asks: z.array(level) });
export const coinoneTrades = z.object({
  result: z.literal('success'),
  transactions: z.array(z.object({ timestamp: instant, price: figure })),
});
