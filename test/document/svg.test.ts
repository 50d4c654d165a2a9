import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { drawFigure, FIGURE_WIDTH, type Panel } from '../../src/document/svg/figure.ts';
import { svg, writeSvg } from '../../src/document/svg/markup.ts';
import { figureTicks, linearScale, timeTicks } from '../../src/document/svg/scale.ts';
import { fittedText, textWidth } from '../../src/document/svg/text-width.ts';
import { allOf, named, parseXml } from './svg-document.ts';

describe('markup', () => {
  it('writes whatever text as text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (inside, value) => {
        const root = parseXml(writeSvg(svg('g', { id: value }, svg('text', {}, inside))));
        const written = (text: string) => text.replace(/[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/gu, '\ufffd');
        expect([root.attributes['id'], root.text]).toEqual([written(value), written(inside)]);
        expect(allOf(root).map(({ name }) => name)).toEqual(['g', 'text']);
      }),
    );
  });

  it('lets no text end its element or attribute', () => {
    const hostile = `</text><script>alert(1)</script>"' onload='x' & <!-- ]]>`;
    const document = writeSvg(svg('g', { id: hostile }, svg('text', {}, hostile)));
    expect(document).not.toContain('<script');
    expect(named(parseXml(document), 'script')).toEqual([]);
    expect(parseXml(document).text).toBe(hostile);
  });

  it('refuses a coordinate that is no number', () => {
    expect(() => writeSvg(svg('circle', { cx: Number.NaN }))).toThrow('The cx of circle of a drawing is NaN.');
    expect(() => writeSvg(svg('circle', { r: Number.POSITIVE_INFINITY }))).toThrow('Infinity');
  });
});

describe('scales', () => {
  it('maps ends to ends, and an axis of no length to its middle', () => {
    expect([0, 5, 10].map(linearScale([0, 10], [100, 0]))).toEqual([100, 50, 0]);
    expect(linearScale([3, 3], [0, 100])(3)).toBe(50);
  });

  it.each([
    [0, 100, 6, [0, 20, 40, 60, 80, 100], 0],
    [94_321_000, 95_678_000, 6, [94_500_000, 95_000_000, 95_500_000], 0],
    [0.011, 0.0142, 6, [0.011, 0.012, 0.013, 0.014], 3],
    [7, 7, 6, [7], 0],
  ])('figures from %s to %s', (low, high, count, values, decimalPlaces) => {
    const ticks = figureTicks(low, high, count);
    expect(ticks.decimalPlaces).toBe(decimalPlaces);
    expect(ticks.values).toHaveLength(values.length);
    for (const [index, value] of values.entries()) expect(ticks.values[index]).toBeCloseTo(value, 9);
  });

  it('never shows more figures than asked for, all within, evenly apart', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (low, length) => {
        fc.pre(low + length > low * (1 + 1e-6));
        const { values, decimalPlaces } = figureTicks(low, low + length, 6);
        expect(values.length).toBeLessThanOrEqual(6);
        const air = length * 1e-6;
        for (const value of values) expect(value >= low - air && value <= low + length + air).toBe(true);
        expect(new Set(values.map((value) => value.toFixed(decimalPlaces))).size).toBe(values.length);
      }),
    );
  });

  const at = (text: string) => Date.parse(text);

  it('shows round times in Seoul, and the day where it changes', () => {
    const ticks = timeTicks(at('2026-03-05T14:20:00Z'), at('2026-03-05T16:40:00Z'), 7);
    expect(ticks.map(({ label, dayLabel }) => [label, dayLabel])).toEqual([
      ['23:30', '2026. 3. 5.'],
      ['00:00', '2026. 3. 6.'],
      ['00:30', undefined],
      ['01:00', undefined],
      ['01:30', undefined],
    ]);
  });

  it('shows days as days, and the year where it changes', () => {
    const ticks = timeTicks(at('2025-12-30T00:00:00Z'), at('2026-01-04T00:00:00Z'), 7);
    expect(ticks.map(({ label, dayLabel }) => [label, dayLabel])).toEqual([
      ['12. 31.', '2025년'],
      ['1. 1.', '2026년'],
      ['1. 2.', undefined],
      ['1. 3.', undefined],
      ['1. 4.', undefined],
    ]);
  });

  it('shows seconds of a minute, and few times of many years', () => {
    expect(timeTicks(at('2026-03-05T00:00:00Z'), at('2026-03-05T00:01:00Z'), 7).map(({ label }) => label)).toEqual([
      '09:00:00',
      '09:00:10',
      '09:00:20',
      '09:00:30',
      '09:00:40',
      '09:00:50',
      '09:01:00',
    ]);
    expect(timeTicks(0, at('2026-01-01T00:00:00Z'), 7).length).toBeLessThanOrEqual(7);
  });

  it('shows at most as many times as asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 1e12 }), (from, length) => {
        const ticks = timeTicks(from, from + length, 7);
        expect(ticks.length).toBeLessThanOrEqual(7);
        for (const tick of ticks) expect(tick.atMs >= from && tick.atMs <= from + length).toBe(true);
      }),
    );
  });
});

