import { appendAudit } from '../audit/append.ts';
import type { Database, QueueName } from '../database/work.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import type { DueSource } from '../queue/due.ts';
import { assertDayWithin, assertUnbarred, lockNotice, lockNotices, movedDeadline, type NoticeWithAttempts } from './locked-notices.ts';
import { noticeStateAfter } from './notice-state.ts';
import { auditStreamOf, inStreamOrder, ringSubject } from './notice-subject.ts';
import { keepProof, proofFormOf, type ServiceProof } from './proof.ts';
import {
  methodBar,
  type PublicNoticePlan,
  proofBar,
  publicNoticeBars,
  publicNoticeEffectiveOn,
  type ServiceRules,
} from './service-rules.ts';

export interface PublicNoticeInput extends PublicNoticePlan {
  readonly rules: ServiceRules;
  readonly noticeId: number;
  readonly postedOn: CivilDate;
  /** The posting itself: a picture of the board, the page of the gazette. */
  readonly proof?: ServiceProof;
}

/**
 * Records that a letter was posted as a public notice, with the proof of the posting. It is not served yet: it takes effect at the
 * start of the day returned, by `settlePublicNotices`. The same posting with the same proof again changes nothing. Errors: `SERVICE_NOT_ALLOWED` while its conditions do not hold,
 * `PROOF_REQUIRED`, `CONFLICT`, `INPUT_INVALID`, `NOT_FOUND`.
 */
