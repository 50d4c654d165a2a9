import { beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/kernel/digest.ts';
import { MasterKey } from '../../src/kernel/master-key.ts';
import { erasePerson } from '../../src/person/erase.ts';
import {
  findPersonsByNameAndBirthDate,
  findPersonsByNameBirthDateAndPhone,
  findPersonsByRegistrationNumber,
} from '../../src/person/find.ts';
import { personDigest, personKey, personKeys } from '../../src/person/person-key.ts';
import { readPerson, readPersons } from '../../src/person/read.ts';
import { registerPersons } from '../../src/person/register.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { samplePerson } from './sample-persons.ts';

let test: TestDatabase;
let ids: readonly number[];

beforeAll(async () => {
  test = await createTestDatabase();
  const persons = [1, 2, 3, 4].map((number) => samplePerson(number));
  ({ ids } = await test.database.work(testActor, (work) => registerPersons(work, testKeys, persons, { sample: true })));
});

function idOf(index: number): number {
  return ids[index] ?? 0;
}

function read(personId: number, keys = testKeys) {
  return test.database.work(testActor, (work) => readPerson(work, keys, personId, 'test.read'));
}

describe('reading', () => {
  it('opens the details and logs who, what and why, without the details', async () => {
    expect(await read(idOf(0))).toEqual({ ...samplePerson(1), id: idOf(0), sample: true });
    const event = await test.database.read.auditEvent.findFirstOrThrow({ where: { stream: `person:${idOf(0)}` } });
    expect(event).toMatchObject({ action: 'person.viewed', actor: 'system:test', payload: '{"purpose":"test.read"}' });
  });

  it('of many logs one event with the count, and a digest that proves whose', async () => {
    const persons = await test.database.work(testActor, (work) => readPersons(work, testKeys, [idOf(1), idOf(0), idOf(1)], 'notice.print'));
    expect([...persons.keys()]).toEqual([idOf(0), idOf(1)]);
    const event = await test.database.read.auditEvent.findFirstOrThrow({ where: { stream: 'system', action: 'person.viewed' } });
    expect(event).toMatchObject({ payload: '{"count":2,"purpose":"notice.print"}', recordDigest: digestOf([idOf(0), idOf(1)]) });
  });

  it('needs a purpose that names nobody', async () => {
    await expect(test.database.work(testActor, (work) => readPerson(work, testKeys, idOf(0), '김철수 문의'))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it('finds no person that never was', async () => {
    await expect(read(9_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(test.database.work(testActor, (work) => readPersons(work, testKeys, [idOf(0), 9_999], 'test.read'))).rejects.toMatchObject(
      {
        code: 'NOT_FOUND',
      },
    );
  });
});

describe('sealed data', () => {
  async function exchange(from: number, to: number, columns: ('keyCipher' | 'detailsCipher')[]): Promise<void> {
    const source = await test.database.read.person.findUniqueOrThrow({ where: { id: from } });
    await test.database.read.person.update({
      where: { id: to },
      data: Object.fromEntries(columns.map((column) => [column, source[column]])),
    });
  }

  it('does not open in another row, with either or both of its parts', async () => {
    const original = await test.database.read.person.findUniqueOrThrow({ where: { id: idOf(1) } });
    for (const columns of [['keyCipher'], ['detailsCipher'], ['keyCipher', 'detailsCipher']] as const) {
      await exchange(idOf(2), idOf(1), [...columns]);
      await expect(read(idOf(1)), columns.join()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
      const { keyCipher, detailsCipher } = original;
      await test.database.read.person.update({ where: { id: idOf(1) }, data: { keyCipher, detailsCipher } });
    }
    await read(idOf(1));
  });

  it('does not open with one bit changed, nor with another installation’s key', async () => {
    const { detailsCipher } = await test.database.read.person.findUniqueOrThrow({ where: { id: idOf(1) } });
    if (detailsCipher === null) throw new Error('The person is not erased.');
    for (const position of [0, 1, 13, detailsCipher.length - 1]) {
      const changed = Uint8Array.from(detailsCipher, (byte, index) => (index === position ? byte ^ 1 : byte));
      await test.database.read.person.update({ where: { id: idOf(1) }, data: { detailsCipher: changed } });
      await expect(read(idOf(1))).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
    }
    await test.database.read.person.update({ where: { id: idOf(1) }, data: { detailsCipher } });
    await expect(read(idOf(1), new MasterKey(Buffer.alloc(32, 8)))).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
  });

  it('has a digest of its own for each person', async () => {
    const digest = (index: number) => personDigest(test.database.read, testKeys, idOf(index), { payee: '표본은행 1-2-3' });
    expect(await digest(0)).toBe(await digest(0));
    expect(await digest(0)).not.toBe(await digest(1));
    const all = await personKeys(test.database.read, testKeys, [idOf(0), idOf(1), 9_999]);
    expect([...all.keys()].sort()).toEqual([idOf(0), idOf(1)]);
    expect(all.get(idOf(0))?.digest('{"payee":"표본은행 1-2-3"}')).toBe(await digest(0));
  });
});

describe('finding', () => {
  it('meets numbers, names and telephones however they are written, and logs counts only', async () => {
    const person = samplePerson(3);
    const { name, birthDate, phone, registrationNumber } = person;
    if (birthDate === null || phone === null || registrationNumber === null) throw new Error('The sample is complete.');
    const grouped = `${registrationNumber.slice(0, 6)}-${registrationNumber.slice(6)}`;
    const written = `${name.slice(0, 2)} ${name.slice(2)}`.normalize('NFD');
    const dialled = `+82 ${phone.slice(1, 3)}-${phone.slice(3)}`;
    await test.database.work(testActor, async (work) => {
      expect(await findPersonsByRegistrationNumber(work, testKeys, ['9999999999999', grouped], 'match.decide')).toEqual([[], [idOf(2)]]);
      expect(await findPersonsByNameAndBirthDate(work, testKeys, [{ name: written, birthDate }], 'match.decide')).toEqual([[idOf(2)]]);
      const exact = { name: written, birthDate, phone: dialled };
      const queries = [exact, { ...exact, phone: '0100' }];
      expect(await findPersonsByNameBirthDateAndPhone(work, testKeys, queries, 'match.decide')).toEqual([[idOf(2)], []]);
      expect(await findPersonsByRegistrationNumber(work, testKeys, [], 'match.decide')).toEqual([]);
    });
    const events = await test.database.read.auditEvent.findMany({ where: { action: 'person.searched' }, orderBy: { id: 'asc' } });
    expect(events).toHaveLength(3);
    expect(events[0]?.payload).toBe('{"by":"registration_index","found":1,"purpose":"match.decide","queries":2}');
  });
});

describe('erasure', () => {
  it('leaves a row that nobody can read, find or digest for, and is an event', async () => {
    const { registrationNumber } = samplePerson(4);
    await test.database.work(testActor, (work) => erasePerson(work, idOf(3), 'retention.over'));
    await expect(read(idOf(3))).rejects.toMatchObject({ code: 'PERSON_ERASED' });
    await expect(personKey(test.database.read, testKeys, idOf(3))).rejects.toMatchObject({ code: 'PERSON_ERASED' });
    await test.database.work(testActor, async (work) => {
      expect((await readPersons(work, testKeys, ids, 'test.read')).size).toBe(3);
      expect(await findPersonsByRegistrationNumber(work, testKeys, [registrationNumber ?? ''], 'test.read')).toEqual([[]]);
    });
    const row = await test.database.read.person.findUniqueOrThrow({ where: { id: idOf(3) } });
    expect(row).toMatchObject({ keyCipher: null, detailsCipher: null, registrationIndex: null, erasedAt: test.clock.now() });
    const event = await test.database.read.auditEvent.findFirstOrThrow({ where: { action: 'person.erased' } });
    expect(event).toMatchObject({ stream: `person:${idOf(3)}`, payload: '{"ground":"retention.over"}' });
    await expect(test.database.work(testActor, (work) => erasePerson(work, idOf(3), 'retention.over'))).rejects.toMatchObject({
      code: 'PERSON_ERASED',
    });
  });

  it('lets the same person be registered anew, as somebody else', async () => {
    const { ids: again, created } = await test.database.work(testActor, (work) =>
      registerPersons(work, testKeys, [samplePerson(4)], { sample: true }),
    );
    expect(created).toBe(1);
    expect(again[0]).not.toBe(idOf(3));
  });

  it('cannot be done by halves', async () => {
    await expect(test.database.read.person.update({ where: { id: idOf(0) }, data: { erasedAt: test.clock.now() } })).rejects.toThrow(
      /person_erased_holds_nothing/,
    );
  });
});
