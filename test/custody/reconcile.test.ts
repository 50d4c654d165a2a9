import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountDueSource } from '../../src/custody/due.ts';
import { recordExcess } from '../../src/custody/excess.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { tendAccount } from '../../src/custody/tend.ts';
import { createIntent } from '../../src/intent/intent.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { isFrozen } from '../../src/venue/freeze.ts';
import { testActor } from '../support/database.ts';
import { storeSampleOrder } from '../support/sample-order.ts';
import {
  CITY,
  type Custody,
  demandHolding,
  endCustody,
  later,
  moveToCity,
  receiveHolding,
  type SampleHolding,
  startCustody,
} from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

async function readingOf(asset: string) {
  const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
  return readings.find((reading) => reading.asset === asset);
}

/** A minute after the last, so that it counts. */
async function nextReadingOf(asset: string) {
  later(custody, 60);
  return readingOf(asset);
}

/** Books coins of nobody that the venue does not have, or takes them out again. */
async function bookPhantom(key: string, side: 'in' | 'out', asset: string, quantity: string): Promise<void> {
  const place = `account:${custody.accountId}`;
  const amount = CoinAmount.of(asset, quantity);
  const [debit, credit] =
    side === 'in' ? [CHART.coinsUnidentified, CHART.dutyUnidentified] : [CHART.dutyUnidentified, CHART.coinsUnidentified];
  await custody.database.work(testActor, (work) =>
    post(
      work,
      entry({ key, kind: 'phantom', occurredOn: civilDate('2026-01-05'), cause: 'test:1', memo: '' })
        .debit(debit, { subject: 'deposit:0', place }, amount)
        .credit(credit, { subject: 'deposit:0', place }, amount)
        .build(),
    ),
  );
}

it('agrees after coins and won came, and keeps an unchanged agreement once a day', async () => {
  await receiveHolding(custody, 'BTC', '0.5');
  await custody.exchange.operator.depositWon({ accountId: CITY, amount: '70000' });
  const first = await reconcileAccount(custody.database, custody.port, custody.accountId);
  expect(first).toMatchObject([
    { asset: 'BTC', venueQuantity: '0.5', ledgerQuantity: '0.5', agrees: true },
    { asset: 'KRW@upbit', venueQuantity: '70000', ledgerQuantity: '70000', agrees: true },
  ]);
  const kept = () => custody.database.read.balanceReading.count({ where: { asset: 'BTC' } });
  const count = await kept();
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  expect(await kept()).toBe(count);
  later(custody, 86_400);
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  expect(await kept()).toBe(count + 1);
});

it('freezes an asset after three readings in a row that differ, not before, and no other', async () => {
  await receiveHolding(custody, 'ETH', '4');
  await bookPhantom('phantom:eth', 'in', 'ETH', '0.5');
  expect(await nextReadingOf('ETH')).toMatchObject({ agrees: false, breaksInRow: 1, isFrozen: false });
  expect(await nextReadingOf('ETH')).toMatchObject({ agrees: false, breaksInRow: 2, isFrozen: false });
  // Whoever presses three times within a minute has looked once.
  for (let press = 1; press <= 3; press++) expect(await readingOf('ETH')).toMatchObject({ breaksInRow: 2, isFrozen: false });
  later(custody, 59);
  expect(await readingOf('ETH')).toMatchObject({ breaksInRow: 2, isFrozen: false });
  later(custody, 1);
  expect(await readingOf('ETH')).toMatchObject({ agrees: false, breaksInRow: 3, isFrozen: true });
  expect(await isFrozen(custody.database.read, custody.accountId, 'BTC')).toBe(false);
  await readingOf('ETH');
  const freezes = await custody.database.read.assetFreeze.findMany({ where: { asset: 'ETH' } });
  expect(freezes).toMatchObject([{ reason: 'balance_difference', facts: { venue: '4', ledger: '4.5', readings: 3 } }]);
  const alerts = await custody.database.read.alert.findMany({ where: { code: 'asset_frozen' } });
  expect(alerts).toMatchObject([{ severity: 'critical', subject: `asset_freeze:${freezes[0]?.id}` }]);
});

it('forgets a difference that does not last', async () => {
  await receiveHolding(custody, 'SOL', '6');
  await bookPhantom('phantom:sol', 'in', 'SOL', '1');
  expect(await nextReadingOf('SOL')).toMatchObject({ agrees: false, breaksInRow: 1 });
  expect(await nextReadingOf('SOL')).toMatchObject({ agrees: false, breaksInRow: 2 });
  await bookPhantom('phantom:sol:out', 'out', 'SOL', '1');
  expect(await nextReadingOf('SOL')).toMatchObject({ agrees: true, breaksInRow: 0 });
  await bookPhantom('phantom:sol:again', 'in', 'SOL', '1');
  expect(await nextReadingOf('SOL')).toMatchObject({ agrees: false, breaksInRow: 1, isFrozen: false });
  await bookPhantom('phantom:sol:end', 'out', 'SOL', '1');
  expect(await nextReadingOf('SOL')).toMatchObject({ agrees: true });
});