export async function postPublicNotice(work: Work, keys: MasterKey, input: PublicNoticeInput): Promise<{ effectiveOn: CivilDate }> {
  const notice = await lockNotice(work, input.noticeId);
  const known = postedAlready(notice, input);
  if (known !== undefined) return { effectiveOn: known };
  const proof = assertMayBePosted(notice, input, seoulDay(work.at));
  const kept = await keepProof(work, keys, { proof, trackingNumber: null });
  const effectiveOn = publicNoticeEffectiveOn(input.postedOn, input.rules);
  const attempt = await work.tx.serviceAttempt.create({
    data: {
      ...kept,
      noticeId: notice.id,
      method: 'public_notice',
      dispatchedOn: dayToColumn(input.postedOn),
      publicNoticeGround: input.ground,
      publicNoticeMedia: [...input.media],
      groundReference: input.groundReference ?? null,
      effectiveOn: dayToColumn(effectiveOn),
      dispatchedById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  // The day of effect is certain from the posting on, so the deadline moves at once (LTBA 33(3)).
  const deadline = movedDeadline(notice, effectiveOn, input.rules.lateService);
  await work.tx.notice.update({ where: { id: notice.id }, data: { state: 'sent', ...deadline } });
  await appendAudit(work, {
    stream: auditStreamOf(notice),
    action: 'notice.posted_publicly',
    subject: `notice:${notice.id}`,
    before: notice.state,
    after: 'sent',
    recordDigest: kept.proofDigest,
    payload: { kind: notice.kind, ground: input.ground, postedOn: input.postedOn, effectiveOn, attempt: attempt.id },
  });
  return { effectiveOn };
}

/** The day of effect of a posting that is recorded already; whoever did not get the answer asks again. */
function postedAlready({ state, attempts }: NoticeWithAttempts, { postedOn, ground, proof }: PublicNoticeInput): CivilDate | undefined {
  const last = attempts.at(-1);
  if (state !== 'sent' || last?.method !== 'public_notice' || last.effectiveOn === null || proof?.form !== 'document') return undefined;
  const isSame =
    dayFromColumn(last.dispatchedOn) === postedOn && last.publicNoticeGround === ground && last.proofDigest === sha256Hex(proof.bytes);
  return isSame ? dayFromColumn(last.effectiveOn) : undefined;
}

function assertMayBePosted(notice: NoticeWithAttempts, input: PublicNoticeInput, today: CivilDate): ServiceProof {
  if (noticeStateAfter(notice.state, 'dispatch') === undefined) {
    throw new CheongsanError('CONFLICT', `Notice ${notice.number} is ${notice.state} and cannot be posted; record its result first.`, {
      facts: { noticeId: notice.id, state: notice.state },
    });
  }
  assertDayWithin(input.postedOn, dayFromColumn(notice.issuedOn), today, `The posting of notice ${notice.number}`);
  const { kind, recipientKind } = notice;
  const plan = { method: 'public_notice', kind, recipientKind, dispatchedOn: input.postedOn, electronicApplicationOn: undefined } as const;
  assertUnbarred(methodBar(plan, input.rules), notice);
  const past = notice.attempts.map(({ method, dispatchedOn, result }) => ({ method, dispatchedOn: dayFromColumn(dispatchedOn), result }));
  assertUnbarred(publicNoticeBars(input, past, input.rules)[0], notice);
  assertUnbarred(proofBar('public_notice', proofFormOf(input.proof), undefined), notice);
  if (input.proof === undefined) throw new CheongsanError('PROOF_REQUIRED', `Notice ${notice.number} has no proof of its posting.`);
  return input.proof;
}

/**
 * Makes every public notice about a subject served whose day of effect has begun. Called by whoever looks at the subject before
 * it asks who is served; does nothing when nothing is due. Returns how many were served now.
 */
export async function settlePublicNotices(work: Work, subject: string): Promise<number> {
  const due = await work.tx.serviceAttempt.findMany({
    where: { ...dueBy(seoulDay(work.at)), notice: { subject, state: 'sent' } },
    select: { noticeId: true },
  });
  if (due.length === 0) return 0;
  const notices = await lockNotices(
    work,
    due.map(({ noticeId }) => noticeId),
  );
  let served = 0;
  for (const notice of inStreamOrder(notices)) if (await takeEffect(work, notice)) served += 1;
  return served;
}

function dueBy(today: CivilDate): { method: 'public_notice'; result: 'pending'; effectiveOn: { lte: Date } } {
  return { method: 'public_notice', result: 'pending', effectiveOn: { lte: dayToColumn(today) } };
}

async function takeEffect(work: Work, notice: NoticeWithAttempts): Promise<boolean> {
  const attempt = notice.attempts.at(-1);
  if (notice.state !== 'sent' || attempt?.method !== 'public_notice' || attempt.effectiveOn === null) return false;
  const { effectiveOn } = attempt;
  await work.tx.serviceAttempt.update({
    where: { id: attempt.id },
    data: { result: 'served', receivedBy: 'public', resultOn: effectiveOn, recordedAt: work.at },
  });
  await work.tx.notice.update({
    where: { id: notice.id },
    data: { state: 'served', servedOn: effectiveOn, provenAt: attempt.createdAt },
  });
  await appendAudit(work, {
    stream: auditStreamOf(notice),
    action: 'notice.served',
    subject: `notice:${notice.id}`,
    before: 'sent',
    after: 'served',
    ...(attempt.proofDigest === null ? {} : { recordDigest: attempt.proofDigest }),
    payload: { kind: notice.kind, method: 'public_notice', resultOn: dayFromColumn(effectiveOn), attempt: attempt.id },
  });
  ringSubject(work, notice.subject);
  return true;
}

const DUE_MAX = 1_000;

/**
 * Rings at the midnight at which public notices take effect, on the queue of the subjects they are about: `('cases', 'case')`
 * rings case 12 for notices about `case:12`.
 */
export function publicNoticeDueSource(database: Database, queue: QueueName, subjectType: string): DueSource {
  const prefix = `${subjectType}:`;
  const about = { state: 'sent', subject: { startsWith: prefix } } as const;
  return {
    queue,
    async due(now) {
      const notices = await database.read.notice.findMany({
        where: { ...about, attempts: { some: dueBy(seoulDay(now)) } },
        select: { subject: true },
        orderBy: { id: 'asc' },
        take: DUE_MAX,
      });
      return [...new Set(notices.map(({ subject }) => Number(subject.slice(prefix.length))))];
    },
    async nextDueAt(now) {
      const next = await database.read.serviceAttempt.findFirst({
        where: { method: 'public_notice', result: 'pending', effectiveOn: { gt: dayToColumn(seoulDay(now)) }, notice: about },
        select: { effectiveOn: true },
        orderBy: { effectiveOn: 'asc' },
      });
      return next === null || next.effectiveOn === null ? undefined : startOfDay(dayFromColumn(next.effectiveOn));
    },
  };
}
