import type { WithdrawalAddress } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { requestApproval } from '../identity/approval.ts';
import { assertNamesNobody } from '../identity/approval-rules.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { isWalletReference } from '../seizure/wallet-reference.ts';
import { readVenueAccount } from '../venue/account.ts';
import { isVenueWon } from '../venue/ledger-asset.ts';
import { checkDestination } from './address-check.ts';
import { SAME_VENUE } from './address-networks.ts';
import { requireReason } from './deposit-decision.ts';
import { type AskedScreening, type ScreeningOutcomeText, storeScreening } from './screening.ts';
import { checkOfOwner, type NewOwner, resolveOwner } from './withdrawal-address-owner.ts';
import { ADDRESS_SUBJECT, addressContent, auditAddress, isVouchedFor } from './withdrawal-address-row.ts';
import { destinationKey, fingerprintOf, sealDestination } from './withdrawal-address-seal.ts';

/*
 * Coins leave only to addresses of the allow list. One official adds an address with the proof of whose it is; where no checksum and no
 * exchange vouches for it, another one types it anew from the proof; another one approves; and it may be used only after a cooling
 * time, in which whoever sees that it is wrong revokes it. Everybody may revoke, at once. An address is never changed, only added anew.
 */

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
  /** What the lists of dangerous addresses say of it, for the approver's eyes; absent where none is asked. */
  readonly screened?: AskedScreening;
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
  assertTexts(given);
  if (isVenueWon(asset) || asset === 'KRW') {
    throw new CheongsanError('ASSET_DIFFERS', 'Won leaves through the bank; withdrawal addresses are for coins.');
  }
  const destination = checkDestination(given);
  await lockRows(work, 'venue_account', [accountId]);
  const { venueCode } = await readVenueAccount(work.tx, accountId);
  const owner = await resolveOwner(work.tx, given.owner, { accountId, asset });
  const check = await checkOfOwner(work.tx, owner, destination, venueCode);
  const { network, address, secondaryAddress } = destination;
  const key = await destinationKey(work.tx, keys, owner.personId);
  const sealed = sealDestination(key, { network, address, secondaryAddress: secondaryAddress ?? null });
  const twin = await liveTwin(work, given, sealed.destinationDigest, owner.depositRowId);
  if (twin !== null) {
    await keepScreening(work, twin, given);
    return { addressId: twin.id, approvalId: twin.approvalId };
  }
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
  await keepScreening(work, row, given);
  return askFor(work, row, given);
}

async function keepScreening(work: Work, row: WithdrawalAddress, { screened }: NewAddress): Promise<void> {
  if (screened === undefined) return;
  await storeScreening(work, { purpose: 'return', addressId: row.id }, { answer: screened, fingerprint: fingerprintOf(row) });
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
  // What was found in a wallet came from no account to which it could go back; who has the wallet's key is not known either.
  if (account?.venueCode !== holding.case.venueCode || isWalletReference(address)) {
    throw new CheongsanError(
      'CONFLICT',
      `The coins of holding ${holdingId} came from no account at ${holding.case.venueCode}, or lie at none of the city's there; give an address of their owner's.`,
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

/** Tags and memos shorter than this may stand in any document number, and lead nowhere by themselves. */
const TELLING_TAG_LENGTH = 4;

/** The address and its tag are sealed, so no text that stays readable may hold them. Error: `INPUT_INVALID`. */
function assertTexts({ address, secondaryAddress, ownershipProof, registrationReference, reason }: NewAddress): void {
  assertNamesNobody({}, { ownershipProof, registrationReference });
  if (ownershipProof.trim() === '' || registrationReference.trim() === '') {
    throw new CheongsanError('INPUT_INVALID', 'Name the proof of whose the address is, and its registration at the exchange.');
  }
  for (const [field, text] of Object.entries({ ownershipProof, registrationReference, reason })) {
    if (!tells(text, address.trim()) && !tellsTag(text, secondaryAddress?.trim() ?? '')) continue;
    throw new CheongsanError('INPUT_INVALID', `The ${field} names documents by their number; leave the address and its tag out of it.`);
  }
}

function tells(text: string, address: string): boolean {
  return text.toLowerCase().includes(address.toLowerCase());
}

/** A memo of letters and digits counts where it stands by itself, and not as a part of a longer number. */
function tellsTag(text: string, tag: string): boolean {
  if (tag.length < TELLING_TAG_LENGTH) return false;
  return /^[A-Za-z0-9]+$/.test(tag) ? text.split(/[^A-Za-z0-9]+/).includes(tag) : text.includes(tag);
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

/** What the approver must not overlook. */
const SCREENING_WARNINGS: Partial<Readonly<Record<ScreeningOutcomeText, string>>> = {
  hit: '위험 주소 목록에 있음',
  unavailable: '위험 주소 목록을 읽지 못함',
};

function summaryOf(row: WithdrawalAddress, screened: AskedScreening | undefined): string {
  const unvouched = isVouchedFor(row) ? undefined : '검사합으로 확인되지 않음';
  const warning = screened === undefined ? undefined : SCREENING_WARNINGS[screened.outcome];
  const warnings = [unvouched, warning].flatMap((text) => (text === undefined ? [] : [` (${text})`]));
  return `출금 주소 등록: ${row.asset} ${row.network} ${fingerprintOf(row)}${warnings.join('')}`;
}

async function askFor(work: Work, row: WithdrawalAddress, { reason, expiresAt, screened }: NewAddress): Promise<ProposedAddress> {
  const approval = await requestApproval(work, {
    kind: 'coin_transfer',
    subjectType: ADDRESS_SUBJECT,
    subjectId: row.id,
    summary: summaryOf(row, screened),
    content: addressContent(row),
    reason,
    expiresAt,
  });
  await work.tx.withdrawalAddress.update({ where: { id: row.id }, data: { approvalId: approval.id } });
  await auditAddress(work, row, 'requested', { owner: row.owner, check: row.check, approval: approval.id });
  return { addressId: row.id, approvalId: approval.id };
}
