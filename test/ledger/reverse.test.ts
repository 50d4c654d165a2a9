import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { balances, coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { type Posted, post, postFact, reverse } from '../../src/ledger/post.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { bill, codeOf, day, fill, PLACE, posting, receipt, reserve } from './ledger-fixture.ts';

let database: Database;

beforeAll(async () => {
  ({ database } = await createTestDatabase());
});

const posted = (given: Entry): Promise<Posted> => database.work(testActor, (work) => post(work, given));
const reversed = (key: string, entryId: bigint, memo = ''): Promise<Posted> =>
  database.work(testActor, (work) => reverse(work, { key, entryId, occurredOn: day, memo }));

describe('a reversal', () => {
  it('is the exact opposite, tied to its entry, and leaves the entry as it is', async () => {
    await posted(receipt('a:1', '1', 'holding:a'));
    const { entryId } = await posted(reserve('a:2', '0.4', 'holding:a'));
    const { entryId: reversalId } = await reversed('a:3', entryId, '오기');
    const [entry, reversal] = await database.read.ledgerEntry.findMany({
      where: { id: { in: [entryId, reversalId] } },
      include: { lines: { orderBy: { lineNumber: 'asc' } } },
      orderBy: { id: 'asc' },
    });
    expect(reversal).toMatchObject({ kind: 'reversal', reversesId: entryId, memo: '오기', cause: entry?.cause, actor: 'system:test' });
    const facts = (lines: typeof entry) => lines?.lines.map(({ accountId, amount }) => `${accountId} ${amount.toFixed()}`);
    expect(facts(reversal)).toEqual(entry?.lines.map(({ accountId, amount }) => `${accountId} ${amount.negated().toFixed()}`));
    expect((await coinBalance(database.read, { chart: CHART.coinsHeld, subject: 'holding:a' }, 'BTC')).toString()).toBe('1');
  });

  it('happens once: the same key answers again, another key or another input is refused', async () => {
    const { entryId } = await posted(bill('b:1', '700', 'bill_line:b'));
    const once = await reversed('b:2', entryId);
    expect(await reversed('b:2', entryId)).toEqual({ ...once, replayed: true });
    expect(await codeOf(reversed('b:3', entryId))).toBe('LEDGER_REVERSED_ALREADY');
    expect(await codeOf(reversed('b:2', entryId, 'another reason'))).toBe('LEDGER_KEY_CONFLICT');
    expect(await codeOf(reversed('b:1', once.entryId))).toBe('LEDGER_KEY_CONFLICT');
    expect(await balances(database.read, { chart: CHART.receivableTax, subject: 'bill_line:b' })).toEqual([]);
  });

  it('can be reversed in its turn', async () => {
    const { entryId } = await posted(bill('c:1', '700', 'bill_line:c'));
    const undone = await reversed('c:2', entryId);
    await reversed('c:3', undone.entryId);
    const [balance] = await balances(database.read, { chart: CHART.receivableTax, subject: 'bill_line:c' });
    expect(balance?.balance).toBe('700');
  });

  it('does not overdraw what was used meanwhile', async () => {
    const { entryId } = await posted(receipt('d:1', '1', 'holding:d'));
    await posting(database, reserve('d:2', '1', 'holding:d'));
    expect(await codeOf(reversed('d:3', entryId))).toBe('LEDGER_OVERDRAFT');
    expect(await database.read.ledgerEntry.count({ where: { reversesId: entryId } })).toBe(0);
  });

  it('of a fact takes back what it left unexplained too', async () => {
    await posting(database, receipt('e:1', '1', 'holding:e'), reserve('e:2', '0.5', 'holding:e'));
    const sold = fill('e:3', { quantity: '0.75', proceeds: '100', fee: '0' }, 'holding:e');
    const { entryId } = await database.work(testActor, (work) => postFact(work, sold, PLACE));
    await reversed('e:4', entryId);
    expect(await balances(database.read, { chart: CHART.unexplained, place: PLACE })).toEqual([]);
    expect((await coinBalance(database.read, { chart: CHART.coinsOnOrder, subject: 'holding:e' }, 'BTC')).toString()).toBe('0.5');
  });

  it('of an entry that does not exist is refused', async () => {
    expect(await codeOf(reversed('f:1', 999_999n))).toBe('NOT_FOUND');
  });
});
