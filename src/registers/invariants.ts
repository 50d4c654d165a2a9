import { verifyAuditLog } from '../audit/verify.ts';
import type { Database } from '../database/work.ts';
import { replayDecisions } from '../liquidation/replay.ts';
import { brokenReceivables } from '../tax/receivables.ts';
import { readCaseMoney } from '../treasury/case-money.ts';

/** One thing that must hold whatever happened. `offending` names rows, never persons. */
export interface InvariantResult {
  readonly code: string;
  /** What holds, in words. */
  readonly statement: string;
  readonly offending: readonly string[];
}

interface SqlInvariant {
  readonly code: string;
  readonly statement: string;
  /** Selects one column `row` for each row that breaks it. */
  readonly sql: string;
}

const LEDGER: readonly SqlInvariant[] = [
  {
    code: 'entry_balances',
    statement: 'Every journal entry balances per asset.',
    sql: `SELECT 'entry:' || l.entry_id AS row FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
          GROUP BY l.entry_id, a.asset HAVING sum(l.amount) <> 0`,
  },
  {
    code: 'balance_is_sum',
    statement: 'Every balance is the sum of its lines.',
    sql: `SELECT 'account:' || b.account_id AS row FROM ledger_balance b LEFT JOIN ledger_line l ON l.account_id = b.account_id
          GROUP BY b.account_id, b.balance HAVING b.balance <> coalesce(sum(l.amount), 0)`,
  },
  {
    code: 'no_overdraft',
    statement: 'No guarded account stands on its wrong side.',
    sql: `SELECT 'account:' || account_id AS row FROM ledger_balance WHERE balance * guard < 0`,
  },
  {
    code: 'reversed_once',
    statement: 'A reversal is the exact opposite of its entry.',
    sql: `SELECT 'entry:' || r.id AS row FROM ledger_entry r WHERE r.reverses_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM (SELECT line_number, account_id, amount FROM ledger_line WHERE entry_id = r.id) n
              FULL JOIN (SELECT line_number, account_id, amount FROM ledger_line WHERE entry_id = r.reverses_id) o USING (line_number)
             WHERE n.account_id IS DISTINCT FROM o.account_id OR n.amount IS DISTINCT FROM -o.amount)`,
  },
];

const BALANCE_OF = `SELECT coalesce(sum(b.balance), 0) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id WHERE a.subject = 'holding:' || h.id`;

