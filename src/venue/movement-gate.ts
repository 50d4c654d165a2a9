import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
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
 * Refuses a movement that the trading state or a freeze forbids. The account must be locked, so that neither can change before
 * the caller commits. Errors: `TRADING_HALTED`, `ASSET_FROZEN`.
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
}
