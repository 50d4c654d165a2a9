import { describe, expect, it } from 'vitest';
import { measureBook } from '../../src/backtest/book-measure.ts';
import { type BookRecording, type BoughtTrade, type Level, readBookRecordings, type Snapshot } from '../../src/backtest/book-recording.ts';
import { sellIntoBook } from '../../src/backtest/book-replay.ts';
import { collected, folderOf } from './generated-market.ts';

/** `99x1 98x2`: one unit at 99, two at 98. */
const side = (text: string): Level[] =>
  text.split(' ').flatMap((level) => {
    const [price = Number.NaN, units = Number.NaN] = level.split('x').map(Number);
    return level === '' ? [] : [{ price, units }];
  });
const at = (seconds: number, bids: string, asks = '101x5'): Snapshot => ({ atMs: seconds * 1_000, bids: side(bids), asks: side(asks) });

function recordingOf(snapshots: readonly Snapshot[], bought?: readonly BoughtTrade[]): BookRecording {
  return { file: 'x_KRW-ABC_book5.csv', venue: 'x', name: 'KRW-ABC', quote: 'KRW', snapshots, bought };
}
const boughtAt = (seconds: number, price: number, units: number): BoughtTrade => ({ atMs: seconds * 1_000, price, units });

const CROSS = { band: 0.05, restMs: 0 };
const REST = { band: 0.05, restMs: 10_000 };

describe('a sale that crosses', () => {
  it('takes the shown levels from the best on, and receives their prices', () => {
    const book = recordingOf([at(0, '99x1 98x2 97x4')]);
    const sale = sellIntoBook(book, 0, 2, CROSS);
    expect(sale).toMatchObject({ sold: 1, orders: 1, seconds: 0 });
    expect(sale.belowArrival).toBeCloseTo(1 - (99 + 98) / 200, 12);
    expect(sale.belowMid).toBe(sale.belowArrival);
  });

  it('does not find again what it took, until the book shows more', () => {
    const same = at(1, '99x1 98x2');
    const book = recordingOf([at(0, '99x1 98x2'), same, { ...same, atMs: 2_000 }, at(3, '99x1.5 98x2')]);
    expect(sellIntoBook(book, 0, 10, CROSS)).toMatchObject({ sold: 0.35, orders: 2, seconds: 3 });
  });

  it('counts a level that vanished and came back as new, but not one below the last that is shown', () => {
    const gone = recordingOf([at(0, '99x1 98x1'), at(1, '98x1 97x1'), at(2, '99x1 98x1')]);
    expect(sellIntoBook(gone, 0, 10, CROSS).sold).toBeCloseTo(0.4, 12);
    const unseen = recordingOf([at(0, '99x1 98x1'), at(1, '100x1 99x1'), at(2, '99x1 98x1')]);
    expect(sellIntoBook(unseen, 0, 10, CROSS).sold).toBeCloseTo(0.3, 12);
  });

  it('stays within the band about the mid of the moment', () => {
    const book = recordingOf([at(0, '99x1 90x9'), at(1, '92x1 90x9', '93x1')]);
    const sale = sellIntoBook(book, 0, 5, CROSS);
    expect(sale.sold).toBe(1);
    expect(sale.belowArrival).toBeCloseTo(1 - (99 + 92 + 3 * 90) / 500, 12);
  });

  it('waits while the book is crossed or one side is empty', () => {
    const book = recordingOf([at(0, '99x1'), at(1, '102x9'), at(2, ''), at(3, '99x9', ''), at(4, '99x9')]);
    expect(sellIntoBook(book, 0, 3, CROSS)).toMatchObject({ sold: 1, orders: 2, seconds: 4 });
    expect(() => sellIntoBook(book, 1, 3, CROSS)).toThrow(RangeError);
  });
});

describe('a sale that rests first', () => {
  const quiet = [0, 5, 10, 15].map((seconds) => at(seconds, '99x9'));

  it('comes after the queue it found, and crosses with the rest', () => {
    const book = recordingOf(quiet, [boughtAt(1, 101, 4), boughtAt(2, 101, 3), boughtAt(12, 101, 50)]);
    const sale = sellIntoBook(book, 0, 6, REST);
    expect(sale).toMatchObject({ sold: 1, orders: 2, seconds: 10 });
    expect(sale.belowArrival).toBeCloseTo(1 - (2 * 101 + 4 * 99) / 600, 12);
  });

  it('is met by who pays more, and by nobody who pays less', () => {
    const book = recordingOf(quiet, [boughtAt(1, 100.5, 90), boughtAt(2, 102, 1), boughtAt(3, 101, 1)]);
    expect(sellIntoBook(book, 0, 2, REST)).toMatchObject({ sold: 1, orders: 1, seconds: 3, belowArrival: 1 - 101 / 100 });
  });

  it('believes without trades only what the book proves', () => {
    const untouched = recordingOf(quiet);
    expect(sellIntoBook(untouched, 0, 2, REST)).toMatchObject({ sold: 1, orders: 2, seconds: 10, belowArrival: 1 - 99 / 100 });
    const shrunk = recordingOf([at(0, '99x9'), at(5, '99x9', '101x0.1'), at(10, '99x9')]);
    expect(sellIntoBook(shrunk, 0, 2, REST).belowArrival).toBeCloseTo(1 - 99 / 100, 12);
    const passed = recordingOf([at(0, '99x9'), at(5, '101x1', '102x1'), at(6, '101x1', '102x1'), at(10, '99x9')]);
    const sale = sellIntoBook(passed, 0, 2, REST);
    expect(sale.belowArrival).toBeCloseTo(1 - (101 + 99) / 200, 12);
  });
});

