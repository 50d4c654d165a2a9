import { z } from 'zod';
import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount } from '../../kernel/money.ts';

/**
 * Shapes of GOPAX's JSON, as far as they are used. Figures are JSON numbers on its wire and arrive as exact text. The public ones rest on
 * gopax.github.io/API and on answers seen in September 2026, the private ones on these documents alone.
 */

const FIGURE = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;
const WON_SYMBOL = /^([A-Z0-9]+)-KRW$/;

/** As plain decimal digits. More decimals than the ledger holds are refused, not rounded. */
const signedFigure = z
  .string()
  .regex(FIGURE)
  .transform((text) => new Decimal(text).toFixed())
  .refine((text) => (text.split('.')[1]?.length ?? 0) <= CoinAmount.DECIMAL_PLACES_MAX);
const figure = signedFigure.refine((text) => !text.startsWith('-'));
const optionalFigure = figure.nullish().transform((text) => text ?? undefined);

const instant = z
  .string()
  .regex(INSTANT)
  .transform((text) => new Date(text));
const epochMs = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform((text) => new Date(Number(text)));
const epochSeconds = z
  .string()
  .regex(/^\d{1,12}$/)
  .transform((text) => new Date(Number(text) * 1_000));

const word = z.string().min(1);
const optionalWord = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
const number = z.string().regex(/^\d{1,30}$/);

/** `errormsg` is how older answers said it, without a code. */
export const errorBody = z.union([
  z
    .object({ errorCode: word, errorMessage: z.string().nullish() })
    .transform(({ errorCode, errorMessage }) => ({ code: errorCode, message: errorMessage ?? '' })),
  z.object({ errormsg: z.string() }).transform(({ errormsg }) => ({ code: 'errormsg', message: errormsg })),
]);

const minimum = z.object({ amount: figure, unit: word });

/** Everything that is traded; there is no word for whether it is. */
export const pairRows = z.array(z.looseObject({ name: word, quoteAsset: word }));
export const pairRow = z.object({
  baseAsset: word,
  quoteAsset: z.literal('KRW'),
  baseAssetScale: z.coerce.number().int().min(0).max(CoinAmount.DECIMAL_PLACES_MAX),
  restApiOrderAmountMin: z.object({ limitAsk: minimum }),
  makerFeePercent: signedFigure,
  takerFeePercent: signedFigure,
});

/** Beside the level stands one member for each kind of event; their names begin with `is`. */
export const cautionRows = z.array(z.looseObject({ name: word, alertLevel: number.transform(Number) }));
export type CautionRow = z.infer<typeof cautionRows>[number];

export const tickRows = z.array(z.object({ startPrice: figure, tickSize: figure })).min(1);

export const ticker = z.object({ price: figure, ask: figure });

const level = z.tuple([z.unknown(), figure, figure, epochMs]).rest(z.unknown());
export const book = z.object({ bid: z.array(level), ask: z.array(level) });
export type BookEntry = z.infer<typeof level>;

/** Begin, low, high, open, close, volume. */
export const candleRows = z.array(z.tuple([epochMs, figure, figure, figure, figure, figure]).rest(z.unknown()));

export const publicTradeRows = z.array(z.object({ id: number, time: instant, price: figure, amount: figure }));

export const assetRows = z.array(z.object({ id: word }));

export const balanceRows = z.array(z.object({ asset: word, avail: figure, hold: figure, pendingWithdrawal: figure }));

export const acceptedOrder = z.object({ id: word });

/** Answered when the request to cancel was heard. */
export const cancelled = z.object({});

export const orderRows = z.array(z.unknown());
/** What recognises an order: other kinds of order than ours lack figures. */
export const orderRow = z.object({ id: word, clientOrderId: optionalWord, createdAt: instant });

const OPEN_STATES = ['placed', 'updated', 'reserved'] as const;
const OVER_STATES = ['completed', 'cancelled'] as const;
export const isOpenState = (state: (typeof OPEN_STATES)[number] | (typeof OVER_STATES)[number]): boolean =>
  OPEN_STATES.some((open) => open === state);

export const openOrderRow = z.object({
  id: word,
  clientOrderId: optionalWord,
  side: z.enum(['buy', 'sell']),
  type: word,
  price: optionalFigure,
  remaining: optionalFigure,
  createdAt: instant,
});

/** A sell. `balanceChange` tells what it did to the account; what was given has a minus. */
export const sellOrder = z.object({
  id: word,
  clientOrderId: optionalWord,
  status: z.enum([...OPEN_STATES, ...OVER_STATES]),
  tradingPairName: z.string().regex(WON_SYMBOL),
  side: z.literal('sell'),
  amount: figure,
  remaining: figure,
  createdAt: instant,
  balanceChange: z.object({ baseGross: signedFigure, quoteGross: signedFigure, quoteNet: signedFigure }),
});
export type SellOrderDetail = z.infer<typeof sellOrder>;

export const tradeRows = z.array(
  z.object({ id: number, orderId: word, baseAmount: figure, quoteAmount: figure, price: figure, timestamp: instant }),
);
export type TradeRow = z.infer<typeof tradeRows>[number];

export const transferRows = z.array(
  z.object({
    id: number,
    asset: word,
    type: word,
    netAmount: figure,
    feeAmount: optionalFigure,
    status: word,
    reviewStartedAt: epochSeconds,
    completedAt: epochSeconds.nullish(),
    txId: optionalWord,
  }),
);
export type TransferRow = z.infer<typeof transferRows>[number];

export const depositAddressRows = z.array(z.object({ asset: word, address: word }));

/** `BTC` of `BTC-KRW`. Error: `INPUT_INVALID` for a market that is not in won. */
export function assetOf(symbol: string): string {
  const asset = WON_SYMBOL.exec(symbol)?.[1];
  if (asset === undefined)
    throw new CheongsanError('INPUT_INVALID', `${JSON.stringify(symbol)} is no won market of GOPAX such as "BTC-KRW".`);
  return asset;
}
