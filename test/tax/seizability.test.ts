import { describe, expect, test } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { isErrorCode } from '../../src/kernel/errors.ts';
import { Won } from '../../src/kernel/money.ts';
import type { DeferralKind } from '../../src/tax/deferral.ts';
import { type Dunning, type Seizability, type SeizableBill, seizabilityOn } from '../../src/tax/seizability.ts';
import { defaultRules } from './sample.ts';

const dunning = (overrides: Partial<Dunning> = {}): Dunning => ({
  issuedOn: civilDate('2026-08-10'),
  deadlineOn: civilDate('2026-08-28'),
  servedOn: civilDate('2026-08-13'),
  ...overrides,
});

function judge(overrides: Partial<SeizableBill>, day: string): Seizability {
  const on = civilDate(day);
  const bill: SeizableBill = {
    noticeNumber: '표본-1',
    outstanding: Won.of('1236600'),
    dunnings: [dunning()],
    deferrals: [],
    writeOff: 'none',
    prescribedFrom: civilDate('2031-08-01'),
    ...overrides,
  };
  return seizabilityOn(bill, on, defaultRules.seizabilityParametersFor(on));
}

const codes = ({ bars }: Seizability): string[] => bars.map(({ code }) => code);

describe('dunning (LTCA 33)', () => {
  test('a bill is seizable from the day after the deadline of a served letter', () => {
    const lastDay = judge({}, '2026-08-28');
    expect(codes(lastDay)).toEqual(['SEIZURE_DUNNING_NOT_EXPIRED']);
    expect(lastDay.bars[0]).toMatchObject({ noticeNumber: '표본-1', endsOn: '2026-08-29' });
    expect(lastDay.bars[0]?.text).toContain('2026-08-28');
    expect(judge({}, '2026-08-29')).toEqual({ bars: [], isSeizable: true, revokesWriteOff: false });
  });

  test('without a letter, or without proof of its service, never', () => {
    expect(codes(judge({ dunnings: [] }, '2030-01-01'))).toEqual(['SEIZURE_DUNNING_UNSERVED']);
    const unproven = judge({ dunnings: [dunning({ servedOn: undefined })] }, '2030-01-01');
    expect(codes(unproven)).toEqual(['SEIZURE_DUNNING_UNSERVED']);
    expect(unproven.isSeizable).toBe(false);
  });

  test.each([
    ['2026-08-20', '2026-08-29', 'eight days before the deadline: it stands'],
    ['2026-08-21', '2026-09-08', 'seven days before: arrival + 15 is Saturday 5 September, so Monday 7'],
    ['2026-09-03', '2026-09-19', 'after the deadline: arrival + 15 is 18 September'],
  ])('served on %s it supports a seizure from %s (%s)', (servedOn, from) => {
    const late = { dunnings: [dunning({ servedOn: civilDate(servedOn) })] };
    expect(judge(late, from).isSeizable).toBe(true);
    const [bar] = judge(late, '2026-08-28').bars;
    expect([bar?.code, bar?.endsOn]).toEqual(['SEIZURE_DUNNING_NOT_EXPIRED', from]);
  });

  test('a deadline on a holiday is the next working day', () => {
    const chuseok = { dunnings: [dunning({ deadlineOn: civilDate('2026-09-24') })] };
    expect(judge(chuseok, '2026-09-28').isSeizable).toBe(false);
    expect(judge(chuseok, '2026-09-29').isSeizable).toBe(true);
  });

  test('one served and expired letter among several suffices', () => {
    const second = dunning({ issuedOn: civilDate('2026-10-01'), deadlineOn: civilDate('2026-10-20'), servedOn: civilDate('2026-10-02') });
    expect(judge({ dunnings: [dunning({ servedOn: undefined }), second] }, '2026-10-21').isSeizable).toBe(true);
    expect(judge({ dunnings: [second, dunning()] }, '2026-08-29').isSeizable).toBe(true);
  });
});

describe('bars', () => {
  const deferral = (kind: DeferralKind) => ({ kind, from: civilDate('2026-09-01'), to: civilDate('2027-02-28') });

  test.each([
    ['collection', ['SEIZURE_COLLECTION_DEFERRED']],
    ['insolvency', ['SEIZURE_COLLECTION_DEFERRED']],
    ['enforcement', ['SEIZURE_ENFORCEMENT_DEFERRED']],
    ['instalment', []],
    ['promise', []],
  ] as const)('a deferral of kind %s bars with %j while it runs', (kind, expected) => {
    const deferred = { deferrals: [deferral(kind)] };
    for (const day of ['2026-09-01', '2027-02-28']) expect(codes(judge(deferred, day))).toEqual(expected);
    for (const day of ['2026-08-31', '2027-03-01']) expect(codes(judge(deferred, day))).toEqual([]);
    for (const bar of judge(deferred, '2026-09-01').bars) expect(bar.endsOn).toBe('2027-03-01');
  });

  test('a paid or extinct debt is barred', () => {
    expect(codes(judge({ outstanding: Won.zero }, '2026-09-01'))).toEqual(['SEIZURE_NOTHING_OWED']);
    expect(codes(judge({ writeOff: 'prescribed', prescribedFrom: undefined }, '2026-09-01'))).toEqual(['SEIZURE_PRESCRIBED']);
    expect(codes(judge({ prescribedFrom: civilDate('2026-09-01') }, '2026-09-01'))).toEqual(['SEIZURE_PRESCRIBED']);
    expect(codes(judge({ prescribedFrom: civilDate('2026-09-02') }, '2026-09-01'))).toEqual([]);
    expect(codes(judge({ prescribedFrom: undefined }, '2030-09-01'))).toEqual([]);
  });

  test('all are listed, each with a code of the catalogue and a Korean text', () => {
    const { bars, isSeizable } = judge(
      {
        outstanding: Won.zero,
        dunnings: [],
        deferrals: [deferral('collection'), deferral('enforcement')],
        prescribedFrom: civilDate('2026-01-01'),
      },
      '2026-09-01',
    );
    expect(isSeizable).toBe(false);
    expect(bars.map(({ code }) => code)).toEqual([
      'SEIZURE_NOTHING_OWED',
      'SEIZURE_PRESCRIBED',
      'SEIZURE_DUNNING_UNSERVED',
      'SEIZURE_COLLECTION_DEFERRED',
      'SEIZURE_ENFORCEMENT_DEFERRED',
    ]);
    for (const { code, text } of bars) {
      expect(isErrorCode(code)).toBe(true);
      expect(text).toMatch(/[가-힣].*제\d+조/);
    }
  });

  test('정리보류 bars nothing and is revoked by the seizure (LTCA 106(3))', () => {
    expect(judge({ writeOff: 'held' }, '2026-09-01')).toEqual({ bars: [], isSeizable: true, revokesWriteOff: true });
    expect(judge({ writeOff: 'held', dunnings: [] }, '2026-09-01').revokesWriteOff).toBe(false);
  });
});
