import { AUDIT_FINDING_TITLES, verifyAuditLog } from '../audit/verify.ts';
import type { Database } from '../database/work.ts';
import { replaySales } from '../liquidation/replay.ts';
import { brokenReceivables } from '../tax/receivables.ts';
import { readCaseMoney } from '../treasury/case-money.ts';
import { EXCESS_DEPOSIT } from '../venue/own-deposit.ts';
import { LAWFUL_SALE, type SqlInvariant } from './lawful-sale.ts';

/** One thing that must hold whatever happened. `offending` names rows, never persons. */
export interface InvariantResult {
  readonly code: string;
  /** What holds, in Korean. */
  readonly statement: string;
  readonly offending: readonly string[];
}

const LEDGER: readonly SqlInvariant[] = [
  {
    // Every journal entry balances per asset.
    code: 'entry_balances',
    statement: '모든 분개는 자산마다 차변과 대변이 같다.',
    sql: `SELECT 'entry:' || l.entry_id AS row FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
          GROUP BY l.entry_id, a.asset HAVING sum(l.amount) <> 0`,
  },
  {
    // Every balance is the sum of its lines.
    code: 'balance_is_sum',
    statement: '모든 계정의 잔액은 그 계정 분개 줄의 합이다.',
    sql: `SELECT 'account:' || b.account_id AS row FROM ledger_balance b LEFT JOIN ledger_line l ON l.account_id = b.account_id
          GROUP BY b.account_id, b.balance HAVING b.balance <> coalesce(sum(l.amount), 0)`,
  },
  {
    // No guarded account stands on its wrong side.
    code: 'no_overdraft',
    statement: '한쪽으로만 설 수 있는 계정은 반대쪽에 서지 않는다.',
    sql: `SELECT 'account:' || account_id AS row FROM ledger_balance WHERE balance * guard < 0`,
  },
  {
    // A reversal is the exact opposite of its entry.
    code: 'reversed_once',
    statement: '취소 분개는 원래 분개와 정확히 반대이다.',
    sql: `SELECT 'entry:' || r.id AS row FROM ledger_entry r WHERE r.reverses_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM (SELECT line_number, account_id, amount FROM ledger_line WHERE entry_id = r.id) n
              FULL JOIN (SELECT line_number, account_id, amount FROM ledger_line WHERE entry_id = r.reverses_id) o USING (line_number)
             WHERE n.account_id IS DISTINCT FROM o.account_id OR n.amount IS DISTINCT FROM -o.amount)`,
  },
];

const CLOSED: readonly SqlInvariant[] = [
  {
    // What a month was closed with is what stands in it now: nothing has been posted to it since.
    code: 'closed_month_stands',
    statement: '마감한 달의 합계는 마감한 때와 같다.',
    sql: `WITH moved AS (
            SELECT c.id AS closing_id, a.chart_code, a.asset, coalesce(sum(l.amount) FILTER (WHERE l.amount > 0), 0) AS debit,
                   coalesce(-sum(l.amount) FILTER (WHERE l.amount < 0), 0) AS credit
              FROM month_closing c JOIN ledger_entry e ON e.posted_on >= c.month AND e.posted_on < (c.month + interval '1 month')::date
              JOIN ledger_line l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id
             WHERE c.state = 'closed' GROUP BY 1, 2, 3
          ), kept AS (SELECT closing_id, chart_code, asset, debit, credit FROM month_figure WHERE debit <> 0 OR credit <> 0)
          SELECT DISTINCT 'month_closing:' || closing_id AS row FROM moved FULL JOIN kept USING (closing_id, chart_code, asset)
           WHERE moved.debit IS DISTINCT FROM kept.debit OR moved.credit IS DISTINCT FROM kept.credit`,
  },
];

const BALANCE_OF = `SELECT coalesce(sum(b.balance), 0) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id WHERE a.subject = 'holding:' || h.id`;

