import { Prisma } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type BillState, loadBillStates, owedOnBills } from './bill-state.ts';
import type { TaxRules } from './rules.ts';

/*
 * Three books say what is unpaid on a tax item: our ledger, the figures (first import, what was paid before it, receipts and
 * posted differences), and the national network. The first two must agree always; the third is shown beside them.
 */

/** Unpaid tax and 가산세 by line, from the rows that `loadBillStates` reads and from the ledger. One statement for all bills. */
const BOTH_BOOKS = Prisma.sql`
  changes AS (
    SELECT bill_line_id, sum(CASE kind WHEN 'increase' THEN principal_krw ELSE -principal_krw END) AS principal,
           sum(CASE kind WHEN 'increase' THEN surcharge_krw ELSE -surcharge_krw END) AS surcharge
      FROM bill_update WHERE state = 'posted' GROUP BY bill_line_id
  ), received AS (
    SELECT bill_line_id, sum(amount_krw) FILTER (WHERE tier = 'tax') AS principal, sum(amount_krw) FILTER (WHERE tier = 'surcharge') AS surcharge
      FROM bill_receipt GROUP BY bill_line_id
  ), paid_before AS (
    SELECT bill_line_id, sum(principal_krw) AS principal, sum(surcharge_krw) AS surcharge FROM prior_payment GROUP BY bill_line_id
  ), figures AS (
    SELECT l.id AS bill_line_id,
           l.principal_krw + coalesce(c.principal, 0) - coalesce(r.principal, 0) - coalesce(p.principal, 0) AS principal,
           l.surcharge_krw + coalesce(c.surcharge, 0) - coalesce(r.surcharge, 0) - coalesce(p.surcharge, 0) AS surcharge
      FROM bill_line l LEFT JOIN changes c ON c.bill_line_id = l.id LEFT JOIN received r ON r.bill_line_id = l.id
      LEFT JOIN paid_before p ON p.bill_line_id = l.id
  ), ledger AS (
    SELECT split_part(a.subject, ':', 2)::int AS bill_line_id,
           coalesce(sum(b.balance) FILTER (WHERE a.chart_code = ${CHART.receivableTax}), 0) AS principal,
           coalesce(sum(b.balance) FILTER (WHERE a.chart_code = ${CHART.receivableSurcharge}), 0) AS surcharge,
           coalesce(sum(b.balance) FILTER (WHERE a.chart_code = ${CHART.receivableLatePenalty}), 0) AS penalty
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.chart_code IN (${CHART.receivableTax}, ${CHART.receivableSurcharge}, ${CHART.receivableLatePenalty}) GROUP BY 1
  ), books AS (
    SELECT coalesce(f.bill_line_id, g.bill_line_id) AS bill_line_id, f.bill_line_id IS NULL AS orphan,
           coalesce(f.principal, 0) AS figures_principal, coalesce(f.surcharge, 0) AS figures_surcharge,
           coalesce(g.principal, 0) AS ledger_principal, coalesce(g.surcharge, 0) AS ledger_surcharge, coalesce(g.penalty, 0) AS ledger_penalty
      FROM figures f FULL JOIN ledger g ON g.bill_line_id = f.bill_line_id
  )`;

/**
 * Ids of tax items, ascending and at most so many, of which the ledger's receivables are not what `loadBillStates` says is unpaid.
 * Late penalty is assessed with its receipt and settled by it, so that it always stands at zero.
 */
export async function brokenReceivables(reader: Pick<Transaction, '$queryRaw'>, limit: number): Promise<number[]> {
  const broken = await reader.$queryRaw<{ billLineId: number }[]>`
    WITH ${BOTH_BOOKS}
    SELECT bill_line_id AS "billLineId" FROM books
     WHERE orphan OR ledger_principal <> figures_principal OR ledger_surcharge <> figures_surcharge OR ledger_penalty <> 0
     ORDER BY bill_line_id LIMIT ${limit}`;
  return broken.map(({ billLineId }) => billLineId);
}

