import { appendAudit } from '../audit/append.ts';
import type { Distribution, DistributionObjection } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { addDays, type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { personKey } from '../person/person-key.ts';
import { assertPurpose } from '../person/purpose.ts';
import { readPolicy } from '../policy/book.ts';
import { distributionDays } from '../policy/definitions/collection.ts';
import { type CaseWithParts, lockCase } from '../seizure/locked-case.ts';
import { redraftDistribution } from './distribution-draft.ts';
import { distributionRecipients } from './distribution-recipients.ts';

/*
 * filed ─▶ upheld: the draft is superseded by another
 *   │
 *   ├────▶ dismissed ─▶ withdrawn, when no appeal is proven within the law's days
 *   │          │
 *   │          └─ appeal proven: what is disputed stays where it is until the appeal is over
 *   └────▶ withdrawn by the one who filed it
 */

export interface ObjectionInput {
  readonly distributionId: number;
  /** The taxpayer, or a right-holder of the case. */
  readonly filedById: number;
  /** Day on which it reached the office, at the latest the distribution day. */
  readonly filedOn: CivilDate;
  readonly content: string;
}

/**
 * Records an objection to a draft (LTCA 102). From the commit on nothing of the draft goes out before it is decided. Errors:
 * `CONFLICT` when the draft does not stand any more, `INPUT_INVALID` for a day before the draft or after the distribution day, an
 * empty text, or somebody who is not owed the notice.
 */
export async function recordObjection(work: Work, keys: MasterKey, input: ObjectionInput): Promise<{ readonly objectionId: number }> {
  const { draft, seizureCase } = await lockDraft(work, input.distributionId);
  const content = input.content.trim();
  if (content === '') throw new CheongsanError('INPUT_INVALID', 'An objection says what it objects to.');
  assertInTime(draft, input.filedOn, seoulDay(work.at));
  const parties = await distributionRecipients(work.tx, seizureCase.id);
  if (!parties.some(({ personId }) => personId === input.filedById)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `Person ${input.filedById} is neither taxpayer nor right-holder of case ${seizureCase.number} and cannot object.`,
    );
  }
  const key = await personKey(work.tx, keys, input.filedById);
  const objection = await work.tx.distributionObjection.create({
    data: {
      distributionId: draft.id,
      filedOn: dayToColumn(input.filedOn),
      filedById: input.filedById,
      contentCipher: key.seal(content, contentContext(draft.id, input.filedById)),
      recordedById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  await audit(work, seizureCase, objection, 'filed', { filedOn: input.filedOn }, key.digest(content));
  return { objectionId: objection.id };
}

function contentContext(distributionId: number, personId: number): string {
  return `distribution:${distributionId}:objection:${personId}`;
}

function assertInTime(draft: Distribution, filedOn: CivilDate, today: CivilDate): void {
  const from = dayFromColumn(draft.draftFiledOn);
  const until = dayFromColumn(draft.distributionOn);
  if (filedOn >= from && filedOn <= until && filedOn <= today) return;
  throw new CheongsanError(
    'INPUT_INVALID',
    `An objection to draft ${draft.number} is filed from ${from} to its day, ${until}, and not on ${filedOn} (LTCA 102).`,
    { facts: { from, until, filedOn } },
  );
}

export interface ObjectionDecision {
  readonly objectionId: number;
  /** `withdrawn`: whoever filed it takes it back, or his appeal has ended without success. */
  readonly decision: 'upheld' | 'dismissed' | 'withdrawn';
  /** Without personal data. */
  readonly reason: string;
}

/**
 * Records what became of an objection. One that is upheld supersedes the draft: whatever it was right about must be corrected in the
 * books before, since the new draft is made from them. Errors: `FORBIDDEN` for anybody but an official, `CONFLICT` when it is over
 * or the draft does not stand any more, `INPUT_INVALID` without a reason, `NOT_FOUND`.
 */
export async function decideObjection(work: Work, input: ObjectionDecision): Promise<{ readonly redraftedTo: number | undefined }> {
  const decidedById = userIdOf(work.actor);
  if (decidedById === null) throw new CheongsanError('FORBIDDEN', 'Only an official decides on an objection.');
  const reason = input.reason.trim();
  if (reason === '') throw new CheongsanError('INPUT_INVALID', 'A decision on an objection needs a reason.');
  const { draft, seizureCase, objection } = await lockObjection(work, input.objectionId);
  const mayFollow = objection.state === 'filed' || (objection.state === 'dismissed' && input.decision !== 'dismissed');
  if (!mayFollow) throw new CheongsanError('CONFLICT', `Objection ${objection.id} is ${objection.state} already.`);
  await work.tx.distributionObjection.update({
    where: { id: objection.id },
    data: { state: input.decision, decidedById, decidedAt: work.at, decisionReason: reason },
  });
  await audit(work, seizureCase, objection, input.decision, { reason });
  if (input.decision !== 'upheld') return { redraftedTo: undefined };
  const redrafted = await redraftDistribution(work, seizureCase, draft, `이의 ${objection.id}을(를) 받아들임`);
  return { redraftedTo: redrafted?.id };
}

/**
 * Records the proof that an appeal against the statement was filed (LTCA 102-2). Errors: `INPUT_INVALID` for a day after the law's
 * days or an empty reference, `CONFLICT` unless the objection was dismissed, `NOT_FOUND`.
 */
export async function proveAppeal(
  work: Work,
  input: { readonly objectionId: number; readonly provenOn: CivilDate; readonly reference: string },
): Promise<void> {
  const { draft, seizureCase, objection } = await lockObjection(work, input.objectionId);
  if (objection.state !== 'dismissed') {
    throw new CheongsanError('CONFLICT', `Objection ${objection.id} is ${objection.state}; an appeal is proven after its dismissal.`);
  }
  const distributionOn = dayFromColumn(draft.distributionOn);
  const days = (await readPolicy(work.tx)).get(distributionDays, distributionOn).proofOfAppeal;
  const last = addDays(distributionOn, days);
  if (input.provenOn > last || input.provenOn > seoulDay(work.at) || input.reference.trim() === '') {
    throw new CheongsanError('INPUT_INVALID', `An appeal is proven with its reference by ${last}, not on ${input.provenOn} (LTCA 102-2).`);
  }
  await work.tx.distributionObjection.update({
    where: { id: objection.id },
    data: { appealProvenOn: dayToColumn(input.provenOn), appealReference: input.reference.trim() },
  });
  await audit(work, seizureCase, objection, 'appeal_proven', { provenOn: input.provenOn });
}

/** Opens what somebody objects to; the view is logged. Errors: `NOT_FOUND`, `PERSON_ERASED`, `INPUT_INVALID`. */
export async function readObjection(work: Work, keys: MasterKey, objectionId: number, purpose: string): Promise<string> {
  assertPurpose(purpose);
  const objection = await work.tx.distributionObjection.findUnique({ where: { id: objectionId } });
  if (objection === null) throw new CheongsanError('NOT_FOUND', `There is no objection ${objectionId}.`);
  const key = await personKey(work.tx, keys, objection.filedById);
  await appendAudit(work, {
    stream: `person:${objection.filedById}`,
    action: 'objection.viewed',
    subject: `distribution_objection:${objectionId}`,
    payload: { purpose },
  });
  return key.openText(objection.contentCipher, contentContext(objection.distributionId, objection.filedById));
}

async function lockObjection(
  work: Work,
  objectionId: number,
): Promise<{ draft: Distribution; seizureCase: CaseWithParts; objection: DistributionObjection }> {
  const found = await work.tx.distributionObjection.findUnique({ where: { id: objectionId }, include: { distribution: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no objection ${objectionId}.`);
  // Whoever objected to a draft that another objection has ended is heard all the same, on the draft in its place.
  const { caseId, state } = found.distribution;
  const standing = state === 'superseded' ? await work.tx.distribution.findFirst({ where: { caseId, state: 'drafted' } }) : null;
  const locked = await lockDraft(work, standing?.id ?? found.distributionId);
  return { ...locked, objection: await work.tx.distributionObjection.findUniqueOrThrow({ where: { id: objectionId } }) };
}

async function lockDraft(work: Work, distributionId: number): Promise<{ draft: Distribution; seizureCase: CaseWithParts }> {
  const found = await work.tx.distribution.findUnique({ where: { id: distributionId }, select: { caseId: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no distribution ${distributionId}.`);
  const seizureCase = await lockCase(work, found.caseId);
  const draft = await work.tx.distribution.findUniqueOrThrow({ where: { id: distributionId } });
  if (draft.state !== 'drafted') {
    throw new CheongsanError('CONFLICT', `Distribution ${draft.number} is ${draft.state}; only a draft can be objected to.`);
  }
  return { draft, seizureCase };
}

async function audit(
  work: Work,
  { id: caseId }: CaseWithParts,
  objection: DistributionObjection,
  act: string,
  payload: { readonly [key: string]: string },
  recordDigest?: string,
): Promise<void> {
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: `objection.${act}`,
    subject: `distribution_objection:${objection.id}`,
    before: { state: objection.state },
    ...(recordDigest === undefined ? {} : { recordDigest }),
    payload: { distribution: objection.distributionId, by: objection.filedById, ...payload },
  });
  work.ring('cases', caseId);
}
