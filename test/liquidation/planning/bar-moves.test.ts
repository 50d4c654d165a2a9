import { expect, it } from 'vitest';
import { barMoves, volatilityChain } from '../../../src/liquidation/planning/bar-moves.ts';

const expected = (values: ArrayLike<number>, probability: Float64Array, power: number) =>
  Array.from(values).reduce((sum, value, index) => sum + (probability[index] ?? 0) * value ** power, 0);

it('a bar moves without drift, by one deviation, and far more often by five than a normal law has it', () => {
  const { whole, typical, probability } = barMoves();
  expect(expected(whole, probability, 0)).toBeCloseTo(1, 12);
  expect(expected(whole, probability, 1)).toBeCloseTo(0, 12);
  expect(expected(whole, probability, 2)).toBeCloseTo(1, 12);
  expect(expected(typical, probability, 1)).toBeCloseTo(0, 12);
  expect(expected(typical, probability, 2)).toBeCloseTo(0.25 + (2 - Math.PI ** 2 / 6) / 16, 12);
  expect(Math.max(...whole)).toBeGreaterThan(4);
});

it('the chain of volatility keeps deviation and persistence', () => {
  for (const [states, deviation, persistence] of [
    [3, 0.5, 0.92],
    [5, 0.3, 0.5],
    [2, 0.7, 0.99],
  ] as const) {
    const { logs, following } = volatilityChain({ states, deviation, persistence });
    for (const row of following) expect(row.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
    const usual = settled(following);
    const variance = usual.reduce((sum, share, state) => sum + share * (logs[state] ?? 0) ** 2, 0);
    const together = usual.reduce(
      (sum, share, state) =>
        sum + share * (logs[state] ?? 0) * (following[state] ?? []).reduce((next, each, index) => next + each * (logs[index] ?? 0), 0),
      0,
    );
    expect(Math.sqrt(variance)).toBeCloseTo(deviation, 9);
    expect(together / variance).toBeCloseTo(persistence, 9);
  }
});

/** How often each state comes in the long run. */
function settled(following: readonly (readonly number[])[]): number[] {
  let shares = following.map(() => 1 / following.length);
  for (let round = 0; round < 5_000; round++)
    shares = shares.map((_, state) => shares.reduce((sum, share, from) => sum + share * (following[from]?.[state] ?? 0), 0));
  return shares;
}
