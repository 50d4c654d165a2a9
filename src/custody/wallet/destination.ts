import type { SeizedWallet } from '../../database/generated/client.ts';
import type { Transaction } from '../../database/work.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { type JudgedAddress, judgedAddresses } from '../../venue/shown-address.ts';
import { usualCase } from '../address-check.ts';
import { addressNetwork } from '../address-networks.ts';

/**
 * The city's own addresses on the wallet's network, by asset, with what stands against sending there; none for an asset for which the
 * exchange has given none. What two officials have to look at before an owner is told, they look at before a wallet is swept there.
 */
export async function cityAddresses(
  reader: Pick<Transaction, 'venueDepositAddress' | 'policyValue'>,
  { venueAccountId, network }: Pick<SeizedWallet, 'venueAccountId' | 'network'>,
  { assets, at }: { readonly assets: readonly string[]; readonly at: Date },
): Promise<Map<string, JudgedAddress>> {
  const judged = await judgedAddresses(reader, { accountId: venueAccountId, at, assets });
  const here = judged.filter((each) => addressNetwork(each.network)?.code === network);
  // Of two for one asset the one that may be told counts.
  const toldLast = here.toSorted((a, b) => Number(a.withheld === undefined) - Number(b.withheld === undefined));
  return new Map(toldLast.map((each) => [each.asset, each]));
}

/**
 * The address to send to. Errors: `CONFLICT` when there is none, or when it wants a tag, which a chain of this kind cannot carry;
 * `DEPOSIT_ADDRESS_WITHHELD` with why.
 */
export function usableAddress(
  known: JudgedAddress | undefined,
  { venueAccountId, network }: Pick<SeizedWallet, 'venueAccountId' | 'network'>,
  asset: string,
): string {
  if (known === undefined) {
    throw new CheongsanError(
      'CONFLICT',
      `Account ${venueAccountId} has no deposit address for ${asset} on ${network}; have the exchange issue one.`,
    );
  }
  if (known.secondaryAddress !== undefined) {
    throw new CheongsanError(
      'CONFLICT',
      `The exchange wants a tag or memo for ${asset} on ${network}, which is not known of this network.`,
    );
  }
  if (known.withheld !== undefined) {
    throw new CheongsanError(
      'DEPOSIT_ADDRESS_WITHHELD',
      `The address of account ${venueAccountId} for ${asset} on ${network} is not sent to: ${known.withheld}.`,
      { facts: { accountId: venueAccountId, asset, network, reasons: [known.withheld] } },
    );
  }
  return comparableAddress(known);
}

/** Exchanges often write it without a checksum; nobody has typed it on its way here. */
export function comparableAddress({ address }: JudgedAddress): string {
  return usualCase(address);
}
