import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, dayFromColumn, dayToColumn, startOfDay } from '../../src/kernel/civil-date.ts';
import { publicNoticeDueSource } from '../../src/notice/public-notice.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { issueInvitation } from '../../src/voluntary-sale/issue-invitation.ts';
import { windowDueSource } from '../../src/voluntary-sale/progress.ts';
import { paper, postalRecord } from '../notice/letters.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { SaleOffice, saleCase, testAgency } from './sale-case.ts';

let office: SaleOffice;

beforeAll(async () => {
  office = new SaleOffice(await createTestDatabase());
  await office.test.database.work(testActor, seedPolicy);
});

const DAYS = 30;

describe('the window opens', () => {
  it('never while a sale notice lacks its proof', async () => {
    const { caseId } = await saleCase(office.test.database);
    const [id = 0] = await office.issue(caseId);
    await office.progress(caseId);
    await office.room.dispatch(id);
    await office.progress(caseId);
    await office.room.result({ noticeId: id, result: 'returned_absent', proof: postalRecord });
    await office.progress(caseId);
    expect([await office.phaseOf(caseId), await office.window(caseId)]).toEqual(['sale_noticed', null]);
  });

  it('only when each right-holder is proven served as well', async () => {
    const { caseId } = await saleCase(office.test.database, { holders: 2 });
    const [taxpayer = 0, first = 0, second = 0] = await office.issue(caseId);
    for (const served of [taxpayer, first]) {
      await office.serve(served);
      await office.progress(caseId);
      expect(await office.window(caseId)).toBeNull();
    }
    await office.serve(second);
    await office.progress(caseId);
    const window = await office.window(caseId);
    expect([await office.phaseOf(caseId), window?.state, window?.windowDays]).toEqual(['voluntary_window', 'open', DAYS]);
    expect(window?.endsOn).toEqual(dayToColumn(addDays(office.room.today, DAYS)));
  });

  it('not while a right-holder who became known later has no notice', async () => {
    const { caseId } = await saleCase(office.test.database);
    const ids = await office.issue(caseId);
    const other = await saleCase(office.test.database);
    await office.test.database.work(testActor, (work) =>
      work.tx.rightHolder.create({ data: { caseId, personId: other.personId, kind: 'collateral_owner', createdAt: work.at } }),
    );
    await office.serve(...ids);
    await office.progress(caseId);
    expect(await office.window(caseId)).toBeNull();
    await office.serve(...(await office.issue(caseId)));
    await office.progress(caseId);
    expect(await office.stateOf(caseId)).toBe('open');
  });

  it('on the day of the last proof, when that comes late', async () => {
    const { caseId } = await saleCase(office.test.database);
    const [id = 0] = await office.issue(caseId);
    await office.room.dispatch(id);
    const servedOn = office.room.today;
    office.room.advanceTo(addDays(servedOn, 9));
    await office.room.result({ noticeId: id, result: 'served', resultOn: servedOn, receivedBy: 'addressee', proof: postalRecord });
    office.room.advanceTo(addDays(servedOn, 11));
    await office.progress(caseId);
    expect((await office.window(caseId))?.opensOn).toEqual(dayToColumn(addDays(servedOn, 9)));
  });
});

describe('the window opens however it comes to be known', () => {
  it('at the midnight at which the last public notice takes effect', async () => {
    const { caseId } = await saleCase(office.test.database, { holders: 1 });
    const [taxpayer = 0, holder = 0] = await office.issue(caseId);
    await office.serve(taxpayer);
    await office.room.post(holder, { ground: 'address_unknown', groundReference: '주민등록 조회', proof: paper });
    const effectiveOn = addDays(office.room.today, 15);
    office.test.clock.advanceTo(new Date(startOfDay(effectiveOn).getTime() - 1));
    await office.progress(caseId);
    expect(await office.window(caseId)).toBeNull();
    office.room.advanceTo(effectiveOn);
    expect(await publicNoticeDueSource(office.test.database, 'cases', 'case').due(office.test.clock.now())).toEqual([caseId]);
    await office.progress(caseId);
    expect((await office.window(caseId))?.opensOn).toEqual(dayToColumn(effectiveOn));
  });

  it('once, when two look at the case at the same time', async () => {
    const { caseId } = await saleCase(office.test.database);
    await office.serve(...(await office.issue(caseId)));
    await Promise.all([office.progress(caseId), office.progress(caseId), office.progress(caseId)]);
    const events = await office.test.database.read.auditEvent.findMany({ where: { stream: `case:${caseId}`, action: 'window.opened' } });
    expect(events).toHaveLength(1);
    expect(await office.test.database.read.saleWindow.count({ where: { caseId } })).toBe(1);
  });

  it('is found by the sweeper when the ring of the last service was lost', async () => {
    const { caseId } = await saleCase(office.test.database, { holders: 1 });
    const [taxpayer = 0, holder = 0] = await office.issue(caseId);
    const due = () => windowDueSource(office.test.database).due(office.test.clock.now());
    await office.serve(taxpayer);
    expect(await due()).not.toContain(caseId);
    await office.serve(holder);
    expect(await due()).toContain(caseId);
    await office.progress(caseId);
    expect(await due()).not.toContain(caseId);
  });
});

