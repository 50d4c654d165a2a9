import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decimal } from '../../src/kernel/decimal.ts';
import { CoinAmount, Price, Rate, VenueWon, Won } from '../../src/kernel/money.ts';

const wonInteger = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
/** Plain decimals with up to 18 places, as the ledger's columns hold them. */
const units = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.integer({ min: 0, max: 18 }))
  .map(([digits, places]) => plain(digits, places));

/** The digits with a point before the last `places` of them, without trailing zeros: written without any of our own code. */
function plain(digits: bigint, places: number): string {
  const padded = digits.toString().padStart(places + 1, '0');
  const whole = padded.slice(0, padded.length - places);
  const fraction = places === 0 ? '' : padded.slice(-places).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

const refused = (code: string) => expect.objectContaining({ code });

describe('parsing', () => {
  it('reads and writes the same digits, never an exponent', () => {
    fc.assert(
      fc.property(units, (text) => {
        expect(CoinAmount.of('BTC', text).toString()).toBe(text);
        expect(VenueWon.of('upbit', text).toJSON()).toBe(text);
        expect(Price.of('BTC', text).toString()).toBe(text);
      }),
    );
    expect(CoinAmount.of('BTC', '0.000000000000000001').toString()).toBe('0.000000000000000001');
    expect(Won.of('123456789012345678901234567890').toString()).toBe('123456789012345678901234567890');
  });

  it('takes whole won from text and bigint alike', () => {
    fc.assert(
      fc.property(wonInteger, (amount) => {
        expect(Won.of(amount.toString()).toBigInt()).toBe(amount);
        expect(Won.of(amount).equals(Won.of(amount.toString()))).toBe(true);
      }),
    );
  });

  it.each(['', ' 1', '1 ', '01', '1.', '.5', '1,000', '1e3', '+1', '0x10', 'NaN', 'Infinity', '−5', '１'])('refuses %j', (text) => {
    expect(() => Won.of(text)).toThrow(refused('INPUT_INVALID'));
    expect(() => CoinAmount.of('BTC', text)).toThrow(refused('INPUT_INVALID'));
    expect(() => Rate.of(text)).toThrow(refused('INPUT_INVALID'));
  });

  it('refuses a fraction of a won, a coin beyond 18 decimals and a negative price', () => {
    expect(() => Won.of('0.5')).toThrow(refused('INPUT_INVALID'));
    expect(() => CoinAmount.of('ETH', '0.0000000000000000001')).toThrow(refused('INPUT_INVALID'));
    expect(() => Price.of('BTC', '-1')).toThrow(refused('AMOUNT_NEGATIVE'));
  });

  it('has no way in for a JavaScript number', () => {
    // @ts-expect-error a number has lost digits before anyone looks
    const fromNumber = () => Won.of(1200);
    // @ts-expect-error won and coins are different things
    const mixed = () => Won.of('1').plus(CoinAmount.of('BTC', '1'));
    // @ts-expect-error won at a venue is not won yet
    const early = () => Won.of('1').plus(VenueWon.of('upbit', '1'));
    expect([fromNumber, mixed, early]).toHaveLength(3);
  });

  it('writes zero as 0 from whichever side it is reached', () => {
    const tiny = VenueWon.of('upbit', '-0.3');
    expect(Won.zero.negated().toString()).toBe('0');
    expect(tiny.toWon('down').toString()).toBe('0');
    expect(Won.of('-0').isNegative()).toBe(false);
    expect(JSON.stringify(Won.zero.negated())).toBe('"0"');
  });
});

describe('arithmetic', () => {
  it('adds, subtracts, negates and compares as whole numbers do', () => {
    fc.assert(
      fc.property(wonInteger, wonInteger, (a, b) => {
        const [left, right] = [Won.of(a), Won.of(b)];
        expect(left.plus(right).toBigInt()).toBe(a + b);
        expect(left.minus(right).toBigInt()).toBe(a - b);
        expect(left.negated().toBigInt()).toBe(-a);
        expect(Math.sign(left.compare(right))).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(left.smaller(right).toBigInt()).toBe(a < b ? a : b);
        expect(left.larger(right).toBigInt()).toBe(a > b ? a : b);
        expect([left.isLessThan(right), left.isMoreThan(right), left.isZero(), left.isNegative(), left.isPositive()]).toEqual([
          a < b,
          a > b,
          a === 0n,
          a < 0n,
          a > 0n,
        ]);
        expect(Won.sum([left, right, left]).toBigInt()).toBe(2n * a + b);
      }),
    );
  });

  it('refuses to mix assets and venues that types cannot tell apart', () => {
    expect(() => CoinAmount.of('BTC', '1').plus(CoinAmount.of('ETH', '1'))).toThrow(refused('ASSET_DIFFERS'));
    expect(() => VenueWon.of('upbit', '1').compare(VenueWon.of('bithumb', '1'))).toThrow(refused('ASSET_DIFFERS'));
    expect(() => Price.of('BTC', '1').minus(Price.of('ETH', '1'))).toThrow(refused('ASSET_DIFFERS'));
    expect(() => CoinAmount.of('BTC', '1').worthAt(Price.of('ETH', '1'))).toThrow(refused('ASSET_DIFFERS'));
    expect(() => CoinAmount.of('BTC', '1').costAt(Price.of('ETH', '1'), 'upbit')).toThrow(refused('ASSET_DIFFERS'));
  });

  it('does not let a price fall below zero', () => {
    expect(() => Price.of('BTC', '1').minus(Price.of('BTC', '2'))).toThrow(refused('AMOUNT_NEGATIVE'));
  });
});

describe('rounding', () => {
  /** Rounded towards zero or away from it, with whole numbers only. */
  function roundedQuotient(numerator: bigint, denominator: bigint, rounding: 'down' | 'up'): bigint {
    const towardsZero = numerator / denominator;
    if (rounding === 'down' || numerator % denominator === 0n) return towardsZero;
    return towardsZero + (numerator < 0n ? -1n : 1n);
  }

  it('of a share of won goes the stated way and nowhere else', () => {
    const rounding = fc.constantFrom('down' as const, 'up' as const);
    fc.assert(
      fc.property(wonInteger, fc.bigInt({ min: 0n, max: 10n ** 6n }), rounding, (amount, millionths, way) => {
        const share = Won.of(amount).times(Rate.of(plain(millionths, 6)), way);
        expect(share.toBigInt()).toBe(roundedQuotient(amount * millionths, 10n ** 6n, way));
      }),
    );
  });

  it('of won at a venue to whole won loses less than one won', () => {
    fc.assert(
      fc.property(units, (text) => {
        const venueWon = VenueWon.of('upbit', text);
        const [below, above] = [venueWon.toWon('down'), venueWon.toWon('up')];
        const [whole = '0'] = text.split('.');
        expect(below.toString()).toBe(whole);
        expect(above.toBigInt() - below.toBigInt()).toBe(text.includes('.') ? 1n : 0n);
      }),
    );
  });

  it('to ten won drops what is below ten', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (amount) => {
        expect(Won.of(amount).floorTo(10n).toBigInt()).toBe(amount - (amount % 10n));
      }),
    );
  });

  it('of coins and prices keeps to the steps of a venue and never passes the value', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 0, max: 18 }), (text, places) => {
        const amount = CoinAmount.of('BTC', text);
        const [below, above] = [amount.roundTo(places, 'down'), amount.roundTo(places, 'up')];
        expect(below.isMoreThan(amount) || above.isLessThan(amount)).toBe(false);
        expect(above.minus(below).isZero() || above.minus(below).toString() === plain(1n, places)).toBe(true);
        expect((below.toString().split('.')[1] ?? '').length).toBeLessThanOrEqual(places);
      }),
    );
    const tick = Price.of('BTC', '1000');
    expect(Price.of('BTC', '143210500').roundToTick(tick, 'down').toString()).toBe('143210000');
    expect(Price.of('BTC', '143210500').roundToTick(tick, 'up').toString()).toBe('143211000');
    expect(Price.of('BTC', '143210000').roundToTick(tick, 'up').toString()).toBe('143210000');
    expect(() => Price.of('BTC', '1').roundToTick(Price.of('BTC', '0'), 'up')).toThrow(refused('INPUT_INVALID'));
  });
});

