import { describe, expect, it } from 'vitest';
import { VENUE_CODES, type VenueCode } from '../../../src/exchange/port.ts';
import { FaultDeck, faultsAt, SOAK_FAULTS, type SoakFault } from '../../../src/simulation/soak/faults.ts';

function dealt(seed: string, venue: VenueCode, share: number, orders: number): (SoakFault | undefined)[] {
  const deck = new FaultDeck(seed, venue, share);
  return Array.from({ length: orders }, () => deck.next());
}

describe.each(VENUE_CODES)('the faults at %s', (venue) => {
  it('meet the share of orders they are to meet, each kind as often as every other', () => {
    const met = dealt('1', venue, 0.2, 10_000).filter((fault) => fault !== undefined);
    expect(Math.abs(met.length - 2_000)).toBeLessThan(200);
    const counts = faultsAt(venue).map((kind) => met.filter((fault) => fault === kind).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it('are the same for the same seed and others for another', () => {
    expect(dealt('1', venue, 0.5, 200)).toEqual(dealt('1', venue, 0.5, 200));
    expect(dealt('2', venue, 0.5, 200)).not.toEqual(dealt('1', venue, 0.5, 200));
  });

  it('are none, or one for each order', () => {
    expect(dealt('1', venue, 0, 100).every((fault) => fault === undefined)).toBe(true);
    expect(dealt('1', venue, 1, 100).every((fault) => fault !== undefined)).toBe(true);
  });
});

it('leaves out at GOPAX alone the one that no client can prevent', () => {
  for (const venue of VENUE_CODES) {
    const missing = SOAK_FAULTS.filter((fault) => !faultsAt(venue).includes(fault));
    expect(missing).toEqual(venue === 'gopax' ? ['delivered_twice'] : []);
  }
});
