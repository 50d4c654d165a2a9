import type { Transaction, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { movementReadingMinutes } from '../policy/definitions/reconciliation.ts';
import { isFrozen } from './freeze.ts';
import { lockedTradingState } from './trading-state.ts';

/** A movement about to be committed. A new sale starts something; sending what was decided before finishes it. */
export interface Movement {
  readonly accountId: number;
  /** Asset of the ledger. */
  readonly asset: string;
  readonly kind: 'start' | 'finish';
}

/**
 * Refuses a movement that the trading state, a freeze or a missing reading forbids. The account must be locked, so that none can
 * change before the caller commits. Errors: `TRADING_HALTED`, `ASSET_FROZEN`, `RECONCILIATION_DUE`.
 */
export async function requireMovementAllowed(work: Work, { accountId, asset, kind }: Movement): Promise<void> {
  const state = await lockedTradingState(work, accountId);
  if (state === 'HALTED' || (state === 'REDUCING' && kind === 'start')) {
    throw new CheongsanError('TRADING_HALTED', `Trading at account ${accountId} is ${state}; nothing is sent until that is loosened.`, {
      facts: { accountId, state },
    });
  }
  if (await isFrozen(work.tx, accountId, asset)) {
    throw new CheongsanError(
      'ASSET_FROZEN',
      `${asset} at account ${accountId} is frozen; explain the difference and have the freeze lifted.`,
      {
        facts: { accountId, asset },
      },
    );
  }
  await requireRecentReading(work, { accountId, asset });
}

type Reader = Pick<Transaction, 'venueAccount' | 'balanceReading' | 'policyValue'>;

/** What keeps a reading from vouching for an asset. */
export type ReadingLack = 'never' | 'old' | 'differs';

/**
 * What the last comparison of an account with its venue lacks to vouch for an asset: undefined when it is as young as the policy wants
 * and agreed. An unchanged agreement is stored once a day, so its age is that of the account's comparison. Error: `NOT_FOUND`.
 */
export async function readingLack(
  reader: Reader,
  { accountId, asset, at }: { readonly accountId: number; readonly asset: string; readonly at: Date },
): Promise<ReadingLack | undefined> {
  const account = await reader.venueAccount.findUnique({ where: { id: accountId }, select: { reconciledAt: true } });
  if (account === null) throw new CheongsanError('NOT_FOUND', `There is no exchange account ${accountId}.`);
  const last = await reader.balanceReading.findFirst({
    where: { venueAccountId: accountId, asset },
    orderBy: { id: 'desc' },
    select: { agrees: true },
  });
  if (account.reconciledAt === null || last === null) return 'never';
  const minutes = (await readPolicy(reader)).get(movementReadingMinutes, seoulDay(at));
  if (at.getTime() - account.reconciledAt.getTime() > minutes * 60_000) return 'old';
  return last.agrees ? undefined : 'differs';
}

const LACKS: Readonly<Record<ReadingLack, string>> = {
  never: 'was never compared with the exchange',
  old: 'was not compared with the exchange recently enough',
  differs: 'differed from the books when it was last compared',
};

/** Error: `RECONCILIATION_DUE`. What is so old that it keeps a movement back has been due for the sweeper's ring for long. */
async function requireRecentReading(work: Work, { accountId, asset }: Pick<Movement, 'accountId' | 'asset'>): Promise<void> {
  const lack = await readingLack(work.tx, { accountId, asset, at: work.at });
  if (lack === undefined) return;
  throw new CheongsanError(
    'RECONCILIATION_DUE',
    `${asset} at account ${accountId} ${LACKS[lack]}; reconcile the account, then try again.`,
    {
      facts: { accountId, asset, lack },
    },
  );
}
