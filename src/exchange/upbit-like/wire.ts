import { z } from 'zod';
import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount } from '../../kernel/money.ts';

/**
 * Shapes that Upbit (docs.upbit.com, API v1.6.4) and Bithumb (apidocs.bithumb.com, API 2.1.5) write alike, as far as they are used.
 * Figures arrive as exact text.
 */

const FIGURE = /^\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/;
const KRW_SYMBOL = /^KRW-([A-Z0-9]+)$/;

/** A figure that is never negative, as plain decimal digits. More decimals than the ledger holds are refused, not rounded. */
export const figure = z
  .string()
  .regex(FIGURE)
  .transform((text) => new Decimal(text).toFixed())
  .refine((text) => (text.split('.')[1]?.length ?? 0) <= CoinAmount.DECIMAL_PLACES_MAX);

/** Both write Korean time with offset; where Upbit's examples leave the offset out, its documents still say KST. */
export const instant = z
  .string()
  .regex(INSTANT)
  .transform((text) => new Date(INSTANT.exec(text)?.[1] === undefined ? `${text}+09:00` : text))
  .refine((date) => !Number.isNaN(date.getTime()));

const utcInstant = z
  .string()
  .regex(INSTANT)
  .transform((text) => new Date(INSTANT.exec(text)?.[1] === undefined ? `${text}Z` : text))
  .refine((date) => !Number.isNaN(date.getTime()));

const epochMs = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform((text) => new Date(Number(text)));

export const krwSymbol = z.string().regex(KRW_SYMBOL);
export const word = z.string().min(1);

export const errorBody = z.object({ error: z.object({ name: word, message: z.string().default('') }) });

/** Of each row only whose it is. */
export const namedRows = z.array(z.looseObject({ market: krwSymbol }));

export const bookRow = z.object({
  market: krwSymbol,
  timestamp: epochMs,
  orderbook_units: z.array(z.object({ ask_price: figure, ask_size: figure, bid_price: figure, bid_size: figure })),
});
export type BookRow = z.infer<typeof bookRow>;

export const orderChance = z.object({
  ask_fee: figure,
  maker_ask_fee: figure.optional(),
  market: z.object({
    id: krwSymbol,
    order_sides: z.array(z.string()),
    ask_types: z.array(z.string()),
    ask: z.object({ min_total: figure }),
    max_total: figure,
    state: word,
  }),
});

export const accountRows = z.array(z.object({ currency: word, balance: figure, locked: figure }));

export const apiKeyRows = z.array(z.object({ access_key: word, expire_at: instant }));

const optionalFigure = figure.nullish().transform((text) => text ?? undefined);

/** Enough to recognise an order, and when it came. Other people's order types lack figures, so none are read here. */
export interface ListedOrder {
  readonly uuid: string;
  /** Ours, where the row names one. */
  readonly identifier?: string | null | undefined;
  readonly created_at: Date;
}

/** Upbit calls what we chose `identifier`, Bithumb `client_order_id`. */
const named = { identifier: z.string().nullish(), client_order_id: z.string().nullish() };

/** A row of the list of open orders with what a stranger's order shows. */
export const openOrderRows = z.array(
  z
    .object({
      uuid: word,
      ...named,
      side: z.enum(['ask', 'bid']),
      ord_type: word,
      price: optionalFigure,
      remaining_volume: optionalFigure,
      created_at: instant,
    })
    .transform(({ client_order_id, ...row }) => ({ ...row, identifier: row.identifier ?? client_order_id })),
);

export const orderDetail = z.object({
  uuid: word,
  ...named,
  market: krwSymbol,
  state: word,
  created_at: instant,
  volume: figure,
  remaining_volume: figure,
  executed_volume: figure,
  paid_fee: figure,
  trades: z.array(z.object({ uuid: word, price: figure, volume: figure, funds: figure, created_at: instant })).default([]),
});
export type OrderDetail = z.infer<typeof orderDetail>;

/** What moved in or out of an account. */
const transfer = {
  uuid: word,
  currency: word,
  net_type: z.string().nullish(),
  txid: z.string().nullish(),
  state: word,
  created_at: instant,
  done_at: instant.nullish(),
  amount: figure,
  fee: figure,
};
export const depositRows = z.array(z.object({ ...transfer, transaction_type: z.string().nullish() }));
export type DepositRow = z.infer<typeof depositRows>[number];
export const withdrawalRows = z.array(z.object(transfer));
export type WithdrawalRow = z.infer<typeof withdrawalRows>[number];

export const depositAddressRows = z.array(
  z.object({
    currency: word,
    net_type: z.string().nullish(),
    deposit_address: z.string().nullish(),
    secondary_address: z.string().nullish(),
  }),
);

/** One row an asset and network. */
export const walletRows = z.array(z.object({ currency: word, wallet_state: word }));

export const tradeRows = z.array(z.object({ market: krwSymbol, timestamp: epochMs, trade_price: figure, trade_volume: figure }));

export const minuteCandleRows = z.array(
  z.object({
    candle_date_time_utc: utcInstant,
    opening_price: figure,
    high_price: figure,
    low_price: figure,
    trade_price: figure,
    candle_acc_trade_volume: figure,
  }),
);
export type MinuteCandle = z.infer<typeof minuteCandleRows>[number];

/** `BTC` of `KRW-BTC`. Error: `INPUT_INVALID` for a market that is not in won. */
export function assetOf(symbol: string, { title }: { readonly title: string }): string {
  const asset = KRW_SYMBOL.exec(symbol)?.[1];
  if (asset === undefined)
    throw new CheongsanError('INPUT_INVALID', `${JSON.stringify(symbol)} is no won market of ${title} such as "KRW-BTC".`);
  return asset;
}
