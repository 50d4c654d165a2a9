import { ERRORS_LISTED_MAX, type RowError } from '../document/row-check.ts';

/** Why rows were not taken: every bad row is counted, the reasons of the first rows are kept, in the order of the file. */
export class RowErrors {
  #listed: RowError[] = [];
  readonly #badLines = new Set<number>();
  #count = 0;

  add(errors: readonly RowError[]): void {
    this.#count += errors.length;
    for (const error of errors) this.#badLines.add(error.line);
    this.#listed.push(...errors);
    if (this.#listed.length > 2 * ERRORS_LISTED_MAX) this.#listed = this.list();
  }

  has(line: number): boolean {
    return this.#badLines.has(line);
  }

  get badCount(): number {
    return this.#badLines.size;
  }

  get count(): number {
    return this.#count;
  }

  list(): RowError[] {
    return this.#listed.toSorted((a, b) => a.line - b.line).slice(0, ERRORS_LISTED_MAX);
  }
}
