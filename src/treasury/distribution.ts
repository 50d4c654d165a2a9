import { appendAudit } from '../audit/append.ts';
import type { Distribution } from '../database/generated/client.ts';
import type { Database, Transaction, Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post } from '../ledger/post.ts';
import { readPolicy } from '../policy/book.ts';
import { distributionDays } from '../policy/definitions/collection.ts';
import { distributionClosesAtSecond } from '../policy/definitions/treasury.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { DueSource } from '../queue/due.ts';
import { type CaseWithParts, lockCase } from '../seizure/locked-case.ts';
import { moveCase, phaseDeadline } from '../seizure/phase.ts';
import { staysAgainst } from '../seizure/stay.ts';
import { loadBillStates } from '../tax/bill-state.ts';
import { postCredit } from '../tax/credit.ts';
import { caseSubject } from './accounts.ts';
import { ENTRY_KIND } from './case-ledger.ts';
import { redraftDistribution } from './distribution-draft.ts';
import { planCase } from './distribution-money.ts';
import type { DistributionPlan } from './distribution-plan.ts';
import { untoldRecipients } from './distribution-recipients.ts';
import { type ObjectionStanding, objectionStanding } from './objection-rules.ts';
import { ringCasesOver } from './payment.ts';

/*
 * drafted ─▶ final
 *    │
 *    ▼
 * superseded, by another draft with a date of its own
 *
 * A draft lies on file and can be objected to until its day has ended (LTCA 101, 102). Then everything is looked at again: if every
 * figure still holds, the money goes out as the draft says; if one does not, the draft is superseded and nothing goes out.
 */

const DUE_MAX = 500;

export interface FinishedDistribution {
  readonly outcome: 'final' | 'redrafted' | 'over_before';
  /** The draft that stands now, where another one was filed. */
  readonly draftId: number | undefined;
}

/**
 * Distributes the money of a draft whose day has ended. Of two who do it at once one does, the other finds it done. Errors:
 * `DISTRIBUTION_TOO_EARLY`, `DISTRIBUTION_OBJECTED`, `CONFLICT` while somebody was not told of the day or a difference of a bill is
 * undecided, `NOT_FOUND`.
 */
export async function finishDistribution(
  work: Work,
  { distributionId }: { readonly distributionId: number },
): Promise<FinishedDistribution> {
  const { caseId } = await readDistribution(work.tx, distributionId);
  const seizureCase = await lockCase(work, caseId);
  const draft = await readDistribution(work.tx, distributionId);
  if (draft.state !== 'drafted') return { outcome: 'over_before', draftId: undefined };
  const policy = await readPolicy(work.tx);
  assertDayOver(work, draft, policy);
  const standing = await standingOf(work.tx, draft, seoulDay(work.at), policy);
  assertUnobjected(draft, standing);
  await assertTold(work, draft);
  await assertNothingUndecided(work, seizureCase);
  await assertNotStayed(work, draft);
  const plan = await planCase(work, seizureCase, dayFromColumn(draft.distributionOn));
  if (plan.digest !== draft.draftDigest) {
    const redrafted = await redraftDistribution(work, seizureCase, draft, '비치한 뒤 배분할 금액이나 체납액이 바뀜');
    return { outcome: 'redrafted', draftId: redrafted?.id };
  }
  await lapseObjections(work, seizureCase, standing.lapsed);
  await pay(work, seizureCase, draft, plan);
  return { outcome: 'final', draftId: undefined };
}

async function readDistribution(reader: Pick<Transaction, 'distribution'>, id: number): Promise<Distribution> {
  const distribution = await reader.distribution.findUnique({ where: { id } });
  if (distribution === null) throw new CheongsanError('NOT_FOUND', `There is no distribution ${id}.`);
  return distribution;
}

/** The instant at which the distribution day ends and objections are too late. */
export function closingOf(distributionOn: CivilDate, policy: PolicySet): Date {
  return new Date(startOfDay(distributionOn).getTime() + policy.get(distributionClosesAtSecond, distributionOn) * 1_000);
}

