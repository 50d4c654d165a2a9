import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverageAtRisk } from '../../../src/valuation/coverage/coverage-at-risk.ts';
import { coverageInputsSchema } from '../../../src/valuation/coverage/inputs.ts';
import { certain, normalReturns, SAMPLE_HORIZON, type SampleCase, type SampleCoin, sampleInputs } from './sample-inputs.ts';

const read = (sample: SampleCase) => coverageAtRisk(sampleInputs(sample));
const probability = (sample: SampleCase) => Number(read(sample).probability);

/** The standard normal law (Abramowitz and Stegun 26.2.17, to seven decimals). */
function normalLaw(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}

const still = Array.from({ length: 100 }, () => 0);

describe('without volatility', () => {
  const coin: SampleCoin = { asset: 'BTC', returns: still, forecasts: certain(0, 1, 30) };

  it('is certain either way', () => {
    expect(read({ coins: [coin], owedKrw: '999999' })).toMatchObject({ standing: 'covered', probability: '1', standardError: '0' });
    expect(read({ coins: [coin], owedKrw: '1000000' })).toMatchObject({ standing: 'covered', probability: '1' });
    expect(read({ coins: [coin], owedKrw: '1000001' })).toMatchObject({
      standing: 'short',
      probability: '0',
      shortfallKrw: { p50: '1', p90: '1', p95: '1', p99: '1' },
      expectedShortfallKrw: '1',
    });
  });

  it('counts what selling and bringing home cost, and won that is there already', () => {
    const sample = { coins: [{ ...coin, costRate: '0.01' }], costsKrw: '1000' };
    expect(read({ ...sample, owedKrw: '989000' })).toMatchObject({ probability: '1', netValueKrw: '990000', needKrw: '990000' });
    expect(read({ ...sample, owedKrw: '989001' })).toMatchObject({ probability: '0' });
    expect(read({ ...sample, owedKrw: '1489000', cashKrw: '500000' })).toMatchObject({ probability: '1', cashKrw: '500000' });
    expect(read({ ...sample, owedKrw: '0' })).toMatchObject({ standing: 'covered', needKrw: '0' });
  });

  it('has no risk either where a price moves within the day only', () => {
    expect(read({ coins: [{ ...coin, forecasts: certain(0.05, 1, 30) }], owedKrw: '999999' })).toMatchObject({ probability: '1' });
  });
});

describe('with normal returns', () => {
  it.each([
    [0.8, 0.03, 30],
    [0.9, 0.03, 30],
    [1, 0.03, 30],
    [1.1, 0.03, 45],
    [0.7, 0.06, 20],
  ])('agrees with the closed form where %f of the value is owed at %f a day over %i days', (owed, sigma, days) => {
    const deviation = sigma * Math.sqrt(days);
    const exact = normalLaw((-Math.log(owed) - deviation ** 2 / 2) / deviation);
    const coin = { asset: 'BTC', returns: normalReturns('law', sigma), forecasts: certain(sigma, 1, days) };
    const found = probability({ coins: [coin], owedKrw: String(Math.round(owed * 1e6)), horizonDays: days });
    expect(Math.abs(found - exact)).toBeLessThan(0.025);
  });

  it('says by how much prices may fall, and how wrong the probability may be', () => {
    const found = read({ coins: [{ asset: 'BTC' }], owedKrw: '850000' });
    expect(found.breakEvenFall).toBe('0.15');
    const share = Number(found.probability);
    expect(Number(found.standardError)).toBeCloseTo(Math.sqrt((share * (1 - share)) / 4_000), 6);
    expect(found.standing).toBe('at_risk');
  });
});

