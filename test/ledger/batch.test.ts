import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Decimal, Decimal as Figures } from '../../src/kernel/decimal.ts';
import { CoinAmount, VenueWon, Won } from '../../src/kernel/money.ts';
import { balances, balancesAt } from '../../src/ledger/balance.ts';
import { CHART, type ChartCode } from '../../src/ledger/chart.ts';
import { type Amount, assetOf, type Entry, entry } from '../../src/ledger/entry.ts';
import { post, postMany, reverse } from '../../src/ledger/post.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { bill, codeOf, day, receipt, reserve } from './ledger-fixture.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

/** One move of one asset from a debit account to a credit account; some can overdraw, some cannot. */
interface Move {
  readonly debit: ChartCode;
  readonly credit: ChartCode;
  readonly subject: string;
  readonly amount: Amount;
}

const subject = fc.constantFrom('a', 'b', 'c');
const small = fc.integer({ min: 1, max: 9 });
const coins = fc.tuple(fc.constantFrom('BTC', 'ETH'), small).map(([asset, units]) => CoinAmount.of(asset, `0.${units}`));
const move = (debit: ChartCode, credit: ChartCode, amount: fc.Arbitrary<Amount>): fc.Arbitrary<Move> =>
  fc.record({ debit: fc.constant(debit), credit: fc.constant(credit), subject, amount });
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: move(CHART.coinsHeld, CHART.dutyToOwner, coins) },
  { weight: 1, arbitrary: move(CHART.coinsOnOrder, CHART.coinsHeld, coins) },
  { weight: 1, arbitrary: move(CHART.coinsHeld, CHART.coinsOnOrder, coins) },
  {
    weight: 2,
    arbitrary: move(
      CHART.receivableTax,
      CHART.assessed,
      small.map((won) => Won.of(`${won}000`)),
    ),
  },
  {
    weight: 2,
    arbitrary: move(
      CHART.venueWonHeld,
      CHART.proceedsAtVenue,
      small.map((won) => VenueWon.of('upbit', `${won}.5`)),
    ),
  },
);
/** An entry of one to four moves; at times it comes under the key of the first one, as that very entry or as another. */
const anyEntry = fc.record({
  moves: fc.array(anyMove, { minLength: 1, maxLength: 4 }),
  echo: fc.oneof(
    { weight: 20, arbitrary: fc.constant('none' as const) },
    { weight: 3, arbitrary: fc.constant('same' as const) },
    { weight: 1, arbitrary: fc.constant('other' as const) },
  ),
});
const anyBatch = fc.array(anyEntry, { minLength: 1, maxLength: 10 });
type Batch = typeof anyBatch extends fc.Arbitrary<infer T> ? T : never;

let run = 0;

/** The batch under keys and accounts of its own, so that each run starts from nothing. */
function entriesOf(batch: Batch, world: string): Entry[] {
  return [
    openingOf(world),
    ...batch.map(({ moves: own, echo }, index) => {
      const moves = echo === 'same' ? (batch[0]?.moves ?? own) : own;
      const built = entry({ key: `${world}:${echo === 'none' ? index : 0}`, kind: 'sample', occurredOn: day, cause: 'sample:1', memo: '' });
      for (const each of moves) {
        const account = { subject: `${world}:${each.subject}`, place: world };
        built.debit(each.debit, account, each.amount).credit(each.credit, account, each.amount);
      }
      return built.build();
    }),
  ];
}

/** Something of every coin on both accounts, so that not every move overdraws. */
function openingOf(world: string): Entry {
  const built = entry({ key: `${world}:opening`, kind: 'sample', occurredOn: day, cause: 'sample:1', memo: '' });
  for (const owner of ['a', 'b', 'c']) {
    const account = { subject: `${world}:${owner}`, place: world };
    for (const stock of [CoinAmount.of('BTC', '0.4'), CoinAmount.of('ETH', '0.4')]) {
      built
        .debit(CHART.coinsHeld, account, stock)
        .debit(CHART.coinsOnOrder, account, stock)
        .credit(CHART.dutyToOwner, account, stock.plus(stock));
    }
  }
  return built.build();
}

