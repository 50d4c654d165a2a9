import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { type CoinOffer, type CoinTask, chooseCoins, normalQuantile } from '../../../src/liquidation/choose-coins.ts';

function offer(change: Partial<CoinOffer> = {}): CoinOffer {
  return {
    holdingId: 1,
    asset: 'BTC',
    units: '1',
    midPrice: '100000000',
    takerFeeRate: '0.0005',
    halfSpread: 0.0005,
    depthUnits: 3,
    deviationPerDay: 0.03,
    dailyVolume: 1_000,
    wishedPlace: null,
    ...change,
  };
}

const task: CoinTask = { venue: 'upbit', needKrw: '10000000', riskWeight: 0.1, confidence: 0.9, horizonDays: 1, leastFall: 0.01 };

const assetsOf = (offers: readonly CoinOffer[], change: Partial<CoinTask> = {}) =>
  chooseCoins(offers, { ...task, ...change }).map(({ holdingId }) => offers.find((each) => each.holdingId === holdingId)?.asset);

/** Each half a need. */
const halves = ['BTC', 'ETH', 'XRP', 'SOL'].map((asset, index) => offer({ holdingId: index + 1, asset, units: '0.06' }));

describe('which coin goes first', () => {
  it('is for the taxpayer to say, even where another would cost less', () => {
    const wished = halves.map((each) => {
      const place = ['SOL', 'XRP'].indexOf(each.asset);
      return {
        ...each,
        wishedPlace: place === -1 ? null : place,
        ...(place === 0 ? { halfSpread: 0.05, depthUnits: 0, dailyVolume: 0 } : {}),
      };
    });
    expect(assetsOf(wished, { needKrw: '18000000' })).toEqual(['SOL', 'XRP', 'BTC', 'ETH']);
  });

  it('is the liquid one before the thin one', () => {
    expect(assetsOf([offer({ asset: 'THIN', halfSpread: 0.008, dailyVolume: 2 }), offer({ holdingId: 2, asset: 'DEEP' })])).toEqual([
      'DEEP',
    ]);
    expect(assetsOf([offer({ asset: 'DEAD', dailyVolume: 0 }), offer({ holdingId: 2, asset: 'DEEP' })])).toEqual(['DEEP']);
  });

  it('is the wilder of two as liquid', () => {
    expect(assetsOf([offer({ asset: 'CALM' }), offer({ holdingId: 2, asset: 'WILD', deviationPerDay: 0.05 })])).toEqual(['WILD']);
  });

  it('is the lower holding where nothing tells two apart, in whatever order they come', () => {
    const twins = [offer({ holdingId: 9, asset: 'B' }), offer({ holdingId: 4, asset: 'A' })];
    expect(assetsOf(twins)).toEqual(['A']);
    expect(assetsOf(twins.toReversed())).toEqual(['A']);
  });

  it('shows in the ranks, which the coins that are not needed do not share', () => {
    const chosen = chooseCoins([...halves, offer({ holdingId: 9, asset: 'NONE', units: '0', wishedPlace: 0 })], task);
    expect(chosen.map(({ rank }) => rank)).toEqual([1, 2]);
  });
});

describe('how many units', () => {
  it('are what covers the need if the price falls as it may at the confidence', () => {
    // 10,000,000 / (100,000,000 × 0.9995 × e^(−1.28155 × 0.03)), the exponential to six digits.
    const [coin] = chooseCoins([offer()], task);
    expect(new Decimal(coin?.units ?? 0).minus(new Decimal('0.1').div('0.9995').div('0.962283')).abs().lt('0.0000000001')).toBe(true);
  });

  it('bear at least the band', () => {
    for (const deviationPerDay of [null, 0, 0.001]) {
      const [coin] = chooseCoins([offer({ deviationPerDay })], task);
      expect(new Decimal(coin?.units ?? 0).times('99950000').times('0.99').minus('10000000').abs().lt(1)).toBe(true);
    }
  });

  it('are all that there are, of each coin in turn, where the need is more', () => {
    expect(chooseCoins(halves, { ...task, needKrw: '999999999' }).map(({ units }) => units)).toEqual(['0.06', '0.06', '0.06', '0.06']);
  });

  it('are none for nothing', () => {
    expect(chooseCoins(halves, { ...task, needKrw: '0' })).toEqual([]);
    expect(chooseCoins(halves, { ...task, needKrw: '-1' })).toEqual([]);
    expect(chooseCoins([], task)).toEqual([]);
  });
});