/** What the books say of one tax item, in whole won as text. */
export interface BookDifference {
  readonly noticeNumber: string;
  readonly taxItemCode: string;
  readonly ledgerPrincipalKrw: string;
  readonly ledgerSurchargeKrw: string;
  readonly figuresPrincipalKrw: string;
  readonly figuresSurchargeKrw: string;
  /** The network's latest word; null where it has none on this item. */
  readonly officialAsOf: CivilDate | null;
  readonly officialPrincipalKrw: string | null;
  readonly officialSurchargeKrw: string | null;
  readonly officialPenaltyKrw: string | null;
  /** Our late penalty as of the network's day, where it states one. */
  readonly computedPenaltyKrw: string | null;
  /** What explains a difference: receipts that have not gone back, and imported differences that await approval (tax and 가산세). */
  readonly unexportedKrw: string;
  readonly pendingKrw: string;
}

export interface Differences {
  /** All tax items, and those on which the network has been heard. */
  readonly lineCount: number;
  readonly comparedCount: number;
  readonly ledgerKrw: string;
  readonly figuresKrw: string;
  /** Over the compared items only, tax and 가산세: the network's sum and ours beside it. */
  readonly officialKrw: string;
  readonly ledgerComparedKrw: string;
  /** Every item on which any two books differ, in order of notice number. */
  readonly rows: readonly BookDifference[];
}

interface BookRow extends Omit<BookDifference, 'computedPenaltyKrw'> {
  readonly billId: number;
  readonly billLineId: number;
}

/**
 * Where the books differ. Late penalty is compared where the network states it, computed under the given rules; a withholding
 * agent's is not, since it is not computed here (LTBA 56).
 */
export async function differences(reader: Pick<Transaction, '$queryRaw' | 'bill'>, rules: TaxRules): Promise<Differences> {
  const [totals] = await reader.$queryRaw<Omit<Differences, 'rows'>[]>`
    WITH ${BOTH_BOOKS}, ${LATEST_OFFICIAL}
    SELECT count(*)::int AS "lineCount", count(o.bill_line_id)::int AS "comparedCount",
           coalesce(sum(ledger_principal + ledger_surcharge), 0)::bigint::text AS "ledgerKrw",
           coalesce(sum(figures_principal + figures_surcharge), 0)::bigint::text AS "figuresKrw",
           coalesce(sum(o.principal_krw + o.surcharge_krw), 0)::bigint::text AS "officialKrw",
           coalesce(sum(ledger_principal + ledger_surcharge) FILTER (WHERE o.bill_line_id IS NOT NULL), 0)::bigint::text AS "ledgerComparedKrw"
      FROM books LEFT JOIN official o USING (bill_line_id)`;
  const rows = await reader.$queryRaw<BookRow[]>`
    WITH ${BOTH_BOOKS}, ${LATEST_OFFICIAL}
    SELECT b.id AS "billId", l.id AS "billLineId", b.notice_number AS "noticeNumber", l.tax_item_code AS "taxItemCode",
           trim_scale(ledger_principal)::text AS "ledgerPrincipalKrw", trim_scale(ledger_surcharge)::text AS "ledgerSurchargeKrw",
           figures_principal::text AS "figuresPrincipalKrw", figures_surcharge::text AS "figuresSurchargeKrw",
           o.as_of_day::text AS "officialAsOf", o.principal_krw::text AS "officialPrincipalKrw", o.surcharge_krw::text AS "officialSurchargeKrw",
           o.penalty_krw::text AS "officialPenaltyKrw",
           (SELECT coalesce(sum(r.amount_krw), 0) FROM bill_receipt r
             WHERE r.bill_line_id = l.id AND r.export_id IS NULL AND r.tier IN ('tax', 'surcharge'))::text AS "unexportedKrw",
           (SELECT coalesce(sum(CASE u.kind WHEN 'increase' THEN -(u.principal_krw + u.surcharge_krw) ELSE u.principal_krw + u.surcharge_krw END), 0)
              FROM bill_update u WHERE u.bill_line_id = l.id AND u.state = 'pending')::text AS "pendingKrw"
      FROM books JOIN bill_line l ON l.id = books.bill_line_id JOIN bill b ON b.id = l.bill_id LEFT JOIN official o ON o.bill_line_id = l.id
     WHERE ledger_principal <> figures_principal OR ledger_surcharge <> figures_surcharge
        OR o.principal_krw <> ledger_principal OR o.surcharge_krw <> ledger_surcharge OR o.penalty_krw IS NOT NULL
     ORDER BY b.notice_number, l.tax_item_code`;
  const withPenalty = await computePenalties(reader, rows, rules);
  return { ...(totals ?? NO_LINES), rows: withPenalty.filter(differs) };
}

