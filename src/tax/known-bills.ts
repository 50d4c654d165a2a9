import type { WriteOffState } from '../database/generated/enums.ts';
import type { Transaction, Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { registrationIndex } from '../person/blind-index.ts';
import { figuresDigest, type LedgerHead, type LedgerLine, type LedgerNotice } from './ledger-row.ts';
import { lineBalances } from './line-balance.ts';

/** A bill we have, with all that a later ledger file may say otherwise. */
export interface KnownBill {
  readonly billId: number;
  readonly personId: number;
  readonly noticeNumber: string;
  readonly figuresDigest: string;
  /** Null once the person is erased. */
  readonly registrationIndex: string | null;
  readonly taxYear: number;
  readonly arisenOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly withholdingAgent: boolean;
  readonly primaryNoticeNumber: string | null;
  readonly servedOn: CivilDate | null;
  readonly dunningIssuedOn: CivilDate | null;
  readonly dunningServedOn: CivilDate | null;
  readonly dunningDeadlineOn: CivilDate | null;
  readonly writeOff: WriteOffState;
  readonly prescribedFrom: CivilDate | null;
  /** `kind from to`, as `deferralText` writes it. */
  readonly deferrals: readonly string[];
  /** True while a seizure that stands covers it. */
  readonly isSeizedFor: boolean;
}

const NOTICES_PER_STATEMENT = 5_000;

export function deferralText({ kind, from, to }: LedgerHead['deferrals'][number]): string {
  return `${kind} ${from} ${to}`;
}

/** The bills we have under these notice numbers. */
export async function knownBills(reader: Pick<Transaction, '$queryRaw'>, noticeNumbers: readonly string[]): Promise<KnownBill[]> {
  const known: KnownBill[] = [];
  for (let start = 0; start < noticeNumbers.length; start += NOTICES_PER_STATEMENT) {
    const asked = noticeNumbers.slice(start, start + NOTICES_PER_STATEMENT);
    known.push(
      ...(await reader.$queryRaw<KnownBill[]>`
        SELECT b.id AS "billId", b.person_id AS "personId", b.notice_number AS "noticeNumber", b.figures_digest AS "figuresDigest",
               p.registration_index AS "registrationIndex", b.tax_year AS "taxYear", b.arisen_on::text AS "arisenOn", b.due_on::text AS "dueOn",
               b.withholding_agent AS "withholdingAgent", b.primary_notice_number AS "primaryNoticeNumber", b.served_on::text AS "servedOn",
               b.dunning_issued_on::text AS "dunningIssuedOn", b.dunning_served_on::text AS "dunningServedOn",
               b.dunning_deadline_on::text AS "dunningDeadlineOn", b.write_off_state::text AS "writeOff",
               b.prescribed_from::text AS "prescribedFrom",
               ARRAY (SELECT d.kind || ' ' || d.from_day || ' ' || d.until_day FROM deferral d WHERE d.bill_id = b.id) AS deferrals,
               EXISTS (SELECT 1 FROM case_bill cb JOIN seizure_case c ON c.id = cb.case_id
                        WHERE cb.bill_id = b.id AND c.seized_on IS NOT NULL AND c.closed_at IS NULL) AS "isSeizedFor"
          FROM bill b JOIN person p ON p.id = b.person_id
         WHERE b.notice_number = ANY (${asked}::text[])`),
    );
  }
  return known;
}

/** What a file says of a notice we have: the same, or why it cannot be taken as it stands. */
export type KnownVerdict = 'same' | 'other_person' | 'other_figures';

/**
 * Compares notices of a file with the bills we have under their numbers. The figures are the same when they are those first
 * imported, or those of our books now: the national network lowers its figures as well when a difference or a receipt of ours
 * reaches it.
 */
export async function judgeKnownBills(
  work: Work,
  keys: MasterKey,
  pairs: readonly { readonly bill: KnownBill; readonly notice: LedgerNotice }[],
): Promise<Map<string, KnownVerdict>> {
  const verdicts = new Map<string, KnownVerdict>();
  const doubtful: (typeof pairs)[number][] = [];
  for (const pair of pairs) {
    const { bill, notice } = pair;
    if (!isSamePerson(keys, bill, notice.head)) verdicts.set(bill.noticeNumber, 'other_person');
    else if (bill.figuresDigest === figuresDigest(notice)) verdicts.set(bill.noticeNumber, 'same');
    else doubtful.push(pair);
  }
  const balances = await lineBalances(
    work.tx,
    doubtful.map(({ bill }) => bill.noticeNumber),
  );
  const now = new Map<string, string[]>();
  for (const { noticeNumber, principal, surcharge, ...item } of balances) {
    const text = itemText({ ...item, principal: principal.toString(), surcharge: surcharge.toString() });
    now.set(noticeNumber, [...(now.get(noticeNumber) ?? []), text]);
  }
  for (const { bill, notice } of doubtful) {
    const agrees = isSameHead(bill, notice.head) && sameTexts(notice.lines.map(itemText), now.get(bill.noticeNumber) ?? []);
    verdicts.set(bill.noticeNumber, agrees ? 'same' : 'other_figures');
  }
  return verdicts;
}

function itemText({
  taxItemCode,
  level,
  principal,
  surcharge,
}: Pick<LedgerLine, 'taxItemCode' | 'level' | 'principal' | 'surcharge'>): string {
  return `${taxItemCode} ${level} ${principal} ${surcharge}`;
}

function isSamePerson(keys: MasterKey, bill: KnownBill, { taxpayer }: LedgerHead): boolean {
  if (bill.registrationIndex === null || taxpayer.registrationNumber === null) return true;
  return bill.registrationIndex === registrationIndex(keys, taxpayer.kind, taxpayer.registrationNumber);
}

function isSameHead(bill: KnownBill, head: LedgerHead): boolean {
  return (['taxYear', 'arisenOn', 'dueOn', 'withholdingAgent', 'primaryNoticeNumber'] as const).every(
    (field) => bill[field] === head[field],
  );
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.toSorted().join('\n') === b.toSorted().join('\n');
}
