import type { KeyFacts, KeyPermission } from '../port.ts';
import type { KorbitConnection } from './connection.ts';
import { keyInfo } from './wire.ts';

const PERMISSIONS: ReadonlyMap<string, KeyPermission> = new Map([
  ['readBalances', 'view_assets'],
  ['readOrders', 'view_orders'],
  ['writeOrders', 'trade'],
  ['readDeposits', 'view_deposits'],
  ['readWithdrawals', 'view_withdrawals'],
  ['writeDeposits', 'deposit'],
  ['writeWithdrawals', 'withdraw'],
]);

/**
 * Korbit alone of the won exchanges tells all of a key (docs, Get API Key Info). A permission that nobody has read up is taken for the
 * one that can do most harm, unless its name says that it only reads.
 */
export async function readKeyFacts(connection: KorbitConnection): Promise<KeyFacts> {
  const { permissions, whitelist, expiration } = await connection.read('keyInfo', keyInfo);
  const known = permissions.flatMap((name): KeyPermission[] => {
    const permission = PERMISSIONS.get(name);
    if (permission !== undefined) return [permission];
    return name.startsWith('read') ? [] : ['withdraw'];
  });
  return {
    permissions: [...new Set(known)],
    expiresAt: expiration,
    boundAddresses: whitelist
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== ''),
  };
}
