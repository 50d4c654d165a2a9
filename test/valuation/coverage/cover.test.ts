import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilDate } from '../../../src/kernel/civil-date.ts';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { usefulFrom } from '../../../src/liquidation/cover.ts';
import { missing, neededMultiple, obligations } from '../../../src/valuation/coverage/cover.ts';
import { coverageAtRisk } from '../../../src/valuation/coverage/coverage-at-risk.ts';
import { sampleInputs } from './sample-inputs.ts';

const free = (caseId: number) => ({ caseId, cashKrw: 0, costsKrw: 0 });
const bring =
  (...won: number[]) =>
  (place: number) =>
    won[place] ?? 0;

describe('what cases must pay between them', () => {
  it('is one sum for one case, with its costs and less what it has', () => {
    const all = obligations([{ caseId: 7, cashKrw: 300, costsKrw: 10 }], [{ owedKrw: 1_000, caseIds: [7] }]);
    expect(all).toEqual([{ cases: [0], needKrw: 710 }]);
    expect([missing(all, bring(700)), missing(all, bring(710)), neededMultiple(all, bring(355))]).toEqual([10, 0, 2]);
  });

  it('is one sum for cases that cover the same bills', () => {
    const all = obligations([free(1), free(2)], [{ owedKrw: 1_000, caseIds: [1, 2] }]);
    expect(all).toEqual([{ cases: [0, 1], needKrw: 1_000 }]);
    expect(missing(all, bring(600, 300))).toBe(100);
  });

  it('does not let a case pay a bill that it does not cover', () => {
    const claims = [
      { owedKrw: 500, caseIds: [1] },
      { owedKrw: 500, caseIds: [1, 2] },
    ];
    const all = obligations([free(1), free(2)], claims);
    expect([missing(all, bring(500, 500)), missing(all, bring(100, 900)), missing(all, bring(900, 100))]).toEqual([0, 400, 0]);
  });

  it('is nothing where nothing is owed, and past all hope where there are no coins', () => {
    expect(obligations([free(1)], [{ owedKrw: 0, caseIds: [1] }])).toEqual([]);
    expect(neededMultiple(obligations([free(1)], [{ owedKrw: 1, caseIds: [1] }]), bring(0))).toBe(Number.POSITIVE_INFINITY);
  });

  it('is what the flow of money from cases to bills says', () => {
    const bills = fc.array(fc.record({ owed: fc.integer({ min: 0, max: 900 }), payers: fc.subarray([1, 2, 3], { minLength: 1 }) }), {
      maxLength: 5,
    });
    const won = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(bills, won, (claims, brought) => {
        const all = obligations(
          [1, 2, 3].map(free),
          claims.map(({ owed, payers }) => ({ owedKrw: owed, caseIds: payers })),
        );
        const owedOf = new Map(claims.map(({ owed }, bill) => [bill, new Decimal(owed)]));
        const covering = [1, 2, 3].map((caseId, place) => ({
          billIds: claims.flatMap(({ payers }, bill) => (payers.includes(caseId) ? [bill] : [])),
          brought: new Decimal(brought[place] ?? 0),
        }));
        const everyBill = claims.map((_, bill) => bill);
        expect(missing(all, bring(...brought))).toBe(usefulFrom(everyBill, covering, owedOf).toNumber());
      }),
    );
  });
});

it('reads the cases of a taxpayer that share bills together', () => {
  const planned = { saleOn: civilDate('2026-02-04'), horizonDays: 30, earliestDays: 1, cashKrw: '0', costsKrw: '0' };
  const cases = [
    { caseId: 1, ...planned },
    { caseId: 2, ...planned },
  ];
  const coins = [
    { asset: 'BTC', units: '0.6' },
    { asset: 'ETH', units: '0.6', caseId: 2 },
  ];
  const shared = coverageAtRisk(sampleInputs({ coins, cases, claims: [{ owedKrw: '700000', caseIds: [1, 2] }] }));
  expect(shared).toMatchObject({ standing: 'covered', valueKrw: '1200000' });
  const apart = coverageAtRisk(sampleInputs({ coins, cases, claims: [{ owedKrw: '700000', caseIds: [1] }] }));
  expect(apart).toMatchObject({ standing: 'short' });
});
