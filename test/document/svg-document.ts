/** An element as a strict reader of XML sees it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text in it, entities resolved, that of its children included. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const HEAD = /<([A-Za-z][A-Za-z]*)((?: [A-Za-z][A-Za-z0-9-]*="[^"<]*")*)(\/?)>/y;
const TAIL = /<\/([A-Za-z]+)>/y;
const TEXT = /[^<]+/y;

/** Reads a document of elements, attributes, text and the five entities, and throws at anything else. */
export function parseXml(document: string): XmlElement {
  const prolog = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!document.startsWith(prolog)) throw new Error('The document does not begin with its declaration.');
  if (/[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/u.test(document)) throw new Error('The document holds a character that XML cannot.');
  const { element, end } = readElement(document, prolog.length);
  if (document.slice(end).trim() !== '') throw new Error(`Something follows the root at ${end}.`);
  return element;
}

/** The element and all below it. */
export function allOf(element: XmlElement): XmlElement[] {
  return [element, ...element.children.flatMap(allOf)];
}

export function named(element: XmlElement, name: string): XmlElement[] {
  return allOf(element).filter((each) => each.name === name);
}

function readElement(document: string, start: number): { readonly element: XmlElement; readonly end: number } {
  const [head, name = '', attributeText = '', closed] = matchAt(HEAD, document, start) ?? [];
  if (head === undefined) throw new Error(`No element at ${start}: ${document.slice(start, start + 40)}`);
  const attributes: Record<string, string> = {};
  for (const [, key = '', value = ''] of attributeText.matchAll(/ ([A-Za-z][A-Za-z0-9-]*)="([^"]*)"/g)) {
    if (key in attributes) throw new Error(`${name} has ${key} twice.`);
    attributes[key] = resolved(value);
  }
  let at = start + head.length;
  const children: XmlElement[] = [];
  let text = '';
  if (closed === '/') return { element: { name, attributes, children, text }, end: at };
  for (;;) {
    const [between] = matchAt(TEXT, document, at) ?? [];
    if (between !== undefined) {
      text += resolved(between);
      at += between.length;
      continue;
    }
    const [tail, ended] = matchAt(TAIL, document, at) ?? [];
    if (tail !== undefined) {
      if (ended !== name) throw new Error(`${name} is ended by ${ended}.`);
      return { element: { name, attributes, children, text }, end: at + tail.length };
    }
    const child = readElement(document, at);
    children.push(child.element);
    text += child.element.text;
    at = child.end;
  }
}

function matchAt(pattern: RegExp, document: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(document) ?? undefined;
}

function resolved(text: string): string {
  return text.replace(/&([^;&]*);?/g, (whole, name: string) => {
    const character = whole.endsWith(';') ? ENTITIES[name] : undefined;
    if (character === undefined) throw new Error(`${whole} is no entity.`);
    return character;
  });
}
