import type { Column, Content, TableCell } from 'pdfmake/interfaces.js';
import { Won } from '../../kernel/money.ts';
import { formatWon } from '../korean-format.ts';
import type { Alignment, Block, FactsBlock, Item, TableBlock } from '../print-document.ts';
import { columnWidths } from './column-widths.ts';
import { itemMarker } from './item-marker.ts';
import { letterheadContent, signatureContent } from './letter-content.ts';
import { UNDIVIDED_HEIGHT_MAX } from './page-geometry.ts';
import {
  BLOCK_GAP,
  BODY_SIZE,
  FAINT_INK,
  HEADING_SIZE,
  LABEL_FILL,
  NOTE_SIZE,
  RULED,
  ruledTextWidth,
  TABLE_LINE_HEIGHT,
  TABLE_SIZE,
  TITLE_SIZE,
} from './print-style.ts';
import { flow, linesAtMost } from './text-flow.ts';

/** The layout of one block for a column of the given width in points. Error: `INPUT_INVALID` for text without glyphs. */
export function blockContent(block: Block, width: number): Content {
  switch (block.kind) {
    case 'title':
      return { text: flow(block.text, width, TITLE_SIZE), fontSize: TITLE_SIZE, bold: true, alignment: 'center', margin: [0, 6, 0, 18] };
    case 'heading':
      return { text: flow(block.text, width, HEADING_SIZE), fontSize: HEADING_SIZE, bold: true, margin: [0, BLOCK_GAP, 0, 5] };
    case 'paragraph':
      return { text: flow(block.text, width, BODY_SIZE), alignment: block.align ?? 'left', margin: [0, 0, 0, BLOCK_GAP] };
    case 'items':
      return { stack: itemsContent(block.items, 0, width), margin: [0, 0, 0, BLOCK_GAP - 3] };
    case 'facts':
      return factsContent(block, width);
    case 'table':
      return tableContent(block, width);
    case 'legalBasis':
      return labelledLine('근거', block.provisions.join(', '), width);
    case 'note':
      return { ...hanging('※', block.text, NOTE_SIZE + 4, width, NOTE_SIZE), fontSize: NOTE_SIZE, color: FAINT_INK, margin: [0, 0, 0, 4] };
    case 'attachments':
      return attachmentsContent(block.names, width);
    case 'letterhead':
      return letterheadContent(block, width);
    case 'signature':
      return signatureContent(block, width);
    case 'together':
      return { stack: block.blocks.map((inner) => blockContent(inner, width)), unbreakable: true };
  }
}

/** Ascender and descender of the font together. */
const FONT_HEIGHT_EM = 1.2;

/** A marker in the margin and its text beside it, so that further lines begin under the first. */
function hanging(marker: string, text: string, markerWidth: number, width: number, fontSize: number): { columns: Column[] } {
  return {
    columns: [
      { text: marker, width: markerWidth },
      { text: flow(text, width - markerWidth, fontSize), width: width - markerWidth },
    ],
  };
}

const MARKER_WIDTHS = [20, 20, 20, 20, 24, 24] as const;

function itemsContent(items: readonly Item[], level: number, width: number): Content[] {
  const markerWidth = MARKER_WIDTHS[level] ?? 0;
  return items.flatMap((item, index) => [
    { ...hanging(itemMarker(level, index), item.text, markerWidth, width, BODY_SIZE), margin: [0, 0, 0, 3] },
    ...(item.items === undefined || item.items.length === 0
      ? []
      : [{ stack: itemsContent(item.items, level + 1, width - markerWidth), margin: [markerWidth, 0, 0, 0] } satisfies Content]),
  ]);
}

const LINE_LABEL_WIDTH = 40;

function labelledLine(label: string, text: string, width: number): Content {
  return { ...hanging(label, text, LINE_LABEL_WIDTH, width, BODY_SIZE), margin: [0, 0, 0, BLOCK_GAP] };
}

function attachmentsContent(names: readonly string[], width: number): Content {
  const textWidth = width - LINE_LABEL_WIDTH;
  const lines =
    names.length === 1
      ? [{ text: flow(names[0] ?? '', textWidth, BODY_SIZE) }]
      : itemsContent(
          names.map((text) => ({ text })),
          0,
          textWidth,
        );
  return {
    columns: [
      { text: '붙임', width: LINE_LABEL_WIDTH },
      { stack: lines, width: textWidth },
    ],
    margin: [0, BLOCK_GAP, 0, BLOCK_GAP],
  };
}

