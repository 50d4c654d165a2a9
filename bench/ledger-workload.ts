import type { Actor, Database } from '../src/database/work.ts';
import { seoulDay } from '../src/kernel/civil-date.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { CoinAmount, VenueWon } from '../src/kernel/money.ts';
import { CHART } from '../src/ledger/chart.ts';
import { type Entry, entry } from '../src/ledger/entry.ts';
import { postMany } from '../src/ledger/post.ts';

const HOLDINGS = 20_000;
const OPENING_BATCH = 1_000;
const PLACE = 'account:1';
const VENUE = 'upbit';
const LOT = CoinAmount.of('BTC', '0.001');
const PROCEEDS = VenueWon.of(VENUE, '143210.5');
const FEE = VenueWon.of(VENUE, '71.60525');

export const benchActor: Actor = { kind: 'system', part: 'bench' };

/**
 * What a day of selling posts on the real chart, on accounts drawn from many: coins reserved for an order, filled, and what was
 * left given back. Every entry can stand on its own, since each holding starts with enough on both sides.
 */
export class LedgerWorkload {
  readonly #today = seoulDay(systemClock.now());
  #serial = 0;

  async open(database: Database): Promise<void> {
    for (let from = 0; from < HOLDINGS; from += OPENING_BATCH) {
      const entries = Array.from({ length: OPENING_BATCH }, (_, index) => this.#opening(from + index));
      await database.work(benchActor, (work) => postMany(work, entries));
    }
  }

  /** The next entry: reserve, fill or release, in turn. */
  next(): Entry {
    const serial = this.#serial++;
    const holding = Math.floor(Math.random() * HOLDINGS);
    const [account, owner] = [{ subject: `holding:${holding}`, place: PLACE }, { subject: `holding:${holding}` }];
    const posting = (kind: string) =>
      entry({ key: `${kind}:${serial}`, kind, occurredOn: this.#today, cause: `sale_order:${serial}`, memo: '' });
    if (serial % 3 === 0) return posting('reserve').debit(CHART.coinsOnOrder, account, LOT).credit(CHART.coinsHeld, account, LOT).build();
    if (serial % 3 === 1) return posting('release').debit(CHART.coinsHeld, account, LOT).credit(CHART.coinsOnOrder, account, LOT).build();
    const sale = { subject: `case:${holding}`, place: PLACE };
    return posting('fill')
      .debit(CHART.dutyToOwner, owner, LOT)
      .credit(CHART.coinsOnOrder, account, LOT)
      .debit(CHART.venueWonHeld, sale, PROCEEDS.minus(FEE))
      .debit(CHART.dispositionCost, sale, FEE)
      .credit(CHART.proceedsAtVenue, sale, PROCEEDS)
      .build();
  }

  #opening(holding: number): Entry {
    const [account, owner] = [{ subject: `holding:${holding}`, place: PLACE }, { subject: `holding:${holding}` }];
    const sale = { subject: `case:${holding}`, place: PLACE };
    const stock = CoinAmount.of('BTC', '1000');
    return entry({ key: `opening:${holding}`, kind: 'opening', occurredOn: this.#today, cause: `holding:${holding}`, memo: '' })
      .debit(CHART.coinsHeld, account, stock)
      .debit(CHART.coinsOnOrder, account, stock)
      .credit(CHART.dutyToOwner, owner, stock.plus(stock))
      .debit(CHART.venueWonHeld, sale, PROCEEDS.minus(FEE))
      .debit(CHART.dispositionCost, sale, FEE)
      .credit(CHART.proceedsAtVenue, sale, PROCEEDS)
      .build();
  }
}
