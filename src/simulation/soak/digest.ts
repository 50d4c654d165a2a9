import type { Database } from '../../database/work.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import type { Stall } from './stall.ts';

/**
 * One digest of how everything ended: the matching cores' orders and balances, venue by venue, and the ledger's balances. Nothing drawn at
 * random is in it and nothing that tells the machine's time: rows are named by their cases' numbers, orders stand in their order.
 */
export async function finalDigest(database: Database, stalls: readonly Stall[]): Promise<string> {
  const lines: string[] = [];
  for (const { venue, exchange, owner } of stalls) {
    const orders = await exchange.operator.orders({ accountId: owner });
    for (const { asset, side, price, quantity, executedQuantity, executedFunds, paidFee, state } of orders) {
      lines.push([venue, asset, side, price, quantity, executedQuantity, executedFunds, paidFee, state].join(' '));
    }
    const balances = await exchange.operator.balances({ accountId: owner });
    for (const { asset, free, locked } of balances.toSorted((a, b) => (a.asset < b.asset ? -1 : 1)))
      if (!new Decimal(free).plus(locked).isZero()) lines.push([venue, asset, free, locked].join(' '));
  }
  return sha256Hex([...lines, ...(await ledgerLines(database))].join('\n'));
}

/** By chart, asset and what it is about. Numbers of rows differ from run to run where venues sell side by side. */
async function ledgerLines({ read }: Database): Promise<string[]> {
  const rows = await read.$queryRaw<{ line: string }[]>`
    SELECT a.chart_code || ' ' || a.asset || ' ' || coalesce(v.venue_code, '-') || ' ' || coalesce(hc.number, c.number, lb.notice_number, split_part(a.subject, ':', 1))
           || ' ' || trim_scale(sum(b.balance))::text AS line
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
      LEFT JOIN venue_account v ON a.place = 'account:' || v.id
      LEFT JOIN holding h ON a.subject = 'holding:' || h.id LEFT JOIN seizure_case hc ON hc.id = h.case_id
      LEFT JOIN seizure_case c ON a.subject = 'case:' || c.id
      LEFT JOIN bill_line l ON a.subject = 'bill_line:' || l.id LEFT JOIN bill lb ON lb.id = l.bill_id
     GROUP BY a.chart_code, a.asset, v.venue_code, hc.number, c.number, lb.notice_number, split_part(a.subject, ':', 1)
    HAVING sum(b.balance) <> 0`;
  return rows.map(({ line }) => line).sort();
}
