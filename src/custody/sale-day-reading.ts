import type { Transaction } from '../database/work.ts';
import { seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { type ReadingLack, readingLack } from '../venue/movement-gate.ts';

/**
 * What the last comparison of an account with its venue lacks for the day's first order of these coins, by asset. A coin of which something
 * was ordered there today is not among them: each fill is compared with the books by the readings that follow.
 */
export async function lackForFirstOrder(
  reader: Pick<Transaction, 'saleOrder' | 'venueAccount' | 'balanceReading' | 'policyValue'>,
  { accountId, assets, at }: { readonly accountId: number; readonly assets: readonly string[]; readonly at: Date },
): Promise<ReadonlyMap<string, ReadingLack>> {
  const ordered = await reader.saleOrder.findMany({
    where: { venueAccountId: accountId, asset: { in: [...assets] }, createdAt: { gte: startOfDay(seoulDay(at)) } },
    select: { asset: true },
    distinct: ['asset'],
  });
  const lacks = new Map<string, ReadingLack>();
  for (const asset of assets) {
    if (ordered.some((order) => order.asset === asset)) continue;
    const lack = await readingLack(reader, { accountId, asset, at });
    if (lack !== undefined) lacks.set(asset, lack);
  }
  return lacks;
}