const COINS: readonly SqlInvariant[] = [
  {
    code: 'demanded_is_accounted',
    statement: 'Per holding: demanded = received + outstanding + short.',
    sql: `SELECT 'holding:' || h.id AS row FROM holding h
          WHERE EXISTS (SELECT 1 FROM ledger_account a WHERE a.subject = 'holding:' || h.id AND a.chart_code = '1150')
            AND h.demanded_quantity <> (${BALANCE_OF} AND a.chart_code = '1150')
              + (SELECT coalesce(-sum(l.amount), 0) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
                  WHERE a.subject = 'holding:' || h.id AND a.chart_code = '1150' AND l.amount < 0)`,
  },
  {
    code: 'received_is_accounted',
    statement: 'Per holding: received = held + on order + in transit + sold + returned.',
    sql: `SELECT 'holding:' || h.id AS row FROM holding h
          WHERE (SELECT coalesce(sum(m.quantity), 0) FROM deposit_match m WHERE m.holding_id = h.id)
             <> (${BALANCE_OF} AND a.chart_code IN ('1110', '1120', '1130'))
              + (SELECT coalesce(sum(f.quantity), 0) FROM order_fill f WHERE f.holding_id = h.id)
              + (SELECT coalesce(sum(t.quantity), 0) FROM coin_transfer t WHERE t.holding_id = h.id AND t.state = 'done')`,
  },
  {
    code: 'duty_matches_custody',
    statement: 'What is owed to the owner in coins is what is outstanding or in custody.',
    sql: `SELECT 'holding:' || h.id AS row FROM holding h
          WHERE (${BALANCE_OF} AND a.chart_code IN ('1110', '1120', '1130', '1150', '2110')) <> 0`,
  },
  {
    code: 'orders_close_exactly',
    statement: 'The fills of a closed order add up to what the venue executed, never beyond its quantity.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o LEFT JOIN order_fill f ON f.order_id = o.id WHERE o.closed_at IS NOT NULL
          GROUP BY o.id HAVING coalesce(sum(f.quantity), 0) IS DISTINCT FROM o.executed_quantity OR o.executed_quantity > o.quantity`,
  },
  {
    code: 'on_order_is_open_orders',
    statement: 'Per holding: what is on order is what open orders stand for.',
    sql: `SELECT 'holding:' || h.id AS row FROM holding h
          WHERE (${BALANCE_OF} AND a.chart_code = '1120')
             <> (SELECT coalesce(sum(o.quantity), 0) FROM sale_order o WHERE o.holding_id = h.id AND o.closed_at IS NULL)`,
  },
  {
    code: 'one_open_order_per_account',
    statement: 'No account has two orders whose outcome is open.',
    sql: `SELECT 'venue_account:' || venue_account_id AS row FROM sale_order WHERE closed_at IS NULL GROUP BY venue_account_id HAVING count(*) > 1`,
  },
  {
    code: 'fill_has_entry',
    statement: 'Every fill has its journal entry, and every fill entry its fill.',
    sql: `SELECT 'order_fill:' || f.id AS row FROM order_fill f LEFT JOIN ledger_entry e ON e.id = f.ledger_entry_id AND e.kind = 'fill' WHERE e.id IS NULL
          UNION ALL
          SELECT 'entry:' || e.id FROM ledger_entry e LEFT JOIN order_fill f ON f.ledger_entry_id = e.id WHERE e.kind = 'fill' AND f.id IS NULL`,
  },
];

/** Each decision names the mandate it was made under. */
const MANDATE_OF_DECISION = `(d.inputs->'gate'->'mandate'->>'id')::int`;

const LAWFUL: readonly SqlInvariant[] = [
  {
    code: 'order_after_served_notice',
    statement: 'No order before the sale notice was proven served on everyone the law names.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o JOIN seizure_case c ON c.id = o.case_id
          CROSS JOIN LATERAL (SELECT c.person_id UNION SELECT r.person_id FROM right_holder r WHERE r.case_id = c.id AND r.created_at <= o.created_at) AS owed (person_id)
          WHERE NOT EXISTS (SELECT 1 FROM notice n WHERE n.subject = 'case:' || c.id AND n.kind = 'sale_notice' AND n.recipient_id = owed.person_id
                               AND n.state = 'served' AND n.served_on <= (o.created_at AT TIME ZONE 'Asia/Seoul')::date AND n.proven_at <= o.created_at)`,
  },
  {
    code: 'order_after_window',
    statement: 'No order before the voluntary window was over or waived.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o LEFT JOIN sale_window w ON w.case_id = o.case_id
          WHERE w.id IS NULL OR w.state NOT IN ('passed', 'waived') OR w.closed_at IS NULL OR w.closed_at > o.created_at
             OR (w.state = 'passed' AND w.ends_on >= (o.created_at AT TIME ZONE 'Asia/Seoul')::date)`,
  },
  {
    code: 'order_without_stay',
    statement: 'No order while a stay that stops sales was open.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o JOIN stay s ON s.case_id = o.case_id AND s.scope IN ('sale', 'everything')
          WHERE s.created_at < o.created_at AND (s.lifted_at IS NULL OR s.lifted_at > o.created_at)
            AND s.from_day <= (o.created_at AT TIME ZONE 'Asia/Seoul')::date
            AND (s.until_day IS NULL OR s.until_day >= (o.created_at AT TIME ZONE 'Asia/Seoul')::date)`,
  },
  {
    code: 'order_without_pending_update',
    statement: 'No order while a difference of a covered bill was undecided.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o JOIN case_bill b ON b.case_id = o.case_id JOIN bill_update u ON u.bill_id = b.bill_id
          WHERE u.created_at < o.created_at AND (u.decided_at IS NULL OR u.decided_at > o.created_at)`,
  },
  {
    code: 'order_without_freeze',
    statement: 'No order of a coin that was frozen at its account.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o JOIN asset_freeze z ON z.venue_account_id = o.venue_account_id AND z.asset = o.asset
          WHERE z.frozen_at < o.created_at AND (z.lifted_at IS NULL OR z.lifted_at > o.created_at)`,
  },
  {
    code: 'order_under_mandate',
    statement: 'Every order stands under a mandate in force for its case and coin, approved before by somebody other than its maker.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o JOIN sale_decision d ON d.id = o.decision_id
          LEFT JOIN mandate m ON m.id = ${MANDATE_OF_DECISION} AND m.case_id = o.case_id
           AND m.ends_on >= (o.created_at AT TIME ZONE 'Asia/Seoul')::date
          LEFT JOIN mandate_asset s ON s.mandate_id = m.id AND s.asset = o.asset LEFT JOIN approval a ON a.id = m.approval_id
          WHERE s.asset IS NULL OR a.id IS NULL OR a.decided_at IS NULL OR a.decided_at > o.created_at OR a.decided_by_id = a.requested_by_id`,
  },
  {
    code: 'sold_within_mandate',
    statement: 'No more was sold than a mandate allows, and never below its price floor.',
    sql: `SELECT 'mandate:' || m.mandate_id AS row FROM order_fill f JOIN sale_order o ON o.id = f.order_id JOIN sale_decision d ON d.id = o.decision_id
          JOIN mandate_asset m ON m.mandate_id = ${MANDATE_OF_DECISION} AND m.asset = o.asset
          GROUP BY m.mandate_id, m.asset, m.maximum_quantity, m.price_floor
          HAVING sum(f.quantity) > m.maximum_quantity OR min(f.price) < m.price_floor`,
  },
  {
    code: 'order_within_need',
    statement:
      'No order could bring more than was needed when it was decided, unless the venue takes none smaller; and none when nothing was.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o JOIN sale_decision d ON d.id = o.decision_id
          WHERE coalesce((d.inputs->'need'->>'remainingKrw')::numeric, 0) <= 0
             OR (NOT o.exceeds_need AND o.maximum_proceeds > (d.inputs->'need'->>'remainingKrw')::numeric)`,
  },
  {
    code: 'order_sent_at_most_twice',
    statement: 'No order was sent more than twice.',
    sql: `SELECT 'intent:' || id AS row FROM intent WHERE port = 'order' AND send_count > 2`,
  },
  {
    code: 'seizure_after_dunning',
    statement: 'No bill was seized for before its dunning was proven served.',
    sql: `SELECT 'case:' || cb.case_id AS row FROM case_bill cb JOIN bill b ON b.id = cb.bill_id JOIN seizure_case c ON c.id = cb.case_id
          WHERE c.origin = 'inquiry' AND c.seized_on IS NOT NULL AND (b.dunning_served_on IS NULL OR b.dunning_served_on >= c.seized_on)`,
  },
  {
    code: 'approved_by_another',
    statement: 'Nothing was approved by its own maker.',
    sql: `SELECT 'approval:' || id AS row FROM approval WHERE state = 'approved' AND (decided_by_id IS NOT DISTINCT FROM requested_by_id OR first_decided_by_id = requested_by_id)`,
  },
  {
    code: 'intent_outcome_known',
    statement: 'No intent is left whose outcome nobody knows and nobody looks after.',
    sql: `SELECT 'intent:' || i.id AS row FROM intent i WHERE i.state = 'open' AND i.port = 'order'
            AND NOT EXISTS (SELECT 1 FROM sale_order o WHERE o.intent_id = i.id AND o.closed_at IS NULL)`,
  },
];

