import type { Intent, PrismaClient, SaleOrder } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';

/**
 * Open orders of an account of which nobody can say what became of them: sent and not answered, or not found since, or left to a
 * person. One to which the venue has given a number, and which it still shows, is known.
 */
export async function unknownOrders(reader: Transaction | PrismaClient, accountId: number, now: Date): Promise<SaleOrder[]> {
  const open = await reader.saleOrder.findMany({ where: { venueAccountId: accountId, closedAt: null }, orderBy: { id: 'asc' } });
  if (open.length === 0) return [];
  const intents = await reader.intent.findMany({ where: { id: { in: open.map(({ intentId }) => intentId) } } });
  const byId = new Map(intents.map((intent) => [intent.id, intent]));
  return open.filter((order) => {
    const intent = byId.get(order.intentId);
    return intent === undefined || isUnknown(order, intent, now);
  });
}

function isUnknown({ venueOrderId }: SaleOrder, { state, notFoundAt, nextLookAt, lastAnswer }: Intent, now: Date): boolean {
  if (state !== 'open' || notFoundAt.length > 0) return true;
  return venueOrderId === null && (lastAnswer !== null || nextLookAt === null || nextLookAt <= now);
}
