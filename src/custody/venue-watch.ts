import type { VenueTrouble } from '../database/generated/client.ts';
import type { VenueTroubleKind } from '../database/generated/enums.ts';
import { lockRows } from '../database/locks.ts';
import type { Database, Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { addDays, type CivilDate, dayFromColumn, daysBetween, seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import {
  delistingWarningDays,
  depositHaltExtensionDays,
  depositHaltLimitDays,
  haltEscalationDays,
  venueDownMinutes,
} from '../policy/definitions/reconciliation.ts';
import { CUSTODIAN } from './custodian.ts';
import { keepWaiting } from './shortage.ts';
import { VENUE_TROUBLES } from './trouble-kinds.ts';
import { type ConcernedHolding, closeTrouble, concernedHoldings, openSeenTrouble, openTroubles } from './venue-trouble.ts';

/** Each state of a coin's wallet, as the venue shows it, and what of it stands still. */
const HALTS: Readonly<Record<string, readonly VenueTroubleKind[]>> = {
  working: [],
  deposits_only: ['withdrawals_halted'],
  withdrawals_only: ['deposits_halted'],
  halted: ['deposits_halted', 'withdrawals_halted'],
};

/**
 * Looks after what is the matter with an account's venue: what the markets show opens and ends troubles, demands that cannot be answered
 * get more time, and people are told, once when something concerns a case, once more when its day is near, and again and again of a halt
 * that lasts.
 */
export async function watchVenue(database: Database, accountId: number): Promise<void> {
  await database.work(CUSTODIAN, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    await takeMarketsOver(work, accountId);
    const concerned = await concernedHoldings(work.tx, { accountId });
    for (const trouble of await openTroubles(work.tx, accountId)) {
      if (trouble.kind === 'unreadable' || trouble.kind === 'maintenance') continue;
      await tell(
        work,
        trouble,
        concerned.filter((each) => each.trouble.id === trouble.id),
      );
    }
  });
  // Apart from the account, since cases are locked before accounts.
  const waiting = (await concernedHoldings(database.read, { accountId })).filter(
    ({ trouble, phase }) => trouble.kind === 'deposits_halted' && phase === 'transfer_demanded',
  );
  const failures: unknown[] = [];
  for (const { caseId, trouble } of waiting) {
    await database.work(CUSTODIAN, (work) => giveDemandTime(work, trouble, caseId)).catch((thrown: unknown) => failures.push(thrown));
  }
  // One case keeps no other from its time.
  if (failures.length > 0) throw failures[0];
}

/**
 * What is read of each coin's market is as old as its last reading. What is unknown of one changes nothing, and a market that is gone has
 * not been spared.
 */
async function takeMarketsOver(work: Work, accountId: number): Promise<void> {
  const watched = await work.tx.watchedMarket.findMany({
    where: { venueAccountId: accountId, readAt: { not: null } },
    orderBy: { id: 'asc' },
  });
  const open = await openTroubles(work.tx, accountId);
  for (const { asset, walletState, flags, symbol } of watched) {
    const halts = HALTS[walletState];
    const shown: VenueTroubleKind[] = [...(halts ?? []), ...(flags.includes('delisting') ? (['delisting'] as const) : [])];
    for (const kind of shown) await openSeenTrouble(work, { accountId, asset, kind });
    for (const trouble of open) {
      const isHalt = trouble.kind === 'deposits_halted' || trouble.kind === 'withdrawals_halted';
      const isOver = trouble.asset === asset && trouble.reportedById === null && !shown.includes(trouble.kind);
      if (isOver && (isHalt ? halts !== undefined : trouble.kind === 'delisting' && symbol !== null)) await closeTrouble(work, trouble.id);
    }
  }
}

/**
 * A demand that nobody can answer does not run out: its deadline moves on, and the case says why. It does so only for a time, after which
 * the case is overdue and somebody has to say what becomes of it. The case is locked first, so that it cannot move on meanwhile.
 */
async function giveDemandTime(work: Work, trouble: VenueTrouble, caseId: number): Promise<void> {
  await lockRows(work, 'seizure_case', [caseId]);
  const today = seoulDay(work.at);
  const { phase, phaseDeadlineOn } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
  if (phase !== 'transfer_demanded' || phaseDeadlineOn === null) return;
  const deadlineOn = dayFromColumn(phaseDeadlineOn);
  if (deadlineOn > addDays(today, 1)) return;
  const policy = await readPolicy(work.tx);
  const untilDay = extendedDeadline(
    { today, since: seoulDay(trouble.since), announced: trouble.untilDay === null ? undefined : dayFromColumn(trouble.untilDay) },
    { days: policy.get(depositHaltExtensionDays, today), limitDays: policy.get(depositHaltLimitDays, today) },
  );
  if (untilDay <= deadlineOn || untilDay <= today) return;
  await keepWaiting(work, { caseId, untilDay, reason: `${trouble.asset ?? ''} 입금 중지` });
}

/** So many days from today, or from the day on which deposits are announced to begin again, but no longer after the halt began than the limit. */
function extendedDeadline(
  { today, since, announced }: { readonly today: CivilDate; readonly since: CivilDate; readonly announced: CivilDate | undefined },
  { days, limitDays }: { readonly days: number; readonly limitDays: number },
): CivilDate {
  const begin = announced !== undefined && announced > today ? announced : today;
  const [wanted, last] = [addDays(begin, days), addDays(since, limitDays)];
  return wanted < last ? wanted : last;
}

async function tell(work: Work, trouble: VenueTrouble, holdings: readonly ConcernedHolding[]): Promise<void> {
  if (holdings.length === 0) return;
  if (trouble.toldAt === null) {
    await work.tx.venueTrouble.update({ where: { id: trouble.id }, data: { toldAt: work.at } });
    await alert(work, trouble, holdings, 'warning');
  }
  if (!(await isPressing(work, trouble))) return;
  await work.tx.venueTrouble.update({ where: { id: trouble.id }, data: { escalatedAt: work.at } });
  await alert(work, trouble, holdings, 'critical');
}

/** A halt presses whenever it has lasted so long again, a delisting once, when its day is near. */
async function isPressing(work: Work, { kind, since, untilDay, escalatedAt }: VenueTrouble): Promise<boolean> {
  const today = seoulDay(work.at);
  const policy = await readPolicy(work.tx);
  if (kind !== 'delisting') return daysBetween(seoulDay(escalatedAt ?? since), today) >= policy.get(haltEscalationDays, today);
  if (escalatedAt !== null) return false;
  return untilDay !== null && daysBetween(today, dayFromColumn(untilDay)) <= policy.get(delistingWarningDays, today);
}

async function alert(
  work: Work,
  trouble: VenueTrouble,
  holdings: readonly ConcernedHolding[],
  severity: 'warning' | 'critical',
): Promise<void> {
  const { id, kind, asset, since, untilDay } = trouble;
  const { title, consequence } = VENUE_TROUBLES[kind];
  const cases = [...new Set(holdings.map(({ caseId }) => caseId))];
  await raiseAlert(work, {
    code: severity === 'warning' ? kind : `${kind}_pressing`,
    severity,
    subject: `venue_trouble:${id}`,
    text: `${asset ?? '계정'}: ${title} (${whenText(kind, since, untilDay)}, 사건 ${cases.length}건). ${consequence}`,
    facts: { accountId: trouble.venueAccountId, asset, cases, untilDay: untilDay === null ? null : dayFromColumn(untilDay) },
  });
}

function whenText(kind: VenueTroubleKind, since: Date, untilDay: Date | null): string {
  const day: CivilDate | undefined = untilDay === null ? undefined : dayFromColumn(untilDay);
  if (day !== undefined) return `${VENUE_TROUBLES[kind].untilDay} ${day}`;
  return kind === 'delisting' ? '종료일을 거래소 공지에서 확인하여 등록하십시오' : `${seoulDay(since)}부터`;
}

/**
 * Notes that a venue gave no answer: cases show it from the first time on; a person is told once it has lasted as long as the policy
 * says, unless the venue announced that it would be closed. The account must be locked.
 */
export async function noteUnreadable(work: Work, accountId: number): Promise<void> {
  const trouble = await openSeenTrouble(work, { accountId, asset: null, kind: 'unreadable' });
  const today = seoulDay(work.at);
  const minutes = (await readPolicy(work.tx)).get(venueDownMinutes, today);
  if (trouble.toldAt !== null || work.at.getTime() - trouble.since.getTime() < minutes * 60_000) return;
  const isAnnounced = (await openTroubles(work.tx, accountId)).some(
    ({ kind, untilDay }) => kind === 'maintenance' && untilDay !== null && dayFromColumn(untilDay) >= today,
  );
  if (isAnnounced) return;
  const cases = new Set((await concernedHoldings(work.tx, { accountId })).map(({ caseId }) => caseId));
  await work.tx.venueTrouble.update({ where: { id: trouble.id }, data: { toldAt: work.at } });
  await raiseAlert(work, {
    code: 'venue_down',
    severity: 'critical',
    subject: `venue_trouble:${trouble.id}`,
    text: `거래소를 ${minutes}분 동안 읽지 못했습니다. 사건 ${cases.size}건이 기다립니다. 거래소 공지를 확인하십시오. 다시 읽히면 저절로 이어집니다.`,
    facts: { accountId, since: trouble.since.toISOString(), cases: [...cases] },
  });
}

/** The venue answers again: what waited for it goes on by itself, and a maintenance whose last day is over has ended. The account must be locked. */
export async function noteReadable(work: Work, accountId: number): Promise<void> {
  for (const { id, kind, untilDay } of await openTroubles(work.tx, accountId)) {
    const isOver = kind === 'maintenance' && untilDay !== null && dayFromColumn(untilDay) < seoulDay(work.at);
    if (kind === 'unreadable' || isOver) await closeTrouble(work, id);
  }
}
