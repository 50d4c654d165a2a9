import type { WriteOffState } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { lockTaxpayers, ringCoveringCases } from './covering-cases.ts';
import type { Deferral } from './deferral.ts';
import { deferralText, type KnownBill, knownBills } from './known-bills.ts';
import type { LedgerHead } from './ledger-row.ts';
import { insertDeferrals } from './store-bills.ts';

/** Days that a notice either has or lacks; once proven they stay. */
const PROVEN_DAYS = ['servedOn', 'dunningIssuedOn', 'dunningServedOn', 'dunningDeadlineOn'] as const;
type ProvenDay = (typeof PROVEN_DAYS)[number];

/** What a later file of the same figures tells of a bill beside them. */
export interface FactsPlan {
  readonly bill: KnownBill;
  /** Days we lacked. */
  readonly days: Readonly<Record<ProvenDay, CivilDate | null>>;
  readonly writeOff: WriteOffState;
  readonly prescribedFrom: CivilDate | null;
  readonly deferrals: readonly Deferral[];
  /** True when any of it is news. */
  readonly isNews: boolean;
  /** Fields in which the file contradicts what is proven; ours stays and the contradiction is reported. */
  readonly contradicted: readonly string[];
}

/**
 * What is to be taken over from a later file. Service and dunning are evidence: a missing day is filled in, a proven one never
 * replaced. Deferrals are added. Write-off and prescription are states of the network and follow the newest file; but what is
 * extinct is never revived (LTBA 37), and a 정리보류 that a seizure of ours has revoked does not come back (LTCA 106(3)).
 */
function planFacts(bill: KnownBill, head: LedgerHead): FactsPlan {
  const days = {
    servedOn: bill.servedOn ?? head.servedOn,
    dunningIssuedOn: bill.dunningIssuedOn ?? head.dunningIssuedOn,
    dunningServedOn: bill.dunningServedOn ?? head.dunningServedOn,
    dunningDeadlineOn: bill.dunningDeadlineOn ?? head.dunningDeadlineOn,
  };
  const contradicted = PROVEN_DAYS.filter((day) => bill[day] !== null && head[day] !== null && bill[day] !== head[day]);
  const isRevived = bill.writeOff === 'prescribed' && head.writeOff !== 'prescribed';
  const isRevoked = bill.isSeizedFor && head.writeOff === 'held';
  const writeOff = isRevived || isRevoked ? bill.writeOff : head.writeOff;
  const prescribedFrom = head.prescribedFrom ?? bill.prescribedFrom;
  const deferrals = head.deferrals.filter((deferral) => !bill.deferrals.includes(deferralText(deferral)));
  const isNews =
    PROVEN_DAYS.some((day) => days[day] !== bill[day]) ||
    writeOff !== bill.writeOff ||
    prescribedFrom !== bill.prescribedFrom ||
    deferrals.length > 0;
  return { bill, days, writeOff, prescribedFrom, deferrals, isNews, contradicted: [...contradicted, ...(isRevived ? ['writeOff'] : [])] };
}

interface BillAndHead {
  readonly bill: KnownBill;
  readonly head: LedgerHead;
}

/** Plans what is to be taken over, from what holds now. */
export function plansOf(pairs: readonly BillAndHead[]): FactsPlan[] {
  return pairs.map(({ bill, head }) => planFacts(bill, head));
}

/**
 * Plans what is to be taken over; locks the taxpayers whose bills would change and plans theirs again from what holds under the
 * lock, so that no order is decided on old facts while new ones are stored. To be called before anything else is locked.
 */
export async function lockedPlans(work: Work, pairs: readonly BillAndHead[]): Promise<FactsPlan[]> {
  const plans = plansOf(pairs);
  const news = pairs.filter((_, index) => plans[index]?.isNews === true);
  if (news.length === 0) return plans;
  await lockTaxpayers(
    work,
    news.map(({ bill }) => bill.personId),
  );
  const headOf = new Map(news.map(({ head }) => [head.noticeNumber, head]));
  const locked = await knownBills(work.tx, [...headOf.keys()]);
  const renewed = locked.flatMap((bill) => {
    const head = headOf.get(bill.noticeNumber);
    return head === undefined ? [] : [planFacts(bill, head)];
  });
  return [...plans.filter(({ isNews }) => !isNews), ...renewed];
}

/** Stores what is news and rings for every open case that covers one of the bills: a deferral stops its sale at once. */
export async function storeFacts(work: Work, plans: readonly FactsPlan[]): Promise<void> {
  if (plans.length === 0) return;
  const days = (day: ProvenDay) => plans.map((plan) => plan.days[day]);
  await work.tx.$executeRaw`
    UPDATE bill SET served_on = row.served_on, dunning_issued_on = row.dunning_issued_on, dunning_served_on = row.dunning_served_on,
           dunning_deadline_on = row.dunning_deadline_on, write_off_state = row.write_off_state::write_off_state,
           prescribed_from = row.prescribed_from
      FROM unnest(
        ${plans.map(({ bill }) => bill.billId)}::int[], ${days('servedOn')}::date[], ${days('dunningIssuedOn')}::date[],
        ${days('dunningServedOn')}::date[], ${days('dunningDeadlineOn')}::date[], ${plans.map(({ writeOff }) => writeOff)}::text[],
        ${plans.map(({ prescribedFrom }) => prescribedFrom)}::date[]
      ) AS row (id, served_on, dunning_issued_on, dunning_served_on, dunning_deadline_on, write_off_state, prescribed_from)
     WHERE bill.id = row.id`;
  await insertDeferrals(
    work,
    plans.flatMap(({ bill, deferrals }) => deferrals.map((deferral) => ({ ...deferral, billId: bill.billId }))),
  );
  await ringCoveringCases(
    work,
    plans.map(({ bill }) => bill.billId),
  );
}
