import type { Decimal } from '../../kernel/decimal.ts';
import { listingOf, QUOTE_ASSET } from '../core/listings.ts';
import type { WalletState } from '../core/transfers.ts';
import type { Level } from '../market/book.ts';
import type { Candle } from '../market/candles.ts';
import type { PublicTrade } from '../market/market.ts';
import { type Fields, success } from './wire.ts';

/** Bodies of Coinone's public interface 2.0 (docs.coinone.co.kr). Figures are text, but for counts and instants. */

const TRADES_MAX = 200;
/** Levels of a book unless asked otherwise. */
const LEVELS = 15;

export interface QuotedBook {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly changedAtMs: number;
}

export interface DayFigures {
  readonly first: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly last: Decimal;
  readonly funds: Decimal;
  readonly volume: Decimal;
}

/** Sizes other than the documented ones (5, 10, 15, 16) are taken as they are. */
export function bookBody(asset: string, { bids, asks, changedAtMs }: QuotedBook, size: number | undefined): Fields {
  return success({
    timestamp: changedAtMs,
    id: `${changedAtMs}001`,
    quote_currency: QUOTE_ASSET,
    target_currency: asset,
    order_book_unit: '0.0',
    bids: bids.slice(0, size ?? LEVELS).map(levelFields),
    asks: asks.slice(0, size ?? LEVELS).map(levelFields),
  });
}

/** How many trades a size asks for; the documented sizes are 10, 50, 100, 150 and 200. */
export function tradesAskedFor(size: number | undefined): number {
  return Math.min(TRADES_MAX, size ?? TRADES_MAX);
}

export function tradesBody(asset: string, trades: readonly PublicTrade[], nowMs: number): Fields {
  return success({
    server_time: nowMs,
    quote_currency: QUOTE_ASSET,
    target_currency: asset,
    transactions: trades.map((trade) => ({
      id: trade.sequence.toString(),
      timestamp: trade.tradedAtMs,
      price: trade.price.toFixed(),
      qty: trade.quantity.toFixed(),
      is_seller_maker: trade.takerSide === 'buy',
    })),
  });
}

export function tickersBody(tickers: readonly Fields[], nowMs: number): Fields {
  return success({ server_time: nowMs, tickers });
}

export function tickerFields(asset: string, { bids, asks, changedAtMs }: QuotedBook, day: DayFigures): Fields {
  return {
    quote_currency: QUOTE_ASSET.toLowerCase(),
    target_currency: asset.toLowerCase(),
    timestamp: changedAtMs,
    high: day.high.toFixed(),
    low: day.low.toFixed(),
    first: day.first.toFixed(),
    last: day.last.toFixed(),
    quote_volume: day.funds.toFixed(),
    target_volume: day.volume.toFixed(),
    best_asks: asks.slice(0, 1).map(levelFields),
    best_bids: bids.slice(0, 1).map(levelFields),
    id: `${changedAtMs}001`,
  };
}

export function currenciesBody(currencies: readonly Fields[], nowMs: number): Fields {
  return success({ server_time: nowMs, currencies });
}

export function currencyFields(asset: string, wallet: Pick<WalletState, 'depositsHalted' | 'withdrawalsHalted'>): Fields {
  return {
    name: listingOf(asset).englishName,
    symbol: asset,
    deposit_status: wallet.depositsHalted ? 'suspended' : 'normal',
    withdraw_status: wallet.withdrawalsHalted ? 'suspended' : 'normal',
    deposit_confirm_count: 1,
    max_precision: 8,
    deposit_fee: '0.0',
    withdrawal_min_amount: '0.0',
    withdrawal_fee: '0.0',
  };
}

/** Newest first; `isLast` when nothing earlier is left. */
export function chartBody(candles: readonly Candle[], isLast: boolean): Fields {
  return success({
    is_last: isLast,
    chart: candles.map((candle) => ({
      timestamp: candle.openedAtMs,
      open: candle.open.toFixed(),
      high: candle.high.toFixed(),
      low: candle.low.toFixed(),
      close: candle.close.toFixed(),
      target_volume: candle.volume.toFixed(),
      quote_volume: candle.funds.toFixed(),
    })),
  });
}

function levelFields({ price, quantity }: Level): Fields {
  return { price: price.toFixed(), qty: quantity.toFixed() };
}