interface Outcome {
  readonly refusal: string;
  readonly replayed: readonly boolean[];
  readonly balances: readonly string[];
}

async function balancesOf(world: string): Promise<string[]> {
  const rows = await Promise.all(Object.values(CHART).map((chart) => balances(test.database.read, { chart, place: world })));
  return rows
    .flat()
    .map((row) => `${row.chart} ${row.asset} ${row.subject.slice(world.length)} ${row.balance}`)
    .sort();
}

async function outcomeOf(world: string, attempt: Promise<readonly { readonly replayed: boolean }[]>): Promise<Outcome> {
  const settled = await attempt
    .then((posted) => ({ replayed: posted.map((each) => each.replayed) }))
    .catch((thrown: unknown) => ({ thrown }));
  const refusal = 'thrown' in settled ? await codeOf(Promise.reject(settled.thrown)) : '';
  return { refusal, replayed: 'replayed' in settled ? settled.replayed : [], balances: await balancesOf(world) };
}

describe('posting many at once', () => {
  it('is posting them one after another: same entries, same balances, same refusals', async () => {
    const refusals: string[] = [];
    await fc.assert(
      fc.asyncProperty(anyBatch, async (batch) => {
        const [together, apart] = [`t${run}`, `o${run}`];
        run += 1;
        const many = await outcomeOf(
          together,
          test.database.work(testActor, (work) => postMany(work, entriesOf(batch, together))),
        );
        const single = await outcomeOf(
          apart,
          test.database.work(testActor, async (work) => {
            const posted = [];
            for (const each of entriesOf(batch, apart)) posted.push(await post(work, each));
            return posted;
          }),
        );
        // With several reasons to refuse, which one is told may differ.
        expect(many.refusal === '').toBe(single.refusal === '');
        expect({ ...many, refusal: '' }).toEqual({ ...single, refusal: '' });
        refusals.push(many.refusal);
      }),
      { numRuns: 60 },
    );
    expect(new Set(refusals)).toEqual(new Set(['', 'LEDGER_OVERDRAFT', 'LEDGER_KEY_CONFLICT']));
    expect(refusals.filter((refusal) => refusal === '').length).toBeGreaterThan(10);
  }, 60_000);

  it('leaves a journal in which every entry is zero per asset and every balance the sum of its lines, at every instant', async () => {
    const entries = await test.database.read.ledgerEntry.findMany({
      include: { lines: { include: { account: true } } },
      orderBy: { id: 'asc' },
    });
    expect(entries.length).toBeGreaterThan(10);
    const sums = new Map<string, Decimal>();
    for (const { lines } of entries) {
      const perAsset = new Map<string, Decimal>();
      for (const { account, accountId, amount } of lines) {
        const figure = new Figures(amount.toFixed());
        perAsset.set(account.asset, figure.plus(perAsset.get(account.asset) ?? 0));
        sums.set(String(accountId), figure.plus(sums.get(String(accountId)) ?? 0));
      }
      expect([...perAsset.values()].every((sum) => sum.isZero())).toBe(true);
    }
    const stored = await test.database.read.ledgerBalance.findMany();
    expect(stored.filter(({ accountId, balance }) => !new Figures(balance.toFixed()).isEqualTo(sums.get(String(accountId)) ?? 0))).toEqual(
      [],
    );
  });
});

