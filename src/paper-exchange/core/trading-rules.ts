import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';

/** At or above `from`, prices are multiples of `tick`, both in won. */
export interface TickStep {
  readonly from: Decimal;
  readonly tick: Decimal;
}

/**
 * The price steps of one market. Invariant: every `from` is a multiple of the tick below it and of its own, so that a price
 * rounded across a boundary still fits.
 */
export class TickTable {
  readonly steps: readonly TickStep[];

  /** Steps in any order; the lowest must begin at zero. Error: `INPUT_INVALID`. */
  constructor(steps: readonly TickStep[]) {
    this.steps = [...steps].sort((a, b) => b.from.comparedTo(a.from) ?? 0);
    if (this.steps.at(-1)?.from.isZero() !== true) {
      throw new CheongsanError('INPUT_INVALID', 'A table of price steps must begin at zero won.');
    }
  }

  tickAt(price: Decimal): Decimal {
    return this.#stepAt(price).tick;
  }

  fits(price: Decimal): boolean {
    return price.isGreaterThan(0) && price.modulo(this.tickAt(price)).isZero();
  }

  /** The nearest price on a tick, half a tick upwards; never below the smallest tick. */
  nearest(price: Decimal): Decimal {
    const tick = this.tickAt(price);
    const rounded = price.div(tick).integerValue(Decimal.ROUND_HALF_UP).times(tick);
    return rounded.isZero() ? tick : rounded;
  }

  /** The next higher price, given one that fits. */
  above(price: Decimal): Decimal {
    return price.plus(this.tickAt(price));
  }

  /** The next lower price, given one that fits; undefined where nothing above zero is left. */
  below(price: Decimal): Decimal | undefined {
    const step = this.#stepAt(price);
    const lower = price.isGreaterThan(step.from) ? price.minus(step.tick) : price.minus(this.#stepBelow(step).tick);
    return lower.isGreaterThan(0) ? lower : undefined;
  }

  #stepAt(price: Decimal): TickStep {
    const step = this.steps.find((candidate) => price.isGreaterThanOrEqualTo(candidate.from));
    if (step === undefined) throw new CheongsanError('INPUT_INVALID', `A price cannot be ${price.toFixed()}.`);
    return step;
  }

  #stepBelow(step: TickStep): TickStep {
    return this.steps[this.steps.indexOf(step) + 1] ?? step;
  }
}

/**
 * How long a client's own reference stays used. `attempt`: for ever, even when the order was refused. `order`: as long as an order of
 * that reference is remembered, for so many milliseconds from its acceptance, for ever when undefined. `open_order`: until it is over.
 */
export type ReferenceLife =
  | { readonly of: 'attempt' }
  | { readonly of: 'order'; readonly rememberedMs: number | undefined }
  | { readonly of: 'open_order' };

/** What an exchange demands of every order. Amounts in won of the exchange, rates as fractions of the traded funds. */
export interface TradingRules {
  /** The asset in which prices are stated. */
  readonly quoteAsset: string;
  readonly feeRate: Decimal;
  readonly minimumOrder: Decimal;
  readonly maximumOrder: Decimal;
  readonly quantityDecimalPlaces: number;
  readonly bookLevels: number;
  /** Characters of a client's own order reference. */
  readonly referenceLengthMax: number;
  readonly referenceLife: ReferenceLife;
  /** True: an immediate sell of more than all that is shown is refused; false: it takes what is there. */
  readonly refusesBeyondShown: boolean;
  ticksOf(asset: string): TickTable;
}
