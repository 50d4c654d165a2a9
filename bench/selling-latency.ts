import { elapsedMs } from '../src/kernel/clock.ts';
import { CheongsanError } from '../src/kernel/errors.ts';
import { post } from '../src/ledger/post.ts';
import { type Desk, runDesk } from '../src/liquidation/desk.ts';
import { type Benchmark, type Figure, figure, median, quantile } from './figure.ts';
import { benchActor, LedgerWorkload } from './ledger-workload.ts';
import { openSales, type SampleCase } from './selling-cases.ts';
import { type SellingCity, withSellingCity } from './selling-city.ts';
import { sampleCoins } from './selling-market.ts';

/** Liquidations in the database, from one on. */
const OPEN = [1, 1_000, 10_000] as const;
const COINS = sampleCoins(12);
/** Far more than is sold here, and a small part of it an order. */
const HELD_KRW = 60_000_000;
const DEPTH_PARTICIPATION = '0.002';
const TAX_KRW = '900000000';
const WARM_UPS = 15;
const SAMPLES = 120;
/** Many due at once: so many, as often. */
const DUE_AT_ONCE = 240;
const TIMES = 3;
const UNLIMITED = { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000 };
const LONG_AFTER = new Date('2100-01-01T00:00:00Z');

/**
 * Milliseconds from the instant at which the answer with the book is in hand until the decision made from it is committed and its order
 * is handed to the port: through the desk, the database and an exchange over HTTP as they are.
 */
export const sellingLatency: Benchmark = {
  names: OPEN.flatMap((open) => [oneDue(open), `${oneDue(open)}.p99`, ...(open === 1 ? [] : [manyDue(open), `${manyDue(open)}.p99`])]),
  run: () => withSellingCity({ coins: COINS, limits: UNLIMITED, policy: { 'sale.depth_participation': DEPTH_PARTICIPATION } }, measure),
};

function oneDue(open: number): string {
  return `selling.decision.${open}`;
}

function manyDue(open: number): string {
  return `${oneDue(open)}.many`;
}

async function measure(city: SellingCity): Promise<Figure[]> {
  const timed = new TimedDesk(city.desk);
  const figures: Figure[] = [];
  let alone: readonly number[] = [];
  let known = 0;
  for (const open of OPEN) {
    await openSales(
      city,
      Array.from({ length: open - known }, (_, index) => sale(known + index)),
    );
    await settleDown(city);
    known = open;
    const samples = await decideOneByOne(city, timed);
    if (open === 1) {
      alone = samples;
      figures.push(...figuresOf(oneDue(open), samples, await postingMs(city), 'ms to post one entry'));
      continue;
    }
    figures.push(...figuresOf(oneDue(open), samples, alone, 'ms with one liquidation'));
    figures.push(...figuresOf(manyDue(open), await decideManyAtOnce(city, timed), alone, 'ms with one liquidation'));
  }
  return figures;
}

function figuresOf(name: string, samplesMs: readonly number[], referenceMs: readonly number[], reference: string): Figure[] {
  const measured = { unit: 'ms', higherIsBetter: false };
  return [
    figure({ name, value: median(samplesMs), reference: `${reference}, median`, referenceValue: median(referenceMs), ...measured }),
    figure({
      name: `${name}.p99`,
      value: quantile(samplesMs, 0.99),
      reference: `${reference}, p99`,
      referenceValue: quantile(referenceMs, 0.99),
      ...measured,
    }),
  ];
}

/** Not due for a long time. */
function sale(index: number): SampleCase {
  const { asset, basePrice } = COINS[index % COINS.length] ?? { asset: '', basePrice: 1 };
  const coins = [{ asset, quantity: (HELD_KRW / basePrice).toFixed(4), priceFloor: (basePrice / 10).toFixed(2) }];
  return { coins, taxKrw: TAX_KRW, nextStepAt: LONG_AFTER };
}

/** What PostgreSQL does by itself within minutes of so many rows. */
async function settleDown({ database }: SellingCity): Promise<void> {
  await database.read.$executeRaw`ANALYZE`;
}

/** The same first sale each time, whatever else is open. */
async function decideOneByOne(city: SellingCity, timed: TimedDesk): Promise<number[]> {
  const { id } = await city.database.read.liquidation.findFirstOrThrow({ orderBy: { id: 'asc' }, select: { id: true } });
  const samples: number[] = [];
  for (let sample = 0; sample < WARM_UPS + SAMPLES; sample++) {
    await makeDue(city, [id]);
    const [elapsed] = await timed.run();
    if (elapsed === undefined) throw new CheongsanError('INTERNAL', 'The sale that is measured ordered nothing.');
    if (sample >= WARM_UPS) samples.push(elapsed);
  }
  return samples;
}

/** Others each time, so that nobody has been decided about before. */
async function decideManyAtOnce(city: SellingCity, timed: TimedDesk): Promise<number[]> {
  const samples: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    const due = await city.database.read.liquidation.findMany({
      where: { stepCount: 0 },
      orderBy: { id: 'asc' },
      take: DUE_AT_ONCE,
      select: { id: true },
    });
    await makeDue(
      city,
      due.map(({ id }) => id),
    );
    samples.push(...(await timed.run()));
  }
  return samples;
}

async function makeDue({ database }: SellingCity, saleIds: readonly number[]): Promise<void> {
  await database.read.liquidation.updateMany({ where: { id: { in: [...saleIds] } }, data: { nextStepAt: database.clock.now() } });
}

/** A desk whose books and orders are timed. */
class TimedDesk {
  readonly #desk: Desk;
  readonly #bookAtMs = new Map<string, number>();
  #samplesMs: number[] = [];

  constructor(desk: Desk) {
    const { port } = desk;
    const orderBook: typeof port.orderBook = async (symbol) => {
      const book = await port.orderBook(symbol);
      this.#bookAtMs.set(symbol, elapsedMs());
      return book;
    };
    // Committed orders are handed over in the same turn in which the commit is heard of.
    const sell: typeof port.sell = (order) => {
      this.#samplesMs.push(elapsedMs() - (this.#bookAtMs.get(order.symbol) ?? Number.NaN));
      return port.sell(order);
    };
    this.#desk = { ...desk, port: { ...port, orderBook, sell } };
  }

  /** Works off what is due, and then nothing more: a sale that has ordered waits for its next turn. */
  async run(): Promise<number[]> {
    this.#samplesMs = [];
    await runDesk(this.#desk);
    return this.#samplesMs;
  }
}

/** One entry in a unit of work of its own, as often as decisions are measured. */
async function postingMs({ database }: SellingCity): Promise<number[]> {
  const workload = new LedgerWorkload();
  await workload.open(database);
  const samples: number[] = [];
  for (let sample = 0; sample < WARM_UPS + SAMPLES; sample++) {
    const entry = workload.next();
    const begun = elapsedMs();
    await database.work(benchActor, (work) => post(work, entry));
    if (sample >= WARM_UPS) samples.push(elapsedMs() - begun);
  }
  return samples;
}
