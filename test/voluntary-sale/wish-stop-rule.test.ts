import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Price } from '../../src/kernel/money.ts';
import { readStop, type SeenTrade, type StopPolicy, type StopReading } from '../../src/voluntary-sale/wish-stop-rule.ts';

const POLICY: StopPolicy = { lookMs: 5_000, apartMs: 5_000, withinMs: 60_000, staleMs: 60_000 };
const START_MS = Date.UTC(2026, 0, 5);
const STOP_WON = 80_000_000;

const at = (ms: number) => new Date(START_MS + ms);
const won = (figure: number) => Price.of('BTC', String(figure));

/** A trade so many milliseconds before the read. */
function trade(priceWon: number, readMs: number, ageMs = 0): SeenTrade {
  return { price: won(priceWon), tradedAt: at(readMs - ageMs) };
}

function read(reachedMs: number | undefined, seen: SeenTrade | undefined, nowMs: number, policy = POLICY): StopReading {
  return readStop({ price: won(STOP_WON), reachedAt: reachedMs === undefined ? undefined : at(reachedMs) }, seen, at(nowMs), policy);
}

describe('a stop', () => {
  it('is triggered by two reads at or below its price, the second no sooner than five seconds after the first', () => {
    expect(read(undefined, trade(STOP_WON - 1, 0), 0)).toEqual({ outcome: 'reached', nextLookAt: at(5_000) });
    expect(read(0, trade(STOP_WON - 1, 4_999), 4_999)).toEqual({ outcome: 'nothing', nextLookAt: at(5_000) });
    expect(read(0, trade(STOP_WON - 1, 5_000), 5_000)).toEqual({ outcome: 'triggered', nextLookAt: undefined });
  });

  it('counts a trade exactly at its price, and none one won above', () => {
    expect(read(undefined, trade(STOP_WON, 0), 0).outcome).toBe('reached');
    expect(read(0, trade(STOP_WON, 5_000), 5_000).outcome).toBe('triggered');
    expect(read(undefined, trade(STOP_WON + 1, 0), 0)).toEqual({ outcome: 'nothing', nextLookAt: at(5_000) });
  });

  it('begins anew after a read above its price', () => {
    expect(read(0, trade(STOP_WON + 1, 5_000), 5_000)).toEqual({ outcome: 'reset', nextLookAt: at(10_000) });
    expect(read(undefined, trade(STOP_WON, 10_000), 10_000).outcome).toBe('reached');
  });

  it('learns nothing from a trade that is too old or too far ahead, nor from no answer', () => {
    for (const reachedMs of [undefined, 0]) {
      expect(read(reachedMs, trade(1, 20_000, 60_001), 20_000)).toEqual({ outcome: 'nothing', nextLookAt: at(25_000) });
      expect(read(reachedMs, trade(STOP_WON + 1, 20_000, 60_001), 20_000).outcome).toBe('nothing');
      expect(read(reachedMs, trade(1, 20_000, -60_001), 20_000).outcome).toBe('nothing');
      expect(read(reachedMs, undefined, 20_000)).toEqual({ outcome: 'nothing', nextLookAt: at(25_000) });
    }
    expect(read(0, trade(1, 20_000, 60_000), 20_000).outcome).toBe('triggered');
  });

  it('takes the first read for a first one again when the second comes too late, as after a crash', () => {
    expect(read(0, trade(1, 60_000), 60_000).outcome).toBe('triggered');
    expect(read(0, trade(1, 60_001), 60_001)).toEqual({ outcome: 'reached', nextLookAt: at(65_001) });
    expect(read(0, trade(1, 86_400_000), 86_400_000).outcome).toBe('reached');
  });

  it('is not triggered by a read whose clock is behind that of the first', () => {
    expect(read(10_000, trade(1, 3_000), 3_000).outcome).toBe('nothing');
  });

  it('is looked at when the second read counts, however seldom or often it is looked at otherwise', () => {
    expect(read(undefined, trade(1, 0), 0, { ...POLICY, lookMs: 600_000 }).nextLookAt).toEqual(at(5_000));
    expect(read(undefined, trade(1, 0), 0, { ...POLICY, lookMs: 1_000 }).nextLookAt).toEqual(at(1_000));
    expect(read(0, trade(1, 4_000), 4_000, { ...POLICY, lookMs: 600_000 }).nextLookAt).toEqual(at(5_000));
  });
});

