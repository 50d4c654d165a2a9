import type { TestTransfer, TestTransferState } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { CoinAmount } from '../kernel/money.ts';
import { OPEN_TESTS, openTest, requireProven, type TransferSource } from '../venue/source-proof.ts';
import { requireReason } from './deposit-decision.ts';
import { receiptOf } from './expectation.ts';
import { lockHolding, setReceiptState } from './holding-state.ts';
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

/**
 * Before everything is moved from a source by the city itself, such as out of a wallet. Error: `TEST_TRANSFER_UNPROVEN`.
 */
export async function requireProvenSource(work: Work, source: TransferSource): Promise<void> {
  await requireProven(work.tx, source, work.at);
}

export interface OwnTest extends TransferSource {
  readonly caseId: number;
  readonly holdingId: number;
  /** The small amount, of which the holding's demand must consist until it is proven. */
  readonly quantity: CoinAmount;
  readonly rest: CoinAmount;
}

/** The city's own small move before the whole, as out of a wallet: no letter asks for it. The holding must be locked. */
export async function beginOwnTest(work: Work, test: OwnTest): Promise<TestTransfer> {
  const row = await openTest(work, { ...test, createdById: userIdOf(work.actor), demandedAt: work.at });
  await auditTest(work, row, 'asked', { quantity: test.quantity.toString(), rest: test.rest.toString() });
  return row;
}

/** The city's own move of the rest is under way or done. The holding must be locked. */
export async function endOwnTest(work: Work, testId: number): Promise<void> {
  const { count } = await work.tx.testTransfer.updateMany({
    where: { id: testId, state: 'proven' },
    data: { state: 'done', endedAt: work.at },
  });
  if (count === 0) throw new CheongsanError('CONFLICT', `Test transfer ${testId} is not proven; the rest does not move.`);
}

/**
 * The rest is not demanded after all; what came stays, and the case goes on with it. Errors: `CONFLICT` when the test is over, its own
 * amount has still to come, or the letter about the rest is on its way; `NOT_FOUND`.
 */
export async function giveUpTest(work: Work, input: { readonly testId: number; readonly reason: string }): Promise<void> {
  requireReason(input.reason);
  const found = await work.tx.testTransfer.findUnique({ where: { id: input.testId }, select: { holdingId: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no test transfer ${input.testId}.`);
  const holding = await lockHolding(work, found.holdingId);
  const test = await work.tx.testTransfer.findUniqueOrThrow({ where: { id: input.testId } });
  if (!OPEN_TESTS.some((open) => open === test.state)) {
    throw new CheongsanError('CONFLICT', `Test transfer ${test.id} is ${test.state}; nothing of it is open.`);
  }
  const { outstanding, received } = await receiptOf(work.tx, holding);
  if (outstanding.isPositive()) {
    throw new CheongsanError('CONFLICT', `${outstanding.toString()} ${test.asset} is still to come; wait for it or declare the shortage.`);
  }
  if (await isLetterOut(work, test.restNoticeId)) {
    throw new CheongsanError('CONFLICT', `The letter that demands the rest of test ${test.id} is out; cancel it first.`);
  }
  await work.tx.testTransfer.update({ where: { id: test.id }, data: { state: 'given_up', endedAt: work.at, endReason: input.reason } });
  if (received.isPositive()) await setReceiptState(work, holding, true);
  else await work.tx.holding.update({ where: { id: holding.id }, data: { state: 'released', stateSince: work.at } });
  await auditTest(work, test, 'given_up', { reason: input.reason, rest: test.restQuantity.toFixed() });
  work.ring('cases', test.caseId);
}

async function isLetterOut(work: Work, noticeId: number | null): Promise<boolean> {
  if (noticeId === null) return false;
  const { state } = await work.tx.notice.findUniqueOrThrow({ where: { id: noticeId }, select: { state: true } });
  return state !== 'cancelled';
}
