import fc from 'fast-check';
import { expect, it } from 'vitest';
import { VENUE_CODES, type VenueCode } from '../../src/exchange/port.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { Price } from '../../src/kernel/money.ts';
import { sampleCity } from '../../src/simulation/sample/city.ts';

const PRICES = new Map([
  ['BTC', Price.of('BTC', '150000000')],
  ['XRP', Price.of('XRP', '3000')],
]);

function city(seed: string, taxpayers: number, venues: readonly VenueCode[]) {
  return sampleCity({ seed, taxpayers, venues, today: civilDate('2026-01-05'), prices: PRICES });
}

const someVenues = fc.shuffledSubarray([...VENUE_CODES], { minLength: 1 });

it('deals its persons out to the exchanges: as many neighbours as there are exchanges are at one each', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 5, max: 60 }), someVenues, (seed, taxpayers, venues) => {
      const codes = city(seed, taxpayers, venues).map(({ venueCode }) => venueCode);
      for (let start = 0; start + venues.length <= taxpayers; start += venues.length)
        expect(codes.slice(start, start + venues.length).sort()).toEqual([...venues].sort());
      expect(codes.every((code) => venues.includes(code))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it('deals by the seed alone, and changes nothing else of anybody', () => {
  const one = city('7', 40, ['upbit']);
  const all = city('7', 40, VENUE_CODES);
  expect(all).toEqual(city('7', 40, VENUE_CODES));
  expect(all.map(({ venueCode }) => venueCode)).not.toEqual(city('8', 40, VENUE_CODES).map(({ venueCode }) => venueCode));
  expect(all.map((taxpayer) => ({ ...taxpayer, venueCode: 'upbit' }))).toEqual(one);
});
