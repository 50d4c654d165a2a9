import type { ReleaseGround } from '../database/generated/enums.ts';
import { lockRows } from '../database/locks.ts';
import { type Actor, type Database, type Transaction, userIdOf, type Work } from '../database/work.ts';
import { dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { CoinAmount } from '../kernel/money.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { type Entry, entry } from '../ledger/entry.ts';
import { postMany } from '../ledger/post.ts';
import { cancelNotice, issueNotice } from '../notice/issue.ts';
import { type DocumentSource, documentSource } from './document-facts.ts';
import type { Correspondence } from './documents/case-facts.ts';
import { RELEASE_NOTICE_TEMPLATE, releaseNotice } from './documents/release-notice.ts';
import { type CaseWithParts, lockCases } from './locked-case.ts';
import { moveCase } from './phase.ts';
import { decidedGround } from './release-grounds.ts';
import { billsThatOwe } from './settle.ts';
import { walletsHeld } from './wallets-held.ts';

export interface ReleaseOrder {
  readonly ground: ReleaseGround;
  /** Without personal data. */
  readonly reason: string;
  readonly correspondence: Correspondence;
}

/** Phases from which a case with nothing in custody or on a wallet is released. */
const RELEASABLE_PHASES = ['seized', 'transfer_demanded', 'settled'] as const;
const CASES_PER_WORK = 20;

/** Cases that must be released: their bills owe nothing and nothing of them is held anywhere. Ids ascending. */
export async function releasableCases(work: Work): Promise<{ readonly caseId: number; readonly number: string }[]> {
  const cases = await work.tx.seizureCase.findMany({
    where: { phase: { in: [...RELEASABLE_PHASES] } },
    select: { id: true, number: true, bills: { select: { billId: true } }, holdings: { select: { id: true } } },
    orderBy: { id: 'asc' },
  });
  const owing = await casesThatOwe(work, cases);
  const held = await heldByCase(work.tx, cases);
  return cases.filter(({ id }) => !owing.has(id) && !held.has(id)).map(({ id, number }) => ({ caseId: id, number }));
}

export interface Releases {
  readonly released: readonly number[];
  readonly refused: readonly { readonly caseId: number; readonly code: ErrorCode; readonly detail: string }[];
}

/**
 * Releases the seizures of cases of which nothing is in custody and closes them: the record, the notices to the exchange and to the
 * delinquent, and the end of what a demand still expected. What cannot be released is told with its code and keeps the others from
 * nothing: `RELEASE_NOT_ALLOWED` while something is owed (on that ground), held, under way or undistributed, and on another ground
 * than the one decided on; `PHASE_WRONG`, `NOT_FOUND`.
 */
export async function releaseCases(
  database: Database,
  keys: MasterKey,
  actor: Actor,
  order: ReleaseOrder & { readonly caseIds: readonly number[] },
): Promise<Releases> {
  const released: number[] = [];
  const wanted = [...new Set(order.caseIds)].sort((a, b) => a - b);
  const known = await database.read.seizureCase.findMany({ where: { id: { in: wanted } }, select: { id: true }, orderBy: { id: 'asc' } });
  const ids = known.map(({ id }) => id);
  const refused: Releases['refused'][number][] = wanted
    .filter((id) => !ids.includes(id))
    .map((caseId) => ({ caseId, code: 'NOT_FOUND', detail: `There is no seizure case ${caseId}.` }));
  for (let start = 0; start < ids.length; start += CASES_PER_WORK) {
    const chunk = ids.slice(start, start + CASES_PER_WORK);
    const done = await database.work(actor, (work) => releaseChunk(work, keys, order, chunk));
    released.push(...done.released);
    refused.push(...done.refused);
  }
  return { released, refused };
}

async function releaseChunk(work: Work, keys: MasterKey, order: ReleaseOrder, caseIds: readonly number[]): Promise<Releases> {
  const cases = await lockCases(work, caseIds);
  const refusals = await refusalsOf(work, cases, order.ground);
  const ready = cases.filter(({ id }) => !refusals.has(id));
  if (ready.length > 0) {
    const source = await documentSource(work, keys, ready, 'seizure.release');
    for (const seizureCase of ready) await release(work, keys, seizureCase, order, source);
  }
  return {
    released: ready.map(({ id }) => id),
    refused: [...refusals].map(([caseId, { code, message }]) => ({ caseId, code, detail: message })),
  };
}

/** Why each of these cases cannot be released; their holdings are locked. */
async function refusalsOf(
  work: Work,
  cases: readonly CaseWithParts[],
  ground: ReleaseGround,
): Promise<ReadonlyMap<number, CheongsanError>> {
  const holdingIds = cases.flatMap(({ holdings }) => holdings.map(({ id }) => id));
  await lockRows(work, 'holding', holdingIds);
  const owing = ground === 'nothing_owed' ? await casesThatOwe(work, cases) : new Set<number>();
  const held = await heldByCase(work.tx, cases);
  const refusals = new Map<number, CheongsanError>();
  for (const { id, number, phase, closeReason } of cases) {
    const what = held.get(id);
    const decided = decidedGround({ closeReason });
    if (!RELEASABLE_PHASES.some((releasable) => releasable === phase)) {
      const from = RELEASABLE_PHASES.join(', ');
      refusals.set(id, new CheongsanError('PHASE_WRONG', `Case ${number} is ${phase}; it is released from ${from} only.`));
    } else if (decided !== undefined && decided !== ground) {
      const detail = `The seizure of case ${number} was ended on the ground ${decided}; release it on that one.`;
      refusals.set(id, new CheongsanError('RELEASE_NOT_ALLOWED', detail));
    } else if (ground !== 'nothing_owed' && decided === undefined && phase !== 'settled') {
      const detail = `The seizure of case ${number} still secures what is owed; somebody else than its officer ends it on the ground ${ground} first.`;
      refusals.set(id, new CheongsanError('RELEASE_NOT_ALLOWED', detail));
    } else if (owing.has(id)) {
      refusals.set(id, new CheongsanError('RELEASE_NOT_ALLOWED', `The bills of case ${number} still owe something.`));
    } else if (what !== undefined) {
      const detail = `Case ${number} still has ${what}; give it back or distribute it first.`;
      refusals.set(id, new CheongsanError('RELEASE_NOT_ALLOWED', detail));
    }
  }
  return refusals;
}

type CaseParts = {
  readonly id: number;
  readonly bills: readonly { readonly billId: number }[];
  readonly holdings: readonly { readonly id: number }[];
};

async function casesThatOwe(work: Work, cases: readonly CaseParts[]): Promise<ReadonlySet<number>> {
  const owing = await billsThatOwe(
    work,
    cases.flatMap(({ bills }) => bills.map(({ billId }) => billId)),
  );
  return new Set(cases.filter(({ bills }) => bills.some(({ billId }) => owing.has(billId))).map(({ id }) => id));
}

const COIN_CHARTS: readonly string[] = [CHART.coinsHeld, CHART.coinsOnOrder, CHART.coinsInTransit];
const MONEY_CHARTS: readonly string[] = [
  CHART.venueWonHeld,
  CHART.proceedsAtVenue,
  CHART.bankDeposit,
  CHART.undistributed,
  CHART.distributed,
  CHART.surplusOwed,
];

/** What of each case is held or under way, in words; a case of which nothing is held is absent. */
async function heldByCase(tx: Transaction, cases: readonly CaseParts[]): Promise<ReadonlyMap<number, string>> {
  const caseOf = new Map<string, number>();
  for (const { id, holdings } of cases) {
    caseOf.set(`case:${id}`, id);
    for (const holding of holdings) caseOf.set(`holding:${holding.id}`, id);
  }
  const rows = await tx.$queryRaw<{ subject: string; asset: string; chart: string; balance: string }[]>`
    SELECT a.subject, a.asset, a.chart_code AS chart, trim_scale(b.balance)::text AS balance
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE b.balance <> 0 AND a.subject = ANY (${[...caseOf.keys()]}::text[]) AND a.chart_code = ANY (${[...COIN_CHARTS, ...MONEY_CHARTS]}::text[])
     ORDER BY a.id DESC`;
  const held = new Map<number, string>();
  for (const { subject, asset, chart, balance } of rows) {
    const caseId = caseOf.get(subject);
    if (caseId !== undefined) held.set(caseId, `${balance} ${asset} on account ${chart}`);
  }
  const openOrders = await tx.orderShare.findMany({
    where: { caseId: { in: cases.map(({ id }) => id) }, order: { closedAt: null } },
    select: { caseId: true },
  });
  for (const { caseId } of openOrders) held.set(caseId, 'an open order');
  const wallets = await walletsHeld(
    tx,
    cases.map(({ id }) => id),
  );
  for (const [caseId, what] of wallets) if (!held.has(caseId)) held.set(caseId, what);
  return held;
}

async function release(
  work: Work,
  keys: MasterKey,
  seizureCase: CaseWithParts,
  order: ReleaseOrder,
  source: DocumentSource,
): Promise<void> {
  const releasedOn = seoulDay(work.at);
  const { ground, reason, correspondence } = order;
  const posted = await postMany(work, await endOfDemands(work, seizureCase));
  const { id: releaseId } = await work.tx.release.create({
    data: {
      caseId: seizureCase.id,
      ground,
      reason,
      releasedOn: dayToColumn(releasedOn),
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  await work.tx.holding.updateMany({
    where: { caseId: seizureCase.id, state: { notIn: ['sold', 'returned', 'released'] } },
    data: { state: 'released', stateSince: work.at },
  });
  await cancelUnsent(work, seizureCase.id);
  const facts = await source.factsOf(seizureCase);
  const subject = `case:${seizureCase.id}`;
  const common = { kind: 'release_notice' as const, subject, template: RELEASE_NOTICE_TEMPLATE };
  const isSample = source.isSample(seizureCase.personId);
  // Of a wallet that was taken no exchange was told.
  if (seizureCase.origin !== 'wallet') {
    await issueNotice(work, keys, {
      ...common,
      recipient: { kind: 'venue', venueCode: seizureCase.venueCode, isSample },
      content: releaseNotice(facts, { ground, releasedOn }, 'venue', correspondence),
    });
  }
  await issueNotice(work, keys, {
    ...common,
    recipient: { kind: 'delinquent', personId: seizureCase.personId },
    content: releaseNotice(facts, { ground, releasedOn }, 'delinquent', correspondence),
  });
  await moveCase(work, seizureCase.id, RELEASABLE_PHASES, 'closed', {
    action: 'seizure.released',
    reason: ground,
    payload: { release: releaseId },
    recordDigest: digestOf({ ground, releasedOn, entries: posted.map(({ digest }) => digest) }),
    changes: { closeReason: ground },
  });
}

/** What a demand still expected is not expected any more, and no longer owed to the owner (`release:HOLDING`). */
async function endOfDemands(work: Work, seizureCase: CaseWithParts): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const { id, asset } of seizureCase.holdings) {
    const subject = `holding:${id}`;
    const [outstanding] = await balances(work.tx, { chart: CHART.coinsOutstanding, asset, subject });
    if (outstanding === undefined) continue;
    const quantity = CoinAmount.of(asset, outstanding.balance);
    entries.push(
      entry({ key: `release:${id}`, kind: 'release', occurredOn: seoulDay(work.at), cause: `case:${seizureCase.id}`, memo: '' })
        .debit(CHART.dutyToOwner, { subject }, quantity)
        .credit(CHART.coinsOutstanding, { subject }, quantity)
        .build(),
    );
  }
  return entries;
}

/** Letters that were printed and never sent have lost their object. */
async function cancelUnsent(work: Work, caseId: number): Promise<void> {
  const unsent = await work.tx.notice.findMany({
    where: { subject: `case:${caseId}`, state: 'issued', kind: { not: 'release_notice' } },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  for (const { id } of unsent) await cancelNotice(work, { noticeId: id, reason: '압류 해제' });
}
