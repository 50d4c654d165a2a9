import { beforeAll, describe, expect, it } from 'vitest';
import { civilDate, dayFromColumn, startOfDay } from '../../src/kernel/civil-date.ts';
import { lockNotice } from '../../src/notice/locked-notices.ts';
import { publicNoticeDueSource, settlePublicNotices } from '../../src/notice/public-notice.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { MailRoom, paper, postalRecord, registerSamples } from './letters.ts';

let test: TestDatabase;
let room: MailRoom;

beforeAll(async () => {
  test = await createTestDatabase();
  const [personId = 0] = await registerSamples(test.database, 1);
  room = new MailRoom(test, personId);
});

/** Runs all while the notice is locked by somebody else, so that they look first and act one after the other. */
async function behindOneLock<T>(noticeId: number, acts: readonly (() => Promise<T>)[]): Promise<T[]> {
  const running: Promise<T>[] = [];
  await test.database.work(testActor, async (work) => {
    await lockNotice(work, noticeId);
    running.push(...acts.map((act) => act()));
    let waiting = 0;
    while (waiting < acts.length) {
      await work.tx.$queryRaw`SELECT 1 AS cleared FROM (SELECT pg_stat_clear_snapshot()) AS snapshot`;
      const rows = await work.tx.$queryRaw<{ waiting: number }[]>`
        SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      waiting = rows[0]?.waiting ?? 0;
    }
  });
  return Promise.all(running);
}

describe('late arrival', () => {
  it('moves the deadline of a letter and keeps what was printed', async () => {
    room.advanceTo(civilDate('2026-02-02'));
    const late = await room.letter({ deadlineOn: civilDate('2026-02-16') });
    const early = await room.letter({ deadlineOn: civilDate('2026-03-20') });
    for (const id of [late, early]) await room.dispatch(id);
    room.advanceTo(civilDate('2026-02-12'));
    const served = { result: 'served', resultOn: room.today, receivedBy: 'addressee', proof: postalRecord } as const;
    expect((await room.result({ noticeId: late, ...served })).deadlineOn).toBe('2026-02-27');
    expect((await room.result({ noticeId: early, ...served })).deadlineOn).toBe('2026-03-20');
    expect((await room.row(late)).statedDeadlineOn).toEqual(new Date('2026-02-16'));
  });
});

describe('public notice', () => {
  it('takes effect at the start of the fifteenth day after the posting, not before, and once', async () => {
    room.advanceTo(civilDate('2026-03-02'));
    const subject = 'case:90002';
    const id = await room.letter({ subject, deadlineOn: civilDate('2026-03-20') });
    await room.dispatch(id);
    await room.result({ noticeId: id, result: 'returned_unknown_person', resultOn: room.today, proof: postalRecord });
    expect(await room.post(id)).toEqual({ effectiveOn: '2026-03-17' });
    expect(await room.row(id)).toMatchObject({ state: 'sent', servedOn: null, deadlineOn: new Date('2026-04-01') });

    const source = publicNoticeDueSource(test.database, 'cases', 'case');
    expect(await source.nextDueAt?.(test.clock.now())).toEqual(startOfDay(civilDate('2026-03-17')));
    test.clock.advanceTo(new Date(startOfDay(civilDate('2026-03-17')).getTime() - 1));
    expect(await source.due(test.clock.now())).toEqual([]);
    const settle = () => test.database.work(testActor, (work) => settlePublicNotices(work, subject));
    expect(await settle()).toBe(0);
    expect((await room.row(id)).state).toBe('sent');

    room.advanceTo(civilDate('2026-03-17'));
    expect(await source.due(test.clock.now())).toEqual([90002]);
    const both = await behindOneLock(id, [settle, settle]);
    expect(both.sort()).toEqual([0, 1]);
    const { state, servedOn, attempts } = await room.row(id);
    expect([state, servedOn === null ? '' : dayFromColumn(servedOn), attempts.at(-1)?.receivedBy]).toEqual([
      'served',
      '2026-03-17',
      'public',
    ]);
    expect(await source.due(test.clock.now())).toEqual([]);
  });

  it('is recorded once, however often who did not get the answer asks', async () => {
    const id = await room.letter();
    await room.dispatch(id);
    await room.result({ noticeId: id, result: 'returned_unknown_person', proof: postalRecord });
    const first = await room.post(id);
    expect(await room.post(id)).toEqual(first);
    expect((await room.row(id)).attempts.filter(({ method }) => method === 'public_notice')).toHaveLength(1);
    await expect(
      room.post(id, { proof: { form: 'document', mediaType: 'application/pdf', bytes: Buffer.from('another board') } }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('follows two visits with three full working days between', async () => {
    const visitedOn = civilDate('2026-03-18');
    room.advanceTo(visitedOn);
    const id = await room.letter();
    await room.dispatch(id, 'hand');
    await room.result({ noticeId: id, result: 'returned_absent', resultOn: visitedOn, proof: paper });
    room.advanceTo(civilDate('2026-03-23'));
    await room.dispatch(id, 'hand');
    await room.result({ noticeId: id, result: 'returned_absent', resultOn: room.today, proof: paper });
    await expect(room.post(id, { ground: 'visits_failed' })).rejects.toMatchObject({ code: 'SERVICE_NOT_ALLOWED' });
    room.advanceTo(civilDate('2026-03-24'));
    await room.dispatch(id, 'hand');
    await room.result({ noticeId: id, result: 'returned_absent', resultOn: room.today, proof: paper });
    expect(await room.post(id, { ground: 'visits_failed' })).toEqual({ effectiveOn: '2026-04-08' });
  });

  it('needs proof of its posting, and no result can be put in its place', async () => {
    const id = await room.letter();
    const unknown = { ground: 'address_unknown', groundReference: '주민등록 말소 확인 2026-3' } as const;
    await expect(room.post(id, { ...unknown, proof: postalRecord })).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    await expect(room.post(id, { ...unknown, groundReference: undefined })).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    await room.post(id, unknown);
    await expect(
      room.result({ noticeId: id, result: 'served', resultOn: room.today, receivedBy: 'public', proof: paper }),
    ).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });
});
