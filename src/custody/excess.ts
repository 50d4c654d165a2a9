import { lockRows } from '../database/locks.ts';
import type { Actor, Database } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { ledgerAsset } from '../venue/ledger-asset.ts';
import { bookedBalances } from './booked-balances.ts';
import { recordDeposit } from './deposit-record.ts';
import { readDeposits } from './deposits.ts';
import { NOTHING_BOOKED } from './reconcile-rules.ts';

/** Reads deposits until nothing new comes between two readings, so that what is found beside them was there before. */
const READINGS_MAX = 5;

/**
 * Takes into the books what an account held before they began, once and on an official's word: whatever the venue has more than
 * the ledger becomes an unidentified receipt for officers to match with old seizures. Returns how many assets. Errors:
 * `CONFLICT` when it was done before, when the venue has less than the ledger, or when deposits keep coming in; those of the port.
 */
export async function recordOpeningBalances(database: Database, actor: Actor, port: ExchangePort, accountId: number): Promise<number> {
  const held = await quietBalances(database, port, accountId);
  return database.work(actor, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    const done = await work.tx.venueDeposit.findFirst({ where: { venueAccountId: accountId, depositId: { startsWith: 'opening:' } } });
    if (done !== null) throw new CheongsanError('CONFLICT', `The opening balances of account ${accountId} were taken before.`);
    const booked = await bookedBalances(work.tx, accountId, port.venue);
    let count = 0;
    for (const { asset, free, locked } of held) {
      const venue = new Decimal(free).plus(new Decimal(locked));
      const excess = venue.minus((booked.get(ledgerAsset(port.venue, asset)) ?? NOTHING_BOOKED).quantity);
      if (excess.isLessThan(0)) {
        throw new CheongsanError(
          'CONFLICT',
          `Account ${accountId} has ${excess.negated().toFixed()} ${asset} less than the ledger; explain that first.`,
        );
      }
      if (excess.isZero()) continue;
      await recordDeposit(work, { accountId, venue: port.venue, deposit: openingOf(asset, excess, work.at) });
      count++;
    }
    return count;
  });
}

async function quietBalances(database: Database, port: ExchangePort, accountId: number) {
  await readDeposits(database, port, accountId);
  for (let reading = 1; reading <= READINGS_MAX; reading++) {
    const balances = await port.balances();
    const { recorded } = await readDeposits(database, port, accountId);
    if (recorded === 0) return balances;
  }
  throw new CheongsanError('CONFLICT', `Deposits keep coming to account ${accountId}; take its opening balances when it is quiet.`);
}

function openingOf(asset: string, quantity: Decimal, at: Date) {
  return {
    depositId: `opening:${asset}`,
    asset,
    quantity: quantity.toFixed(),
    network: undefined,
    transactionId: undefined,
    route: 'unknown',
    state: 'credited',
    statusWord: 'opening',
    createdAt: at,
    creditedAt: at,
  } as const;
}
