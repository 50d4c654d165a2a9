/** Lengths in points (1/72 inch). A4 with the margins of Korean official documents: 20 mm at the sides. */

export type Orientation = 'portrait' | 'landscape';

const A4_SHORT = 595.28;
const A4_LONG = 841.89;
const SIDE_MARGIN = 56.7;
const TOP_MARGIN = 51;
const BOTTOM_MARGIN = 56.7;

export const PAGE_MARGINS: [number, number, number, number] = [SIDE_MARGIN, TOP_MARGIN, SIDE_MARGIN, BOTTOM_MARGIN];

export function contentWidth(orientation: Orientation): number {
  return (orientation === 'portrait' ? A4_SHORT : A4_LONG) - 2 * SIDE_MARGIN;
}

/** More than half a page in either orientation: a table row higher than this may be divided between pages. */
export const UNDIVIDED_HEIGHT_MAX = 240;
