import { beforeAll, expect, it } from 'vitest';
import { MarketHistories, type MarketHistory } from '../../src/liquidation/coverage-market.ts';
import { CoverageDesk } from './coverage-fixture.ts';

let desk: CoverageDesk;
beforeAll(async () => {
  desk = await CoverageDesk.open();
});

const SETTINGS = { historyDays: 365 };

function historyOf(histories: MarketHistories, asset: string): Promise<MarketHistory> {
  return histories.of(desk.database.read, { venueCode: 'upbit', asset }, { now: desk.clock.now(), ...SETTINGS });
}

const returnsIn = ({ daily }: MarketHistory) => daily?.returnsPpm.split(' ').length ?? 0;

it('knows nothing of what nobody recorded, and learns it as soon as it is there', async () => {
  const histories = new MarketHistories();
  expect(await historyOf(histories, 'NONE')).toMatchObject({
    last: undefined,
    dailyVolume: undefined,
    daily: undefined,
    isUnlisted: false,
  });
  await desk.record({ asset: 'NONE', days: 90, price: 5_000, volume: 2 });
  const history = await historyOf(histories, 'NONE');
  expect(history.last).toEqual({ price: 5_000, at: desk.clock.now() });
  expect(history.dailyVolume).toBeCloseTo(48, 6);
  expect([returnsIn(history), history.forecastOver(7)?.horizonDays]).toEqual([89, 7]);
});

it('adds the hours that came, and reads all again when older ones came too', async () => {
  await desk.record({ asset: 'OLD', days: 70 });
  const histories = new MarketHistories();
  expect(returnsIn(await historyOf(histories, 'OLD'))).toBe(69);
  desk.advanceHours(1);
  await desk.hour('OLD', 1_010_000);
  expect((await historyOf(histories, 'OLD')).last).toEqual({ price: 1_010_000, at: desk.clock.now() });
  await desk.record({ asset: 'OLD', days: 150 });
  desk.advanceHours(1);
  expect(returnsIn(await historyOf(histories, 'OLD'))).toBe(149);
});

it('asks the database once an hour', async () => {
  await desk.record({ asset: 'ONCE', days: 70 });
  const histories = new MarketHistories();
  await historyOf(histories, 'ONCE');
  await desk.hour('ONCE', 2_000_000);
  expect((await historyOf(histories, 'ONCE')).last?.price).toBe(1_000_000);
  desk.advanceHours(1);
  expect((await historyOf(histories, 'ONCE')).last?.price).toBe(2_000_000);
});

it('leaves out the hour that has not ended', async () => {
  await desk.record({ asset: 'OPEN', days: 70 });
  desk.clock.advanceBy(30 * 60_000);
  const { last } = await historyOf(new MarketHistories(), 'OPEN');
  expect(last?.at.getTime()).toBeLessThanOrEqual(desk.clock.now().getTime());
  desk.clock.advanceBy(30 * 60_000);
});

it('has in its days by noon what happened in the morning', async () => {
  const hour = desk.clock.now().getUTCHours();
  desk.advanceHours((24 - hour) % 24);
  await desk.record({ asset: 'CRASH', days: 120, sigma: 0.02 });
  const histories = new MarketHistories();
  const before = await historyOf(histories, 'CRASH');
  for (const price of [900_000, 700_000, 850_000, 650_000, 800_000, 700_000]) {
    desk.advanceHours(1);
    await desk.hour('CRASH', price);
  }
  const noon = await historyOf(histories, 'CRASH');
  const lastReturn = ({ daily }: MarketHistory) => Number(daily?.returnsPpm.split(' ').at(-1)) / 1e6;
  expect(lastReturn(before)).toBeGreaterThan(-0.1);
  expect(lastReturn(noon)).toBeLessThan(-0.3);
  expect(noon.forecastOver(30)?.variance).not.toBe(before.forecastOver(30)?.variance);
});
