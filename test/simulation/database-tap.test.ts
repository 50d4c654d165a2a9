import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommitVerdict, DatabaseTap } from '../../src/simulation/database-tap.ts';
import { createTestDatabase } from '../support/database.ts';

let tap: DatabaseTap;
let superuserUrl: string;
let direct: pg.Client;
let next: CommitVerdict = 'pass';
let commits = 0;
let cuts = 0;

beforeAll(async () => {
  ({ superuserUrl } = await createTestDatabase());
  direct = new pg.Client({ connectionString: superuserUrl });
  await direct.connect();
  await direct.query('CREATE TABLE kept (what text PRIMARY KEY)');
  const { hostname, port } = new URL(superuserUrl);
  tap = await DatabaseTap.open({
    target: { host: hostname, port: Number(port) },
    onCommit: () => {
      commits++;
      return next;
    },
    onCut: () => {
      cuts++;
    },
  });
});

afterAll(async () => {
  await direct.end();
  await tap.close();
});

/** One insert in a transaction through the tap; true when the commit was answered. */
async function insert(what: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: tap.through(superuserUrl) });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO kept VALUES ($1)', [what]);
    await client.query('COMMIT');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function isKept(what: string): Promise<boolean> {
  return (await direct.query('SELECT 1 FROM kept WHERE what = $1', [what])).rowCount === 1;
}

it('lets commits pass and counts them', async () => {
  next = 'pass';
  const before = commits;
  expect(await insert('passed')).toBe(true);
  expect(await isKept('passed')).toBe(true);
  expect([commits - before, cuts]).toEqual([1, 0]);
});

it('cuts the line before a commit, which then never was', async () => {
  next = 'cut_before';
  expect(await insert('cut before')).toBe(false);
  expect(await isKept('cut before')).toBe(false);
  expect(cuts).toBe(1);
});

it('cuts the line after a commit, which then holds though nobody was told', async () => {
  next = 'cut_after';
  expect(await insert('cut after')).toBe(false);
  await expect.poll(() => isKept('cut after')).toBe(true);
  expect(cuts).toBe(2);
});
