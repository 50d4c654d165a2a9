import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawCaseExecution } from '../../src/cli/execution-text.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { Price } from '../../src/kernel/money.ts';
import { ALL_TIME, type CaseFacts, type CaseStanding, type HoldingFacts, type SaleFacts } from '../../src/registers/execution/facts.ts';
import { wholeWonParts } from '../../src/registers/execution/figure-text.ts';
import { noteCounts } from '../../src/registers/execution/guard-events.ts';
import { reportCase } from '../../src/registers/execution/report.ts';
import { minutesLater, NOON, sampleCase, sampleFill, sampleHolding, samplePlan } from './execution-sample.ts';

function told(holdings: readonly Partial<HoldingFacts>[], change: Partial<CaseFacts> = {}, notes = noteCounts([])): string {
  const report = reportCase(sampleCase(holdings.map(sampleHolding), change), ALL_TIME);
  return drawCaseExecution({ ...report, guards: [], notes });
}

describe('rounded parts', () => {
  const parts = (...figures: string[]) => wholeWonParts(figures.map((figure) => new Decimal(figure)));

  it('add up to the rounded sum', () => {
    expect(parts('484.6', '242.6', '253.6')).toEqual(['485', '243', '253']);
    expect(parts('-0.4', '0.2', '1000.2')).toEqual(['0', '0', '1,000']);
    expect(parts('-2.5')).toEqual(['-3']);
    expect(parts()).toEqual([]);
  });

  it('add up whatever they are, and are less than a won from what they round', () => {
    const figure = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map((units) => new Decimal(units.toString()).shiftedBy(-6));
    fc.assert(
      fc.property(fc.array(figure, { minLength: 1, maxLength: 6 }), (figures) => {
        const rounded = wholeWonParts(figures).map((text) => new Decimal(text.replaceAll(',', '')));
        const exact = Decimal.sum(...figures);
        expect(Decimal.sum(...rounded).toFixed()).toBe(exact.decimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed());
        for (const [index, each] of rounded.entries())
          expect(
            each
              .minus(figures[index] ?? 0)
              .abs()
              .isLessThan(1),
          ).toBe(true);
      }),
    );
  });

  it('stand so in the table of a report', () => {
    const fill = sampleFill({ quantity: '0.6', fee: '1.2', price: '98', mid: Price.of('BTC', '100') });
    // 1.2 fees + 1.2 impact + 1.2 timing = 3.6
    const row = told([{ fills: [fill] }])
      .split('\n')
      .find((line) => line.startsWith('합계'));
    expect(row?.split(/ +/).slice(3, 7)).toEqual(['2', '1', '1', '4']);
  });
});