interface Read {
  readonly nowMs: number;
  readonly seen: SeenTrade | undefined;
}

/** Reads at rising instants, some late, some without an answer, prices around the stop's, trades of any age. */
const anyReads = fc
  .array(
    fc.record({
      gapMs: fc.oneof(fc.integer({ min: 1, max: 7_000 }), fc.integer({ min: 50_000, max: 90_000 })),
      won: fc.option(fc.integer({ min: STOP_WON - 2, max: STOP_WON + 1 }), { nil: undefined }),
      ageMs: fc.oneof(fc.constant(0), fc.integer({ min: -70_000, max: 70_000 })),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((steps) => {
    let nowMs = 0;
    return steps.map((step): Read => {
      nowMs += step.gapMs;
      return { nowMs, seen: step.won === undefined ? undefined : trade(step.won, nowMs, step.ageMs) };
    });
  });

const isProof = ({ nowMs, seen }: Read): boolean =>
  seen !== undefined && Math.abs(at(nowMs).getTime() - seen.tradedAt.getTime()) <= POLICY.staleMs;
const isBelow = (each: Read): boolean => isProof(each) && each.seen?.price.isMoreThan(won(STOP_WON)) === false;
const isAbove = (each: Read): boolean => isProof(each) && each.seen?.price.isMoreThan(won(STOP_WON)) === true;

/** The index of the read that triggers, and of the first of the two, by the rule applied one read after the other. */
function runOf(reads: readonly Read[]): { readonly first: number; readonly second: number } | undefined {
  let first: number | undefined;
  for (const [index, { nowMs, seen }] of reads.entries()) {
    const { outcome, nextLookAt } = read(first === undefined ? undefined : reads[first]?.nowMs, seen, nowMs);
    if (outcome === 'triggered') return { first: first ?? -1, second: index };
    if (nextLookAt === undefined || nextLookAt <= at(nowMs)) throw new Error('A look must be followed by a later one.');
    if (outcome === 'reached') first = index;
    if (outcome === 'reset') first = undefined;
  }
  return undefined;
}

describe('whatever is read in whatever order', () => {
  it('a trigger stands on two proven reads at or below, far enough and not too far apart, and none above in between', () => {
    fc.assert(
      fc.property(anyReads, (reads) => {
        const run = runOf(reads);
        if (run === undefined) return;
        const [first, second] = [reads[run.first], reads[run.second]];
        if (first === undefined || second === undefined) throw new Error('It was triggered without a first read.');
        expect([isBelow(first), isBelow(second)]).toEqual([true, true]);
        const apartMs = second.nowMs - first.nowMs;
        expect(apartMs >= POLICY.apartMs && apartMs <= POLICY.withinMs).toBe(true);
        expect(reads.slice(run.first, run.second).some(isAbove)).toBe(false);
      }),
    );
  });

  it('a price that stays at or below is never missed', () => {
    fc.assert(
      fc.property(anyReads, fc.integer({ min: 1, max: 20_000 }), (reads, lookMs) => {
        const begun = reads.at(-1)?.nowMs ?? 0;
        const steady = Array.from({ length: 2 + Math.ceil(POLICY.apartMs / lookMs) }, (_, index) => {
          const nowMs = begun + (index + 1) * lookMs;
          return { nowMs, seen: trade(STOP_WON, nowMs) };
        });
        expect(runOf([...reads, ...steady])).toBeDefined();
      }),
    );
  });
});
