import { appendAudit } from '../audit/append.ts';
import type { WithdrawalAddress } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { type Destination, fingerprintOf, openDestination } from './withdrawal-address-seal.ts';

/** What an approval to list an address is about, as opposed to one to send coins, which is of the same kind. */
export const ADDRESS_SUBJECT = 'withdrawal_address';

/** Error: `NOT_FOUND`. */
export async function readAddress(work: Pick<Work, 'tx'>, addressId: number): Promise<WithdrawalAddress> {
  const row = await work.tx.withdrawalAddress.findUnique({ where: { id: addressId } });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no withdrawal address ${addressId}.`);
  return row;
}

/** Locks the account of an address and reads the address then, so that it changes for nobody who is just sending there. */
export async function lockAddress(work: Work, addressId: number): Promise<WithdrawalAddress> {
  const { venueAccountId } = await readAddress(work, addressId);
  await lockRows(work, 'venue_account', [venueAccountId]);
  return readAddress(work, addressId);
}

export function revoked({ id, state }: Pick<WithdrawalAddress, 'id' | 'state'>): CheongsanError {
  return new CheongsanError('ADDRESS_REVOKED', `Withdrawal address ${id} is ${state}; nothing is sent there.`, {
    facts: { addressId: id, state },
  });
}

export async function auditAddress(
  work: Work,
  row: WithdrawalAddress,
  what: string,
  facts: { readonly [key: string]: string | number },
): Promise<void> {
  await appendAudit(work, {
    stream: `account:${row.venueAccountId}`,
    action: `withdrawal_address.${what}`,
    subject: `withdrawal_address:${row.id}`,
    payload: { asset: row.asset, network: row.network, fingerprint: fingerprintOf(row), ...facts },
  });
}

/** What is approved: that coins of this asset may leave this account to this one's destination. */
export function addressContent(row: WithdrawalAddress) {
  const { id, venueAccountId, asset, network, owner, personId, depositRowId, ownAccountId, destinationDigest: destination, check } = row;
  const { ownershipProof, registrationReference } = row;
  return {
    act: 'list_address',
    addressId: id,
    accountId: venueAccountId,
    asset,
    network,
    owner,
    personId,
    depositRowId,
    ownAccountId,
    destination,
    check,
    ownershipProof,
    registrationReference,
  };
}

/** Whether a checksum or an exchange vouches for the address, so that nobody has to type it a second time. */
export function isVouchedFor({ check }: Pick<WithdrawalAddress, 'check'>): boolean {
  return check !== 'form' && check !== 'none';
}

/** The address for somebody's eyes, who checks it against the proof; the view is logged. Errors: `PERSON_ERASED`, `NOT_FOUND`. */
export async function viewAddress(
  work: Work,
  keys: MasterKey,
  input: { readonly addressId: number; readonly purpose: string },
): Promise<Destination> {
  const row = await readAddress(work, input.addressId);
  const destination = await openDestination(work.tx, keys, row);
  await logAddressView(work, row, input.purpose);
  return destination;
}

/** In the owner's own chain, as every view of what is his. */
export async function logAddressView(work: Work, row: WithdrawalAddress, purpose: string): Promise<void> {
  await appendAudit(work, {
    stream: row.personId === null ? `account:${row.venueAccountId}` : `person:${row.personId}`,
    action: 'withdrawal_address.viewed',
    subject: `withdrawal_address:${row.id}`,
    payload: { purpose },
  });
}
