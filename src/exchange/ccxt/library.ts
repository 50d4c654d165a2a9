import type * as Ccxt from 'ccxt';
import { CheongsanError } from '../../kernel/errors.ts';

/**
 * What our own classes of exchanges are made of. ccxt's index would load more than a hundred exchanges with them, so its files are
 * found beside the index, as `loadCcxtClass` does. Inside ccxt these are `./abstract/<id>.js`, `./base/errors.js` and so on.
 */
async function fileOf(path: string): Promise<unknown> {
  return import(new URL(`src/base/${path}`, import.meta.resolve('ccxt')).href);
}

function holds(module: unknown, name: string): module is Record<string, unknown> {
  return typeof module === 'object' && module !== null && name in module;
}

function isBase(module: unknown): module is Pick<typeof Ccxt, 'Exchange'> {
  return holds(module, 'Exchange');
}

function isArithmetic(module: unknown): module is Pick<typeof Ccxt, 'Precise'> {
  return holds(module, 'Precise');
}

function isErrors(module: unknown): module is typeof Ccxt.errors {
  return holds(module, 'ExchangeError');
}

async function loaded<Module>(path: string, isModule: (module: unknown) => module is Module): Promise<Module> {
  const module = await fileOf(path);
  if (!isModule(module)) throw new CheongsanError('INTERNAL', `ccxt's file ${path} is not what it was; install the pinned version.`);
  return module;
}

export const { Exchange } = await loaded('Exchange.js', isBase);
export const { Precise } = await loaded('Precise.js', isArithmetic);
export const errors = await loaded('errors.js', isErrors);

/** ccxt's name for a precision given as a step, not as a count of decimals (`base/functions/number.js`). */
export const TICK_SIZE = 4;

/** At or above `from`, prices are multiples of `tick`. Decimals as the exchange writes them. */
export interface TickRow {
  readonly from: string;
  readonly tick: string;
}

/** More than any price or step has. */
const DECIMALS = 36;

/** The nearest price that is a multiple of its tick, exactly; half a tick goes up. Rows in any order; without rows the price stays as it is. */
export function roundedToTick(price: string, rows: readonly TickRow[]): string {
  let row: TickRow | undefined;
  for (const candidate of rows) {
    const applies = Precise.stringGe(price, candidate.from);
    if (applies && (row === undefined || Precise.stringGt(candidate.from, row.from))) row = candidate;
  }
  if (row === undefined) return price;
  const half = Precise.stringDiv(row.tick, '2', DECIMALS);
  const ticks = Precise.stringDiv(Precise.stringAdd(price, half), row.tick, 0);
  return Precise.stringMul(ticks, row.tick) ?? price;
}
