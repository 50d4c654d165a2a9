import { describe, expect, it } from 'vitest';
import { almgrenChrissHeld, almgrenChrissTrajectory } from '../../../src/liquidation/planning/almgren-chriss.ts';
import { averageImpact, equityImpact, peakImpact } from '../../../src/liquidation/planning/impact.ts';
import { executionVectors } from '../../support/execution-vectors.ts';

const BPS = 1e4;

/** Equal to a billionth. */
function expectClose(found: number, expected: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1));
}

const RISK_AVERSION: Record<string, number> = {
  'lambda=1e-6 (Table 1)': 1e-6,
  'lambda=2e-6 (Fig 2 curve A)': 2e-6,
  'lambda=0 (Fig 2 curve B, min cost)': 0,
  'lambda=-2e-7 (Fig 2 curve C, risk seeking)': -2e-7,
};

describe.skipIf(executionVectors === undefined)('the vectors (skipped where ../shared/vectors is absent)', () => {
  it.each(Object.entries(executionVectors?.almgren_chriss_2000.cases ?? {}))('are met by the trajectory for %s', (name, expected) => {
    const { X, T, N, ...market } = executionVectors?.almgren_chriss_2000.params ?? {
      X: 0,
      T: 0,
      N: 0,
      sigma: 0,
      eta: 0,
      gamma: 0,
      epsilon: 0,
    };
    const found = almgrenChrissTrajectory(
      { units: X, periods: N, periodLength: T / N, riskAversion: RISK_AVERSION[name] ?? Number.NaN },
      market,
    );
    expectClose(found.expectedCost, expected.E);
    expectClose(found.variance, expected.V);
    expect(found.held).toHaveLength(expected.x.length);
    for (const [index, held] of expected.x.entries()) expectClose(found.held[index] ?? Number.NaN, held);
    for (const [index, sold] of expected.n.entries()) expectClose(found.sold[index] ?? Number.NaN, sold);
    if (expected.kappa !== null) expectClose(found.kappa, expected.kappa);
  });

  it('are met in continuous time', () => {
    const { kappa, fractions } = executionVectors?.almgren_chriss_continuous ?? { kappa: 0, fractions: {} };
    for (const [time, held] of Object.entries(fractions)) expectClose(almgrenChrissHeld(kappa, 5, Number(time)), held);
  });

  it('are met by the law for shares, to the digit printed in its paper', () => {
    const ibm = executionVectors?.almgren_thum_hauptmann_li_2005.table.IBM;
    for (const [index, row] of (ibm?.computed.rows ?? []).entries()) {
      const order = { units: ibm?.X ?? 0, dayVolume: ibm?.V ?? 0, unitsOutstanding: ibm?.Theta ?? 0, sigma: ibm?.sigma ?? 0, days: row.T };
      const { permanent, temporary, cost } = equityImpact(order);
      expectClose(temporary * BPS, row.K_bp);
      expectClose(cost * BPS, row.J_bp);
      expect([Math.round(permanent * BPS), Math.round(temporary * BPS), Math.round(cost * BPS)]).toEqual([
        ibm?.I_bp,
        ibm?.K_bp[index],
        ibm?.J_bp[index],
      ]);
    }
  });

  it('are met by the square-root law', () => {
    const cases = executionVectors?.square_root_law.cases ?? [];
    expect(cases.length).toBeGreaterThan(0);
    for (const { Y: scale, sigma, Q_over_V: participation, peak_bps, avg_bps } of cases) {
      expectClose(peakImpact({ sigma, participation, scale }) * BPS, peak_bps);
      expectClose(averageImpact({ sigma, participation, scale }) * BPS, avg_bps);
    }
  });
});

describe('the trajectory', () => {
  const market = { sigma: 1, eta: 1e-6, gamma: 0, epsilon: 0 };

  it('sells all, faster the more risk is minded', () => {
    const held = [0, 1e-7, 1e-6, 1e-5].map(
      (riskAversion) => almgrenChrissTrajectory({ units: 1_000, periods: 10, periodLength: 0.1, riskAversion }, market).held,
    );
    for (const each of held) expect([each[0], each.at(-1)]).toEqual([1_000, 0]);
    expect(held.map((each) => each[5] ?? 0)).toEqual(held.map((each) => each[5] ?? 0).toSorted((a, b) => b - a));
    expect(held[0]?.[5]).toBeCloseTo(500, 9);
  });

  it('is refused where permanent impact outweighs the temporary one over a period', () => {
    expect(() => almgrenChrissTrajectory({ units: 1, periods: 2, periodLength: 1, riskAversion: 0 }, { ...market, gamma: 3e-6 })).toThrow(
      RangeError,
    );
  });
});
