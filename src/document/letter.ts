import type { CivilDate } from '../kernel/civil-date.ts';
import { formatDay, formatDayInWords } from './korean-format.ts';
import type { Block, PrintDocument } from './print-document.ts';

/** The office a letter comes from. */
export interface Agency {
  /** For example 청주시. */
  readonly name: string;
  /** In whose name it acts, for example 청주시장. */
  readonly signatory: string;
  readonly department: string;
  /** The official in charge, as recipients may ask for him. */
  readonly official: string;
  readonly phone: string;
  readonly fax?: string;
  readonly email?: string;
  readonly postcode: string;
  readonly address: string;
}

export interface Recipient {
  readonly name: string;
  /** 귀하 for a person, 귀중 for an organisation. */
  readonly honorific: '귀하' | '귀중';
  readonly postcode?: string;
  readonly address?: string;
}

/** An official letter (공문) to one recipient; whoever writes it brings the text and the provisions. */
export interface Letter {
  readonly agency: Agency;
  readonly documentNumber: string;
  readonly issuedOn: CivilDate;
  readonly recipient: Recipient;
  readonly subject: string;
  readonly body: readonly Block[];
  readonly legalBasis: readonly string[];
  readonly attachments: readonly string[];
  /** `omitted` prints [직인생략]; `none` leaves the place for a seal put on by hand. */
  readonly seal: 'omitted' | 'none';
  readonly isSample: boolean;
}

/** The letter as a document to print: letterhead, body, legal basis, attachments with the end mark 끝., signature. */
export function letterDocument(letter: Letter): PrintDocument {
  return {
    title: letter.subject,
    reference: letter.documentNumber,
    isSample: letter.isSample,
    blocks: [
      {
        kind: 'letterhead',
        agencyName: letter.agency.name,
        documentNumber: letter.documentNumber,
        issued: formatDay(letter.issuedOn),
        recipientName: `${letter.recipient.name} ${letter.recipient.honorific}`,
        recipientAddress: addressLine(letter.recipient.postcode, letter.recipient.address),
        subject: letter.subject,
      },
      ...letter.body,
      ...closingBlocks(letter),
    ],
  };
}

/** More text than this at the end of a letter could be higher than a page. */
const CLOSING_LINES_MAX = 15;
const CLOSING_CHARACTERS_MAX = 1_000;

/** Kept on one page with what goes before, so that no signature stands alone on a sheet, unless that is too long for it. */
function closingBlocks(letter: Letter): Block[] {
  const texts = [...letter.legalBasis, ...letter.attachments];
  const ending: Block[] = [
    ...(letter.legalBasis.length === 0 ? [] : [{ kind: 'legalBasis', provisions: letter.legalBasis } satisfies Block]),
    endOf(letter.attachments),
  ];
  const signature: Block = {
    kind: 'signature',
    day: formatDayInWords(letter.issuedOn),
    signatory: letter.agency.signatory,
    isSealOmitted: letter.seal === 'omitted',
    contact: contactLines(letter.agency),
  };
  const isShort = texts.length <= CLOSING_LINES_MAX && texts.join('').length <= CLOSING_CHARACTERS_MAX;
  return isShort ? [{ kind: 'together', blocks: [...ending, signature] }] : [...ending, { kind: 'together', blocks: [signature] }];
}

/** The mark after which nothing can be added: behind the last attachment, else on a line of its own. */
function endOf(attachments: readonly string[]): Block {
  const last = attachments.at(-1);
  if (last === undefined) return { kind: 'paragraph', text: '끝.' };
  return { kind: 'attachments', names: [...attachments.slice(0, -1), `${last}  끝.`] };
}

function addressLine(postcode: string | undefined, address: string | undefined): string {
  if (address === undefined) return '';
  return postcode === undefined ? address : `(우 ${postcode}) ${address}`;
}

function contactLines(agency: Agency): string[] {
  const reach = [`전화 ${agency.phone}`, agency.fax === undefined ? '' : `팩스 ${agency.fax}`, agency.email ?? ''].filter(
    (part) => part !== '',
  );
  return [`담당: ${agency.department} ${agency.official}  /  ${reach.join('  /  ')}`, `우 ${agency.postcode}  ${agency.address}`];
}