describe('the window ends', () => {
  it('exactly at midnight in Seoul after its last day', async () => {
    const { caseId } = await office.openedCase();
    const endsOn = addDays(office.room.today, DAYS);
    const midnight = startOfDay(addDays(endsOn, 1));
    const source = windowDueSource(office.test.database);
    office.test.clock.advanceTo(startOfDay(endsOn));
    expect(await source.nextDueAt?.(office.test.clock.now())).toEqual(midnight);
    office.test.clock.advanceTo(new Date(midnight.getTime() - 1));
    expect(await source.due(office.test.clock.now())).not.toContain(caseId);
    await office.progress(caseId);
    expect(await office.stateOf(caseId)).toBe('open');
    office.test.clock.advanceTo(midnight);
    expect(await source.due(office.test.clock.now())).toContain(caseId);
    await Promise.all([office.progress(caseId), office.progress(caseId)]);
    expect(await office.window(caseId)).toMatchObject({ state: 'passed', closedAt: midnight });
    expect(await source.due(office.test.clock.now())).not.toContain(caseId);
    expect(await office.phaseOf(caseId)).toBe('voluntary_window');
    expect(await office.test.database.read.auditEvent.count({ where: { stream: `case:${caseId}`, action: 'window.passed' } })).toBe(1);
  });

  it('after the days promised in the notice, whatever the city decides meanwhile', async () => {
    const { caseId } = await saleCase(office.test.database);
    const ids = await office.issue(caseId);
    const changedOn = addDays(office.room.today, 2);
    await office.test.database.work(testActor, (work) =>
      work.tx.policyValue.create({
        data: { key: 'sale.voluntary_window_days', value: 3, validFrom: dayToColumn(changedOn), source: '시 기준', createdAt: work.at },
      }),
    );
    office.room.advanceTo(addDays(changedOn, 1));
    await office.serve(...ids);
    await office.progress(caseId);
    expect((await office.window(caseId))?.windowDays).toBe(DAYS);
    const next = await office.openedCase();
    expect((await office.window(next.caseId))?.windowDays).toBe(3);
  });

  it('as paid when nothing is owed, not when a part is', async () => {
    const paid = await office.openedCase();
    await office.pay(paid, 99_000n, 3_000n);
    await office.progress(paid.caseId);
    expect(await office.stateOf(paid.caseId)).toBe('open');
    await office.pay(paid, 1_000n, 0n);
    await office.progress(paid.caseId);
    expect(await office.stateOf(paid.caseId)).toBe('paid');
  });

  it('as cancelled when the case is settled with debts left', async () => {
    const { caseId } = await office.openedCase();
    await office.test.database.work(testActor, (work) => work.tx.seizureCase.update({ where: { id: caseId }, data: { phase: 'settled' } }));
    await office.progress(caseId);
    expect(await office.stateOf(caseId)).toBe('cancelled');
  });

  it('no more once a sale has begun', async () => {
    const { caseId } = await office.openedCase();
    await office.test.database.work(testActor, (work) => work.tx.seizureCase.update({ where: { id: caseId }, data: { phase: 'selling' } }));
    office.room.advanceTo(addDays(office.room.today, DAYS + 1));
    await office.progress(caseId);
    expect(await office.stateOf(caseId)).toBe('open');
  });
});

describe('the invitation', () => {
  const invite = (caseId: number) =>
    office.test.database.work(testActor, (work) => issueInvitation(work, testKeys, { caseId, agency: testAgency }));

  it('names the first and last day and what each choice leads to, once', async () => {
    const { caseId } = await office.openedCase();
    const { noticeId } = await invite(caseId);
    const window = await office.window(caseId);
    const endsOn = dayFromColumn(window?.endsOn ?? new Date(0));
    const [year, month, day] = endsOn.split('-').map(Number);
    expect(await office.textOf(noticeId)).toContain(`${year}. ${month}. ${day}. 24시까지`);
    expect(await invite(caseId)).toEqual({ noticeId });
  });

  it('is not sent without an open window', async () => {
    const { caseId } = await saleCase(office.test.database);
    await expect(invite(caseId)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('changes nothing of the window, served or not', async () => {
    const { caseId } = await office.openedCase();
    const { noticeId } = await invite(caseId);
    await office.room.dispatch(noticeId);
    await office.room.result({ noticeId, result: 'returned_moved', proof: postalRecord });
    await office.progress(caseId);
    expect(await office.stateOf(caseId)).toBe('open');
  });
});