test('a text is cut where it would leave its place', () => {
  expect(fittedText('짧은 글', 12, 200)).toBe('짧은 글');
  const cut = fittedText('가'.repeat(100), 12, 200);
  expect(cut.endsWith('…')).toBe(true);
  expect(textWidth(cut, 12)).toBeLessThanOrEqual(200);
});

const HOUR_MS = 3_600_000;
const noon = Date.parse('2026-03-05T03:00:00Z');

function panel(change: Partial<Panel> = {}): Panel {
  return {
    heading: 'BTC · 가격',
    valueTitle: '가격 (원)',
    values: [94_000_000, 96_000_000],
    times: [noon, noon + 6 * HOUR_MS],
    plotHeight: 200,
    layers: [
      {
        kind: 'spans',
        legend: '멈춘 시간',
        colour: '#ececec',
        spans: [{ fromMs: noon + HOUR_MS, untilMs: noon + 2 * HOUR_MS, title: '멈춤' }],
      },
      {
        kind: 'line',
        legend: '중간가',
        colour: '#222222',
        width: 1.5,
        breakAfterMs: 2 * HOUR_MS,
        points: [0, 1, 2, 5].map((hour) => ({ atMs: noon + hour * HOUR_MS, value: 95_000_000 + hour * 1_000 })),
      },
      { kind: 'level', legend: '도착가', colour: '#009e73', dash: '9 4', value: 95_500_000, fromMs: undefined, untilMs: undefined },
      {
        kind: 'dots',
        legend: '체결',
        marker: 'diamond',
        colour: '#0072b2',
        points: [{ atMs: noon + HOUR_MS, value: 95_000_000, share: 1, title: '첫 체결' }],
      },
      { kind: 'steps', legend: '판 비율', colour: '#d55e00', width: 2, dash: undefined, points: [{ atMs: noon, value: 94_500_000 }] },
      { kind: 'note', legend: '넓이는 수량' },
    ],
    ...change,
  };
}

function figure(panels: readonly Panel[], title = '그림'): string {
  return drawFigure({ title, subtitle: '소제목', description: '설명', panels, emptyText: '그릴 것이 없습니다.' });
}

