import type { Database } from '../../src/database/work.ts';
import { testActor } from './database.ts';

/** As if the account had just been compared with its exchange, and an asset there had agreed with the books; absent: won. */
export async function vouchFor(database: Database, accountId: number, asset?: string): Promise<void> {
  await database.work(testActor, async (work) => {
    const { venueCode } = await work.tx.venueAccount.update({ where: { id: accountId }, data: { reconciledAt: work.at } });
    const figures = { venueQuantity: '0', ledgerQuantity: '0', toleranceLow: '0', toleranceHigh: '0', agrees: true, breaksInRow: 0 };
    await work.tx.balanceReading.create({
      data: { venueAccountId: accountId, asset: asset ?? `KRW@${venueCode}`, readAt: work.at, ...figures },
    });
  });
}
