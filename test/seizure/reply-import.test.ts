import { beforeAll, describe, expect, it } from 'vitest';
import { createInquiry } from '../../src/seizure/inquiry.ts';
import { compareMatch, decideMatch } from '../../src/seizure/match-decision.ts';
import { proposeCases } from '../../src/seizure/propose.ts';
import { registrationToken } from '../../src/seizure/registration-token.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { rawReply, replyCsv } from './reply-csv.ts';
import { BOOKS, Office } from './seizure-fixture.ts';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});

async function debtor(number: number): Promise<number> {
  const [personId = 0] = await office.persons(number);
  await office.bill(personId, { noticeNumber: `N-${number}` });
  return personId;
}

function rowsOf(request: string) {
  return office.database.read.holdingsReplyRow.findMany({
    where: { reply: { request: { number: request } } },
    orderBy: { lineNumber: 'asc' },
  });
}

function decide(rowId: number, decision: 'confirm' | 'refuse', venueConfirmation?: string) {
  return office.database.work(office.officer.actor, (work) =>
    decideMatch(work, { rowId, decision, reason: '자료를 대조함', ...(venueConfirmation === undefined ? {} : { venueConfirmation }) }),
  );
}

describe('a holdings reply', () => {
  it('is matched by registration number, by verified identity, and only probably by details', async () => {
    const ids = [await debtor(1), await debtor(2), await debtor(3)];
    const request = await office.inquire(ids);
    const [one, two, three] = [samplePerson(1), samplePerson(2), samplePerson(3)];
    const token = registrationToken(request, two.registrationNumber ?? '');
    const report = await office.reply(
      rawReply(
        `${request},1,${one.registrationNumber},,,${one.name},,,acc-1,BTC,0.5,`,
        `${request},2,,Y,${token},,,,acc-2,eth,10,`,
        `${request},,,,,${three.name},${three.birthDate},${three.phone},acc-3,XRP,"1,000.5",비고`,
        `${request},,9001011234567,,,아무개,,,acc-9,BTC,1,`,
      ),
    );
    expect(report).toMatchObject({
      state: 'stored',
      rowCount: 4,
      badCount: 0,
      counts: { matched: 2, probable: 1, conflict: 0, unmatched: 1 },
    });
    const rows = await rowsOf(request);
    expect(rows.map(({ basis, state, personId, asset }) => [basis, state, personId, asset])).toEqual([
      ['registration_number', 'matched', ids[0], 'BTC'],
      ['verified_identity', 'matched', ids[1], 'ETH'],
      ['name_birth_phone', 'probable', ids[2], 'XRP'],
      ['registration_number', 'unmatched', null, 'BTC'],
    ]);
    expect(rows[2]?.quantity.toFixed()).toBe('1000.5');
    expect(Buffer.from(rows[0]?.identityCipher ?? []).includes('표본')).toBe(false);
  });

  it('changes nothing when the same file comes again', async () => {
    const request = await office.inquire([await debtor(4)]);
    const csv = replyCsv(request, [4], [['BTC', '1']]);
    const first = await office.reply(csv);
    const again = await office.reply(csv);
    expect(again).toMatchObject({ repeated: true, importFileId: first.importFileId });
    expect(await rowsOf(request)).toHaveLength(1);
  });

  it('for an unknown or unsent request is refused as a whole, and nothing is stored', async () => {
    const request = await office.inquire([await debtor(5)]);
    const before = await office.database.read.importFile.count();
    const mixed = rawReply(`${request},,,,,,,,acc-5,BTC,1,`, 'INQ-2026-9999,,,,,,,,acc-6,BTC,1,');
    await expect(office.reply(mixed)).rejects.toMatchObject({ code: 'REPLY_UNKNOWN_REQUEST' });
    const drafted = await office.database.work(office.officer.actor, (work) =>
      createInquiry(work, { venueCode: 'upbit', selection: { bills: 'outstanding' }, identification: 'registration_number' }),
    );
    await expect(office.reply(rawReply(`${drafted.number},,,,,,,,acc-5,BTC,1,`))).rejects.toMatchObject({ code: 'REPLY_UNKNOWN_REQUEST' });
    expect(await office.database.read.importFile.count()).toBe(before);
    expect(await rowsOf(request)).toEqual([]);
  });
});

