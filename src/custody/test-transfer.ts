import type { Approval, Holding, TestTransfer, TestTransferState } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { OPEN_TESTS } from '../venue/source-proof.ts';
import { requireReason } from './deposit-decision.ts';
import { receiptOf } from './expectation.ts';
import { lockHolding, setHoldingState, setReceiptState } from './holding-state.ts';
import { auditTest } from './test-transfer-proof.ts';

/** How a test transfer stands, as an official reads it. */
export const TEST_STATES = {
  asked: { title: '시험 수량을 기다림' },
  proven: { title: '확인됨, 나머지를 요구할 수 있음' },
  lapsed: { title: '효력을 잃음, 다시 시험하거나 그만두어야 함' },
  replaced: { title: '다른 시험으로 바뀜' },
  done: { title: '나머지를 요구함' },
  given_up: { title: '나머지를 요구하지 않기로 함' },
} as const satisfies Record<TestTransferState, { title: string }>;

/** What an approval to give up the rest of a test is about. */
export const TEST_SUBJECT = 'test_transfer';

/**
 * Asks somebody else to agree that the rest behind a test is not demanded after all: it gives up a claim, so one officer alone may not.
 * Errors: `CONFLICT` when the test is over, its letter is not served, its own amount has still to come, or the letter about the rest is
 * on its way; `NOT_FOUND`.
 */
export async function requestGivingUp(
  work: Work,
  input: { readonly testId: number; readonly reason: string; readonly expiresAt: Date },
): Promise<Approval> {
  requireReason(input.reason);
  const { test } = await lockTest(work, input.testId);
  await assertCanBeGivenUp(work, test);
  return requestApproval(work, {
    kind: 'coin_transfer',
    subjectType: TEST_SUBJECT,
    subjectId: test.id,
    summary: `시험 이전 뒤의 나머지를 요구하지 않음: ${test.restQuantity.toFixed()} ${test.asset}`,
    content: contentOf(test),
    reason: input.reason,
    expiresAt: input.expiresAt,
  });
}

/**
 * The rest is not demanded; what came stays, and the case goes on with it. Case and holding must be locked. Errors: those of the request
 * and of `requireApproved`.
 */
export async function applyGivingUp(work: Work, approval: Approval): Promise<void> {
  const { test, holding } = await lockTest(work, approval.subjectId);
  await requireApproved(work.tx, approval.id, contentOf(test));
  await assertCanBeGivenUp(work, test);
  const { received } = await receiptOf(work.tx, holding);
  const endReason = approval.reason;
  await work.tx.testTransfer.update({ where: { id: test.id }, data: { state: 'given_up', endedAt: work.at, endReason } });
  if (received.isPositive()) await setReceiptState(work, holding, true);
  else await setHoldingState(work, holding, 'released');
  await auditTest(work, test, 'given_up', { approval: approval.id, rest: test.restQuantity.toFixed() });
  work.ring('cases', test.caseId);
}

async function lockTest(work: Work, testId: number): Promise<{ test: TestTransfer; holding: Holding }> {
  const found = await work.tx.testTransfer.findUnique({ where: { id: testId }, select: { holdingId: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no test transfer ${testId}.`);
  const holding = await lockHolding(work, found.holdingId);
  return { test: await work.tx.testTransfer.findUniqueOrThrow({ where: { id: testId } }), holding };
}

/** What a letter has demanded, or is about to, is waited for, or short: it is not simply given up. */
async function assertCanBeGivenUp(work: Work, test: TestTransfer): Promise<void> {
  const refuse = (message: string) => new CheongsanError('CONFLICT', message, { facts: { test: test.id, state: test.state } });
  if (!OPEN_TESTS.some((open) => open === test.state)) throw refuse(`Test transfer ${test.id} is ${test.state}; nothing of it is open.`);
  const holding = await work.tx.holding.findUniqueOrThrow({ where: { id: test.holdingId } });
  const { outstanding } = await receiptOf(work.tx, holding);
  if (outstanding.isPositive()) {
    throw refuse(`${outstanding.toString()} ${test.asset} is still to come; wait for it or declare the shortage.`);
  }
  if (await isLetterOut(work, test.restNoticeId)) {
    throw refuse(`The letter that demands the rest of test ${test.id} is out; cancel it first.`);
  }
  if (test.demandedAt === null && (await isLetterOut(work, test.noticeId))) {
    throw refuse(`The letter that asks for test ${test.id} is out and not served; cancel it, or prove its service first.`);
  }
}

function contentOf(test: TestTransfer) {
  return { act: 'give_up_rest', testId: test.id, holdingId: test.holdingId, asset: test.asset, rest: test.restQuantity.toFixed() };
}

async function isLetterOut(work: Work, noticeId: number | null): Promise<boolean> {
  if (noticeId === null) return false;
  const { state } = await work.tx.notice.findUniqueOrThrow({ where: { id: noticeId }, select: { state: true } });
  return state !== 'cancelled';
}
