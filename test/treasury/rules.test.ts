import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, civilDate, weekday } from '../../src/kernel/civil-date.ts';
import { VenueWon, Won } from '../../src/kernel/money.ts';
import { mismatchOf, type TargetFacts, targetNamed } from '../../src/treasury/bank-match.ts';
import {
  distributionNumber,
  receiptRefundNumber,
  referencesIn,
  refundNumber,
  withdrawalNumber,
} from '../../src/treasury/bank-reference.ts';
import { assertDistributionDay, distributionSpan, firstPossibleDay, needsExtension } from '../../src/treasury/distribution-date.ts';
import { objectionStanding } from '../../src/treasury/objection-rules.ts';
import { splitAnew, splitWithdrawal } from '../../src/treasury/withdrawal-shares.ts';

const moneyAtVenue = fc
  .array(fc.tuple(fc.bigInt({ min: 0n, max: 5_000_000n }), fc.integer({ min: 0, max: 99_999_999 })), { maxLength: 12 })
  .map((parts) =>
    parts.map(([whole, fraction], index) => ({
      caseId: index + 1,
      venueWon: VenueWon.of('upbit', `${whole}.${String(fraction).padStart(8, '0')}`),
    })),
  );

describe('splitting a withdrawal over cases', () => {
  it('takes whole won of each case, one fee over all, and lets nobody pay for another', () => {
    fc.assert(
      fc.property(moneyAtVenue, fc.bigInt({ min: 0n, max: 3_000n }), (money, feeKrw) => {
        const fee = Won.of(feeKrw);
        const { shares, waiting } = splitWithdrawal(money, fee);
        expect([...shares.map(({ caseId }) => caseId), ...waiting].sort((a, b) => a - b)).toEqual(money.map(({ caseId }) => caseId));
        for (const { caseId, amount, fee: own } of shares) {
          const { venueWon } = money.find((each) => each.caseId === caseId) ?? { venueWon: VenueWon.zero('upbit') };
          expect(amount.isPositive()).toBe(true);
          expect(own.isNegative()).toBe(false);
          expect(amount.plus(own).equals(venueWon.toWon('down'))).toBe(true);
        }
        if (shares.length > 0) expect(Won.sum(shares.map((share) => share.fee)).equals(fee)).toBe(true);
      }),
    );
  });

  it('shares the fee in proportion to the money, fractions of a won to the largest remainders', () => {
    const money = ['3000.9', '2000', '1000.5'].map((won, index) => ({ caseId: index + 1, venueWon: VenueWon.of('upbit', won) }));
    const { shares } = splitWithdrawal(money, Won.of('1000'));
    expect(shares.map(({ amount, fee }) => [amount.toString(), fee.toString()])).toEqual([
      ['2500', '500'],
      ['1667', '333'],
      ['833', '167'],
    ]);
  });

  it('leaves a case waiting whose money does not cover its share of the fee', () => {
    const money = [
      { caseId: 1, venueWon: VenueWon.of('upbit', '0.9') },
      { caseId: 2, venueWon: VenueWon.of('upbit', '900') },
    ];
    expect(splitWithdrawal(money, Won.of('1000'))).toEqual({ shares: [], waiting: [1, 2] });
  });
});

describe('splitting what left under another amount', () => {
  const won = fc.bigInt({ min: 0n, max: 5_000_000n });
  const planned = fc
    .array(fc.tuple(fc.bigInt({ min: 1n, max: 5_000_000n }), fc.bigInt({ min: 0n, max: 900n })), { minLength: 1, maxLength: 12 })
    .map((parts) => parts.map(([amount, fee], index) => ({ caseId: index + 1, amount: Won.of(amount), fee: Won.of(fee) })));
  const totalOf = (shares: readonly { readonly amount: Won; readonly fee: Won }[]) =>
    Won.sum(shares.flatMap(({ amount, fee }) => [amount, fee]));

  it('gives all of it to the same cases, none less than nothing, and no case more than planned unless more left in all', () => {
    fc.assert(
      fc.property(planned, won, won, (shares, amountKrw, feeKrw) => {
        const [amount, fee] = [Won.of(amountKrw), Won.of(feeKrw)];
        const anew = splitAnew(shares, { amount, fee });
        expect(Won.sum(anew.map((share) => share.amount)).equals(amount)).toBe(true);
        expect(Won.sum(anew.map((share) => share.fee)).equals(fee)).toBe(true);
        for (const share of anew) expect(share.amount.isNegative() || share.fee.isNegative()).toBe(false);
        if (totalOf(shares).isLessThan(amount.plus(fee))) return;
        for (const [index, share] of anew.entries()) {
          const was = shares[index] ?? { amount: Won.zero, fee: Won.zero };
          expect(share.amount.plus(share.fee).isMoreThan(was.amount.plus(was.fee))).toBe(false);
        }
      }),
    );
  });

  it('changes nothing when nothing differs', () => {
    const money = ['3000.9', '2000', '1000.5'].map((figure, index) => ({ caseId: index + 1, venueWon: VenueWon.of('upbit', figure) }));
    const { shares } = splitWithdrawal(money, Won.of('1000'));
    expect(splitAnew(shares, { amount: Won.of('5000'), fee: Won.of('1000') })).toEqual(shares);
  });
});

