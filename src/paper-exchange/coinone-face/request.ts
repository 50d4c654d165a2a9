import { z } from 'zod';
import { Decimal, isPlainDecimal } from '../../kernel/decimal.ts';
import { COINONE_ERRORS } from './errors.ts';

const DAY_MS = 86_400_000;
const WINDOW_MS = 90 * DAY_MS;
const SEOUL_OFFSET_MS = 9 * 3_600_000;
const PAGE_MAX = 100;

/** What a request of the private interface asks for. */
export type Parameters = Readonly<Record<string, unknown>>;

/** Figures come as text; a client that sends JSON numbers is understood too. */
const figure = z.union([z.string(), z.number().transform(String)]).nullish();
const text = z.string().nullish();
export const orderParameters = z.object({
  side: text,
  quote_currency: text,
  target_currency: text,
  type: text,
  price: figure,
  qty: figure,
  amount: figure,
  post_only: z.boolean().nullish(),
  limit_price: figure,
  user_order_id: text,
});
export type OrderParameters = z.infer<typeof orderParameters>;

export const orderName = z.object({ quote_currency: text, target_currency: text, order_id: text, user_order_id: text });
export const pairParameters = z.object({ quote_currency: text, target_currency: text });
export const activeParameters = pairParameters.extend({ order_type: z.array(z.string()).nullish() });

const instant = z.number().int().min(0);
const span = { size: z.number().int(), from_ts: instant, to_ts: instant };
export const tradeHistory = pairParameters.extend({ ...span, to_trade_id: text });
export const transferHistory = z.object({ ...span, currency: text, is_deposit: z.boolean().nullish(), to_id: text });
export const addressParameters = z.object({ currencies: z.array(z.string()).nullish() });

/** Error: `CoinoneError` 107. */
export function parameters<Shape>(schema: z.ZodType<Shape>, given: Parameters): Shape {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw COINONE_ERRORS.parameter();
  return parsed.data;
}

/** Undefined for a figure that was not given. Error: `CoinoneError` 101. */
export function decimalOf(figureText: string | null | undefined): Decimal | undefined {
  if (figureText === null || figureText === undefined || figureText === '') return undefined;
  if (!isPlainDecimal(figureText)) throw COINONE_ERRORS.invalidFormat();
  return new Decimal(figureText);
}

/**
 * At most 100 rows of at most 90 days, which end no later than today (docs.coinone.co.kr, completed-orders). Errors: `CoinoneError` 316
 * and 317.
 */
export function checkSpan({ size, from_ts, to_ts }: { size: number; from_ts: number; to_ts: number }, nowMs: number): void {
  if (size < 1 || size > PAGE_MAX) throw COINONE_ERRORS.invalidSize();
  const todayEndsAtMs = (Math.floor((nowMs + SEOUL_OFFSET_MS) / DAY_MS) + 1) * DAY_MS - SEOUL_OFFSET_MS;
  if (from_ts > to_ts || to_ts - from_ts > WINDOW_MS || to_ts >= todayEndsAtMs) throw COINONE_ERRORS.invalidRange();
}

/** A page of rows that are newest first: those after the named one, or the first. */
export function pageOf<Row>(
  newestFirst: readonly Row[],
  size: number,
  afterId: string | null | undefined,
  idOf: (row: Row) => string,
): Row[] {
  if (afterId === null || afterId === undefined) return newestFirst.slice(0, size);
  const at = newestFirst.findIndex((row) => idOf(row) === afterId);
  return at < 0 ? [] : newestFirst.slice(at + 1, at + 1 + size);
}
