import { Decimal } from '../../kernel/decimal.ts';
import type { Level } from '../market/book.ts';

/**
 * How a market's own book is broken on demand. `empty`: no orders of the market at all; `no_bids`: nobody buys; `thin`: two levels
 * a side with a thousandth of their size; `zero_size`: the best level of each side is shown with nothing in it, as some venues do at
 * moments; `crossed`: the best bid is shown above the best ask, which no matching engine leaves standing, so only the picture is wrong.
 */
export const BOOK_FAULTS = ['empty', 'no_bids', 'thin', 'zero_size', 'crossed'] as const;
export type BookFault = (typeof BOOK_FAULTS)[number];

const THIN_LEVELS = 2;
const THIN_SHARE = 0.001;
const SMALLEST_QUANTITY = new Decimal('0.00000001');
const QUANTITY_DECIMAL_PLACES = 8;

/** What is really there to trade against, of one side of the market's own book. */
export function brokenLevels(levels: readonly Level[], side: 'bids' | 'asks', fault: BookFault | undefined): readonly Level[] {
  if (fault === 'empty' || (fault === 'no_bids' && side === 'bids')) return [];
  if (fault === 'zero_size') return levels.slice(1);
  if (fault !== 'thin') return levels;
  return levels.slice(0, THIN_LEVELS).map(({ price, quantity }) => {
    const little = quantity.times(THIN_SHARE).decimalPlaces(QUANTITY_DECIMAL_PLACES, Decimal.ROUND_DOWN);
    return { price, quantity: Decimal.max(SMALLEST_QUANTITY, little) };
  });
}

interface Sides {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** What is shown, given what is there; `whole` is the market's own book before it was broken. */
export function brokenPicture(shown: Sides, whole: Sides, fault: BookFault | undefined): Sides {
  const [bestBid, bestAsk] = [whole.bids[0], whole.asks[0]];
  if (bestBid === undefined || bestAsk === undefined) return shown;
  if (fault === 'zero_size') {
    const nothing = new Decimal(0);
    return {
      bids: [{ price: bestBid.price, quantity: nothing }, ...shown.bids],
      asks: [{ price: bestAsk.price, quantity: nothing }, ...shown.asks],
    };
  }
  if (fault !== 'crossed') return shown;
  return {
    bids: [{ price: bestAsk.price, quantity: bestBid.quantity }, ...shown.bids.slice(1)],
    asks: [{ price: bestBid.price, quantity: bestAsk.quantity }, ...shown.asks.slice(1)],
  };
}
