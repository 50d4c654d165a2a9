import { beforeAll, describe, expect, it } from 'vitest';
import { readTable } from '../../src/document/table-reader.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { sha256Hex } from '../../src/kernel/digest.ts';
import { Won } from '../../src/kernel/money.ts';
import { registerPersons } from '../../src/person/register.ts';
import { createInquiry, type InquiryOrder, recordInquirySent } from '../../src/seizure/inquiry.ts';
import { makeInquiryFile } from '../../src/seizure/inquiry-file.ts';
import { recordNothingFound } from '../../src/seizure/nothing-found.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { Office } from './seizure-fixture.ts';

let office: Office;
let persons: number[];
beforeAll(async () => {
  office = await Office.open();
  persons = await office.persons(1, 2, 3, 4);
  const [first = 0, second = 0, third = 0] = persons;
  await office.bill(first, { noticeNumber: 'N-1', principalKrw: '3000000' });
  await office.bill(second, { noticeNumber: 'N-2', principalKrw: '500000', dunning: 'unserved' });
  await office.bill(third, { noticeNumber: 'N-3', principalKrw: '200000' });
});

function draft(order: Partial<InquiryOrder> & Pick<InquiryOrder, 'selection'>) {
  return office.database.work(office.officer.actor, (work) =>
    createInquiry(work, { venueCode: 'upbit', identification: 'registration_number', ...order }),
  );
}

async function subjectsOf(requestId: number): Promise<number[]> {
  const subjects = await office.database.read.inquirySubject.findMany({ where: { requestId }, orderBy: { lineNumber: 'asc' } });
  return subjects.map(({ personId }) => personId);
}

function sent(requestId: number, reference: string, sentOn = '2026-01-05') {
  return office.database.work(office.officer.actor, (work) => recordInquirySent(work, { requestId, sentOn: civilDate(sentOn), reference }));
}

async function rowsOf<Name extends string>(bytes: Buffer, columns: readonly Name[]): Promise<Readonly<Record<Name, string>>[]> {
  const rows: Readonly<Record<Name, string>>[] = [];
  for await (const row of readTable(bytes, { columns: columns.map((name) => ({ name })) })) rows.push(row.cells);
  return rows;
}