const FACT_LABEL_WIDTH = 84;

function factsContent(block: FactsBlock, width: number): Content {
  if (block.facts.length === 0) return [];
  const pairs = block.pairsPerRow ?? 1;
  const valueWidth = (ruledTextWidth(width, pairs * 2) - pairs * FACT_LABEL_WIDTH) / pairs;
  const body: TableCell[][] = [];
  for (let index = 0; index < block.facts.length; index += pairs) {
    const facts = block.facts.slice(index, index + pairs);
    // The last pair of a row that is not full takes the rest of the row.
    const span = facts.length < pairs ? 3 : 1;
    const cells = facts.flatMap(({ label, value }): TableCell[] => [
      { text: flow(label, FACT_LABEL_WIDTH, TABLE_SIZE), fillColor: LABEL_FILL, alignment: 'center' },
      { text: flow(printedValue(value), valueWidth, TABLE_SIZE), colSpan: span },
    ]);
    body.push(span === 1 ? cells : [...cells, {}, {}]);
  }
  const texts = block.facts.map(({ value }) => printedValue(value));
  return {
    table: {
      widths: Array.from({ length: pairs }, () => [FACT_LABEL_WIDTH, valueWidth]).flat(),
      body,
      dontBreakRows: mayStayUndivided(texts, valueWidth),
    },
    layout: RULED,
    fontSize: TABLE_SIZE,
    lineHeight: TABLE_LINE_HEIGHT,
    margin: [0, 0, 0, BLOCK_GAP + 3],
  };
}

function printedValue(value: string | Won): string {
  return value instanceof Won ? formatWon(value) : value;
}

/** Figures below one another have digits of one width. */
const FEATURES: Readonly<Record<Alignment, 'tnum'[]>> = { left: [], center: [], right: ['tnum'] };

function tableContent(block: TableBlock, width: number): Content {
  const textWidth = ruledTextWidth(width, block.columns.length);
  const widths = columnWidths(block, textWidth, TABLE_SIZE);
  const line = (texts: readonly string[]) =>
    block.columns.map(({ align }, index) => ({
      text: flow(texts[index] ?? '', widths[index] ?? 0, TABLE_SIZE),
      alignment: align,
      fontFeatures: FEATURES[align],
    }));
  const header = block.columns.map(
    ({ header: text }, index): TableCell => ({
      text: flow(text, widths[index] ?? 0, TABLE_SIZE),
      alignment: 'center',
      bold: true,
      fillColor: LABEL_FILL,
    }),
  );
  const { texts = [], labelColumns = 1 } = block.totals ?? {};
  const totals = line(texts).map((cell, index): TableCell => {
    const isCovered = index > 0 && index < labelColumns;
    return isCovered ? {} : { ...cell, bold: true, fillColor: LABEL_FILL, colSpan: index === 0 ? labelColumns : 1 };
  });
  const narrowest = Math.min(...widths);
  const table: Content = {
    table: {
      widths,
      headerRows: 1,
      keepWithHeaderRows: 1,
      body: [
        header,
        ...(block.rows.length === 0 ? [noRows(block.columns.length)] : block.rows.map(line)),
        ...(block.totals === undefined ? [] : [totals]),
      ],
      dontBreakRows: mayStayUndivided(block.rows.flat(), narrowest),
    },
    layout: RULED,
    fontSize: TABLE_SIZE,
    lineHeight: TABLE_LINE_HEIGHT,
  };
  const caption: Content[] =
    block.caption === undefined
      ? []
      : [{ text: flow(block.caption, width, TABLE_SIZE), fontSize: TABLE_SIZE, bold: true, margin: [0, 0, 0, 3] }];
  return { stack: [...caption, table], margin: [0, 0, 0, BLOCK_GAP + 3] };
}

/** An empty table says so, lest it look as if its rows were lost. */
function noRows(columnCount: number): TableCell[] {
  return Array.from(
    { length: columnCount },
    (_, index): TableCell => (index === 0 ? { text: '해당 없음', alignment: 'center', colSpan: columnCount } : {}),
  );
}

/** A row kept whole that is higher than a page would lose its end, so rows that might be are left to break. */
function mayStayUndivided(texts: readonly string[], width: number): boolean {
  return texts.every(
    (text) => linesAtMost(text, width, TABLE_SIZE) * TABLE_SIZE * TABLE_LINE_HEIGHT * FONT_HEIGHT_EM <= UNDIVIDED_HEIGHT_MAX,
  );
}
