import { beforeAll, describe, expect, it } from 'vitest';
import type { PersonDetails } from '../../src/person/details.ts';
import { readPersons } from '../../src/person/read.ts';
import { registerPersons } from '../../src/person/register.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { samplePerson } from './sample-persons.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

function register(...persons: PersonDetails[]) {
  return test.database.work(testActor, (work) => registerPersons(work, testKeys, persons, { sample: true }));
}

function countEvents() {
  return test.database.read.auditEvent.count({ where: { action: 'person.registered' } });
}

describe('registering', () => {
  it('answers ids in the order given and stores nothing that can be read', async () => {
    const { ids, created, differences } = await register(samplePerson(1), samplePerson(2), samplePerson(3));
    expect([new Set(ids).size, created, differences]).toEqual([3, 3, []]);
    const read = await test.database.work(testActor, (work) => readPersons(work, testKeys, ids, 'test.read'));
    expect(ids.map((id) => read.get(id)?.name)).toEqual(['표본-000001', '표본-000002', '표본-000003']);
    const rows = await test.database.read.person.findMany({ where: { id: { in: [...ids] } } });
    const stored = rows.map((row) => [JSON.stringify(row), Buffer.from(row.detailsCipher ?? []).toString()].join());
    for (const secret of ['표본-00000', '0109000', 'example.org', '표본로']) expect(stored.join()).not.toContain(secret);
  });

  it('of the same persons again changes nothing and writes no event', async () => {
    const first = await register(samplePerson(10), samplePerson(11));
    const events = await countEvents();
    const again = await register(samplePerson(11), samplePerson(10));
    expect(again).toEqual({ ids: first.ids.toReversed(), created: 0, differences: [] });
    expect(await countEvents()).toBe(events);
  });

  it('takes one person once within a batch and reports what differs, keeping the first', async () => {
    const other = samplePerson(20, { address: '다른 주소 1', name: '표본-다른이름' });
    const { ids, created, differences } = await register(samplePerson(20), samplePerson(21), other, samplePerson(20));
    expect(created).toBe(2);
    expect(ids[2]).toBe(ids[0]);
    expect(ids[3]).toBe(ids[0]);
    expect(differences).toEqual([{ position: 2, personId: ids[0], fields: ['name', 'address'] }]);
    const later = await register(other);
    expect(later).toEqual({ ids: [ids[0]], created: 0, differences: [{ position: 0, personId: ids[0], fields: ['name', 'address'] }] });
    const read = await test.database.work(testActor, (work) => readPersons(work, testKeys, ids, 'test.read'));
    expect(read.get(ids[0] ?? 0)?.address).toBe(samplePerson(20).address);
  });

  it('keeps persons without a number apart, and a resident apart from a corporation with the same digits', async () => {
    const nameless = samplePerson(30, { registrationNumber: null });
    const corporate = samplePerson(31, { kind: 'corporate', birthDate: null });
    const { ids, created } = await register(nameless, nameless, samplePerson(31), corporate);
    expect([new Set(ids).size, created]).toEqual([4, 4]);
  });

  it('refuses the whole batch for one person who cannot be stored', async () => {
    const count = await test.database.read.person.count();
    await expect(register(samplePerson(40), samplePerson(41, { registrationNumber: '123' }))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(await test.database.read.person.count()).toBe(count);
  });

  it('at the same time in two overlapping batches gives each person one row', async () => {
    const persons = Array.from({ length: 300 }, (_, index) => samplePerson(1_000 + index));
    const [one, two] = await Promise.all([register(...persons), register(...persons.toReversed().slice(0, 200))]);
    expect(one.created + two.created).toBe(300);
    expect(two.ids).toEqual(one.ids.toReversed().slice(0, 200));
    expect(two.differences).toEqual([]);
  });

  it('goes over several statements with ids, details and rows belonging together', async () => {
    const persons = Array.from({ length: 5_100 }, (_, index) => samplePerson(10_000 + index));
    const { ids, created } = await register(...persons);
    expect([new Set(ids).size, created]).toEqual([5_100, 5_100]);
    const chosen = [0, 4_999, 5_000, 5_099];
    const read = await test.database.work(testActor, (work) =>
      readPersons(
        work,
        testKeys,
        chosen.map((index) => ids[index] ?? 0),
        'test.read',
      ),
    );
    expect(chosen.map((index) => read.get(ids[index] ?? 0)?.registrationNumber)).toEqual(
      chosen.map((index) => persons[index]?.registrationNumber),
    );
  });
});
