import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, civilDate } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import {
  type Appropriation,
  type AppropriationRules,
  appropriate,
  type BillOrderCriterion,
  type CostClaim,
  type LineClaim,
} from '../../src/tax/appropriation.ts';
import { defaultRules, rulesWith } from './sample.ts';

const today = civilDate('2026-11-20');
const defaultOrder = defaultRules.appropriationRulesFor(today);

function line(lineId: string, overrides: Partial<LineClaim> = {}): LineClaim {
  return {
    lineId,
    noticeNumber: `표본-${lineId}`,
    taxItem: '재산세',
    level: 'city',
    arisenOn: civilDate('2025-06-01'),
    dueOn: civilDate('2025-07-31'),
    prescribedFrom: undefined,
    tax: Won.of('100000'),
    surcharge: Won.zero,
    latePenalty: Won.zero,
    ...overrides,
  };
}

const cost = (costId: string, outstanding: string, incurredOn = '2026-11-01'): CostClaim => ({
  costId,
  incurredOn: civilDate(incurredOn),
  outstanding: Won.of(outstanding),
});

function run(amount: string, lines: LineClaim[], options: { costs?: CostClaim[]; rules?: AppropriationRules } = {}): Appropriation {
  return appropriate(Won.of(amount), options.costs ?? [], lines, options.rules ?? defaultOrder);
}

const shown = ({ allocations }: Appropriation): string[] =>
  allocations.map(({ claimId, component, amount }) => `${claimId} ${component} ${amount}`);

