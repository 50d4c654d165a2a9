import type { Database } from '../../database/work.ts';
import type { DueSource } from '../../queue/due.ts';

const BATCH = 500;

/** Wallets to be looked at: `wallets` rings name seized wallets. A look is an appointment only while something of ours is on its way. */
export function walletDueSource(database: Database): DueSource {
  return {
    queue: 'wallets',
    due: async (now) => {
      const rows = await database.read.seizedWallet.findMany({
        where: { nextLookAt: { lte: now } },
        select: { id: true },
        orderBy: { nextLookAt: 'asc' },
        take: BATCH,
      });
      return rows.map(({ id }) => id);
    },
    nextDueAt: async (now) => {
      const next = await database.read.seizedWallet.findFirst({
        where: { nextLookAt: { gt: now }, sweeps: { some: { state: 'approved' } } },
        select: { nextLookAt: true },
        orderBy: { nextLookAt: 'asc' },
      });
      return next?.nextLookAt ?? undefined;
    },
  };
}
