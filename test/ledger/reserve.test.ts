import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { postFact, postFacts } from '../../src/ledger/post.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { codeOf, fill, PLACE, posting, receipt, reserve, unreserve } from './ledger-fixture.ts';

let database: Database;

beforeAll(async () => {
  ({ database } = await createTestDatabase());
});

async function coins(subject: string): Promise<string> {
  const of = async (chart: '1110' | '1120' | '2110' | '1190') => (await coinBalance(database.read, { chart, subject }, 'BTC')).toString();
  return `held ${await of(CHART.coinsHeld)}, on order ${await of(CHART.coinsOnOrder)}, owed ${await of(CHART.dutyToOwner)}`;
}

describe('coins for sale', () => {
  it('go to the order, are filled in parts, and the rest comes back', async () => {
    await posting(database, receipt('a:1', '1', 'holding:a'));
    await posting(database, reserve('a:2', '0.6', 'holding:a'));
    expect(await coins('holding:a')).toBe('held 0.4, on order 0.6, owed -1');
    await posting(database, fill('a:3', { quantity: '0.25', proceeds: '25000000', fee: '12500' }, 'holding:a'));
    await posting(database, fill('a:4', { quantity: '0.1', proceeds: '10000000', fee: '5000' }, 'holding:a'));
    expect(await coins('holding:a')).toBe('held 0.4, on order 0.25, owed -0.65');
    await posting(database, unreserve('a:5', '0.25', 'holding:a'));
    expect(await coins('holding:a')).toBe('held 0.65, on order 0, owed -0.65');
  });

  it('are not there twice: no reserve beyond what is held, no fill beyond what is on order, no rest beyond what is left', async () => {
    await posting(database, receipt('b:1', '1', 'holding:b'), reserve('b:2', '0.7', 'holding:b'));
    expect(await codeOf(posting(database, reserve('b:3', '0.300000000000000001', 'holding:b')))).toBe('LEDGER_OVERDRAFT');
    expect(await codeOf(posting(database, fill('b:4', { quantity: '0.8', proceeds: '1000', fee: '1' }, 'holding:b')))).toBe(
      'LEDGER_OVERDRAFT',
    );
    expect(await codeOf(posting(database, unreserve('b:5', '0.71', 'holding:b')))).toBe('LEDGER_OVERDRAFT');
    expect(await coins('holding:b')).toBe('held 0.3, on order 0.7, owed -1');
    await posting(database, reserve('b:6', '0.3', 'holding:b'));
    expect(await coins('holding:b')).toBe('held 0, on order 1, owed -1');
  });

  it('of one holding never serve another at the same account', async () => {
    await posting(database, receipt('c:1', '5', 'holding:c1'));
    expect(await codeOf(posting(database, reserve('c:2', '1', 'holding:c2')))).toBe('LEDGER_OVERDRAFT');
  });

  it('an account owed to somebody cannot stand on the debit side either', async () => {
    await posting(database, receipt('d:1', '1', 'holding:d'), reserve('d:2', '1', 'holding:d'), receipt('d:3', '1', 'holding:d2'));
    await posting(database, fill('d:4', { quantity: '1', proceeds: '100', fee: '0' }, 'holding:d'));
    await posting(database, reserve('d:5', '1', 'holding:d2'));
    const fromAnother = fill('d:6', { quantity: '1', proceeds: '100', fee: '0' }, 'holding:d2');
    const lines = fromAnother.lines.map((line) => (line.chart === CHART.dutyToOwner ? { ...line, subject: 'holding:d' } : line));
    expect(await codeOf(posting(database, { ...fromAnother, lines }))).toBe('LEDGER_OVERDRAFT');
  });
});

describe('a fact from outside', () => {
  const fact = (key: string, quantity: string, subject: string) =>
    database.work(testActor, (work) => postFact(work, fill(key, { quantity, proceeds: '1000', fee: '0' }, subject), PLACE));

  it('that fits leaves nothing unexplained', async () => {
    await posting(database, receipt('f:1', '1', 'holding:f'), reserve('f:2', '1', 'holding:f'));
    expect((await fact('f:3', '0.4', 'holding:f')).spilled).toEqual([]);
    expect(await coins('holding:f')).toBe('held 0.6, on order 0.6, owed -0.6'.replace('held 0.6', 'held 0'));
  });

  it('that does not fit is booked all the same, once, and what lacks stands at that account as unexplained', async () => {
    await posting(database, receipt('g:1', '1', 'holding:g'), reserve('g:2', '0.5', 'holding:g'));
    const before = await unexplained();
    const booked = await fact('g:3', '0.75', 'holding:g');
    expect(booked.spilled).toEqual([{ chart: CHART.coinsOnOrder, asset: 'BTC', subject: 'holding:g', amount: '-0.25' }]);
    expect(await coins('holding:g')).toBe('held 0.5, on order 0, owed -0.25');
    expect(await unexplained()).toBe(before - 0.25);
    const again = await fact('g:3', '0.75', 'holding:g');
    expect(again).toMatchObject({ replayed: true, entryId: booked.entryId, spilled: [] });
    expect(await unexplained()).toBe(before - 0.25);
  });

  it('of several in one statement each finds what those before it left', async () => {
    await posting(database, receipt('h:1', '1', 'holding:h'), reserve('h:2', '1', 'holding:h'));
    const facts = ['0.75', '0.5', '0.25'].map((quantity, index) =>
      fill(`h:${index + 3}`, { quantity, proceeds: '1000', fee: '0' }, 'holding:h'),
    );
    const book = () => database.work(testActor, (work) => postFacts(work, facts, PLACE));
    const booked = await book();
    expect(booked.map(({ spilled }) => spilled.filter(({ chart }) => chart === CHART.coinsOnOrder).map(({ amount }) => amount))).toEqual([
      [],
      ['-0.25'],
      ['-0.25'],
    ]);
    expect(await book()).toEqual(booked.map((each) => ({ ...each, replayed: true, spilled: [] })));
    expect(await database.work(testActor, (work) => postFacts(work, [], PLACE))).toEqual([]);
  });

  async function unexplained(): Promise<number> {
    return (await coinBalance(database.read, { chart: CHART.unexplained, place: PLACE }, 'BTC')).value.toNumber();
  }
});
