import type { Transaction } from '../../database/work.ts';
import { type CivilDate, dayAfterMonths, dayToColumn } from '../../kernel/civil-date.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { digestOf } from '../../kernel/digest.ts';

/** What an account of the chart did in a month, in one asset: plain decimals, the opening as debits less credits. */
export interface MonthFigureRow {
  readonly chart: string;
  readonly name: string;
  readonly asset: string;
  readonly opening: string;
  readonly debit: string;
  readonly credit: string;
}

/**
 * The figures of a month by the days on which entries were posted. They begin with those that the month before was closed with; without
 * such, with everything posted before. Accounts that neither stood nor moved are left out.
 */
export async function monthFigures(reader: Pick<Transaction, '$queryRaw'>, month: CivilDate): Promise<MonthFigureRow[]> {
  const [from, until, before] = [month, dayAfterMonths(month, 1), dayAfterMonths(month, -1)].map(dayToColumn);
  return reader.$queryRaw<MonthFigureRow[]>`
    WITH known AS (
      SELECT f.chart_code, f.asset, f.opening + f.debit - f.credit AS opening
        FROM month_figure f JOIN month_closing c ON c.id = f.closing_id WHERE c.month = ${before} AND c.state = 'closed'
    ), is_known AS (
      SELECT EXISTS (SELECT 1 FROM month_closing WHERE month = ${before} AND state = 'closed') AS known
    ), opened AS (
      SELECT chart_code, asset, opening FROM known
      UNION ALL
      SELECT a.chart_code, a.asset, sum(l.amount)
        FROM is_known k, ledger_entry e JOIN ledger_line l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id
       WHERE NOT k.known AND e.posted_on < ${from} GROUP BY 1, 2
    ), moved AS (
      SELECT a.chart_code, a.asset, coalesce(sum(l.amount) FILTER (WHERE l.amount > 0), 0) AS debit,
             coalesce(-sum(l.amount) FILTER (WHERE l.amount < 0), 0) AS credit
        FROM ledger_entry e JOIN ledger_line l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id
       WHERE e.posted_on >= ${from} AND e.posted_on < ${until} GROUP BY 1, 2
    )
    SELECT c.code AS chart, c.name, asset, trim_scale(coalesce(opening, 0))::text AS opening, trim_scale(coalesce(debit, 0))::text AS debit,
           trim_scale(coalesce(credit, 0))::text AS credit
      FROM opened FULL JOIN moved USING (chart_code, asset) JOIN ledger_chart c ON c.code = chart_code
     WHERE coalesce(opening, 0) <> 0 OR coalesce(debit, 0) <> 0 OR coalesce(credit, 0) <> 0
     ORDER BY c.code, asset`;
}

/** What is put to the approver: the same figures have the same digest. */
export function figuresDigest(month: CivilDate, figures: readonly MonthFigureRow[]): string {
  return digestOf({
    month,
    figures: figures.map(({ chart, asset, opening, debit, credit }) => ({ chart, asset, opening, debit, credit })),
  });
}

/** Debits less credits at the end of the month. */
export function closingBalance({ opening, debit, credit }: Pick<MonthFigureRow, 'opening' | 'debit' | 'credit'>): string {
  return new Decimal(opening).plus(debit).minus(credit).toFixed();
}
