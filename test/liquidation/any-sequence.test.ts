import fc from 'fast-check';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import type { SellOrder } from '../../src/exchange/port.ts';
import { CoinAmount, Price, VenueWon } from '../../src/kernel/money.ts';
import { concludeOrder, type FoundOutcome } from '../../src/liquidation/conclude.ts';
import { runDesk } from '../../src/liquidation/desk.ts';
import { replaySales } from '../../src/liquidation/replay.ts';
import type { PaperExchange } from '../../src/paper-exchange/server.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { killWaiting } from '../support/kill-waiting.ts';
import { CITY, SaleDesk } from '../support/sale-desk.ts';
import { lostUnits, oversold, planFaults, type Standing, standingOf, wronglyCovered } from './sequence-checks.ts';
import { ASSETS, anyTrouble, begin, loosen, type Trouble } from './sequence-troubles.ts';
import { type CaseSetup, type Shift, type TaxpayerSetup, World, type WorldSetup } from './sequence-world.ts';

const RUNS = 3;
const CALM_STEPS_MAX = 600;

/** What happens between two looks at all that must hold. */
interface Round {
  /** Each for so many rounds. */
  readonly troubles: readonly { readonly trouble: Trouble; readonly rounds: number }[];
  /** Share of what a case owes that its taxpayer pays, in hundredths. */
  readonly payment: { readonly place: number; readonly share: number } | undefined;
  /** What somebody else takes just before our next order, and of our next cancelled one. */
  readonly crowd: { readonly bidsTaken: number; readonly boughtBeforeCancel: number } | undefined;
  readonly seconds: number;
  readonly steps: number;
  readonly shift: Shift;
}

type PlacedOrder = Awaited<ReturnType<PaperExchange['operator']['orders']>>[number];

const CALM: Shift = { desks: 1, hitch: undefined };
const opened: World[] = [];

afterAll(async () => {
  for (const { city } of opened) await city.exchange.stop();
});

const won = (least: number, most: number) => fc.integer({ min: least, max: most });
const anyCoins: fc.Arbitrary<CaseSetup['coins']> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...ASSETS), fc.oneof(won(6_000, 60_000), won(60_000, 900_000), won(300_000, 900_000))), {
    selector: ([asset]) => asset,
    minLength: 1,
    maxLength: 2,
  })
  .map((coins) => Object.fromEntries(coins));

/** One case, several over the same bills, or several that share some. */
const anyTaxpayer: fc.Arbitrary<TaxpayerSetup> = fc
  .constantFrom<readonly (readonly number[])[]>(
    [[0]],
    [[0], [0]],
    [
      [0, 1],
      [1, 2],
    ],
  )
  .chain((covered) =>
    fc.record({
      bills: fc.tuple(won(10_000, 900_000), won(10_000, 300_000), won(10_000, 300_000)),
      cases: fc.tuple(...covered.map((bills) => fc.record({ bills: fc.constant(bills), coins: anyCoins }))),
    }),
  );

/** One whose coin is too much for its market at once: it is sold in slices, partly by orders that rest. */
const patientTaxpayer: fc.Arbitrary<TaxpayerSetup> = won(500_000, 900_000).map((worth) => ({
  bills: [2_000_000],
  cases: [{ bills: [0], coins: { XRP: worth } }],
}));

const anyWorld: fc.Arbitrary<WorldSetup> = fc.record({
  seed: fc.nat(1_000_000).map(String),
  taxpayers: fc.tuple(patientTaxpayer, anyTaxpayer, anyTaxpayer),
  markets: fc.tuple(
    fc.record({ asset: fc.constant('BTC'), wonAnHour: won(500_000, 3_000_000), deviation: fc.constant(0.006) }),
    fc.record({ asset: fc.constant('XRP'), wonAnHour: won(1_000_000, 1_500_000), deviation: fc.constant(0.001) }),
  ),
});

const door = fc.nat(14);
const anyShift: fc.Arbitrary<Shift> = fc.record({
  desks: fc.constantFrom(1, 1, 2),
  hitch: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('dies' as const), door }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sleeps' as const), door, seconds: fc.integer({ min: 5, max: 90 }) }) },
  ),
});

