import type { Services } from '../src/http/services.ts';
import { accountOfStop, lookAtStop } from '../src/voluntary-sale/wish-look.ts';

/** `wish:ID`: look at the market for a stop that is due. */
export async function answerWish({ database, exchanges, log }: Services, wishId: number): Promise<void> {
  const accountId = await accountOfStop(database, wishId);
  if (accountId === undefined) return;
  const look = await lookAtStop(database, await exchanges.exchangeFor(accountId), wishId);
  if (look !== 'looked' && look !== 'idle') log.warn({ wish: wishId, account: accountId, look }, 'a stop could not be looked at');
}
