import type { Column, Content } from 'pdfmake/interfaces.js';
import type { LetterheadBlock, SignatureBlock } from '../print-document.ts';
import { BODY_SIZE, FAINT_INK, INK, NOTE_SIZE, RULE_COLOR } from './print-style.ts';
import { flow } from './text-flow.ts';

const AGENCY_SIZE = 22;
const SIGNATORY_SIZE = 18;
const LABEL_WIDTH = 58;

/** Agency, document number and date, recipient and subject, between two rules. */
export function letterheadContent(block: LetterheadBlock, width: number): Content {
  const textWidth = width - LABEL_WIDTH;
  const half = (width - 2 * LABEL_WIDTH) / 2;
  return {
    stack: [
      {
        text: flow(block.agencyName, width, AGENCY_SIZE),
        fontSize: AGENCY_SIZE,
        bold: true,
        alignment: 'center',
        characterSpacing: 4,
        margin: [0, 0, 0, 10],
      },
      rule(width, 1.4, INK),
      {
        columns: [
          label('문서번호'),
          { text: flow(block.documentNumber, half, BODY_SIZE), width: half },
          label('시행일자'),
          { text: flow(block.issued, half, BODY_SIZE), width: half },
        ],
        margin: [0, 8, 0, 4],
      },
      { columns: [label('수신'), { text: flow(block.recipientName, textWidth, BODY_SIZE), bold: true, width: textWidth }] },
      ...(block.recipientAddress === ''
        ? []
        : [{ columns: [label(''), { text: flow(block.recipientAddress, textWidth, BODY_SIZE), width: textWidth }] } satisfies Content]),
      {
        columns: [
          label('제목'),
          { text: flow(block.subject, textWidth, BODY_SIZE + 1), bold: true, fontSize: BODY_SIZE + 1, width: textWidth },
        ],
        margin: [0, 6, 0, 8],
      },
      rule(width, 0.7, RULE_COLOR),
    ],
    margin: [0, 0, 0, 14],
  };
}

function label(text: string): Column {
  return { text, width: LABEL_WIDTH, color: FAINT_INK };
}

function rule(width: number, lineWidth: number, color: string): Content {
  return { canvas: [{ type: 'line', x1: 0, y1: 0, x2: width, y2: 0, lineWidth, lineColor: color }] };
}

/** Date, sender and the place of the seal, with the office in charge below. */
export function signatureContent(block: SignatureBlock, width: number): Content {
  const seal = block.isSealOmitted ? '  [직인생략]' : '';
  return {
    stack: [
      { text: flow(block.day, width, BODY_SIZE), alignment: 'center', margin: [0, 10, 0, 12] },
      {
        text: [
          ...flow(block.signatory, width, SIGNATORY_SIZE).map((run) => ({
            ...run,
            fontSize: SIGNATORY_SIZE,
            bold: true,
            characterSpacing: 2,
          })),
          { text: seal, fontSize: BODY_SIZE, color: FAINT_INK, noWrap: true },
        ],
        alignment: 'center',
        margin: [0, 0, 0, 16],
      },
      rule(width, 0.7, RULE_COLOR),
      {
        stack: block.contact.map((line) => ({ text: flow(line, width, NOTE_SIZE) })),
        fontSize: NOTE_SIZE,
        color: FAINT_INK,
        margin: [0, 5, 0, 0],
      },
    ],
  };
}
