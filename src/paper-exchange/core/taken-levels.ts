import { Decimal } from '../../kernel/decimal.ts';
import type { Match } from './matching.ts';
import type { Side } from './orders.ts';

/** Of a taken quantity less than a thousand-millionth is still gone by then. */
const HALF_LIVES_KEPT = 30;
const QUANTITY_DECIMAL_PLACES = 8;
const FACTOR_DECIMAL_PLACES = 15;
const NOTHING = new Decimal(0);

interface Gone {
  readonly atMs: number;
  readonly quantity: Decimal;
}

/** What orders have taken from the market's own levels and has not come back: it returns at its price by halves, whatever books come up meanwhile. */
export class TakenLevels {
  readonly #halfLifeMs: number;
  readonly #byAsset = new Map<string, Map<string, Gone>>();

  constructor(halfLifeMs: number) {
    this.#halfLifeMs = halfLifeMs;
  }

  take(asset: string, takerSide: Side, found: Pick<Match, 'price' | 'quantity'>, atMs: number): void {
    const known = [...(this.#byAsset.get(asset) ?? [])].filter(([, gone]) => this.#shareLeft(gone, atMs) > 0);
    const quantity = this.goneAt(asset, takerSide, found.price, atMs).plus(found.quantity);
    this.#byAsset.set(asset, new Map([...known, [keyOf(takerSide, found.price), { atMs, quantity }]]));
  }

  /** Units that are missing at a price at an instant. */
  goneAt(asset: string, takerSide: Side, price: Decimal, atMs: number): Decimal {
    const gone = this.#byAsset.get(asset)?.get(keyOf(takerSide, price));
    if (gone === undefined) return NOTHING;
    const share = this.#shareLeft(gone, atMs);
    if (share === 1) return gone.quantity;
    return gone.quantity.times(share.toFixed(FACTOR_DECIMAL_PLACES)).decimalPlaces(QUANTITY_DECIMAL_PLACES, Decimal.ROUND_HALF_UP);
  }

  #shareLeft(gone: Gone, atMs: number): number {
    const halfLives = Math.max(0, atMs - gone.atMs) / this.#halfLifeMs;
    return halfLives > HALF_LIVES_KEPT ? 0 : 2 ** -halfLives;
  }
}

function keyOf(takerSide: Side, price: Decimal): string {
  return `${takerSide}/${price.toFixed()}`;
}
