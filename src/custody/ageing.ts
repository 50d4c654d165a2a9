import type { HoldingState } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';
import { type CivilDate, dayFromColumn, daysBetween, seoulDay } from '../kernel/civil-date.ts';
import { CoinAmount } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';

/** Coins that lie somewhere in the city's name, and for how long: what nobody moves must show. */
export interface HoldingAge {
  readonly holdingId: number;
  readonly caseId: number;
  readonly caseNumber: string;
  readonly asset: string;
  readonly state: HoldingState;
  /** At the city's account: held, on order and in transit. As much as was seized before any of it came. */
  readonly quantity: CoinAmount;
  /** Days since the seizure took effect. */
  readonly seizedDays: number;
  /** Days since any of it last moved in our books; undefined before it came. */
  readonly unmovedDays: number | undefined;
  /** Days in custody without a sale of any of it; undefined before it came and after the first sale. */
  readonly unsoldDays: number | undefined;
}

interface AgeRow {
  holding_id: number;
  case_id: number;
  case_number: string;
  asset: string;
  state: HoldingState;
  quantity: string;
  seized_on: Date;
  moved_on: Date | null;
  came_on: Date | null;
  sold: boolean;
}

/** Holdings under seizure that are neither sold nor returned nor released, the longest seized first. */
export async function holdingAges(reader: Pick<Transaction, '$queryRaw'>, now: Date): Promise<HoldingAge[]> {
  const today = seoulDay(now);
  const rows = await reader.$queryRaw<AgeRow[]>`
    SELECT h.id AS holding_id, c.id AS case_id, c.number AS case_number, h.asset, h.state, c.seized_on,
           trim_scale(CASE WHEN books.came_on IS NULL THEN h.seized_quantity ELSE books.quantity END)::text AS quantity, books.moved_on, books.came_on,
           EXISTS (SELECT 1 FROM order_fill f WHERE f.holding_id = h.id) AS sold
      FROM holding h JOIN seizure_case c ON c.id = h.case_id
      LEFT JOIN LATERAL (
        SELECT sum(l.amount) AS quantity, max(e.occurred_on) AS moved_on, min(e.occurred_on) AS came_on
          FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id JOIN ledger_entry e ON e.id = l.entry_id
         WHERE a.subject = 'holding:' || h.id AND a.chart_code IN (${CHART.coinsHeld}, ${CHART.coinsOnOrder}, ${CHART.coinsInTransit})
      ) books ON true
     WHERE c.seized_on IS NOT NULL AND h.state NOT IN ('sold', 'returned', 'released')
     ORDER BY c.seized_on, h.id`;
  return rows.map((row) => ageOf(row, today));
}

function ageOf(row: AgeRow, today: CivilDate): HoldingAge {
  const since = (day: Date | null): number | undefined => (day === null ? undefined : daysBetween(dayFromColumn(day), today));
  return {
    holdingId: row.holding_id,
    caseId: row.case_id,
    caseNumber: row.case_number,
    asset: row.asset,
    state: row.state,
    quantity: CoinAmount.of(row.asset, row.quantity),
    seizedDays: daysBetween(dayFromColumn(row.seized_on), today),
    unmovedDays: since(row.moved_on),
    unsoldDays: row.sold ? undefined : since(row.came_on),
  };
}