/** In some of the rounds. */
const sometimes = <T>(arbitrary: fc.Arbitrary<T>, weight: number) =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant(undefined) }, { weight, arbitrary });

const anyRound: fc.Arbitrary<Round> = fc.record({
  troubles: fc.array(fc.record({ trouble: anyTrouble, rounds: fc.integer({ min: 1, max: 3 }) }), { maxLength: 2 }),
  payment: sometimes(fc.record({ place: fc.nat(20), share: fc.integer({ min: 1, max: 60 }) }), 1),
  crowd: sometimes(fc.record({ bidsTaken: fc.constantFrom(0, 0.6, 0.95, 1), boughtBeforeCancel: fc.constantFrom(0, 0.4, 1) }), 3),
  seconds: fc.constantFrom(0, 0, 0, 5, 40, 600, 3_600, 3_600),
  steps: fc.integer({ min: 1, max: 4 }),
  shift: anyShift,
});

/** One world from its beginning until every sale is over. */
class Story {
  readonly world: World;
  readonly #troubles: { roundsLeft: number; readonly end: () => Promise<unknown> }[] = [];
  #standings: Standing[] = [];

  constructor(world: World) {
    this.world = world;
  }

  async live({ troubles, payment, crowd, seconds, steps, shift }: Round): Promise<void> {
    const { world } = this;
    for (const { trouble, rounds } of troubles) this.#troubles.push({ roundsLeft: rounds, end: await begin(world, trouble) });
    if (payment !== undefined) {
      await this.#pay(payment.place, payment.share);
      await this.watch(true);
    }
    world.bidsTakenNext = crowd?.bidsTaken ?? world.bidsTakenNext;
    world.boughtBeforeCancelNext = crowd?.boughtBeforeCancel ?? world.boughtBeforeCancelNext;
    world.city.advance(seconds);
    for (let step = 0; step < steps; step++) await world.step(shift);
    await this.watch(false);
    await this.#endTroubles();
  }

