import { Won } from '../kernel/money.ts';
import { formatDay, formatFigure, formatWonFigure } from './korean-format.ts';
import type { Orientation } from './layout/page-geometry.ts';
import type { WritableColumn } from './table-content.ts';

/** A document for paper: what it says, in order. How it looks is decided in one place, `print-content.ts`. */
export interface PrintDocument {
  /** Stands in the file's properties and in the footer. */
  readonly title: string;
  /** Document number; stands in the footer of every page. */
  readonly reference: string;
  readonly orientation?: Orientation;
  readonly blocks: readonly Block[];
  /** True marks every page as a sample without effect. */
  readonly isSample: boolean;
}

export type Block =
  /** The name of a form, large and centred. */
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string; readonly align?: Alignment }
  | { readonly kind: 'items'; readonly items: readonly Item[] }
  | FactsBlock
  | TableBlock
  /** The provisions a document rests on. */
  | { readonly kind: 'legalBasis'; readonly provisions: readonly string[] }
  /** An explanation in small type, marked with ※. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'attachments'; readonly names: readonly string[] }
  | LetterheadBlock
  | SignatureBlock
  /** Blocks that stay on one page, for the end of a letter; together they must be lower than a page. */
  | { readonly kind: 'together'; readonly blocks: readonly Block[] };

export type Alignment = 'left' | 'center' | 'right';

/** A numbered item; the levels below are numbered 1. 가. 1) 가) (1) (가) as official documents are. */
export interface Item {
  readonly text: string;
  readonly items?: readonly Item[];
}

/** Labels and values in a ruled box, one or two pairs in a row. */
export interface FactsBlock {
  readonly kind: 'facts';
  readonly pairsPerRow?: 1 | 2;
  readonly facts: readonly Fact[];
}

export interface Fact {
  readonly label: string;
  readonly value: string | Won;
}

export interface TableBlock {
  readonly kind: 'table';
  readonly caption?: string;
  readonly columns: readonly { readonly header: string; readonly align: Alignment; readonly weight: number }[];
  readonly rows: readonly (readonly string[])[];
  /** The last row: sums under their columns, and a label over the `labelColumns` (at least one) before the first sum. */
  readonly totals?: { readonly texts: readonly string[]; readonly labelColumns: number };
}

export interface LetterheadBlock {
  readonly kind: 'letterhead';
  readonly agencyName: string;
  readonly documentNumber: string;
  readonly issued: string;
  readonly recipientName: string;
  readonly recipientAddress: string;
  readonly subject: string;
}

export interface SignatureBlock {
  readonly kind: 'signature';
  readonly day: string;
  readonly signatory: string;
  readonly isSealOmitted: boolean;
  readonly contact: readonly string[];
}

/** A column of a printed table: kinds and values as in a written one, with its share of the width. */
export type PrintColumn<Row> = WritableColumn<Row> & {
  /** Width in proportion to the other columns. */
  readonly weight?: number;
  /** Won only: the sum stands below the column. */
  readonly isTotalled?: boolean;
};

const WEIGHTS = { text: 3, won: 2.2, decimal: 2.4, date: 1.8 } as const;
const ALIGNMENTS = { text: 'left', won: 'right', decimal: 'right', date: 'center' } as const;

/** A table block from rows: figures with separators and to the right, days as Korean documents write them, sums where asked for. */
export function tableBlock<Row>(columns: readonly PrintColumn<Row>[], rows: readonly Row[], caption?: string): TableBlock {
  const totals = columns.map((column) => totalOf(column, rows));
  const firstSum = totals.findIndex((total) => total !== undefined);
  const texts = totals.map((total, index) => total ?? (index === 0 ? `합계 (${rows.length}건)` : ''));
  return {
    kind: 'table',
    ...(caption === undefined ? {} : { caption }),
    columns: columns.map(({ header, kind, weight }) => ({ header, align: ALIGNMENTS[kind], weight: weight ?? WEIGHTS[kind] })),
    rows: rows.map((row) => columns.map((column) => printedCell(column, row))),
    ...(firstSum === -1 ? {} : { totals: { texts, labelColumns: Math.max(1, firstSum) } }),
  };
}

function printedCell<Row>(column: PrintColumn<Row>, row: Row): string {
  switch (column.kind) {
    case 'text':
      return column.value(row) ?? '';
    case 'won': {
      const amount = column.value(row);
      return amount === undefined ? '' : formatWonFigure(amount);
    }
    case 'decimal': {
      const figure = column.value(row);
      return figure === undefined ? '' : formatFigure(figure);
    }
    case 'date': {
      const day = column.value(row);
      return day === undefined ? '' : formatDay(day);
    }
  }
}

function totalOf<Row>(column: PrintColumn<Row>, rows: readonly Row[]): string | undefined {
  if (column.kind !== 'won' || column.isTotalled !== true) return undefined;
  return formatWonFigure(Won.sum(rows.map((row) => column.value(row) ?? Won.zero)));
}
