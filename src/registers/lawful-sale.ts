/** An invariant that one query checks. */
export interface SqlInvariant {
  readonly code: string;
  readonly statement: string;
  /** Selects one column `row` for each row that breaks it. */
  readonly sql: string;
}

/** Each decision names the mandate it was made under. */
const MANDATE_OF_DECISION = `(d.inputs->'gate'->'mandate'->>'id')::int`;

/** Every share of an order with its order: what one case had at the venue. */
const PLACED = `WITH placed AS (SELECT o.id, s.case_id, s.holding_id, s.decision_id, s.maximum_proceeds, s.exceeds_need, o.venue_account_id, o.asset, o.limit_price, o.created_at
  FROM order_share s JOIN sale_order o ON o.id = s.order_id)`;

/** What the law, the city's mandate and its own rules demand of every seizure, approval and order. */
export const LAWFUL_SALE: readonly SqlInvariant[] = [
  {
    // No order before the sale notice was proven served on everyone the law names.
    code: 'order_after_served_notice',
    statement: '법이 정한 모든 사람에게 매각 통지가 송달된 것이 증명되기 전에는 주문이 없다.',
    sql: `${PLACED} SELECT 'sale_order:' || o.id AS row FROM placed o JOIN seizure_case c ON c.id = o.case_id
          CROSS JOIN LATERAL (SELECT c.person_id UNION SELECT r.person_id FROM right_holder r WHERE r.case_id = c.id AND r.created_at <= o.created_at) AS owed (person_id)
          WHERE NOT EXISTS (SELECT 1 FROM notice n WHERE n.subject = 'case:' || c.id AND n.kind = 'sale_notice' AND n.recipient_id = owed.person_id
                               AND n.state = 'served' AND n.served_on <= (o.created_at AT TIME ZONE 'Asia/Seoul')::date AND n.proven_at <= o.created_at)`,
  },
  {
    // No order before the voluntary window was over or waived, but what the taxpayer himself wished within it.
    code: 'order_after_window',
    statement: '자진 기간이 끝나거나 포기되기 전에는 체납자가 스스로 희망한 것 말고는 주문이 없다.',
    sql: `${PLACED} SELECT 'sale_order:' || o.id AS row FROM placed o LEFT JOIN sale_window w ON w.case_id = o.case_id
          WHERE (w.id IS NULL OR w.state NOT IN ('passed', 'waived') OR w.closed_at IS NULL OR w.closed_at > o.created_at
             OR (w.state = 'passed' AND w.ends_on >= (o.created_at AT TIME ZONE 'Asia/Seoul')::date))
            AND NOT EXISTS (SELECT 1 FROM sale_wish h WHERE h.case_id = o.case_id AND h.asset = o.asset AND h.created_at <= o.created_at
                               AND (h.ended_at IS NULL OR h.ended_at >= o.created_at)
                               AND ((h.kind = 'limit' AND o.limit_price >= h.price) OR (h.kind = 'stop' AND h.triggered_at <= o.created_at)))`,
  },
  {
    // No order while a stay that stops sales was open.
    code: 'order_without_stay',
    statement: '매각을 멈추는 사유가 있는 동안에는 주문이 없다.',
    sql: `${PLACED} SELECT 'sale_order:' || o.id AS row FROM placed o JOIN stay s ON s.case_id = o.case_id AND s.scope IN ('sale', 'everything')
          WHERE s.created_at < o.created_at AND (s.lifted_at IS NULL OR s.lifted_at > o.created_at)
            AND s.from_day <= (o.created_at AT TIME ZONE 'Asia/Seoul')::date
            AND (s.until_day IS NULL OR s.until_day >= (o.created_at AT TIME ZONE 'Asia/Seoul')::date)`,
  },
  {
    // No order while a difference of a covered bill was undecided.
    code: 'order_without_pending_update',
    statement: '압류로 담보한 고지의 변동이 결정되지 않은 동안에는 주문이 없다.',
    sql: `${PLACED} SELECT 'sale_order:' || o.id AS row FROM placed o JOIN case_bill b ON b.case_id = o.case_id JOIN bill_update u ON u.bill_id = b.bill_id
          WHERE u.created_at < o.created_at AND (u.decided_at IS NULL OR u.decided_at > o.created_at)`,
  },
  {
    // No order of a coin that was frozen at its account.
    code: 'order_without_freeze',
    statement: '계정에서 동결된 코인의 주문은 없다.',
    sql: `SELECT 'sale_order:' || o.id AS row FROM sale_order o JOIN asset_freeze z ON z.venue_account_id = o.venue_account_id AND z.asset = o.asset
          WHERE z.frozen_at < o.created_at AND (z.lifted_at IS NULL OR z.lifted_at > o.created_at)`,
  },
  {
    // Every order stands under a mandate in force for its case and coin, approved before by somebody other than its maker.
    code: 'order_under_mandate',
    statement: '모든 주문은 그 사건과 코인에 유효한 매각 결재 아래 있고, 기안자가 아닌 사람이 미리 결재하였다.',
    sql: `${PLACED} SELECT 'sale_order:' || o.id AS row FROM placed o JOIN sale_decision d ON d.id = o.decision_id
          LEFT JOIN mandate m ON m.id = ${MANDATE_OF_DECISION} AND m.case_id = o.case_id
           AND m.ends_on >= (o.created_at AT TIME ZONE 'Asia/Seoul')::date
          LEFT JOIN mandate_asset s ON s.mandate_id = m.id AND s.asset = o.asset LEFT JOIN approval a ON a.id = m.approval_id
          WHERE s.asset IS NULL OR a.id IS NULL OR a.decided_at IS NULL OR a.decided_at > o.created_at OR a.decided_by_id = a.requested_by_id`,
  },
  {
    // No more was sold than a mandate allows, and never below its price floor.
    code: 'sold_within_mandate',
    statement: '매각 결재가 허용한 수량보다 많이, 하한 가격보다 싸게 팔지 않았다.',
    sql: `${PLACED} SELECT 'mandate:' || m.mandate_id AS row FROM order_fill f JOIN placed o ON o.id = f.order_id AND o.holding_id = f.holding_id JOIN sale_decision d ON d.id = o.decision_id
          JOIN mandate_asset m ON m.mandate_id = ${MANDATE_OF_DECISION} AND m.asset = o.asset
          GROUP BY m.mandate_id, m.asset, m.maximum_quantity, m.price_floor
          HAVING sum(f.quantity) > m.maximum_quantity OR min(f.price) < m.price_floor`,
  },
  {
    // No order could bring more than was needed when it was decided, unless the venue takes none smaller; and none when nothing was.
    code: 'order_within_need',
    statement: '결정할 때 필요한 금액보다 많이 받을 주문은 거래소의 최소 주문 말고는 없고, 필요한 금액이 없으면 주문도 없다.',
    sql: `${PLACED} SELECT 'sale_order:' || o.id AS row FROM placed o JOIN sale_decision d ON d.id = o.decision_id
          WHERE coalesce((d.inputs->'need'->>'remainingKrw')::numeric, 0) <= 0
             OR (NOT o.exceeds_need AND o.maximum_proceeds > (d.inputs->'need'->>'remainingKrw')::numeric)`,
  },
  {
    // No order was sent more than twice.
    code: 'order_sent_at_most_twice',
    statement: '어떤 주문도 두 번보다 많이 보내지 않았다.',
    sql: `SELECT 'intent:' || id AS row FROM intent WHERE port = 'order' AND send_count > 2`,
  },
  {
    // No bill was seized for before its dunning was proven served.
    code: 'seizure_after_dunning',
    statement: '독촉 송달이 증명되기 전에 압류한 고지는 없다.',
    sql: `SELECT 'case:' || cb.case_id AS row FROM case_bill cb JOIN bill b ON b.id = cb.bill_id JOIN seizure_case c ON c.id = cb.case_id
          WHERE c.origin <> 'old_seizure' AND c.seized_on IS NOT NULL AND (b.dunning_served_on IS NULL OR b.dunning_served_on >= c.seized_on)`,
  },
  {
    // Nothing was approved by its own maker.
    code: 'approved_by_another',
    statement: '자신의 기안을 스스로 결재한 사람은 없다.',
    sql: `SELECT 'approval:' || id AS row FROM approval WHERE state = 'approved' AND (decided_by_id IS NOT DISTINCT FROM requested_by_id OR first_decided_by_id = requested_by_id)`,
  },
  {
    // No intent is left whose outcome nobody knows and nobody looks after.
    code: 'intent_outcome_known',
    statement: '결과를 모르면서 아무도 돌보지 않는 실행 의도는 없다.',
    sql: `SELECT 'intent:' || i.id AS row FROM intent i WHERE i.state = 'open' AND i.port = 'order'
            AND NOT EXISTS (SELECT 1 FROM sale_order o WHERE o.intent_id = i.id AND o.closed_at IS NULL)`,
  },
];
