/*
 * A TrueType font is a directory of named tables (OpenType 1.9, "Organization of an OpenType Font"): 12 bytes of header, then one
 * record of 16 bytes for each table with its tag, checksum, offset and length.
 */

const HEADER_BYTES = 12;
const RECORD_BYTES = 16;

export interface FontTable {
  readonly tag: string;
  readonly offset: number;
  readonly length: number;
  /** Where the directory speaks of it. */
  readonly recordOffset: number;
}

export function fontTables(font: Buffer): FontTable[] {
  return Array.from({ length: font.readUInt16BE(4) }, (_, index) => {
    const recordOffset = HEADER_BYTES + index * RECORD_BYTES;
    return {
      tag: font.toString('latin1', recordOffset, recordOffset + 4),
      offset: font.readUInt32BE(recordOffset + 8),
      length: font.readUInt32BE(recordOffset + 12),
      recordOffset,
    };
  });
}

/** The tables by which neighbouring glyphs replace or move each other. */
const SHAPING_TABLES: readonly string[] = ['GSUB', 'GPOS', 'GDEF'];

/**
 * The font without its shaping tables. Precomposed Hangul needs none of them: each syllable is a glyph of a full em. Reading them
 * takes most of the time of a letter, and buys kerning of Latin letters only.
 */
export function withoutShaping(font: Buffer): Buffer {
  const records = fontTables(font)
    .filter(({ tag }) => !SHAPING_TABLES.includes(tag))
    .map(({ recordOffset }) => font.subarray(recordOffset, recordOffset + RECORD_BYTES));
  const plain = Buffer.from(font);
  plain.writeUInt16BE(records.length, 4);
  for (const [index, record] of records.entries()) record.copy(plain, HEADER_BYTES + index * RECORD_BYTES);
  return plain;
}
