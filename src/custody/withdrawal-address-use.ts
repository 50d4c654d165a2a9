import type { CoinTransfer, WithdrawalAddress } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { assertReceives, type Recipient } from './withdrawal-address-owner.ts';
import { readAddress, revoked } from './withdrawal-address-row.ts';

interface Leaving {
  readonly accountId: number;
  readonly asset: string;
  readonly recipient: Recipient;
}

/**
 * The listed address to which coins are to go: the one named, or, where none is, the only one their recipient has. It may still be
 * cooling: that ends before anything is sent. The account must be locked. Errors: `ADDRESS_NOT_LISTED`, `ADDRESS_REVOKED`,
 * `ADDRESS_ASSET_DIFFERS`, `ADDRESS_OWNER_DIFFERS`, `INPUT_INVALID` when several come into question.
 */
export async function chooseAddress(work: Work, leaving: Leaving, addressId: number | undefined): Promise<WithdrawalAddress> {
  if (addressId !== undefined) {
    const named = await readAddress(work, addressId);
    await assertFits(work, named, leaving);
    return named;
  }
  const listed = await work.tx.withdrawalAddress.findMany({
    where: { venueAccountId: leaving.accountId, asset: leaving.asset, state: 'approved', ...(await ownersOf(work, leaving.recipient)) },
    orderBy: { id: 'asc' },
  });
  const [only, another] = listed;
  if (only === undefined) {
    throw new CheongsanError(
      'ADDRESS_NOT_LISTED',
      `No approved withdrawal address of their recipient takes ${leaving.asset} from account ${leaving.accountId}.`,
      {
        facts: { accountId: leaving.accountId, asset: leaving.asset, ...leaving.recipient },
      },
    );
  }
  if (another === undefined) return only;
  throw new CheongsanError('INPUT_INVALID', `Withdrawal addresses ${listed.map(({ id }) => id).join(', ')} come into question; name one.`, {
    facts: { addressIds: listed.map(({ id }) => id) },
  });
}

async function ownersOf(work: Work, recipient: Recipient) {
  if ('depositRowId' in recipient) return { depositRowId: recipient.depositRowId };
  const { caseId } = recipient;
  const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { personId: true } });
  // Only the taxpayer's own is taken without being named: to send to somebody else is a decision.
  return { personId };
}

/**
 * The address of a transfer that is about to be sent, checked once more: nothing may have been revoked, and the cooling time is over.
 * The account must be locked. Errors: `ADDRESS_NOT_LISTED` for a transfer from before the allow list, `ADDRESS_COOLING`, those above.
 */
export async function requireUsable(work: Work, transfer: CoinTransfer): Promise<WithdrawalAddress> {
  const { id, addressId, venueAccountId: accountId, asset } = transfer;
  if (addressId === null) {
    throw new CheongsanError(
      'ADDRESS_NOT_LISTED',
      `Transfer ${id} was asked for before addresses were listed; give it up and ask for it anew.`,
    );
  }
  const address = await readAddress(work, addressId);
  await assertFits(work, address, { accountId, asset, recipient: recipientOf(transfer) });
  if (address.usableFrom === null || address.usableFrom > work.at) {
    const usableFrom = address.usableFrom?.toISOString() ?? null;
    throw new CheongsanError('ADDRESS_COOLING', `Withdrawal address ${addressId} may be used from ${usableFrom ?? 'its approval'} on.`, {
      facts: { addressId, usableFrom },
    });
  }
  return address;
}

function recipientOf({ id, caseId, depositRowId }: CoinTransfer): Recipient {
  if (caseId !== null) return { caseId };
  if (depositRowId !== null) return { depositRowId };
  throw new CheongsanError('INTERNAL', `Transfer ${id} is of neither holding nor deposit.`);
}

async function assertFits(work: Work, address: WithdrawalAddress, { accountId, asset, recipient }: Leaving): Promise<void> {
  if (address.state === 'revoked' || address.state === 'rejected') throw revoked(address);
  if (address.state !== 'approved') {
    throw new CheongsanError('ADDRESS_NOT_LISTED', `Withdrawal address ${address.id} is ${address.state}; it is not approved yet.`, {
      facts: { addressId: address.id, state: address.state },
    });
  }
  if (address.venueAccountId !== accountId || address.asset !== asset) {
    throw new CheongsanError(
      'ADDRESS_ASSET_DIFFERS',
      `Withdrawal address ${address.id} takes ${address.asset} from account ${address.venueAccountId}, not ${asset} from ${accountId}.`,
      { facts: { addressId: address.id } },
    );
  }
  await assertReceives(work.tx, address, recipient);
}
