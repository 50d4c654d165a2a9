import { beforeAll, expect, it } from 'vitest';
import { traceNamed } from '../../src/registers/trace-subject.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { ledgerRow } from '../tax/ledger-fixture.ts';
import { importRows } from '../tax/ledger-office.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  // Ids follow the order of the numbers: notice 2 is bill 1, notice 9 is bill 2.
  await importRows(test.database, [ledgerRow(1, { 고지번호: '2' }), ledgerRow(2, { 고지번호: '9' })]);
});

const told = async (text: string) => (await traceNamed(test.database.read, 'bill', text)).root.text;

it('finds a bill by its number, by its id, and by the id as a trace writes it', async () => {
  expect(await told('9')).toBe('고지 9');
  expect(await told('1')).toBe('고지 2');
  expect([await told('bill:1'), await told('bill:2')]).toEqual(['고지 2', '고지 9']);
});

it('guesses nothing where a number is the id of another', async () => {
  await expect(told('2')).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('bill:1 or bill:2') });
});

it.each(['3', 'bill:3', 'case:1', 'bill:9', '0', 'nothing', '99999999999999999999'])('finds no bill %s', async (text) => {
  await expect(told(text)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