describe('coins of which little is known, or nothing is left', () => {
  it('are passed over at a price of zero', () => {
    expect(assetsOf([offer({ asset: 'NONE', midPrice: '0' }), offer({ holdingId: 2, asset: 'BTC' })])).toEqual(['BTC']);
    expect(chooseCoins([offer({ midPrice: '0', units: '0', depthUnits: 0, dailyVolume: 0 })], task)).toEqual([]);
  });

  it('are sold last where neither volume nor depth is known', () => {
    const dark = offer({ asset: 'DARK', deviationPerDay: null, dailyVolume: null, depthUnits: 0 });
    expect(assetsOf([dark, offer({ holdingId: 2, asset: 'BTC', units: '0.05' })])).toEqual(['BTC', 'DARK']);
  });

  it('are sold all the same at almost no price', () => {
    const luna = offer({ asset: 'LUNA', midPrice: '0.00004', units: '1000000000000000', deviationPerDay: 3, dailyVolume: 1e15 });
    const [coin] = chooseCoins([luna], task);
    // No more than nine tenths of the price is ever reckoned to fall.
    expect(new Decimal(coin?.units ?? 0).times('0.00004').times('0.9995').times('0.1').minus('10000000').abs().lt(1)).toBe(true);
  });
});

describe('the normal law', () => {
  it.each([
    [0.5, 0],
    [0.9, 1.2815515655],
    [0.95, 1.644853627],
    [0.975, 1.9599639845],
    [0.99, 2.326347874],
    [0.999, 3.0902323062],
    [0.999999, 4.7534243088],
  ])('has its quantile of %f at %f', (probability, quantile) => {
    expect(Math.abs(normalQuantile(probability) - quantile)).toBeLessThan(6e-9);
  });

  it('rises without a step where the two formulas meet', () => {
    const around = [0.97574, 0.9757499, 0.97575, 0.9757501, 0.97576].map(normalQuantile);
    expect(around).toEqual(around.toSorted((a, b) => a - b));
  });
});

/** By bisection of the error integral: what the code gets from a rational approximation. */
function quantileByBisection(probability: number): number {
  let [low, high] = [0, 8];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (distribution(middle) < probability) low = middle;
    else high = middle;
  }
  return low;
}

/** Simpson's rule over the density. */
function distribution(z: number): number {
  const steps = 400;
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(z);
  for (let index = 1; index < steps; index++) sum += density((index * z) / steps) * (index % 2 === 1 ? 4 : 2);
  return 0.5 + (sum * z) / (3 * steps);
}

const arbitraryOffer = fc.record({
  units: fc.oneof(
    fc.constant('0'),
    fc.integer({ min: 1, max: 10 ** 9 }).map((count) => new Decimal(count).shiftedBy(-8).toFixed()),
  ),
  midPrice: fc.constantFrom('0', '0.00004', '0.021', '215', '3500000', '140000000'),
  takerFeeRate: fc.constantFrom('0', '0.0005', '0.002'),
  halfSpread: fc.integer({ min: 0, max: 500 }).map((n) => n / 10_000),
  depthUnits: fc.oneof(fc.constant(0), fc.nat(1_000_000)),
  deviationPerDay: fc.oneof(
    fc.constant(null),
    fc.integer({ min: 0, max: 300 }).map((n) => n / 1_000),
    fc.constantFrom(1, 5),
  ),
  dailyVolume: fc.oneof(fc.constant(null), fc.constant(0), fc.nat(1_000_000_000)),
  wishedPlace: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 5 })),
});

it('whatever coins there are, those chosen cover the need at the confidence or are all, and none is beyond what is needed', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryOffer, { maxLength: 6 }),
      fc.integer({ min: 1, max: 10 ** 9 }),
      fc.constantFrom(0.5, 0.9, 0.99),
      fc.constantFrom(0.25, 1, 20),
      (given, need, confidence, horizonDays) => {
        const offers = given.map((each, index) => offer({ ...each, holdingId: index + 1, asset: `C${index}` }));
        const chosen = chooseCoins(offers, { ...task, needKrw: `${need}`, confidence, horizonDays });
        expect(chooseCoins(offers.toReversed(), { ...task, needKrw: `${need}`, confidence, horizonDays })).toEqual(chosen);
        const brings = chosen.map(({ holdingId, units }) => {
          const of = offers.find((each) => each.holdingId === holdingId) ?? offer();
          expect(new Decimal(units).gt(0) && new Decimal(units).lte(of.units)).toBe(true);
          const fallen = 1 - Math.exp(-quantileByBisection(confidence) * (of.deviationPerDay ?? 0) * Math.sqrt(horizonDays));
          const kept = 1 - Math.min(0.9, Math.max(0.01, fallen));
          return Number(units) * Number(of.midPrice) * (1 - Number(of.takerFeeRate)) * kept;
        });
        const sum = brings.reduce((all, each) => all + each, 0);
        const isAll = chosen.length === offers.filter(({ units, midPrice }) => Number(units) * Number(midPrice) > 0).length;
        const near = need * 1e-4 + 1e-6;
        expect(sum >= need - near || (isAll && chosen.every(({ holdingId, units }) => offers[holdingId - 1]?.units === units))).toBe(true);
        expect(sum <= need + near).toBe(true);
        // Without the last of them the need would not be covered.
        if (chosen.length > 1) expect(sum - (brings.at(-1) ?? 0)).toBeLessThan(need);
        const places = chosen.map(({ holdingId }) => offers[holdingId - 1]?.wishedPlace ?? 99);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      },
    ),
    { numRuns: 200 },
  );
});
