import { z } from 'zod';
import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount } from '../../kernel/money.ts';

/**
 * Shapes of Coinone's JSON (docs.coinone.co.kr, public interface 2.0 and private interface 2.1), as far as they are used. Figures arrive as
 * exact text. Every answer that is no error says `"result": "success"`, and only such an answer is read.
 */

const FIGURE = /^\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/;
const KRW_SYMBOL = /^KRW-([A-Z0-9]+)$/;

/** A figure that is never negative, as plain decimal digits. More decimals than the ledger holds are refused, not rounded. */
const figure = z
  .string()
  .regex(FIGURE)
  .transform((text) => new Decimal(text).toFixed())
  .refine((text) => (text.split('.')[1]?.length ?? 0) <= CoinAmount.DECIMAL_PLACES_MAX);

const optionalFigure = figure.nullish().transform((text) => text ?? undefined);

const instant = z
  .string()
  .regex(/^\d{12,15}$/)
  .transform((text) => new Date(Number(text)));

const word = z.string().min(1);
/** Coinone writes codes of currencies in capitals at most places and small at some. */
const currency = word.transform((text) => text.toUpperCase());
const optionalWord = z
  .string()
  .nullish()
  .transform((text) => (text === null || text === '' ? undefined : text));

function success<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ result: z.literal('success'), ...shape });
}

const errorHead = z.object({
  result: z.string().optional(),
  error_code: optionalWord,
  error_msg: optionalWord,
  // Of the interfaces before 2.1.
  errorCode: optionalWord,
  errorMsg: optionalWord,
});

const NO_CODE = 'error';

/** The error that a body names, whatever its HTTP status; `error` where it names none. Undefined for a success and what is not Coinone's. */
export function errorOf(body: unknown): { readonly code: string; readonly message: string } | undefined {
  const parsed = errorHead.safeParse(body);
  if (!parsed.success) return undefined;
  const { result, error_code, errorCode, error_msg, errorMsg } = parsed.data;
  const code = error_code ?? errorCode;
  if (result !== 'error' && (code === undefined || code === '0')) return undefined;
  return { code: code === undefined || code === '0' ? NO_CODE : code, message: error_msg ?? errorMsg ?? '' };
}

const pair = { quote_currency: currency, target_currency: currency };

/** Everything but whose it is may be read later: a row that cannot be read leaves the others readable. */
export const namedMarkets = success({ markets: z.array(z.looseObject(pair)) });

export const marketRow = z.object({
  ...pair,
  qty_unit: figure,
  min_order_amount: figure,
  max_order_amount: optionalFigure,
  maintenance_status: word,
  trade_status: word,
  order_types: z.array(z.string()),
});

/** What is shown beside a market, of rows that otherwise may be anything. */
export const marketStates = success({ markets: z.array(z.object({ ...pair, trade_status: word })) });

export const rangeUnits = success({ range_price_units: z.array(z.object({ range_min: figure, price_unit: figure })).min(1) });

const level = z.object({ price: figure, qty: figure });
export const orderBook = success({ ...pair, timestamp: instant, bids: z.array(level), asks: z.array(level) });

export const tradeList = success({ transactions: z.array(z.object({ timestamp: instant, price: figure, qty: figure })) });

export const chart = success({
  chart: z.array(z.object({ timestamp: instant, open: figure, high: figure, low: figure, close: figure, target_volume: figure })),
});
export type ChartBar = z.infer<typeof chart>['chart'][number];

export const currencies = success({ currencies: z.array(z.object({ symbol: currency, deposit_status: word, withdraw_status: word })) });

export const balances = success({ balances: z.array(z.object({ currency, available: figure, limit: figure })) });

export const tradeFees = success({ fee_rates: z.array(z.object({ ...pair, maker: figure, taker: figure })) });

export const acceptedOrder = success({ order_id: word });

/** The answer to a cancel: that it was heard, and figures that a look-up tells better. */
export const heard = success({});

export const orderDetail = success({
  order: z.object({
    order_id: word,
    ...pair,
    status: word,
    side: word,
    /** In no documented answer; believed where it comes. */
    user_order_id: optionalWord,
    original_qty: figure,
    executed_qty: figure,
    canceled_qty: optionalFigure,
    /** Null for market orders, which do not rest. */
    remain_qty: optionalFigure,
    fee: figure,
    ordered_at: instant,
    updated_at: instant.nullish(),
  }),
});
export type OrderDetail = z.infer<typeof orderDetail>['order'];

export const activeOrders = success({
  active_orders: z.array(
    z.object({
      order_id: word,
      ...pair,
      side: z.enum(['SELL', 'BUY']),
      user_order_id: optionalWord,
      price: optionalFigure,
      remain_qty: optionalFigure,
      ordered_at: instant,
    }),
  ),
});

export const completedOrders = success({
  completed_orders: z.array(z.object({ trade_id: word, order_id: word, price: figure, qty: figure, timestamp: instant })),
});
export type CompletedTrade = z.infer<typeof completedOrders>['completed_orders'][number];

const transfer = { id: word, status: word, amount: figure, fee: optionalFigure, created_at: instant };
/** Blocks, as many as the venue has counted. */
const count = z
  .string()
  .regex(/^\d{1,9}$/)
  .nullish()
  .transform((text) => (text === null || text === undefined ? undefined : Number(text)));
const coinTransfer = z.object({ ...transfer, currency, txid: optionalWord, confirmations: count });
const wonTransfer = z.object(transfer);
export type Transfer = z.infer<typeof wonTransfer> & {
  readonly currency: string;
  readonly txid: string | undefined;
  readonly confirmations: number | undefined;
};

/** The table of the answer's fields calls the list `transaction`, its example `transactions`. */
function transferList<Row>(row: z.ZodType<Row>) {
  return success({ transactions: z.array(row).optional(), transaction: z.array(row).optional() }).transform((answer, context) => {
    const rows = answer.transactions ?? answer.transaction;
    if (rows === undefined) {
      context.addIssue({ code: 'custom', message: 'neither transactions nor transaction', path: ['transactions'] });
      return z.NEVER;
    }
    return rows;
  });
}
export const coinTransfers = transferList(coinTransfer);
export const wonTransfers = transferList(
  wonTransfer.transform((row): Transfer => ({ ...row, currency: WON, txid: undefined, confirmations: undefined })),
);

/** Assets that take no deposits at present are left out. */
export const depositAddresses = success({
  deposit_addresses: z.array(z.object({ currency, address: optionalWord, secondary_address: optionalWord })),
});

export const WON = 'KRW';

/** A market by the words of its address, `…/KRW/BTC`: Coinone has no name of its own for it. */
export function symbolOf({
  quote_currency,
  target_currency,
}: {
  readonly quote_currency: string;
  readonly target_currency: string;
}): string {
  return `${quote_currency}-${target_currency}`;
}

/** `BTC` of `KRW-BTC`. Error: `INPUT_INVALID` for a market that is not in won. */
export function assetOf(symbol: string): string {
  const asset = KRW_SYMBOL.exec(symbol)?.[1];
  if (asset === undefined)
    throw new CheongsanError('INPUT_INVALID', `${JSON.stringify(symbol)} is no won market of Coinone such as "KRW-BTC".`);
  return asset;
}

/** A market as requests name it. Error as of `assetOf`. */
export function pairOf(symbol: string): { readonly quote_currency: string; readonly target_currency: string } {
  return { quote_currency: WON, target_currency: assetOf(symbol) };
}
