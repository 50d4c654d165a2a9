import { beforeEach, describe, expect, it } from 'vitest';
import { type AuditStream, appendAudit } from '../../src/audit/append.ts';
import { isUntouched, verifyAuditLog } from '../../src/audit/verify.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { withClient } from '../ledger/ledger-fixture.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { sealEverything } from '../support/seal.ts';

let test: TestDatabase;

const STREAMS: readonly AuditStream[] = ['case:1', 'case:2', 'case:1', 'policy', 'case:1', 'case:2'];

beforeEach(async () => {
  test = await createTestDatabase();
  for (const [index, stream] of STREAMS.entries()) {
    await test.database.work(testActor, (work) =>
      appendAudit(work, { stream, action: 'sample.done', subject: stream, payload: { index } }),
    );
  }
  await sealEverything(test.database);
});

/** What somebody can do who has the owner's password and takes the guards off. */
async function tamper(...statements: readonly string[]): Promise<string[]> {
  await withClient(test.access.ownerUrl ?? '', async (owner) => {
    await owner.query('ALTER TABLE audit_event DISABLE TRIGGER USER; ALTER TABLE audit_seal DISABLE TRIGGER USER');
    for (const statement of statements) await owner.query(statement);
    await owner.query('ALTER TABLE audit_event ENABLE TRIGGER USER; ALTER TABLE audit_seal ENABLE TRIGGER USER');
  });
  return (await verifyAuditLog(test.database)).map(({ code, where }) => `${code} ${where}`);
}

const SECOND = "stream = 'case:1' AND sequence = 2";
const REHASH = `hash = audit_hash(previous_hash, stream, sequence, occurred_at, actor, action, subject, before_digest, after_digest, record_digest, payload)`;

