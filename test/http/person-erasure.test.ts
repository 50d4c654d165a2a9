import { beforeAll, expect, test } from 'vitest';
import { registerRightHolder } from '../../src/seizure/right-holder.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { CORRESPONDENCE, Office } from '../seizure/seizure-fixture.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';

/* Personal data is destroyed for good once nothing is wanted of somebody, and never before. */

const OVER = { ground: 'retention.over' };

let office: Office;
let api: TestApi;
let officer: SignedInClient;
let approver: SignedInClient;

beforeAll(async () => {
  office = await Office.open();
  api = await startApi({ over: office.test });
  officer = await api.enter(office.officer);
  approver = await api.enter(office.approver);
});

async function refusal(personId: number) {
  return (await approver.post(`/persons/${personId}/erasure`, OVER)).problem();
}

/** The network assesses more; nobody has decided on it yet. */
async function increasePending(billId: number): Promise<number> {
  const paid = await office.database.read.billUpdate.findFirstOrThrow({ where: { billId } });
  const { billLineId, occurredOn, importFileId } = paid;
  const facts = { billId, billLineId, kind: 'increase', occurredOn, principalKrw: 1n, surchargeKrw: 0n, penaltyKrw: 0n } as const;
  const file = { documentNumber: '표본-증액', importFileId, importLine: 2 };
  const { id } = await office.database.work(office.officer.actor, (work) =>
    work.tx.billUpdate.create({ data: { ...facts, ...file, createdAt: work.at } }),
  );
  return id;
}

test('is refused while a case is open, a bill owes or is in doubt, or a letter waits to be sent, with their numbers', async () => {
  const [personId = 0, pledgee = 0] = await office.persons(1, 2);
  const billId = await office.bill(personId, { noticeNumber: 'N-1' });
  await office.holdings(1, ['BTC', '1']);
  const caseId = (await office.propose()).proposed[0]?.caseId ?? 0;
  await office.database.work(office.officer.actor, (work) => registerRightHolder(work, { caseId, personId: pledgee, kind: 'pledgee' }));
  const { number } = await office.case(caseId);
  expect(await refusal(personId)).toMatchObject({ status: 409, code: 'PERSON_NEEDED', facts: { cases: [number], bills: ['N-1'] } });
  expect((await refusal(pledgee)).facts).toEqual({ cases: [number] });

  const withdrawal = { items: [caseId], code: 'WITHDRAWN', reason: '다른 재산을 압류함' };
  expect((await officer.post('/seizures/withdrawals', withdrawal)).status).toBe(200);
  expect((await refusal(personId)).facts).toEqual({ bills: ['N-1'] });
  await office.payElsewhere(billId);
  const increaseId = await increasePending(billId);
  expect((await refusal(personId)).facts).toEqual({ bills: ['N-1'] });
  await office.decideUpdate(increaseId, 'rejected');
  expect((await approver.post(`/persons/${personId}/erasure`, OVER)).status).toBe(200);
  expect((await approver.post(`/persons/${pledgee}/erasure`, OVER)).status).toBe(200);
});

test('is refused while a letter to him is printed and not sent', async () => {
  const [personId = 0] = await office.persons(3);
  const billId = await office.bill(personId, { noticeNumber: 'N-3' });
  const caseId = await office.demandedCase(3, [['BTC', '1']]);
  await office.payElsewhere(billId);
  await office.progress(caseId);
  const release = { caseIds: [caseId], ground: 'nothing_owed', reason: '체납액을 모두 납부함', correspondence: CORRESPONDENCE };
  expect((await officer.post('/cases/releases', release)).json()).toMatchObject({ done: [{ id: caseId }], refused: [] });
  const letter = await office.database.read.notice.findFirstOrThrow({ where: { recipientId: personId, kind: 'release_notice' } });
  expect((await refusal(personId)).facts).toEqual({ letters: [letter.number] });
  await office.send(caseId, 'release_notice');
  await office.send(caseId, 'release_notice');
  expect((await approver.post(`/persons/${personId}/erasure`, OVER)).status).toBe(200);
});

test('needs the permission, somebody who is known, and a ground', async () => {
  const [personId = 0] = await office.persons(4);
  expect((await officer.post(`/persons/${personId}/erasure`, OVER)).problem()).toMatchObject({
    code: 'FORBIDDEN',
    facts: { permission: 'person.erase' },
  });
  expect((await refusal(4711)).code).toBe('NOT_FOUND');
  expect((await approver.post(`/persons/${personId}/erasure`, { ground: '오래됨' })).problem().code).toBe('INPUT_INVALID');
  expect((await officer.get(`/persons/${personId}?purpose=case.review`)).status).toBe(200);
});

test('a debt that is extinct keeps nobody; what is destroyed is gone, and done only once', async () => {
  const [personId = 0] = await office.persons(5);
  await office.bill(personId, { noticeNumber: 'N-5', writeOff: 'prescribed' });
  const search = { by: 'registration_number', registrationNumber: samplePerson(5).registrationNumber, purpose: 'taxpayer.call' };
  expect((await officer.post('/persons/search', search)).json()).toEqual({ personIds: [personId] });
  expect((await approver.post(`/persons/${personId}/erasure`, OVER)).status).toBe(200);
  expect((await officer.post('/persons/search', search)).json()).toEqual({ personIds: [] });
  expect((await officer.get(`/persons/${personId}?purpose=case.review`)).problem()).toMatchObject({ status: 410, code: 'PERSON_ERASED' });
  expect((await refusal(personId)).code).toBe('PERSON_ERASED');
  expect(await office.events(`person:${personId}`)).toContain('person.erased');
});