describe('references in a bank remark', () => {
  it('finds our numbers whatever letters the bank writes around them, and none inside longer numbers', () => {
    expect(referencesIn('업비트 w-2026-000012 입금')).toEqual([{ kind: 'withdrawal', number: 'W-2026-000012' }]);
    expect(referencesIn('Ｗ－２０２６－００００１２')).toEqual([{ kind: 'withdrawal', number: 'W-2026-000012' }]);
    expect(referencesIn('2026-000123체납')).toEqual([{ kind: 'case', number: '2026-000123' }]);
    expect(referencesIn('R-2026-000123-2')).toEqual([{ kind: 'refund', number: 'R-2026-000123-2' }]);
    expect(referencesIn('D-2026-000123')).toEqual([{ kind: 'distribution', number: 'D-2026-000123' }]);
    expect(referencesIn('계좌 110-2026-000123-45')).toEqual([]);
    expect(referencesIn('2026-000123-2')).toEqual([]);
    expect(referencesIn('X-2026-000123')).toEqual([]);
    expect(referencesIn('')).toEqual([]);
  });

  it('tells several numbers apart and counts one named twice once', () => {
    expect(referencesIn('2026-000001 2026-000001').length).toBe(1);
    expect(referencesIn('2026-000001 2026-000002').length).toBe(2);
  });

  it('reads every number we give back as what it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999 }),
        fc.integer({ min: 2020, max: 2099 }),
        fc.integer({ min: 1, max: 20 }),
        (id, year, ordinal) => {
          const caseNumber = `${year}-${String(id).padStart(6, '0')}`;
          const given = [
            { kind: 'withdrawal', number: withdrawalNumber(id, year) },
            { kind: 'distribution', number: distributionNumber(caseNumber, ordinal) },
            { kind: 'refund', number: refundNumber(caseNumber, ordinal) },
            { kind: 'refund', number: receiptRefundNumber(id, year) },
            { kind: 'case', number: caseNumber },
          ];
          for (const reference of given) expect(referencesIn(`가 ${reference.number} 나`)).toEqual([reference]);
        },
      ),
    );
  });
});

describe('what a bank line may be', () => {
  const amount = Won.of('1000');
  const targets: readonly [string, TargetFacts, 'in' | 'out', string | undefined][] = [
    ['a confirmed withdrawal', { kind: 'withdrawal', id: 1, state: 'confirmed', amount }, 'in', undefined],
    ['a withdrawal nobody confirmed', { kind: 'withdrawal', id: 1, state: 'approved', amount }, 'in', 'not_confirmed'],
    ['a failed withdrawal', { kind: 'withdrawal', id: 1, state: 'failed', amount }, 'in', 'not_approved'],
    ['a withdrawal received before', { kind: 'withdrawal', id: 1, state: 'received', amount }, 'in', 'done_already'],
    ['a withdrawal the other way', { kind: 'withdrawal', id: 1, state: 'confirmed', amount }, 'out', 'wrong_direction'],
    ['an approved refund', { kind: 'refund', id: 1, state: 'approved', amount }, 'out', undefined],
    ['a refund nobody approved', { kind: 'refund', id: 1, state: 'requested', amount }, 'out', 'not_approved'],
    ['a refund paid before', { kind: 'refund', id: 1, state: 'paid', amount }, 'out', 'done_already'],
    ['a refund that was cancelled', { kind: 'refund', id: 1, state: 'cancelled', amount }, 'out', 'refund_cancelled'],
    ['a refund that came back', { kind: 'refund', id: 1, state: 'paid', amount }, 'in', undefined],
    ['a refund that came back before', { kind: 'refund', id: 1, state: 'returned', amount }, 'in', 'done_already'],
    ['a refund paid after it came back', { kind: 'refund', id: 1, state: 'returned', amount }, 'out', 'done_already'],
    ['a refund coming back that was not paid', { kind: 'refund', id: 1, state: 'approved', amount }, 'in', 'refund_not_paid'],
    ['a remittance', { kind: 'remittance', id: 1, state: 'final', amount, isRemitted: false }, 'out', undefined],
    ['a remittance made before', { kind: 'remittance', id: 1, state: 'final', amount, isRemitted: true }, 'out', 'done_already'],
    ['a remittance of a draft', { kind: 'remittance', id: 1, state: 'drafted', amount, isRemitted: false }, 'out', 'not_final'],
    ['a payment', { kind: 'payment', id: 1, phase: 'voluntary_window' }, 'in', undefined],
    ['a payment to a closed case', { kind: 'payment', id: 1, phase: 'closed' }, 'in', 'case_not_open'],
    ['a payment to a case nobody seized for', { kind: 'payment', id: 1, phase: 'proposed' }, 'in', 'case_not_open'],
    ['interest of a case', { kind: 'interest', id: 1, phase: 'sale_done' }, 'in', undefined],
  ];

  it.each(targets)('%s', (_what, target, direction, reason) => {
    expect(mismatchOf({ direction, amount }, targetNamed(direction, target), 'remark')).toBe(reason);
  });

  it('differs by a single won', () => {
    const line = { direction: 'in', amount: Won.of('999') } as const;
    expect(mismatchOf(line, { kind: 'withdrawal', id: 1, state: 'confirmed', amount }, 'remark')).toBe('amount_differs');
    expect(mismatchOf(line, { kind: 'refund_returned', id: 1, state: 'paid', amount }, 'officer')).toBe('amount_differs');
  });

  it('is a refund that was cancelled only on the word of an officer, and to the won', () => {
    const refund = { kind: 'refund', id: 1, state: 'cancelled', amount } as const;
    expect(mismatchOf({ direction: 'out', amount }, refund, 'officer')).toBeUndefined();
    expect(mismatchOf({ direction: 'out', amount: Won.of('999') }, refund, 'officer')).toBe('amount_differs');
  });
});