describe('properties', () => {
  const owed = fc.integer({ min: 300_000, max: 1_500_000 });
  const sigma = fc.double({ min: 0.005, max: 0.12, noNaN: true });
  const coinOf = (daily: number, units = '1', horizon = SAMPLE_HORIZON): SampleCoin => ({
    asset: 'BTC',
    units,
    returns: normalReturns('property', 0.03),
    forecasts: certain(daily, 1, horizon),
  });

  it('falls when more is owed and when fewer units are held', () => {
    fc.assert(
      fc.property(owed, owed, sigma, (a, b, daily) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const at = (won: number) => probability({ coins: [coinOf(daily)], owedKrw: String(won) });
        expect(at(more)).toBeLessThanOrEqual(at(less));
        const holding = (units: string) => probability({ coins: [coinOf(daily, units)], owedKrw: String(a) });
        expect(holding('0.9')).toBeLessThanOrEqual(holding('1'));
      }),
      { numRuns: 25 },
    );
  });

  it('falls when it grows wilder, and when the sale is farther away', () => {
    fc.assert(
      fc.property(fc.integer({ min: 400_000, max: 950_000 }), fc.double({ min: 0.01, max: 0.06, noNaN: true }), (won, daily) => {
        const wild = (scale: number) => probability({ coins: [coinOf(daily * scale)], owedKrw: String(won) });
        expect(wild(1.5)).toBeLessThanOrEqual(wild(1) + 0.005);
        const in60 = probability({ coins: [coinOf(daily, '1', 60)], owedKrw: String(won), horizonDays: 60 });
        expect(in60).toBeLessThanOrEqual(wild(1) + 0.02);
      }),
      { numRuns: 25 },
    );
  });

  it('orders its quantiles, stores what it can read again, and answers the same to the same', () => {
    fc.assert(
      fc.property(owed, sigma, fc.double({ min: 0, max: 3, noNaN: true }), (won, daily, error) => {
        const forecasts = certain(daily, 1, SAMPLE_HORIZON).map((each) => ({ ...each, error: error.toFixed(6) }));
        const inputs = sampleInputs({ coins: [{ ...coinOf(daily), forecasts }], owedKrw: String(won) });
        const found = coverageAtRisk(inputs);
        const { p50, p90, p95, p99 } = found.shortfallKrw ?? { p50: '1', p90: '0', p95: '0', p99: '0' };
        expect([p50, p90, p95, p99].map(Number)).toEqual([p50, p90, p95, p99].map(Number).toSorted((a, b) => a - b));
        expect(Number(p99)).toBeLessThanOrEqual(won);
        expect(coverageAtRisk(coverageInputsSchema.parse(JSON.parse(JSON.stringify(inputs))))).toEqual(found);
      }),
      { numRuns: 20 },
    );
  });

  it('is another draw with another seed, by no more than its error', () => {
    const at = (seed: string) => probability({ coins: [coinOf(0.03)], owedKrw: '850000', settings: { seed } });
    expect(at('a')).not.toBe(at('b'));
    expect(Math.abs(at('a') - at('b'))).toBeLessThan(0.03);
  });
});

describe('several coins', () => {
  const returns = normalReturns('one', 0.04);
  const forecasts = certain(0.04, 1, SAMPLE_HORIZON);

  it('that move as one are one', () => {
    const halves = ['BTC', 'ETH'].map((asset) => ({ asset, units: '0.5', returns, forecasts }));
    const one = read({ coins: [{ asset: 'BTC', returns, forecasts }], owedKrw: '900000' });
    const two = read({ coins: halves, owedKrw: '900000' });
    expect({ ...two, coins: [] }).toEqual({ ...one, coins: [] });
  });

  it('that move apart are safer than one', () => {
    const apart = ['BTC', 'ETH'].map((asset) => ({ asset, units: '0.5', returns: normalReturns(asset, 0.04), forecasts }));
    expect(probability({ coins: apart, owedKrw: '850000' })).toBeGreaterThan(
      probability({ coins: [{ asset: 'BTC', returns, forecasts }], owedKrw: '850000' }) + 0.03,
    );
  });

  it('fall together as they fell together', () => {
    const crash = (seed: string) => normalReturns(seed, 0.01).map((value, day) => (day % 40 === 0 ? -0.3 : value));
    const together = ['BTC', 'ETH'].map((asset) => ({ asset, units: '0.5', returns: crash(asset), forecasts }));
    const shifted = together.map((coin, index) =>
      index === 0 ? coin : { ...coin, returns: [...coin.returns.slice(20), ...coin.returns.slice(0, 20)] },
    );
    const tail = (coins: readonly SampleCoin[]) => Number(read({ coins, owedKrw: '1000000' }).shortfallKrw?.p99);
    expect(tail(together)).toBeGreaterThan(1.1 * tail(shifted));
  });
});