const COINS: readonly SqlInvariant[] = [
  {
    // Per holding: demanded = received + outstanding + short.
    code: 'demanded_is_accounted',
    statement: '보유 자산마다: 이전을 요구한 수량 = 받은 수량 + 아직 오지 않은 수량 + 모자란 수량.',
    sql: `SELECT 'holding:' || h.id AS row FROM holding h
          WHERE EXISTS (SELECT 1 FROM ledger_account a WHERE a.subject = 'holding:' || h.id AND a.chart_code = '1150')
            AND h.demanded_quantity <> (${BALANCE_OF} AND a.chart_code = '1150')
              + (SELECT coalesce(-sum(l.amount), 0) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
                  WHERE a.subject = 'holding:' || h.id AND a.chart_code = '1150' AND l.amount < 0)`,
  },
  {
    // Per holding: received + gains explained to it = held + on order + in transit + sold + returned.
    code: 'received_is_accounted',
    statement: '보유 자산마다: 받은 수량 + 설명된 증가 = 보관 + 주문 중 + 이동 중 + 매각 + 반환.',
    sql: `SELECT 'holding:' || h.id AS row FROM holding h
          WHERE (SELECT coalesce(sum(m.quantity), 0) FROM deposit_match m WHERE m.holding_id = h.id)
              + (SELECT coalesce(sum(p.quantity), 0) FROM explanation_part p WHERE p.holding_id = h.id)
             <> (${BALANCE_OF} AND a.chart_code IN ('1110', '1120', '1130'))
              + (SELECT coalesce(sum(f.quantity), 0) FROM order_fill f WHERE f.holding_id = h.id)
              + (SELECT coalesce(sum(t.quantity), 0) FROM coin_transfer t WHERE t.holding_id = h.id AND t.state = 'done')`,
  },
  {
    // What is owed to the owner in coins is what is outstanding or in custody.
    code: 'duty_matches_custody',
    statement: '소유자에게 돌려주거나 팔아 줄 코인은 아직 오지 않았거나 보관 중인 코인과 같다.',
    sql: `SELECT 'holding:' || h.id AS row FROM holding h
          WHERE (${BALANCE_OF} AND a.chart_code IN ('1110', '1120', '1130', '1150', '2110')) <> 0`,
  },
  {
    // Per deposit: what found its place has its decisions, and what is owed for it is what did not and was not sent back.
    code: 'deposit_is_accounted',
    statement: '입금마다: 확정한 수량은 그 결정의 합과 같고, 돌려줄 의무는 확정하지도 반환하지도 않은 수량과 같다.',
    sql: `SELECT 'venue_deposit:' || d.id AS row FROM venue_deposit d
          WHERE d.matched_quantity <> (SELECT coalesce(sum(m.quantity), 0) FROM deposit_match m WHERE m.deposit_row_id = d.id)
              + (SELECT coalesce(sum(u.quantity), 0) FROM deposit_allocation u WHERE u.deposit_row_id = d.id AND u.state = 'booked')
             OR d.quantity - d.matched_quantity - d.returned_quantity
             <> (SELECT coalesce(-sum(b.balance), 0) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
                  WHERE a.subject = 'deposit:' || d.id AND a.chart_code IN ('2140', '2240'))`,
  },
  {
    // What a venue lists once is recorded for one account of it: by its id, else by its transaction, asset, quantity and instant.
    code: 'deposit_is_of_one_account',
    statement: '거래소의 입금 한 건은 한 계정에만 적혀 있다.',
    sql: `SELECT 'venue_deposit:' || d.id AS row FROM venue_deposit d JOIN venue_account c ON c.id = d.venue_account_id
          WHERE d.deposit_id NOT LIKE '${EXCESS_DEPOSIT}%' AND EXISTS (
            SELECT 1 FROM venue_deposit o JOIN venue_account p ON p.id = o.venue_account_id
             WHERE p.venue_code = c.venue_code AND o.venue_account_id < d.venue_account_id
               AND (o.deposit_id = d.deposit_id OR (o.transaction_id = d.transaction_id AND o.asset = d.asset
                 AND o.quantity = d.quantity AND o.credited_at = d.credited_at)))`,
  },
  {
    // Per account and asset: what the city put in of its own is what two officials decided.
    code: 'own_means_are_decided',
    statement: '계정과 자산마다: 시 자체 재원은 두 담당자가 결정한 수량과 같다.',
    sql: `WITH booked AS (
            SELECT a.place, a.asset, -sum(b.balance) AS amount FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
             WHERE a.chart_code = '3110' GROUP BY a.place, a.asset),
          decided AS (
            SELECT 'account:' || d.venue_account_id AS place, d.asset, sum(u.quantity) AS amount
              FROM deposit_allocation u JOIN venue_deposit d ON d.id = u.deposit_row_id JOIN approval p ON p.id = u.approval_id
             WHERE u.state = 'booked' AND u.use IN ('gas_float', 'make_good', 'own_won') AND p.state = 'approved' GROUP BY 1, 2)
          SELECT place || ' ' || asset AS row FROM booked b FULL JOIN decided d USING (place, asset)
           WHERE coalesce(b.amount, 0) <> coalesce(d.amount, 0)`,
  },
  {
    // Per withdrawal that nobody instructed: what is to be recovered is what left, less what two officials said has come back.
    code: 'losses_are_accounted',
    statement: '지시하지 않은 출금마다: 회수할 수량은 나간 수량에서 두 담당자가 회수로 확정한 수량을 뺀 것과 같다.',
    sql: `SELECT 'venue_withdrawal:' || v.id AS row FROM venue_withdrawal v
          WHERE v.ledger_entry_id IS NOT NULL AND v.matched_to IS NULL
            AND v.quantity + v.fee - (
              SELECT coalesce(sum(u.quantity), 0) FROM deposit_allocation u JOIN approval p ON p.id = u.approval_id
               WHERE u.withdrawal_row_id = v.id AND u.state = 'booked' AND p.state = 'approved')
             <> (SELECT coalesce(sum(b.balance), 0) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
                  WHERE a.subject = 'venue_withdrawal:' || v.id AND a.chart_code = '1180')`,
  },
  {
    // Per shortage explained as taken from nobody: likewise.
    code: 'shortages_are_accounted',
    statement: '누구에게서도 빼지 않은 부족분마다: 회수할 수량은 부족한 수량에서 두 담당자가 회수로 확정한 수량을 뺀 것과 같다.',
    sql: `SELECT 'balance_explanation:' || x.id AS row FROM balance_explanation x
          WHERE x.state = 'booked' AND x.side = 'shortage' AND x.holding_id IS NULL AND x.deposit_row_id IS NULL
            AND x.quantity - (
              SELECT coalesce(sum(u.quantity), 0) FROM deposit_allocation u JOIN approval p ON p.id = u.approval_id
               WHERE u.explanation_id = x.id AND u.state = 'booked' AND p.state = 'approved')
             <> (SELECT coalesce(sum(b.balance), 0) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
                  WHERE a.subject = 'balance_explanation:' || x.id AND a.chart_code = '1180')`,
  },
  {
    // What is unexplained is frozen, at its account and asset.
    code: 'unexplained_is_frozen',
    statement: '계정과 자산마다: 원인불명 차이가 남아 있으면 동결되어 있다.',
    sql: `SELECT a.place || ' ' || a.asset AS row FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
          WHERE a.chart_code = '1190' AND b.balance <> 0 AND NOT EXISTS (
            SELECT 1 FROM asset_freeze z WHERE 'account:' || z.venue_account_id = a.place AND z.asset = a.asset AND z.lifted_at IS NULL)`,
  },
  {
    // The fills of a closed order add up to what the venue executed, never beyond its quantity.
    code: 'orders_close_exactly',
    statement: '끝난 주문의 체결 합계는 거래소가 체결한 수량과 같고 주문 수량을 넘지 않는다.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o LEFT JOIN order_fill f ON f.order_id = o.id WHERE o.closed_at IS NOT NULL
          GROUP BY o.id HAVING coalesce(sum(f.quantity), 0) IS DISTINCT FROM o.executed_quantity OR o.executed_quantity > o.quantity`,
  },
  {
    // Per holding: what is on order is what open orders stand for.
    code: 'on_order_is_open_orders',
    statement: '보유 자산마다: 주문 중인 수량은 열려 있는 주문의 수량과 같다.',
    sql: `SELECT 'holding:' || h.id AS row FROM holding h
          WHERE (${BALANCE_OF} AND a.chart_code = '1120')
             <> (SELECT coalesce(sum(s.quantity), 0) FROM order_share s JOIN sale_order o ON o.id = s.order_id
                  WHERE s.holding_id = h.id AND o.closed_at IS NULL)`,
  },
  {
    // No case has a share in two open orders, and no market of an account two open orders.
    code: 'one_open_order_per_case_and_market',
    statement: '한 사건에, 그리고 한 계정의 한 시장에 열려 있는 주문은 둘 이상 있지 않다.',
    sql: `SELECT 'case:' || s.case_id AS row FROM order_share s JOIN sale_order o ON o.id = s.order_id WHERE o.closed_at IS NULL
          GROUP BY s.case_id HAVING count(DISTINCT o.id) > 1
          UNION ALL
          SELECT 'venue_account:' || venue_account_id FROM sale_order WHERE closed_at IS NULL GROUP BY venue_account_id, symbol HAVING count(*) > 1`,
  },
  {
    // Shares add up to their order, and what each has sold to its fills and to what the venue executed.
    code: 'shares_add_up',
    statement: '주문의 몫은 합하면 주문 수량이고, 몫마다 판 수량은 그 체결의 합과 같으며 몫을 넘지 않는다.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o WHERE o.quantity <> (SELECT coalesce(sum(s.quantity), 0) FROM order_share s WHERE s.order_id = o.id)
          UNION ALL
          SELECT 'order_share:' || s.id FROM order_share s JOIN sale_order o ON o.id = s.order_id LEFT JOIN order_fill f ON f.order_id = s.order_id AND f.holding_id = s.holding_id
           WHERE o.closed_at IS NOT NULL
           GROUP BY s.id HAVING coalesce(sum(f.quantity), 0) IS DISTINCT FROM s.executed_quantity OR s.executed_quantity > s.quantity`,
  },
  {
    // Every fill has its journal entry, and every fill entry its fill.
    code: 'fill_has_entry',
    statement: '모든 체결에는 분개가 있고, 모든 체결 분개에는 체결이 있다.',
    sql: `SELECT 'order_fill:' || f.id AS row FROM order_fill f LEFT JOIN ledger_entry e ON e.id = f.ledger_entry_id AND e.kind = 'fill' WHERE e.id IS NULL
          UNION ALL
          SELECT 'entry:' || e.id FROM ledger_entry e LEFT JOIN order_fill f ON f.ledger_entry_id = e.id WHERE e.kind = 'fill' AND f.id IS NULL`,
  },
];

