import { CheongsanError } from '../kernel/errors.ts';

/** Bounds against files that would exhaust memory or disk, whether sent in error or in malice. */
export interface TableLimits {
  readonly fileBytes: number;
  /** All parts of an XLSX file together, inflated. */
  readonly uncompressedBytes: number;
  /** The text table of an XLSX file, inflated: the one part that must be held in memory. */
  readonly sharedTextBytes: number;
  readonly rowBytes: number;
  readonly cellCharacters: number;
  readonly columns: number;
  /** Rows below the header. */
  readonly rows: number;
}

/** A cell and a row count as large as Excel allows; file sizes ten times those of 100,000 bills. */
export const DEFAULT_TABLE_LIMITS: TableLimits = Object.freeze({
  fileBytes: 256 * 1024 * 1024,
  uncompressedBytes: 1024 * 1024 * 1024,
  sharedTextBytes: 128 * 1024 * 1024,
  rowBytes: 1024 * 1024,
  cellCharacters: 32_767,
  columns: 256,
  rows: 1_048_575,
});

/** Error: `FILE_TOO_LARGE`, naming what exceeds which limit. */
export function assertWithin(limit: number, actual: number, what: string): void {
  if (actual > limit) {
    throw new CheongsanError('FILE_TOO_LARGE', `${what} is ${actual}, at most ${limit} is allowed; split the file.`, {
      facts: { actual, limit },
    });
  }
}
