import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { brokenReceivables } from '../../src/tax/receivables.ts';
import { createTestDatabase } from '../support/database.ts';
import { ledgerRow } from './ledger-fixture.ts';
import { figuresOf, importRows, stockOf } from './ledger-office.ts';

let database: Database;
beforeEach(async () => {
  ({ database } = await createTestDatabase());
});

it('changes nothing when the same file comes again, and answers what it answered', async () => {
  const rows = [ledgerRow(1), ledgerRow(2)];
  const first = await importRows(database, rows);
  const before = { stock: await stockOf(database), events: await database.read.auditEvent.count() };
  const second = await importRows(database, rows);
  expect(second).toEqual({ ...first, repeated: true });
  expect({ stock: await stockOf(database), events: await database.read.auditEvent.count() }).toEqual(before);
});

it('stores a file once that comes three times at the same time', async () => {
  const rows = Array.from({ length: 50 }, (_, index) => ledgerRow(index + 1));
  const outcomes = await Promise.all([importRows(database, rows), importRows(database, rows), importRows(database, rows)]);
  expect(outcomes.map(({ repeated }) => repeated).sort()).toEqual([false, true, true]);
  expect(new Set(outcomes.map(({ importFileId }) => importFileId)).size).toBe(1);
  expect(await stockOf(database)).toMatchObject({ bills: 50, entries: 50, persons: 50 });
});

it('stores overlapping files that come at the same time each notice once', async () => {
  const rows = Array.from({ length: 60 }, (_, index) => ledgerRow(index + 1));
  const outcomes = await Promise.all([importRows(database, rows.slice(0, 40)), importRows(database, rows.slice(20))]);
  expect(outcomes.map(({ state }) => state)).toEqual(['stored', 'stored']);
  expect(await stockOf(database)).toMatchObject({ bills: 60, entries: 60, persons: 60 });
});

const amounts = fc.record({ principal: fc.integer({ min: 1, max: 50_000_000 }), surcharge: fc.integer({ min: 0, max: 1_000_000 }) });
const notices = fc.array(fc.record({ person: fc.integer({ min: 1, max: 4 }), items: fc.array(amounts, { minLength: 1, maxLength: 3 }) }), {
  minLength: 1,
  maxLength: 8,
});

it('lets the order of rows decide nothing; rows imported again in another file change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(notices, fc.infiniteStream(fc.nat()), async (drawn, keys) => {
      const rows = drawn.flatMap(({ person, items }, notice) =>
        items.map(({ principal, surcharge }, item) =>
          ledgerRow(notice + 1, {
            성명: `표본-${person}`,
            '주민(법인)등록번호': `800101-${1_000_000 + person}`,
            세목코드: String(105_001 + item),
            본세: String(principal),
            가산세: String(surcharge),
          }),
        ),
      );
      const shuffled = rows
        .map((row) => ({ row, key: keys.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ row }) => row);
      ({ database } = await createTestDatabase());
      await importRows(database, rows);
      const [before, beforeStock] = [await figuresOf(database), await stockOf(database)];
      const again = await importRows(database, [...shuffled, ledgerRow(99)]);
      expect(again.report).toMatchObject({ unchangedBills: drawn.length, created: { bills: 1 } });
      expect(await stockOf(database)).toMatchObject({ entries: beforeStock.entries + 1 });
      ({ database } = await createTestDatabase());
      await importRows(database, shuffled);
      expect(await figuresOf(database)).toEqual(before);
      expect(await brokenReceivables(database.read, 10)).toEqual([]);
    }),
    { numRuns: 5 },
  );
}, 120_000);
