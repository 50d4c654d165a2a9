import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PacingGate } from '../../src/exchange/pacing-gate.ts';

/** How a venue may count: seconds of its clock, from the first request on, or the last second at every moment. */
type Counting = 'calendar' | 'from_first' | 'sliding';

/** A venue that counts requests and refuses those beyond its limit. */
class CountingVenue {
  refused = 0;
  served = 0;
  readonly #counting: Counting;
  readonly #limit: number;
  readonly #windowMs: number;
  #windowStart = Number.NEGATIVE_INFINITY;
  #used: number[] = [];

  constructor(counting: Counting, limit: number, windowMs: number) {
    this.#counting = counting;
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** What is left, as an answer's header tells it. */
  arrive(): number {
    const nowMs = performance.now();
    if (this.#counting === 'sliding') this.#used = this.#used.filter((atMs) => nowMs - atMs < this.#windowMs);
    else {
      const start = this.#counting === 'calendar' ? Math.floor(nowMs / this.#windowMs) * this.#windowMs : nowMs;
      const isOver = this.#counting === 'calendar' ? start !== this.#windowStart : nowMs - this.#windowStart >= this.#windowMs;
      if (isOver) {
        this.#windowStart = start;
        this.#used = [];
      }
    }
    this.#used.push(nowMs);
    if (this.#used.length > this.#limit) this.refused += 1;
    else this.served += 1;
    return Math.max(0, this.#limit - this.#used.length);
  }
}

const pauseMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Road {
  /** Milliseconds there and back. */
  readonly there: () => number;
  readonly back: () => number;
}

async function send(gate: PacingGate, venue: CountingVenue, road: Road): Promise<void> {
  const admission = await gate.enter('order');
  if (!admission.admitted) throw new Error('Nobody blocks here.');
  await pauseMs(road.there());
  const remaining = venue.arrive();
  await pauseMs(road.back());
  gate.leave('order', admission.turn, remaining);
}

interface Traffic {
  readonly how: Counting;
  readonly limit: number;
  /** What the venue says in its documents, which need not be so. */
  readonly published: number;
  /** Milliseconds on the road, one after the other. */
  readonly delays: readonly number[];
  /** Milliseconds before each request. */
  readonly gaps: readonly number[];
}

const traffic: fc.Arbitrary<Traffic> = fc.record({
  how: fc.constantFrom<Counting>('calendar', 'from_first', 'sliding'),
  limit: fc.integer({ min: 1, max: 12 }),
  published: fc.integer({ min: 1, max: 12 }),
  delays: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 9 }),
  gaps: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })), { minLength: 10, maxLength: 60 }),
});
const WINDOW_MS = 40;

/** Sends all of it; answers with how many were refused and served once every request is answered. */
async function drive({ how, limit, published, delays, gaps }: Traffic): Promise<{ refused: number; served: number }> {
  const venue = new CountingVenue(how, limit, WINDOW_MS);
  const gate = new PacingGate({ patienceMs: 2_000, ratePerSecond: { order: published }, windowMs: WINDOW_MS });
  let next = 0;
  const delay = () => delays[next++ % delays.length] ?? 0;
  const sent: Promise<void>[] = [];
  for (const gap of gaps) {
    if (gap > 0) await pauseMs(gap);
    sent.push(send(gate, venue, { there: delay, back: delay }));
  }
  await Promise.all(sent);
  return { refused: venue.refused, served: venue.served };
}

describe('a pacing gate before a venue that counts', () => {
  it('is never refused, however the venue counts and however answers overtake each other, and loses nobody', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async (given) => {
        expect(await drive(given)).toEqual({ refused: 0, served: given.gaps.length });
      }),
      { numRuns: 8 },
    );
  });
});

describe('by the clock of the test', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is never refused in a thousand ways of sending either', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    await fc.assert(
      fc.asyncProperty(traffic, async (given) => {
        const driven = drive(given);
        await vi.advanceTimersByTimeAsync(60_000);
        expect(await driven).toEqual({ refused: 0, served: given.gaps.length });
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<Counting>(['calendar', 'from_first', 'sliding'])(
    'uses at least 95 percent of the budget when many orders wait (%s)',
    async (how) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      const venue = new CountingVenue(how, 12, 1_000);
      const gate = new PacingGate({ patienceMs: 2_000, ratePerSecond: { order: 12 } });
      const road: Road = { there: () => 10, back: () => 15 };
      const senders = Array.from({ length: 40 }, async () => {
        for (let order = 0; order < 10; order += 1) await send(gate, venue, road);
      });
      await vi.advanceTimersByTimeAsync(20_000);
      expect(venue.refused).toBe(0);
      expect(venue.served).toBeGreaterThanOrEqual(0.95 * 20 * 12);
      await vi.advanceTimersByTimeAsync(30_000);
      await Promise.all(senders);
    },
  );

  it('uses as much when each order takes its time before the next, as a desk that works through its list does', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const venue = new CountingVenue('from_first', 12, 1_000);
    const gate = new PacingGate({ patienceMs: 2_000, ratePerSecond: { order: 12 } });
    const desk = (async () => {
      for (let order = 0; order < 200; order += 1) {
        await pauseMs(40);
        await send(gate, venue, { there: () => 10, back: () => 10 });
      }
    })();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(venue.refused).toBe(0);
    expect(venue.served).toBeGreaterThanOrEqual(0.95 * 10 * 12);
    await vi.advanceTimersByTimeAsync(20_000);
    await desk;
  });
});
