import { expect, it } from 'vitest';
import { statementNames } from '../../src/database/statement-names.ts';

it('gives every text that comes again a name of its own and keeps it', () => {
  const nameOf = statementNames();
  const texts = ['SELECT 1', '  insert into x values (1)'];
  expect(texts.map((sql) => nameOf({ sql }))).toEqual(['', '']);
  const [first, second] = texts.map((sql) => nameOf({ sql }));
  expect(first).not.toBe('');
  expect(second).not.toBe(first);
  expect(texts.map((sql) => nameOf({ sql }))).toEqual([first, second]);
});

it('leaves unnamed what begins and ends a transaction, and what comes after two thousand texts', () => {
  const nameOf = statementNames();
  const often = (sql: string) => [nameOf({ sql }), nameOf({ sql }), nameOf({ sql })].at(-1);
  expect(['BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT s'].map(often)).toEqual(['', '', '', '']);
  const names = Array.from({ length: 2_200 }, (_, index) => often(`SELECT ${index}`));
  expect(new Set(names.slice(0, 2_000)).size).toBe(2_000);
  expect(new Set(names.slice(2_000))).toEqual(new Set(['']));
  expect(nameOf({ sql: 'SELECT 1999' })).toBe(names[1_999]);
});

it('does not remember without end what came once', () => {
  const nameOf = statementNames();
  for (let index = 0; index < 4_000; index++) nameOf({ sql: `SELECT ${index}` });
  // The next new text makes room.
  nameOf({ sql: 'SELECT 4000' });
  expect(nameOf({ sql: 'SELECT 0' })).toBe('');
  expect(nameOf({ sql: 'SELECT 4000' })).not.toBe('');
});
