import { appendAudit } from '../audit/append.ts';
import type { VenueDepositAddress } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { UNTOLD_NETWORK, type VenueCapabilities } from '../exchange/port.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readVenueAccount } from '../venue/account.ts';
import { digestOfAddress } from '../venue/address-digest.ts';
import { lapseProofs } from '../venue/source-proof.ts';
import { type CheckedDestination, checkDestination, usualCase } from './address-check.ts';
import { networkCode, SAME_VENUE } from './address-networks.ts';
import { requireReason } from './deposit-decision.ts';

/** An address of the city's account as an official reads it at the exchange's site. */
export interface ReadAtSite {
  readonly accountId: number;
  readonly asset: string;
  /** As the site names it; this is the only place that tells it where the interface does not. */
  readonly network: string;
  readonly address: string;
  readonly secondaryAddress?: string | undefined;
  /** What shows that it stood there, without the address. */
  readonly reason: string;
}

/**
 * Confirms a deposit address that changed, or of which the exchange does not name the network, with what stands at its site. One that
 * changed takes two officials who each type it; where the exchange's interface tells no addresses the first official enters it so and
 * another one confirms it by typing it again. Answers whether it may be shown from now on. Errors: `DEPOSIT_ADDRESS_DIFFERS` when the
 * interface told another one; `CONFLICT` when the first would be the second as well; those of `checkDestination`; `NOT_FOUND`.
 */
export async function confirmDepositAddress(
  work: Work,
  { tellsDepositAddresses }: Pick<VenueCapabilities, 'tellsDepositAddresses'>,
  input: ReadAtSite,
): Promise<{ readonly isConfirmed: boolean }> {
  const { accountId, asset, reason } = input;
  requireReason(reason);
  const { paper } = await readVenueAccount(work.tx, accountId);
  const read = paper ? asTyped(input) : checkDestination(input);
  if (read.network.toLowerCase() === SAME_VENUE) {
    throw new CheongsanError('ADDRESS_NETWORK_WRONG', 'A deposit address is one of a chain; a move within the exchange needs none.');
  }
  const userId = userIdOf(work.actor);
  if (userId === null) throw new CheongsanError('FORBIDDEN', 'Only an official can say what stands at the site of an exchange.');
  await lockRows(work, 'venue_account', [accountId]);
  const rows = await work.tx.venueDepositAddress.findMany({ where: { venueAccountId: accountId, asset } });
  const known = rows.find(({ network }) => networkCode(network) === read.network) ?? rows.find(({ network }) => network === UNTOLD_NETWORK);
  const isConfirmed = await keep(work, { known, read, userId, input, tellsDepositAddresses });
  await appendAudit(work, {
    stream: `account:${accountId}`,
    action: isConfirmed ? 'address.confirmed' : 'address.entered',
    subject: `venue_account:${accountId}`,
    payload: { asset, network: read.network, digest: digestOfAddress(read), reason },
  });
  return { isConfirmed };
}

/** Addresses of the training exchange are of no chain, so that nothing real is ever sent there. */
function asTyped({ network, address, secondaryAddress }: ReadAtSite): ReadDestination {
  return { network: networkCode(network), address: address.trim(), secondaryAddress: secondaryAddress?.trim() };
}

type ReadDestination = Pick<CheckedDestination, 'network' | 'address' | 'secondaryAddress'>;

interface Reading {
  readonly known: VenueDepositAddress | undefined;
  readonly read: ReadDestination;
  readonly userId: number;
  readonly input: ReadAtSite;
  readonly tellsDepositAddresses: boolean;
}

async function keep(work: Work, { known, read, userId, input, tellsDepositAddresses }: Reading): Promise<boolean> {
  const told = { address: read.address, secondaryAddress: read.secondaryAddress ?? null, checkedAt: work.at };
  if (known === undefined) {
    if (tellsDepositAddresses) throw differs(input, 'tells no such address');
    const { accountId: venueAccountId, asset } = input;
    const entered = { venueAccountId, asset, network: read.network, isReadBySite: true, enteredById: userId };
    await work.tx.venueDepositAddress.create({ data: { ...entered, ...told } });
    return false;
  }
  const confirmed = { confirmedNetwork: read.network, confirmedById: userId, confirmedAt: work.at };
  const where = { id: known.id };
  const nobody = { confirmedById: null, confirmedAt: null };
  if (!known.isReadBySite) {
    if (!isSame(known, read)) throw differs(input, 'told another one');
    if (known.confirmedAt !== null && known.confirmedNetwork === read.network) return true;
    if (known.changedAt !== null && !isSecondReading(known, read, userId)) {
      await work.tx.venueDepositAddress.update({ where, data: { ...nobody, confirmedNetwork: read.network, enteredById: userId } });
      return false;
    }
    await work.tx.venueDepositAddress.update({ where, data: confirmed });
    return true;
  }
  if (!isSame(known, read)) {
    await work.tx.venueDepositAddress.update({
      where,
      data: { ...told, ...nobody, confirmedNetwork: null, enteredById: userId, changedAt: work.at },
    });
    await lapseProofs(work, { accountId: known.venueAccountId, asset: known.asset, addressDigest: digestOfRow(known) });
    return false;
  }
  if (known.enteredById === userId) {
    if (known.confirmedAt === null) throw needsAnother(userId);
    await work.tx.venueDepositAddress.update({ where, data: { checkedAt: work.at } });
    return true;
  }
  await work.tx.venueDepositAddress.update({ where, data: { ...confirmed, checkedAt: work.at } });
  return true;
}

/**
 * Whether a changed address, as the interface tells it, has now been read at the site by two officials over the same network. Error:
 * `CONFLICT` when one would be both.
 */
function isSecondReading({ enteredById, confirmedNetwork }: VenueDepositAddress, { network }: ReadDestination, userId: number): boolean {
  if (enteredById === null || confirmedNetwork !== network) return false;
  if (enteredById === userId) throw needsAnother(userId);
  return true;
}

function needsAnother(userId: number): CheongsanError {
  return new CheongsanError('CONFLICT', `Official ${userId} entered this address; another one must read it at the site.`);
}

function isSame(known: VenueDepositAddress, { address, secondaryAddress }: ReadDestination): boolean {
  return [known.address, usualCase(known.address)].includes(address) && (known.secondaryAddress ?? undefined) === secondaryAddress;
}

function digestOfRow({ address, secondaryAddress }: VenueDepositAddress): string {
  return digestOfAddress({ address, secondaryAddress: secondaryAddress ?? undefined });
}

function differs({ accountId, asset, network }: ReadAtSite, how: string): CheongsanError {
  return new CheongsanError(
    'DEPOSIT_ADDRESS_DIFFERS',
    `The exchange ${how} for ${asset} over ${network} at account ${accountId}. Read its addresses again, and compare with the site.`,
    { facts: { accountId, asset, network } },
  );
}
