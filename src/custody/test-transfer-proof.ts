import { appendAudit } from '../audit/append.ts';
import type { TestTransfer } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { addDays, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { CoinAmount } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { sourceProofDays } from '../policy/definitions/receipt.ts';
import { OPEN_TESTS } from '../venue/source-proof.ts';
import { networkCode } from './address-networks.ts';
import { receiptOf } from './expectation.ts';

/** By which way a deposit came. */
interface ArrivedBy {
  readonly depositRowId: number;
  /** `internal`, `on_chain` or `unknown`, which counts as over a chain. */
  readonly route: string;
  readonly network: string | null | undefined;
}

/**
 * After coins were credited to a holding: when the whole amount of its test has come over the chain that is tested, the source is proven
 * and a person is told that the rest may be demanded. A move within the exchange, or over another network, proves nothing. The holding
 * must be locked.
 */
export async function proveSource(work: Work, holdingId: number, { depositRowId, route, network }: ArrivedBy): Promise<void> {
  const test = await work.tx.testTransfer.findFirst({ where: { holdingId, state: 'asked', demandedAt: { not: null } } });
  if (test === null || test.demandedAt === null || !isOver(test.network, { route, network })) return;
  const matches = await work.tx.depositMatch.findMany({
    where: { holdingId, matchedAt: { gte: test.demandedAt } },
    select: { quantity: true, deposit: { select: { route: true, network: true } } },
  });
  const arrived = CoinAmount.sum(
    test.asset,
    matches.filter(({ deposit }) => isOver(test.network, deposit)).map(({ quantity }) => CoinAmount.of(test.asset, quantity.toFixed())),
  );
  if (arrived.isLessThan(CoinAmount.of(test.asset, test.quantity.toFixed()))) return;
  // What came may be what an earlier test asked for, at another address: as long as some of either is to come, nobody knows.
  if ((await receiptOf(work.tx, await work.tx.holding.findUniqueOrThrow({ where: { id: holdingId } }))).outstanding.isPositive()) return;
  const days = (await readPolicy(work.tx)).get(sourceProofDays, seoulDay(work.at));
  const expiresAt = startOfDay(addDays(seoulDay(work.at), days + 1));
  await work.tx.testTransfer.update({
    where: { id: test.id },
    data: { state: 'proven', provenAt: work.at, depositRowId, expiresAt },
  });
  await auditTest(work, test, 'proven', { deposit: depositRowId, expiresAt: expiresAt.toISOString() });
  await raiseAlert(work, {
    code: 'test_transfer_proven',
    severity: 'notice',
    subject: `test_transfer:${test.id}`,
    text: `시험 이전이 확인되었습니다. 나머지 ${test.restQuantity.toFixed()} ${test.asset}의 이전을 요구하십시오.`,
    facts: { caseId: test.caseId, holdingId, asset: test.asset },
  });
}

/** A venue that names no network has credited it all the same; one that names another has not been tested. */
function isOver(tested: string, { route, network }: Omit<ArrivedBy, 'depositRowId'>): boolean {
  if (route === 'internal') return false;
  return network === null || network === undefined || networkCode(tested) === networkCode(network);
}

/**
 * The amount of a test will not come. The rest was never demanded, so the holding stays open for another test, or until somebody gives
 * it up. True when there was one. The holding must be locked.
 */
export async function lapseTest(work: Work, holdingId: number, why: string): Promise<boolean> {
  const test = await work.tx.testTransfer.findFirst({ where: { holdingId, state: { in: [...OPEN_TESTS] } } });
  if (test === null) return false;
  if (test.state !== 'lapsed') {
    await work.tx.testTransfer.update({ where: { id: test.id }, data: { state: 'lapsed', lapsedAt: work.at, endReason: why } });
    await auditTest(work, test, 'lapsed', { reason: why });
  }
  return true;
}

export async function auditTest(work: Work, test: TestTransfer, what: string, facts: Record<string, string | number>): Promise<void> {
  await appendAudit(work, {
    stream: `case:${test.caseId}`,
    action: `test_transfer.${what}`,
    subject: `test_transfer:${test.id}`,
    payload: { holding: test.holdingId, asset: test.asset, sender: test.sender, network: test.network, ...facts },
  });
}