const MONEY: readonly SqlInvariant[] = [
  {
    code: 'proceeds_are_accounted',
    statement: 'Per case: what its fills, and won that was seized at the exchange, brought is what the ledger took as proceeds.',
    sql: `WITH gross AS (
            SELECT case_id, sum(amount) AS amount FROM (
              SELECT case_id, proceeds AS amount FROM order_fill
              UNION ALL SELECT case_id, quantity FROM deposit_match WHERE holding_id IS NULL) brought GROUP BY case_id),
          booked AS (
            SELECT a.subject, -sum(l.amount) AS amount FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
             WHERE a.chart_code = '2210' AND l.amount < 0 GROUP BY a.subject)
          SELECT coalesce(b.subject, 'case:' || g.case_id) AS row FROM gross g FULL JOIN booked b ON b.subject = 'case:' || g.case_id
           WHERE coalesce(g.amount, 0) <> coalesce(b.amount, 0)`,
  },
  {
    code: 'receipts_match_ledger',
    statement: 'Per bill line and tier: receipts add up to what the ledger credited.',
    sql: `WITH booked AS (
            SELECT a.subject, a.chart_code, -sum(l.amount) AS amount FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
              JOIN ledger_entry e ON e.id = l.entry_id WHERE e.kind = 'appropriation' AND a.chart_code IN ('1410', '1420', '1430') AND l.amount < 0
             GROUP BY a.subject, a.chart_code),
          received AS (
            SELECT 'bill_line:' || bill_line_id AS subject,
                   CASE tier WHEN 'tax' THEN '1410' WHEN 'surcharge' THEN '1420' ELSE '1430' END AS chart_code, sum(amount_krw) AS amount
              FROM bill_receipt GROUP BY 1, 2)
          SELECT coalesce(b.subject, r.subject) AS row FROM booked b FULL JOIN received r USING (subject, chart_code)
           WHERE coalesce(b.amount, 0) <> coalesce(r.amount, 0)`,
  },
  {
    code: 'bank_backs_duties',
    statement: 'The money at the bank is what is owed out of it: undistributed, distributed and not yet credited, surplus, unidentified.',
    sql: `SELECT 'bank' AS row FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
           WHERE a.chart_code IN ('1310', '1340', '2310', '2320', '2330', '2340') HAVING sum(b.balance) <> 0`,
  },
  {
    code: 'treasury_equals_credited',
    statement: 'What the treasury received is what was credited on bills.',
    sql: `SELECT 'treasury' AS row
           WHERE (SELECT coalesce(sum(b.balance), 0) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id WHERE a.chart_code = '1510')
              <> (SELECT coalesce(sum(amount_krw), 0) FROM bill_receipt)`,
  },
];

