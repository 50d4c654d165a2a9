import type { DotLayer, Layer, LevelLayer, LineLayer, PlotPoint, SpanLayer, StepLayer } from './layer.ts';
import { coordinate, type SvgNode, svg } from './markup.ts';
import type { Scale } from './scale.ts';

/** The rectangle inside the axes, and what maps onto it. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Scale;
  readonly y: Scale;
}

/** So much wider than its line is a point that has no line. */
const LONE_POINT_EXTRA = 0.75;
const DOT_RADIUS_MIN = 3.5;
const DOT_RADIUS_MAX = 11;

/** What a layer draws inside the axes. */
export function drawLayer(layer: Layer, area: PlotArea): SvgNode[] {
  switch (layer.kind) {
    case 'line':
      return drawLine(layer, area);
    case 'steps':
      return drawSteps(layer, area);
    case 'level':
      return [drawLevel(layer, area)];
    case 'dots':
      return drawDots(layer, area);
    case 'spans':
      return drawSpans(layer, area);
    case 'note':
      return [];
  }
}

function drawLine({ points, colour, width, breakAfterMs }: LineLayer, area: PlotArea): SvgNode[] {
  return pieces(points, breakAfterMs).flatMap((piece) => {
    const [first, second] = piece;
    // A lone point has no line, yet it is known.
    if (first !== undefined && second === undefined) {
      return [svg('circle', { cx: area.x(first.atMs), cy: area.y(first.value), r: width + LONE_POINT_EXTRA, fill: colour })];
    }
    const drawn = thinned(piece, area).map(({ atMs, value }) => pair(area.x(atMs), area.y(value)));
    return [svg('polyline', { points: drawn.join(' '), fill: 'none', stroke: colour, 'stroke-width': width, 'stroke-linejoin': 'round' })];
  });
}

function pieces(points: readonly PlotPoint[], breakAfterMs: number | undefined): PlotPoint[][] {
  const found: PlotPoint[][] = [];
  let before: PlotPoint | undefined;
  for (const point of points) {
    const isBroken = before === undefined || (breakAfterMs !== undefined && point.atMs - before.atMs > breakAfterMs);
    if (isBroken) found.push([point]);
    else found.at(-1)?.push(point);
    before = point;
  }
  return found;
}

/** First, lowest, highest and last point of every column of pixels: looks the same, however many points there are. */
function thinned(points: readonly PlotPoint[], { x, left, right }: PlotArea): readonly PlotPoint[] {
  if (points.length <= (right - left) * 2) return points;
  const columns = new Map<number, PlotPoint[]>();
  for (const point of points) {
    const column = Math.floor(x(point.atMs));
    const known = columns.get(column);
    if (known === undefined) columns.set(column, [point]);
    else known.push(point);
  }
  return [...columns.values()].flatMap((inColumn) => {
    const byValue = inColumn.toSorted((a, b) => a.value - b.value);
    const kept = new Set([inColumn[0], byValue[0], byValue.at(-1), inColumn.at(-1)]);
    return inColumn.filter((point) => kept.has(point));
  });
}

function drawSteps({ points, colour, width, dash }: StepLayer, { x, y, right }: PlotArea): SvgNode[] {
  const [first, ...rest] = points;
  if (first === undefined) return [];
  const path = rest.map(({ atMs, value }) => `H${coordinate(x(atMs), 'x of a step')}V${coordinate(y(value), 'y of a step')}`);
  const d = `M${pair(x(first.atMs), y(first.value))}${path.join('')}H${coordinate(right, 'end of a step')}`;
  const dashed = dash === undefined ? {} : { 'stroke-dasharray': dash };
  return [svg('path', { d, fill: 'none', stroke: colour, 'stroke-width': width, ...dashed })];
}

function drawLevel({ value, colour, dash, fromMs, untilMs }: LevelLayer, { left, right, x, y }: PlotArea): SvgNode {
  const at = y(value);
  const [x1, x2] = [fromMs === undefined ? left : x(fromMs), untilMs === undefined ? right : x(untilMs)];
  return svg('line', { x1, y1: at, x2, y2: at, stroke: colour, 'stroke-width': 1.75, 'stroke-dasharray': dash });
}

function drawDots({ points, colour, marker }: DotLayer, { x, y }: PlotArea): SvgNode[] {
  // The small ones last, so that no large one hides them.
  return points
    .toSorted((a, b) => b.share - a.share)
    .map(({ atMs, value, share, title }) => {
      const radius = Math.max(DOT_RADIUS_MIN, DOT_RADIUS_MAX * Math.sqrt(Math.min(1, share)));
      return drawMarker(marker, { cx: x(atMs), cy: y(value), radius, colour }, title);
    });
}

export function drawMarker(
  marker: DotLayer['marker'],
  { cx, cy, radius, colour }: { readonly cx: number; readonly cy: number; readonly radius: number; readonly colour: string },
  title: string | undefined,
): SvgNode {
  const look = { fill: colour, 'fill-opacity': 0.8, stroke: '#ffffff', 'stroke-width': 1 };
  const children = title === undefined ? [] : [svg('title', {}, title)];
  if (marker === 'circle') return svg('circle', { cx, cy, r: radius, ...look }, ...children);
  const reach = radius * 1.2;
  const d = `M${pair(cx, cy - reach)}L${pair(cx + reach, cy)}L${pair(cx, cy + reach)}L${pair(cx - reach, cy)}Z`;
  return svg('path', { d, ...look }, ...children);
}

function drawSpans({ spans, colour }: SpanLayer, { x, left, right, top, bottom }: PlotArea): SvgNode[] {
  return spans.flatMap(({ fromMs, untilMs, title }) => {
    const start = Math.max(left, x(fromMs));
    // However short, it is to be seen.
    const width = Math.max(1, Math.min(right, x(untilMs)) - start);
    if (start > right || x(untilMs) < left) return [];
    return [svg('rect', { x: start, y: top, width, height: bottom - top, fill: colour }, svg('title', {}, title))];
  });
}

function pair(x: number, y: number): string {
  return `${coordinate(x, 'x')},${coordinate(y, 'y')}`;
}
