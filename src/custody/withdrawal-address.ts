import { appendAudit } from '../audit/append.ts';
import type { Approval, WithdrawalAddress } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { assertNamesNobody } from '../identity/approval-rules.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPolicy } from '../policy/book.ts';
import { addressCoolingHours } from '../policy/definitions/custody.ts';
import { readVenueAccount } from '../venue/account.ts';
import { isVenueWon } from '../venue/ledger-asset.ts';
import { checkDestination } from './address-check.ts';
import { SAME_VENUE } from './address-networks.ts';
import { requireReason } from './deposit-decision.ts';
import { checkOfOwner, type NewOwner, resolveOwner } from './withdrawal-address-owner.ts';
import {
  type Destination,
  destinationDigest,
  destinationKey,
  fingerprintOf,
  openDestination,
  sealDestination,
} from './withdrawal-address-seal.ts';

/*
 * Coins leave only to addresses of the allow list. One official adds an address with the proof of whose it is; where no checksum and no
 * exchange vouches for it, another one types it anew from the proof; another one approves; and it may be used only after a cooling
 * time, in which whoever sees that it is wrong revokes it. Everybody may revoke, at once. An address is never changed, only added anew.
 */

/** What an approval to list an address is about, as opposed to one to send coins, which is of the same kind. */
export const ADDRESS_SUBJECT = 'withdrawal_address';

const HOUR_MS = 3_600_000;

export interface NewAddress {
  /** The account from which coins may leave there. */
  readonly accountId: number;
  readonly asset: string;
  readonly network: string;
  readonly address: string;
  readonly secondaryAddress?: string | undefined;
  /** The receiver states that his own wallet uses no tag or memo. */
  readonly withoutSecondary?: boolean | undefined;
  readonly owner: NewOwner;
  /** Reference of the document that proves whose it is, and of the travel-rule registration at the exchange; never the address itself. */
  readonly ownershipProof: string;
  readonly registrationReference: string;
  readonly reason: string;
  readonly expiresAt: Date;
}

export interface ProposedAddress {
  readonly addressId: number;
  readonly approvalId: number | null;
}

/**
 * Adds an address and asks somebody else to approve it; added again by the same official while it is live, the same row is answered.
 * Errors: those of `checkDestination`, `resolveOwner` and `requestApproval`; `CONFLICT` when somebody else has added it already.
 */
export async function proposeAddress(work: Work, keys: MasterKey, given: NewAddress): Promise<ProposedAddress> {
  const { accountId, asset } = given;
  requireReason(given.reason);
  assertReferences(given);
  if (isVenueWon(asset)) throw new CheongsanError('INPUT_INVALID', 'Won leaves through the bank; withdrawal addresses are for coins.');
  const destination = checkDestination(given);
  await lockRows(work, 'venue_account', [accountId]);
  const { venueCode } = await readVenueAccount(work.tx, accountId);
  const owner = await resolveOwner(work.tx, given.owner, { accountId, asset });
  const check = await checkOfOwner(work.tx, owner, destination, { venueCode, asset });
  const { network, address, secondaryAddress } = destination;
  const key = await destinationKey(work.tx, keys, owner.personId);
  const sealed = sealDestination(key, { network, address, secondaryAddress: secondaryAddress ?? null });
  const twin = await liveTwin(work, given, sealed.destinationDigest, owner.depositRowId);
  if (twin !== null) return { addressId: twin.id, approvalId: twin.approvalId };
  const createdById = userIdOf(work.actor);
  if (createdById === null) throw new CheongsanError('FORBIDDEN', 'A withdrawal address is added by an official.');
  const row = await work.tx.withdrawalAddress.create({
    data: {
      venueAccountId: accountId,
      asset,
      network,
      ...owner,
      ...sealed,
      check,
      ownershipProof: given.ownershipProof.trim(),
      registrationReference: given.registrationReference.trim(),
      createdById,
      createdAt: work.at,
    },
  });
  return askFor(work, row, given);
}

/**
 * Adds the very account from which a holding was seized, at the exchange where its coins lie now: what nobody has to type, nobody
 * mistypes. Errors: as above; `CONFLICT` when the coins lie at no account of the city or at another exchange.
 */
