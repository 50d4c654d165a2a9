import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReferenceLimits, referencePrice, type VenueQuotation } from '../../src/valuation/reference-price.ts';

const NOW = '2026-01-05T03:00:20.000Z';
const LIMITS: ReferenceLimits = { bookAgeSecondsMax: 10, tradeAgeSecondsMax: 60, spreadMax: '0.01', venuesMin: 2 };

function quotation(venue: string, bestBid: string, bestAsk: string, change: Partial<VenueQuotation> = {}): VenueQuotation {
  return { venue, bestBid, bestAsk, bookAt: NOW, lastTradePrice: bestBid, lastTradeAt: NOW, ...change };
}

function secondsBefore(seconds: number): string {
  return new Date(Date.parse(NOW) - seconds * 1_000).toISOString();
}

describe('the reference price', () => {
  it('is the median of the middles, exact, whatever the order of the readings', () => {
    const readings = [quotation('c', '101', '101.00000001'), quotation('a', '99', '99.2'), quotation('b', '100', '100.1')];
    const expected = { kind: 'reference', price: '100.05', venues: ['a', 'b', 'c'], leftOut: [] };
    expect(referencePrice(readings, NOW, LIMITS)).toEqual(expected);
    expect(referencePrice(readings.toReversed(), NOW, LIMITS)).toEqual(expected);
    expect(referencePrice(readings.slice(0, 2), NOW, LIMITS)).toMatchObject({ price: '100.0500000025' });
  });

  it('is absent with fewer than two usable venues, and says why each other is not usable', () => {
    const good = quotation('good', '100', '100.5');
    const bad: [string, VenueQuotation][] = [
      ['one_sided', quotation('x', '100', '100.5', { bestBid: null })],
      ['one_sided', quotation('x', '100', '100.5', { bestAsk: null })],
      ['crossed', quotation('x', '100.5', '100.5')],
      ['crossed', quotation('x', '0', '100.5')],
      ['book_old', quotation('x', '100', '100.5', { bookAt: secondsBefore(10.001) })],
      ['book_old', quotation('x', '100', '100.5', { bookAt: secondsBefore(-11) })],
      ['trade_old', quotation('x', '100', '100.5', { lastTradeAt: secondsBefore(60.001) })],
      ['trade_old', quotation('x', '100', '100.5', { lastTradeAt: null, lastTradePrice: null })],
      ['spread_wide', quotation('x', '100', '101.01')],
    ];
    for (const [reason, reading] of bad)
      expect(referencePrice([good, reading], NOW, LIMITS), reason).toEqual({ kind: 'no_reference', leftOut: [{ venue: 'x', reason }] });
    expect(referencePrice([], NOW, LIMITS)).toEqual({ kind: 'no_reference', leftOut: [] });
    expect(referencePrice([good], NOW, { ...LIMITS, venuesMin: 1 })).toMatchObject({ kind: 'reference', price: '100.25' });
    expect(referencePrice([], NOW, { ...LIMITS, venuesMin: 0 })).toMatchObject({ kind: 'no_reference' });
  });

  it('uses what stands exactly at a limit', () => {
    const edge = { bookAt: secondsBefore(10), lastTradeAt: secondsBefore(60) };
    const readings = [quotation('a', '199', '201', edge), quotation('b', '199', '201', edge)];
    expect(referencePrice(readings, NOW, LIMITS)).toMatchObject({ kind: 'reference', price: '200' });
  });

  it('lies between the lowest and the highest middle, and one venue alone cannot carry it away', () => {
    const price = fc.integer({ min: 900, max: 1_100 });
    fc.assert(
      fc.property(fc.array(price, { minLength: 3, maxLength: 5 }), fc.integer({ min: 1, max: 1_000_000 }), (prices, wild) => {
        const readings = [
          ...prices.map((each, index) => quotation(`v${index}`, `${each}`, `${each + 1}`)),
          quotation('wild', `${wild}`, `${wild}.001`),
        ];
        const result = referencePrice(readings, NOW, LIMITS);
        if (result.kind === 'no_reference') throw new Error('All of them are usable.');
        expect(Number(result.price)).toBeGreaterThanOrEqual(Math.min(...prices));
        expect(Number(result.price)).toBeLessThanOrEqual(Math.max(...prices) + 1);
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      }),
    );
  });
});
