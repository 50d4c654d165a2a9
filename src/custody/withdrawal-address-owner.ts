import type { WithdrawalAddress } from '../database/generated/client.ts';
import type { AddressCheck, AddressOwner } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { CheckedDestination } from './address-check.ts';
import { SAME_VENUE } from './address-networks.ts';

/** Whose an address is said to be. */
export type NewOwner =
  | { readonly kind: 'taxpayer'; readonly caseId: number }
  | { readonly kind: 'right_holder'; readonly caseId: number; readonly personId: number }
  /** Whoever sent a deposit that belongs to nobody. */
  | { readonly kind: 'sender'; readonly depositRowId: number };

export interface OwnerColumns {
  readonly owner: AddressOwner;
  readonly personId: number | null;
  readonly depositRowId: number | null;
}

/** The owner as it is stored. Errors: `NOT_FOUND`; `ADDRESS_OWNER_DIFFERS` for somebody without a right in the case or a deposit that is not there. */
export async function resolveOwner(tx: Transaction, owner: NewOwner, place: { accountId: number; asset: string }): Promise<OwnerColumns> {
  const nobody = { owner: owner.kind, personId: null, depositRowId: null };
  switch (owner.kind) {
    case 'taxpayer': {
      const found = await tx.seizureCase.findUnique({ where: { id: owner.caseId }, select: { personId: true } });
      if (found === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${owner.caseId}.`);
      return { ...nobody, personId: found.personId };
    }
    case 'right_holder': {
      const { caseId, personId } = owner;
      const right = await tx.rightHolder.findUnique({ where: { caseId_personId: { caseId, personId } }, select: { id: true } });
      if (right !== null) return { ...nobody, personId };
      throw new CheongsanError('ADDRESS_OWNER_DIFFERS', `Person ${personId} is no right-holder of case ${caseId}.`, {
        facts: { caseId, personId },
      });
    }
    case 'sender': {
      const deposit = await tx.venueDeposit.findUnique({ where: { id: owner.depositRowId } });
      if (deposit === null) throw new CheongsanError('NOT_FOUND', `There is no deposit ${owner.depositRowId}.`);
      if (deposit.venueAccountId === place.accountId && deposit.asset === place.asset) return { ...nobody, depositRowId: deposit.id };
      throw new CheongsanError(
        'ADDRESS_ASSET_DIFFERS',
        `Deposit ${deposit.id} is ${deposit.asset} at account ${deposit.venueAccountId}, the address was given for ${place.asset} at ${place.accountId}.`,
      );
    }
  }
}

/** What vouches for an address beside its checksum: the exchange's own word that the coins were seized from that very account. */
export async function checkOfOwner(
  tx: Transaction,
  { personId }: OwnerColumns,
  destination: CheckedDestination,
  venueCode: string,
): Promise<AddressCheck> {
  if (personId === null || destination.network !== SAME_VENUE) return destination.check;
  const seized = await tx.holding.findFirst({
    where: { accountReference: destination.address, case: { personId, venueCode } },
    select: { id: true },
  });
  return seized === null ? destination.check : 'seized_account';
}

/** Whose coins are to leave. */
export type Recipient = { readonly caseId: number } | { readonly depositRowId: number };

/** Error: `ADDRESS_OWNER_DIFFERS` unless the address is the taxpayer's or a right-holder's of the case, or the deposit's sender's. */
export async function assertReceives(tx: Transaction, address: WithdrawalAddress, recipient: Recipient): Promise<void> {
  if ('depositRowId' in recipient ? address.depositRowId === recipient.depositRowId : await hasRight(tx, address, recipient.caseId)) return;
  const whom =
    'depositRowId' in recipient
      ? `the sender of deposit ${recipient.depositRowId}`
      : `the taxpayer or a right-holder of case ${recipient.caseId}`;
  throw new CheongsanError('ADDRESS_OWNER_DIFFERS', `Withdrawal address ${address.id} is not that of ${whom}.`, {
    facts: { addressId: address.id, owner: address.owner },
  });
}

async function hasRight(tx: Transaction, { personId }: WithdrawalAddress, caseId: number): Promise<boolean> {
  if (personId === null) return false;
  const { personId: taxpayerId } = await tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { personId: true } });
  if (taxpayerId === personId) return true;
  return (await tx.rightHolder.count({ where: { caseId, personId } })) > 0;
}