describe('an inquiry', () => {
  it('asks about everybody who fits the selection and nobody else', async () => {
    const outstanding = await draft({ selection: { bills: 'outstanding' } });
    expect(outstanding).toMatchObject({ number: 'INQ-2026-0001', subjectCount: 3 });
    expect(await subjectsOf(outstanding.id)).toEqual(persons.slice(0, 3));
    const seizable = await draft({ selection: { bills: 'seizable' } });
    expect(await subjectsOf(seizable.id)).toEqual([persons[0], persons[2]]);
    const large = await draft({ selection: { bills: 'seizable', owedFromKrw: Won.of('1000000') } });
    expect(await subjectsOf(large.id)).toEqual([persons[0]]);
    const named = await draft({ selection: { bills: 'outstanding', personIds: [persons[2] ?? 0, persons[3] ?? 0] } });
    expect(await subjectsOf(named.id)).toEqual([persons[2]]);
    await expect(draft({ selection: { bills: 'outstanding', personIds: [persons[3] ?? 0] } })).rejects.toMatchObject({
      code: 'SEIZURE_NOTHING_OWED',
    });
  });

  it.each(['csv', 'xlsx'] as const)('gives the exchange what it needs to find its customer, as %s, and no more', async (format) => {
    const { id, number } = await draft({ selection: { bills: 'outstanding' } });
    const file = await makeInquiryFile(office.database, testKeys, office.officer.actor, { requestId: id, format });
    const rows = await rowsOf(file.bytes, ['요청번호', '순번', '성명', '등록번호']);
    expect(rows).toEqual(
      [1, 2, 3].map((line) => ({
        요청번호: number,
        순번: String(line),
        성명: samplePerson(line).name,
        등록번호: samplePerson(line).registrationNumber,
      })),
    );
    expect(file).toMatchObject({ name: `${number}.${format}`, sha256: sha256Hex(file.bytes), incompleteLines: [] });
    const exported = await office.database.read.auditEvent.findFirst({ where: { subject: `inquiry:${id}`, action: 'inquiry.exported' } });
    expect(exported?.recordDigest).toBe(file.sha256);
    const viewed = await office.database.read.auditEvent.findFirst({ where: { action: 'person.viewed' }, orderBy: { id: 'desc' } });
    expect(viewed?.payload).toContain('inquiry.export');
  });

  it('without registration numbers names birth date and phone instead, and says who cannot be found by them', async () => {
    const { ids } = await office.database.work(testActor, (work) =>
      registerPersons(work, testKeys, [samplePerson(5, { phone: null })], { sample: true }),
    );
    await office.bill(ids[0] ?? 0, { noticeNumber: 'N-5' });
    const personIds = [persons[0] ?? 0, ids[0] ?? 0];
    const { id } = await draft({ selection: { bills: 'outstanding', personIds }, identification: 'name_birth_phone' });
    const file = await makeInquiryFile(office.database, testKeys, office.officer.actor, { requestId: id, format: 'csv' });
    expect(file.incompleteLines).toEqual([2]);
    const { name, birthDate, phone } = samplePerson(1);
    expect(await rowsOf(file.bytes, ['요청번호', '순번', '성명', '생년월일', '휴대전화'])).toMatchObject([
      { 성명: name, 생년월일: birthDate, 휴대전화: phone },
      { 성명: samplePerson(5).name, 휴대전화: '' },
    ]);
    expect(file.bytes.toString('utf8')).not.toContain(samplePerson(1).registrationNumber);
  });
});

describe('the sending of an inquiry', () => {
  it('needs a file and a reference, and is recorded once', async () => {
    const { id } = await draft({ selection: { bills: 'outstanding' } });
    await expect(sent(id, '징수과-1')).rejects.toMatchObject({ code: 'CONFLICT' });
    await makeInquiryFile(office.database, testKeys, office.officer.actor, { requestId: id, format: 'csv' });
    await expect(sent(id, ' ')).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    await expect(sent(id, '징수과-1', '2026-01-06')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await sent(id, '징수과-1');
    await sent(id, '징수과-1');
    await expect(sent(id, '징수과-2')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(sent(999, '징수과-1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const events = await office.database.read.auditEvent.findMany({ where: { subject: `inquiry:${id}` }, orderBy: { id: 'asc' } });
    expect(events.map(({ action }) => action)).toEqual(['inquiry.drafted', 'inquiry.exported', 'inquiry.sent']);
  });

  it('is answered by a letter where the exchange found nobody, once it was sent, and only then', async () => {
    const nobody = (requestId: number, repliedOn = '2026-01-05', reference = '회신-1') =>
      office.database.work(office.officer.actor, (work) =>
        recordNothingFound(work, { requestId, repliedOn: civilDate(repliedOn), reference }),
      );
    const stateOf = async (id: number) => (await office.database.read.inquiryRequest.findUniqueOrThrow({ where: { id } })).state;
    const { id } = await draft({ selection: { bills: 'outstanding' } });
    await expect(nobody(4_711)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(nobody(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await makeInquiryFile(office.database, testKeys, office.officer.actor, { requestId: id, format: 'csv' });
    await sent(id, '징수과-77');
    await expect(nobody(id, '2026-01-04')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(nobody(id, '2026-01-06')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(nobody(id, '2026-01-05', ' ')).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    expect(await stateOf(id)).toBe('sent');
    await nobody(id);
    await nobody(id);
    expect(await stateOf(id)).toBe('replied');
    expect(await office.database.read.auditEvent.count({ where: { subject: `inquiry:${id}`, action: 'inquiry.nothing_found' } })).toBe(1);
  });
});
