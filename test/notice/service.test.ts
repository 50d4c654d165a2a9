import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, type CivilDate } from '../../src/kernel/civil-date.ts';
import { sha256Hex } from '../../src/kernel/digest.ts';
import { recordDispatch } from '../../src/notice/dispatch.ts';
import { cancelNotice } from '../../src/notice/issue.ts';
import { noticesOf } from '../../src/notice/notice-view.ts';
import type { ServiceProof } from '../../src/notice/proof.ts';
import { readDocument } from '../../src/notice/stored-document.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { MailRoom, paper, postalRecord, registerSamples, testRules, tracking } from './letters.ts';

let test: TestDatabase;
let room: MailRoom;

beforeAll(async () => {
  test = await createTestDatabase();
  const [personId = 0] = await registerSamples(test.database, 1);
  room = new MailRoom(test, personId);
});

describe('the way of a notice', () => {
  it('goes from issued over sent to served, each step in the audit log', async () => {
    const id = await room.letter();
    await room.dispatch(id);
    expect((await room.row(id)).state).toBe('sent');
    const outcome = await room.result({
      noticeId: id,
      result: 'served',
      resultOn: room.today,
      receivedBy: 'addressee',
      proof: postalRecord,
    });
    expect(outcome).toEqual({ noticeId: id, state: 'served', servedOn: room.today, deadlineOn: undefined, changed: true });
    const events = await test.database.read.auditEvent.findMany({ where: { subject: `notice:${id}` }, orderBy: { id: 'asc' } });
    expect(events.map(({ action, stream }) => [action, stream])).toEqual([
      ['notice.issued', room.lastSubject],
      ['notice.dispatched', room.lastSubject],
      ['notice.served', room.lastSubject],
    ]);
  });

  it('comes back, is sent again and is served in the end', async () => {
    const id = await room.letter();
    await room.dispatch(id);
    await room.result({ noticeId: id, result: 'returned_closed', resultOn: room.today, proof: postalRecord });
    expect((await room.row(id)).state).toBe('returned');
    await room.dispatch(id, 'hand');
    await room.result({ noticeId: id, result: 'served', resultOn: room.today, receivedBy: 'co_resident', proof: paper });
    const { state, attempts } = await room.row(id);
    expect([state, attempts.map((attempt) => attempt.result)]).toEqual(['served', ['returned_closed', 'served']]);
  });

  it.each(['issued', 'sent', 'served', 'returned', 'cancelled'] as const)('allows from %s only what its state allows', async (state) => {
    const make = async () => {
      const id = await room.letter();
      if (state !== 'issued' && state !== 'cancelled') await room.dispatch(id);
      if (state === 'served')
        await room.result({ noticeId: id, result: 'served', resultOn: room.today, receivedBy: 'addressee', proof: postalRecord });
      if (state === 'returned') await room.result({ noticeId: id, result: 'returned_moved', resultOn: room.today, proof: postalRecord });
      if (state === 'cancelled') await test.database.work(testActor, (work) => cancelNotice(work, { noticeId: id, reason: 'wrong sum' }));
      return id;
    };
    const codeOf = (act: Promise<unknown>) => act.then(() => 'done').catch((thrown: { code: string }) => thrown.code);
    const served = { result: 'served', resultOn: room.today, receivedBy: 'co_resident', proof: postalRecord } as const;
    const acts = {
      dispatch: await codeOf(make().then((id) => room.dispatch(id))),
      serve: await codeOf(make().then((noticeId) => room.result({ noticeId, ...served }))),
      post: await codeOf(make().then((id) => room.post(id))),
      cancel: await codeOf(
        make().then((noticeId) => test.database.work(testActor, (work) => cancelNotice(work, { noticeId, reason: 'r' }))),
      ),
    };
    expect(acts).toEqual(
      {
        issued: { dispatch: 'done', serve: 'CONFLICT', post: 'SERVICE_NOT_ALLOWED', cancel: 'done' },
        sent: { dispatch: 'CONFLICT', serve: 'done', post: 'CONFLICT', cancel: 'done' },
        served: { dispatch: 'CONFLICT', serve: 'SERVICE_CONTRADICTED', post: 'CONFLICT', cancel: 'CONFLICT' },
        returned: { dispatch: 'done', serve: 'SERVICE_CONTRADICTED', post: 'done', cancel: 'done' },
        cancelled: { dispatch: 'CONFLICT', serve: 'CONFLICT', post: 'CONFLICT', cancel: 'CONFLICT' },
      }[state],
    );
  });
});

