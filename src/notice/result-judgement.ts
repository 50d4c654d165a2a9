import type { NoticeState, RecipientKind, ServiceMethod, ServiceReceiver, ServiceResult } from '../database/generated/enums.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { type AttemptOutcome, outcomeBar, type ProofForm, proofBar } from './service-rules.ts';

/** An attempt and its notice as they are recorded. */
export interface RecordedAttempt {
  readonly noticeState: NoticeState;
  readonly recipientKind: RecipientKind;
  readonly method: ServiceMethod;
  readonly trackingNumber: string | undefined;
  readonly dispatchedOn: CivilDate;
  readonly result: ServiceResult;
  readonly resultOn: CivilDate | undefined;
  readonly receivedBy: ServiceReceiver | undefined;
}

/** What somebody says became of it. */
export interface ClaimedResult {
  readonly result: AttemptOutcome;
  readonly resultOn: CivilDate;
  readonly receivedBy: ServiceReceiver | undefined;
  readonly proof: ProofForm | undefined;
}

export type Judgement =
  /** Ends the attempt. */
  | { readonly verdict: 'new' }
  /** Says what is recorded already. */
  | { readonly verdict: 'same' }
  | {
      readonly verdict: 'refused';
      readonly code: Extract<ErrorCode, 'CONFLICT' | 'INPUT_INVALID' | 'SERVICE_CONTRADICTED' | 'SERVICE_NOT_ALLOWED' | 'PROOF_REQUIRED'>;
      /** Korean. */
      readonly reason: string;
    };

type Refusal = Extract<Judgement, { verdict: 'refused' }>;

function refused(code: Refusal['code'], reason: string): Refusal {
  return { verdict: 'refused', code, reason };
}

/**
 * Whether a result may be recorded for an attempt. What was proven is never rewritten: the same again is welcome, anything else
 * contradicts it. An official who doubts a return sends the letter again.
 */
export function judgeResult(attempt: RecordedAttempt, claim: ClaimedResult, today: CivilDate): Judgement {
  const { method, recipientKind, trackingNumber } = attempt;
  if (method === 'public_notice')
    return refused('CONFLICT', '공시송달은 효력 발생일에 저절로 송달된 것으로 기록됨(지방세기본법 제33조제1항).');
  const bar = outcomeBar({ method, recipientKind, result: claim.result, receivedBy: claim.receivedBy });
  if (bar !== undefined) return refused(bar.code, bar.text);
  if (attempt.result !== 'pending') return compared(attempt, claim);
  if (attempt.noticeState === 'cancelled') return refused('CONFLICT', '취소된 통지임.');
  if (claim.resultOn < attempt.dispatchedOn || claim.resultOn > today) {
    return refused('INPUT_INVALID', `처리일은 발송일(${attempt.dispatchedOn})부터 오늘(${today})까지여야 함.`);
  }
  const missing = proofBar(method, claim.proof, trackingNumber);
  return missing === undefined ? { verdict: 'new' } : refused(missing.code, missing.text);
}

function compared(recorded: RecordedAttempt, claim: ClaimedResult): Judgement {
  const isSame = recorded.result === claim.result && recorded.resultOn === claim.resultOn && recorded.receivedBy === claim.receivedBy;
  if (isSame) return { verdict: 'same' };
  return refused(
    'SERVICE_CONTRADICTED',
    `이미 ${recorded.resultOn}에 ${RESULT_TITLES[recorded.result]}(으)로 증명된 것과 다름. 증명된 기록은 고치지 않으며, 반송된 것은 다시 보내야 함.`,
  );
}

/** Korean words of the post for what became of a letter. */
const RESULT_TITLES: Readonly<Record<ServiceResult, string>> = {
  pending: '배달 중',
  served: '배달완료',
  returned_unknown_address: '주소불명',
  returned_moved: '이사불명',
  returned_unknown_person: '수취인불명',
  returned_absent: '수취인부재',
  returned_closed: '폐문부재',
  returned_unclaimed: '보관기간경과',
  returned_refused: '수취거절',
  returned_other: '기타반송',
};
