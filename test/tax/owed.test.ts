import { describe, expect, test } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import type { BillLine, Credit } from '../../src/tax/bill-line.ts';
import { lineClaim, type OwedLine, owedOn } from '../../src/tax/owed.ts';
import { defaultRules } from './sample.ts';

function line(overrides: Partial<BillLine> = {}): BillLine {
  return {
    lineId: 'line-1',
    noticeNumber: '표본-1',
    taxItem: '재산세',
    level: 'city',
    arisenOn: civilDate('2025-06-01'),
    dueOn: civilDate('2025-06-30'),
    principal: Won.of('1000000'),
    surcharge: Won.of('200000'),
    isWithholdingAgent: false,
    deferrals: [],
    credits: [],
    ...overrides,
  };
}

const credit = (on: string, tax: string, surcharge = '0', penalty = '0'): Credit => ({
  on: civilDate(on),
  tax: Won.of(tax),
  surcharge: Won.of(surcharge),
  penalty: Won.of(penalty),
});

function figures(owed: OwedLine | undefined): string[] {
  return owed === undefined ? [] : [owed.tax, owed.surcharge, owed.latePenalty, owed.total, owed.overpaid].map(String);
}

function owed(overrides: Partial<BillLine>, asOf: string): OwedLine | undefined {
  return owedOn([line(overrides)], civilDate(asOf), defaultRules).lines[0];
}

describe('what is owed', () => {
  test('is tax, 가산세 and the penalty that has arisen, on any day past or future', () => {
    expect(figures(owed({}, '2025-06-30'))).toEqual(['1000000', '200000', '0', '1200000', '0']);
    expect(figures(owed({}, '2025-08-01'))).toEqual(['1000000', '200000', '36600', '1236600', '0']);
    expect(figures(owed({}, '2035-01-01'))).toEqual(['1000000', '200000', '426000', '1626000', '0']);
  });

  test('adds up over bills', () => {
    const total = owedOn(
      [line(), line({ lineId: 'line-2', principal: Won.of('100000'), surcharge: Won.zero })],
      civilDate('2025-08-01'),
      defaultRules,
    ).total;
    expect(total.toString()).toBe('1339600');
  });

  test('counts a credit from its day on and lets only tax lower the base', () => {
    const credits = [credit('2025-07-15', '400000', '0', '0'), credit('2025-07-20', '0', '200000', '10000')];
    expect(figures(owed({ credits }, '2025-07-14'))).toEqual(['1000000', '200000', '30000', '1230000', '0']);
    expect(figures(owed({ credits }, '2025-07-15'))).toEqual(['600000', '200000', '30000', '830000', '0']);
    expect(figures(owed({ credits }, '2025-08-01'))).toEqual(['600000', '0', '23960', '623960', '0']);
  });

  test('for an older liability 가산세 is in the base until it is paid', () => {
    const old = { arisenOn: civilDate('2023-06-01'), credits: [credit('2025-07-15', '0', '200000')] };
    expect(figures(owed(old, '2025-08-01'))).toEqual(['1000000', '0', '43500', '1043500', '0']);
  });

  test('shows what was credited beyond the debt and never sets it against another part', () => {
    expect(figures(owed({ credits: [credit('2025-07-15', '1000500', '200000', '30000')] }, '2025-08-01'))).toEqual([
      '0',
      '0',
      '0',
      '0',
      '500',
    ]);
    expect(figures(owed({ credits: [credit('2025-07-15', '1000000', '200000', '0')] }, '2025-08-01'))).toEqual([
      '0',
      '0',
      '30000',
      '30000',
      '0',
    ]);
    expect(figures(owed({ credits: [credit('2025-07-15', '999000', '200500', '30000')] }, '2025-07-20'))).toEqual([
      '1000',
      '0',
      '0',
      '1000',
      '500',
    ]);
  });
});

test('a penalty that a deferral suspends is shown but is no claim meanwhile', () => {
  const deferrals = [{ kind: 'collection' as const, from: civilDate('2025-09-10'), to: civilDate('2026-03-09') }];
  const suspended = owed({ deferrals }, '2025-12-15');
  expect(suspended?.penaltySuspended).toBe(true);
  expect(suspended?.latePenalty.toString()).toBe('43200');
  const claims = [suspended, owed({ deferrals }, '2026-03-10')].map((each) =>
    each === undefined ? undefined : lineClaim(each, civilDate('2031-01-01')),
  );
  expect(claims.map((claim) => [claim?.tax, claim?.surcharge, claim?.latePenalty, claim?.prescribedFrom].map(String))).toEqual([
    ['1000000', '200000', '0', '2031-01-01'],
    ['1000000', '200000', '43200', '2031-01-01'],
  ]);
});
