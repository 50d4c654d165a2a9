import { z } from 'zod';
import type { OrderShare, SaleDecision, SaleOrder } from '../database/generated/client.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CoinAmount } from '../kernel/money.ts';
import { SHARING_RULE } from './fair-shares.ts';
import { differenceText } from './first-difference.ts';
import { type AllocationInputs, allocate, allocationInputsOf, allocationInputsSchema } from './omnibus.ts';
import { SIMPLE_RULE_VERSION } from './simple-1/decide.ts';

/** What an order is held against of a decision that wanted it. */
export interface DecidedShare extends Pick<SaleDecision, 'id' | 'caseId' | 'decidedAt' | 'ruleVersion' | 'result'> {
  /** What its inputs say was still to be sold for. */
  readonly remainingKrw: string | null;
  /** False where the decision is not what it was: then that is told of it, and nothing of the order is held against it. */
  readonly isIntact: boolean;
}

export interface ReplayedOrder extends SaleOrder {
  /** By holding. */
  readonly shares: readonly (OrderShare & { readonly decision: DecidedShare })[];
}

/** What the first rule decided: it went to the venue as it was. */
const simpleOrderSchema = z.object({
  holdingId: z.int(),
  asset: z.string(),
  symbol: z.string(),
  quantity: z.string(),
  limitPrice: z.string(),
  maximumProceeds: z.string(),
  exceedsNeed: z.boolean(),
});

const wantedOrderSchema = simpleOrderSchema.extend({
  style: z.enum(['cross', 'passive']),
  demanded: z.string(),
  upperNetPrice: z.string(),
  takeable: z.string(),
  available: z.string(),
  minimum: z.string(),
  restUntil: z.string().nullable(),
  isDust: z.boolean(),
});
type WantedAgain = z.output<typeof wantedOrderSchema>;

/** An order as decisions of either rule wanted it. */
const decidedOrderSchema = z.object({
  order: z.union([wantedOrderSchema, simpleOrderSchema.transform((order) => ({ ...order, style: 'cross' as const, restUntil: null }))]),
});

const UNREADABLE = 'has inputs that no rule can read';

/** Holds an order and its shares against the decisions that wanted it, and divides it again. Undefined where all is the same. */
export function orderDifference(order: ReplayedOrder): string | undefined {
  for (const share of order.shares) {
    const difference = share.decision.isIntact ? wantDifference(order, share) : undefined;
    if (difference !== undefined) return difference;
  }
  const shared = CoinAmount.sum(
    order.asset,
    order.shares.map(({ quantity }) => CoinAmount.of(order.asset, quantity.toFixed())),
  );
  const whole = differenceText({ quantity: order.quantity.toFixed() }, { quantity: shared.toString() });
  return whole ?? (order.allocation === null ? undivided(order) : divisionDifference(order));
}

/** What the order's row has in common with what each of its cases wanted. */
function wantDifference(order: ReplayedOrder, { caseId, holdingId, decision }: ReplayedOrder['shares'][number]): string | undefined {
  const decided = decidedOrderSchema.safeParse(decision.result);
  if (!decided.success) return `has a share of sale_decision:${decision.id}, which wanted no order`;
  const { asset, symbol, style, limitPrice, restUntil } = decided.data.order;
  const row = {
    asset: order.asset,
    symbol: order.symbol,
    style: order.style,
    limitPrice: order.limitPrice.toFixed(),
    restUntil: order.restUntil?.toISOString() ?? null,
    createdAt: order.createdAt.toISOString(),
    caseId,
    holdingId,
  };
  const again = { asset, symbol, style, limitPrice, restUntil, createdAt: decision.decidedAt.toISOString() };
  return differenceText(row, { ...again, caseId: decision.caseId, holdingId: decided.data.order.holdingId });
}

/** Before there were several cases in an order, it was what its one case had decided. */
function undivided({ shares }: ReplayedOrder): string | undefined {
  const intact = shares.filter(({ decision }) => decision.isIntact);
  if (intact.some(({ decision }) => decision.ruleVersion !== SIMPLE_RULE_VERSION)) return 'has lost what it was divided by';
  const again = intact.map(({ decision }) => simpleOrderSchema.parse(z.object({ order: z.unknown() }).parse(decision.result).order));
  return sharesDifference(intact, again);
}

function divisionDifference({ allocation, shares }: ReplayedOrder): string | undefined {
  const inputs = allocationInputsSchema.safeParse(allocation);
  if (!inputs.success || inputs.data.rule !== SHARING_RULE) return UNREADABLE;
  return wantsDifference(inputs.data, shares) ?? sharesDifference(shares, allocate(inputs.data));
}

/**
 * What the order was divided by, against what its cases wanted. Of those who got no share nothing is known here: they may have made less
 * takeable, and a least order larger.
 */
function wantsDifference(stored: AllocationInputs, shares: ReplayedOrder['shares']): string | undefined {
  const known = shares.flatMap(({ decision }) => {
    const decided = z.object({ order: wantedOrderSchema }).safeParse(decision.result);
    const { isIntact, remainingKrw } = decision;
    return isIntact && decided.success && remainingKrw !== null ? [{ order: decided.data.order satisfies WantedAgain, remainingKrw }] : [];
  });
  const again = allocationInputsOf(stored.venue, stored.quantityDecimalPlaces, known);
  if (again === undefined) return undefined;
  const coins = (figure: string) => CoinAmount.of(stored.asset, figure);
  const areAllKnown = known.length === stored.wants.length;
  const { takeable, minimum } = again;
  return differenceText(normal(stored, known), {
    ...normal(again, known),
    takeable: areAllKnown ? takeable : coins(takeable).smaller(coins(stored.takeable)).toString(),
    minimum: areAllKnown ? minimum : coins(minimum).larger(coins(stored.minimum)).toString(),
  });
}

function normal(inputs: AllocationInputs, known: readonly { readonly order: WantedAgain }[]) {
  const holdingIds = new Set(known.map(({ order }) => order.holdingId));
  const wants = inputs.wants.filter(({ holdingId }) => holdingIds.has(holdingId)).toSorted((a, b) => a.holdingId - b.holdingId);
  return { ...inputs, wants };
}

interface DividedShare {
  readonly holdingId: number;
  readonly quantity: string;
  readonly maximumProceeds: string;
  readonly exceedsNeed: boolean;
}

function sharesDifference(stored: readonly OrderShare[], again: readonly DividedShare[]): string | undefined {
  const row = ({ holdingId, quantity, maximumProceeds, exceedsNeed }: DividedShare): Canonical => ({
    holdingId,
    quantity,
    maximumProceeds,
    exceedsNeed,
  });
  const rows = stored.map(({ quantity, maximumProceeds, ...share }) =>
    row({ ...share, quantity: quantity.toFixed(), maximumProceeds: maximumProceeds.toFixed() }),
  );
  return differenceText(rows, again.toSorted((a, b) => a.holdingId - b.holdingId).map(row));
}