const MONEY: readonly SqlInvariant[] = [
  {
    // Per case: what its fills, and won that was seized at the exchange, brought is what the ledger took as proceeds.
    code: 'proceeds_are_accounted',
    statement: '사건마다: 체결 대금과 거래소에서 압류한 원화의 합은 장부의 매각 대금과 같다.',
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
    // Per bill line and tier: receipts add up to what the ledger credited.
    code: 'receipts_match_ledger',
    statement: '고지의 세목과 구분마다: 영수의 합은 장부에서 충당한 금액과 같다.',
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
    // The money at the bank is what is owed out of it: undistributed, distributed and not yet credited, surplus, unidentified.
    code: 'bank_backs_duties',
    statement: '은행에 있는 돈은 거기서 지급할 돈(미배분, 배분 후 미충당, 잉여금, 미확인 입금)과 같다.',
    sql: `SELECT 'bank' AS row FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
           WHERE a.chart_code IN ('1310', '1340', '2310', '2320', '2330', '2340') HAVING sum(b.balance) <> 0`,
  },
  {
    // What the treasury received is what was credited on bills.
    code: 'treasury_equals_credited',
    statement: '세입으로 들어간 금액은 고지에 충당한 금액과 같다.',
    sql: `SELECT 'treasury' AS row
           WHERE (SELECT coalesce(sum(b.balance), 0) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id WHERE a.chart_code = '1510')
              <> (SELECT coalesce(sum(amount_krw), 0) FROM bill_receipt)`,
  },
  {
    // Per case and receipt: what was paid back and did not come back is what the ledger paid back of it.
    code: 'refunds_match_ledger',
    statement: '사건과 미확인 입금마다: 지급하고 되돌아오지 않은 환급과 반환은 장부에서 돌려준 금액과 같다.',
    sql: `WITH booked AS (
            SELECT a.subject, sum(l.amount) AS amount FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
              JOIN ledger_entry e ON e.id = l.entry_id LEFT JOIN ledger_entry o ON o.id = e.reverses_id
             WHERE coalesce(o.kind, e.kind) IN ('refund', 'bank_receipt_sent_back') AND a.chart_code IN ('2330', '2340') GROUP BY a.subject),
          paid AS (
            SELECT coalesce('case:' || case_id, 'bank_line:' || source_line_id) AS subject, sum(amount_krw) AS amount
              FROM refund WHERE state = 'paid' GROUP BY 1)
          SELECT subject AS row FROM booked b FULL JOIN paid p USING (subject) WHERE coalesce(b.amount, 0) <> coalesce(p.amount, 0)`,
  },
  {
    // A receipt stands among the unidentified ones exactly while it is unmatched.
    code: 'unidentified_is_unmatched',
    statement: '미확인 입금으로 남은 금액은 아직 무엇인지 정해지지 않은 입금의 금액과 같다.',
    sql: `SELECT 'bank_line:' || l.id AS row FROM bank_line l
           WHERE CASE WHEN l.direction = 'in' AND l.state = 'unmatched' THEN l.amount_krw ELSE 0 END
              <> (SELECT coalesce(sum(b.balance), 0) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
                   WHERE a.subject = 'bank_line:' || l.id AND a.chart_code = '1340')`,
  },
  {
    // A withdrawal is the sum of its cases' shares, and what the venue lists for it is what it says.
    code: 'withdrawal_is_its_shares',
    statement: '원화 출금액은 사건별 몫의 합이고, 거래소 내역에서 그 출금인 것의 금액과 같다.',
    sql: `SELECT 'won_withdrawal:' || w.id AS row FROM won_withdrawal w
           WHERE w.amount_krw <> (SELECT coalesce(sum(s.amount_krw), 0) FROM withdrawal_share s WHERE s.withdrawal_id = w.id)
              OR EXISTS (SELECT 1 FROM venue_withdrawal v WHERE v.matched_to = 'won_withdrawal:' || w.id AND v.quantity <> w.amount_krw)`,
  },
];