describe('the distribution date (LTCA 98(1), 101(1))', () => {
  const rules = { fromFirstReceiptDays: 30, extensionDays: 30, draftBeforeDays: 7 };
  const isWorkingDay = (day: Parameters<typeof weekday>[0]) => weekday(day) !== 0 && weekday(day) !== 6;
  const facts = { firstReceiptOn: civilDate('2026-01-05'), filedOn: civilDate('2026-01-09'), isWorkingDay };

  it('is by itself the first working day on which the draft has lain on file for seven days', () => {
    expect(firstPossibleDay(facts, rules)).toBe('2026-01-16');
    expect(firstPossibleDay({ ...facts, filedOn: civilDate('2026-01-10') }, rules)).toBe('2026-01-19');
  });

  it('lies between the seventh day after the filing and the thirtieth after the first receipt, later only with a reason', () => {
    const span = distributionSpan(facts, rules);
    expect(span).toEqual({ earliest: '2026-01-16', limit: '2026-02-04', extendedLimit: '2026-03-06' });
    expect(() => assertDistributionDay(civilDate('2026-01-15'), span, undefined)).toThrow(
      expect.objectContaining({ code: 'DISTRIBUTION_TOO_EARLY' }),
    );
    expect(() => assertDistributionDay(civilDate('2026-02-04'), span, undefined)).not.toThrow();
    expect(() => assertDistributionDay(civilDate('2026-02-05'), span, undefined)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
    expect(() => assertDistributionDay(civilDate('2026-02-05'), span, ' ')).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expect(() => assertDistributionDay(civilDate('2026-03-06'), span, '권리관계 확인')).not.toThrow();
    expect(() => assertDistributionDay(civilDate('2026-03-07'), span, '권리관계 확인')).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
  });

  it('can always be met, however late the money is at the bank', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (late) => {
        const filedOn = addDays(facts.firstReceiptOn, late);
        const late_ = { ...facts, filedOn };
        const day = firstPossibleDay(late_, rules);
        const span = distributionSpan(late_, rules);
        const reason = needsExtension(late_, rules) ? '입금이 늦음' : undefined;
        expect(() => assertDistributionDay(day, span, reason)).not.toThrow();
        expect(isWorkingDay(day) && day >= addDays(filedOn, 7)).toBe(true);
      }),
    );
  });
});

describe('objections (LTCA 102, 102-2)', () => {
  const distributionOn = civilDate('2026-02-02');
  const at = (today: string, ...objections: Parameters<typeof objectionStanding>[0]) =>
    objectionStanding(objections, { distributionOn, today: civilDate(today), proofOfAppealDays: 7 });

  it('block while undecided, for ever', () => {
    expect(at('2026-05-01', { objectionId: 1, state: 'filed', appealProvenOn: undefined })).toEqual({
      blocking: [1],
      lapsed: [],
      freeFrom: undefined,
    });
  });

  it('block for a week after the day when dismissed, and count as withdrawn from then on', () => {
    const dismissed = { objectionId: 1, state: 'dismissed', appealProvenOn: undefined } as const;
    expect(at('2026-02-09', dismissed)).toEqual({ blocking: [1], lapsed: [], freeFrom: '2026-02-10' });
    expect(at('2026-02-10', dismissed)).toEqual({ blocking: [], lapsed: [1], freeFrom: '2026-02-10' });
  });

  it('block on when an appeal was proven, and not at all when withdrawn or upheld', () => {
    const appealed = { objectionId: 1, state: 'dismissed', appealProvenOn: civilDate('2026-02-05') } as const;
    expect(at('2026-06-01', appealed).blocking).toEqual([1]);
    const over = [
      { objectionId: 2, state: 'withdrawn', appealProvenOn: undefined },
      { objectionId: 3, state: 'upheld', appealProvenOn: undefined },
    ] as const;
    expect(at('2026-02-02', ...over)).toEqual({ blocking: [], lapsed: [], freeFrom: undefined });
  });
});
