import { appendAudit } from '../audit/append.ts';
import type { CasePhase, ChoiceKind, WindowChoice } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { storeDocument } from '../notice/stored-document.ts';
import { type CaseWithParts, lockCase } from '../seizure/locked-case.ts';
import { saleNoticeStatus } from './sale-notice-status.ts';
import { reviewWindow } from './window.ts';

export interface ChoiceInput {
  readonly caseId: number;
  readonly kind: ChoiceKind;
  /** Day on which the taxpayer signed or handed in the form. */
  readonly madeOn: CivilDate;
  /** Where the paper form is filed: number of its receipt. */
  readonly reference: string;
  /** The scanned form, where there is one. */
  readonly form?: { readonly mediaType: string; readonly bytes: Uint8Array };
}

/** Phases in which the taxpayer may still choose or change his mind: notices are out and no sale has begun. */
const CHOOSING_PHASES: readonly CasePhase[] = ['sale_noticed', 'voluntary_window'];

/**
 * Records what the taxpayer chose on the paper form. `let_city_sell` gives up his own window and nothing else: the other
 * right-holders must be served before the window opens and the sale begins all the same. A new choice takes the place of the one
 * before. Errors: `PHASE_WRONG`, `NOTICE_UNSERVED` before his own sale notice is served, `PROOF_REQUIRED` without a reference,
 * `CONFLICT` once the window is over, `INPUT_INVALID`, `NOT_FOUND`.
 */
