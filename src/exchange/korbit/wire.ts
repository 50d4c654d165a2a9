import { type ZodType, z } from 'zod';
import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount } from '../../kernel/money.ts';

/**
 * Shapes of Korbit's JSON (docs.digitalx.miraeasset.com, Open API v2), as far as they are used. Figures are strings on the wire, ids and
 * instants numbers; all of them arrive as exact text.
 */

const KRW_SYMBOL = /^([a-z0-9]+)_krw$/;

/** A figure that is never negative, as plain decimal digits. More decimals than the ledger holds are refused, not rounded. */
const figure = z
  .string()
  .regex(/^\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/)
  .transform((text) => new Decimal(text).toFixed())
  .refine((text) => (text.split('.')[1]?.length ?? 0) <= CoinAmount.DECIMAL_PLACES_MAX);

const epochMs = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform((text) => new Date(Number(text)));

const word = z.string().min(1);
const optionalWord = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
const optionalFigure = figure.nullish().transform((text) => text ?? undefined);
/** A statistic, of which nobody is owed anything. */
const measured = z.string().transform(Number).refine(Number.isFinite);

/** Every success is wrapped the same way. */
export function answerOf<Shape>(data: ZodType<Shape>) {
  return z.object({ success: z.literal(true), data }).transform((answer) => answer.data);
}

/** A cancellation has nothing to tell but that it was heard. */
export const heard = z.object({ success: z.literal(true) });

/** `code` repeats the HTTP status; the word that tells what is wrong stands in `message`. */
export const errorBody = z.object({
  success: z.literal(false),
  error: z.object({ message: word, description: z.string().default('') }),
});

export const pairRows = answerOf(
  z.array(z.object({ symbol: word, status: word, minOrderValue: optionalFigure, maxOrderValue: optionalFigure })),
);

export const alertRows = answerOf(z.array(z.object({ symbol: word, alerts: z.array(z.object({ type: word, level: optionalWord })) })));
export type Alert = z.infer<typeof alertRows>[number]['alerts'][number];

/** Newest first. */
export const noticeRows = answerOf(z.array(z.object({ title: z.string() })));
export type Notice = z.infer<typeof noticeRows>[number];

export const tickRows = answerOf(
  z.array(z.object({ symbol: word, tickSizePolicy: z.array(z.object({ priceGte: figure, tickSize: figure })).min(1) })),
);

/** Of each row only whose it is. */
export const namedRows = answerOf(
  z.array(z.looseObject({ symbol: word }).transform((row): { market: string } => ({ ...row, market: row.symbol }))),
);

/** Fees of a sale that are taken in anything but won could not be booked. */
export const feeRow = z.object({ sellFeeCurrency: z.literal('krw'), takerFeeRate: figure, makerFeeRate: figure });

const level = z.object({ price: figure, qty: figure });
export const book = answerOf(z.object({ timestamp: epochMs, bids: z.array(level), asks: z.array(level) }));
export type Level = z.infer<typeof level>;

export const candleRows = answerOf(
  z.array(z.object({ timestamp: epochMs, open: measured, high: measured, low: measured, close: measured, volume: measured })),
);

export const publicTradeRows = answerOf(z.array(z.object({ timestamp: epochMs, price: figure, qty: figure })));

/** Won has no networks. */
export const currencyRows = answerOf(
  z.array(z.object({ name: word, networkList: z.array(z.object({ depositStatus: word, withdrawalStatus: word })).optional() })),
);

export const acceptedOrder = answerOf(z.object({ orderId: word }));

export const orderDetail = answerOf(
  z.object({
    orderId: word,
    clientOrderId: optionalWord,
    symbol: z.string().regex(KRW_SYMBOL),
    side: z.literal('sell'),
    qty: figure,
    filledQty: figure,
    createdAt: epochMs,
    status: word,
  }),
);
export type OrderDetail = z.infer<typeof orderDetail>;

/** Other people's order types lack figures, so of a row of this list no more is read than whose it is. */
export const orderRows = answerOf(z.array(z.object({ orderId: word, clientOrderId: optionalWord, createdAt: epochMs })));

export const openOrderRows = answerOf(
  z.array(
    z.object({
      orderId: word,
      clientOrderId: optionalWord,
      side: z.enum(['buy', 'sell']),
      price: optionalFigure,
      qty: optionalFigure,
      filledQty: figure,
      createdAt: epochMs,
    }),
  ),
);

/** `tradeId` is unique within its market only. */
export const ownTradeRows = answerOf(
  z.array(
    z.object({
      tradeId: word,
      orderId: word,
      price: figure,
      qty: figure,
      amt: figure,
      tradedAt: epochMs,
      feeCurrency: optionalWord,
      feeQty: optionalFigure,
    }),
  ),
);
export type OwnTrade = z.infer<typeof ownTradeRows>[number];

export const balanceRows = answerOf(z.array(z.object({ currency: word, balance: figure, available: figure })));

export const addressRows = answerOf(z.array(z.object({ currency: word, network: word, address: word, secondaryAddress: optionalWord })));

const transfer = { id: word, status: word, quantity: figure, createdAt: epochMs };
const onChain = { network: optionalWord, transactionHash: optionalWord };
export const coinDepositRows = answerOf(z.array(z.object({ ...transfer, ...onChain })));
export const coinWithdrawalRows = answerOf(z.array(z.object({ ...transfer, ...onChain, fee: figure })));
/** `type` tells interest and rewards from won that somebody paid in. */
export const wonDepositRows = answerOf(z.array(z.object({ ...transfer, type: optionalWord })));
export const wonWithdrawalRows = answerOf(z.array(z.object({ ...transfer, fee: figure })));

export const keyInfo = answerOf(z.object({ permissions: z.array(word), whitelist: z.string(), expiration: epochMs }));

/** `BTC` of `btc_krw`; undefined for anything but a won market. Korbit's names are in lower case and told apart by it. */
export function wonAssetOf(symbol: string): string | undefined {
  return KRW_SYMBOL.exec(symbol)?.[1]?.toUpperCase();
}

/** Error: `INPUT_INVALID` for a market that is not in won. */
export function assetOf(symbol: string): string {
  const asset = wonAssetOf(symbol);
  if (asset === undefined)
    throw new CheongsanError('INPUT_INVALID', `${JSON.stringify(symbol)} is no won market of Korbit such as "btc_krw".`);
  return asset;
}