const SQL_INVARIANTS = [...LEDGER, ...COINS, ...LAWFUL, ...MONEY];
const ROWS_SHOWN = 20;

/** Checks everything that must hold, over the whole database. For audits, after a restore, and at the end of every simulation. */
export async function checkInvariants(database: Database): Promise<InvariantResult[]> {
  const results: InvariantResult[] = [];
  for (const { code, statement, sql } of SQL_INVARIANTS) {
    const rows = await database.read.$queryRawUnsafe<{ row: string }[]>(`SELECT row FROM (${sql}) broken LIMIT ${ROWS_SHOWN}`);
    results.push({ code, statement, offending: rows.map(({ row }) => row) });
  }
  results.push({
    code: 'case_money_agrees',
    statement: 'Every won of every case is where the journal, the withdrawals and the receipts of bills each say it is.',
    offending: await casesThatDisagree(database),
  });
  results.push({
    code: 'receivables_agree',
    statement:
      'Per bill line: what the ledger has as receivable is what the figures of the bill, its receipts and its differences leave unpaid.',
    offending: (await brokenReceivables(database.read, ROWS_SHOWN)).map((billLineId) => `bill_line:${billLineId}`),
  });
  const findings = await verifyAuditLog(database);
  results.push({
    code: 'audit_log_intact',
    statement: 'The audit log is complete, chained and unchanged.',
    offending: findings.map(({ code, where }) => `${code}:${where}`),
  });
  results.push({
    code: 'decisions_repeat',
    statement: 'Every stored decision comes out the same when it is made again.',
    offending: await replayDecisions(database),
  });
  return results;
}

async function casesThatDisagree(database: Database): Promise<string[]> {
  const cases = await database.read.$queryRaw<{ id: number }[]>`
    SELECT c.id FROM seizure_case c WHERE EXISTS (SELECT 1 FROM ledger_account a WHERE a.subject = 'case:' || c.id) ORDER BY c.id`;
  const disagreeing: string[] = [];
  for (const { id } of cases) if (!(await readCaseMoney(database.read, id)).agrees) disagreeing.push(`case:${id}`);
  return disagreeing;
}