function assertDayOver(work: Work, draft: Distribution, policy: PolicySet): void {
  const closing = closingOf(dayFromColumn(draft.distributionOn), policy);
  if (work.at >= closing) return;
  throw new CheongsanError(
    'DISTRIBUTION_TOO_EARLY',
    `Distribution ${draft.number} can be made when its day has ended, at ${closing.toISOString()}.`,
    { facts: { distributionOn: dayFromColumn(draft.distributionOn), closesAt: closing.toISOString() } },
  );
}

/** Money that a court or a deferral holds up stays where it is; the draft stands, and goes out once nothing stops it. */
async function assertNotStayed(work: Work, { number, caseId }: Distribution): Promise<void> {
  const [stay] = await staysAgainst(work.tx, [caseId], 'distribution', seoulDay(work.at));
  if (stay === undefined) return;
  throw new CheongsanError(
    'CONFLICT',
    `Distribution ${number} stands still under ${stay.source} (${stay.kind}); nothing goes out until it ends.`,
    {
      facts: { source: stay.source, kind: stay.kind },
    },
  );
}

async function standingOf(
  reader: Pick<Transaction, 'distributionObjection'>,
  draft: Pick<Distribution, 'id' | 'caseId' | 'distributionOn'>,
  today: CivilDate,
  policy: PolicySet,
): Promise<ObjectionStanding> {
  // An objection to an earlier draft that did not end it stands against every later one.
  const toEarlier = {
    state: { in: ['filed' as const, 'dismissed' as const] },
    distribution: { caseId: draft.caseId, state: 'superseded' as const },
  };
  const objections = await reader.distributionObjection.findMany({
    where: { OR: [{ distributionId: draft.id }, toEarlier] },
    orderBy: { id: 'asc' },
  });
  const distributionOn = dayFromColumn(draft.distributionOn);
  return objectionStanding(
    objections.map(({ id, state, appealProvenOn }) => ({
      objectionId: id,
      state,
      appealProvenOn: appealProvenOn === null ? undefined : dayFromColumn(appealProvenOn),
    })),
    { distributionOn, today, proofOfAppealDays: policy.get(distributionDays, distributionOn).proofOfAppeal },
  );
}

function assertUnobjected(draft: Distribution, { blocking, freeFrom }: ObjectionStanding): void {
  if (blocking.length === 0) return;
  const until = freeFrom === undefined ? 'until somebody has decided on them' : `before ${freeFrom}`;
  throw new CheongsanError(
    'DISTRIBUTION_OBJECTED',
    `Distribution ${draft.number} is objected to (objection ${blocking.join(', ')}); nothing goes out ${until}.`,
    { facts: { objections: blocking, freeFrom } },
  );
}

async function assertTold(work: Work, draft: Distribution): Promise<void> {
  const untold = await untoldRecipients(work.tx, draft);
  if (untold.length === 0) return;
  throw new CheongsanError(
    'CONFLICT',
    `The notice of distribution ${draft.number} has not left for ${untold.length} of those owed it; send it first (LTCA 98(2)).`,
    { facts: { persons: untold.map(({ personId }) => personId) } },
  );
}

async function assertNothingUndecided(work: Work, { number, bills }: CaseWithParts): Promise<void> {
  const pending = await work.tx.billUpdate.count({ where: { billId: { in: bills.map(({ billId }) => billId) }, state: 'pending' } });
  if (pending === 0) return;
  throw new CheongsanError('CONFLICT', `${pending} differences of bills of case ${number} are undecided; decide on them first.`);
}

/** Objections without proof of an appeal in time count as withdrawn (LTCA 102-2). */
async function lapseObjections(work: Work, { id: caseId }: CaseWithParts, objectionIds: readonly number[]): Promise<void> {
  if (objectionIds.length === 0) return;
  await work.tx.distributionObjection.updateMany({ where: { id: { in: [...objectionIds] } }, data: { state: 'withdrawn' } });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'objection.lapsed',
    subject: `distribution_objection:${objectionIds[0]}`,
    before: 'dismissed',
    after: 'withdrawn',
    payload: { objections: objectionIds },
  });
}