describe('verification', () => {
  it('finds nothing in a log as it was written', async () => {
    expect(await verifyAuditLog(test.database)).toEqual([]);
    expect(await test.database.read.auditSeal.count()).toBe(STREAMS.length);
  });

  it.each([
    `payload = '{"index":9}'`,
    `actor = 'user:99'`,
    `action = 'sample.undone'`,
    `subject = 'case:9'`,
    `occurred_at = occurred_at + interval '1 day'`,
    `record_digest = repeat('a', 64)`,
    `before_digest = repeat('a', 64)`,
    `after_digest = repeat('a', 64)`,
  ])('finds an event edited: %s', async (edit) => {
    expect(await tamper(`UPDATE audit_event SET ${edit} WHERE ${SECOND}`)).toEqual(['HASH_WRONG case:1#2']);
  });

  it('finds an edit whose hash was made anew', async () => {
    const found = await tamper(
      `UPDATE audit_event SET payload = '{"index":9}' WHERE ${SECOND}`,
      `UPDATE audit_event SET ${REHASH} WHERE ${SECOND}`,
    );
    expect(found).toEqual(['CHAIN_BROKEN case:1#3', expect.stringMatching(/^SEAL_BROKEN #3/)]);
  });

  it('finds an edit after which the whole chain was made anew, by the numbers across streams', async () => {
    const found = await tamper(
      `UPDATE audit_event SET payload = '{"index":9}' WHERE ${SECOND}`,
      `UPDATE audit_event SET ${REHASH} WHERE ${SECOND}`,
      `UPDATE audit_event SET previous_hash = (SELECT e.hash FROM audit_event e WHERE e.stream = 'case:1' AND e.sequence = 2) WHERE stream = 'case:1' AND sequence = 3`,
      `UPDATE audit_event SET ${REHASH} WHERE stream = 'case:1' AND sequence = 3`,
      `UPDATE audit_stream SET last_hash = (SELECT e.hash FROM audit_event e WHERE e.stream = 'case:1' AND e.sequence = 3) WHERE stream = 'case:1'`,
    );
    expect(found).toEqual(['SEAL_BROKEN #3', 'SEAL_BROKEN #5']);
  });
});

describe('verification of what is missing or added', () => {
  it.each([
    ['in the middle', SECOND, 'SEQUENCE_GAP case:1#3'],
    ['at the end', "stream = 'case:1' AND sequence = 3", 'HEAD_DIFFERS case:1'],
    ['that is all of its stream', "stream = 'policy'", 'HEAD_DIFFERS policy'],
  ])('finds an event deleted %s, with or without its number', async (_, where, expected) => {
    const withoutNumber = await tamper(
      'ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_event_id_fkey',
      `DELETE FROM audit_event WHERE ${where}`,
    );
    expect(withoutNumber).toContain(expected);
    expect(withoutNumber.some((finding) => finding.startsWith('SEAL_BROKEN'))).toBe(true);
  });

  it('finds a number deleted, and a stream removed with head and numbers', async () => {
    expect(await tamper('DELETE FROM audit_seal WHERE number = 3')).toContain('SEAL_BROKEN #4');
    const found = await tamper(
      "DELETE FROM audit_seal WHERE event_id IN (SELECT id FROM audit_event WHERE stream = 'policy')",
      "DELETE FROM audit_event WHERE stream = 'policy'",
      "DELETE FROM audit_stream WHERE stream = 'policy'",
    );
    expect(found).toContain('SEAL_BROKEN #5');
  });

  it('finds two events swapped', async () => {
    const found = await tamper(
      "UPDATE audit_event SET sequence = 92 WHERE stream = 'case:1' AND sequence = 2",
      "UPDATE audit_event SET sequence = 2 WHERE stream = 'case:1' AND sequence = 3",
      "UPDATE audit_event SET sequence = 3 WHERE stream = 'case:1' AND sequence = 92",
    );
    expect(found).toEqual(expect.arrayContaining(['CHAIN_BROKEN case:1#2', 'CHAIN_BROKEN case:1#3', 'HEAD_DIFFERS case:1']));
  });

  it('finds two numbers swapped', async () => {
    const found = await tamper(
      'ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_event_id_fkey',
      'UPDATE audit_seal SET event_id = -event_id WHERE number IN (2, 3)',
      'UPDATE audit_seal s SET event_id = -o.event_id FROM audit_seal o WHERE s.number IN (2, 3) AND o.number = 5 - s.number',
    );
    expect(found).toEqual(['SEAL_BROKEN #2', 'SEAL_BROKEN #3']);
  });

  it('finds an event slipped in, chained or not', async () => {
    const forged = `INSERT INTO audit_event (stream, sequence, occurred_at, actor, action, subject, payload, previous_hash, hash, written_by)
      SELECT stream, 4, occurred_at, actor, action, subject, payload, hash, repeat('b', 64), 1 FROM audit_event WHERE stream = 'case:1' AND sequence = 3`;
    expect(await tamper(forged)).toEqual(['HASH_WRONG case:1#4', 'HEAD_DIFFERS case:1', 'UNSEALED case:1#4']);
    expect(await tamper(`UPDATE audit_event SET ${REHASH} WHERE stream = 'case:1' AND sequence = 4`)).toEqual([
      'HEAD_DIFFERS case:1',
      'UNSEALED case:1#4',
    ]);
  });

  it('finds an event that waits for no number', async () => {
    await test.database.work(testActor, (work) => appendAudit(work, { stream: 'case:9', action: 'sample.done', subject: 'case:9' }));
    expect(await tamper('SELECT 1')).toEqual([]);
    expect(await tamper('DELETE FROM audit_unsealed')).toEqual(['UNSEALED case:9#1']);
  });

  it('finds the head of a stream removed', async () => {
    expect(await tamper("DELETE FROM audit_stream WHERE stream = 'policy'")).toEqual(['HEAD_DIFFERS policy']);
  });

  it('refuses an empty log, also where the counting of ids was begun anew and only what it told of is left', async () => {
    expect(await tamper('TRUNCATE audit_event, audit_seal, audit_stream')).toEqual(['EMPTY audit_event']);
    const forgotten = 'TRUNCATE audit_event, audit_seal, audit_stream, audit_unsealed RESTART IDENTITY';
    expect(await tamper(forgotten)).toEqual([]);
    await test.database.work(testActor, seedPolicy);
    expect(await tamper(forgotten)).toEqual(['EMPTY audit_event']);
    expect(await isUntouched(test.database)).toBe(false);
  });

  it('finds nothing wrong with a database in which nothing has happened yet', async () => {
    const { database } = await createTestDatabase();
    expect([await isUntouched(database), await verifyAuditLog(database)]).toEqual([true, []]);
    expect(await isUntouched(test.database)).toBe(false);
  });
});
