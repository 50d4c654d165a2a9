import { appendAudit } from '../audit/append.ts';
import type { TestTransfer } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { dayFromColumn } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CoinAmount } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type Entry, entry } from '../ledger/entry.ts';
import { postMany } from '../ledger/post.ts';
import { OPEN_TESTS, undemandedOf } from '../venue/source-proof.ts';
import type { CaseWithParts } from './locked-case.ts';
import type { Sight } from './settle.ts';

/** A part of a holding whose demand was served after the first one: another test, or the rest behind one. */
interface ServedStage {
  readonly test: TestTransfer;
  readonly kind: 'test' | 'rest';
  readonly quantity: CoinAmount;
  readonly servedOn: Date;
  readonly deadlineOn: Date | null;
}

async function servedStages({ tx }: Sight, { id, phase }: CaseWithParts): Promise<ServedStage[]> {
  if (phase !== 'transfer_demanded') return [];
  const tests = await tx.testTransfer.findMany({ where: { caseId: id, state: { in: [...OPEN_TESTS] } }, orderBy: { id: 'asc' } });
  const letterIds = tests.flatMap(({ noticeId, restNoticeId, demandedAt }) => [...(demandedAt === null ? [noticeId] : []), restNoticeId]);
  const letters = await tx.notice.findMany({
    where: { id: { in: letterIds.filter((letterId) => letterId !== null) }, state: 'served', servedOn: { not: null } },
    select: { id: true, servedOn: true, deadlineOn: true },
  });
  const served = (letterId: number | null) => letters.find(({ id: each, servedOn }) => each === letterId && servedOn !== null);
  return tests.flatMap((test): ServedStage[] => {
    const rest = served(test.restNoticeId);
    const letter = rest ?? (test.demandedAt === null ? served(test.noticeId) : undefined);
    if (letter === undefined || letter.servedOn === null) return [];
    const quantity = rest === undefined ? CoinAmount.of(test.asset, test.quantity.toFixed()) : undemandedOf(test);
    const kind = rest === undefined ? 'test' : 'rest';
    return [{ test, kind, quantity, servedOn: letter.servedOn, deadlineOn: letter.deadlineOn }];
  });
}

/** True when a proof of service makes something more of a holding outstanding. */
export async function isStageDue(sight: Sight, seizureCase: CaseWithParts): Promise<boolean> {
  return (await servedStages(sight, seizureCase)).length > 0;
}

/** What a later letter demands is outstanding from its service on, as with the first one. The case must be locked. */
export async function demandStageWhenServed(work: Work, seizureCase: CaseWithParts): Promise<boolean> {
  const stages = await servedStages(work, seizureCase);
  const [first] = stages;
  if (first === undefined) return false;
  await lockRows(
    work,
    'holding',
    stages.map(({ test }) => test.holdingId),
  );
  const posted = await postMany(work, stages.map(stageEntry));
  for (const { test, kind, quantity } of stages) {
    const { holdingId } = test;
    await work.tx.holding.update({ where: { id: holdingId }, data: { demandedQuantity: { increment: quantity.toString() } } });
    await work.tx.testTransfer.update({
      where: { id: test.id },
      data:
        kind === 'test'
          ? { demandedAt: work.at }
          : { state: 'done', demandedAt: test.demandedAt ?? work.at, endedAt: work.at, endReason: null },
    });
  }
  const deadlineOn = stages.map((stage) => stage.deadlineOn).findLast((day) => day !== null);
  if (deadlineOn !== undefined) {
    await work.tx.seizureCase.update({ where: { id: seizureCase.id }, data: { phaseDeadlineOn: deadlineOn } });
  }
  await appendAudit(work, {
    stream: `case:${seizureCase.id}`,
    action: 'transfer.rest_demanded',
    subject: `case:${seizureCase.id}`,
    recordDigest: digestOf(posted.map(({ digest }) => digest)),
    payload: {
      stages: stages.map(({ test, kind, quantity }) => ({ test: test.id, kind, asset: test.asset, quantity: quantity.toString() })),
    },
  });
  return true;
}

function stageEntry({ test, kind, quantity, servedOn }: ServedStage): Entry {
  const subject = `holding:${test.holdingId}`;
  const key = `demand:${test.holdingId}:${kind}:${test.id}`;
  return entry({ key, kind: 'demand', occurredOn: dayFromColumn(servedOn), cause: subject, memo: '' })
    .debit(CHART.coinsOutstanding, { subject }, quantity)
    .credit(CHART.dutyToOwner, { subject }, quantity)
    .build();
}