describe('the state of a sale', () => {
  const standing = (change: Partial<CaseStanding>) => ({
    standing: { phase: 'selling', closeReason: undefined, isNothingReceived: false, ...change } satisfies CaseStanding,
  });
  const ended = (endCode: string): SaleFacts => ({ saleId: 1, state: 'done', endCode, startedAt: NOON, endedAt: minutesLater(9) });
  const NO_SALE = { sale: undefined };
  const nothing: Partial<HoldingFacts> = { plans: [], lastMid: undefined };

  it.each<[string, Partial<CaseFacts>]>([
    ['매각 시작 전 (보관)', { ...standing({ phase: 'in_custody' }), ...NO_SALE }],
    ['매각 시작 전 (자진 납부·매각 기간)', { ...standing({ phase: 'voluntary_window' }), ...NO_SALE }],
    ['반려 · 압류하지 않아 매각하지 않음', { ...standing({ phase: 'refused' }), ...NO_SALE }],
    ['정산 · 체납액이 납부·충당되거나 취소되어 매각하지 않음', { ...standing({ phase: 'settled' }), ...NO_SALE }],
    [
      '종결 · 체납액이 납부·충당되거나 취소되어 매각하지 않음',
      { ...standing({ phase: 'closed', closeReason: 'nothing_owed' }), ...NO_SALE },
    ],
    ['정산 · 체납액이 납부·충당되거나 취소되어 매각하지 않음', { ...standing({ phase: 'settled' }), sale: ended('settled') }],
    ['정산 · 이전받은 가상자산이 없어 매각하지 않음', { ...standing({ phase: 'settled', isNothingReceived: true }), ...NO_SALE }],
    [
      '종결 · 매각하지 않음 (제3자의 소유권 주장이 이유 있음)',
      { ...standing({ phase: 'closed', closeReason: 'third_party_owner' }), ...NO_SALE },
    ],
    ['정산 · 매각하지 않음 (팔 수 있는 가상자산이 남아 있지 않습니다)', { ...standing({ phase: 'settled' }), sale: ended('exhausted') }],
    ['매각 중', standing({})],
  ])('is %s', (text, change) => {
    const lines = told([nothing], change).split('\n');
    expect(lines[0]).toContain(` · ${text} · 주문 0건`);
    expect(lines.join()).not.toContain('알 수 없음');
    expect(lines.join()).toContain('BTC 판 것 없음: 자진기간 시작가 120원');
  });

  it('is its end and why, where something was sold', () => {
    const sold = { fills: [sampleFill()] };
    expect(told([sold], { ...standing({ phase: 'closed', closeReason: 'nothing_owed' }), sale: ended('covered') })).toContain(
      ' · 끝남: 체납액을 모두 충당할 수 있어 매각을 마칩니다 · ',
    );
  });
});

describe('what is told of a coin', () => {
  const wishes = samplePlan({ isWished: true, planned: '0.0001' });

  it('names what is left of a wish as that', () => {
    expect(told([{ plans: [wishes] }])).toContain('체납자의 희망에 따른 계획에 남은 것 0.0001 BTC');
    expect(told([{ plans: [samplePlan({ planned: '0.0001' })] }])).toContain('  남은 계획 0.0001 BTC');
  });

  it('is each of its tasks with its own arrival price', () => {
    const forced = samplePlan({ planId: 2, version: 2, reason: 'wish_ended', arrival: '60', ordersBefore: 5, madeAt: minutesLater(60) });
    const fills = [sampleFill({ orderId: 5 }), sampleFill({ orderId: 6, quantity: '2' })];
    const lines = told([{ plans: [wishes, forced], fills }]).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'BTC 3 매각: 자진기간 시작가 120원 (시간봉 종가, 2026. 2. 3. 12:00)',
        '  체납자의 희망: BTC 1 매각, 도착가 102원 (계획할 때의 중간가, 2026. 3. 5. 12:00), 도착가 대비 4원 (392.2bp)',
        '  시의 매각: BTC 2 매각, 도착가 60원 (계획할 때의 중간가, 2026. 3. 5. 13:00), 도착가 대비 -77원 (-6,416.7bp)',
      ]),
    );
    // Of a task by which nothing was sold nothing is said once another has begun.
    expect(told([{ plans: [wishes, forced], fills: fills.slice(1) }])).toContain('BTC 2 매각: 도착가 60원');
  });

  it('says so where guards distrusted the market of the arrival price', () => {
    const plans = [samplePlan({ doubts: ['호가가 오래되었습니다'] })];
    expect(told([{ plans }])).toContain('도착가 102원 (계획할 때의 중간가, 2026. 3. 5. 12:00, 그때 호가가 오래되었습니다)');
  });
});

it('lists what guards noted apart from what they stopped', () => {
  const notes = noteCounts([{ code: 'BTC:levels_of_zero', count: 3, firstAt: NOON, lastAt: NOON }]);
  const lines = told([{}], {}, notes).split('\n');
  const heading = lines.indexOf('살펴본 것 (매각을 멈추지 않음)');
  expect(lines[heading - 1]).toBe('보호 장치가 매각을 멈춘 적이 없습니다.');
  expect(lines[heading + 2]).toMatch(/^levels_of_zero +BTC +3 /);
});
