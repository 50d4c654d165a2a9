import type { Database } from '../../database/work.ts';
import { checkInvariants } from '../../registers/invariants.ts';
import type { Course } from './course.ts';
import { finalDigest } from './digest.ts';
import { SOAK_FAULTS } from './faults.ts';
import { type Findings, judgeVenue } from './judge.ts';
import { overSoldAt } from './over-sold.ts';

/** The last line of a soak. Counts; what is counted must be nothing from `doubled` to `invariantsBroken`. */
export interface SoakSummary {
  /** Intents of which a request reached the exchange. */
  readonly orders: number;
  /** Intents with two accepted orders, and accepted orders without an intent. */
  readonly doubled: number;
  /** Fills without a ledger entry, and intents neither final nor with a person. */
  readonly lost: number;
  /** Sets of a taxpayer's cases that brought more than was needed, and holdings that sold more than had come. */
  readonly overSold: number;
  /** Orders and intents that are still open. */
  readonly unsettled: number;
  /** Balances that differ, have no reason, or are frozen. */
  readonly unexplainedBreaks: number;
  readonly invariantsBroken: number;
  /** Processes ended with SIGKILL. */
  readonly kills: number;
  /** Orders that met a fault, and how many met which. */
  readonly faults: number;
  readonly faultsByKind: Readonly<Record<string, number>>;
  readonly ordersByVenue: Readonly<Record<string, number>>;
  /** What officials had to do. */
  readonly officialActs: { readonly ordersConcluded: number; readonly freezesLifted: number; readonly tradingLoosened: number };
  readonly seconds: number;
  readonly ordersPerSecond: number;
  /** Of the exchanges' final books and the ledger's balances. */
  readonly digest: string;
  /** The first rows of whatever is not nothing. */
  readonly offending: readonly string[];
}

const ROWS_SHOWN = 10;

export async function summarise(database: Database, courses: readonly Course[], seconds: number): Promise<SoakSummary> {
  const stalls = courses.map(({ stall }) => stall);
  const found: Findings[] = [];
  for (const stall of stalls) found.push(await judgeVenue(stall));
  const overSold: string[] = [];
  for (const stall of stalls) overSold.push(...(await overSoldAt(stall)));
  const broken = (await checkInvariants(database)).filter(({ offending }) => offending.length > 0);
  const all = (of: (findings: Findings) => readonly string[]) => found.flatMap(of);
  const sum = (of: (course: Course) => number) => courses.reduce((total, course) => total + of(course), 0);
  const faultsByKind = Object.fromEntries(SOAK_FAULTS.map((fault) => [fault, sum(({ faults }) => faults.get(fault) ?? 0)]));
  const orders = sum((course) => course.orders);
  return {
    orders,
    doubled: all(({ doubled }) => doubled).length,
    lost: all(({ lost }) => lost).length,
    overSold: overSold.length,
    unsettled: all(({ unsettled }) => unsettled).length,
    unexplainedBreaks: all(({ unexplainedBreaks }) => unexplainedBreaks).length,
    invariantsBroken: broken.length,
    kills: sum(({ seller }) => seller.kills),
    faults: sum(({ faults }) => [...faults.values()].reduce((total, count) => total + count, 0)),
    faultsByKind,
    ordersByVenue: Object.fromEntries(courses.map(({ stall, orders: placed }) => [stall.venue, placed])),
    officialActs: {
      ordersConcluded: sum(({ acts }) => acts.ordersConcluded),
      freezesLifted: sum(({ acts }) => acts.freezesLifted),
      tradingLoosened: sum(({ acts }) => acts.tradingLoosened),
    },
    seconds: Math.round(seconds * 10) / 10,
    ordersPerSecond: Math.round((orders / seconds) * 100) / 100,
    digest: await finalDigest(database, stalls),
    offending: [
      ...all(({ doubled, lost, unsettled, unexplainedBreaks }) => [...doubled, ...lost, ...unsettled, ...unexplainedBreaks]),
      ...overSold,
      ...broken.flatMap(({ code, offending }) => offending.map((row) => `${code}: ${row}`)),
    ].slice(0, ROWS_SHOWN),
  };
}
