import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUpbitAdapter } from '../../src/exchange/upbit/adapter.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { nextAppointment } from '../../src/queue/due.ts';
import { lookAtStop, type StopMarket, wishDueSource } from '../../src/voluntary-sale/wish-look.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { SaleOffice } from './sale-case.ts';
import { priceWish, WishCounter } from './wish-case.ts';

/* A stop over the real adapter, at an exchange whose price falls, comes back, and falls for good. */

const MINUTE_MS = 60_000;
/** Opening and closing price of each minute, in millions of won. */
const PRICES = [80, 80, 76, 74, 80, 80, 74, 72, 71, 70, 70, 70];
const SECRETS = { accessKey: 'access-key-of-the-sample-city', secretKey: 'secret-key-of-the-sample-city' };

let office: SaleOffice;
let counter: WishCounter;
let exchange: PaperExchange;
let folder: string;
let port: StopMarket;

beforeAll(async () => {
  office = new SaleOffice(await createTestDatabase());
  counter = new WishCounter(office);
  const { database, clock } = office.test;
  await database.work(testActor, seedPolicy);
  folder = await mkdtemp(join(tmpdir(), 'wish-market-'));
  const start = clock.now();
  const rows = PRICES.map((price, index) => {
    const won = price * 1_000_000;
    return [start.getTime() + index * MINUTE_MS, won, won, won, won, '1.5'].join(',');
  });
  await writeFile(join(folder, 'upbit_KRW-BTC_1m.csv.gz'), gzipSync(`${['ts_ms,open,high,low,close,volume', ...rows].join('\n')}\n`));
  exchange = await startPaperExchange({
    clock,
    market: { kind: 'replay', folder, startAt: start.toISOString(), generateMissing: false },
    limits: { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000 },
  });
  await exchange.operator.openCorporateAccount({ accountId: 'city-001', ...SECRETS });
  port = createUpbitAdapter({ baseUrl: exchange.url, ...SECRETS, timeoutMs: 10_000, clock });
});

afterAll(async () => {
  await exchange.stop();
  await rm(folder, { recursive: true, force: true });
});

it('is looked at at its appointments and triggered when the price has stayed at or below for two looks', async () => {
  const { database, clock } = office.test;
  const begunMs = clock.now().getTime();
  const { caseId } = await office.openedCase();
  await database.work(testActor, (work) => work.tx.holding.updateMany({ where: { caseId }, data: { venueAccountId: 1 } }));
  const high = await counter.wish(caseId, priceWish('stop', '74000000'));
  const source = wishDueSource(database);
  const seen: string[] = [];
  for (let looks = 0; looks < 200 && (await counter.stateOf(high)) === 'active'; looks++) {
    for (const wishId of await source.due(clock.now())) seen.push(await lookAtStop(database, port, wishId));
    const next = await nextAppointment([source], clock.now());
    if (next !== undefined) clock.advanceTo(next);
  }
  const wish = await counter.read(high);
  expect(new Set(seen)).toEqual(new Set(['looked']));
  expect(wish).toMatchObject({ state: 'triggered' });
  expect([wish.reachedPrice?.toFixed(), wish.triggeredPrice?.toFixed()]).toEqual(['74000000', '74000000']);
  // The fourth minute begins at the price of the stop.
  expect(wish.reachedAt?.getTime()).toBe(begunMs + 3 * MINUTE_MS);
  expect(wish.triggeredAt?.getTime()).toBe(begunMs + 3 * MINUTE_MS + 5_000);
});
