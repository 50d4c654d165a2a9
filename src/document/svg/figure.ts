import { formatFigure } from '../korean-format.ts';
import type { Layer } from './layer.ts';
import { drawLegend } from './legend.ts';
import { drawLayer, type PlotArea } from './marks.ts';
import { type SvgNode, svg, writeSvg } from './markup.ts';
import { figureTicks, linearScale, timeTicks } from './scale.ts';
import { fittedText, textWidth } from './text-width.ts';

/** One plot over time: the value axis on the left with its unit above it, the time axis below, the legend between heading and plot. */
export interface Panel {
  readonly heading: string;
  /** With the unit, for example `가격 (원)`. */
  readonly valueTitle: string;
  readonly values: readonly [low: number, high: number];
  readonly times: readonly [fromMs: number, untilMs: number];
  /** Pixels between the axes. */
  readonly plotHeight: number;
  readonly layers: readonly Layer[];
}

export interface Figure {
  readonly title: string;
  /** What is to be seen, in words, for whoever cannot see it. */
  readonly description: string;
  /** Under the title, for what belongs to all panels. */
  readonly subtitle: string;
  readonly panels: readonly Panel[];
  /** Stands in the place of panels where there is none. */
  readonly emptyText: string;
}

export const FIGURE_WIDTH = 960;
const MARGIN = 24;
const TITLE_SIZE = 18;
const HEADING_SIZE = 14;
const TEXT_SIZE = 12;
const VALUE_TICKS_MAX = 6;
const TIME_TICKS_MAX = 7;
const PANEL_GAP = 34;
const FONTS = "Pretendard, 'Malgun Gothic', 'Apple SD Gothic Neo', 'Noto Sans KR', 'Noto Sans CJK KR', sans-serif";
const TIME_TITLE = '시각 (서울)';
const INK = '#222222';
const FAINT = '#d9d9d9';

/**
 * Panels under one title as an SVG document: white, 960 pixels wide, without scripts, links or fonts of its own, in colours that
 * the colour-blind can tell apart. All text is escaped.
 */
export function drawFigure({ title, subtitle, description, panels, emptyText }: Figure): string {
  let top = MARGIN + TITLE_SIZE;
  const nodes: SvgNode[] = [
    text(fittedText(title, TITLE_SIZE, FIGURE_WIDTH - 2 * MARGIN), MARGIN, top, TITLE_SIZE, { 'font-weight': 'bold' }),
  ];
  top += TEXT_SIZE + 10;
  nodes.push(text(fittedText(subtitle, TEXT_SIZE, FIGURE_WIDTH - 2 * MARGIN), MARGIN, top, TEXT_SIZE));
  top += 26;
  const scaled = panels.map((panel) => ({ panel, axis: valueAxis(panel) }));
  // The same for all, so that what happened at one time stands below each other.
  const left = MARGIN + Math.max(30, ...scaled.flatMap(({ axis }) => axis.map(({ label }) => textWidth(label, TEXT_SIZE)))) + 8;
  for (const [index, { panel, axis }] of scaled.entries()) {
    const drawn = drawPanel(panel, axis, { left, top, clipId: `plot-${index + 1}` });
    nodes.push(...drawn.nodes);
    top += drawn.height + PANEL_GAP;
  }
  if (panels.length === 0) {
    nodes.push(text(emptyText, MARGIN, top + 10, HEADING_SIZE));
    top += 40;
  }
  const height = Math.ceil(top - (panels.length === 0 ? 0 : PANEL_GAP) + MARGIN);
  return writeSvg(
    svg(
      'svg',
      {
        xmlns: 'http://www.w3.org/2000/svg',
        viewBox: `0 0 ${FIGURE_WIDTH} ${height}`,
        width: FIGURE_WIDTH,
        height,
        role: 'img',
        lang: 'ko',
        'aria-labelledby': 'figure-title figure-description',
        'font-family': FONTS,
      },
      svg('title', { id: 'figure-title' }, title),
      svg('desc', { id: 'figure-description' }, description),
      svg('rect', { x: 0, y: 0, width: FIGURE_WIDTH, height, fill: '#ffffff' }),
      ...nodes,
    ),
  );
}

interface ValueTick {
  readonly value: number;
  readonly label: string;
}

