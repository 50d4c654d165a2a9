import { z } from 'zod';
import { isPlainDecimal } from '../kernel/decimal.ts';
import { CoinAmount, Price, VenueWon } from '../kernel/money.ts';
import { SHARING_RULE, shareCoins } from './fair-shares.ts';
import type { WantedOrder } from './size-order.ts';

const figure = z.string().refine(isPlainDecimal, 'a plain decimal');

export const allocationInputsSchema = z.object({
  rule: z.string(),
  venue: z.string(),
  asset: z.string(),
  quantityDecimalPlaces: z.int(),
  /** Units that one order may take from the market and of its day's volume. */
  takeable: figure,
  minimum: figure,
  upperNetPrice: figure,
  wants: z.array(
    z.object({
      holdingId: z.int(),
      wanted: figure,
      available: figure,
      remainingKrw: figure,
      isDust: z.boolean(),
    }),
  ),
});
/** What an order of several cases is divided by; stored with the order. */
export type AllocationInputs = z.output<typeof allocationInputsSchema>;

export interface AllocatedShare {
  readonly holdingId: number;
  readonly quantity: string;
  readonly maximumProceeds: string;
  readonly exceedsNeed: boolean;
}

/**
 * What of one order at the venue is whose. All that is wanted, where the market takes it; else what it takes, in proportion to what
 * each wants, by largest remainder, ties to the lower holding number. Nobody is left with a rest too small to sell: who would be is
 * cut back so far that he keeps one least order. Where nothing that the venue takes would remain of that, dust and then the holding of
 * the highest number wait for the next order, and so on; the last of them sells what the market takes, as it would by itself. Dust takes
 * part only where others make the order large enough. Empty when there is no order. A pure function.
 */
export function allocate(inputs: AllocationInputs): AllocatedShare[] {
  const { asset } = inputs;
  const coins = (text: string) => CoinAmount.of(asset, text);
  const minimum = coins(inputs.minimum);
  const ordered = inputs.wants.toSorted((a, b) => a.holdingId - b.holdingId);
  const own = ordered.filter(({ isDust }) => !isDust);
  if (ordered.length === 0) return [];
  const takeable = coins(inputs.takeable).smaller(total(inputs, ordered)).roundTo(inputs.quantityDecimalPlaces, 'down');
  const parts = shareCoins(
    takeable,
    ordered.map(({ wanted }) => coins(wanted)),
    inputs.quantityDecimalPlaces,
  ).map((part) => part.roundTo(inputs.quantityDecimalPlaces, 'down'));
  const shares = ordered.flatMap((want, place) => {
    const part = parts[place] ?? CoinAmount.zero(asset);
    const quantity = want.isDust ? part : leavingNoDust(part, coins(want.wanted), coins(want.available), minimum);
    return quantity.isPositive() ? [shareOf(want, quantity, inputs)] : [];
  });
  const sum = CoinAmount.sum(
    asset,
    shares.map(({ quantity }) => coins(quantity)),
  );
  if (!sum.isLessThan(minimum)) return shares;
  const [first] = ordered;
  if (ordered.length === 1 && first !== undefined) return takeable.isLessThan(minimum) ? [] : [shareOf(first, takeable, inputs)];
  return allocate({ ...inputs, wants: own.length < ordered.length ? own : ordered.slice(0, -1) });
}

function total({ asset }: AllocationInputs, wants: AllocationInputs['wants']): CoinAmount {
  return CoinAmount.sum(
    asset,
    wants.map(({ wanted }) => CoinAmount.of(asset, wanted)),
  );
}

/** Who gets all he wanted has been looked after when his order was sized. */
function leavingNoDust(part: CoinAmount, wanted: CoinAmount, available: CoinAmount, minimum: CoinAmount): CoinAmount {
  const rest = available.minus(part);
  if (part.equals(wanted) || rest.isZero() || !rest.isLessThan(minimum)) return part;
  return available.minus(minimum).larger(CoinAmount.zero(part.asset)).smaller(part);
}

function shareOf(want: AllocationInputs['wants'][number], quantity: CoinAmount, inputs: AllocationInputs): AllocatedShare {
  const maximumProceeds = quantity.costAt(Price.of(inputs.asset, inputs.upperNetPrice), inputs.venue);
  return {
    holdingId: want.holdingId,
    quantity: quantity.toString(),
    maximumProceeds: maximumProceeds.toString(),
    exceedsNeed: maximumProceeds.isMoreThan(VenueWon.of(inputs.venue, want.remainingKrw)),
  };
}

/** One case's wanted order with what it still needs. */
export interface CaseWant {
  readonly order: WantedOrder;
  readonly remainingKrw: string;
}

/** Orders that the venue could take as one: same market, style, price and time to rest. */
export function jointKey({ symbol, style, limitPrice, restUntil }: WantedOrder): string {
  return [symbol, style, limitPrice, restUntil ?? ''].join('|');
}

/**
 * Undefined for nobody. The least of what each found takeable holds for all: they read one book. So does the largest of their least
 * orders, which their floors may tell apart: nobody is left with less than his own.
 */
export function allocationInputsOf(venue: string, quantityDecimalPlaces: number, wants: readonly CaseWant[]): AllocationInputs | undefined {
  const [first] = wants;
  if (first === undefined) return undefined;
  const { asset, upperNetPrice } = first.order;
  const takeable = wants.map(({ order }) => CoinAmount.of(asset, order.takeable)).reduce((least, each) => least.smaller(each));
  const minimum = wants.map(({ order }) => CoinAmount.of(asset, order.minimum)).reduce((most, each) => most.larger(each));
  return {
    rule: SHARING_RULE,
    venue,
    asset,
    quantityDecimalPlaces,
    takeable: takeable.toString(),
    minimum: minimum.toString(),
    upperNetPrice,
    wants: wants.map(({ order, remainingKrw }) => ({
      holdingId: order.holdingId,
      wanted: order.demanded,
      available: order.available,
      remainingKrw,
      isDust: order.isDust,
    })),
  };
}