describe('a holdings reply with bad rows', () => {
  it('stores nothing unless the good ones are asked for, and names every bad row', async () => {
    const request = await office.inquire([await debtor(6)]);
    const number = samplePerson(6).registrationNumber;
    const csv = rawReply(
      `${request},1,${number},,,,,,acc-6,BTC,0.5,`,
      `${request},1,${number},,,,,,acc-6,BTC,0.7,`,
      `${request},1,123,,,,,,acc-6,ETH,-1,`,
      `${request},9,${number},,,,,,acc-6,XRP,5,`,
    );
    const refused = await office.reply(csv);
    expect(refused).toMatchObject({ state: 'refused', badCount: 3, counts: {} });
    expect(refused.errors.map(({ line, column, code }) => [line, column, code])).toEqual([
      [3, '가상자산', 'CONFLICT'],
      [4, '등록번호', 'INPUT_INVALID'],
      [4, '수량', 'AMOUNT_NEGATIVE'],
      [5, '순번', 'NOT_FOUND'],
    ]);
    expect(await rowsOf(request)).toEqual([]);
    expect(JSON.stringify(refused.errors)).not.toContain(number);

    await office.reply(csv, { acceptGoodRows: true });
    expect((await rowsOf(request)).map(({ lineNumber }) => lineNumber)).toEqual([2]);
  });
});

describe('a decision on a match', () => {
  async function probableRow(number: number): Promise<number> {
    const { name, birthDate, phone } = samplePerson(number);
    const request = await office.inquire([await debtor(number)]);
    await office.reply(rawReply(`${request},,,,,${name},${birthDate},${phone},acc-${number},BTC,1,`));
    return (await rowsOf(request))[0]?.id ?? 0;
  }

  it('needs the exchange’s own confirmation and an official, and is made once', async () => {
    const rowId = await probableRow(11);
    await expect(decide(rowId, 'confirm')).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    const byMachine = office.database.work(testActor, (work) =>
      decideMatch(work, { rowId, decision: 'confirm', reason: '대조함', venueConfirmation: '회신-1' }),
    );
    await expect(byMachine).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await decide(rowId, 'confirm', '회신-1');
    const row = await office.database.read.holdingsReplyRow.findUniqueOrThrow({ where: { id: rowId } });
    expect(row).toMatchObject({
      state: 'confirmed',
      decidedById: office.officer.userId,
      decisionProof: '회신-1',
      decisionReason: '자료를 대조함',
    });
    await expect(decide(rowId, 'refuse')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('cannot give a row to somebody when it fits nobody alone', async () => {
    const request = await office.inquire([await debtor(12)]);
    await office.reply(rawReply(`${request},,,,,${samplePerson(12).name},,,acc-12,BTC,1,`));
    const [row] = await rowsOf(request);
    await expect(decide(row?.id ?? 0, 'confirm', '회신-1')).rejects.toMatchObject({ code: 'CONFLICT' });
    await decide(row?.id ?? 0, 'refuse');
  });

  it('is prepared by both sides next to each other, and the view is logged', async () => {
    const rowId = await probableRow(13);
    const comparison = await office.database.work(office.officer.actor, (work) => compareMatch(work, testKeys, rowId));
    const { name, birthDate, phone, registrationNumber } = samplePerson(13);
    expect(comparison.given).toMatchObject({ name, birthDate, phone, registrationNumber: null });
    expect(comparison.ours).toEqual({ name, birthDate, phone, registrationNumber });
    expect(comparison.reasons.map(({ text }) => text)).toEqual(['성명이 같음', '생년월일이 같음', '휴대전화번호가 같음']);
    const events = await office.database.read.auditEvent.findMany({ where: { subject: `holdings_reply_row:${rowId}` } });
    expect(events.map(({ action }) => action)).toEqual(['holdings_reply_row.viewed']);
  });

  it('is needed before a probable row is used', async () => {
    const rowId = await probableRow(14);
    const propose = () =>
      office.database.work(office.officer.actor, (work) =>
        proposeCases(work, { venueCode: 'upbit', rowIds: [rowId], snapshots: BOOKS, officerId: office.officer.userId }),
      );
    const cases = await office.database.read.seizureCase.count();
    await expect(propose()).rejects.toMatchObject({ code: 'MATCH_UNCONFIRMED' });
    expect(await office.database.read.seizureCase.count()).toBe(cases);
    await decide(rowId, 'confirm', '회신-14');
    expect((await propose()).proposed).toHaveLength(1);
    await expect(decide(rowId, 'refuse')).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
