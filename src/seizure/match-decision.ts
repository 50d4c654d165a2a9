import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { MatchBasis, MatchState } from '../database/generated/enums.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPerson } from '../person/read.ts';
import { isMatchReason, MATCH_REASONS } from './match-reason.ts';
import { identityContext, type SealedIdentity, sealedIdentitySchema } from './reply-file.ts';

export interface MatchDecision {
  readonly rowId: number;
  readonly decision: 'confirm' | 'refuse';
  /** Without personal data. */
  readonly reason: string;
  /** Number of the exchange's letter that confirms the person; without it nothing but the registration number proves him. */
  readonly venueConfirmation?: string;
}

const decisionSchema = z.object({
  reason: z.string().trim().min(1).max(500),
  venueConfirmation: z.string().trim().min(1).max(200).optional(),
});

/** Whom each decision may be made about. A row that fits nobody can be refused but never be given to somebody. */
const DECIDABLE: Readonly<Record<MatchDecision['decision'], readonly MatchState[]>> = {
  confirm: ['probable', 'conflict'],
  refuse: ['matched', 'probable', 'conflict', 'unmatched'],
};

/**
 * An officer decides whether a row is about the person it was matched with. Errors: `FORBIDDEN` for a machine, `PROOF_REQUIRED` to
 * confirm without the exchange's own confirmation, `CONFLICT` when the row is decided, used by a case, or names nobody, `NOT_FOUND`.
 */
export async function decideMatch(work: Work, input: MatchDecision): Promise<void> {
  const officerId = userIdOf(work.actor);
  if (officerId === null)
    throw new CheongsanError('FORBIDDEN', 'Whether a row is about a person is decided by an official, never by a machine.');
  const parsed = decisionSchema.safeParse(input);
  if (!parsed.success) throw new CheongsanError('INPUT_INVALID', 'A decision needs a reason in words, and a confirmation its number.');
  const { reason, venueConfirmation } = parsed.data;
  if (input.decision === 'confirm' && venueConfirmation === undefined) {
    throw new CheongsanError('PROOF_REQUIRED', 'Ask the exchange to confirm the person, and name its answer.');
  }
  await work.tx.$queryRaw`SELECT id FROM holdings_reply_row WHERE id = ${input.rowId} FOR NO KEY UPDATE`;
  const row = await work.tx.holdingsReplyRow.findUnique({ where: { id: input.rowId } });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no reply row ${input.rowId}.`);
  assertDecidable(row, input.decision);
  const state = input.decision === 'confirm' ? 'confirmed' : 'refused';
  await work.tx.holdingsReplyRow.update({
    where: { id: row.id },
    data: { state, decidedById: officerId, decidedAt: work.at, decisionReason: reason, decisionProof: venueConfirmation ?? null },
  });
  await appendAudit(work, {
    stream: row.personId === null ? 'system' : `person:${row.personId}`,
    action: `match.${state}`,
    subject: `holdings_reply_row:${row.id}`,
    before: { state: row.state },
    after: { state, reason, venueConfirmation },
    payload: { basis: row.basis, before: row.state, reasons: row.reasons, venueConfirmation },
  });
}

function assertDecidable(
  row: { readonly id: number; readonly state: MatchState; readonly personId: number | null; readonly caseId: number | null },
  decision: MatchDecision['decision'],
): void {
  const refuse = (why: string): CheongsanError =>
    new CheongsanError('CONFLICT', `Reply row ${row.id} ${why}.`, { facts: { rowId: row.id, state: row.state } });
  if (row.caseId !== null) throw refuse(`is used by case ${row.caseId} already`);
  if (!DECIDABLE[decision].includes(row.state)) throw refuse(`is ${row.state} and cannot be ${decision}ed`);
  if (decision === 'confirm' && row.personId === null) throw refuse('fits nobody alone, so nobody can be confirmed');
}

/** A row and the person it was matched with, side by side. */
export interface MatchComparison {
  readonly rowId: number;
  readonly basis: MatchBasis;
  readonly state: MatchState;
  readonly given: SealedIdentity;
  readonly ours:
    | {
        readonly registrationNumber: string | null;
        readonly name: string;
        readonly birthDate: string | null;
        readonly phone: string | null;
      }
    | undefined;
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
}

/** Shows both sides of a match to whoever decides it; the view of personal data is logged. Error: `NOT_FOUND`. */
export async function compareMatch(work: Work, keys: MasterKey, rowId: number): Promise<MatchComparison> {
  const row = await work.tx.holdingsReplyRow.findUnique({ where: { id: rowId } });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no reply row ${rowId}.`);
  const sealed = keys.openText(row.identityCipher, identityContext(row.replyId, row.lineNumber));
  const person = row.personId === null ? undefined : await readPerson(work, keys, row.personId, 'match.decide');
  await appendAudit(work, {
    stream: 'system',
    action: 'holdings_reply_row.viewed',
    subject: `holdings_reply_row:${row.id}`,
    payload: { purpose: 'match.decide' },
  });
  return {
    rowId: row.id,
    basis: row.basis,
    state: row.state,
    given: sealedIdentitySchema.parse(JSON.parse(sealed)),
    ours:
      person === undefined
        ? undefined
        : { registrationNumber: person.registrationNumber, name: person.name, birthDate: person.birthDate, phone: person.phone },
    reasons: row.reasons.map((code) => ({ code, text: isMatchReason(code) ? MATCH_REASONS[code] : code })),
  };
}