it('records unknown deposits first, so that they are no difference', async () => {
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'DOGE', quantity: '1000', confirmationSeconds: 0 });
  expect(await readingOf('DOGE')).toMatchObject({ venueQuantity: '1000', ledgerQuantity: '1000', agrees: true });
});

it('takes what the venue holds beyond the books into them on an official’s word, once', async () => {
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'AQT', quantity: '33', confirmationSeconds: 0 });
  later(custody, 5);
  await custody.database.work(testActor, (work) =>
    work.tx.venueAccount.update({ where: { id: custody.accountId }, data: { createdAt: work.at, depositsSettledUntil: work.at } }),
  );
  await bookPhantom('phantom:eth:out', 'out', 'ETH', '0.5');
  const take = () => recordExcess(custody.database, custody.officer.actor, custody.port, custody.accountId);
  expect(await take()).toEqual(['AQT']);
  expect(await readingOf('AQT')).toMatchObject({ agrees: true, ledgerQuantity: '33' });
  expect(await take()).toEqual([]);
  const row = await custody.database.read.venueDeposit.findFirstOrThrow({ where: { asset: 'AQT' } });
  expect(row).toMatchObject({ state: 'unidentified', depositId: expect.stringMatching(/^excess:AQT:/) });
});

it('is due by the policy’s interval, and an appointment only while a pending deposit is awaited', async () => {
  const source = accountDueSource(custody.database);
  await tendAccount(custody.database, custody.port, custody.accountId);
  expect(await source.due(custody.clock.now())).toEqual([]);
  expect(await source.nextDueAt?.(custody.clock.now())).toBeUndefined();
  const holding = await demandHolding(custody, 'XRP', '10');
  await moveToCity(custody, holding.source, 'XRP', '10');
  later(custody, 10);
  await tendAccount(custody.database, custody.port, custody.accountId);
  const polledAt = custody.clock.now().getTime();
  expect(await source.nextDueAt?.(custody.clock.now())).toEqual(new Date(polledAt + 60_000));
  later(custody, 60);
  expect(await source.due(custody.clock.now())).toEqual([custody.accountId]);
});

it('tells a person when the venue cannot be read five times in a row, and waits for the next poll each time', async () => {
  await custody.exchange.operator.injectFault({ kind: 'server_error', target: 'all', times: 1_000 });
  for (let poll = 1; poll <= 6; poll++) {
    later(custody, 60);
    await expect(tendAccount(custody.database, custody.port, custody.accountId)).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
    expect(await accountDueSource(custody.database).due(custody.clock.now())).toEqual([]);
  }
  expect(await custody.database.read.alert.count({ where: { code: 'venue_unreadable' } })).toBe(1);
  await custody.exchange.operator.clearFaults();
  later(custody, 60);
  await tendAccount(custody.database, custody.port, custody.accountId);
  expect((await custody.database.read.venueAccount.findUniqueOrThrow({ where: { id: custody.accountId } })).failedPolls).toBe(0);
});

/** An order of a running sale, sent and with an open outcome. */
async function openOrder(holding: SampleHolding, asset: string, quantity: string): Promise<number> {
  const { holdingId, caseId } = holding;
  const [place, subject] = [`account:${custody.accountId}`, `holding:${holdingId}`];
  return custody.database.work(testActor, async (work) => {
    const mandate = await work.tx.mandate.create({
      data: { caseId, endsOn: work.at, policyVersion: 'sample', createdAt: work.at },
    });
    const liquidation = await work.tx.liquidation.create({
      data: { caseId, mandateId: mandate.id, venueAccountId: custody.accountId, state: 'running', nextStepAt: work.at, startedAt: work.at },
    });
    const { id: intentId } = await createIntent(work, { port: 'order', subject: `case:${caseId}` });
    const orderId = await storeSampleOrder(work, {
      liquidationId: liquidation.id,
      caseId,
      holdingId,
      venueAccountId: custody.accountId,
      asset,
      quantity,
      maximumProceeds: '10000000',
      isFilled: false,
      intentId,
    });
    const amount = CoinAmount.of(asset, quantity);
    await post(
      work,
      entry({ key: `reserve:${intentId}`, kind: 'reserve', occurredOn: civilDate('2026-01-05'), cause: `sale_order:${orderId}`, memo: '' })
        .debit(CHART.coinsOnOrder, { subject, place }, amount)
        .credit(CHART.coinsHeld, { subject, place }, amount)
        .build(),
    );
    return orderId;
  });
}

it('allows for an order that may have been filled, as long as its outcome is open', async () => {
  const orderId = await openOrder(await receiveHolding(custody, 'ADA', '100'), 'ADA', '60');
  await custody.exchange.operator.placeOrder({ accountId: CITY, asset: 'ADA', side: 'sell', quantity: '60' });
  expect(await readingOf('ADA')).toMatchObject({ venueQuantity: '40', ledgerQuantity: '100', agrees: true });
  expect(await readingOf('KRW@upbit')).toMatchObject({ agrees: true });
  await custody.database.work(testActor, (work) => work.tx.saleOrder.update({ where: { id: orderId }, data: { closedAt: work.at } }));
  expect(await readingOf('KRW@upbit')).toMatchObject({ agrees: false });
});
