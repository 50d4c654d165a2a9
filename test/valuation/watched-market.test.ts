import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HoldingState } from '../../src/database/generated/client.ts';
import { readCandles } from '../../src/valuation/candles.ts';
import { dueMarkets, marketDueSource } from '../../src/valuation/watched-market.ts';
import { readWatchedMarkets } from '../../src/valuation/watched-market-reading.ts';
import { ExchangeDirectory } from '../../src/venue/exchange-directory.ts';
import { answerMarket } from '../../workers/markets.ts';
import { type Custody, demandHolding, later, startCustody } from '../custody/custody-fixture.ts';
import { testKeys } from '../support/test-keys.ts';

const HOUR_MS = 3_600_000;
const HISTORY_HOURS = 120 * 24;

let custody: Custody;

beforeEach(async () => {
  custody = await startCustody();
});

afterEach(async () => {
  await custody.exchange.stop();
  await custody.database.close();
});

function due(source = marketDueSource(custody.database)): Promise<readonly number[]> {
  return source.due(custody.clock.now());
}

async function dueAssets(): Promise<string[]> {
  const rows = await dueMarkets(custody.database, custody.clock.now(), 'BTC', custody.accountId);
  const found = await custody.database.read.watchedMarket.findMany({ where: { id: { in: rows.map(({ id }) => id) } } });
  return found.map(({ asset }) => asset).sort();
}

async function watched(asset: string) {
  return custody.database.read.watchedMarket.findUniqueOrThrow({
    where: { venueAccountId_asset: { venueAccountId: custody.accountId, asset } },
  });
}

function read(): Promise<void> {
  return readWatchedMarkets(custody.database, custody.port, custody.accountId);
}

async function hours(asset: string): Promise<number[]> {
  const series = { venueCode: 'upbit', asset, barMs: HOUR_MS };
  return (await readCandles(custody.database.read, series, new Date(0), new Date(custody.clock.now().getTime() + HOUR_MS))).map(
    ({ startMs }) => startMs,
  );
}

async function setState(holdingId: number, state: HoldingState): Promise<void> {
  await custody.database.read.holding.update({ where: { id: holdingId }, data: { state } });
}

describe('which markets are watched', () => {
  it('those of coins that are demanded or held for open cases, and the one that stands for others', async () => {
    expect(await due()).toEqual([]);
    await demandHolding(custody, 'ETH', '3');
    await demandHolding(custody, 'ETH', '1');
    await demandHolding(custody, 'XRP', '100');
    const ids = await due();
    const rows = await custody.database.read.watchedMarket.findMany({ orderBy: { id: 'asc' } });
    expect(rows.map(({ asset, venueAccountId, symbol, readAt }) => [asset, venueAccountId, symbol, readAt])).toEqual([
      ['BTC', custody.accountId, null, null],
      ['ETH', custody.accountId, null, null],
      ['XRP', custody.accountId, null, null],
    ]);
    expect(ids).toEqual([rows[0]?.id]);
    expect(await dueAssets()).toEqual(['BTC', 'ETH', 'XRP']);
  });

  it('no more when the case is over or the coins are gone', async () => {
    const eth = await demandHolding(custody, 'ETH', '3');
    const xrp = await demandHolding(custody, 'XRP', '100');
    const source = marketDueSource(custody.database);
    await due(source);
    await setState(xrp.holdingId, 'sold');
    expect(await dueAssets()).toEqual(['BTC', 'ETH']);
    const data = { phase: 'closed', closedAt: custody.clock.now(), closeReason: '표본' } as const;
    await custody.database.read.seizureCase.update({ where: { id: eth.caseId }, data });
    expect(await due(source)).toEqual([]);
  });

  it('a coin that comes later is found within a minute, and no reading is an appointment', async () => {
    await demandHolding(custody, 'ETH', '3');
    const source = marketDueSource(custody.database);
    await due(source);
    await read();
    await demandHolding(custody, 'SOL', '5');
    later(custody, 60);
    expect(await due(source)).toEqual([(await watched('SOL')).id]);
    expect(source.nextDueAt).toBeUndefined();
  });
});

