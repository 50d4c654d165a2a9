import { elapsedMs } from '../kernel/clock.ts';
import type { Desk } from './desk.ts';
import { type DueSale, type Lane, lanesOf, nextRound } from './lanes.ts';

/** What falls due while a long list is worked off is looked for this often. */
const LOOK_MS = 2_000;

/** So many sales are decided in one unit of work, or those of one lane: books do not wait for more. */
const SALES_AT_ONCE = 20;

/** Who is at work on something already. */
export interface Busy {
  touches(sale: DueSale): boolean;
}

/** The sales of an account that are due, by lanes, kept in memory between two looks at the database. */
export class DueSales {
  readonly #desk: Desk;
  /** Those of the same look count their turns alike. */
  #lanes: Lane[] = [];
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /**
   * Takes the next rounds, one of a lane, whose sales nobody is busy with: at most so many cases in one, and as many of them as have
   * room together for orders. Looks at the database when nothing is left that could be taken.
   */
  async take(busy: Busy, { cases, room }: { readonly cases: number; readonly room: number }): Promise<(readonly DueSale[])[]> {
    if (elapsedMs() - this.#readAtMs < LOOK_MS) {
      const known = this.#takeKnown(busy, cases, room);
      if (known.length > 0) return known;
    }
    this.#lanes = lanesOf(await readDueSales(this.#desk));
    this.#readAtMs = elapsedMs();
    return this.#takeKnown(busy, cases, room);
  }

  /** Sales that were taken and have their turn again. */
  putBack(sales: readonly DueSale[]): void {
    if (sales.length > 0) this.#lanes = lanesOf([...this.#lanes.flat(), ...sales].sort((a, b) => a.turn - b.turn));
  }

  #takeKnown(busy: Busy, cases: number, room: number): (readonly DueSale[])[] {
    const rounds: (readonly DueSale[])[] = [];
    const lanes: Lane[] = [];
    let [orders, sales] = [0, 0];
    for (const lane of this.#lanes) {
      const { round, rest } = nextRound(lane, cases);
      const isFull = orders >= room || (sales > 0 && sales + round.length > SALES_AT_ONCE);
      if (isFull || round.some((sale) => busy.touches(sale))) {
        lanes.push(lane);
        continue;
      }
      rounds.push(round);
      orders += ordersOf(round);
      sales += round.length;
      // What is left of a lane may have fallen apart into several.
      lanes.push(...lanesOf(rest));
    }
    this.#lanes = lanes.sort(byTurn);
    return rounds;
  }
}

/** Whose first sale has waited longest goes first. */
function byTurn([a]: Lane, [b]: Lane): number {
  return (a?.turn ?? 0) - (b?.turn ?? 0);
}

/** The most orders that can come of a round: one a market, and one a case. */
function ordersOf(round: readonly DueSale[]): number {
  const markets = new Set(round.flatMap(({ assets }) => assets)).size;
  return Math.max(1, Math.min(markets, round.length));
}

/** Case numbers are given in order, and ids with them: simultaneous sales go in case order. */
async function readDueSales({ database, accountId }: Desk): Promise<DueSale[]> {
  const rows = await database.read.$queryRaw<{ id: number; person_id: number; assets: string[] }[]>`
    SELECT q.id, c.person_id, coalesce(array_agg(h.asset) FILTER (WHERE h.asset IS NOT NULL), '{}') AS assets
      FROM liquidation q JOIN seizure_case c ON c.id = q.case_id
      LEFT JOIN holding h ON h.case_id = q.case_id AND h.state NOT IN ('sold', 'returned', 'released')
     WHERE q.venue_account_id = ${accountId} AND q.state = 'running' AND q.next_step_at <= ${database.clock.now()}
     GROUP BY q.id, c.person_id ORDER BY q.next_step_at, q.case_id`;
  return rows.map(({ id, person_id, assets }, turn) => ({ saleId: id, turn, personId: person_id, assets }));
}
