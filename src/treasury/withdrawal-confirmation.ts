import { userIdOf, type Work } from '../database/work.ts';
import { markSent } from '../intent/intent.ts';
import { type CivilDate, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { withdrawalListedWithinDays } from '../policy/definitions/treasury.ts';
import { readVenueAccount } from '../venue/account.ts';
import { postWithdrawalSent } from './withdrawal-posting.ts';
import { auditWithdrawal, lockWithdrawal } from './withdrawal-row.ts';

const REFERENCE_CHARACTERS_MAX = 100;
const DAY_MS = 86_400_000;

export interface WithdrawalConfirmation {
  readonly withdrawalId: number;
  /** What the venue's site calls it. */
  readonly venueReference: string;
  /** The fee the site showed; absent: as expected. */
  readonly feeKrw?: Won;
  /** Day on which it was sent; absent: today. */
  readonly sentOn?: CivilDate;
}

/**
 * The word of the official who has sent it at the exchange's site. The won is in transit from then on. The same word again
 * changes nothing. Errors: `FORBIDDEN` for anybody but an official, `CONFLICT` when it is not to be sent or was confirmed
 * under another reference, `INPUT_INVALID`, `NOT_FOUND`.
 */
export async function confirmWithdrawal(work: Work, confirmation: WithdrawalConfirmation): Promise<void> {
  const userId = userIdOf(work.actor);
  if (userId === null) throw new CheongsanError('FORBIDDEN', 'Only the official who sent the won can say that he has.');
  const venueReference = requireReference(confirmation.venueReference);
  const withdrawal = await lockWithdrawal(work, confirmation.withdrawalId);
  if (withdrawal.venueReference === venueReference && (withdrawal.state === 'confirmed' || withdrawal.state === 'received')) return;
  if (withdrawal.state !== 'approved' || withdrawal.intentId === null || withdrawal.instructedAt === null) {
    throw new CheongsanError(
      'CONFLICT',
      `Withdrawal ${withdrawal.number} is ${withdrawal.state}${withdrawal.venueReference === null ? '' : ` under reference ${withdrawal.venueReference}`}; it cannot be confirmed.`,
    );
  }
  const occurredOn = sentDay(work, withdrawal.instructedAt, confirmation.sentOn);
  const fee = confirmation.feeKrw ?? Won.of(withdrawal.feeKrw);
  const { venueCode: venue } = await readVenueAccount(work.tx, withdrawal.venueAccountId);
  const posted = await postWithdrawalSent(work, withdrawal, { venue, occurredOn, fee });
  const days = (await readPolicy(work.tx)).get(withdrawalListedWithinDays, seoulDay(work.at));
  await markSent(work, withdrawal.intentId, { sendsBefore: 0, nextLookAt: new Date(work.at.getTime() + days * DAY_MS) });
  await work.tx.wonWithdrawal.update({
    where: { id: withdrawal.id },
    data: {
      state: 'confirmed',
      venueReference,
      feeKrw: fee.toBigInt(),
      confirmedById: userId,
      confirmedAt: work.at,
      sentEntryId: posted.entryId,
    },
  });
  await auditWithdrawal(work, withdrawal, 'confirmed', { venueReference, feeKrw: fee.toString() }, posted.digest);
  work.ring('custody', withdrawal.venueAccountId);
}

function requireReference(text: string): string {
  const reference = text.trim();
  if (reference === '' || reference.length > REFERENCE_CHARACTERS_MAX) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `A confirmation names the withdrawal as the exchange's site does, in 1 to ${REFERENCE_CHARACTERS_MAX} characters.`,
    );
  }
  return reference;
}

function sentDay(work: Work, instructedAt: Date, given: CivilDate | undefined): CivilDate {
  const today = seoulDay(work.at);
  const day = given ?? today;
  if (day < seoulDay(instructedAt) || day > today) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `A withdrawal instructed on ${seoulDay(instructedAt)} was not sent on ${day}; give a day from then to today.`,
    );
  }
  return day;
}
