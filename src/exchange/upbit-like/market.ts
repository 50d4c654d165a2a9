import { CoinAmount, Price, Rate, VenueWon } from '../../kernel/money.ts';
import type { BookLevel, OrderBook, SellingTerms } from '../port.ts';
import type { Dialect, Line } from './dialect.ts';
import { QUANTITY_DECIMAL_PLACES } from './orders.ts';
import { assetOf, type BookRow, orderChance } from './wire.ts';

/** What `orders/chance` tells of selling in a market. `sellType` is the word that must stand among its `ask_types`. */
export async function readTermsWithoutTicks(
  line: Line<'orderChance'>,
  { venue }: Dialect,
  { symbol, sellType }: { readonly symbol: string; readonly sellType: string },
): Promise<Omit<SellingTerms, 'ticks'>> {
  const chance = await line.read('orderChance', orderChance, { market: symbol });
  const { order_sides, ask_types, state, ask, max_total } = chance.market;
  return {
    symbol,
    takerFeeRate: Rate.of(chance.ask_fee),
    makerFeeRate: Rate.of(chance.maker_ask_fee ?? chance.ask_fee),
    minimumOrder: VenueWon.of(venue, ask.min_total),
    maximumOrder: VenueWon.of(venue, max_total),
    quantityDecimalPlaces: QUANTITY_DECIMAL_PLACES,
    acceptsOrders: state === 'active' && order_sides.includes('ask') && ask_types.includes(sellType),
  };
}

export function toOrderBook(symbol: string, dialect: Dialect, book: BookRow): OrderBook {
  const asset = assetOf(symbol, dialect);
  const levels = (side: readonly { price: string; size: string }[]): BookLevel[] =>
    side
      .map(({ price, size }) => ({ price: Price.of(asset, price), quantity: CoinAmount.of(asset, size) }))
      // Levels come in pairs; a side with fewer levels is filled up with a price of zero.
      .filter((level) => !level.price.isZero());
  return {
    symbol,
    asset,
    bids: levels(book.orderbook_units.map((unit) => ({ price: unit.bid_price, size: unit.bid_size }))),
    asks: levels(book.orderbook_units.map((unit) => ({ price: unit.ask_price, size: unit.ask_size }))),
    changedAt: book.timestamp,
  };
}