describe('a print run', () => {
  it('records a whole print run or nothing of it', async () => {
    const [first, second, third] = [await room.letter(), await room.letter(), await room.letter()];
    const run = (items: { noticeId: number; trackingNumber: string }[]) =>
      test.database.work(testActor, (work) =>
        recordDispatch(work, { rules: testRules, method: 'registered_mail', dispatchedOn: room.today, items }),
      );
    await room.dispatch(third);
    const items = [first, second, third].map((noticeId, index) => ({ noticeId, trackingNumber: tracking(500 + index) }));
    await expect(run(items)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await room.row(first)).state).toBe('issued');
    await run(items.slice(0, 2));
    expect((await room.row(second)).attempts[0]?.trackingNumber).toBe(tracking(501));
  });

  it('takes one envelope for one recipient only', async () => {
    const [other = 0] = await registerSamples(test.database, 1);
    const [mine, alsoMine, theirs] = [
      await room.letter(),
      await room.letter(),
      await room.letter({ recipient: { kind: 'pledgee', personId: other } }),
    ];
    const run = (...noticeIds: number[]) =>
      test.database.work(testActor, (work) =>
        recordDispatch(work, {
          rules: testRules,
          method: 'registered_mail',
          dispatchedOn: room.today,
          items: noticeIds.map((noticeId) => ({ noticeId, trackingNumber: '1-0000-0000-0700' })),
        }),
      );
    await expect(run(mine, theirs)).rejects.toMatchObject({ code: 'CONFLICT' });
    await run(mine, alsoMine);
    await expect(run(theirs)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await room.row(alsoMine)).attempts[0]?.trackingNumber).toBe('1000000000700');
  });

  it('refuses mail without tracking number, days in the future and days before the issue', async () => {
    const id = await room.letter();
    const run = (dispatchedOn: CivilDate, trackingNumber: string) =>
      test.database.work(testActor, (work) =>
        recordDispatch(work, { rules: testRules, method: 'registered_mail', dispatchedOn, items: [{ noticeId: id, trackingNumber }] }),
      );
    await expect(run(room.today, '')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(run(addDays(room.today, 1), tracking(601))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(run(addDays(room.today, -1), tracking(601))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect((await room.row(id)).state).toBe('issued');
  });
});

describe('proof', () => {
  const offered: [string, ServiceProof | undefined][] = [
    ['none', undefined],
    ['an empty document', { form: 'document', mediaType: 'image/png', bytes: new Uint8Array() }],
    ['a blank reference', { form: 'reference', reference: '  ' }],
  ];
  it.each(offered)('is demanded: %s is refused', async (_, proof) => {
    const id = await room.letter();
    await room.dispatch(id);
    const claim = {
      noticeId: id,
      result: 'served',
      resultOn: room.today,
      receivedBy: 'addressee',
      ...(proof === undefined ? {} : { proof }),
    } as const;
    await expect(room.result(claim)).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    expect(await room.row(id)).toMatchObject({ state: 'sent', servedOn: null });
  });

  it('of what we did ourselves is the paper', async () => {
    const id = await room.letter();
    await room.dispatch(id, 'hand');
    const claim = { noticeId: id, result: 'served', resultOn: room.today, receivedBy: 'left_at_place' } as const;
    await expect(room.result({ ...claim, proof: postalRecord })).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    await room.result({ ...claim, proof: paper });
    const { attempts } = await room.row(id);
    const stored = await test.database.read.storedDocument.findUniqueOrThrow({ where: { id: attempts[0]?.proofDocumentId ?? 0 } });
    if (paper.form !== 'document') throw new Error('the paper is a document');
    expect(attempts[0]?.proofDigest).toBe(sha256Hex(paper.bytes));
    expect(Buffer.from(stored.contentCipher).includes('signed delivery')).toBe(false);
    const opened = await test.database.work(testActor, (work) =>
      readDocument(work, testKeys, { documentId: stored.id, purpose: 'case.review' }),
    );
    expect(opened.bytes.equals(Buffer.from(paper.bytes))).toBe(true);
    expect(await test.database.read.auditEvent.count({ where: { subject: `document:${stored.id}`, action: 'document.viewed' } })).toBe(1);
  });

  it('makes a service final: the same again is welcome, anything else contradicts it', async () => {
    const id = await room.letter();
    await room.dispatch(id);
    const served = { noticeId: id, result: 'served', resultOn: room.today, receivedBy: 'addressee', proof: postalRecord } as const;
    await room.result(served);
    expect((await room.result(served)).changed).toBe(false);
    await expect(room.result({ ...served, receivedBy: 'co_resident' })).rejects.toMatchObject({ code: 'SERVICE_CONTRADICTED' });
    await expect(room.result({ noticeId: id, result: 'returned_moved', resultOn: room.today, proof: postalRecord })).rejects.toMatchObject({
      code: 'SERVICE_CONTRADICTED',
    });
    expect(await room.row(id)).toMatchObject({ state: 'served' });
    expect(await test.database.read.auditEvent.count({ where: { subject: `notice:${id}`, action: 'notice.served' } })).toBe(1);
  });

  it('stands in the database too: a served notice without a day, or an end without proof, cannot be written', async () => {
    const id = await room.letter();
    await room.dispatch(id);
    const write = (sql: string) => test.database.read.$executeRawUnsafe(sql);
    await expect(write(`UPDATE notice SET state = 'served' WHERE id = ${id}`)).rejects.toThrow(/notice_served_is_proven/);
    await expect(
      write(`UPDATE service_attempt SET result = 'returned_moved', result_on = '2026-01-05', recorded_at = now() WHERE notice_id = ${id}`),
    ).rejects.toThrow(/service_attempt_result_is_proven/);
    await expect(write(`UPDATE notice SET content_digest = '' WHERE id = ${id}`)).rejects.toThrow(/permission denied/);
    await expect(write(`DELETE FROM service_attempt WHERE notice_id = ${id}`)).rejects.toThrow(/permission denied/);
  });
});

describe('venue notices', () => {
  const venue = { kind: 'venue', venueCode: 'upbit', isSample: true } as const;

  it('go by official document and are served with the receipt number', async () => {
    const id = await room.letter({ recipient: venue, kind: 'transfer_demand' });
    await room.dispatch(id, 'official_document');
    const claim = { noticeId: id, result: 'served', resultOn: room.today, receivedBy: 'document_office' } as const;
    await expect(room.result(claim)).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    await room.result({ ...claim, proof: { form: 'reference', reference: '접수 2026-0099' } });
    expect((await room.row(id)).state).toBe('served');
  });

  it('are never served by public notice, nor people by official document', async () => {
    await expect(room.post(await room.letter({ recipient: venue }))).rejects.toMatchObject({ code: 'SERVICE_NOT_ALLOWED' });
    await expect(room.dispatch(await room.letter(), 'official_document')).rejects.toMatchObject({ code: 'SERVICE_NOT_ALLOWED' });
    await expect(room.dispatch(await room.letter(), 'electronic')).rejects.toMatchObject({ code: 'SERVICE_NOT_ALLOWED' });
  });
});

describe('the notices about a subject', () => {
  it('stand in the order of their issue, cancelled ones too, and by kind where one is asked for', async () => {
    const subject = 'case:90001';
    expect(await noticesOf(test.database.read, subject)).toEqual([]);
    const [first, second] = [await room.letter({ subject }), await room.letter({ subject })];
    await room.dispatch(first);
    await room.result({ noticeId: first, result: 'served', resultOn: room.today, receivedBy: 'addressee', proof: postalRecord });
    await test.database.work(testActor, (work) => cancelNotice(work, { noticeId: second, reason: 'issued twice' }));
    expect((await noticesOf(test.database.read, subject, 'sale_notice')).map(({ state }) => state)).toEqual(['served', 'cancelled']);
    expect(await noticesOf(test.database.read, subject, 'seizure_notice')).toEqual([]);
  });
});
