import { z } from 'zod';
import { CheongsanError } from '../kernel/errors.ts';
import { pairOf } from './market-name.ts';
import { filesOf, readText } from './recording.ts';

export interface Level {
  readonly price: number;
  readonly units: number;
}

/** What a book showed at one moment, best levels first; levels of size zero are left out. */
export interface Snapshot {
  readonly atMs: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** A trade whose buyer came to the book. */
export interface BoughtTrade {
  readonly atMs: number;
  readonly price: number;
  readonly units: number;
}

export interface BookRecording {
  readonly file: string;
  readonly venue: string;
  readonly name: string;
  readonly quote: string;
  /** In order of time. */
  readonly snapshots: readonly Snapshot[];
  /** Undefined where no trades were recorded beside the book. */
  readonly bought: readonly BoughtTrade[] | undefined;
}

/** `bithumb_KRW-BTC_book5_2024-04-12.csv.gz`, and what was traded meanwhile: `binance_BTCUSDT_trades_2024-08-08.csv.gz`. */
const FILE_NAME = /^(?<venue>[a-z0-9]+)_(?<symbol>[A-Za-z0-9-]+)_(?<kind>book|trades)\d*(?:_[\w.-]+?)?\.(?<form>csv|jsonl)(?:\.gz)?$/;

/** Every recording of a book in a folder, by name. Error: `FILE_FORMAT` naming file and line. */
export async function* readBookRecordings(folder: string): AsyncGenerator<BookRecording> {
  const names = await filesOf(folder);
  for (const file of names) {
    const parts = FILE_NAME.exec(file)?.groups;
    if (parts?.['kind'] !== 'book') continue;
    const { venue = '', symbol = '', form } = parts;
    const text = await readText(folder, file);
    const snapshots = form === 'jsonl' ? linesOfJson(text, file) : linesOfColumns(text, file);
    const besides = names.filter((name) => isTradesOf(name, venue, symbol));
    const bought = await Promise.all(besides.map(async (name) => boughtTrades(await readText(folder, name), name)));
    yield {
      file,
      venue,
      name: symbol,
      quote: pairOf(symbol).quote,
      snapshots: inOrder(snapshots, file),
      bought: besides.length === 0 ? undefined : bought.flat().toSorted((a, b) => a.atMs - b.atMs),
    };
  }
}

function isTradesOf(name: string, venue: string, symbol: string): boolean {
  const parts = FILE_NAME.exec(name)?.groups;
  return parts?.['kind'] === 'trades' && parts['venue'] === venue && parts['symbol'] === symbol;
}

function inOrder(snapshots: readonly Snapshot[], file: string): readonly Snapshot[] {
  const wrong = snapshots.findIndex(({ atMs }, index) => !(atMs >= (snapshots[index - 1]?.atMs ?? Number.NEGATIVE_INFINITY)));
  if (wrong >= 0) throw new CheongsanError('FILE_FORMAT', `Snapshot ${wrong + 1} of ${file} is older than the one before it.`);
  return snapshots;
}

/** `ts_ms,bid1_price,bid1_qty,…,ask1_price,ask1_qty,…`: as many levels as the header names. */
function linesOfColumns(text: string, file: string): Snapshot[] {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const names = header.trim().split(',');
  const columnsOf = (side: 'bid' | 'ask') =>
    names.flatMap((name, column) =>
      name.startsWith(side) && name.endsWith('_price') && names[column + 1]?.endsWith('_qty') ? [column] : [],
    );
  const [bids, asks] = [columnsOf('bid'), columnsOf('ask')];
  if (names[0] !== 'ts_ms' || bids.length === 0 || asks.length === 0)
    throw new CheongsanError('FILE_FORMAT', `${file} must begin with ts_ms, then prices and quantities of bids and asks.`);
  return lines.map((line, index) => {
    const fields = line.split(',');
    const levels = (columns: readonly number[]) =>
      columns.flatMap((column) => levelOf(Number(fields[column] || Number.NaN), Number(fields[column + 1] || Number.NaN)));
    return snapshotOf(Number(fields[0]), levels(bids), levels(asks), `line ${index + 2} of ${file}`);
  });
}

const jsonLevel = z.tuple([z.number(), z.number()]);
const jsonSnapshot = z.object({ timestamp: z.string(), bids: z.array(jsonLevel), asks: z.array(jsonLevel) });

/** One JSON object a line, its time without a zone in UTC. */
function linesOfJson(text: string, file: string): Snapshot[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line, index) => {
      const where = `line ${index + 1} of ${file}`;
      const { timestamp, bids, asks } = parsed(line, where);
      const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(timestamp) ? timestamp : `${timestamp}Z`;
      const levels = (side: readonly (readonly [number, number])[]) => side.flatMap(([price, units]) => levelOf(price, units));
      return snapshotOf(Date.parse(zoned), levels(bids), levels(asks), where);
    });
}

function parsed(line: string, where: string): z.output<typeof jsonSnapshot> {
  try {
    return jsonSnapshot.parse(JSON.parse(line));
  } catch (cause) {
    throw new CheongsanError('FILE_FORMAT', `${where} is no snapshot of a book: ${line.slice(0, 80)}`, { cause });
  }
}

/** None where the price is shown with nothing behind it, or a shallow book leaves the field empty. */
function levelOf(price: number, units: number): Level[] {
  return price > 0 && units > 0 && Number.isFinite(price + units) ? [{ price, units }] : [];
}

function snapshotOf(atMs: number, bids: readonly Level[], asks: readonly Level[], where: string): Snapshot {
  if (!Number.isFinite(atMs)) throw new CheongsanError('FILE_FORMAT', `The time in ${where} is none.`);
  return { atMs, bids: bids.toSorted((a, b) => b.price - a.price), asks: asks.toSorted((a, b) => a.price - b.price) };
}

const TRADES_HEADER = 'ts_ms,price,qty,aggressor';

function boughtTrades(text: string, file: string): BoughtTrade[] {
  const [header, ...lines] = text.trimEnd().split('\n');
  if (header?.trim() !== TRADES_HEADER) throw new CheongsanError('FILE_FORMAT', `${file} must begin with the line ${TRADES_HEADER}.`);
  return lines.flatMap((line, index) => {
    const [atMs, price, units, aggressor] = line.trim().split(',');
    const trade = { atMs: Number(atMs), price: Number(price), units: Number(units) };
    if (!(trade.price > 0 && trade.units >= 0 && Number.isFinite(trade.atMs)))
      throw new CheongsanError('FILE_FORMAT', `Line ${index + 2} of ${file} is no trade: ${line.slice(0, 80)}`);
    return aggressor === 'buy' ? [trade] : [];
  });
}