export async function recordChoice(work: Work, keys: MasterKey, input: ChoiceInput): Promise<{ readonly choiceId: number }> {
  const seizureCase = await lockCase(work, input.caseId);
  await assertMayChoose(work, seizureCase, input);
  const reference = provenReference(input.reference);
  const active = await work.tx.windowChoice.findFirst({ where: { caseId: input.caseId, revokedAt: null } });
  if (active !== null && isSame(active, input, reference)) return { choiceId: active.id };
  if (active !== null) await markRevoked(work, active.id, input.madeOn, reference);
  const document = input.form === undefined ? undefined : await storeDocument(work, keys, { kind: 'choice_form', ...input.form });
  const choice = await work.tx.windowChoice.create({
    data: {
      caseId: input.caseId,
      kind: input.kind,
      madeOn: dayToColumn(input.madeOn),
      proofDocumentId: document?.id ?? null,
      proofReference: reference,
      recordedById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  await appendAudit(work, {
    stream: `case:${input.caseId}`,
    action: 'choice.recorded',
    subject: `choice:${choice.id}`,
    ...(active === null ? {} : { before: active.kind }),
    after: input.kind,
    ...(document === undefined ? {} : { recordDigest: document.sha256 }),
    payload: { kind: input.kind, madeOn: input.madeOn, replaced: active?.id },
  });
  await applyChoice(work, seizureCase);
  return { choiceId: choice.id };
}

/**
 * Takes a choice back, which the taxpayer may until the sale begins. His window runs on where it has days left. Errors:
 * `PHASE_WRONG` once the sale has begun, `CONFLICT` for one taken back before, `PROOF_REQUIRED`, `INPUT_INVALID`, `NOT_FOUND`.
 */
export async function revokeChoice(
  work: Work,
  input: { readonly choiceId: number; readonly revokedOn: CivilDate; readonly reference: string },
): Promise<void> {
  const found = await work.tx.windowChoice.findUnique({ where: { id: input.choiceId }, select: { caseId: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no choice ${input.choiceId}.`);
  const seizureCase = await lockCase(work, found.caseId);
  assertChoosing(seizureCase);
  const choice = await work.tx.windowChoice.findUniqueOrThrow({ where: { id: input.choiceId } });
  if (choice.revokedAt !== null) throw new CheongsanError('CONFLICT', `Choice ${choice.id} was taken back before.`);
  assertFormDay(input.revokedOn, dayFromColumn(choice.madeOn), seoulDay(work.at));
  await markRevoked(work, choice.id, input.revokedOn, provenReference(input.reference));
  await appendAudit(work, {
    stream: `case:${choice.caseId}`,
    action: 'choice.revoked',
    subject: `choice:${choice.id}`,
    before: choice.kind,
    payload: { kind: choice.kind, revokedOn: input.revokedOn },
  });
  await applyChoice(work, seizureCase);
}

/** The window follows the choice in the same unit of work. */
async function applyChoice(work: Work, seizureCase: CaseWithParts): Promise<void> {
  const window = await work.tx.saleWindow.findUnique({ where: { caseId: seizureCase.id } });
  if (window !== null) await reviewWindow(work, seizureCase, window);
  work.ring('cases', seizureCase.id);
}

/**
 * Whether the taxpayer of a locked case may say on a day what he chooses or wishes. Errors: `PHASE_WRONG`, `NOTICE_UNSERVED`,
 * `INPUT_INVALID` for a day before he was served or after today, `CONFLICT` once the window is over.
 */
export async function assertMayChoose(
  work: Work,
  seizureCase: CaseWithParts,
  { kind, madeOn }: { readonly kind: string; readonly madeOn: CivilDate },
): Promise<void> {
  assertChoosing(seizureCase);
  const today = seoulDay(work.at);
  const own = (await saleNoticeStatus(work.tx, seizureCase.id)).find(({ recipientKind }) => recipientKind === 'delinquent')?.notice;
  if (own?.servedOn === undefined) {
    throw new CheongsanError(
      'NOTICE_UNSERVED',
      `The taxpayer of case ${seizureCase.number} has not been proven served with his sale notice; hand it to him with the form and record that first.`,
      { facts: { caseId: seizureCase.id } },
    );
  }
  assertFormDay(madeOn, own.servedOn, today);
  const window = await work.tx.saleWindow.findUnique({ where: { caseId: seizureCase.id } });
  if (window === null || today <= dayFromColumn(window.endsOn)) return;
  throw new CheongsanError(
    'CONFLICT',
    `The window of case ${seizureCase.number} ended on ${dayFromColumn(window.endsOn)}; ${kind} comes too late.`,
    {
      facts: { caseId: seizureCase.id, endsOn: dayFromColumn(window.endsOn) },
    },
  );
}

/** Error: `PHASE_WRONG`. */
export function assertChoosing({ number, phase, id }: CaseWithParts): void {
  if (CHOOSING_PHASES.includes(phase)) return;
  throw new CheongsanError('PHASE_WRONG', `Case ${number} is ${phase}; the taxpayer chooses from the sale notice until the sale begins.`, {
    facts: { caseId: id, phase },
  });
}

/** Error: `INPUT_INVALID`. */
export function assertFormDay(day: CivilDate, from: CivilDate, today: CivilDate): void {
  if (day >= from && day <= today) return;
  throw new CheongsanError('INPUT_INVALID', `A form dated ${day} must lie from ${from} to ${today}.`);
}

/** Error: `PROOF_REQUIRED`. */
export function provenReference(reference: string): string {
  const filed = reference.trim();
  if (filed === '')
    throw new CheongsanError('PROOF_REQUIRED', 'What the taxpayer says stands on its paper form; give the number under which it is filed.');
  return filed;
}

function isSame(active: WindowChoice, input: ChoiceInput, reference: string): boolean {
  return active.kind === input.kind && active.proofReference === reference && dayFromColumn(active.madeOn) === input.madeOn;
}

async function markRevoked(work: Work, choiceId: number, revokedOn: CivilDate, reference: string): Promise<void> {
  await work.tx.windowChoice.update({
    where: { id: choiceId },
    data: { revokedAt: work.at, revokedById: userIdOf(work.actor), revokedOn: dayToColumn(revokedOn), revokeReference: reference },
  });
}
