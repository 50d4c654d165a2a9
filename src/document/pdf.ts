import { readFileSync } from 'node:fs';
import pdfmake from 'pdfmake';
import type { Content, ContentSection, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { CheongsanError } from '../kernel/errors.ts';
import { FONT_FACES, FONT_FAMILY, FONT_STYLES } from './layout/font.ts';
import { withoutShaping } from './layout/font-tables.ts';
import { contentWidth, PAGE_MARGINS } from './layout/page-geometry.ts';
import { blockContent } from './layout/print-content.ts';
import { BODY_STYLE, FAINT_INK, NOTE_SIZE } from './layout/print-style.ts';
import { flow } from './layout/text-flow.ts';
import type { PrintDocument } from './print-document.ts';

declare module 'pdfmake' {
  /** Published with the library and missing from its types: fonts may come from here instead of the disk. */
  const virtualfs: { writeFileSync(name: string, content: Buffer): void };
}

export interface PdfOptions {
  /** Stands in the file as its date of creation; with the content it determines every byte. */
  readonly createdAt: Date;
}

const SAMPLE_MARK = '표본 – 효력 없음';
const PRODUCER = 'Cheongsan';

for (const [name, file] of Object.entries(FONT_FACES)) pdfmake.virtualfs.writeFileSync(name, withoutShaping(readFileSync(file)));
pdfmake.setFonts({ [FONT_FAMILY]: { ...FONT_STYLES } });
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy(() => false);

/** One document as a PDF with its fonts embedded; the same document and instant give the same bytes. Error: `INPUT_INVALID` for text without glyphs. */
export function renderPdf(document: PrintDocument, options: PdfOptions): Promise<Buffer> {
  return renderPrintFile([document], options);
}

/**
 * Many documents as one file to print: each begins on a new page and counts its own pages, and the fonts are embedded once.
 * Error: `INPUT_INVALID` for an empty list and for text without glyphs.
 */
export async function renderPrintFile(documents: readonly PrintDocument[], options: PdfOptions): Promise<Buffer> {
  const [first] = documents;
  if (first === undefined) throw new CheongsanError('INPUT_INVALID', 'A file to print needs at least one document.');
  const definition: TDocumentDefinitions = {
    version: '1.7',
    language: 'ko-KR',
    displayTitle: true,
    pageSize: 'A4',
    pageMargins: PAGE_MARGINS,
    defaultStyle: BODY_STYLE,
    info: { title: first.title, author: PRODUCER, creator: PRODUCER, producer: PRODUCER, creationDate: options.createdAt },
    content: documents.map(section),
  };
  return pdfmake.createPdf(definition).getBuffer();
}

/**
 * A section of the file with page numbers of its own. The layout asks for the headers of all pages before the first footer,
 * so the header, which prints nothing, is where the pages of this document are counted.
 */
function section(document: PrintDocument): ContentSection {
  const orientation = document.orientation ?? 'portrait';
  const width = contentWidth(orientation);
  const pages: number[] = [];
  return {
    section: document.blocks.map((block) => blockContent(block, width)),
    pageSize: 'A4',
    pageOrientation: orientation,
    pageMargins: PAGE_MARGINS,
    header: (page) => {
      pages.push(page);
      return null;
    },
    footer: (page) => footer(document, pages.indexOf(page) + 1, pages.length, width),
    watermark: document.isSample
      ? { text: SAMPLE_MARK, font: FONT_FAMILY, bold: true, color: '#c0392b', opacity: 0.13, angle: -40, fontSize: 64 }
      : null,
  };
}

function footer(document: PrintDocument, page: number, pageCount: number, width: number): Content {
  const [left, , right] = PAGE_MARGINS;
  const numberWidth = 60;
  const text = [document.reference, document.title, ...(document.isSample ? [SAMPLE_MARK] : [])].join('  ·  ');
  return {
    columns: [
      { text: flow(text, width - numberWidth, NOTE_SIZE), width: width - numberWidth },
      { text: `${page} / ${pageCount}`, alignment: 'right', width: numberWidth },
    ],
    fontSize: NOTE_SIZE - 1,
    color: FAINT_INK,
    margin: [left, 18, right, 0],
  };
}
