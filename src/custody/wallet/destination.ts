import type { SeizedWallet } from '../../database/generated/client.ts';
import type { Transaction } from '../../database/work.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { usualCase } from '../address-check.ts';
import { addressNetwork } from '../address-networks.ts';

const MINUTE_MS = 60_000;

/**
 * The city's own address for an asset on the wallet's network, as the exchange named it a short while ago; undefined where the exchange has
 * given none for it. Errors: `CONFLICT` when what is known of it is older than policy allows, or when the network wants a tag, which
 * a chain of this kind cannot carry.
 */
export async function cityAddress(
  reader: Pick<Transaction, 'venueDepositAddress'>,
  { venueAccountId, network }: Pick<SeizedWallet, 'venueAccountId' | 'network'>,
  { asset, at, minutesMax }: { readonly asset: string; readonly at: Date; readonly minutesMax: number },
): Promise<string | undefined> {
  const rows = await reader.venueDepositAddress.findMany({ where: { venueAccountId, asset }, orderBy: { id: 'asc' } });
  const row = rows.find((each) => addressNetwork(each.network)?.code === network);
  if (row === undefined) return undefined;
  if (row.secondaryAddress !== null) {
    throw new CheongsanError(
      'CONFLICT',
      `The exchange wants a tag or memo for ${asset} on ${network}, which is not known of this network.`,
    );
  }
  if (row.checkedAt.getTime() < at.getTime() - minutesMax * MINUTE_MS) {
    throw new CheongsanError(
      'CONFLICT',
      `The deposit address of account ${venueAccountId} for ${asset} was last read from the exchange at ${row.checkedAt.toISOString()}; read it again.`,
      { facts: { accountId: venueAccountId, asset, checkedAt: row.checkedAt.toISOString() } },
    );
  }
  // Exchanges often write it without a checksum; nobody has typed it on its way here.
  return usualCase(row.address);
}