describe('recordings of books', () => {
  const columns = 'ts_ms,bid1_price,bid1_qty,bid2_price,bid2_qty,ask1_price,ask1_qty,ask2_price,ask2_qty';
  const lines = '2024-04-12T00:00:05.5,2024';

  it('are read in either form, without levels of size zero, with the trades beside them', async () => {
    const json = {
      timestamp: '2025-08-24T06:03:18.382000',
      exchange: 'x',
      bids: [
        [98, 1],
        [99, 2],
      ],
      asks: [[101, 1]],
    };
    const folder = await folderOf({
      'upbit_KRW-ABC_book20_2025.jsonl.gz': `${JSON.stringify(json)}\n`,
      'bithumb_KRW-ABC_book2_2024.csv.gz': `${columns}\n1000,99,1,98,0,101,2,,\n2000,99,1,98,3,101,2,102,1\n`,
      'bithumb_KRW-ABC_trades_2024.csv': 'ts_ms,price,qty,aggressor\n1500,101,1,buy\n1200,99,1,sell\n1100,101,2,buy\n',
      'upbit_KRW-ABC_1h.csv': '',
    });
    const [bithumb, upbit, ...none] = await collected(readBookRecordings(folder));
    expect(none).toEqual([]);
    expect(bithumb?.snapshots).toEqual([
      { atMs: 1_000, bids: side('99x1'), asks: side('101x2') },
      {
        atMs: 2_000,
        bids: side('99x1 98x3'),
        asks: side('101x2 102x1'),
      },
    ]);
    expect(bithumb?.bought).toEqual([boughtAt(1.1, 101, 2), boughtAt(1.5, 101, 1)]);
    expect(upbit).toMatchObject({ venue: 'upbit', name: 'KRW-ABC', quote: 'KRW', bought: undefined });
    expect(upbit?.snapshots).toEqual([
      {
        atMs: Date.UTC(2025, 7, 24, 6, 3, 18, 382),
        bids: side('99x2 98x1'),
        asks: side('101x1'),
      },
    ]);
  });

  it.each([
    ['a_B_book5_x.csv', 'ts_ms,price\n', 'must begin with ts_ms'],
    ['a_B_book5_x.csv', `${columns}\n${lines}\n`, 'The time in line 2 of a_B_book5_x.csv'],
    ['a_B_book5_x.csv', `${columns}\n2000,9,1,8,1,10,1,11,1\n1000,9,1,8,1,10,1,11,1\n`, 'Snapshot 2 of a_B_book5_x.csv is older'],
    ['a_B_book5_x.jsonl', '{"bids":[]}\n', 'line 1 of a_B_book5_x.jsonl is no snapshot'],
  ])('are refused when torn (%#)', async (name, text, told) => {
    const folder = await folderOf({ [name]: text });
    await expect(collected(readBookRecordings(folder))).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      message: expect.stringContaining(told),
    });
  });
});

describe('a measured recording', () => {
  it('is sold into from moments of its first half', () => {
    const book = recordingOf(Array.from({ length: 100 }, (_, index) => at(index, '99x1')));
    const [cross, rest, ...none] = measureBook(book, [99]);
    expect(none).toEqual([]);
    expect(cross).toMatchObject({
      way: 'cross',
      sales: 20,
      complete: 20,
      soldShare: 1,
      orders: 1,
      seconds: 0,
      unusable: 0,
      hasTrades: false,
    });
    expect(cross?.belowArrivalBps).toBeCloseTo(100, 9);
    expect(rest).toMatchObject({ way: 'rest', complete: 20, orders: 2, seconds: 30 });
    expect(measureBook(recordingOf([at(0, '')]), [99])).toEqual([]);
    expect(measureBook(book, [9_900])[0]).toMatchObject({ complete: 0, soldShare: expect.closeTo(0.01, 9) });
  });
});