  async #pay(place: number, share: number): Promise<void> {
    const { cases, city } = this.world;
    const payer = cases[place % cases.length];
    if (payer === undefined) return;
    const amount = (await city.owed(payer.billIds)).times(share).div(100).integerValue();
    if (amount.isGreaterThan(0)) await city.pay(payer.caseId, amount.toFixed());
  }

  async #endTroubles(): Promise<void> {
    for (const trouble of this.#troubles) trouble.roundsLeft -= 1;
    const over = this.#troubles.filter(({ roundsLeft }) => roundsLeft <= 0);
    for (const trouble of over) {
      this.#troubles.splice(this.#troubles.indexOf(trouble), 1);
      await trouble.end();
    }
  }

  /** A payment takes need away from what was sold before it. */
  async watch(isAfterPayment: boolean): Promise<void> {
    const { city, taxpayers } = this.world;
    const standings: Standing[] = [];
    for (const [index, taxpayer] of taxpayers.entries()) {
      const before = this.#standings[index];
      const standing = await standingOf(city, taxpayer);
      standings.push(standing);
      if (before === undefined || isAfterPayment) continue;
      expect(oversold(before, standing)).toEqual([]);
      expect(wronglyCovered(before, standing)).toEqual([]);
    }
    this.#standings = standings;
  }

  /** All that stood in the way is gone; what nobody could tell, an official has found out. */
  async calmDown(): Promise<void> {
    const { city } = this.world;
    this.world.bidsTakenNext = 0;
    this.world.boughtBeforeCancelNext = 0;
    for (const { end } of this.#troubles.splice(0).toReversed()) await end();
    for (let steps = 0; ; steps++) {
      if (steps > CALM_STEPS_MAX) throw new Error(`The sales were not over after ${CALM_STEPS_MAX} steps without any trouble.`);
      if (await this.world.step(CALM)) continue;
      if (!(await this.#concludeByHand())) break;
      await loosen(city, { kind: 'account', accountId: city.accountId });
    }
    await this.watch(false);
  }

  /** Looks up at the exchange's own site what became of the orders that were left to a person. */
  async #concludeByHand(): Promise<boolean> {
    const { database, exchange, officer } = this.world.city;
    const left = await database.read.intent.findMany({ where: { port: 'order', state: 'with_person' } });
    const placed = await exchange.operator.orders({ accountId: CITY });
    for (const { id, identifier } of left) {
      const { id: orderId, asset } = await database.read.saleOrder.findUniqueOrThrow({ where: { intentId: id } });
      const found = placed.find((order) => order.identifier === identifier);
      const outcome = outcomeOf(asset, found);
      await database.work(officer.actor, (work) => concludeOrder(work, { orderId, outcome, reason: '거래소 화면에서 확인' }));
    }
    return left.length > 0;
  }

  async expectNothingLostOrDoubled(): Promise<void> {
    const { city, cases } = this.world;
    const { read } = city.database;
    for (const { caseId } of cases) {
      const sale = await city.sale(caseId);
      expect([sale.state, sale.lastCode]).toEqual(['done', expect.stringMatching(/^(covered|exhausted|settled)$/)]);
    }
    expect(await read.saleOrder.count({ where: { closedAt: null } })).toBe(0);
    expect((await city.exchange.operator.orders({ accountId: CITY })).filter(({ state }) => state === 'open')).toEqual([]);
    expect(await city.differences()).toEqual([]);
    expect(await brokenInvariants(city.database)).toEqual([]);
    expect((await replaySales(city.database)).differences).toEqual([]);
    expect(await planFaults(city)).toEqual([]);
    expect(await lostUnits(city)).toEqual([]);
    expect(await read.alert.count({ where: { code: { in: ['order_filled_late', 'sale_step_failed'] } } })).toBe(0);
    expect(await read.assetFreeze.count({ where: { reason: { not: 'by_person' } } })).toBe(0);
  }
}

function outcomeOf(asset: string, found: PlacedOrder | undefined): FoundOutcome {
  if (found === undefined || found.fills.length === 0) return { kind: 'never_executed' };
  return {
    kind: 'executed',
    venueOrderId: found.orderId,
    paidFee: VenueWon.of('upbit', found.paidFee),
    fills: found.fills.map(({ fillId, quantity, price, funds, filledAt }) => ({
      tradeId: fillId,
      quantity: CoinAmount.of(asset, quantity),
      price: Price.of(asset, price),
      proceeds: VenueWon.of('upbit', funds),
      filledAt: new Date(filledAt),
    })),
  };
}

it('whatever befalls the sales, no slice is lost, none is doubled, and no more is sold than is needed but for the smallest order', async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld, fc.array(anyRound, { minLength: 9, maxLength: 14 }), async (setup, rounds) => {
      const world = await World.open(setup);
      opened.push(world);
      world.city.advance(10);
      const story = new Story(world);
      await story.watch(false);
      for (const round of rounds) await story.live(round);
      await story.calmDown();
      await story.expectNothingLostOrDoubled();
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 3_600_000);

it.each(['before it sends what it decided', 'before it books what was sold'])(
  'a service that is killed within a transaction, %s, sells once all the same',
  async (moment) => {
    const city = await SaleDesk.open();
    const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
    city.advance(10);
    const client = new pg.Client({ connectionString: city.test.superuserUrl });
    await client.connect();
    // What a transaction writes last is its audit event: everything else is there by then, and nothing is committed.
    const lock = async () => {
      await client.query('BEGIN');
      await client.query('LOCK TABLE audit_stream IN SHARE ROW EXCLUSIVE MODE');
    };
    const { port } = city.desk;
    const sell = async (order: SellOrder) => {
      const answer = await port.sell(order);
      await lock();
      return answer;
    };
    try {
      const isBooking = moment.includes('books');
      if (!isBooking) await lock();
      const running = runDesk({ ...city.desk, port: isBooking ? { ...port, sell } : port });
      const outcome = expect(running).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      await killWaiting(client);
      await outcome;
      await client.query('ROLLBACK');
    } finally {
      await client.end();
    }
    await city.sellOut();
    expect(await city.lastDecision(sold.caseId)).toEqual(['stop', 'covered']);
    expect(await city.differences()).toEqual([]);
    expect(await brokenInvariants(city.database)).toEqual([]);
    await city.exchange.stop();
  },
);
