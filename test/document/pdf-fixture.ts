import { inflateSync } from 'node:zlib';

export interface ReadPdf {
  /** What each page shows, blanks left out, since layout decides where they fall. */
  readonly pages: readonly string[];
  /** Each stretch of text drawn at one place, in order, blanks left out. */
  readonly runs: readonly string[];
  readonly embeddedFonts: readonly string[];
}

interface PdfObject {
  readonly head: string;
  readonly stream: Buffer | undefined;
}

/** Reads back the text of a PDF of ours the way a viewer's copy command does: through each font's map to Unicode. */
export function readPdf(bytes: Buffer): ReadPdf {
  const objects = objectsOf(bytes);
  const heads = [...objects.values()].map(({ head }) => head);
  const fontMaps = new Map<number, ReadonlyMap<number, string>>();
  for (const [id, { head }] of objects) {
    const map = /\/ToUnicode (\d+) 0 R/.exec(head)?.[1];
    if (map !== undefined) fontMaps.set(id, unicodeMap(objects.get(Number(map))?.stream?.toString('latin1') ?? ''));
  }
  const runs = pageIds(objects).map((id) => {
    const head = objects.get(id)?.head ?? '';
    const resources = objects.get(Number(/\/Resources (\d+) 0 R/.exec(head)?.[1]))?.head ?? head;
    const fonts = new Map([...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map((match) => [match[1] ?? '', fontMaps.get(Number(match[2]))]));
    const content = objects.get(Number(/\/Contents (\d+) 0 R/.exec(head)?.[1]))?.stream?.toString('latin1') ?? '';
    return runsOf(content, fonts);
  });
  return {
    pages: runs.map((page) => page.join('')),
    runs: runs.flat(),
    embeddedFonts: heads.flatMap((head) => (/\/FontFile[23] /.test(head) ? [/\/FontName \/(\S+)/.exec(head)?.[1] ?? ''] : [])),
  };
}

function objectsOf(bytes: Buffer): Map<number, PdfObject> {
  const text = bytes.toString('latin1');
  const objects = new Map<number, PdfObject>();
  for (const match of text.matchAll(/^(\d+) 0 obj\n/gm)) {
    const start = match.index + match[0].length;
    const end = text.indexOf('\nendobj', start);
    const streamAt = text.indexOf('\nstream\n', start);
    if (streamAt === -1 || streamAt > end) {
      objects.set(Number(match[1]), { head: text.slice(start, end), stream: undefined });
      continue;
    }
    const head = text.slice(start, streamAt);
    const length = Number(/\/Length (\d+)/.exec(head)?.[1]);
    const raw = bytes.subarray(streamAt + 8, streamAt + 8 + length);
    objects.set(Number(match[1]), { head, stream: head.includes('/FlateDecode') ? inflateSync(raw) : raw });
  }
  return objects;
}

function pageIds(objects: ReadonlyMap<number, PdfObject>): number[] {
  const tree = [...objects.values()].find(({ head }) => head.includes('/Type /Pages'))?.head ?? '';
  return [...(/\/Kids \[([^\]]*)\]/.exec(tree)?.[1] ?? '').matchAll(/(\d+) 0 R/g)].map((match) => Number(match[1]));
}

function unicodeMap(text: string): Map<number, string> {
  const map = new Map<number, string>();
  for (const range of text.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/g)) {
    const first = Number.parseInt(range[1] ?? '', 16);
    for (const [index, entry] of [...(range[2] ?? '').matchAll(/<([0-9a-f ]*)>/g)].entries())
      map.set(
        first + index,
        Buffer.from((entry[1] ?? '').replaceAll(' ', ''), 'hex')
          .swap16()
          .toString('utf16le'),
      );
  }
  return map;
}

function runsOf(content: string, fonts: ReadonlyMap<string, ReadonlyMap<number, string> | undefined>): string[] {
  const runs: string[] = [];
  for (const [block] of content.matchAll(/^BT\n[\s\S]*?^ET$/gm)) {
    const font = fonts.get(/\/(F\d+) [\d.]+ Tf/.exec(block)?.[1] ?? '');
    const glyphs = [...block.matchAll(/<([0-9a-f]+)>/g)].flatMap((match) => (match[1] ?? '').match(/.{4}/g) ?? []);
    runs.push(
      glyphs
        .map((glyph) => font?.get(Number.parseInt(glyph, 16)) ?? '\ufffd')
        .join('')
        .replace(/\s/g, ''),
    );
  }
  return runs;
}
