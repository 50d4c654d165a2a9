import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareBalance } from '../../src/custody/reconcile-rules.ts';
import { transferOf } from '../../src/custody/withdrawal-rules.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CoinAmount } from '../../src/kernel/money.ts';

const amount = fc.bigInt({ min: 0n, max: 10n ** 12n }).map((units) => new Decimal(units.toString()).div(1_000_000));
const booked = fc.record({ quantity: amount, less: amount, more: amount });

it('agrees exactly within the widest bounds of both looks at the ledger, and says them', () => {
  fc.assert(
    fc.property(amount, booked, booked, (venue, before, after) => {
      const low = Decimal.min(before.quantity.minus(before.less), after.quantity.minus(after.less));
      const high = Decimal.max(before.quantity.plus(before.more), after.quantity.plus(after.more));
      const comparison = compareBalance(venue, before, after);
      expect(comparison.agrees).toBe(!venue.isLessThan(low) && !venue.isGreaterThan(high));
      expect(after.quantity.minus(comparison.toleranceLow).isEqualTo(low)).toBe(true);
      expect(after.quantity.plus(comparison.toleranceHigh).isEqualTo(high)).toBe(true);
    }),
  );
});

const nothing = new Decimal(0);
const at = (quantity: string, less = '0', more = '0') => ({
  quantity: new Decimal(quantity),
  less: new Decimal(less),
  more: new Decimal(more),
});

it.each([
  ['equal', '5', at('5'), at('5'), true],
  ['one unit in the eighteenth decimal less', '4.999999999999999999', at('5'), at('5'), false],
  ['sold as far as an open order may have', '3', at('5', '2'), at('5', '2'), true],
  ['sold further', '2.9', at('5', '2'), at('5', '2'), false],
  ['posted while the venue was asked', '5', at('7'), at('5'), true],
  ['proceeds of an open order', '1000', at('0', '0', '1000'), at('0', '0', '1000'), true],
  ['more than an open order can bring', '1000.01', at('0', '0', '1000'), at('0', '0', '1000'), false],
])('%s', (_name, venue, before, after, agrees) => {
  expect(compareBalance(new Decimal(venue), before, after).agrees).toBe(agrees);
  expect(compareBalance(nothing, at('0'), at('0')).agrees).toBe(true);
});

const instructedAt = new Date('2026-01-05T00:00:00Z');
const listed = (quantity: string, transactionId: string | undefined, seconds: number) => ({
  quantity: CoinAmount.of('BTC', quantity),
  transactionId,
  createdAt: new Date(instructedAt.getTime() + seconds * 1_000),
});
const awaited = (transferId: number, quantity: string, transactionId?: string, seconds = 0) => ({
  transferId,
  quantity: CoinAmount.of('BTC', quantity),
  instructedAt: new Date(instructedAt.getTime() + seconds * 1_000),
  transactionId,
});
const HASH = 'ab'.repeat(32);

it.each([
  ['the only one of that quantity', listed('1', 'x', 5), [awaited(1, '1')], 1],
  ['none of another quantity', listed('1.00000001', 'x', 5), [awaited(1, '1')], undefined],
  ['none instructed later', listed('1', 'x', -61), [awaited(1, '1')], undefined],
  ['one within the difference of the clocks', listed('1', 'x', -59), [awaited(1, '1')], 1],
  ['the one that its sender named', listed('1', 'x', 90), [awaited(1, '1'), awaited(2, '1', 'x', 30)], 2],
  ['not one whose sender named another', listed('1', 'x', 5), [awaited(1, '1', 'y')], undefined],
  ['of several unnamed the first instructed', listed('1', 'x', 90), [awaited(2, '1', undefined, 30), awaited(3, '1')], 3],
  ['a hash however it is written', listed('1', `0x${HASH.toUpperCase()}`, 5), [awaited(1, '1', HASH)], 1],
  ['a named one while the venue shows no transaction yet', listed('1', undefined, 5), [awaited(1, '1', 'y')], 1],
])('a withdrawal is %s', (_name, withdrawal, transfers, expected) => {
  expect(transferOf(withdrawal, transfers)?.transferId).toBe(expected);
});