export async function proposeSeizedAccount(
  work: Work,
  keys: MasterKey,
  given: Pick<NewAddress, 'ownershipProof' | 'registrationReference' | 'reason' | 'expiresAt'> & { readonly holdingId: number },
): Promise<ProposedAddress> {
  const { holdingId, ...rest } = given;
  const holding = await work.tx.holding.findUnique({ where: { id: holdingId }, include: { case: { select: { venueCode: true } } } });
  if (holding === null) throw new CheongsanError('NOT_FOUND', `There is no holding ${holdingId}.`);
  const { caseId, asset, accountReference: address, venueAccountId: accountId } = holding;
  const account = accountId === null ? undefined : await readVenueAccount(work.tx, accountId);
  if (account?.venueCode !== holding.case.venueCode) {
    throw new CheongsanError(
      'CONFLICT',
      `The coins of holding ${holdingId} lie at no account of the city at ${holding.case.venueCode}; give their address.`,
    );
  }
  return proposeAddress(work, keys, {
    ...rest,
    accountId: account.id,
    asset,
    network: SAME_VENUE,
    address,
    owner: { kind: 'taxpayer', caseId },
  });
}

function assertReferences({ address, ownershipProof, registrationReference }: NewAddress): void {
  assertNamesNobody({}, { ownershipProof, registrationReference });
  if (ownershipProof.trim() === '' || registrationReference.trim() === '') {
    throw new CheongsanError('INPUT_INVALID', 'Name the proof of whose the address is, and its registration at the exchange.');
  }
  if ([ownershipProof, registrationReference].some((text) => text.includes(address.trim()))) {
    throw new CheongsanError('INPUT_INVALID', 'The proof is named by its document number; leave the address itself out of it.');
  }
}

async function liveTwin(work: Work, { accountId, asset }: NewAddress, digest: string, depositRowId: number | null) {
  const twin = await work.tx.withdrawalAddress.findFirst({
    where: { venueAccountId: accountId, asset, destinationDigest: digest, depositRowId, state: { in: ['requested', 'approved'] } },
  });
  if (twin === null || twin.createdById === userIdOf(work.actor)) return twin;
  throw new CheongsanError('CONFLICT', `This address is listed already as withdrawal address ${twin.id} (${twin.state}).`, {
    facts: { addressId: twin.id, state: twin.state },
  });
}

async function askFor(work: Work, row: WithdrawalAddress, { reason, expiresAt }: NewAddress): Promise<ProposedAddress> {
  const approval = await requestApproval(work, {
    kind: 'coin_transfer',
    subjectType: ADDRESS_SUBJECT,
    subjectId: row.id,
    summary: `출금 주소 등록: ${row.asset} ${row.network} ${fingerprintOf(row)}${isVouchedFor(row) ? '' : ' (검사합으로 확인되지 않음)'}`,
    content: contentOf(row),
    reason,
    expiresAt,
  });
  await work.tx.withdrawalAddress.update({ where: { id: row.id }, data: { approvalId: approval.id } });
  await auditAddress(work, row, 'requested', { owner: row.owner, check: row.check, approval: approval.id });
  return { addressId: row.id, approvalId: approval.id };
}

