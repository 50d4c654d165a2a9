import { Decimal } from '../../kernel/decimal.ts';
import type { Match } from './matching.ts';
import type { Side } from './orders.ts';

/** Of a taken quantity less than a thousand-millionth is still gone by then. */
const HALF_LIVES_KEPT = 30;
const QUANTITY_DECIMAL_PLACES = 8;
const FACTOR_DECIMAL_PLACES = 15;
const NOTHING = new Decimal(0);

/** A moment of the market's own book: the minute whose book it is, and the instant. */
export interface BookMoment {
  readonly minute: number;
  readonly atMs: number;
}

interface Gone extends BookMoment {
  readonly quantity: Decimal;
}

/**
 * What orders have taken from the market's own levels and has not come back. With a half-life it returns at its price little by
 * little, whatever books come up meanwhile. Without one it is gone until the next traded minute's book, and back at once with it.
 */
export class TakenLevels {
  readonly #halfLifeMs: number | undefined;
  readonly #byAsset = new Map<string, Map<string, Gone>>();

  constructor(halfLifeMs: number | undefined) {
    this.#halfLifeMs = halfLifeMs;
  }

  take(asset: string, takerSide: Side, found: Pick<Match, 'price' | 'quantity'>, moment: BookMoment): void {
    const known = [...(this.#byAsset.get(asset) ?? [])].filter(([, gone]) => this.#shareLeft(gone, moment) > 0);
    const quantity = this.goneAt(asset, takerSide, found.price, moment).plus(found.quantity);
    this.#byAsset.set(asset, new Map([...known, [keyOf(takerSide, found.price), { ...moment, quantity }]]));
  }

  /** Units that are missing at a price at a moment. */
  goneAt(asset: string, takerSide: Side, price: Decimal, moment: BookMoment): Decimal {
    const gone = this.#byAsset.get(asset)?.get(keyOf(takerSide, price));
    if (gone === undefined) return NOTHING;
    const share = this.#shareLeft(gone, moment);
    if (share === 1) return gone.quantity;
    return gone.quantity.times(share.toFixed(FACTOR_DECIMAL_PLACES)).decimalPlaces(QUANTITY_DECIMAL_PLACES, Decimal.ROUND_HALF_UP);
  }

  #shareLeft(gone: Gone, moment: BookMoment): number {
    if (this.#halfLifeMs === undefined) return gone.minute === moment.minute ? 1 : 0;
    const halfLives = Math.max(0, moment.atMs - gone.atMs) / this.#halfLifeMs;
    return halfLives > HALF_LIVES_KEPT ? 0 : 2 ** -halfLives;
  }
}

function keyOf(takerSide: Side, price: Decimal): string {
  return `${takerSide}/${price.toFixed()}`;
}
