import { CheongsanError } from '../../kernel/errors.ts';
import { fontTables } from './font-tables.ts';

const SUBTABLE_RECORD_BYTES = 8;
const SUBTABLE_RECORDS_OFFSET = 4;
const SEGMENTED_COVERAGE = 12;
const GROUPS_OFFSET = 16;
const GROUP_BYTES = 12;

/** The code points for which a TrueType font has a glyph, from its `cmap` table (OpenType 1.9, format 12). */
export function readCoverage(font: Buffer): ReadonlySet<number> {
  const table = findCharacterMap(font);
  const covered = new Set<number>();
  for (let index = 0; index < font.readUInt32BE(table + 12); index++) {
    const group = table + GROUPS_OFFSET + index * GROUP_BYTES;
    const first = font.readUInt32BE(group);
    const last = font.readUInt32BE(group + 4);
    const firstGlyph = font.readUInt32BE(group + 8);
    for (let code = first; code <= last; code++) if (firstGlyph + code - first !== 0) covered.add(code);
  }
  return covered;
}

/** Where the segmented subtable of the character map begins. */
function findCharacterMap(font: Buffer): number {
  const map = fontTables(font).find(({ tag }) => tag === 'cmap')?.offset;
  const subtables =
    map === undefined
      ? []
      : Array.from({ length: font.readUInt16BE(map + 2) }, (_, index) => map + SUBTABLE_RECORDS_OFFSET + index * SUBTABLE_RECORD_BYTES);
  const segmented = subtables
    .map((offset) => (map ?? 0) + font.readUInt32BE(offset + 4))
    .find((offset) => font.readUInt16BE(offset) === SEGMENTED_COVERAGE);
  if (segmented === undefined)
    throw new CheongsanError('INTERNAL', 'The printing font has no character map of format 12; install the package again.');
  return segmented;
}
