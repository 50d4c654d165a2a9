import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { erasePerson } from '../person/erase.ts';
import { ENDED_PHASES } from './phase-table.ts';
import { billsThatOwe } from './settle.ts';

const NAMED_MAX = 20;

/**
 * Erases somebody of whom the city wants nothing any more and to whom it owes nothing. Refused while a case is open in which he is
 * the delinquent or has a right, while surplus of a case of his is not paid back, while a bill of his owes anything or awaits a
 * decision on a difference (one that is extinct owes nothing), and while a letter to him is printed but not sent. What an exchange or a bank wrote about him is sealed under the installation's key and stays as long as
 * those records do. Errors: `PERSON_NEEDED` naming what stands, those of `erasePerson`.
 */
export async function erasePersonOfEndedCases(work: Work, erasure: { readonly personId: number; readonly ground: string }): Promise<void> {
  const { personId, ground } = erasure;
  await lockRows(work, 'person', [personId]);
  const standing = {
    cases: await openCases(work, personId),
    refunds: await casesWithSurplus(work, personId),
    bills: await owingBills(work, personId),
    letters: await unsentLetters(work, personId),
  };
  const reasons = Object.entries(standing).filter(([, names]) => names.length > 0);
  if (reasons.length > 0) {
    const text = reasons.map(([what, names]) => `${names.length} ${what} (${names.slice(0, NAMED_MAX).join(', ')})`).join(', ');
    throw new CheongsanError('PERSON_NEEDED', `The personal data of person ${personId} is still needed: ${text}.`, {
      facts: Object.fromEntries(reasons.map(([what, names]) => [what, names.slice(0, NAMED_MAX)])),
    });
  }
  await erasePerson(work, personId, ground);
}

/** Numbers of open cases that are his, or in which he has a right. */
async function openCases(work: Work, personId: number): Promise<string[]> {
  const cases = await work.tx.seizureCase.findMany({
    where: { phase: { notIn: [...ENDED_PHASES] }, OR: [{ personId }, { rightHolders: { some: { personId } } }] },
    select: { number: true },
    orderBy: { id: 'asc' },
  });
  return cases.map(({ number }) => number);
}

/** Numbers of his cases of which won is owed to him: a refund may come back from his bank after the case is closed. */
async function casesWithSurplus(work: Work, personId: number): Promise<string[]> {
  const owed = await balances(work.tx, { chart: CHART.surplusOwed });
  const subjects = new Set(owed.map(({ subject }) => subject));
  const cases = await work.tx.seizureCase.findMany({ where: { personId }, select: { id: true, number: true }, orderBy: { id: 'asc' } });
  return cases.filter(({ id }) => subjects.has(`case:${id}`)).map(({ number }) => number);
}

/** Notice numbers of his bills that owe something, or of which nobody knows yet what they owe. */
async function owingBills(work: Work, personId: number): Promise<string[]> {
  const bills = await work.tx.bill.findMany({
    where: { personId, writeOffState: { not: 'prescribed' } },
    select: { id: true, noticeNumber: true, _count: { select: { updates: { where: { state: 'pending' } } } } },
    orderBy: { id: 'asc' },
  });
  const owing = await billsThatOwe(
    work,
    bills.map(({ id }) => id),
  );
  return bills.filter(({ id, _count }) => owing.has(id) || _count.updates > 0).map(({ noticeNumber }) => noticeNumber);
}

async function unsentLetters(work: Work, personId: number): Promise<string[]> {
  const letters = await work.tx.notice.findMany({
    where: { recipientId: personId, state: 'issued' },
    select: { number: true },
    orderBy: { id: 'asc' },
  });
  return letters.map(({ number }) => number);
}