const NO_LINES: Omit<Differences, 'rows'> = {
  lineCount: 0,
  comparedCount: 0,
  ledgerKrw: '0',
  figuresKrw: '0',
  officialKrw: '0',
  ledgerComparedKrw: '0',
};

/** The network's word of the latest day on each item; of two files of one day the later import. */
const LATEST_OFFICIAL = Prisma.sql`
  official AS (
    SELECT DISTINCT ON (bill_line_id) bill_line_id, as_of_day, principal_krw, surcharge_krw, penalty_krw
      FROM official_balance ORDER BY bill_line_id, as_of_day DESC, import_file_id DESC
  )`;

const BILLS_PER_LOAD = 500;

async function computePenalties(reader: Pick<Transaction, 'bill'>, rows: readonly BookRow[], rules: TaxRules): Promise<BookDifference[]> {
  const dayOf = new Map(
    rows.flatMap(({ billLineId, officialAsOf, officialPenaltyKrw }) => (officialPenaltyKrw === null ? [] : [[billLineId, officialAsOf]])),
  );
  const billIds = [...new Set(rows.filter(({ billLineId }) => dayOf.has(billLineId)).map(({ billId }) => billId))];
  const computed = new Map<number, Won>();
  for (let start = 0; start < billIds.length; start += BILLS_PER_LOAD) {
    for (const bill of await loadBillStates(reader, billIds.slice(start, start + BILLS_PER_LOAD))) {
      for (const [lineId, penalty] of penaltiesOf(bill, dayOf, rules)) computed.set(lineId, penalty);
    }
  }
  return rows.map(({ billId: _bill, billLineId, ...row }) => ({
    ...row,
    computedPenaltyKrw: computed.get(billLineId)?.toString() ?? null,
  }));
}

/** Unpaid late penalty of each item of a bill on the day for which the network states it. */
function penaltiesOf(bill: BillState, dayOf: ReadonlyMap<number, CivilDate | null>, rules: TaxRules): [number, Won][] {
  if (bill.lines.some(({ isWithholdingAgent }) => isWithholdingAgent)) return [];
  const days = new Set(bill.lines.map(({ lineId }) => dayOf.get(Number(lineId)) ?? null));
  return [...days].flatMap((day) => {
    if (day === null) return [];
    const owed = owedOnBills([bill], day, rules).lines.map(({ line, latePenalty }): [number, Won] => [Number(line.lineId), latePenalty]);
    return owed.filter(([lineId]) => dayOf.get(lineId) === day);
  });
}

function differs(row: BookDifference): boolean {
  const ledgerAndFigures = row.ledgerPrincipalKrw !== row.figuresPrincipalKrw || row.ledgerSurchargeKrw !== row.figuresSurchargeKrw;
  const official =
    row.officialPrincipalKrw !== null &&
    (row.officialPrincipalKrw !== row.ledgerPrincipalKrw || row.officialSurchargeKrw !== row.ledgerSurchargeKrw);
  const penalty = row.computedPenaltyKrw !== null && row.computedPenaltyKrw !== row.officialPenaltyKrw;
  return ledgerAndFigures || official || penalty;
}