describe('the order of money (LTCA 4)', () => {
  const lines = [
    line('city', { tax: Won.of('100000'), surcharge: Won.of('20000'), latePenalty: Won.of('3000'), dueOn: civilDate('2025-06-30') }),
    line('province', { level: 'province', tax: Won.of('50000'), surcharge: Won.of('10000'), latePenalty: Won.of('1500') }),
  ];

  test('costs, then tax with the province first, then 가산세 and penalty', () => {
    expect(shown(run('1000000', lines, { costs: [cost('fee', '4000'), cost('letter', '1000', '2026-10-01')] }))).toEqual([
      'letter cost 1000',
      'fee cost 4000',
      'province tax 50000',
      'city tax 100000',
      'city surcharge 20000',
      'province surcharge 10000',
      'city late_penalty 3000',
      'province late_penalty 1500',
    ]);
  });

  test('the rest is the taxpayer’s, and a lower tier gets nothing while a higher one is open', () => {
    const all = run('1000000', lines, { costs: [cost('fee', '4000')] });
    expect([all.allocated.toString(), all.remainder.toString()]).toEqual(['188500', '811500']);
    expect(shown(run('60000', lines, { costs: [cost('fee', '4000')] }))).toEqual(['fee cost 4000', 'province tax 50000', 'city tax 6000']);
    expect(shown(run('0', lines))).toEqual([]);
  });

  test('metropolitan tax ranks as the province’s and a gu’s as a city’s', () => {
    const seoul = [line('gu', { level: 'gu', dueOn: civilDate('2024-01-31') }), line('metropolitan', { level: 'metropolitan' })];
    expect(shown(run('150000', seoul))).toEqual(['metropolitan tax 100000', 'gu tax 50000']);
  });

  test('가산세 of a liability from before 2024 ranks with the tax, as the older text has it', () => {
    const old = line('old', { arisenOn: civilDate('2023-12-31'), surcharge: Won.of('20000'), dueOn: civilDate('2024-01-31') });
    const recent = line('recent', { arisenOn: civilDate('2024-01-01'), surcharge: Won.of('20000') });
    expect(shown(run('230000', [recent, old]))).toEqual([
      'old tax 100000',
      'old surcharge 20000',
      'recent tax 100000',
      'recent surcharge 10000',
    ]);
    const alike = rulesWith({ 'appropriation.surcharge_tier': 'surcharge' }).appropriationRulesFor(today);
    expect(shown(run('230000', [recent, old], { rules: alike }))).toEqual([
      'old tax 100000',
      'recent tax 100000',
      'old surcharge 20000',
      'recent surcharge 10000',
    ]);
  });

  test('each line says why, in Korean, and what was open before', () => {
    const { allocations } = run('120000', lines, { costs: [cost('fee', '4000')] });
    expect(allocations.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(allocations.map(({ reason }) => reason)).toEqual([
      '지방세징수법 제4조제1항제1호: 체납처분비, 먼저 든 것부터. 전액 충당.',
      '지방세징수법 제4조제1항제2호: 지방세(가산세 제외), 도세(특별시세·광역시세)를 먼저(제4조제2항), 고지 사이는 납부기한이 빠른 것, 고지번호 순(시 기준). 전액 충당.',
      '지방세징수법 제4조제1항제2호: 지방세(가산세 제외), 시·군·구세, 고지 사이는 납부기한이 빠른 것, 고지번호 순(시 기준). 남은 금액 범위에서 일부 충당.',
    ]);
    expect(allocations[2]?.outstandingBefore.toString()).toBe('100000');
  });
});

describe('the city’s order between bills', () => {
  const a = line('a', {
    dueOn: civilDate('2025-07-31'),
    arisenOn: civilDate('2024-06-01'),
    prescribedFrom: civilDate('2031-01-01'),
    noticeNumber: '3',
  });
  const b = line('b', { dueOn: civilDate('2024-07-31'), arisenOn: civilDate('2025-06-01'), tax: Won.of('200000'), noticeNumber: '2' });
  const c = line('c', {
    dueOn: civilDate('2026-07-31'),
    arisenOn: civilDate('2025-06-02'),
    tax: Won.of('9000'),
    prescribedFrom: civilDate('2030-01-01'),
    noticeNumber: '1',
  });

  test.each([
    [['due_earliest'], 'b a c'],
    [['prescription_earliest'], 'c a b'],
    [['arisen_earliest'], 'a b c'],
    [['smallest_first'], 'c a b'],
    [['notice_number'], 'c b a'],
  ] as const)('%s puts %s', (criteria, expected) => {
    const rules = { ...defaultOrder, billOrder: criteria };
    expect(
      run('309000', [a, b, c], { rules })
        .allocations.map(({ claimId }) => claimId)
        .join(' '),
    ).toBe(expected);
  });

  test('items of one notice share what is short by largest remainder', () => {
    const items = ['x', 'y', 'z'].map((id, index) => line(id, { noticeNumber: '1', tax: Won.of(BigInt(index + 1) * 1000n) }));
    const result = run('1000', items);
    expect(shown(result)).toEqual(['x tax 167', 'y tax 333', 'z tax 500']);
    expect(result.allocations[0]?.reason).toContain('같은 순서의 3건');
  });
});

describe('what cannot be appropriated is refused', () => {
  test.each([
    ['AMOUNT_NEGATIVE', () => run('-1', [])],
    ['AMOUNT_NEGATIVE', () => run('1', [line('a', { latePenalty: Won.of('-1') })])],
    ['AMOUNT_NEGATIVE', () => run('1', [], { costs: [cost('fee', '-1')] })],
    ['INPUT_INVALID', () => run('1', [line('a'), line('a')])],
  ])('%s', (code, act) => {
    expect(act).toThrow(expect.objectContaining({ code }));
  });
});

const won = (most: number) => fc.integer({ min: 0, max: most }).map((amount) => Won.of(BigInt(amount)));
const day = fc.integer({ min: 0, max: 1_500 }).map((offset) => addDays(civilDate('2022-06-01'), offset));
const someLines = fc.uniqueArray(
  fc.record({
    lineId: fc.integer({ min: 1, max: 99 }).map(String),
    noticeNumber: fc.integer({ min: 1, max: 4 }).map(String),
    taxItem: fc.constant('재산세'),
    level: fc.constantFrom('province', 'metropolitan', 'city', 'gu'),
    arisenOn: day,
    dueOn: fc.constantFrom(civilDate('2024-07-31'), civilDate('2025-07-31')),
    prescribedFrom: fc.option(day, { nil: undefined }),
    tax: won(50),
    surcharge: won(20),
    latePenalty: won(20),
  }),
  { selector: ({ lineId }) => lineId, maxLength: 8 },
);
const someCosts = fc.uniqueArray(
  fc.record({ costId: fc.integer({ min: 100, max: 199 }).map(String), incurredOn: day, outstanding: won(30) }),
  {
    selector: ({ costId }) => costId,
    maxLength: 4,
  },
);
const CRITERIA: BillOrderCriterion[] = ['prescription_earliest', 'due_earliest', 'arisen_earliest', 'smallest_first', 'notice_number'];
const someRules = fc.record({
  billOrder: fc.shuffledSubarray(CRITERIA),
  surchargeTierFor: fc.constantFrom(defaultOrder.surchargeTierFor, () => 'surcharge' as const),
  lastTierOrder: fc.constantFrom('surcharge_first', 'late_penalty_first', 'together'),
});

describe('whatever the claims and the city’s rule', () => {
  const TIERS = ['cost', 'tax', 'surcharge'];

  test('no won is lost or made, no claim gets more than it is owed, and tiers and levels are respected', () => {
    fc.assert(
      fc.property(won(600), someCosts, someLines, someRules, (amount, costs, lines, rules) => {
        const { allocations, allocated, remainder } = appropriate(amount, costs, lines, rules);
        expect(Won.sum(allocations.map((allocation) => allocation.amount)).equals(allocated)).toBe(true);
        expect(allocated.plus(remainder).equals(amount)).toBe(true);
        const owed = Won.sum([
          ...costs.map(({ outstanding }) => outstanding),
          ...lines.flatMap(({ tax, surcharge, latePenalty }) => [tax, surcharge, latePenalty]),
        ]);
        expect(allocated.equals(amount.smaller(owed))).toBe(true);
        for (const { amount: part, outstandingBefore } of allocations) {
          expect(part.isPositive() && !part.isMoreThan(outstandingBefore)).toBe(true);
        }
        const places = allocations.map(({ tier, claimId }) => {
          const level = lines.find(({ lineId }) => lineId === claimId)?.level;
          return TIERS.indexOf(tier) * 2 + (tier === 'tax' && (level === 'city' || level === 'gu') ? 1 : 0);
        });
        expect(places).toEqual([...places].sort((a, b) => a - b));
        const last = places.at(-1);
        const open = allocations.filter(({ amount: part, outstandingBefore }) => !part.equals(outstandingBefore));
        for (const allocation of open) expect(places[allocation.sequence - 1]).toBe(last);
      }),
    );
  });

  test('the order in which claims are given decides nothing', () => {
    fc.assert(
      fc.property(won(600), someCosts, someLines, someRules, fc.infiniteStream(fc.nat()), (amount, costs, lines, rules, keys) => {
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, key: keys.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const plain = (result: Appropriation): string => JSON.stringify(result);
        expect(plain(appropriate(amount, shuffled(costs), shuffled(lines), rules))).toBe(plain(appropriate(amount, costs, lines, rules)));
      }),
    );
  });

  test('a won more takes nothing from any tier', () => {
    const byTier = (result: Appropriation, tier: string): Won =>
      Won.sum(result.allocations.filter((allocation) => allocation.tier === tier).map((allocation) => allocation.amount));
    fc.assert(
      fc.property(won(600), someCosts, someLines, someRules, (amount, costs, lines, rules) => {
        const before = appropriate(amount, costs, lines, rules);
        const after = appropriate(amount.plus(Won.of('1')), costs, lines, rules);
        for (const tier of TIERS) expect(byTier(after, tier).isLessThan(byTier(before, tier))).toBe(false);
      }),
    );
  });
});
