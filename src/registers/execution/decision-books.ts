import { Prisma } from '../../database/generated/client.ts';
import type { Transaction } from '../../database/work.ts';
import { type MidPrice, midOf } from './benchmark.ts';

/*
 * Mids of the books behind decisions, taken from their stored inputs inside the database: a decision holds thirty levels of every coin,
 * a report of a year needs two figures of each. Every version of the inputs keeps books at `holdings[].market.bids` and `.asks`.
 */

/** Best prices with a quantity of one holding's book in a decision `d`; nothing where its market was not read. */
const BOOKS_OF_DECISION = Prisma.sql`
  jsonb_path_query(d.inputs, 'strict $.holdings[*]', '{}', true) AS h
  CROSS JOIN LATERAL (SELECT (h ->> 'holdingId')::int AS holding, h ->> 'asset' AS asset,
    jsonb_path_query_first(h, 'strict $.market.bids[*] ? (@[1].double() > 0)', '{}', true) ->> 0 AS bid,
    jsonb_path_query_first(h, 'strict $.market.asks[*] ? (@[1].double() > 0)', '{}', true) ->> 0 AS ask) b`;

interface BookRow {
  readonly decision: number;
  readonly decided_at: Date;
  readonly holding: number;
  readonly asset: string;
  readonly bid: string | null;
  readonly ask: string | null;
}

/** Mids by `bookKey`; a book without a middle is left out. */
export async function midsOfDecisions(reader: Transaction, decisionIds: readonly number[]): Promise<Map<string, MidPrice>> {
  if (decisionIds.length === 0) return new Map();
  const rows = await reader.$queryRaw<BookRow[]>`
    SELECT d.id AS decision, d.decided_at, b.holding, b.asset, b.bid, b.ask FROM sale_decision d CROSS JOIN LATERAL ${BOOKS_OF_DECISION}
     WHERE d.id = ANY(${[...decisionIds]}::int[])`;
  return new Map(rows.flatMap((row) => withMid(row).map((mid) => [bookKey(row.decision, row.holding), mid] as const)));
}

export function bookKey(decisionId: number, holdingId: number): string {
  return `${decisionId}/${holdingId}`;
}

/** All mids of one holding's books before an instant, in the order of time. */
export async function midsOfSale(reader: Transaction, saleId: number, holdingId: number, until: Date): Promise<MidPrice[]> {
  const rows = await reader.$queryRaw<BookRow[]>`
    SELECT d.id AS decision, d.decided_at, b.holding, b.asset, b.bid, b.ask FROM sale_decision d CROSS JOIN LATERAL ${BOOKS_OF_DECISION}
     WHERE d.liquidation_id = ${saleId} AND d.decided_at < ${until} AND b.holding = ${holdingId} ORDER BY d.step_number`;
  return rows.flatMap(withMid);
}

/** The last mid of each holding's books before an instant. */
export async function lastMids(
  reader: Transaction,
  holdings: readonly { readonly id: number; readonly saleId: number | undefined }[],
  until: Date,
): Promise<Map<number, MidPrice>> {
  const sold = holdings.flatMap(({ id, saleId }) => (saleId === undefined ? [] : [{ id, saleId }]));
  if (sold.length === 0) return new Map();
  const rows = await reader.$queryRaw<BookRow[]>`
    SELECT m.* FROM unnest(${sold.map(({ id }) => id)}::int[], ${sold.map(({ saleId }) => saleId)}::int[]) AS s (holding_id, sale_id)
     CROSS JOIN LATERAL (
       SELECT d.id AS decision, d.decided_at, b.holding, b.asset, b.bid, b.ask FROM sale_decision d CROSS JOIN LATERAL ${BOOKS_OF_DECISION}
        WHERE d.liquidation_id = s.sale_id AND d.decided_at < ${until} AND b.holding = s.holding_id AND b.bid::numeric < b.ask::numeric
        ORDER BY d.step_number DESC LIMIT 1) m`;
  return new Map(rows.flatMap((row) => withMid(row).map((mid) => [row.holding, mid] as const)));
}

function withMid({ asset, bid, ask, decided_at: at }: BookRow): MidPrice[] {
  const price = midOf(asset, bid ?? undefined, ask ?? undefined);
  return price === undefined ? [] : [{ price, at, source: 'book' }];
}
