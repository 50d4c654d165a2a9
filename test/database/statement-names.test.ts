import { expect, it } from 'vitest';
import { statementNames } from '../../src/database/statement-names.ts';

it('gives every text a name of its own and keeps it', () => {
  const nameOf = statementNames();
  const [first, second] = [nameOf({ sql: 'SELECT 1' }), nameOf({ sql: '  insert into x values (1)' })];
  expect(first).not.toBe('');
  expect(second).not.toBe(first);
  expect([nameOf({ sql: 'SELECT 1' }), nameOf({ sql: '  insert into x values (1)' })]).toEqual([first, second]);
});

it('leaves unnamed what begins and ends a transaction, and what comes after a thousand texts', () => {
  const nameOf = statementNames();
  expect(['BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT s'].map((sql) => nameOf({ sql }))).toEqual(['', '', '', '']);
  const names = Array.from({ length: 1_200 }, (_, index) => nameOf({ sql: `SELECT ${index}` }));
  expect(new Set(names.slice(0, 1_000)).size).toBe(1_000);
  expect(new Set(names.slice(1_000))).toEqual(new Set(['']));
  expect(nameOf({ sql: 'SELECT 999' })).toBe(names[999]);
});
