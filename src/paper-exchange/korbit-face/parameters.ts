import { Decimal, isPlainDecimal } from '../../kernel/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { KORBIT_ERRORS } from './errors.ts';
import { assetOf } from './venue-rules.ts';

/** Parameters of a query or a form: the encoding is the same. */
export class Parameters {
  readonly #values: URLSearchParams;

  constructor(encoded: string) {
    this.#values = new URLSearchParams(encoded);
  }

  /** Undefined when it is missing or empty. */
  get(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  /** Error: `KorbitError` 400. */
  required(name: string): string {
    const text = this.get(name);
    if (text === undefined) throw KORBIT_ERRORS.badRequest();
    return text;
  }

  /** A whole number from one to `max`; more is refused, not cut. */
  count(name: string, fallback: number | undefined, max: number): number {
    const value = this.whole(name) ?? fallback;
    if (value === undefined || value < 1 || value > max) throw KORBIT_ERRORS.badRequest();
    return value;
  }

  whole(name: string): number | undefined {
    const text = this.get(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) throw KORBIT_ERRORS.badRequest();
    return Number(text);
  }

  figure(name: string): Decimal | undefined {
    const text = this.get(name);
    if (text === undefined) return undefined;
    if (!isPlainDecimal(text)) throw KORBIT_ERRORS.badRequest();
    return new Decimal(text);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.get(name);
    const found = allowed.find((candidate) => candidate === text);
    if (text !== undefined && found === undefined) throw KORBIT_ERRORS.badRequest();
    return found;
  }

  /** The coin of `symbol`, which must be listed. */
  asset(core: ExchangeCore): string {
    const asset = assetOf(this.required('symbol'));
    if (asset === undefined || !core.market.has(asset)) throw KORBIT_ERRORS.market();
    return asset;
  }

  /** The coin of `currency`. */
  coin(core: ExchangeCore): string {
    const currency = this.required('currency');
    const asset = currency.toUpperCase();
    if (currency === asset || !core.market.has(asset)) throw KORBIT_ERRORS.currency();
    return asset;
  }
}