describe('what is not known', () => {
  const short = normalReturns('short', 0.03, 40);

  it('is taken from the reference market, as volatile as that times the multiple', () => {
    const reference = { asset: 'BTC', units: '0', returns: normalReturns('BTC', 0.03), forecasts: certain(0.03, 1, 30) };
    const young = { asset: 'NEW', returns: short, forecasts: certain(0.02, 1, 30) };
    const found = read({ coins: [young, reference], owedKrw: '800000', reference: 'upbit:BTC' });
    expect(found.coins[0]).toMatchObject({ model: 'proxy', usableDays: 40, dailyVolatility: '0.06' });
    const own = { asset: 'BTC', returns: normalReturns('BTC', 0.03), forecasts: certain(0.06, 1, 30) };
    expect(found.probability).toBe(read({ coins: [own], owedKrw: '800000' }).probability);
    const wild = { ...young, forecasts: certain(0.09, 1, 30) };
    expect(read({ coins: [wild, reference], reference: 'upbit:BTC' }).coins[0]).toMatchObject({ dailyVolatility: '0.09' });
  });

  it('is not guessed without one, unless the rest covers alone', () => {
    const young = { asset: 'NEW', returns: short };
    const found = read({ coins: [young], owedKrw: '500000', reference: 'upbit:BTC' });
    expect(found).toMatchObject({ standing: 'unknown', probability: null, shortfallKrw: null, valueKrw: '1000000' });
    expect(found.suggestions).toEqual([{ code: 'nothing', reasons: { because: 'too_little_known', coins: ['NEW'] } }]);
    expect(read({ coins: [young, { asset: 'BTC', units: '3' }], owedKrw: '500000' })).toMatchObject({ standing: 'covered' });
    expect(read({ coins: [young, { asset: 'BTC' }], owedKrw: '990000' })).toMatchObject({ standing: 'unknown', probability: null });
  });

  it('is worth nothing where nobody trades it or its price is gone, and unknown where only the price is not known', () => {
    const gone = { asset: 'LUNA', state: 'untraded' } as const;
    expect(read({ coins: [gone, { asset: 'BTC' }], owedKrw: '1100000' })).toMatchObject({ standing: 'short', valueKrw: '1000000' });
    expect(read({ coins: [gone] })).toMatchObject({ standing: 'short', probability: '0', breakEvenFall: null });
    expect(read({ coins: [{ asset: 'LUNA', state: 'unpriced' }, { asset: 'BTC' }], owedKrw: '1100000' })).toMatchObject({
      standing: 'unknown',
    });
  });

  it('is not calm because a regression says so: half of what the last weeks showed is believed at least', () => {
    const told = (sigma: number) => Number(read({ coins: [{ asset: 'BTC', forecasts: certain(sigma, 1, 30) }] }).coins[0]?.dailyVolatility);
    expect(told(0.05)).toBe(0.05);
    expect(told(0.001)).toBeGreaterThan(0.017);
    expect(told(0.001)).toBeLessThan(0.026);
  });

  it('is not safer for having been silent on the days when everything fell', () => {
    const crashes = normalReturns('BTC', 0.01).map((value, day) => (day % 30 === 0 ? -0.25 : value));
    const reference = { asset: 'BTC', units: '0', returns: crashes };
    const tail = (returns: readonly (number | undefined)[]) =>
      Number(read({ coins: [{ asset: 'XRP', returns }, reference], reference: 'upbit:BTC' }).shortfallKrw?.p99);
    const silent = normalReturns('XRP', 0.01).map((value, day) => (day % 30 === 0 ? undefined : value));
    const calm = normalReturns('XRP', 0.01);
    expect(tail(silent)).toBeGreaterThan(1.1 * tail(calm));
  });

  it('is filled from the reference where a coin missed a day, and forecast from its days where its hours are too few', () => {
    const holes = normalReturns('BTC', 0.03).map((value, day) => (day % 7 === 0 ? undefined : value));
    const full = { asset: 'BTC', units: '0', returns: normalReturns('BTC', 0.03) };
    const found = read({ coins: [{ asset: 'XRP', returns: holes, forecasts: [] }, full], owedKrw: '900000', reference: 'upbit:BTC' });
    expect(found.coins[0]).toMatchObject({ model: 'own', usableDays: 312 });
    expect(Number(found.coins[0]?.dailyVolatility)).toBeGreaterThan(0.02);
    expect(Number(found.coins[0]?.dailyVolatility)).toBeLessThan(0.04);
  });
});
