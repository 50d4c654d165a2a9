import type { Approval } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { requireApproved } from '../identity/approval.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPolicy } from '../policy/book.ts';
import { addressCoolingHours } from '../policy/definitions/custody.ts';
import { checkDestination } from './address-check.ts';
import { requireReason } from './deposit-decision.ts';
import { addressContent, auditAddress, isVouchedFor, lockAddress, revoked } from './withdrawal-address-row.ts';
import { destinationDigest, destinationKey } from './withdrawal-address-seal.ts';

const HOUR_MS = 3_600_000;

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
  await requireApproved(work.tx, approval.id, addressContent(row));
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
