import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KillPlan } from '../../src/simulation/kill-plan.ts';

const TAXPAYERS = 203;

interface Fallen {
  readonly commits: readonly (readonly [number, 'before' | 'after'])[];
  readonly requests: readonly number[];
  readonly orders: readonly number[];
}

/** Asks the plan at so many occasions of each kind. */
function run(plan: KillPlan, occasions = 20_000): Fallen {
  const counts = Array.from({ length: occasions }, (_, index) => index + 1);
  return {
    commits: counts.flatMap((count) => {
      const verdict = plan.atCommit();
      return verdict === 'pass' ? [] : [[count, verdict] as const];
    }),
    requests: counts.filter(() => plan.atExchangeRequest()),
    orders: counts.filter(() => plan.atOrderAccepted()),
  };
}

it('kills as often as asked, at least five times between an order and its answer', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 200 }), (seed, kills) => {
      const { commits, requests, orders } = run(new KillPlan(seed, kills, TAXPAYERS));
      expect(commits.length + requests.length + orders.length).toBe(kills);
      expect(orders.length).toBeGreaterThanOrEqual(Math.min(5, kills));
    }),
    { numRuns: 50 },
  );
});

it('is drawn from the seed alone', () => {
  expect(run(new KillPlan('1', 25, TAXPAYERS))).toEqual(run(new KillPlan('1', 25, TAXPAYERS)));
  expect(run(new KillPlan('1', 25, TAXPAYERS))).not.toEqual(run(new KillPlan('2', 25, TAXPAYERS)));
});

it('cuts commits before and after they reach the database', () => {
  const verdicts = new Set(run(new KillPlan('1', 60, TAXPAYERS)).commits.map(([, verdict]) => verdict));
  expect(verdicts).toEqual(new Set(['before', 'after']));
});

it('puts off what falls while it is held', async () => {
  const plan = new KillPlan('1', 25, TAXPAYERS);
  const held = await plan.hold(() => Promise.resolve(run(plan)));
  expect(held).toEqual({ commits: [], requests: [], orders: [] });
  const { commits, requests, orders } = run(plan);
  expect(commits.length + requests.length + orders.length).toBe(25);
  expect(orders[0]).toBe(1);
});