describe('a batch', () => {
  it('counts a key that comes twice in it once, and refuses another input under it', async () => {
    const twice = await test.database.work(testActor, (work) =>
      postMany(work, [bill('k:1', '10', 'k'), bill('k:2', '20', 'k'), bill('k:1', '10', 'k')]),
    );
    expect(twice.map(({ replayed }) => replayed)).toEqual([false, false, true]);
    expect(twice[0]?.entryId).toBe(twice[2]?.entryId);
    const [balance] = await balances(test.database.read, { chart: CHART.receivableTax, subject: 'k' });
    expect(balance?.balance).toBe('30');
    const other = test.database.work(testActor, (work) => postMany(work, [bill('k:3', '10', 'k'), bill('k:3', '11', 'k')]));
    expect(await codeOf(other)).toBe('LEDGER_KEY_CONFLICT');
  });

  it('lets no account dip below zero in between, even if it recovers within the batch', async () => {
    const early = test.database.work(testActor, (work) =>
      postMany(work, [reserve('d:1', '1', 'holding:d'), receipt('d:2', '1', 'holding:d')]),
    );
    expect(await codeOf(early)).toBe('LEDGER_OVERDRAFT');
    const inOrder = test.database.work(testActor, (work) =>
      postMany(work, [receipt('d:2', '1', 'holding:d'), reserve('d:1', '1', 'holding:d')]),
    );
    expect(await codeOf(inOrder)).toBe('nothing thrown');
  });

  it('of nothing is nothing', async () => {
    expect(await test.database.work(testActor, (work) => postMany(work, []))).toEqual([]);
  });
});

describe('balances as of any instant', () => {
  it('are a fold of the journal until then', async () => {
    const step = fc.record({ advanceMs: fc.constantFrom(0, 1, 5_000), batch: anyBatch, undo: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        const world = `i${run}`;
        run += 1;
        const instants: Date[] = [];
        for (const [index, { advanceMs, batch, undo }] of steps.entries()) {
          test.clock.advanceBy(advanceMs);
          await test.database
            .work(testActor, async (work) => {
              const [first] = await postMany(
                work,
                entriesOf(batch, `${world}.${index}`).map((each) => atPlace(each, world)),
              );
              if (undo && first !== undefined)
                await reverse(work, { key: `${world}:undo:${index}`, entryId: first.entryId, occurredOn: day, memo: '' });
            })
            .catch(codeOfRefusal);
          instants.push(test.clock.now());
        }
        for (const instant of instants) expect(await balancesAtOf(world, instant)).toEqual(await folded(world, instant));
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  const atPlace = (given: Entry, place: string): Entry => ({
    ...given,
    lines: given.lines.map((line) => ({ ...line, subject: line.subject.slice(-1), place })),
  });
  const codeOfRefusal = async (thrown: unknown) => expect(await codeOf(Promise.reject(thrown))).toMatch(/^LEDGER_/);

  async function balancesAtOf(world: string, instant: Date): Promise<string[]> {
    const rows = await Promise.all(Object.values(CHART).map((chart) => balancesAt(test.database.read, { chart, place: world }, instant)));
    return rows
      .flat()
      .map((row) => `${row.chart} ${row.asset} ${row.subject} ${row.balance}`)
      .sort();
  }

  async function folded(world: string, instant: Date): Promise<string[]> {
    const lines = await test.database.read.ledgerLine.findMany({
      where: { account: { place: world }, entry: { bookedAt: { lte: instant } } },
      include: { account: true },
    });
    const sums = new Map<string, Decimal>();
    for (const { account, amount } of lines) {
      const name = `${account.chartCode} ${account.asset} ${account.subject}`;
      sums.set(name, new Figures(amount.toFixed()).plus(sums.get(name) ?? 0));
    }
    return [...sums]
      .filter(([, sum]) => !sum.isZero())
      .map(([name, sum]) => `${name} ${sum.toFixed()}`)
      .sort();
  }

  it('name each asset apart', () => {
    expect([Won.of('1'), VenueWon.of('upbit', '1'), CoinAmount.of('BTC', '1')].map(assetOf)).toEqual(['KRW', 'KRW@upbit', 'BTC']);
  });
});
