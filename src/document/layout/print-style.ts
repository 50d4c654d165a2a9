import type { CustomTableLayout, Style } from 'pdfmake/interfaces.js';
import { FONT_FAMILY } from './font.ts';

/** Sizes and distances in points. */
export const BODY_SIZE = 11;
export const TABLE_SIZE = 9.5;
export const NOTE_SIZE = 9;
export const TITLE_SIZE = 20;
export const HEADING_SIZE = 12;
export const BLOCK_GAP = 9;
const LINE_HEIGHT = 1.25;
export const TABLE_LINE_HEIGHT = 1.12;

export const INK = '#111111';
export const FAINT_INK = '#555555';
export const RULE_COLOR = '#8a8f98';
export const LABEL_FILL = '#f1f3f6';

export const BODY_STYLE: Style = { font: FONT_FAMILY, fontSize: BODY_SIZE, lineHeight: LINE_HEIGHT, color: INK };

const RULE_WIDTH = 0.6;
const CELL_PADDING_SIDE = 5;
const CELL_PADDING_TOP = 4.6;
/** The line height leaves room below the last line already. */
const CELL_PADDING_BOTTOM = 3.4;

/** Thin rules around every cell. */
export const RULED: CustomTableLayout = {
  hLineWidth: () => RULE_WIDTH,
  vLineWidth: () => RULE_WIDTH,
  hLineColor: RULE_COLOR,
  vLineColor: RULE_COLOR,
  paddingLeft: () => CELL_PADDING_SIDE,
  paddingRight: () => CELL_PADDING_SIDE,
  paddingTop: () => CELL_PADDING_TOP,
  paddingBottom: () => CELL_PADDING_BOTTOM,
};

/** What is left for the text of `columns` columns of a ruled table that fills `widthPoints`. */
export function ruledTextWidth(widthPoints: number, columns: number): number {
  return widthPoints - columns * 2 * CELL_PADDING_SIDE - (columns + 1) * RULE_WIDTH;
}
