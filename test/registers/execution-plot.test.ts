import { describe, expect, it } from 'vitest';
import { CoinAmount, Price, VenueWon } from '../../src/kernel/money.ts';
import { casePlot } from '../../src/registers/execution/case-plot.ts';
import type { Fill } from '../../src/registers/execution/cost.ts';
import { ALL_TIME, type HoldingFacts } from '../../src/registers/execution/facts.ts';
import type { HoldingPlotFacts } from '../../src/registers/execution/plot-facts.ts';
import { reportCase } from '../../src/registers/execution/report.ts';
import { allOf, named, parseXml, type XmlElement } from '../document/svg-document.ts';
import { minutesLater, NOON, sampleCase, sampleFill, sampleHolding, samplePlan, VENUE } from './execution-sample.ts';

const mid = (minute: number, price: string) => ({ price: Price.of('BTC', price), at: minutesLater(minute), source: 'book' as const });

function drawn(change: Partial<HoldingFacts>, more: Partial<Omit<HoldingPlotFacts, 'holding'>> = {}): XmlElement {
  const report = reportCase(sampleCase([sampleHolding({ windowStart: undefined, ...change })]), ALL_TIME);
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