describe('reading watched markets', () => {
  it('stores flags, wallet and four months of hours, the one under way excepted, and comes back after the next hour', async () => {
    await demandHolding(custody, 'ETH', '3');
    await custody.exchange.operator.setMarketEvent({ asset: 'ETH', warning: true, cautions: ['PRICE_FLUCTUATIONS'] });
    await custody.exchange.operator.haltWallet({ asset: 'ETH', deposits: true, withdrawals: true });
    later(custody, 1_250);
    await due();
    await read();
    const row = await watched('ETH');
    const hour = Math.floor(custody.clock.now().getTime() / HOUR_MS) * HOUR_MS;
    expect(row).toMatchObject({
      symbol: 'KRW-ETH',
      flags: ['warning', 'caution'],
      walletState: 'halted',
      candlesUntil: new Date(hour),
      readAt: custody.clock.now(),
      failedReads: 0,
    });
    expect(row.nextReadAt.getTime()).toBeGreaterThanOrEqual(hour + HOUR_MS + 5_000);
    expect(row.nextReadAt.getTime()).toBeLessThan(hour + HOUR_MS + 60_000);
    expect(await hours('ETH')).toEqual(Array.from({ length: HISTORY_HOURS }, (_, index) => hour - (HISTORY_HOURS - index) * HOUR_MS));
    expect(await due()).toEqual([]);
  });

  it('adds the hours that have passed since, with few requests, and takes over what changed', async () => {
    await demandHolding(custody, 'ETH', '3');
    await demandHolding(custody, 'XRP', '3');
    await due();
    await read();
    const before = (await custody.exchange.operator.statistics()).requests;
    later(custody, 5 * 3_600 + 100);
    await custody.exchange.operator.setMarketEvent({ asset: 'ETH', further: ['delisting'] });
    expect(await dueAssets()).toEqual(['BTC', 'ETH', 'XRP']);
    const exchanges = new ExchangeDirectory({ database: custody.database, keys: testKeys });
    for (const id of await due()) await answerMarket({ database: custody.database, exchanges }, id);
    // Lists of markets and wallets once, candles once a market.
    expect((await custody.exchange.operator.statistics()).requests - before).toBe(5);
    expect(await hours('ETH')).toHaveLength(HISTORY_HOURS + 5);
    expect(await watched('ETH')).toMatchObject({ flags: ['delisting'], walletState: 'working' });
    expect(await due()).toEqual([]);
  });

  it('knows a coin without a won market there, and asks for no candles of it', async () => {
    const { holdingId } = await demandHolding(custody, 'ETH', '3');
    const { id: _id, ...eth } = await custody.database.read.holding.findUniqueOrThrow({ where: { id: holdingId } });
    await custody.database.read.holding.create({ data: { ...eth, asset: 'NOSUCH' } });
    await due();
    await read();
    expect(await watched('NOSUCH')).toMatchObject({ symbol: null, flags: [], walletState: 'unknown', candlesUntil: null, failedReads: 0 });
  });
});

describe('a venue that does not answer', () => {
  it('is tried again soon, then ever later, and told of once', async () => {
    await demandHolding(custody, 'ETH', '3');
    const source = marketDueSource(custody.database);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      await due(source);
      await custody.exchange.operator.injectFault({ kind: 'server_error', target: 'all', times: 100 });
      await read();
      await custody.exchange.operator.clearFaults();
      const row = await watched('ETH');
      expect(row.failedReads).toBe(attempt);
      waits.push((row.nextReadAt.getTime() - custody.clock.now().getTime()) / 60_000);
      custody.clock.advanceTo(row.nextReadAt);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    const alerts = await custody.database.read.alert.findMany({ where: { code: 'market_unreadable' } });
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({
      severity: 'warning',
      subject: `venue_account:${custody.accountId}`,
      facts: { assets: ['BTC', 'ETH'] },
    });
    await read();
    expect(await watched('ETH')).toMatchObject({ failedReads: 0, symbol: 'KRW-ETH' });
    expect(await hours('ETH')).toHaveLength(HISTORY_HOURS);
  });

  it('for the candles of one market keeps the others from nothing', async () => {
    await demandHolding(custody, 'ETH', '3');
    await due();
    // Markets, wallets, then all pages of the first market but its last.
    await custody.exchange.operator.injectFault({ kind: 'gateway_error', target: 'all', after: 10, times: 1 });
    await read();
    expect(await watched('BTC')).toMatchObject({ failedReads: 1, readAt: null });
    expect(await hours('BTC')).toEqual([]);
    expect(await watched('ETH')).toMatchObject({ failedReads: 0, symbol: 'KRW-ETH' });
  });
});
