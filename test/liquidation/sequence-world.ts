import { type Actor, Database, type Work } from '../../src/database/work.ts';
import type { ExchangePort, SellOrder } from '../../src/exchange/port.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { type Desk, runDesk } from '../../src/liquidation/desk.ts';
import { deskDueSource, pausedSaleDueSource } from '../../src/liquidation/progress.ts';
import { nextAppointment } from '../../src/queue/due.ts';
import { type SaleCase, SaleDesk } from '../support/sale-desk.ts';
import { type RecordedMarket, recordCandles } from './recorded-candles.ts';

const STRANGER = 'stranger';

/** What befalls the process that runs a desk, at one of the doors between it, the database and the exchange. */
export type Hitch =
  | { readonly kind: 'dies'; readonly door: number }
  /** It stands still while the clock goes on. */
  | { readonly kind: 'sleeps'; readonly door: number; readonly seconds: number };

/** Desks that work at the same time; the hitch befalls the first of them. */
export interface Shift {
  readonly desks: number;
  readonly hitch: Hitch | undefined;
}

export interface CaseSetup {
  /** Won worth of each coin. */
  readonly coins: Readonly<Record<string, number>>;
  /** Numbers of the taxpayer's bills that it covers. */
  readonly bills: readonly number[];
}

export interface TaxpayerSetup {
  /** Won of tax. */
  readonly bills: readonly number[];
  readonly cases: readonly CaseSetup[];
}

export interface WorldSetup {
  readonly seed: string;
  readonly taxpayers: readonly TaxpayerSetup[];
  readonly markets: readonly RecordedMarket[];
}

export interface Taxpayer {
  readonly cases: readonly SaleCase[];
}

class Killed extends Error {}

/** Where a process may be killed or stand still: before and after each commit and each order, look-up and cancellation. */
class Doors {
  readonly #hitch: Hitch | undefined;
  readonly #sleep: (seconds: number) => void;
  #passed = 0;
  #isDead = false;

  constructor(hitch: Hitch | undefined, sleep: (seconds: number) => void) {
    this.#hitch = hitch;
    this.#sleep = sleep;
  }

  async through<T>(action: () => Promise<T>): Promise<T> {
    this.#pass();
    const result = await action();
    this.#pass();
    return result;
  }

  #pass(): void {
    const hitch = this.#hitch;
    const isHere = hitch?.door === this.#passed;
    this.#passed += 1;
    if (isHere && hitch?.kind === 'sleeps') this.#sleep(hitch.seconds);
    if (isHere && hitch?.kind === 'dies') this.#isDead = true;
    // What a dead process had begun in parallel ends as well.
    if (this.#isDead) throw new Killed();
  }
}

class HitchedDatabase extends Database {
  readonly #doors: Doors;

  constructor(of: Desk, doors: Doors) {
    super(of.database.read, of.database.clock, of.log);
    this.#doors = doors;
  }

  override work<T>(actor: Actor, body: (work: Work) => Promise<T>): Promise<T> {
    return this.#doors.through(() => super.work(actor, body));
  }
}

/** A city with taxpayers whose sales run, and everybody who disturbs them. */
export class World {
  readonly city: SaleDesk;
  readonly taxpayers: Taxpayer[] = [];
  /** Share of the shown bids that somebody else takes just before our next order arrives. */
  bidsTakenNext = 0;
  /** Share of our resting order that somebody buys just before our next cancellation arrives. */
  boughtBeforeCancelNext = 0;

  private constructor(city: SaleDesk) {
    this.city = city;
  }

  /** The caller stops the exchange. */
  static async open(setup: WorldSetup): Promise<World> {
    const world = new World(await SaleDesk.open({ seed: setup.seed }));
    const { operator } = world.city.exchange;
    const identity = { name: '표본', birthDate: '1980-01-01', phone: '000' };
    await operator.openAccount({ accountId: STRANGER, identity });
    await operator.depositWon({ accountId: STRANGER, amount: '900000000000' });
    for (const market of setup.markets) await recordCandles(world.city, market);
    for (const taxpayer of setup.taxpayers) await world.#addTaxpayer(taxpayer);
    return world;
  }

  get cases(): readonly SaleCase[] {
    return this.taxpayers.flatMap(({ cases }) => cases);
  }

