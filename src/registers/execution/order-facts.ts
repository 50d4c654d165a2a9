import type { Transaction } from '../../database/work.ts';
import { CoinAmount, Price, VenueWon } from '../../kernel/money.ts';
import type { MidPrice } from './benchmark.ts';
import type { Fill } from './cost.ts';
import { bookKey, midsOfDecisions } from './decision-books.ts';
import { groupBy } from './group.ts';

/** When an order of which a holding has a share was decided. */
export interface OrderFacts {
  readonly orderId: number;
  readonly decidedAt: Date;
}

/** A holding's shares of orders, in the order of their decisions, and what they brought, in the order of the trades. */
export interface HoldingOrders {
  readonly orders: readonly OrderFacts[];
  readonly fills: readonly Fill[];
  /** Mid of the book behind the first order. */
  readonly firstOrder: MidPrice | undefined;
}

export const NO_ORDERS: HoldingOrders = { orders: [], fills: [], firstOrder: undefined };

type ShareRow = Awaited<ReturnType<typeof readShares>>[number];
type FillRow = Awaited<ReturnType<typeof readFills>>[number];
type Decided = Pick<Fill, 'decidedAt' | 'mid'>;

/** By holding: what was ordered and sold before an instant. `venues` names the venue of each account. */
export async function readOrders(
  reader: Transaction,
  caseIds: readonly number[],
  until: Date,
  venues: ReadonlyMap<number, string>,
): Promise<Map<number, HoldingOrders>> {
  const shares = await readShares(reader, caseIds, until);
  const fills = await readFills(reader, caseIds, until);
  const mids = await midsOfDecisions(
    reader,
    shares.map(({ decisionId }) => decisionId),
  );
  const midOf = ({ decisionId, holdingId }: ShareRow) => mids.get(bookKey(decisionId, holdingId));
  const decisions = new Map(
    shares.map((share) => [shareKey(share.orderId, share.holdingId), { decidedAt: share.decision.decidedAt, mid: midOf(share)?.price }]),
  );
  const sharesOf = groupBy(shares, ({ holdingId }) => holdingId);
  const fillsOf = groupBy(fills, ({ holdingId }) => holdingId);
  const holdingIds = new Set([...sharesOf.keys(), ...fillsOf.keys()]);
  return new Map(
    [...holdingIds].map((holdingId) => {
      const own = sharesOf.get(holdingId) ?? [];
      const [first] = own;
      return [
        holdingId,
        {
          orders: own.map(({ orderId, decision }) => ({ orderId, decidedAt: decision.decidedAt })),
          fills: (fillsOf.get(holdingId) ?? []).map((fill) =>
            toFill(fill, venues.get(fill.venueAccountId) ?? '', decisions.get(shareKey(fill.orderId, holdingId))),
          ),
          firstOrder: first === undefined ? undefined : midOf(first),
        },
      ];
    }),
  );
}

function readShares(reader: Transaction, caseIds: readonly number[], until: Date) {
  return reader.orderShare.findMany({
    where: { caseId: { in: [...caseIds] }, decision: { decidedAt: { lt: until } } },
    select: { orderId: true, holdingId: true, decisionId: true, decision: { select: { decidedAt: true } } },
    orderBy: { decisionId: 'asc' },
  });
}

function readFills(reader: Transaction, caseIds: readonly number[], until: Date) {
  return reader.orderFill.findMany({
    where: { caseId: { in: [...caseIds] }, filledAt: { lt: until } },
    include: { order: { select: { asset: true, style: true } } },
    orderBy: [{ filledAt: 'asc' }, { id: 'asc' }],
  });
}

function shareKey(orderId: number, holdingId: number): string {
  return `${orderId}/${holdingId}`;
}

function toFill(
  { id, orderId, tradeId, quantity, price, proceeds, fee, filledAt, order }: FillRow,
  venue: string,
  decided?: Decided,
): Fill {
  return {
    fillId: id,
    orderId,
    tradeId,
    venue,
    style: order.style,
    quantity: CoinAmount.of(order.asset, quantity.toFixed()),
    price: Price.of(order.asset, price.toFixed()),
    proceeds: VenueWon.of(venue, proceeds.toFixed()),
    fee: VenueWon.of(venue, fee.toFixed()),
    filledAt,
    decidedAt: decided?.decidedAt,
    mid: decided?.mid,
  };
}
