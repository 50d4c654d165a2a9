import { CheongsanError } from '../kernel/errors.ts';
import { unescapeCell } from './cell-escape.ts';
import type { RawRow } from './raw-row.ts';

/** A column that a reader of tables expects. `Name` is the header as the form prints it, and the key of the cell. */
export interface TableColumn<Name extends string = string> {
  readonly name: Name;
  /** Other headers that mean the same. Blanks, letter case and full-width forms never matter. */
  readonly synonyms?: readonly string[];
  /** The file may lack the column; its cells are then empty text. */
  readonly optional?: boolean;
  /** Its values may be shown in error reports. Without this word they are masked. */
  readonly nonPersonal?: boolean;
}

/** For each cell position of a row the column it belongs to, or undefined under an empty header. */
export interface TableHeader<Name extends string> {
  readonly line: number;
  readonly columnAt: readonly (Name | undefined)[];
}

/**
 * Matches the first row of a file against the expected columns, in any order. Error: `FILE_FORMAT`, listing every missing,
 * repeated and unknown column at once.
 */
export function matchHeader<Name extends string>(row: RawRow, columns: readonly TableColumn<Name>[]): TableHeader<Name> {
  const byHeader = new Map<string, Name>();
  for (const column of columns)
    for (const header of [column.name, ...(column.synonyms ?? [])]) byHeader.set(comparable(header), column.name);
  const headers = row.cells.map((cell) => (typeof cell === 'string' ? unescapeCell(cell).trim() : '(unreadable cell)'));
  const columnAt = headers.map((header) => byHeader.get(comparable(header)));
  const found = columnAt.filter((name) => name !== undefined);
  const missing = columns.filter(({ name, optional }) => optional !== true && !found.includes(name)).map(({ name }) => name);
  const repeated = [...new Set(found.filter((name, index) => found.indexOf(name) !== index))];
  const unknown = headers.filter((header, index) => header !== '' && columnAt[index] === undefined);
  if (missing.length + repeated.length + unknown.length > 0) {
    // A first row with no known header at all is data, perhaps personal: it must not reach a message.
    throw mismatch(row.line, { missing, repeated, unknown: found.length === 0 ? [`all ${headers.length} cells of the row`] : unknown });
  }
  return { line: row.line, columnAt };
}

function mismatch(line: number, facts: Record<'missing' | 'repeated' | 'unknown', readonly string[]>): CheongsanError {
  const parts = Object.entries(facts).flatMap(([what, names]) => (names.length === 0 ? [] : [`${what}: ${shortList(names)}`]));
  return new CheongsanError('FILE_FORMAT', `The header in line ${line} does not have the agreed columns (${parts.join('; ')}).`, {
    facts: { line, missing: facts.missing, repeated: facts.repeated, unknown: facts.unknown.map(shortened) },
  });
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => JSON.stringify(shortened(name)));
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}

function shortened(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}

function comparable(header: string): string {
  return header.normalize('NFKC').replace(/\s/g, '').toLowerCase();
}
