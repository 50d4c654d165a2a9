import type { Layer } from './layer.ts';
import { drawMarker } from './marks.ts';
import { type SvgNode, svg } from './markup.ts';
import { fittedText, textWidth } from './text-width.ts';

const FONT_SIZE = 12;
const ROW_HEIGHT = 20;
const SIGN_WIDTH = 28;
const SIGN_GAP = 6;
const ITEM_GAP = 22;

export interface DrawnLegend {
  readonly nodes: readonly SvgNode[];
  readonly height: number;
}

/** The signs of the layers with their names, in as many rows as they need. */
export function drawLegend(layers: readonly Layer[], left: number, right: number, top: number): DrawnLegend {
  let x = left;
  let row = 0;
  const nodes = layers.flatMap((layer) => {
    if (layer.legend === undefined) return [];
    const signWidth = layer.kind === 'note' ? 0 : SIGN_WIDTH + SIGN_GAP;
    const name = fittedText(layer.legend, FONT_SIZE, right - left - signWidth);
    const width = signWidth + textWidth(name, FONT_SIZE);
    if (x > left && x + width > right) {
      x = left;
      row += 1;
    }
    const middle = top + row * ROW_HEIGHT + ROW_HEIGHT / 2;
    const text = svg('text', { x: x + signWidth, y: middle + FONT_SIZE * 0.35, 'font-size': FONT_SIZE, fill: '#222222' }, name);
    const drawn = [...sign(layer, x, middle), text];
    x += width + ITEM_GAP;
    return drawn;
  });
  return { nodes, height: nodes.length === 0 ? 0 : (row + 1) * ROW_HEIGHT };
}

function sign(layer: Layer, x: number, middle: number): SvgNode[] {
  switch (layer.kind) {
    case 'line':
      return [line(x, middle, layer.colour, layer.width, undefined)];
    case 'steps':
      return [line(x, middle, layer.colour, layer.width, layer.dash)];
    case 'level':
      return [line(x, middle, layer.colour, 1.75, layer.dash)];
    case 'dots':
      return [drawMarker(layer.marker, { cx: x + SIGN_WIDTH / 2, cy: middle, radius: 6, colour: layer.colour }, undefined)];
    case 'spans':
      return [svg('rect', { x, y: middle - 7, width: SIGN_WIDTH, height: 14, fill: layer.colour, stroke: '#8a8a8a', 'stroke-width': 0.5 })];
    case 'note':
      return [];
  }
}

function line(x: number, y: number, stroke: string, width: number, dash: string | undefined): SvgNode {
  const dashed = dash === undefined ? {} : { 'stroke-dasharray': dash };
  return svg('line', { x1: x, y1: y, x2: x + SIGN_WIDTH, y2: y, stroke, 'stroke-width': width, ...dashed });
}
