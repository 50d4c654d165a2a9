import { lockRows } from '../database/locks.ts';
import type { Actor, Database } from '../database/work.ts';
import type { Balance, Deposit, ExchangePort } from '../exchange/port.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { ledgerAsset } from '../venue/ledger-asset.ts';
import { EXCESS_DEPOSIT } from '../venue/own-deposit.ts';
import { bookedBalances } from './booked-balances.ts';
import { recordDeposit } from './deposit-record.ts';
import { readDeposits } from './deposits.ts';
import { NOTHING_BOOKED } from './reconcile-rules.ts';

/**
 * Deposits are read until none comes between two readings, so that what is found beside them came in no other way. Where the venue lists
 * none, everything beyond the books comes in this way.
 */
const READINGS_MAX = 5;

/**
 * Takes into the books what the venue holds beyond them, on an official's word: what lay in the account before its books began,
 * or what the exchange put there without a deposit, such as an airdrop. Each becomes an unidentified receipt, for officers to
 * match with a case or to return. Returns the assets. Errors: `CONFLICT` while orders, transfers or withdrawals of an asset are
 * under way, which could be what is in excess, or while deposits keep coming; those of the port.
 */
export async function recordExcess(database: Database, actor: Actor, port: ExchangePort, accountId: number): Promise<string[]> {
  const held = await quietBalances(database, port, accountId);
  return database.work(actor, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    const booked = await bookedBalances(work.tx, accountId, port.venue);
    const recorded: string[] = [];
    for (const { asset, free, locked } of held) {
      const { quantity, less, more } = booked.get(ledgerAsset(port.venue, asset)) ?? NOTHING_BOOKED;
      const excess = new Decimal(free).plus(new Decimal(locked)).minus(quantity);
      if (!excess.isGreaterThan(0)) continue;
      if (!less.isZero() || !more.isZero()) {
        throw new CheongsanError(
          'CONFLICT',
          `Movements of ${asset} at account ${accountId} are under way; take its excess when they have ended.`,
        );
      }
      await recordDeposit(work, { accountId, venue: port.venue, deposit: excessOf(asset, excess, work.at) });
      recorded.push(asset);
    }
    return recorded;
  });
}

async function quietBalances(database: Database, port: ExchangePort, accountId: number): Promise<readonly Balance[]> {
  if (!port.capabilities.depositsReadable) return port.balances();
  await readDeposits(database, port, accountId);
  for (let reading = 1; reading <= READINGS_MAX; reading++) {
    const balances = await port.balances();
    const { recorded } = await readDeposits(database, port, accountId);
    if (recorded === 0) return balances;
  }
  throw new CheongsanError('CONFLICT', `Deposits keep coming to account ${accountId}; take its excess when it is quiet.`);
}

/** As if the venue had listed it; the id says that it did not. */
function excessOf(asset: string, quantity: Decimal, at: Date): Deposit {
  return {
    depositId: `${EXCESS_DEPOSIT}${asset}:${at.toISOString()}`,
    asset,
    quantity: quantity.toFixed(),
    network: undefined,
    transactionId: undefined,
    route: 'unknown',
    state: 'credited',
    statusWord: 'excess',
    createdAt: at,
    creditedAt: at,
  };
}
