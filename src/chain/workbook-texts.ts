import { isDigestColumn } from './digest-columns.ts';

const SHARED = 'xl/sharedStrings.xml';
const SHEET = /^xl\/worksheets\/[^/]+\.xml$/;
/** An empty cell closes itself. */
const CELL = /<c\b([^>]*[^/>])>([\s\S]*?)<\/c>/g;

/**
 * What the sheets of an Excel workbook show, once by rows and once by columns. The file keeps every different text once, in an order of
 * its own, and cells name it by number: a phrase that repeats a word, or whose words were used before, cannot be recognised there.
 */
export function sheetTexts(parts: ReadonlyMap<string, string>): {
  readonly sheets: readonly { readonly place: string; readonly text: string }[];
  /** The values of columns whose first cell names hashes. */
  readonly digests: ReadonlySet<string>;
} {
  const digests = new Set<string>();
  const shared = [...(parts.get(SHARED) ?? '').matchAll(/<si\b[^>]*>([\s\S]*?)<\/si>/g)].map(([, item = '']) => textIn(item));
  const sheets = [...parts].flatMap(([place, xml]) => {
    if (!SHEET.test(place)) return [];
    const byColumn = new Map<string, string[]>();
    const byRow: string[] = [];
    for (const [, attributes = '', content = ''] of xml.matchAll(CELL)) {
      const value = cellText(attributes, content, shared);
      const column = /\br="([A-Z]+)/.exec(attributes)?.[1] ?? '';
      const cells = byColumn.get(column);
      if (cells === undefined) byColumn.set(column, [value]);
      else cells.push(value);
      byRow.push(value);
    }
    for (const [name = '', ...values] of byColumn.values()) {
      if (isDigestColumn(name)) for (const value of values) digests.add(value.trim().toLowerCase());
    }
    return [
      { place, text: byRow.join('\n') },
      { place: `${place}#columns`, text: [...byColumn.values()].flat().join('\n') },
    ];
  });
  return { sheets, digests };
}

function cellText(attributes: string, content: string, shared: readonly string[]): string {
  const value = /<v>([^<]*)<\/v>/.exec(content)?.[1] ?? '';
  if (/\bt="s"/.test(attributes)) return shared[Number(value)] ?? '';
  return value === '' ? textIn(content) : value;
}

/** The runs of one text, drawn together. */
function textIn(item: string): string {
  return [...item.matchAll(/<t\b[^>]*>([^<]*)<\/t>/g)].map(([, text]) => text).join('');
}