describe('coins and won', () => {
  const price = fc
    .tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.integer({ min: 0, max: 4 }))
    .map(([digits, places]) => plain(digits, places));

  it('cost exactly their price, and are worth no more than that in whole won', () => {
    fc.assert(
      fc.property(units, price, (amountText, priceText) => {
        const amount = CoinAmount.of('BTC', amountText);
        const cost = amount.costAt(Price.of('BTC', priceText), 'upbit');
        const places = (text: string) => (text.split('.')[1] ?? '').length;
        const digits = (text: string) => BigInt(text.replace('.', ''));
        expect(cost.toString()).toBe(plain(digits(amountText) * digits(priceText), places(amountText) + places(priceText)));
        expect(amount.worthAt(Price.of('BTC', priceText)).toString()).toBe(cost.toWon('down').toString());
      }),
    );
  });

  it('for so many won there are as many units as the won buys, rounded the stated way', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), price, (won, priceText) => {
        const unitPrice = Price.of('BTC', priceText);
        const [few, many] = [unitPrice.unitsFor(Won.of(won), 8, 'down'), unitPrice.unitsFor(Won.of(won), 8, 'up')];
        expect(few.costAt(unitPrice, 'upbit').value.isLessThanOrEqualTo(won.toString())).toBe(true);
        expect(many.costAt(unitPrice, 'upbit').value.isGreaterThanOrEqualTo(won.toString())).toBe(true);
        expect(atMostOneStep(many.minus(few).value)).toBe(true);
      }),
    );
    expect(() => Price.of('BTC', '0').unitsFor(Won.of('1'), 8, 'down')).toThrow(refused('INPUT_INVALID'));
  });

  function atMostOneStep(difference: Decimal): boolean {
    return difference.isZero() || difference.toFixed() === '0.00000001';
  }

  it('name their asset as the ledger does', () => {
    expect(VenueWon.of('upbit', '1').asset).toBe('KRW@upbit');
    expect(CoinAmount.zero('ETH').asset).toBe('ETH');
  });
});
