import { describe, expect, it } from 'vitest';
import { CoinAmount, Price, VenueWon } from '../../src/kernel/money.ts';
import { casePlot } from '../../src/registers/execution/case-plot.ts';
import type { Fill } from '../../src/registers/execution/cost.ts';
import { ALL_TIME, type HoldingFacts, type SaleFacts } from '../../src/registers/execution/facts.ts';
import type { HoldingPlotFacts } from '../../src/registers/execution/plot-facts.ts';
import { reportCase } from '../../src/registers/execution/report.ts';
import { allOf, named, parseXml, type XmlElement } from '../document/svg-document.ts';
import { minutesLater, NOON, sampleCase, sampleFill, sampleHolding, samplePlan, VENUE } from './execution-sample.ts';

const mid = (minute: number, price: string) => ({ price: Price.of('BTC', price), at: minutesLater(minute), source: 'book' as const });

function drawn(
  change: Partial<HoldingFacts>,
  more: Partial<Omit<HoldingPlotFacts, 'holding'>> = {},
  ofCase: { readonly sale?: SaleFacts } = {},
): XmlElement {
  const report = reportCase(sampleCase([sampleHolding({ windowStart: undefined, ...change })], ofCase), ALL_TIME);
  const [holding] = report.holdings;
  if (holding === undefined) throw new Error('The sample case has a holding.');
  const facts = { holding, mids: [], closes: [], slices: [], pauses: [], from: NOON, until: minutesLater(60), ...more };
  return parseXml(casePlot(report, [facts]));
}

function texts(root: XmlElement): string[] {
  return named(root, 'text').map(({ text }) => text);
}

/** What is drawn inside the axes, not in the legend. */
function inside(root: XmlElement): XmlElement[] {
  return named(root, 'g').flatMap(allOf);
}

const fills: readonly Fill[] = [
  sampleFill({ quantity: '4', price: '99', filledAt: minutesLater(10) }),
  sampleFill({ quantity: '1', price: '101', filledAt: minutesLater(20), style: 'passive' }),
  sampleFill({ quantity: '1', price: '100', filledAt: minutesLater(30) }),
];

describe('the plots of a case', () => {
  it('show crossing and resting fills as different signs, their areas as their quantities', () => {
    const root = drawn({ fills });
    const circles = inside(root).filter(({ name }) => name === 'circle');
    const diamonds = inside(root).filter(({ name, children }) => name === 'path' && children.length > 0);
    expect([circles.length, diamonds.length]).toEqual([2, 1]);
    const [large, small] = circles.map(({ attributes }) => Number(attributes['r']));
    expect(((large ?? 0) / (small ?? 1)) ** 2).toBeCloseTo(4, 1);
    expect(circles[0]?.text).toBe('2026. 3. 5. 12:10 4 BTC, 99원');
    expect(texts(root)).toEqual(expect.arrayContaining(['즉시 체결 2건', '호가 대기 1건', '점의 넓이는 수량에 비례']));
  });

  it('name the benchmarks with their won, and draw what is near', () => {
    const near = drawn({ fills, windowStart: { price: Price.of('BTC', '104'), at: NOON, source: 'candle' } });
    expect(texts(near)).toEqual(expect.arrayContaining(['도착가 102원', '자진기간 시작가 104원']));
    expect(inside(near).filter(({ name }) => name === 'line')).toHaveLength(2);
    const far = drawn({ fills, windowStart: { price: Price.of('BTC', '1234567.5'), at: NOON, source: 'candle' } });
    expect(texts(far)).toContain('자진기간 시작가 1,234,567.5원, 그림 위쪽 밖');
    const low = drawn({ fills, windowStart: { price: Price.of('BTC', '1'), at: NOON, source: 'valuation' } });
    expect(texts(low)).toContain('자진기간 시작가 1원, 그림 아래쪽 밖');
  });

  it('shade the time in which guards held the sale, and say why', () => {
    const root = drawn({ fills }, { pauses: [{ from: minutesLater(15), until: minutesLater(45), texts: ['호가가 오래되었습니다'] }] });
    const shaded = named(root, 'rect').filter(({ text }) => text !== '');
    // Once in each of the two panels, half of the hour wide.
    expect(shaded.map(({ text }) => text)).toEqual(Array(2).fill('2026. 3. 5. 12:15 ~ 2026. 3. 5. 12:45 호가가 오래되었습니다'));
    expect(Number(shaded[0]?.attributes['width'])).toBeGreaterThan(350);
    expect(texts(root)).toContain('보호 장치로 멈춘 시간');
  });

  it('show planned against sold in percent of what is to be sold', () => {
    const slices = [{ startsAt: NOON, quantity: CoinAmount.of('BTC', '10'), ordersBefore: 0 }];
    const root = drawn({ fills, plans: [samplePlan()] }, { slices });
    expect(texts(root)).toEqual(expect.arrayContaining(['팔기로 한 수량 가운데 비율 (%)', '계획 (구간의 목표)', '판 비율', '100']));
    expect(texts(drawn({ fills, plans: [] }))).toContain('판 수량 가운데 비율 (%)');
  });
});

