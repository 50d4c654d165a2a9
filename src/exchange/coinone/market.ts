import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../../kernel/money.ts';
import { MarketRows } from '../market-rows.ts';
import type { AssetWallet, BookLevel, Market, MarketFlag, OrderBook, SellingTerms, WalletState } from '../port.ts';
import type { CoinoneConnection } from './connection.ts';
import {
  assetOf,
  currencies,
  marketRow,
  marketStates,
  namedMarkets,
  orderBook,
  pairOf,
  rangeUnits,
  symbolOf,
  tradeFees,
  WON,
} from './wire.ts';

/** Of 5, 10, 15 and 16 the most (docs.coinone.co.kr, orderbook). */
const BOOK_LEVELS = 16;
/** `trade_status` and `maintenance_status` (docs.coinone.co.kr, markets). */
const TRADES_FREELY = '1';
const SELLS_ONLY = '2';
const IS_UP = '0';
/** An immediate sell is a market order with a bound, a passive one a limit order. */
const NEEDED_TYPES = ['market', 'limit'];

/** Won markets only. */
export async function readMarkets(connection: CoinoneConnection): Promise<Market[]> {
  const { markets } = await connection.read('markets', marketStates, { quote_currency: WON });
  return markets
    .filter((row) => row.quote_currency === WON)
    .map((row) => ({ asset: row.target_currency, symbol: symbolOf(row), flags: flagsOf(row.trade_status) }));
}

/**
 * Coinone's interface shows neither 주의 nor 유의 nor the end of support; of these it tells by notice. A market where one side or both may
 * not trade is a sign of something that nobody has read up, and is not played down.
 */
function flagsOf(tradeStatus: string): MarketFlag[] {
  return tradeStatus === TRADES_FREELY ? [] : ['danger'];
}

/** Descriptions of several markets, those asked for at the same time in one request. */
export function descriptionsOf(connection: CoinoneConnection) {
  return new MarketRows({
    ask: async ([symbol = '', ...further]) => {
      const { markets } =
        further.length === 0
          ? await connection.read('market', namedMarkets, pairOf(symbol))
          : await connection.read('markets', namedMarkets, { quote_currency: WON });
      return markets.map((row) => ({ ...row, market: symbolOf(row) }));
    },
    read: (row) => connection.parse('market', marketRow, row),
  });
}

type Descriptions = ReturnType<typeof descriptionsOf>;

/** Units and limits are Coinone's of each market; least and greatest quantities and prices beside them are left to its refusals. */
export async function readSellingTerms(connection: CoinoneConnection, descriptions: Descriptions, symbol: string): Promise<SellingTerms> {
  const asset = assetOf(symbol);
  const [market, ranges, fees] = await Promise.all([
    descriptions.of(symbol),
    connection.read('rangeUnits', rangeUnits, pairOf(symbol)),
    connection.read('tradeFee', tradeFees, pairOf(symbol)),
  ]);
  const fee = fees.fee_rates.find((row) => symbolOf(row) === symbol);
  if (fee === undefined)
    throw new CheongsanError('EXCHANGE_UNAVAILABLE', `Coinone's answer about the fees of ${symbol} does not contain it.`);
  const orderTypes = market.order_types.map((type) => type.toLowerCase());
  return {
    symbol,
    takerFeeRate: Rate.of(fee.taker),
    makerFeeRate: Rate.of(fee.maker),
    minimumOrder: VenueWon.of('coinone', market.min_order_amount),
    maximumOrder: market.max_order_amount === undefined ? undefined : VenueWon.of('coinone', market.max_order_amount),
    quantityDecimalPlaces: decimalPlacesOf(market.qty_unit, symbol),
    ticks: ranges.range_price_units
      .map((range) => ({ from: Price.of(asset, range.range_min), tick: Price.of(asset, range.price_unit) }))
      .sort((a, b) => b.from.compare(a.from)),
    acceptsOrders:
      market.maintenance_status === IS_UP &&
      (market.trade_status === TRADES_FREELY || market.trade_status === SELLS_ONLY) &&
      NEEDED_TYPES.every((type) => orderTypes.includes(type)),
  };
}

/** 4 of a unit of 0.0001. A unit that is no power of ten cannot be kept by rounding to decimals. */
function decimalPlacesOf(unit: string, symbol: string): number {
  const places = new Decimal(unit).decimalPlaces() ?? 0;
  if (new Decimal(unit).isEqualTo(new Decimal(1).shiftedBy(-places))) return places;
  throw new CheongsanError('EXCHANGE_UNAVAILABLE', `Coinone sells ${symbol} in units of ${unit}, which are no decimals.`);
}

export async function readOrderBook(connection: CoinoneConnection, symbol: string): Promise<OrderBook> {
  const asset = assetOf(symbol);
  const book = await connection.read('orderBook', orderBook, { ...pairOf(symbol), size: BOOK_LEVELS });
  if (symbolOf(book) !== symbol)
    throw new CheongsanError('EXCHANGE_UNAVAILABLE', `Coinone's answer about ${symbol} is about ${symbolOf(book)}.`);
  const levels = (side: readonly { price: string; qty: string }[]): BookLevel[] =>
    side.map(({ price, qty }) => ({ price: Price.of(asset, price), quantity: CoinAmount.of(asset, qty) }));
  return {
    symbol,
    asset,
    bids: levels(book.bids).sort((a, b) => b.price.compare(a.price)),
    asks: levels(book.asks).sort((a, b) => a.price.compare(b.price)),
    changedAt: book.timestamp,
  };
}

/** Coinone's words (docs.coinone.co.kr, currencies); any other has not been read up. */
const WAY_IS_OPEN: ReadonlyMap<string, boolean> = new Map([
  ['normal', true],
  ['suspended', false],
]);

/** One row an asset: Coinone tells no networks. */
export async function readWalletStates(connection: CoinoneConnection): Promise<AssetWallet[]> {
  const answer = await connection.read('currencies', currencies);
  return answer.currencies
    .filter(({ symbol }) => symbol !== WON)
    .map((row) => ({ asset: row.symbol, state: walletState(WAY_IS_OPEN.get(row.deposit_status), WAY_IS_OPEN.get(row.withdraw_status)) }));
}

function walletState(deposits: boolean | undefined, withdrawals: boolean | undefined): WalletState {
  if (deposits === undefined || withdrawals === undefined) return 'unknown';
  if (deposits) return withdrawals ? 'working' : 'deposits_only';
  return withdrawals ? 'withdrawals_only' : 'halted';
}
