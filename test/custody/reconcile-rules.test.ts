import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareBalance, showsDifference } from '../../src/custody/reconcile-rules.ts';
import { transferFor, transferOf } from '../../src/custody/withdrawal-rules.ts';
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

it.each([
  ['is there', 'excess', '6', [at('5'), at('5')], 'shown'],
  ['is there and more', 'shortage', '3', [at('5'), at('5')], 'shown'],
  ['has gone', 'excess', '5', [at('5'), at('5')], 'gone'],
  ['is the other way round', 'shortage', '6', [at('5'), at('5')], 'gone'],
  ['is smaller', 'excess', '5.5', [at('5'), at('5')], 'gone'],
  ['is a fill that was booked after the venue was asked', 'excess', '5', [at('5', '1'), at('4')], 'unsure'],
  ['is a fill whose order nobody knew before', 'excess', '5', [at('5'), at('4')], 'unsure'],
  ['is a deposit that was booked after the venue was asked', 'shortage', '5', [at('5'), at('6')], 'unsure'],
  ['is there while proceeds are awaited', 'excess', '6', [at('5'), at('5', '0', '2')], 'unsure'],
] as const)('an explained difference of one %s', (_name, side, venue, books, showing) => {
  expect(showsDifference({ side, quantity: new Decimal('1') }, new Decimal(venue), books)).toBe(showing);
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
  ['the only one of that quantity', listed('1', undefined, 5), [awaited(1, '1'), awaited(2, '2')], 0, 1],
  ['undecided between two of that quantity', listed('1', 'x', 90), [awaited(1, '1'), awaited(2, '1', undefined, 30)], 0, 'undecided'],
  ['the one that its sender named', listed('1', 'x', 90), [awaited(1, '1'), awaited(2, '1', 'x', 30)], 1, 2],
  ['none instructed later', listed('1', 'x', -61), [awaited(1, '1')], 0, 'none'],
  ['one within the difference of the clocks', listed('1', 'x', -59), [awaited(1, '1')], 0, 1],
  ['not one whose sender named another', listed('1', 'x', 5), [awaited(1, '1', 'y')], 0, 'none'],
  ['a hash however it is written', listed('1', `0x${HASH.toUpperCase()}`, 5), [awaited(1, '1', HASH), awaited(2, '1')], 0, 1],
  ['a named one while the venue shows no transaction yet', listed('1', undefined, 5), [awaited(1, '1', 'y')], 0, 1],
  ['undecided while a slip may have named another', listed('1', 'x', 90), [awaited(1, '1'), awaited(2, '1', 'y', 30)], 0, 'undecided'],
  ['undecided between two whose senders named it', listed('1', 'x', 90), [awaited(1, '1', 'x'), awaited(2, '1', 'x')], 0, 'undecided'],
  ['undecided beside another one', listed('1', 'x', 90), [awaited(1, '1'), awaited(2, '1')], 1, 'undecided'],
  ['none where as many are undecided as were instructed', listed('1', 'x', 90), [awaited(1, '1'), awaited(2, '1')], 2, 'none'],
  ['none where the only one may be another', listed('1', 'x', 90), [awaited(1, '1')], 1, 'none'],
  ['none of another quantity', listed('1.00000001', 'x', 5), [awaited(1, '1')], 0, 'none'],
])('a withdrawal counts as %s', (_name, withdrawal, transfers, undecidedBefore, expected) => {
  const found = transferFor(withdrawal, transfers, undecidedBefore);
  expect(typeof found === 'string' ? found : found.transferId).toBe(expected);
});

it('gas is the first that was instructed of its quantity', () => {
  expect(transferOf(listed('1', 'x', 90), [awaited(2, '1', undefined, 30), awaited(3, '1')])?.transferId).toBe(3);
  expect(transferOf(listed('1', 'x', -61), [awaited(1, '1')])).toBeUndefined();
});
