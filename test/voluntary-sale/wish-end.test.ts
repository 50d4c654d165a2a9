import { beforeAll, describe, expect, it } from 'vitest';
import type { CasePhase, WindowState } from '../../src/database/generated/enums.ts';
import { addDays, civilDate, startOfDay } from '../../src/kernel/civil-date.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { recordChoice } from '../../src/voluntary-sale/choice.ts';
import { liveWishes } from '../../src/voluntary-sale/wish-facts.ts';
import { printWishForm } from '../../src/voluntary-sale/wish-form-print.ts';
import { endOfWish } from '../../src/voluntary-sale/wish-rules.ts';
import { readPdf } from '../document/pdf-fixture.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { SaleOffice, saleCase } from './sale-case.ts';
import { priceWish, WishCounter } from './wish-case.ts';

let office: SaleOffice;
let counter: WishCounter;

beforeAll(async () => {
  office = new SaleOffice(await createTestDatabase());
  counter = new WishCounter(office);
  await office.test.database.work(testActor, seedPolicy);
});

/** One of each kind. */
async function wishes(caseId: number): Promise<[limit: number, stop: number, order: number]> {
  const limit = await counter.wish(caseId, priceWish('limit', '90000000'));
  const stop = await counter.wish(caseId, priceWish('stop', '70000000'));
  return [limit, stop, await counter.wish(caseId, { kind: 'coin_order', assets: ['BTC'] })];
}

const statesOf = (ids: readonly number[]) => Promise.all(ids.map((id) => counter.stateOf(id)));

const setPhase = (caseId: number, phase: CasePhase) =>
  office.test.database.work(testActor, (work) => work.tx.seizureCase.update({ where: { id: caseId }, data: { phase } }));

describe('with the window', () => {
  it('prices end at midnight after its last day, in the unit of work that closes it; the order of coins lasts', async () => {
    const { caseId } = await office.openedCase();
    const ids = await wishes(caseId);
    const midnight = startOfDay(addDays(office.room.today, 31));
    office.test.clock.advanceTo(new Date(midnight.getTime() - 1));
    await office.progress(caseId);
    expect(await statesOf(ids)).toEqual(['active', 'active', 'active']);
    office.test.clock.advanceTo(midnight);
    // Nobody has marked it yet, and it is over all the same.
    expect(await liveWishes(office.test.database.read, caseId, office.room.today)).toEqual({ priceWishes: [], coinOrder: ['BTC'] });
    await Promise.all([office.progress(caseId), office.progress(caseId)]);
    expect(await office.window(caseId)).toMatchObject({ state: 'passed', closedAt: midnight });
    expect(await statesOf(ids)).toEqual(['expired', 'expired', 'active']);
    expect(await counter.read(ids[1])).toMatchObject({ endedAt: midnight, nextLookAt: null, revokeReference: null });
    expect(await counter.eventsOf(ids[0])).toEqual(['wish.recorded', 'wish.expired']);
    await setPhase(caseId, 'selling');
    await office.progress(caseId);
    expect(await counter.stateOf(ids[2])).toBe('active');
    await setPhase(caseId, 'sale_done');
    await office.progress(caseId);
    expect(await counter.stateOf(ids[2])).toBe('done');
  });

  it('prices end when he lets the city sell at once, and do not come back with the window', async () => {
    const { caseId } = await office.openedCase();
    const ids = await wishes(caseId);
    const choose = (kind: 'pay' | 'let_city_sell') =>
      office.test.database.work(testActor, (work) =>
        recordChoice(work, testKeys, { caseId, kind, madeOn: office.room.today, reference: `선택 ${kind}` }),
      );
    await choose('let_city_sell');
    expect(await statesOf(ids)).toEqual(['expired', 'expired', 'active']);
    await choose('pay');
    expect(await office.stateOf(caseId)).toBe('open');
    expect(await statesOf(ids)).toEqual(['expired', 'expired', 'active']);
  });

  it('a price that was reached ends as well: the forced sale follows', async () => {
    const { caseId } = await office.openedCase();
    const stop = await counter.wish(caseId, priceWish('stop', '70000000'));
    const trigger = { state: 'triggered', triggeredAt: office.test.clock.now(), triggeredPrice: '1', nextLookAt: null } as const;
    await office.test.database.work(testActor, (work) => work.tx.saleWish.update({ where: { id: stop }, data: trigger }));
    office.room.advanceTo(addDays(office.room.today, 31));
    await office.progress(caseId);
    expect(await counter.stateOf(stop)).toBe('expired');
  });
});

