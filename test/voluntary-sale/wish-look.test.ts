import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Market, SellingTerms } from '../../src/exchange/port.ts';
import { addDays, startOfDay } from '../../src/kernel/civil-date.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../../src/kernel/money.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { lookAtStop, type StopMarket, wishDueSource } from '../../src/voluntary-sale/wish-look.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { SaleOffice } from './sale-case.ts';
import { priceWish, WishCounter } from './wish-case.ts';

const ACCOUNT = 1;
const STOP = '70000000';
const BELOW = '69999999';
const ABOVE = '70000001';

/** A venue that shows what a test tells it to. */
class ToldVenue implements StopMarket {
  readonly #now: () => Date;
  price = STOP;
  ageMs = 0;
  market: 'trading' | 'halted' | 'not_listed' | 'never_traded' | 'silent' = 'trading';
  reads = 0;
  /** Something that happens while the answer is on its way. */
  meanwhile: () => Promise<unknown> = () => Promise.resolve();

  constructor(now: () => Date) {
    this.#now = now;
  }

  async markets(): Promise<readonly Market[]> {
    return this.market === 'not_listed' ? [] : [{ asset: 'BTC', symbol: 'KRW-BTC', flags: [] }];
  }

  async lastTrade() {
    this.reads += 1;
    if (this.market === 'silent') throw new CheongsanError('EXCHANGE_UNAVAILABLE', 'The venue says nothing.');
    if (this.market === 'never_traded') return undefined;
    const trade = {
      price: Price.of('BTC', this.price),
      quantity: CoinAmount.of('BTC', '1'),
      tradedAt: new Date(this.#now().getTime() - this.ageMs),
    };
    const { meanwhile } = this;
    this.meanwhile = () => Promise.resolve();
    await meanwhile();
    return trade;
  }

  async sellingTerms(symbol: string): Promise<SellingTerms> {
    const fee = Rate.of('0.0005');
    return {
      symbol,
      takerFeeRate: fee,
      makerFeeRate: fee,
      minimumOrder: VenueWon.of('upbit', '5000'),
      maximumOrder: undefined,
      quantityDecimalPlaces: 8,
      ticks: [],
      acceptsOrders: this.market !== 'halted',
    };
  }
}

let office: SaleOffice;
let counter: WishCounter;
let venue: ToldVenue;

beforeAll(async () => {
  office = new SaleOffice(await createTestDatabase());
  counter = new WishCounter(office);
  await office.test.database.work(testActor, seedPolicy);
});

beforeEach(async () => {
  venue = new ToldVenue(() => office.test.clock.now());
  // Nobody but the stops of the test is looked at.
  await office.test.database.work(testActor, (work) => work.tx.saleWish.updateMany({ where: {}, data: { nextLookAt: null } }));
  await office.test.database.read.doorbell.deleteMany({});
});

/** A stop of a case whose coins lie at the city's account. */
async function stopAt(won = STOP): Promise<{ readonly wishId: number; readonly caseId: number }> {
  const { caseId } = await office.openedCase();
  await office.test.database.work(testActor, (work) =>
    work.tx.holding.updateMany({ where: { caseId }, data: { venueAccountId: ACCOUNT } }),
  );
  return { caseId, wishId: await counter.wish(caseId, priceWish('stop', won)) };
}

const look = (wishId: number) => lookAtStop(office.test.database, venue, wishId);
const later = (seconds: number) => office.test.clock.advanceBy(seconds * 1_000);
const now = () => office.test.clock.now();
const inSeconds = (seconds: number) => new Date(now().getTime() + seconds * 1_000);
const source = () => wishDueSource(office.test.database);

async function rings(): Promise<string[]> {
  const rows = await office.test.database.read.doorbell.findMany({ orderBy: [{ queue: 'asc' }, { rowId: 'asc' }] });
  return rows.map(({ queue, rowId }) => `${queue}:${rowId}`);
}

describe('a stop', () => {
  it('is looked at as soon as it is made, and triggered by the second look five seconds later', async () => {
    const { wishId, caseId } = await stopAt();
    expect(await source().due(now())).toEqual([wishId]);
    expect(await rings()).toContain(`wishes:${wishId}`);
    const first = now();
    expect(await look(wishId)).toBe('looked');
    expect(await counter.read(wishId)).toMatchObject({ state: 'active', reachedAt: first, nextLookAt: inSeconds(5) });
    expect([await source().due(now()), await source().nextDueAt?.(now())]).toEqual([[], inSeconds(5)]);
    expect([await look(wishId), venue.reads]).toEqual(['idle', 1]);
    await office.test.database.read.doorbell.deleteMany({});
    later(5);
    venue.price = BELOW;
    expect(await source().due(now())).toEqual([wishId]);
    await look(wishId);
    const triggered = await counter.read(wishId);
    expect(triggered).toMatchObject({ state: 'triggered', triggeredAt: now(), nextLookAt: null, endedAt: null });
    expect([triggered.reachedPrice?.toFixed(), triggered.triggeredPrice?.toFixed()]).toEqual([STOP, BELOW]);
    expect(await rings()).toEqual([`cases:${caseId}`, `desk:${ACCOUNT}`]);
    expect([await source().due(now()), await source().nextDueAt?.(now())]).toEqual([[], undefined]);
    const [event] = await office.test.database.read.auditEvent.findMany({
      where: { subject: `sale_wish:${wishId}`, action: 'wish.triggered' },
    });
    expect(JSON.parse(event?.payload ?? '')).toMatchObject({ price: STOP, lastPrice: BELOW, reachedAt: first.toISOString() });
  });

  it('stays as it is while the market is above, and forgets the first look after one above', async () => {
    const { wishId } = await stopAt();
    venue.price = ABOVE;
    await look(wishId);
    expect(await counter.read(wishId)).toMatchObject({ state: 'active', reachedAt: null, nextLookAt: inSeconds(5) });
    for (const [price, reached] of [
      [BELOW, true],
      [ABOVE, false],
      [BELOW, true],
    ] as const) {
      later(5);
      venue.price = price;
      await look(wishId);
      expect(await counter.read(wishId)).toMatchObject({ state: 'active', reachedAt: reached ? now() : null });
    }
    expect(await rings()).not.toContain(`desk:${ACCOUNT}`);
  });

  it('goes on from its row after a crash between the two looks, unless too much time has passed', async () => {
    const { wishId } = await stopAt();
    await look(wishId);
    later(40);
    expect(await source().due(now())).toEqual([wishId]);
    await look(wishId);
    expect(await counter.stateOf(wishId)).toBe('triggered');
    const slow = await stopAt();
    await look(slow.wishId);
    later(3_600);
    await look(slow.wishId);
    expect(await counter.read(slow.wishId)).toMatchObject({ state: 'active', reachedAt: now(), nextLookAt: inSeconds(5) });
    later(5);
    await look(slow.wishId);
    expect(await counter.stateOf(slow.wishId)).toBe('triggered');
  });
});

describe('what proves nothing', () => {
  it.each([
    ['halted', 'halted'],
    ['not_listed', 'not_listed'],
    ['never_traded', 'no_trade'],
    ['silent', 'unreadable'],
  ] as const)('a market that is %s is looked at again later, and the first look is kept', async (market, answer) => {
    const { wishId } = await stopAt();
    await look(wishId);
    const reachedAt = now();
    for (let looks = 0; looks < 3; looks++) {
      later(5);
      venue.market = market;
      expect(await look(wishId)).toBe(answer);
      expect(await counter.read(wishId)).toMatchObject({ state: 'active', reachedAt, nextLookAt: inSeconds(5) });
    }
    later(5);
    venue.market = 'trading';
    await look(wishId);
    expect(await counter.stateOf(wishId)).toBe('triggered');
  });

  it('a trade of long ago is none', async () => {
    const { wishId } = await stopAt();
    venue.ageMs = 61_000;
    for (let looks = 0; looks < 3; looks++) {
      await look(wishId);
      later(5);
    }
    expect(await counter.read(wishId)).toMatchObject({ state: 'active', reachedAt: null });
  });

  it('a fault of ours is not hidden behind the venue', async () => {
    const { wishId } = await stopAt();
    venue.meanwhile = () => Promise.reject(new TypeError('a defect'));
    await expect(look(wishId)).rejects.toThrow('a defect');
    expect(await source().due(now())).toEqual([wishId]);
  });
});

describe('at the same time', () => {
  it('two looks are one: the first of two reads is never both', async () => {
    const { wishId } = await stopAt();
    await Promise.all([look(wishId), look(wishId), look(wishId)]);
    expect(await counter.read(wishId)).toMatchObject({ state: 'active', reachedAt: now() });
    later(5);
    await Promise.all([look(wishId), look(wishId), look(wishId)]);
    expect(await counter.eventsOf(wishId)).toEqual(['wish.recorded', 'wish.triggered']);
  });

  it('a read that is overtaken by a later one is dropped', async () => {
    const { wishId } = await stopAt();
    // The answer "below" is long on its way; meanwhile somebody else reads "above".
    venue.price = BELOW;
    venue.meanwhile = async () => {
      later(4);
      venue.price = ABOVE;
      await look(wishId);
    };
    await look(wishId);
    expect(await counter.read(wishId)).toMatchObject({ state: 'active', reachedAt: null, nextLookAt: inSeconds(5) });
  });

  it('a wish that is taken back while the answer is on its way is not carried out', async () => {
    const { wishId } = await stopAt();
    await look(wishId);
    later(5);
    venue.meanwhile = () => counter.revoke(wishId);
    await look(wishId);
    expect(await counter.eventsOf(wishId)).toEqual(['wish.recorded', 'wish.revoked']);
  });

  it('one read serves every stop of the coin at the account, each by its own price', async () => {
    const stops = [await stopAt('70000000'), await stopAt('71000000'), await stopAt('60000000')];
    const elsewhere = await stopAt('70000000');
    await office.test.database.work(testActor, (work) =>
      work.tx.holding.updateMany({ where: { caseId: elsewhere.caseId }, data: { venueAccountId: 2 } }),
    );
    const [first] = stops;
    expect(await source().due(now())).toEqual([first?.wishId, elsewhere.wishId]);
    for (let looks = 0; looks < 2; looks++) {
      await look(first?.wishId ?? 0);
      later(5);
    }
    expect(venue.reads).toBe(2);
    expect(await Promise.all(stops.map(({ wishId }) => counter.stateOf(wishId)))).toEqual(['triggered', 'triggered', 'active']);
    expect(await counter.read(elsewhere.wishId)).toMatchObject({ state: 'active', reachedAt: null });
  });
});

describe('the window', () => {
  it('that is over ends the stop, though nobody has marked it and the price is reached', async () => {
    const { wishId, caseId } = await stopAt();
    office.test.clock.advanceTo(new Date(startOfDay(addDays(office.room.today, 31)).getTime() - 1_000));
    await look(wishId);
    later(6);
    await look(wishId);
    expect(await counter.read(wishId)).toMatchObject({ state: 'expired', triggeredAt: null, nextLookAt: null });
    expect(await office.stateOf(caseId)).toBe('passed');
    expect(await rings()).not.toContain(`desk:${ACCOUNT}`);
  });

  it('that is not open yet has nobody look', async () => {
    const { wishId } = await stopAt();
    await office.test.database.work(testActor, (work) => work.tx.saleWish.update({ where: { id: wishId }, data: { nextLookAt: null } }));
    expect([await source().due(now()), await look(wishId), venue.reads]).toEqual([[], 'idle', 0]);
  });

  it('has nobody look for coins that lie at no account of the city', async () => {
    const { wishId, caseId } = await stopAt();
    await office.test.database.work(testActor, (work) => work.tx.holding.updateMany({ where: { caseId }, data: { venueAccountId: null } }));
    expect([await source().due(now()), await look(wishId), venue.reads]).toEqual([[], 'idle', 0]);
  });
});
