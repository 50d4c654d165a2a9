import { expect, it } from 'vitest';
import { restartWaitMs } from '../../src/database/embedded-watch.ts';
import { namedDatabaseError } from '../../src/database/errors.ts';

it.each([
  new Error('Connection terminated unexpectedly'),
  new Error('Connection terminated due to connection timeout'),
  new Error('timeout exceeded when trying to connect'),
  Object.assign(new Error('Transaction API error: Unable to start a transaction in the given time.'), { code: 'P2028' }),
  Object.assign(new Error('the database system is in recovery mode'), { code: '57P03' }),
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }),
])('knows a lost connection by what the driver says: %s', (thrown) => {
  expect(namedDatabaseError(thrown)).toMatchObject({ code: 'DATABASE_UNAVAILABLE', cause: thrown });
});

it('knows a transaction that took too long from one that never began', () => {
  const over = Object.assign(new Error('Transaction API error: A query cannot be executed on an expired transaction.'), { code: 'P2028' });
  expect(namedDatabaseError(over)).toMatchObject({ code: 'DATABASE_CONTENTION' });
});

it('leaves what it does not know as it came', () => {
  const thrown = new Error('Something about a Connection terminated long ago');
  expect(namedDatabaseError(thrown)).toBe(thrown);
});

it('tries a server again at once, then less and less often', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 100].map(restartWaitMs);
  expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});
