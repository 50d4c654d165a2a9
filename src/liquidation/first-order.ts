import { reconcileAccount } from '../custody/reconcile.ts';
import { BREAKS_APART_MS } from '../custody/reconcile-rules.ts';
import type { Transaction } from '../database/work.ts';
import { seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { type ReadingLack, readingLack } from '../venue/movement-gate.ts';
import type { Desk } from './desk.ts';
import { readable } from './readable.ts';

/** What keeps coins from their first order of the day, by asset. */
export type FirstOrderLacks = ReadonlyMap<string, ReadingLack>;

/**
 * Holds the books against the venue before the day's first order of a coin (invariant 3), where no reading is young enough to vouch for
 * it, and answers what is lacking still. A venue that cannot be read vouches for nothing.
 */
export async function readBeforeFirstOrder(desk: Desk, assets: readonly string[]): Promise<FirstOrderLacks> {
  const { database, port, accountId } = desk;
  const now = database.clock.now();
  const lacks = await lackForFirstOrder(database.read, { accountId, assets, at: now });
  if (lacks.size === 0 || (await isJustLooked(desk, lacks, now))) return lacks;
  const readings = await readable(desk, 'reconciliation', () => reconcileAccount(database, port, accountId));
  return readings === undefined ? lacks : lackForFirstOrder(database.read, { accountId, assets, at: database.clock.now() });
}

/**
 * What the last comparison of an account with its venue lacks for the day's first order of these coins, by asset. A coin of which something
 * was ordered there today is not among them: each fill is compared with the books by the readings that follow. Nor is a frozen one, which
 * waits for its explanation.
 */
export async function lackForFirstOrder(
  reader: Pick<Transaction, '$queryRaw' | 'venueAccount' | 'balanceReading' | 'policyValue'>,
  { accountId, assets, at }: { readonly accountId: number; readonly assets: readonly string[]; readonly at: Date },
): Promise<FirstOrderLacks> {
  const first = await reader.$queryRaw<{ asset: string }[]>`
    SELECT a.asset FROM unnest(${[...assets]}::text[]) AS a(asset)
     WHERE NOT EXISTS (SELECT 1 FROM sale_order o
                        WHERE o.venue_account_id = ${accountId} AND o.asset = a.asset AND o.created_at >= ${startOfDay(seoulDay(at))})
       AND NOT EXISTS (SELECT 1 FROM asset_freeze f
                        WHERE f.venue_account_id = ${accountId} AND f.asset = a.asset AND f.lifted_at IS NULL)`;
  const lacks = new Map<string, ReadingLack>();
  for (const { asset } of first) {
    const lack = await readingLack(reader, { accountId, asset, at });
    if (lack !== undefined) lacks.set(asset, lack);
  }
  return lacks;
}

/** True where all that is lacking is that the venue has something else than the books, as was seen and counted a moment ago. */
async function isJustLooked({ database, accountId }: Desk, lacks: FirstOrderLacks, now: Date): Promise<boolean> {
  if ([...lacks.values()].some((lack) => lack !== 'differs')) return false;
  const { reconciledAt } = await database.read.venueAccount.findUniqueOrThrow({ where: { id: accountId }, select: { reconciledAt: true } });
  return reconciledAt !== null && now.getTime() - reconciledAt.getTime() < BREAKS_APART_MS;
}