  async #addTaxpayer({ bills, cases }: TaxpayerSetup): Promise<void> {
    const made: SaleCase[] = [];
    const billIds = new Map<number, number>();
    for (const { coins, bills: numbers } of cases) {
      const units: Record<string, string> = {};
      for (const [asset, won] of Object.entries(coins)) units[asset] = await this.unitsWorth(asset, won);
      const known = numbers.map((number) => billIds.get(number));
      const added = await this.city.runningCase({
        coins: units,
        bills: known.map((billId, place) => (billId === undefined ? `${bills[numbers[place] ?? 0] ?? 1}` : { billId })),
        ...(made[0] === undefined ? {} : { personId: made[0].personId }),
      });
      for (const [place, number] of numbers.entries()) billIds.set(number, added.billIds[place] ?? 0);
      made.push(added);
    }
    this.taxpayers.push({ cases: made });
  }

  async unitsWorth(asset: string, won: number): Promise<string> {
    return new Decimal(won).div(await this.city.bestBid(asset)).toFixed(8);
  }

  /** The desks at this instant. A killed one leaves what it has committed and sent, nothing else ends with an error. */
  async run({ desks, hitch }: Shift): Promise<void> {
    const runs = Array.from({ length: desks }, (_, index) => runDesk(this.#desk(index === 0 ? hitch : undefined)));
    for (const outcome of await Promise.allSettled(runs)) {
      if (outcome.status === 'rejected' && !(outcome.reason instanceof Killed)) throw outcome.reason;
    }
  }

  /** A process of its own: it knows nothing but what the database and the exchange tell. */
  #desk(hitch: Hitch | undefined): Desk {
    const { desk } = this.city;
    const doors = new Doors(hitch, (seconds) => this.city.advance(seconds));
    return { ...desk, database: new HitchedDatabase(desk, doors), port: this.#port(desk.port, doors) };
  }

  #port(port: ExchangePort, doors: Doors): ExchangePort {
    return {
      ...port,
      sell: (order) =>
        doors.through(async () => {
          await this.#takeBids(order);
          return port.sell(order);
        }),
      lookUp: (identifier, symbol) => doors.through(() => port.lookUp(identifier, symbol)),
      cancel: (identifier, symbol) =>
        doors.through(async () => {
          await this.#buyResting(identifier);
          return port.cancel(identifier, symbol);
        }),
    };
  }

  async #takeBids({ symbol, limitPrice }: SellOrder): Promise<void> {
    const share = this.bidsTakenNext;
    this.bidsTakenNext = 0;
    if (share === 0) return;
    const { operator } = this.city.exchange;
    const { asset, bids } = await this.city.desk.port.orderBook(symbol);
    const shown = bids
      .filter(({ price }) => !price.isLessThan(limitPrice))
      .reduce((sum, { quantity }) => sum.plus(quantity.value), new Decimal(0));
    const quantity = shown.times(share).decimalPlaces(8).toFixed();
    await operator.depositFromChain({ accountId: STRANGER, asset, quantity, confirmationSeconds: 0 }).catch(unlessRefused);
    const order = {
      accountId: STRANGER,
      asset,
      side: 'sell',
      price: limitPrice.toString(),
      quantity,
      execution: 'immediate_or_cancel',
    } as const;
    await operator.placeOrder(order).catch(unlessRefused);
  }

  async #buyResting(identifier: string): Promise<void> {
    const share = this.boughtBeforeCancelNext;
    this.boughtBeforeCancelNext = 0;
    const { operator } = this.city.exchange;
    const resting = (await operator.orders({})).find((order) => order.identifier === identifier && order.state === 'open');
    if (share === 0 || resting === undefined || resting.price === null || resting.quantity === null) return;
    const quantity = new Decimal(resting.quantity).minus(resting.executedQuantity).times(share).decimalPlaces(8).toFixed();
    const order = {
      accountId: STRANGER,
      asset: resting.asset,
      side: 'buy',
      price: resting.price,
      quantity,
      execution: 'immediate_or_cancel',
    } as const;
    await operator.placeOrder(order).catch(unlessRefused);
  }

  /** Moves to the next appointment of a desk, if there is one, and answers it and every case that was rung. */
  async step(shift: Shift): Promise<boolean> {
    const { city } = this;
    await city.answerCases();
    const now = city.clock.now();
    if ((await deskDueSource(city.database).due(now)).length === 0) {
      const next = await nextAppointment([deskDueSource(city.database), pausedSaleDueSource(city.database)], now);
      if (next === undefined) return false;
      city.clock.advanceTo(next);
    }
    await this.run(shift);
    await city.answerCases();
    return true;
  }
}

/** What the exchange refuses a stranger is his matter. */
function unlessRefused(thrown: unknown): void {
  if (!(thrown instanceof CheongsanError)) throw thrown;
}
