import { StringDecoder } from 'node:string_decoder';
import { CheongsanError } from '../../kernel/errors.ts';

/** What a scanner tells while it reads. Names come without their namespace prefix; text comes decoded, in document order. */
export interface XmlHandler {
  opened(name: string, attributes: string): void;
  closed(name: string): void;
  text(text: string): void;
}

const PENDING_CHARACTERS_MAX = 1_000_000;
const ENTITY = /&(#x[0-9a-fA-F]+|#[0-9]+|[A-Za-z]+);?/g;
const NAMED_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const LINE_BREAK = /\r\n?/g;
const QUOTATION_MARK = 0x22;
const APOSTROPHE = 0x27;
const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;

/**
 * Reads the XML of a spreadsheet piece by piece. Only what spreadsheets write is understood: a document type, which could
 * define entities that expand without end, is refused. Errors: `FILE_FORMAT`; `FILE_TORN` when elements stay open at the end;
 * `FILE_TOO_LARGE` for one tag or text beyond a million characters.
 */
export class XmlScanner {
  readonly #handler: XmlHandler;
  readonly #decoder = new StringDecoder('utf8');
  readonly #open: string[] = [];
  #pending = '';
  #sawElement = false;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  write(piece: Buffer): void {
    this.#pending += this.#decoder.write(piece);
    this.#scan();
    if (this.#pending.length > PENDING_CHARACTERS_MAX) {
      throw new CheongsanError('FILE_TOO_LARGE', `The XLSX file holds one text or tag of more than ${PENDING_CHARACTERS_MAX} characters.`);
    }
  }

  end(): void {
    this.#pending += this.#decoder.end();
    this.#scan();
    if (this.#open.length > 0 || !this.#sawElement || this.#pending.trim() !== '') {
      throw new CheongsanError('FILE_TORN', 'A part of the XLSX file ends in the middle of its XML; send it again.');
    }
  }

  #scan(): void {
    const source = this.#pending;
    let offset = 0;
    while (offset < source.length) {
      const next = source.charCodeAt(offset) === LESS_THAN ? this.#readMarkup(source, offset) : this.#readText(source, offset);
      if (next === undefined) break;
      offset = next;
    }
    this.#pending = source.slice(offset);
  }

  /** Text is handed on only when the tag after it has begun, so that no entity or line break is cut in two. */
  #readText(source: string, offset: number): number | undefined {
    const end = source.indexOf('<', offset);
    if (end === -1) return undefined;
    if (this.#open.length > 0) this.#handler.text(decodeXml(source.slice(offset, end)));
    return end;
  }

  #readMarkup(source: string, offset: number): number | undefined {
    if (source.length - offset < 9 && !source.includes('>', offset)) return undefined;
    if (source.startsWith('<!--', offset)) return after(source, '-->', offset + 4);
    if (source.startsWith('<?', offset)) return after(source, '?>', offset + 2);
    if (source.startsWith('<![CDATA[', offset)) return this.#readCharacterData(source, offset + 9);
    if (source.startsWith('<!', offset))
      throw new CheongsanError('FILE_FORMAT', 'The XLSX file declares a document type, which no spreadsheet does.');
    const end = endOfTag(source, offset + 1);
    if (end === undefined) return undefined;
    this.#readTag(source.slice(offset + 1, end));
    return end + 1;
  }

  #readCharacterData(source: string, start: number): number | undefined {
    const end = source.indexOf(']]>', start);
    if (end === -1) return undefined;
    this.#handler.text(source.slice(start, end).replace(LINE_BREAK, '\n'));
    return end + 3;
  }

  #readTag(tag: string): void {
    if (tag.startsWith('/')) {
      this.#close(localName(tag.slice(1).trimEnd()));
      return;
    }
    const isEmpty = tag.endsWith('/');
    const body = isEmpty ? tag.slice(0, -1) : tag;
    const nameEnd = body.search(/\s/);
    const name = localName(nameEnd === -1 ? body : body.slice(0, nameEnd));
    this.#sawElement = true;
    this.#open.push(name);
    this.#handler.opened(name, nameEnd === -1 ? '' : body.slice(nameEnd));
    if (isEmpty) this.#close(name);
  }

  #close(name: string): void {
    if (this.#open.pop() !== name)
      throw new CheongsanError('FILE_FORMAT', `The XML of the XLSX file closes <${name}> where another element is open.`);
    this.#handler.closed(name);
  }
}

/** The attributes of a tag by the name written there, prefix included (`r:id`), with their values decoded. */
export function xmlAttributes(attributes: string): Map<string, string> {
  const values = new Map<string, string>();
  ATTRIBUTE.lastIndex = 0;
  for (let match = ATTRIBUTE.exec(attributes); match !== null; match = ATTRIBUTE.exec(attributes)) {
    values.set(match[1] ?? '', decodeXml(match[2] ?? match[3] ?? ''));
  }
  return values;
}

function after(source: string, mark: string, from: number): number | undefined {
  const found = source.indexOf(mark, from);
  return found === -1 ? undefined : found + mark.length;
}

/** The `>` that ends a tag is the first one outside quotes. */
function endOfTag(source: string, from: number): number | undefined {
  let quote = 0;
  for (let offset = from; offset < source.length; offset++) {
    const code = source.charCodeAt(offset);
    if (quote === 0 && code === GREATER_THAN) return offset;
    if (quote === 0 && (code === QUOTATION_MARK || code === APOSTROPHE)) quote = code;
    else if (code === quote) quote = 0;
  }
  return undefined;
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

function decodeXml(text: string): string {
  const normalized = text.includes('\r') ? text.replace(LINE_BREAK, '\n') : text;
  return normalized.includes('&') ? normalized.replace(ENTITY, decodeEntity) : normalized;
}

function decodeEntity(whole: string, entity: string): string {
  const code = entity.startsWith('#x') ? Number.parseInt(entity.slice(2), 16) : Number.parseInt(entity.slice(1), 10);
  const isCharacter = entity.startsWith('#') && code <= 0x10ffff;
  const decoded = isCharacter ? String.fromCodePoint(code) : NAMED_ENTITIES[entity];
  if (decoded === undefined || !whole.endsWith(';')) {
    throw new CheongsanError('FILE_FORMAT', `The XML of the XLSX file uses the unknown entity ${JSON.stringify(whole)}.`);
  }
  return decoded;
}