/** The money goes out exactly as the draft says: to the bills, and what is left to the taxpayer. */
async function pay(work: Work, seizureCase: CaseWithParts, draft: Distribution, plan: DistributionPlan): Promise<void> {
  const { id: caseId, bills: covered } = seizureCase;
  const subject = caseSubject(caseId);
  const source = `distribution:${draft.id}`;
  const occurredOn = dayFromColumn(draft.distributionOn);
  const posted = await post(
    work,
    entry({ key: source, kind: ENTRY_KIND.distribution, occurredOn, cause: source, memo: '' })
      .debit(CHART.undistributed, { subject }, plan.money.net)
      .credit(CHART.distributed, { subject }, plan.allocated)
      .credit(CHART.surplusOwed, { subject }, plan.surplus)
      .build(),
  );
  const billIds = covered.map(({ billId }) => billId);
  const bills = await loadBillStates(work.tx, billIds);
  await postCredit(work, { caseId, bills, allocations: plan.allocations, occurredOn: plan.claimsOn, source });
  await work.tx.distribution.update({
    where: { id: draft.id },
    data: { state: 'final', finalAt: work.at, ledgerEntryId: posted.entryId },
  });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'distribution.final',
    subject: source,
    before: { state: 'drafted' },
    after: { state: 'final' },
    recordDigest: posted.digest,
    payload: {
      number: draft.number,
      distributionOn: occurredOn,
      netKrw: plan.money.net.toString(),
      creditedKrw: plan.allocated.toString(),
      surplusKrw: plan.surplus.toString(),
      draft: draft.draftDigest,
    },
  });
  await settle(work, seizureCase, posted.digest);
  await ringCasesOver(work, billIds);
}

/** A case settled before its money came stays settled; what is left to do has its time from now on. */
async function settle(work: Work, { id: caseId, phase }: CaseWithParts, recordDigest: string): Promise<void> {
  if (phase === 'distributing') return moveCase(work, caseId, ['distributing'], 'settled', { recordDigest });
  const deadlineOn = await phaseDeadline(work, 'settled');
  await work.tx.seizureCase.update({
    where: { id: caseId },
    data: { phaseDeadlineOn: deadlineOn === undefined ? null : dayToColumn(deadlineOn) },
  });
}

/** Drafts whose day has ended and which nothing stands against: `treasury` rings name distributions. */
export function distributionDueSource(database: Database): DueSource {
  return {
    queue: 'treasury',
    due: async (now) => {
      const policy = await readPolicy(database.read);
      const drafts = await database.read.distribution.findMany({
        where: { state: 'drafted', distributionOn: { lte: dayToColumn(seoulDay(now)) } },
        orderBy: [{ distributionOn: 'asc' }, { id: 'asc' }],
        take: DUE_MAX,
      });
      const due: number[] = [];
      for (const draft of drafts) if (await isDue(database.read, draft, now, policy)) due.push(draft.id);
      return due;
    },
    nextDueAt: async (now) => {
      const policy = await readPolicy(database.read);
      const drafts = await database.read.distribution.findMany({
        where: { state: 'drafted' },
        select: { id: true, caseId: true, distributionOn: true },
      });
      const instants = await Promise.all(drafts.map((draft) => appointmentOf(database.read, draft, now, policy)));
      return instants.reduce<Date | undefined>(
        (first, instant) => (instant > now && (first === undefined || instant < first) ? instant : first),
        undefined,
      );
    },
  };
}

async function isDue(reader: Transaction, draft: Distribution, now: Date, policy: PolicySet): Promise<boolean> {
  if (closingOf(dayFromColumn(draft.distributionOn), policy) > now) return false;
  const { blocking } = await standingOf(reader, draft, seoulDay(now), policy);
  if (blocking.length > 0) return false;
  if ((await untoldRecipients(reader, draft)).length > 0) return false;
  if ((await staysAgainst(reader, [draft.caseId], 'distribution', seoulDay(now))).length > 0) return false;
  const undecided = await reader.billUpdate.count({
    where: { state: 'pending', bill: { cases: { some: { caseId: draft.caseId } } } },
  });
  return undecided === 0;
}

/** The end of its day, or the day from which a dismissed objection no longer stands in the way. */
async function appointmentOf(
  reader: Transaction,
  draft: Pick<Distribution, 'id' | 'caseId' | 'distributionOn'>,
  now: Date,
  policy: PolicySet,
): Promise<Date> {
  const closing = closingOf(dayFromColumn(draft.distributionOn), policy);
  if (closing > now) return closing;
  const { freeFrom } = await standingOf(reader, draft, seoulDay(now), policy);
  return freeFrom === undefined ? closing : startOfDay(freeFrom);
}
