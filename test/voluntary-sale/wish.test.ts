import { beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../src/kernel/civil-date.ts';
import { sha256Hex } from '../../src/kernel/digest.ts';
import { Price, Rate } from '../../src/kernel/money.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { recordChoice } from '../../src/voluntary-sale/choice.ts';
import { RISK_NOTICES } from '../../src/voluntary-sale/letters/wish-risk-notice.ts';
import { liveWishes, markWishDone } from '../../src/voluntary-sale/wish-facts.ts';
import { isFarFromMarket } from '../../src/voluntary-sale/wish-rules.ts';
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

const liveNow = (caseId: number) => liveWishes(office.test.database.read, caseId, office.room.today);

describe('a wish', () => {
  it('is recorded as it stands on the signed form, and is what the engine is told', async () => {
    const { caseId } = await office.openedCase();
    const limit = await counter.wish(caseId, priceWish('limit', '90000000.50', { units: '0.10' }));
    const stop = await counter.wish(caseId, priceWish('stop', '70000000'));
    const order = await counter.wish(caseId, { kind: 'coin_order', assets: ['BTC'] });
    expect(await counter.read(limit)).toMatchObject({
      state: 'active',
      riskNoticeVersion: 'wish-risk/1',
      nextLookAt: null,
      assetOrder: [],
    });
    expect(await liveNow(caseId)).toEqual({
      priceWishes: [
        { id: limit, kind: 'limit', asset: 'BTC', price: '90000000.5', maximumQuantity: '0.1', state: 'active' },
        { id: stop, kind: 'stop', asset: 'BTC', price: '70000000', maximumQuantity: null, state: 'active' },
      ],
      coinOrder: ['BTC'],
    });
    expect(await counter.eventsOf(order)).toEqual(['wish.recorded']);
    const events = await office.test.database.read.auditEvent.findMany({ where: { subject: `sale_wish:${limit}` } });
    expect(JSON.parse(events[0]?.payload ?? '')).toEqual({
      kind: 'limit',
      asset: 'BTC',
      price: '90000000.5',
      maximumQuantity: '0.1',
      assetOrder: [],
      isFarPriceConfirmed: false,
      madeOn: office.room.today,
      riskNoticeVersion: 'wish-risk/1',
    });
  });

  it('may come before the window opens, once he himself is served', async () => {
    const { caseId } = await saleCase(office.test.database, { holders: 1 });
    const [, holder = 0] = await office.issue(caseId);
    await office.serve(holder);
    await expect(counter.wish(caseId, priceWish('limit', '90000000'))).rejects.toMatchObject({ code: 'NOTICE_UNSERVED' });
    const other = await saleCase(office.test.database, { holders: 1 });
    const [own = 0, others = 0] = await office.issue(other.caseId);
    await office.serve(own);
    const stop = await counter.wish(other.caseId, priceWish('stop', '70000000'));
    expect([(await counter.read(stop)).nextLookAt, await liveNow(other.caseId)]).toEqual([null, { priceWishes: [], coinOrder: [] }]);
    await office.serve(others);
    await office.progress(other.caseId);
    expect((await counter.read(stop)).nextLookAt).toEqual(office.test.clock.now());
    expect((await liveNow(other.caseId)).priceWishes.map(({ id }) => id)).toEqual([stop]);
  });
});

describe('a wish is refused', () => {
  it('without its form, a known risk notice, a day he may have signed on, or figures above zero', async () => {
    const { caseId } = await office.openedCase();
    const terms = priceWish('limit', '90000000');
    await expect(counter.wish(caseId, terms, { reference: ' ' })).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    await expect(counter.wish(caseId, terms, { riskNoticeVersion: 'wish-risk/0' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(counter.wish(caseId, terms, { riskNoticeVersion: 'toString' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    for (const days of [-1, 1]) {
      const madeOn = addDays(office.room.today, days);
      await expect(counter.wish(caseId, terms, { madeOn })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    }
    await expect(counter.wish(caseId, priceWish('stop', '0'))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(counter.wish(caseId, priceWish('stop', '1', { units: '0' }))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(counter.wish(caseId, { kind: 'coin_order', assets: [] })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(counter.wish(caseId, { kind: 'coin_order', assets: ['BTC', 'BTC'] })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(await office.test.database.read.saleWish.count({ where: { caseId } })).toBe(0);
  });

  it('for coins that the city does not hold for him', async () => {
    const { caseId } = await office.openedCase();
    await expect(counter.wish(caseId, priceWish('limit', '1000', { asset: 'XRP' }))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(counter.wish(caseId, { kind: 'coin_order', assets: ['BTC', 'XRP'] })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('after the last day', async () => {
    const { caseId } = await office.openedCase();
    office.room.advanceTo(addDays(office.room.today, 31));
    await expect(counter.wish(caseId, priceWish('limit', '90000000'))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(counter.wish(caseId, { kind: 'coin_order', assets: ['BTC'] })).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('a price', () => {
  it('more than half away from the last valuation is recorded only when it is confirmed', async () => {
    const { caseId } = await office.openedCase();
    for (const won of ['9000000', '900000000', '120000001', '39999999']) {
      await expect(counter.wish(caseId, priceWish('limit', won))).rejects.toMatchObject({
        code: 'WISH_FAR_FROM_MARKET',
        facts: { asset: 'BTC', marketPrice: '80000000' },
      });
    }
    await counter.wish(caseId, priceWish('limit', '120000000'));
    await counter.wish(caseId, priceWish('stop', '40000000'));
    const confirmed = await counter.wish(caseId, priceWish('stop', '9000000', { isFarPriceConfirmed: true }));
    expect(await counter.stateOf(confirmed)).toBe('active');
  });

  it('is far where nobody has valued the coin, and never below nothing', () => {
    const won = (figure: string) => Price.of('BTC', figure);
    expect(isFarFromMarket(won('1'), undefined, Rate.of('0.5'))).toBe(true);
    expect(isFarFromMarket(won('0.1'), won('100'), Rate.of('3'))).toBe(false);
    expect(isFarFromMarket(won('401'), won('100'), Rate.of('3'))).toBe(true);
  });

  it('cannot be wished for by who has let the city sell at once; the order of coins can', async () => {
    const { caseId } = await office.openedCase();
    const choose = (kind: 'pay' | 'let_city_sell') =>
      office.test.database.work(testActor, (work) =>
        recordChoice(work, testKeys, { caseId, kind, madeOn: office.room.today, reference: `선택 ${kind}` }),
      );
    await choose('let_city_sell');
    await expect(counter.wish(caseId, priceWish('limit', '90000000'))).rejects.toMatchObject({ code: 'CONFLICT' });
    await counter.wish(caseId, { kind: 'coin_order', assets: ['BTC'] });
    expect((await liveNow(caseId)).coinOrder).toEqual(['BTC']);
    await choose('pay');
    await counter.wish(caseId, priceWish('limit', '90000000'));
    expect((await liveNow(caseId)).priceWishes).toHaveLength(1);
  });
});

describe('a new wish', () => {
  it('of the same kind and coin takes the place of the one before, under its form', async () => {
    const { caseId } = await office.openedCase();
    const first = await counter.wish(caseId, priceWish('limit', '90000000'));
    const stop = await counter.wish(caseId, priceWish('stop', '70000000'));
    const second = await counter.wish(caseId, priceWish('limit', '95000000'), { reference: '접수 2026-갈음' });
    expect(await counter.read(first)).toMatchObject({
      state: 'revoked',
      revokeReference: '접수 2026-갈음',
      endedAt: office.test.clock.now(),
    });
    expect((await liveNow(caseId)).priceWishes.map(({ id }) => id)).toEqual([stop, second]);
    expect(await counter.eventsOf(first)).toEqual(['wish.recorded', 'wish.revoked']);
  });

  it('that is refused leaves the one before standing', async () => {
    const { caseId } = await office.openedCase();
    const first = await counter.wish(caseId, priceWish('limit', '90000000'));
    await expect(counter.wish(caseId, priceWish('limit', '9'))).rejects.toMatchObject({ code: 'WISH_FAR_FROM_MARKET' });
    expect(await counter.stateOf(first)).toBe('active');
  });

  it('told twice is one', async () => {
    const { caseId } = await office.openedCase();
    for (const terms of [priceWish('limit', '90000000', { units: '0.1' }), { kind: 'coin_order', assets: ['BTC'] } as const]) {
      const reference = `접수 ${terms.kind}`;
      const first = await counter.wish(caseId, terms, { reference });
      expect(await counter.wish(caseId, terms, { reference })).toBe(first);
      expect(await counter.eventsOf(first)).toEqual(['wish.recorded']);
    }
  });

  it('of two at the same time leaves one that stands', async () => {
    const { caseId } = await office.openedCase();
    await Promise.all(
      ['90', '91', '92', '93', '94', '95'].map((millions) => counter.wish(caseId, priceWish('limit', `${millions}000000`))),
    );
    expect((await liveNow(caseId)).priceWishes).toHaveLength(1);
    expect(await office.test.database.read.saleWish.count({ where: { caseId, state: 'revoked' } })).toBe(5);
  });
});

describe('taking a wish back', () => {
  it('ends it, once, with the form it was taken back by', async () => {
    const { caseId } = await office.openedCase();
    const stop = await counter.wish(caseId, priceWish('stop', '70000000'));
    await expect(counter.revoke(stop, ' ')).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    await counter.revoke(stop);
    expect(await counter.read(stop)).toMatchObject({ state: 'revoked', revokeReference: '접수 2026-철회', nextLookAt: null });
    expect(await liveNow(caseId)).toEqual({ priceWishes: [], coinOrder: [] });
    await expect(counter.revoke(stop)).rejects.toMatchObject({ code: 'CONFLICT', facts: { state: 'revoked' } });
    await expect(counter.revoke(4_711)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is refused once it is carried out', async () => {
    const { caseId } = await office.openedCase();
    const limit = await counter.wish(caseId, priceWish('limit', '90000000'));
    const done = () => office.test.database.work(testActor, (work) => markWishDone(work, limit, 'quantity_sold'));
    expect([await done(), await done()]).toEqual([true, false]);
    await expect(counter.revoke(limit)).rejects.toMatchObject({ code: 'CONFLICT', facts: { state: 'done' } });
    expect(await counter.eventsOf(limit)).toEqual(['wish.recorded', 'wish.done']);
  });

  it('and carrying it out at the same time do not both happen', async () => {
    const { caseId } = await office.openedCase();
    const limit = await counter.wish(caseId, priceWish('limit', '90000000'));
    const done = office.test.database.work(testActor, async (work) => {
      await work.tx.$queryRaw`SELECT 1 FROM seizure_case WHERE id = ${caseId} FOR NO KEY UPDATE`;
      return markWishDone(work, limit, 'need_covered');
    });
    const [carried, revoked] = await Promise.allSettled([done, counter.revoke(limit)]);
    expect(carried).toMatchObject({ status: 'fulfilled' });
    const state = await counter.stateOf(limit);
    expect(state).toBe(revoked.status === 'fulfilled' ? 'revoked' : 'done');
    expect(await counter.eventsOf(limit)).toHaveLength(2);
  });
});

it('the text of a risk notice that was signed never changes: another wording is another version', () => {
  const digests = Object.entries(RISK_NOTICES).map(([version, texts]) => [version, sha256Hex(texts.join('\n')).slice(0, 16)]);
  expect(digests).toEqual([['wish-risk/1', '48895d59a6a37b8e']]);
});