describe('a figure', () => {
  it('is a picture with a title and a description, that can be scaled and holds nothing that runs or is fetched', () => {
    const document = figure([panel(), panel({ heading: 'ETH' })]);
    const root = parseXml(document);
    expect(root.attributes).toMatchObject({
      width: String(FIGURE_WIDTH),
      role: 'img',
      'aria-labelledby': 'figure-title figure-description',
    });
    expect(root.attributes['viewBox']).toBe(`0 0 ${FIGURE_WIDTH} ${root.attributes['height']}`);
    expect(root.children.slice(0, 2).map(({ name, text }) => [name, text])).toEqual([
      ['title', '그림'],
      ['desc', '설명'],
    ]);
    const drawn = ['svg', 'title', 'desc', 'rect', 'text', 'line', 'path', 'polyline', 'circle', 'g', 'defs', 'clipPath'];
    expect(allOf(root).filter(({ name }) => !drawn.includes(name))).toEqual([]);
    const attributes = new Set(allOf(root).flatMap((element) => Object.keys(element.attributes)));
    expect([...attributes].filter((name) => /^on|href|src|style/.test(name))).toEqual([]);
    expect(allOf(root).flatMap((element) => Object.values(element.attributes).filter((value) => value.includes('url(')))).toEqual([
      'url(#plot-1)',
      'url(#plot-2)',
    ]);
    const ids = allOf(root).flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('keeps every text within its edges, and no two of them over each other', () => {
    const wide = panel({
      heading: '가'.repeat(200),
      values: [0.00001234, 0.00009876],
      layers: [...panel().layers, ...panel().layers, { kind: 'note', legend: '긴 '.repeat(99) }],
    });
    const root = parseXml(figure([panel(), wide, panel({ times: [noon, noon + 400 * 24 * HOUR_MS] })], '제'.repeat(300)));
    const boxes = named(root, 'text').map(({ attributes, text }) => {
      const size = Number(attributes['font-size']);
      const width = textWidth(text, size);
      const anchor = attributes['text-anchor'] ?? 'start';
      const left = Number(attributes['x']) - (anchor === 'start' ? 0 : anchor === 'end' ? width : width / 2);
      const bottom = Number(attributes['y']) + size * 0.25;
      return { text, left, right: left + width, top: bottom - size, bottom };
    });
    const height = Number(root.attributes['height']);
    for (const box of boxes)
      expect(box.left >= 0 && box.right <= FIGURE_WIDTH && box.top >= 0 && box.bottom <= height, box.text).toBe(true);
    const overlapping = boxes.flatMap((a, index) =>
      boxes.slice(index + 1).flatMap((b) => {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        return apart ? [] : [`${a.text} | ${b.text}`];
      }),
    );
    expect(overlapping).toEqual([]);
  });

  it('writes won with separators and times in Seoul', () => {
    const texts = named(parseXml(figure([panel()])), 'text').map(({ text }) => text);
    for (const text of ['95,000,000', '94,500,000', '12:00', '2026. 3. 5.', '가격 (원)', '시각 (서울)']) expect(texts).toContain(text);
  });
});

test('a level holds over the whole time, or between its instants', () => {
  const level = (fromMs: number | undefined, untilMs: number | undefined) => {
    const layer = { kind: 'level', legend: undefined, colour: '#009e73', dash: '9 4', value: 95_000_000, fromMs, untilMs } as const;
    const drawn = named(parseXml(figure([panel({ layers: [layer] })])), 'line').filter(
      ({ attributes }) => 'stroke-dasharray' in attributes,
    );
    return drawn.map(({ attributes }) => [Number(attributes['x1']), Number(attributes['x2'])])[0] ?? [];
  };
  const [left = 0, right = 0] = level(undefined, undefined);
  const middle = (left + right) / 2;
  expect(level(noon + 3 * HOUR_MS, undefined)).toEqual([expect.closeTo(middle, 1), right]);
  expect(level(undefined, noon + 3 * HOUR_MS)).toEqual([left, expect.closeTo(middle, 1)]);
});

describe('a line', () => {
  it('breaks over a gap, and still shows a lone point', () => {
    const [broken] = named(parseXml(figure([panel()])), 'polyline');
    expect(broken?.attributes['points']?.split(' ')).toHaveLength(3);
    const lone = named(parseXml(figure([panel()])), 'circle');
    expect(lone).toHaveLength(1);
  });

  it('of very many points is drawn with few that keep its extremes', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => ({
      atMs: noon + index * 400,
      value: index === 25_000 ? 95_900_000 : 95_000_000,
    }));
    const layers = [{ kind: 'line', legend: '중간가', colour: '#222222', width: 1, breakAfterMs: undefined, points: many }] as const;
    const whole = panel({ layers, times: [noon, noon + 50_000 * 400] });
    const [line] = named(parseXml(figure([whole])), 'polyline');
    const drawn = (line?.attributes['points'] ?? '').split(' ').map((pair) => Number(pair.split(',')[1]));
    expect(drawn.length).toBeLessThan(4_000);
    expect(drawn.filter((y) => y < Math.max(...drawn))).toHaveLength(1);
  });
});

test('a figure says so where there is nothing to draw', () => {
  expect(parseXml(figure([])).text).toContain('그릴 것이 없습니다.');
});
