import { appendAudit } from '../audit/append.ts';
import type { ServiceAttempt } from '../database/generated/client.ts';
import type { NoticeState, ServiceReceiver } from '../database/generated/enums.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { lockNotice, movedDeadline, type NoticeWithAttempts } from './locked-notices.ts';
import { actOfResult, noticeStateAfter } from './notice-state.ts';
import { auditStreamOf, ringSubject } from './notice-subject.ts';
import { keepProof, proofFormOf, type ServiceProof } from './proof.ts';
import { type Judgement, judgeResult } from './result-judgement.ts';
import type { AttemptOutcome, ServiceRules } from './service-rules.ts';

/** What became of an attempt, with its proof. */
export interface ProvenResult {
  readonly result: AttemptOutcome;
  /** Day of delivery, of the return, or of the visit. */
  readonly resultOn: CivilDate;
  /** Who took it; served only. */
  readonly receivedBy?: ServiceReceiver;
  readonly proof?: ServiceProof;
}

export interface ServiceResultInput extends ProvenResult {
  readonly rules: Pick<ServiceRules, 'lateService'>;
  readonly noticeId: number;
}

export interface ServiceOutcome {
  readonly noticeId: number;
  readonly state: NoticeState;
  readonly servedOn: CivilDate | undefined;
  /** The deadline that holds now; a late arrival moves it (LTBA 31). */
  readonly deadlineOn: CivilDate | undefined;
  /** False when exactly this was recorded before. */
  readonly changed: boolean;
}

/**
 * Ends the running attempt of a notice with what became of it. A served notice stays served: the same result again changes
 * nothing, another one is refused. Errors: `PROOF_REQUIRED`, `SERVICE_NOT_ALLOWED`, `SERVICE_CONTRADICTED`, `CONFLICT` when the
 * letter was never sent, is cancelled or is posted publicly, `INPUT_INVALID`, `NOT_FOUND`.
 */
export async function recordServiceResult(work: Work, keys: MasterKey, input: ServiceResultInput): Promise<ServiceOutcome> {
  const notice = await lockNotice(work, input.noticeId);
  const attempt = notice.attempts.at(-1);
  if (attempt === undefined) {
    throw new CheongsanError('CONFLICT', `Notice ${notice.number} was never sent; record its dispatch first.`, {
      facts: { noticeId: notice.id },
    });
  }
  const judgement = judgeAttempt({ notice, attempt }, input, seoulDay(work.at));
  if (judgement.verdict === 'same') return outcomeOf(notice, false);
  if (judgement.verdict === 'refused') {
    throw new CheongsanError(judgement.code, `Notice ${notice.number}: ${judgement.reason}`, { facts: { noticeId: notice.id } });
  }
  return endAttempt(work, keys, { notice, attempt, proven: input, lateService: input.rules.lateService });
}

export interface RunningAttempt {
  readonly notice: NoticeWithAttempts;
  readonly attempt: ServiceAttempt;
}

export function judgeAttempt({ notice, attempt }: RunningAttempt, proven: ProvenResult, today: CivilDate): Judgement {
  return judgeResult(
    {
      noticeState: notice.state,
      recipientKind: notice.recipientKind,
      method: attempt.method,
      trackingNumber: attempt.trackingNumber ?? undefined,
      dispatchedOn: dayFromColumn(attempt.dispatchedOn),
      result: attempt.result,
      resultOn: dayOrUndefined(attempt.resultOn),
      receivedBy: attempt.receivedBy ?? undefined,
    },
    { result: proven.result, resultOn: proven.resultOn, receivedBy: proven.receivedBy, proof: proofFormOf(proven.proof) },
    today,
  );
}

export interface AttemptEnd extends RunningAttempt {
  readonly proven: ProvenResult;
  readonly lateService: ServiceRules['lateService'];
  /** The file of the post from which the result comes. */
  readonly importFileId?: number;
}

/** Ends an attempt that `judgeAttempt` found new: attempt, notice, audit event and ring. The notice is locked by the caller. */
export async function endAttempt(work: Work, keys: MasterKey, end: AttemptEnd): Promise<ServiceOutcome> {
  const { notice, attempt, proven, importFileId } = end;
  const state = noticeStateAfter(notice.state, actOfResult(proven.result));
  if (state === undefined || proven.proof === undefined) {
    throw new CheongsanError('INTERNAL', `Attempt ${attempt.id} of notice ${notice.number} was not judged before it was ended.`);
  }
  const isServed = proven.result === 'served';
  const resultOn = dayToColumn(proven.resultOn);
  const kept = await keepProof(work, keys, { proof: proven.proof, trackingNumber: attempt.trackingNumber });
  await work.tx.serviceAttempt.update({
    where: { id: attempt.id },
    data: {
      ...kept,
      result: proven.result,
      receivedBy: proven.receivedBy ?? null,
      resultOn,
      effectiveOn: isServed ? resultOn : null,
      recordedById: userIdOf(work.actor),
      recordedAt: work.at,
      importFileId: importFileId ?? null,
    },
  });
  const service = isServed ? { servedOn: resultOn, provenAt: work.at, ...movedDeadline(notice, proven.resultOn, end.lateService) } : {};
  const changed = await work.tx.notice.update({ where: { id: notice.id }, data: { state, ...service } });
  await appendAudit(work, {
    stream: auditStreamOf(notice),
    action: isServed ? 'notice.served' : 'notice.returned',
    subject: `notice:${notice.id}`,
    before: notice.state,
    after: state,
    recordDigest: kept.proofDigest,
    payload: {
      kind: notice.kind,
      method: attempt.method,
      result: proven.result,
      resultOn: proven.resultOn,
      receivedBy: proven.receivedBy,
      attempt: attempt.id,
      document: kept.proofDocumentId ?? undefined,
      importFile: importFileId,
    },
  });
  ringSubject(work, notice.subject);
  return outcomeOf(changed, true);
}

function outcomeOf(
  notice: { readonly id: number; readonly state: NoticeState; readonly servedOn: Date | null; readonly deadlineOn: Date | null },
  changed: boolean,
): ServiceOutcome {
  return {
    noticeId: notice.id,
    state: notice.state,
    servedOn: dayOrUndefined(notice.servedOn),
    deadlineOn: dayOrUndefined(notice.deadlineOn),
    changed,
  };
}

function dayOrUndefined(column: Date | null): CivilDate | undefined {
  return column === null ? undefined : dayFromColumn(column);
}