function valueAxis({ values: [low, high] }: Panel): ValueTick[] {
  const { values, decimalPlaces } = figureTicks(low, high, VALUE_TICKS_MAX);
  return values.map((value) => ({ value, label: formatFigure(value.toFixed(decimalPlaces)) }));
}

function drawPanel(
  panel: Panel,
  axis: readonly ValueTick[],
  { left, top, clipId }: { readonly left: number; readonly top: number; readonly clipId: string },
): { readonly nodes: readonly SvgNode[]; readonly height: number } {
  const right = FIGURE_WIDTH - MARGIN - 16;
  const heading = fittedText(panel.heading, HEADING_SIZE, FIGURE_WIDTH - 2 * MARGIN);
  const legend = drawLegend(panel.layers, MARGIN, FIGURE_WIDTH - MARGIN, top + HEADING_SIZE + 8);
  const valueTitleAt = top + HEADING_SIZE + 8 + legend.height + TEXT_SIZE + 8;
  const plotTop = valueTitleAt + 10;
  const bottom = plotTop + panel.plotHeight;
  const area: PlotArea = {
    left,
    right,
    top: plotTop,
    bottom,
    x: linearScale(panel.times, [left, right]),
    y: linearScale(panel.values, [bottom, plotTop]),
  };
  const behind = panel.layers.filter(({ kind }) => kind === 'spans');
  const before = panel.layers.filter(({ kind }) => kind !== 'spans');
  const nodes = [
    text(heading, MARGIN, top + HEADING_SIZE, HEADING_SIZE, { 'font-weight': 'bold' }),
    ...legend.nodes,
    text(panel.valueTitle, MARGIN, valueTitleAt, TEXT_SIZE),
    svg('defs', {}, svg('clipPath', { id: clipId }, svg('rect', { x: left, y: plotTop, width: right - left, height: panel.plotHeight }))),
    ...behind.flatMap((layer) => drawLayer(layer, area)),
    ...drawValues(axis, area),
    ...drawTimes(panel.times, area),
    svg('g', { 'clip-path': `url(#${clipId})` }, ...before.flatMap((layer) => drawLayer(layer, area))),
  ];
  return { nodes, height: bottom + 52 - top };
}

function drawValues(axis: readonly ValueTick[], { left, right, y }: PlotArea): SvgNode[] {
  return axis.flatMap(({ value, label }) => {
    const at = y(value);
    return [
      svg('line', { x1: left, y1: at, x2: right, y2: at, stroke: FAINT, 'stroke-width': 1 }),
      text(label, left - 8, at + TEXT_SIZE * 0.35, TEXT_SIZE, { 'text-anchor': 'end' }),
    ];
  });
}

/** The time axis; the day stands in a second row where it changes. */
function drawTimes([fromMs, untilMs]: Panel['times'], { left, right, bottom, x }: PlotArea): SvgNode[] {
  const ticks = timeTicks(fromMs, untilMs, TIME_TICKS_MAX);
  return [
    svg('line', { x1: left, y1: bottom, x2: right, y2: bottom, stroke: INK, 'stroke-width': 1 }),
    ...ticks.flatMap(({ atMs, label, dayLabel }) => {
      const at = x(atMs);
      return [
        svg('line', { x1: at, y1: bottom, x2: at, y2: bottom + 5, stroke: INK, 'stroke-width': 1 }),
        centred(label, at, bottom + 19),
        ...(dayLabel === undefined ? [] : [centred(dayLabel, at, bottom + 34)]),
      ];
    }),
    text(TIME_TITLE, right, bottom + 50, TEXT_SIZE, { 'text-anchor': 'end' }),
  ];
}

/** Under its tick, or as near to it as the edges of the drawing let it be. */
function centred(label: string, at: number, y: number): SvgNode {
  const half = textWidth(label, TEXT_SIZE) / 2;
  const x = Math.min(Math.max(at, half + 2), FIGURE_WIDTH - half - 2);
  return text(label, x, y, TEXT_SIZE, { 'text-anchor': 'middle' });
}

function text(content: string, x: number, y: number, size: number, more: { 'font-weight'?: string; 'text-anchor'?: string } = {}): SvgNode {
  return svg('text', { x, y, 'font-size': size, fill: INK, ...more }, content);
}
