import { randomBytes } from 'node:crypto';
import { openDatabase } from '../../database/open.ts';
import { Database } from '../../database/work.ts';
import type { VenueCode } from '../../exchange/port.ts';
import { DrivenClock, elapsedMs } from '../../kernel/clock.ts';
import type { Config } from '../../kernel/config.ts';
import type { Log } from '../../kernel/log.ts';
import { MasterKey } from '../../kernel/master-key.ts';
import { splitByLargestRemainder } from '../../kernel/money.ts';
import { type DemoStore, freshDemoStore } from '../demo-store.ts';
import { Course } from './course.ts';
import { Officials } from './officials.ts';
import { SellerProcess } from './seller-process.ts';
import { openStall } from './stall.ts';
import { type SoakSummary, summarise } from './summary.ts';

export interface SoakOptions {
  readonly config: Config;
  readonly log: Log;
  readonly seed: string;
  /** Intents that reach a face, over all venues. */
  readonly orders: number;
  /** The share of them that meet a fault. */
  readonly faultShare: number;
  onProgress(text: string): void;
}

/** A Monday morning in Seoul. */
const START = new Date('2026-03-16T01:00:00.000Z');
const KEY_BYTES = 32;
const REPORTS = 20;
/** How many sales a venue's orders are for, and the most orders that one is made for. */
const SALES_PER_VENUE = 5;
const ORDERS_EACH_MAX = 150;
const ORDERS_EACH_MIN = 4;

/**
 * Which venue gets how much of the orders. GOPAX grants one book a second, in real time, and a decision needs one; the others are asked
 * as fast as this machine goes.
 */
const VENUE_WEIGHTS: Readonly<Record<VenueCode, bigint>> = { upbit: 12n, bithumb: 12n, coinone: 12n, korbit: 12n, gopax: 2n };
const VENUES = ['upbit', 'bithumb', 'coinone', 'korbit', 'gopax'] as const;

/** Sells at all venues side by side while exchanges and processes fail, and has the exchanges' own books judge what came of it. */
export async function runSoak(options: SoakOptions): Promise<SoakSummary> {
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const store = await freshDemoStore(options.config, options.log, 'soak');
    opened.unshift(() => store.close());
    const access = { applicationUrl: store.applicationUrl, ownerUrl: store.ownerUrl, kind: 'demo' } as const;
    const database = await openDatabase(access, new DrivenClock(START), options.log);
    opened.unshift(() => database.close());
    const courses = await openCourses({ database, store }, options, opened);
    const startedMs = elapsedMs();
    await runAll(courses);
    const seconds = (elapsedMs() - startedMs) / 1_000;
    options.onProgress('모든 주문을 마쳤습니다. 거래소의 장부와 대조합니다.');
    return await summarise(database, courses, seconds);
  } finally {
    for (const close of opened) await close();
  }
}

async function openCourses(
  { database, store }: { readonly database: Database; readonly store: DemoStore },
  options: SoakOptions,
  opened: (() => Promise<unknown>)[],
): Promise<Course[]> {
  const { seed, orders, faultShare } = options;
  const key = randomBytes(KEY_BYTES);
  const keys = new MasterKey(key);
  const officials = await Officials.hire(database);
  const shares = splitByLargestRemainder(
    BigInt(orders),
    VENUES.map((venue) => VENUE_WEIGHTS[venue]),
  );
  const onOrder = progressOf(options);
  const courses: Course[] = [];
  for (const [index, venue] of VENUES.entries()) {
    const made: { course?: Course } = {};
    const hooks = {
      onRequest: (seen: Parameters<NonNullable<Course['hooks']['onRequest']>>[0]) => made.course?.hooks.onRequest?.(seen),
      onAccepted: (accepted: Parameters<NonNullable<Course['hooks']['onAccepted']>>[0]) => made.course?.hooks.onAccepted?.(accepted),
    };
    const databaseBy = (clock: DrivenClock) => new Database(database.read, clock, options.log);
    const stall = await openStall({ venue, start: START, seed, hooks, officials, keys, databaseBy });
    opened.unshift(() => stall.exchange.stop());
    const environment = {
      DATABASE_URL: store.applicationUrl,
      CHEONGSAN_KEY: key.toString('base64'),
      CHEONGSAN_DATA: options.config.dataFolder,
      LOG_LEVEL: 'error',
    };
    const seller = new SellerProcess({ accountId: stall.accountId, environment });
    opened.unshift(() => seller.stop());
    const share = Number(shares[index] ?? 0n);
    const ordersEach = Math.min(Math.max(Math.round(share / SALES_PER_VENUE), ORDERS_EACH_MIN), ORDERS_EACH_MAX);
    made.course = new Course({ stall, seller, officials }, { seed, orders: share, ordersEach, faultShare, onOrder });
    courses.push(made.course);
  }
  return courses;
}

/** When one venue fails the others are not waited for any longer than their next instant. */
async function runAll(courses: readonly Course[]): Promise<void> {
  const stopping = new AbortController();
  const runs = courses.map(async (course) => {
    try {
      await course.run(stopping.signal);
    } catch (thrown) {
      stopping.abort();
      throw thrown;
    }
  });
  const failed = (await Promise.allSettled(runs)).find((run) => run.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function progressOf({ orders, onProgress }: SoakOptions): () => void {
  const step = Math.max(1, Math.ceil(orders / REPORTS));
  let placed = 0;
  return () => {
    placed += 1;
    if (placed % step === 0) onProgress(`주문 ${placed}/${orders}`);
  };
}
