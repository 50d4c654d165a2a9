/** A cell that cannot be read as exact text, with the reason an officer reads. */
export interface RefusedCell {
  readonly refused: string;
}

export type RawCell = string | RefusedCell;

/** A row before its columns have names. `line` counts from 1: a CSV's physical line, an XLSX's row number. */
export interface RawRow {
  readonly line: number;
  readonly cells: readonly RawCell[];
}
