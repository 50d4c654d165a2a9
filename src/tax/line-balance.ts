import type { Transaction } from '../database/work.ts';
import { Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import type { TaxLevel } from './bill-line.ts';

/** What our ledger says is unpaid on one tax item. The late penalty is not in it: it is assessed with its receipt. */
export interface LineBalance {
  readonly billLineId: number;
  readonly billId: number;
  readonly noticeNumber: string;
  readonly taxItemCode: string;
  readonly level: TaxLevel;
  readonly principal: Won;
  readonly surcharge: Won;
}

interface BalanceRow {
  bill_line_id: number;
  bill_id: number;
  notice_number: string;
  tax_item_code: string;
  level: TaxLevel;
  principal: string;
  surcharge: string;
}

/** Unpaid tax and 가산세 of every item of these notices, in the order of their ids. Notices we do not have are passed over. */
export async function lineBalances(reader: Pick<Transaction, '$queryRaw'>, noticeNumbers: readonly string[]): Promise<LineBalance[]> {
  const rows = await reader.$queryRaw<BalanceRow[]>`
    SELECT l.id AS bill_line_id, l.bill_id, b.notice_number, l.tax_item_code, l.level::text AS level,
           coalesce(sum(lb.balance) FILTER (WHERE a.chart_code = ${CHART.receivableTax}), 0)::bigint::text AS principal,
           coalesce(sum(lb.balance) FILTER (WHERE a.chart_code = ${CHART.receivableSurcharge}), 0)::bigint::text AS surcharge
      FROM bill b JOIN bill_line l ON l.bill_id = b.id
      LEFT JOIN ledger_account a ON a.subject = 'bill_line:' || l.id AND a.chart_code IN (${CHART.receivableTax}, ${CHART.receivableSurcharge})
      LEFT JOIN ledger_balance lb ON lb.account_id = a.id
     WHERE b.notice_number = ANY (${noticeNumbers}::text[])
     GROUP BY l.id, b.notice_number ORDER BY l.id`;
  return rows.map((row) => ({
    billLineId: row.bill_line_id,
    billId: row.bill_id,
    noticeNumber: row.notice_number,
    taxItemCode: row.tax_item_code,
    level: row.level,
    principal: Won.of(row.principal),
    surcharge: Won.of(row.surcharge),
  }));
}
