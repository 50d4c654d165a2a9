import { CheongsanError } from '../../kernel/errors.ts';

/** The elements our drawings are made of. None of them can run anything, nor fetch anything. */
export type SvgName =
  | 'svg'
  | 'title'
  | 'desc'
  | 'defs'
  | 'pattern'
  | 'clipPath'
  | 'g'
  | 'rect'
  | 'circle'
  | 'line'
  | 'path'
  | 'polyline'
  | 'text';

export type SvgAttribute =
  | 'xmlns'
  | 'viewBox'
  | 'width'
  | 'height'
  | 'role'
  | 'lang'
  | 'id'
  | 'aria-labelledby'
  | 'patternUnits'
  | 'patternTransform'
  | 'clip-path'
  | 'x'
  | 'y'
  | 'x1'
  | 'y1'
  | 'x2'
  | 'y2'
  | 'cx'
  | 'cy'
  | 'r'
  | 'd'
  | 'points'
  | 'fill'
  | 'fill-opacity'
  | 'stroke'
  | 'stroke-width'
  | 'stroke-dasharray'
  | 'stroke-linejoin'
  | 'font-family'
  | 'font-size'
  | 'font-weight'
  | 'text-anchor';

export type SvgAttributes = { readonly [Name in SvgAttribute]?: string | number };

/** One element, as data: text becomes text only when it is written, so there is no way to put markup in. */
export interface SvgNode {
  readonly name: SvgName;
  readonly attributes: SvgAttributes;
  readonly children: readonly (SvgNode | string)[];
}

export function svg(name: SvgName, attributes: SvgAttributes, ...children: readonly (SvgNode | string)[]): SvgNode {
  return { name, attributes, children };
}

/** A whole drawing as an XML document. Error: `INTERNAL` for a coordinate that is no number. */
export function writeSvg(root: SvgNode): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root)}\n`;
}

function written({ name, attributes, children }: SvgNode): string {
  const head = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${escapeXml(valueText(value, name, attribute))}"`);
  if (children.length === 0) return `<${name}${head.join('')}/>`;
  const inner = children.map((child) => (typeof child === 'string' ? escapeXml(child) : written(child)));
  return `<${name}${head.join('')}>${inner.join('')}</${name}>`;
}

function valueText(value: string | number, name: SvgName, attribute: string): string {
  return typeof value === 'string' ? value : coordinate(value, `${attribute} of ${name}`);
}

/** To a hundredth of a pixel, finer than anything shows. */
export function coordinate(value: number, what: string): string {
  if (!Number.isFinite(value)) throw new CheongsanError('INTERNAL', `The ${what} of a drawing is ${value}.`);
  return String(Math.round(value * 100) / 100);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** What XML 1.0 cannot hold, not even escaped: control characters, halves of surrogate pairs, the two non-characters. */
const UNWRITABLE = /[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/gu;

export function escapeXml(text: string): string {
  return text.replace(UNWRITABLE, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