describe('the plots of a sale', () => {
  it('do not name a pause that lies outside of what they show', () => {
    const pauses = [{ from: minutesLater(900), until: minutesLater(901), texts: ['호가가 오래되었습니다'] }];
    expect(texts(drawn({ fills }, { pauses }))).not.toContain('보호 장치로 멈춘 시간');
  });

  it('break the line of mids where nobody looked for more than an hour', () => {
    const day = 24 * 60;
    const mids = [mid(0, '100'), mid(60, '101'), mid(26 * day, '90'), mid(26 * day + 1, '91')];
    const root = drawn({ fills: [] }, { mids, until: minutesLater(26 * day + 1) });
    expect(named(root, 'polyline').map(({ attributes }) => attributes['points']?.split(' ').length)).toEqual([2, 2]);
  });

  it('leave out, and do not name, a line of which less than two points can be seen', () => {
    const closes = [-60, 0, 60].map((minute) => ({ at: minutesLater(minute), close: 100 + minute }));
    const minute = { from: minutesLater(-0.5), until: minutesLater(0.5) };
    const short = drawn({ fills }, { closes, mids: [mid(0, '100')], ...minute });
    expect(named(short, 'polyline')).toEqual([]);
    expect(texts(short).filter((text) => text === '시간봉 종가' || text === '판단 때 중간가')).toEqual([]);
    const long = drawn({ fills }, { closes, until: minutesLater(60) });
    expect(texts(long)).toContain('시간봉 종가');
    // The line goes on beyond the edge, and its height does not press what is to be seen.
    expect(named(long, 'polyline')[0]?.attributes['points']?.split(' ')).toHaveLength(3);
    expect(texts(long)).not.toContain('40');
  });

  it('draw the arrival price of each task from its beginning on', () => {
    const plans = [
      samplePlan({ isWished: true, supersededAt: minutesLater(30) }),
      samplePlan({ planId: 2, version: 2, reason: 'wish_ended', arrival: '100', ordersBefore: 5, madeAt: minutesLater(30) }),
    ];
    const root = drawn({ plans, fills: [sampleFill({ orderId: 5 }), sampleFill({ orderId: 6, filledAt: minutesLater(40) })] });
    const [first, second] = inside(root)
      .filter(({ name }) => name === 'line')
      .map(({ attributes }) => attributes);
    expect(first?.['x2']).toBe(second?.['x1']);
    expect(texts(root)).toEqual(
      expect.arrayContaining(['도착가 102원 (체납자의 희망, 2026. 3. 5. 12:00부터)', '도착가 100원 (시의 매각, 2026. 3. 5. 12:30부터)']),
    );
  });

  it('say that less was needed than planned, where a sale ended so', () => {
    const done = { saleId: 1, state: 'done', startedAt: NOON, endedAt: minutesLater(60) } as const;
    const slices = [{ startsAt: NOON, quantity: CoinAmount.of('BTC', '10'), ordersBefore: 0 }];
    const ended = (endCode: string | undefined, planned = '10') =>
      texts(drawn({ fills, plans: [samplePlan({ planned })] }, { slices }, { sale: { ...done, endCode } }));
    expect(ended('covered')).toContain('60.0%로 체납액이 충당되어 더 팔지 않고 마침');
    expect(ended('ended_by_official')).toContain('60.0%에서 마침: 담당자가 매각을 마쳤습니다');
    for (const whole of [ended(undefined), ended('covered', '6')]) expect(whole.filter((text) => text.includes('마침'))).toEqual([]);
  });

  it('are described in words that hold without coins as well', () => {
    const words = (root: XmlElement) => named(root, 'desc')[0]?.text;
    expect(words(drawn({ fills }))).toMatch(/^사건 표본-000001\. BTC 매각: /);
    const empty = words(parseXml(casePlot(reportCase(sampleCase([]), ALL_TIME), [])));
    expect(empty).toBe('사건 표본-000001. 아직 그릴 계획이나 체결이 없습니다. 체결 0건, 체결대금 0원.');
  });
});

describe('the plots of any case', () => {
  it('draw one fill alone, a price that never moved, a plan without fills, and nothing', () => {
    const one = drawn({ plans: [], fills: fills.slice(0, 1) }, { from: minutesLater(10), until: minutesLater(10) });
    expect(inside(one).filter(({ name }) => name === 'circle')).toHaveLength(1);
    expect(named(drawn({ fills: [] }, { mids: [mid(0, '100'), mid(60, '100')] }), 'polyline')).toHaveLength(1);
    expect(parseXml(casePlot(reportCase(sampleCase([]), ALL_TIME), [])).text).toContain('아직 그릴 계획이나 체결이 없습니다.');
  });

  it('hold no name that runs', () => {
    const asset = `</text><script>alert(1)</script><g onload="x">&`;
    const quantity = CoinAmount.of(asset, '1');
    const price = Price.of(asset, '100');
    const fill = { ...sampleFill(), quantity, price, proceeds: quantity.costAt(price, VENUE), mid: price, fee: VenueWon.zero(VENUE) };
    const plan = { ...samplePlan(), plannedQuantity: quantity, arrivalPrice: price };
    const root = drawn({ asset, venue: '"><script>', fills: [fill], plans: [plan], lastMid: undefined });
    expect(named(root, 'script')).toEqual([]);
    expect(allOf(root).filter(({ attributes }) => Object.keys(attributes).some((name) => name.startsWith('on')))).toEqual([]);
    expect(root.text).toContain('<script>alert(1)</script>');
  });
});
