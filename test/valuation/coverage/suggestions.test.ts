import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { coverageAtRisk } from '../../../src/valuation/coverage/coverage-at-risk.ts';
import { certain, normalReturns, type SampleCase, sampleInputs } from './sample-inputs.ts';

const read = (sample: SampleCase) => coverageAtRisk(sampleInputs(sample));
const codes = (sample: SampleCase) => read(sample).suggestions.map(({ code }) => code);

const more = z.object({ confidence: z.literal('0.95'), missingKrw: z.coerce.number(), worthTodayKrw: z.coerce.number() });
const released = z.object({
  excessKrw: z.coerce.number(),
  coins: z.array(z.object({ asset: z.string(), units: z.string(), worthKrw: z.coerce.number() })),
  probabilityThen: z.coerce.number(),
});

const btc = { asset: 'BTC', units: '1' };

describe('at risk', () => {
  it('an earlier sale is offered with what it gains, and how much more is needed is said', () => {
    const { suggestions, probability } = read({ coins: [btc], owedKrw: '900000', earliestDays: 3 });
    const [earlier, demand] = suggestions;
    expect(earlier).toMatchObject({ code: 'sell_earlier_with_consent', reasons: { daysEarlier: 27 } });
    expect(z.object({ probabilityThen: z.coerce.number() }).parse(earlier?.reasons).probabilityThen).toBeGreaterThan(
      Number(probability) + 0.1,
    );
    expect(demand?.code).toBe('demand_more');
  });

  it('what is said to be needed covers at the confidence wanted, and hardly more', () => {
    const owed = { owedKrw: '900000' };
    const { missingKrw, worthTodayKrw } = more.parse(read({ coins: [btc], ...owed }).suggestions.at(-1)?.reasons);
    const withCoins = read({ coins: [{ ...btc, units: String(1 + worthTodayKrw / 1e6) }], ...owed });
    expect(withCoins.standing).toBe('covered');
    expect(Number(withCoins.probability)).toBeLessThan(0.951);
    expect(Number(read({ coins: [btc], ...owed, cashKrw: String(missingKrw) }).probability)).toBeCloseTo(0.95, 3);
  });

  it('nobody is asked to sell early where he could only wait for a rise, or where it is no earlier', () => {
    expect(codes({ coins: [btc], owedKrw: '1100000', earliestDays: 3 })).toEqual(['demand_more']);
    expect(codes({ coins: [btc], owedKrw: '900000', earliestDays: 30 })).toEqual(['demand_more']);
  });

  it('says only what is missing where there are no coins to compare with', () => {
    const { suggestions } = read({ coins: [{ asset: 'LUNA', state: 'untraded' }], owedKrw: '500000' });
    expect(suggestions).toEqual([{ code: 'demand_more', reasons: { confidence: '0.95', missingKrw: '500000', worthTodayKrw: null } }]);
  });
});

describe('covered', () => {
  it('nothing is to be done within the margin', () => {
    const still = { ...btc, returns: Array.from({ length: 90 }, () => 0), forecasts: certain(0, 1, 30) };
    expect(read({ coins: [still], owedKrw: '800000' }).suggestions).toEqual([
      { code: 'nothing', reasons: { because: 'covered_within_margin' } },
    ]);
    const { excessKrw, coins } = released.parse(read({ coins: [still], owedKrw: '500000' }).suggestions[0]?.reasons);
    expect([excessKrw, coins]).toEqual([350_000, [{ asset: 'BTC', units: '0.35', worthKrw: 350_000 }]]);
  });

  it('excess is given back as far as coverage stays at the confidence wanted', () => {
    const { reasons } = read({ coins: [{ ...btc, units: '10' }], owedKrw: '1000000' }).suggestions[0] ?? {};
    const { coins, probabilityThen, excessKrw } = released.parse(reasons);
    expect(excessKrw).toBe(8_700_000);
    const units = 10 - Number(coins[0]?.units);
    expect(units).toBeGreaterThanOrEqual(1.3);
    expect(probabilityThen).toBeGreaterThanOrEqual(0.95);
    const left = read({ coins: [{ ...btc, units: units.toFixed(8) }], owedKrw: '1000000' });
    expect(left.standing).toBe('covered');
    const less = read({ coins: [{ ...btc, units: (units - 0.02).toFixed(8) }], owedKrw: '1000000' });
    expect(less.suggestions[0]?.code).not.toBe('release_excess');
  });

  it('what is beyond the margin stays where a wild market needs it', () => {
    const wild = { coins: [{ ...btc, units: '2', forecasts: certain(0.08, 1, 30) }], owedKrw: '1000000', costsKrw: '1000' };
    const needed = read({ ...wild, settings: { confidence: '0.9' } });
    expect(Number(needed.probability)).toBeLessThan(0.97);
    const { suggestions } = read({ ...wild, settings: { confidence: needed.probability ?? '' } });
    expect(suggestions).toEqual([{ code: 'nothing', reasons: { because: 'excess_needed_for_confidence', excessKrw: '698700' } }]);
  });

  it('the coin that costs most to sell goes first, then the wilder', () => {
    const coins = [
      { asset: 'BTC', units: '3', returns: normalReturns('a', 0.02), forecasts: certain(0.02, 1, 30) },
      { asset: 'DEAR', units: '0.5', costRate: '0.05', forecasts: certain(0.02, 1, 30) },
      { asset: 'WILD', units: '0.5', forecasts: certain(0.09, 1, 30) },
    ];
    const { reasons } = read({ coins, owedKrw: '1000000' }).suggestions[0] ?? {};
    expect(released.parse(reasons).coins.map(({ asset, units }) => [asset, units])).toEqual([
      ['DEAR', '0.5'],
      ['WILD', '0.5'],
      ['BTC', '1.7'],
    ]);
  });

  it('what is worth less than it costs to move stays', () => {
    const { suggestions } = read({
      coins: [{ ...btc, units: '1.31' }],
      owedKrw: '500000',
      costsKrw: '500000',
      settings: { confidence: '0.5' },
    });
    expect(suggestions[0]).toMatchObject({ code: 'nothing', reasons: { excessKrw: '10000' } });
  });
});