describe('with the debt', () => {
  it('all end when nothing is owed any more, not when a part is paid', async () => {
    const paid = await office.openedCase();
    const ids = await wishes(paid.caseId);
    await office.pay(paid, 99_000n, 3_000n);
    await office.progress(paid.caseId);
    expect(await statesOf(ids)).toEqual(['active', 'active', 'active']);
    await office.pay(paid, 1_000n, 0n);
    await office.progress(paid.caseId);
    expect(await office.stateOf(paid.caseId)).toBe('paid');
    expect(await statesOf(ids)).toEqual(['revoked', 'revoked', 'revoked']);
    expect((await counter.read(ids[0])).revokeReference).toBe('paid');
    await expect(counter.revoke(ids[0])).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(counter.wish(paid.caseId, { kind: 'coin_order', assets: ['BTC'] })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('all end when the case is settled, also before its window opened', async () => {
    const { caseId } = await saleCase(office.test.database, { holders: 1 });
    const [taxpayer = 0] = await office.issue(caseId);
    await office.serve(taxpayer);
    const ids = await wishes(caseId);
    await setPhase(caseId, 'settled');
    await office.progress(caseId);
    expect(await statesOf(ids)).toEqual(['revoked', 'revoked', 'revoked']);
    expect((await counter.read(ids[2])).revokeReference).toBe('settled');
  });
});

describe('the rule', () => {
  const today = civilDate('2026-02-04');
  const window = (state: WindowState, endsOn = today) => ({ state, endsOn });

  it('ends a price by the day alone, whatever a job has marked and whatever phase the case is in', () => {
    const over = window('open', addDays(today, -1));
    for (const phase of ['voluntary_window', 'cleared_for_sale', 'selling'] as const) {
      expect(endOfWish('limit', { phase, window: over }, today)).toEqual({ state: 'expired', reason: 'window_passed' });
      expect(endOfWish('stop', { phase, window: window('open') }, today)).toBeUndefined();
      expect(endOfWish('coin_order', { phase, window: over }, today)).toBeUndefined();
    }
  });

  it('ends everything with the sale', () => {
    for (const kind of ['limit', 'stop', 'coin_order'] as const) {
      expect(endOfWish(kind, { phase: 'distributing', window: window('open') }, today)?.state).toBe('done');
      expect(endOfWish(kind, { phase: 'closed', window: window('waived') }, today)?.state).toBe('revoked');
      expect(endOfWish(kind, { phase: 'voluntary_window', window: window('paid') }, today)?.reason).toBe('paid');
    }
  });
});

describe('the form', () => {
  const print = (caseId: number) => printWishForm(office.test.database, testKeys, testActor, caseId);

  it('carries the risk notice with its version and what he needs to fill it in; printing it is logged', async () => {
    const { caseId, caseNumber, personId } = await office.openedCase();
    const pages = await readPdf(await print(caseId));
    const text = JSON.stringify(pages).replaceAll(' ', '');
    for (const part of [caseNumber, 'BTC', '0.5', '80,000,000', 'wish-risk/1', '약속이아닙니다', '효력없음']) expect(text).toContain(part);
    const events = await office.test.database.read.auditEvent.findMany({
      where: {
        OR: [
          { stream: `case:${caseId}`, action: 'wish_form.printed' },
          { stream: `person:${personId}`, action: 'person.viewed' },
        ],
      },
    });
    expect(events.map(({ payload }) => JSON.parse(payload))).toEqual(
      expect.arrayContaining([{ riskNoticeVersion: 'wish-risk/1' }, { purpose: 'notice.wish_form' }]),
    );
  });

  it('is printed while there is something to wish for', async () => {
    const { caseId } = await saleCase(office.test.database);
    await expect(print(caseId)).rejects.toMatchObject({ code: 'PHASE_WRONG' });
    await expect(print(4_711)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
