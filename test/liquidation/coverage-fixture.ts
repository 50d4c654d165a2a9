import pg from 'pg';
import type { CoverageReading } from '../../src/database/generated/client.ts';
import type { Database, Work } from '../../src/database/work.ts';
import { addDays, dayToColumn, seoulDay } from '../../src/kernel/civil-date.ts';
import type { DrivenClock } from '../../src/kernel/clock.ts';
import { SeededRandom } from '../../src/kernel/random.ts';
import { takeCoverageReadings } from '../../src/liquidation/coverage.ts';
import { type MarketHistories, marketHistories } from '../../src/liquidation/coverage-market.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { storeDemandedHolding } from '../../src/simulation/sample/lawful-case.ts';
import { createOfficial } from '../identity/officials.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { storeBill, storeLawfulCase } from '../support/sale-case.ts';
import { registerSampleAccount } from '../support/sample-account.ts';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

export interface RecordedMarket {
  readonly asset: string;
  readonly days?: number;
  /** Deviation of a day's return. */
  readonly sigma?: number;
  /** Close of the last hour. */
  readonly price?: number;
  /** Units traded in an hour. */
  readonly volume?: number;
  /** Hours before now at which the recording ends. */
  readonly endsHoursAgo?: number;
}

/** A city with an account at an exchange, and cases with coins: rows only, since a reading asks nobody outside. */
export class CoverageDesk {
  readonly test: TestDatabase;
  readonly accountId: number;
  readonly officerId: number;

  private constructor(test: TestDatabase, accountId: number, officerId: number) {
    this.test = test;
    this.accountId = accountId;
    this.officerId = officerId;
  }

  static async open(): Promise<CoverageDesk> {
    const test = await createTestDatabase();
    await test.database.work(testActor, seedPolicy);
    const officer = await createOfficial(test.database, 'officer', ['collection_officer']);
    const accountId = await registerSampleAccount(test.database);
    return new CoverageDesk(test, accountId, officer.userId);
  }

  get database(): Database {
    return this.test.database;
  }

  get clock(): DrivenClock {
    return this.test.clock;
  }

  get histories(): MarketHistories {
    return marketHistories(this.database);
  }

  by<T>(body: (work: Work) => Promise<T>): Promise<T> {
    return this.database.work(testActor, body);
  }

  /** A case whose window ends in so many days, with coins demanded from the exchange. */
  async windowCase(input: {
    readonly coins: Readonly<Record<string, string>>;
    readonly bills: readonly (string | number)[];
    readonly endsInDays?: number;
    readonly personId?: number;
  }): Promise<{ readonly caseId: number; readonly personId: number; readonly billIds: readonly number[] }> {
    const { coins, bills, endsInDays = 20 } = input;
    return this.by(async (work) => {
      const personId = input.personId ?? (await work.tx.person.create({ data: { kind: 'natural', sample: true, createdAt: work.at } })).id;
      const billIds: number[] = [];
      for (const bill of bills) billIds.push(typeof bill === 'string' ? await storeBill(work, personId, bill) : bill);
      const caseId = await storeLawfulCase(work, { personId, officerId: this.officerId, billIds });
      const endsOn = dayToColumn(addDays(seoulDay(work.at), endsInDays));
      await work.tx.saleWindow.update({ where: { caseId }, data: { state: 'open', closedAt: null, endsOn } });
      for (const [asset, quantity] of Object.entries(coins))
        await storeDemandedHolding(work, { caseId, accountId: this.accountId, asset, quantity });
      return { caseId, personId, billIds };
    });
  }

  /** Hours of a price that wanders, up to now; the same every time. */
  async record(...markets: readonly RecordedMarket[]): Promise<void> {
    for (const market of markets) await this.store(market.asset, walk(market, this.clock.now()));
  }

  /** One more hour, just ended, at this price. */
  async hour(asset: string, close: number): Promise<void> {
    await this.store(asset, [{ startMs: Math.floor(this.clock.now().getTime() / HOUR_MS) * HOUR_MS - HOUR_MS, close, volume: 1_000 }]);
  }

  private async store(asset: string, hours: readonly Hour[]): Promise<void> {
    await this.by(
      (work) => work.tx.$executeRaw`
        INSERT INTO candle (venue_code, asset, bar_ms, start_at, open, high, low, close, volume)
        SELECT 'upbit', ${asset}, ${HOUR_MS}, to_timestamp(ms / 1000), close, close, close, close, volume
          FROM unnest(${hours.map(({ startMs }) => startMs)}::float8[], ${hours.map(({ close }) => close)}::float8[],
                      ${hours.map(({ volume }) => volume)}::float8[]) AS h (ms, close, volume)
        ON CONFLICT (venue_code, asset, bar_ms, start_at) DO UPDATE SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close`,
    );
  }

  /** A reading as it is stored; undefined where none was taken. */
  async read(caseId: number): Promise<CoverageReading | undefined> {
    const [taken] = await this.by((work) => takeCoverageReadings(work, [caseId], this.histories));
    return taken === undefined ? undefined : this.database.read.coverageReading.findUniqueOrThrow({ where: { id: taken.readingId } });
  }

  /** What the service itself may never do. */
  async asSuperuser(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.test.superuserUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  advanceHours(hours: number): void {
    this.clock.advanceBy(hours * HOUR_MS);
  }

  alerts() {
    return this.database.read.alert.findMany({ where: { code: { startsWith: 'coverage_' } }, orderBy: { id: 'asc' } });
  }

  events(caseId: number) {
    return this.database.read.auditEvent.findMany({
      where: { stream: `case:${caseId}`, action: 'coverage.changed' },
      orderBy: { sequence: 'asc' },
    });
  }
}

interface Hour {
  readonly startMs: number;
  readonly close: number;
  readonly volume: number;
}

function walk({ asset, days = 200, sigma = 0.03, price = 1_000_000, volume = 1_000, endsHoursAgo = 0 }: RecordedMarket, now: Date): Hour[] {
  const random = new SeededRandom('coverage', asset);
  const endMs = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - endsHoursAgo * HOUR_MS;
  const logs: number[] = [0];
  for (let hour = 1; hour < days * DAY_HOURS; hour++) logs.push((logs.at(-1) ?? 0) + (sigma / Math.sqrt(DAY_HOURS)) * random.normal());
  const shift = Math.log(price) - (logs.at(-1) ?? 0);
  return logs.map((value, index) => ({
    startMs: endMs - (logs.length - index) * HOUR_MS,
    close: index === logs.length - 1 ? price : Math.exp(value + shift),
    volume,
  }));
}
