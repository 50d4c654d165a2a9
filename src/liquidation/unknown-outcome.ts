import { Prisma } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';

/**
 * An open order (`o`, with its intent `i`) of which nobody can say what became of it: sent and not answered, or not found since, or left
 * to a person. One to which the venue has given a number, and which it still shows, is known.
 */
export function unknownCondition(now: Date): Prisma.Sql {
  return Prisma.sql`o.closed_at IS NULL AND (i.state <> 'open' OR cardinality(i.not_found_at) > 0
    OR (o.venue_order_id IS NULL AND (i.last_answer IS NOT NULL OR i.next_look_at IS NULL OR i.next_look_at <= ${now})))`;
}

/** An order of an account that is not over, and how it stands. */
export interface OpenOrder {
  readonly orderId: number;
  readonly symbol: string;
  readonly isUnknown: boolean;
  /** Its time to be looked after has come. */
  readonly isDue: boolean;
}

/** Every order of an account that is not over, the oldest first. */
export async function openOrders(reader: Pick<Transaction, '$queryRaw'>, accountId: number, now: Date): Promise<OpenOrder[]> {
  return reader.$queryRaw<OpenOrder[]>`
    SELECT o.id AS "orderId", o.symbol, (${unknownCondition(now)}) AS "isUnknown",
           coalesce(i.state = 'open' AND i.next_look_at <= ${now}, false) AS "isDue"
      FROM sale_order o JOIN intent i ON i.id = o.intent_id
     WHERE o.venue_account_id = ${accountId} AND o.closed_at IS NULL ORDER BY o.id`;
}