const SQL_INVARIANTS = [...LEDGER, ...CLOSED, ...COINS, ...LAWFUL_SALE, ...MONEY];
const ROWS_SHOWN = 20;

/** Checks everything that must hold, over the whole database. For audits, after a restore, and at the end of every simulation. */
export async function checkInvariants(database: Database): Promise<InvariantResult[]> {
  const results: InvariantResult[] = [];
  for (const { code, statement, sql } of SQL_INVARIANTS) {
    const rows = await database.read.$queryRawUnsafe<{ row: string }[]>(`SELECT row FROM (${sql}) broken LIMIT ${ROWS_SHOWN}`);
    results.push({ code, statement, offending: rows.map(({ row }) => row) });
  }
  results.push({
    // Every won of every case is where the journal, the withdrawals and the receipts of bills each say it is.
    code: 'case_money_agrees',
    statement: '모든 사건의 모든 원은 분개, 출금, 영수가 말하는 곳이 서로 같다.',
    offending: await casesThatDisagree(database),
  });
  results.push({
    // Per bill line: what the ledger has as receivable is what the figures of the bill, its receipts and its differences leave unpaid.
    code: 'receivables_agree',
    statement: '고지의 세목마다: 장부의 받을 금액은 부과액에서 영수와 변동을 뺀 미납액과 같다.',
    offending: (await brokenReceivables(database.read, ROWS_SHOWN)).map((billLineId) => `bill_line:${billLineId}`),
  });
  const findings = await verifyAuditLog(database);
  results.push({
    // The audit log is complete, chained and unchanged.
    code: 'audit_log_intact',
    statement: '감사 기록은 빠진 것 없이 이어져 있고 바뀌지 않았다.',
    offending: findings.map(({ code, where }) => `${code}:${where} (${AUDIT_FINDING_TITLES[code]})`),
  });
  results.push({
    // Every stored decision, plan and division of an order comes out the same when it is made again.
    code: 'decisions_repeat',
    statement: '저장된 모든 매각 결정과 계획, 공동 주문의 배분은 다시 계산하여도 같다.',
    offending: (await replaySales(database)).differences.map(({ subject }) => subject),
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
