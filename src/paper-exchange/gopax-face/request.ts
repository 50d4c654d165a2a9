import { GOPAX_ERRORS, type GopaxError } from './errors.ts';

/** Parameters of a query string. */
export class Query {
  readonly #parameters: URLSearchParams;

  constructor(raw: string) {
    this.#parameters = new URLSearchParams(raw);
  }

  get(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined;
  }

  is(name: string): boolean {
    return this.#parameters.get(name) === 'true';
  }

  /** A whole number, or undefined where none is given. Error: the given one. */
  whole(name: string, error: () => GopaxError = () => GOPAX_ERRORS.queryMissing(name)): number | undefined {
    const text = this.get(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) throw error();
    return Number(text);
  }

  /** How many rows; more than the maximum is cut in silence. */
  limit(max: number): number {
    return Math.min(this.whole('limit') ?? max, max);
  }
}