/** What is approved: that coins of this asset may leave this account to this one's destination. */
function contentOf(row: WithdrawalAddress) {
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

/**
 * Another official types the address anew from the proof, which takes the place of a checksum. Errors: `FORBIDDEN` for its maker,
 * `ADDRESS_CONFIRMATION_DIFFERS`, `CONFLICT` unless it awaits its approval, those of `checkDestination`.
 */
export async function confirmAddress(
  work: Work,
  keys: MasterKey,
  typed: { readonly addressId: number; readonly address: string; readonly secondaryAddress?: string | undefined },
): Promise<void> {
  const row = await lockAddress(work, typed.addressId);
  const confirmedById = userIdOf(work.actor);
  if (confirmedById === null || confirmedById === row.createdById) {
    throw new CheongsanError('FORBIDDEN', `Withdrawal address ${row.id} was added by user ${row.createdById}; somebody else confirms it.`);
  }
  if (row.state !== 'requested')
    throw new CheongsanError('CONFLICT', `Withdrawal address ${row.id} is ${row.state}; it needs no confirmation.`);
  const { asset, network } = row;
  const { address, secondaryAddress } = typed;
  const again = checkDestination({ asset, network, address, secondaryAddress, withoutSecondary: secondaryAddress === undefined });
  const destination = { network: again.network, address: again.address, secondaryAddress: again.secondaryAddress ?? null };
  if (destinationDigest(await destinationKey(work.tx, keys, row.personId), destination) !== row.destinationDigest) {
    throw new CheongsanError('ADDRESS_CONFIRMATION_DIFFERS', `What was typed is not withdrawal address ${row.id}.`, {
      facts: { addressId: row.id },
    });
  }
  if (row.confirmedById !== null) return;
  await work.tx.withdrawalAddress.update({ where: { id: row.id }, data: { confirmedById, confirmedAt: work.at } });
  await auditAddress(work, row, 'confirmed', {});
}

/**
 * Takes the approver's decision over. The account must be unlocked or locked last. Doing it again changes nothing. Errors:
 * `ADDRESS_UNCONFIRMED`, `ADDRESS_REVOKED` when somebody was faster, those of `requireApproved`.
 */
export async function applyAddressApproval(work: Work, approval: Approval): Promise<void> {
  const row = await lockAddress(work, approval.subjectId);
  if (row.approvalId !== approval.id || row.state === 'approved' || row.state === 'rejected') return;
  const isOver = approval.state === 'rejected' || approval.state === 'expired' || approval.state === 'withdrawn';
  if (row.state === 'revoked') {
    if (isOver) return;
    throw revoked(row);
  }
  if (isOver) {
    const endReason = approval.decisionReason ?? approval.state;
    await work.tx.withdrawalAddress.update({ where: { id: row.id }, data: { state: 'rejected', endedAt: work.at, endReason } });
    return auditAddress(work, row, 'rejected', { approval: approval.id });
  }
  await requireApproved(work.tx, approval.id, contentOf(row));
  if (!isVouchedFor(row) && row.confirmedAt === null) {
    // Whoever tends the account comes again; whoever decides must know.
    if (work.actor.kind === 'system') return;
    throw new CheongsanError(
      'ADDRESS_UNCONFIRMED',
      `No checksum vouches for withdrawal address ${row.id}; somebody else than its maker types it anew first.`,
      {
        facts: { addressId: row.id, check: row.check },
      },
    );
  }
  const hours = (await readPolicy(work.tx)).get(addressCoolingHours, seoulDay(work.at));
  const usableFrom = new Date(work.at.getTime() + hours * HOUR_MS);
  await work.tx.withdrawalAddress.update({ where: { id: row.id }, data: { state: 'approved', approvedAt: work.at, usableFrom } });
  await auditAddress(work, row, 'approved', { approval: approval.id, usableFrom: usableFrom.toISOString() });
}

/**
 * Takes an address off the list at once. Whoever has an instruction to send there is told not to. Saying it again changes nothing.
 * Errors: `NOT_FOUND`, `INPUT_INVALID` without a reason.
 */
export async function revokeAddress(
  work: Work,
  { addressId, reason }: { readonly addressId: number; readonly reason: string },
): Promise<void> {
  requireReason(reason);
  const row = await lockAddress(work, addressId);
  if (row.state === 'revoked' || row.state === 'rejected') return;
  await work.tx.withdrawalAddress.update({
    where: { id: row.id },
    data: { state: 'revoked', revokedById: userIdOf(work.actor), endedAt: work.at, endReason: reason },
  });
  await auditAddress(work, row, 'revoked', { from: row.state, reason });
  const inUse = await work.tx.coinTransfer.findMany({
    where: { addressId, state: 'instructed' },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  for (const { id } of inUse) {
    await raiseAlert(work, {
      code: 'address_revoked_in_use',
      severity: 'critical',
      subject: `coin_transfer:${id}`,
      text: '보내도록 지시한 이전의 출금 주소가 취소되었습니다. 아직 보내지 않았으면 보내지 말고 이전을 그만두십시오. 이미 보냈으면 거래소에 출금 중지를 요청하십시오.',
      facts: { transferId: id, addressId },
    });
  }
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

/** Error: `NOT_FOUND`. */
export async function readAddress(work: Pick<Work, 'tx'>, addressId: number): Promise<WithdrawalAddress> {
  const row = await work.tx.withdrawalAddress.findUnique({ where: { id: addressId } });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no withdrawal address ${addressId}.`);
  return row;
}

/** Locks the account of an address and reads the address then, so that it changes for nobody who is just sending there. */
async function lockAddress(work: Work, addressId: number): Promise<WithdrawalAddress> {
  const { venueAccountId } = await readAddress(work, addressId);
  await lockRows(work, 'venue_account', [venueAccountId]);
  return readAddress(work, addressId);
}

export function revoked({ id, state }: Pick<WithdrawalAddress, 'id' | 'state'>): CheongsanError {
  return new CheongsanError('ADDRESS_REVOKED', `Withdrawal address ${id} is ${state}; nothing is sent there.`, {
    facts: { addressId: id, state },
  });
}

async function auditAddress(
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
