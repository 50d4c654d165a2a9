import { beforeAll, describe, expect, it } from 'vitest';
import { appendAudit } from '../../src/audit/append.ts';
import { verifyAuditLog } from '../../src/audit/verify.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { canonicalJson, digestOf } from '../../src/kernel/digest.ts';
import { Won } from '../../src/kernel/money.ts';
import { wonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

const eventsOf = (stream: string) => test.database.read.auditEvent.findMany({ where: { stream }, orderBy: { sequence: 'asc' } });

function bill(key: string) {
  return entry({ key, kind: 'opening_bill', occurredOn: civilDate('2026-01-05'), cause: key, memo: '' })
    .debit(CHART.receivableTax, { subject: key }, Won.of('1000'))
    .credit(CHART.assessed, { subject: key }, Won.of('1000'))
    .build();
}

describe('an event', () => {
  it('says who did what to what and when, and digests the state before and after', async () => {
    const [before, after] = [{ state: 'drafted' }, { state: 'sent', on: '2026-01-05' }];
    await test.database.work({ kind: 'user', id: 7 }, (work) =>
      appendAudit(work, {
        stream: 'case:1',
        action: 'inquiry.sent',
        subject: 'inquiry:3',
        before,
        after,
        payload: { b: 1, a: ['x'], c: undefined },
      }),
    );
    const [event] = await eventsOf('case:1');
    expect(event).toMatchObject({
      sequence: 1,
      actor: 'user:7',
      action: 'inquiry.sent',
      subject: 'inquiry:3',
      beforeDigest: digestOf(before),
      afterDigest: digestOf(after),
      recordDigest: null,
      payload: canonicalJson({ a: ['x'], b: 1 }),
      previousHash: '0'.repeat(64),
    });
    expect(event?.occurredAt).toEqual(test.clock.now());
  });

  it('is written with the journal entry it records, or not at all', async () => {
    const record = (fails: boolean) =>
      test.database.work(testActor, async (work) => {
        const posted = await post(work, bill(`bill:${fails}`));
        await appendAudit(work, { stream: 'case:2', action: 'bill.opened', subject: 'bill:1', recordDigest: posted.digest });
        if (fails) throw new Error('the rest failed');
        return posted;
      });
    await expect(record(true)).rejects.toThrow('the rest failed');
    expect(await eventsOf('case:2')).toEqual([]);
    expect((await wonBalance(test.database.read, { chart: CHART.receivableTax, subject: 'bill:true' })).isZero()).toBe(true);
    const posted = await record(false);
    expect((await eventsOf('case:2')).map(({ sequence, recordDigest }) => [sequence, recordDigest])).toEqual([[1, posted.digest]]);
  });

  it('is chained to the one before in its stream, whatever happens in others', async () => {
    for (const stream of ['case:3', 'policy', 'case:3', 'account:3', 'case:3'] as const) {
      await test.database.work(testActor, (work) => appendAudit(work, { stream, action: 'sample.done', subject: stream }));
    }
    const chain = await eventsOf('case:3');
    expect(chain.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(chain.map(({ previousHash }) => previousHash)).toEqual(['0'.repeat(64), chain[0]?.hash, chain[1]?.hash]);
    expect(new Set(chain.map(({ hash }) => hash)).size).toBe(3);
  });

  it('finds its place when many are written to one stream at once, and leaves no gap when some are undone', async () => {
    const attempts = Array.from({ length: 24 }, (_, index) =>
      test.database
        .work(testActor, async (work) => {
          await appendAudit(work, { stream: 'person:4', action: 'person.viewed', subject: 'person:4', payload: { index } });
          if (index % 4 === 0) throw new Error('undone');
        })
        .catch((thrown: unknown) => thrown),
    );
    const undone = (await Promise.all(attempts)).filter((outcome) => outcome !== undefined);
    expect(undone).toHaveLength(6);
    expect((await eventsOf('person:4')).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
    expect(await verifyAuditLog(test.database)).toEqual([]);
  });
});

describe('the hash of an event', () => {
  async function hashOf(fields: readonly (string | null)[]): Promise<string> {
    const rows = await test.database.read.$queryRawUnsafe<{ hash: string }[]>(
      "SELECT audit_hash('p', $1, 1, '2026-01-05T00:00:00Z', $2, $3, $4, $5, $6, $7, $8) AS hash",
      ...fields,
    );
    return rows[0]?.hash ?? '';
  }

  it('differs when a text moves from one field into the next', async () => {
    const hashes = await Promise.all([
      hashOf(['ab', 'c', '', '', null, null, null, '{}']),
      hashOf(['a', 'bc', '', '', null, null, null, '{}']),
      hashOf(['a', 'b', 'c', '', null, null, null, '{}']),
      hashOf(['a', 'b,c', 'd', '', null, null, null, '{}']),
      hashOf(['a', 'b', 'c,d', '', null, null, null, '{}']),
      hashOf(['a', 'b', 'c', '', 'd', null, null, '{}']),
      hashOf(['a', 'b', 'c', '', null, 'd', null, '{}']),
      hashOf(['a', 'b', 'c', '', null, null, 'd', '{}']),
    ]);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
