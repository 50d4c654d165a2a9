import { wonWithdrawalKey } from '../custody/won-withdrawal.ts';
import type { Approval } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import { requireApproved } from '../identity/approval.ts';
import { createIntent } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { VenueWon, Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { readPolicy } from '../policy/book.ts';
import { bankAccountLabel } from '../policy/definitions/treasury.ts';
import { readVenueAccount } from '../venue/account.ts';
import { isFrozen } from '../venue/freeze.ts';
import { requireMovementAllowed } from '../venue/movement-gate.ts';
import { VENUES, venueCode } from '../venue/venue-directory.ts';
import { venueWonByCase } from './accounts.ts';
import { AMENDMENT_SUBJECT, applyAmendment } from './withdrawal-amendment.ts';
import {
  auditWithdrawal,
  lockWithdrawals,
  readWithdrawal,
  rejectWithdrawal,
  type WithdrawalWithShares,
  withdrawalContent,
} from './withdrawal-row.ts';

/**
 * Takes the approvers' decisions over: approved, the intent is committed and a person may be told to send; otherwise it ends. An
 * approved amendment takes effect, any other leaves all as it was. One refusal keeps all of them back; pending or run again it does
 * nothing. Errors: `APPROVAL_STALE` when a case's money is no longer there, `TRADING_HALTED`, `ASSET_FROZEN`, those of
 * `applyAmendment` and `requireApproved`.
 */
export async function applyWithdrawalDecisions(work: Work, approvals: readonly Approval[]): Promise<void> {
  const decided = approvals.filter(({ state }) => state !== 'pending');
  await lockWithdrawals(
    work,
    decided.map(({ subjectId }) => subjectId),
  );
  for (const approval of decided.toSorted((a, b) => a.subjectId - b.subjectId)) {
    const withdrawal = await readWithdrawal(work.tx, approval.subjectId);
    if (approval.subjectType === AMENDMENT_SUBJECT) await applyAmendment(work, withdrawal, approval);
    else await applyOne(work, withdrawal, approval);
  }
}

async function applyOne(work: Work, withdrawal: WithdrawalWithShares, approval: Approval): Promise<void> {
  if (withdrawal.state !== 'requested') return;
  if (approval.state !== 'approved') return rejectWithdrawal(work, withdrawal, approval.state);
  const account = await readVenueAccount(work.tx, withdrawal.venueAccountId);
  await requireApproved(work.tx, approval.id, withdrawalContent(withdrawal));
  const asset = VenueWon.zero(account.venueCode).asset;
  await requireMovementAllowed(work, { accountId: account.id, asset, kind: 'finish' });
  await requireMoney(work, withdrawal, account.venueCode);
  const intent = await createIntent(work, { port: 'won_withdrawal', subject: `won_withdrawal:${withdrawal.id}` });
  await work.tx.wonWithdrawal.update({
    where: { id: withdrawal.id },
    data: { state: 'approved', intentId: intent.id, instructedAt: work.at },
  });
  await auditWithdrawal(work, withdrawal, 'approved', { approval: approval.id, intent: intent.id }, approval.contentDigest);
}

async function requireMoney(work: Work, withdrawal: WithdrawalWithShares, venue: string): Promise<void> {
  const short = await caseWithout(work.tx, withdrawal, venue);
  if (short === undefined) return;
  throw new CheongsanError('APPROVAL_STALE', `${short}; ask again.`);
}

/** Says which case has less won at the account than its share and its part of the fee; undefined when all have as much. */
async function caseWithout(
  reader: Pick<Transaction, '$queryRaw'>,
  { venueAccountId, shares }: WithdrawalWithShares,
  venue: string,
): Promise<string | undefined> {
  const money = await venueWonByCase(reader, { chart: CHART.venueWonHeld, venueAccountId, venue });
  for (const { caseId, amountKrw, feeKrw } of shares) {
    const held = money.get(caseId) ?? VenueWon.zero(venue);
    if (!held.isLessThan(VenueWon.of(venue, amountKrw + feeKrw))) continue;
    return `Case ${caseId} has ${held.toString()} won left at account ${venueAccountId}, ${amountKrw + feeKrw} were approved`;
  }
  return undefined;
}

/**
 * What left unexplained may be this very withdrawal under another amount, and an amendment may have taken its won: what is sent on
 * top of that is others'. Errors: `ASSET_FROZEN`, `CONFLICT`.
 */
async function assertStillToBeSent(
  reader: Pick<Transaction, '$queryRaw' | 'assetFreeze'>,
  withdrawal: WithdrawalWithShares,
  venue: string,
): Promise<void> {
  const { number, venueAccountId } = withdrawal;
  const { asset } = VenueWon.zero(venue);
  if (await isFrozen(reader, venueAccountId, asset)) {
    throw new CheongsanError(
      'ASSET_FROZEN',
      `${asset} at account ${venueAccountId} is frozen; ${number} is not sent before the difference is explained and the freeze lifted.`,
      { facts: { accountId: venueAccountId, asset } },
    );
  }
  const short = await caseWithout(reader, withdrawal, venue);
  if (short === undefined) return;
  throw new CheongsanError('CONFLICT', `${short}; do not send ${number}, give it up and ask anew.`);
}

/** What a person does at the exchange's site: exactly this, once. */
export interface WithdrawalInstruction {
  readonly number: string;
  /** Our own reference, for the memo or the file. */
  readonly identifier: string;
  readonly venueTitle: string;
  readonly accountLabel: string;
  readonly amountKrw: Won;
  /** What the venue is expected to take beside it. */
  readonly feeKrw: Won;
  /** The city's account at the bank, by its label. */
  readonly bankAccountLabel: string;
}

/**
 * The instruction of an approved withdrawal that nobody has confirmed yet and the venue does not list. Errors: `CONFLICT` in any
 * other state, or when the won it was approved for has left otherwise since; `ASSET_FROZEN` while won that left may be it,
 * `NOT_FOUND`.
 */
export async function withdrawalInstruction(
  reader: Pick<Transaction, '$queryRaw' | 'wonWithdrawal' | 'venueWithdrawal' | 'assetFreeze' | 'intent' | 'venueAccount' | 'policyValue'>,
  withdrawalId: number,
): Promise<WithdrawalInstruction> {
  const withdrawal = await readWithdrawal(reader, withdrawalId);
  if (withdrawal.state !== 'approved' || withdrawal.intentId === null || withdrawal.instructedAt === null) {
    throw new CheongsanError('CONFLICT', `Withdrawal ${withdrawal.number} is ${withdrawal.state}; it is not to be sent.`);
  }
  const listed = await reader.venueWithdrawal.findUnique({ where: { matchedTo: wonWithdrawalKey(withdrawalId) }, select: { id: true } });
  if (listed !== null) {
    throw new CheongsanError(
      'CONFLICT',
      `The venue lists withdrawal ${withdrawal.number} already (row ${listed.id}); confirm it, do not send it again.`,
    );
  }
  const account = await readVenueAccount(reader, withdrawal.venueAccountId);
  await assertStillToBeSent(reader, withdrawal, account.venueCode);
  const intent = await reader.intent.findUniqueOrThrow({ where: { id: withdrawal.intentId } });
  const policy = await readPolicy(reader);
  return {
    number: withdrawal.number,
    identifier: intent.identifier,
    venueTitle: VENUES[venueCode(account.venueCode)].title,
    accountLabel: account.label,
    amountKrw: Won.of(withdrawal.amountKrw),
    feeKrw: Won.of(withdrawal.feeKrw),
    bankAccountLabel: policy.get(bankAccountLabel, seoulDay(withdrawal.instructedAt)),
  };
}
