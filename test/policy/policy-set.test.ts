import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { addDays, civilDate } from '../../src/kernel/civil-date.ts';
import { canonicalJson } from '../../src/kernel/digest.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { Rate, Won } from '../../src/kernel/money.ts';
import { definePolicy, initialRows, type PolicyRow } from '../../src/policy/definition.ts';
import { POLICY_DEFINITIONS } from '../../src/policy/definitions/index.ts';
import { PolicySet, policyVersionOf } from '../../src/policy/policy-set.ts';
import { daySchema, rateSchema, wonSchema } from '../../src/policy/schemas.ts';

const limit = definePolicy({
  key: 'sample.limit',
  title: '표본 한도',
  description: '표본.',
  unit: '원',
  schema: wonSchema,
  initial: [
    { value: '300000', validFrom: civilDate('2010-01-01'), validTo: civilDate('2023-12-31'), source: '표본 제1조' },
    { value: '450000', validFrom: civilDate('2024-01-01'), source: '표본 제2조' },
  ],
  changeable: false,
});

const first = {
  key: 'sample.limit',
  value: '300000',
  validFrom: civilDate('2010-01-01'),
  validTo: civilDate('2023-12-31'),
  source: '표본 제1조',
};
const second = { key: 'sample.limit', value: '450000', validFrom: civilDate('2024-01-01'), validTo: undefined, source: '표본 제2조' };

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CheongsanError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('PolicySet', () => {
  const set = new PolicySet([second, first]);

  test('gives the typed value in force on the day asked for, both ends included', () => {
    expect(set.get(limit, civilDate('2010-01-01'))).toBeInstanceOf(Won);
    expect(set.get(limit, civilDate('2023-12-31')).toString()).toBe('300000');
    expect(set.get(limit, civilDate('2024-01-01')).toString()).toBe('450000');
    expect(set.get(limit, civilDate('2999-01-01')).toString()).toBe('450000');
    expect(set.row('sample.limit', civilDate('2024-01-01')).source).toBe('표본 제2조');
  });

  test('knows nothing before the first value, of an unknown key, or in a gap', () => {
    expect(codeOf(() => set.get(limit, civilDate('2009-12-31')))).toBe('POLICY_UNKNOWN');
    expect(codeOf(() => new PolicySet([]).get(limit, civilDate('2024-01-01')))).toBe('POLICY_UNKNOWN');
    const gap = new PolicySet([first, { ...second, validFrom: civilDate('2024-02-01') }]);
    expect(codeOf(() => gap.get(limit, civilDate('2024-01-15')))).toBe('POLICY_UNKNOWN');
  });

  test('refuses a value its schema does not accept, naming the key', () => {
    const bad = new PolicySet([{ ...second, value: '4.5' }]);
    expect(codeOf(() => bad.get(limit, civilDate('2024-01-01')))).toBe('POLICY_INVALID');
    expect(() => bad.get(limit, civilDate('2024-01-01'))).toThrow(/sample\.limit.*whole won/);
    expect(codeOf(() => limit.read({ ...second, key: 'sample.other' }))).toBe('POLICY_INVALID');
  });

  test('refuses two values for one day and a value that ends before it begins', () => {
    expect(codeOf(() => new PolicySet([{ ...first, validTo: undefined }, second]))).toBe('POLICY_INVALID');
    expect(codeOf(() => new PolicySet([first, { ...second, validFrom: civilDate('2023-12-31') }]))).toBe('POLICY_INVALID');
    expect(codeOf(() => new PolicySet([first, first]))).toBe('POLICY_INVALID');
    expect(codeOf(() => new PolicySet([{ ...first, validTo: civilDate('2009-12-31') }]))).toBe('POLICY_INVALID');
  });

  test('has a version that depends on every part of every row and on nothing else', () => {
    expect(new PolicySet([first, second]).version).toBe(set.version);
    expect(policyVersionOf([first, second])).toBe(set.version);
    const others: PolicyRow[] = [
      { ...second, value: '450001' },
      { ...second, validFrom: civilDate('2024-01-02') },
      { ...second, validTo: civilDate('2030-01-01') },
      { ...second, source: '표본 제3조' },
      { ...second, key: 'sample.other' },
    ];
    const versions = others.map((other) => policyVersionOf([first, other]));
    expect(new Set([set.version, ...versions]).size).toBe(6);
  });
});

describe('schemas', () => {
  test('read money, rates and days as typed values and refuse anything loose', () => {
    expect(wonSchema.parse('450000').equals(Won.of('450000'))).toBe(true);
    expect(rateSchema.parse('0.0066').equals(Rate.of('0.0066'))).toBe(true);
    expect(daySchema.parse('2024-02-29')).toBe('2024-02-29');
    for (const loose of ['-1', '1.5', '007', '1e3', '', '1,000', 450000])
      expect(wonSchema.safeParse(loose).success, `${loose}`).toBe(false);
    for (const loose of ['-0.1', '1e-2', '.5', '3%', '', 0.03]) expect(rateSchema.safeParse(loose).success, `${loose}`).toBe(false);
    for (const loose of ['2023-02-29', '2024-1-1', 'today', 20240101]) expect(daySchema.safeParse(loose).success, `${loose}`).toBe(false);
  });
});

describe('the definitions', () => {
  const rows = initialRows(POLICY_DEFINITIONS);
  const set = new PolicySet(rows);

  test('have keys of their own', () => {
    const keys = POLICY_DEFINITIONS.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/);
  });

  test.each(POLICY_DEFINITIONS.map((definition) => [definition.key, definition] as const))('%s is whole', (_, definition) => {
    expect(definition.title).toMatch(/[가-힣]/);
    expect(definition.description).toMatch(/[가-힣]/);
    const own = rows.filter(({ key }) => key === definition.key).sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
    expect(own[0]?.validFrom).toBe('2006-01-01');
    for (const [index, row] of own.entries()) {
      expect(row.source).toMatch(/[가-힣]/);
      expect(() => set.get(definition, row.validFrom)).not.toThrow();
      expect(JSON.parse(canonicalJson(row.value))).toEqual(row.value);
      const next = own[index + 1];
      expect(row.validTo === undefined ? undefined : addDays(row.validTo, 1), 'no gap and an open end').toBe(next?.validFrom);
    }
  });

  test('parses each row once', () => {
    let parses = 0;
    const counted = definePolicy({
      key: 'sample.counted',
      title: '표본',
      description: '표본',
      unit: '회',
      schema: z.string().transform((text) => {
        parses += 1;
        return text.length;
      }),
      initial: [{ value: 'four', validFrom: civilDate('2006-01-01'), source: '표본' }],
      changeable: true,
    });
    const one = new PolicySet(initialRows([counted]));
    expect([one.get(counted, civilDate('2024-01-01')), one.get(counted, civilDate('2025-01-01'))]).toEqual([4, 4]);
    expect(parses).toBe(1);
  });
});
