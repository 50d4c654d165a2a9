import type { LikeErrors } from './errors.ts';

/** Parameters of a query string, in order; `name[]` may come several times. */
export class Query {
  /** Without percent-encoding, a plus sign read as a blank: what a token's hash is compared with. */
  readonly text: string;
  /** The venue's words for what is wrong with it. */
  readonly errors: LikeErrors;
  readonly #pairs: readonly (readonly [name: string, value: string])[];

  /** Error: `LikeError` 400 when the encoding is broken. */
  constructor(raw: string, errors: LikeErrors) {
    this.errors = errors;
    this.text = unescaped(raw, errors);
    const parts = raw === '' ? [] : raw.split('&');
    this.#pairs = parts.map((part) => {
      const [name = '', ...value] = part.split('=');
      return [unescaped(name, errors), unescaped(value.join('='), errors)];
    });
  }

  get(name: string): string | undefined {
    return this.#pairs.find(([key]) => key === name)?.[1];
  }

  /** Values of `name[]`. */
  list(name: string): readonly string[] {
    return this.#pairs.filter(([key]) => key === `${name}[]`).map(([, value]) => value);
  }

  /** A whole number of at least one, or the fallback; more than `max` is cut. */
  count(name: string, fallback: number, max: number): number {
    const text = this.get(name);
    if (text === undefined) return Math.min(fallback, max);
    if (!/^[1-9]\d{0,8}$/.test(text)) throw this.errors.invalidValue(name);
    return Math.min(Number(text), max);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.get(name);
    if (text === undefined) return fallback;
    const found = allowed.find((candidate) => candidate === text);
    if (found === undefined) throw this.errors.invalidValue(name);
    return found;
  }

  /** A single value or a list of values, each one of those allowed; undefined when neither is given. */
  someOf<T extends string>(single: string, list: string, allowed: readonly T[]): readonly T[] | undefined {
    const one = this.get(single);
    const many = this.list(list);
    if (one !== undefined && many.length > 0) throw this.errors.invalidParameter();
    const given = one === undefined ? many : [one];
    if (given.length === 0) return undefined;
    return given.map((text) => {
      const found = allowed.find((candidate) => candidate === text);
      if (found === undefined) throw this.errors.invalidValue(single);
      return found;
    });
  }
}

function unescaped(text: string, errors: LikeErrors): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw errors.badRequest();
  }
}
