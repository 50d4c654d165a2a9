import { afterAll, beforeAll, expect, it } from 'vitest';
import { balancesAsOf } from '../../src/custody/balance-report.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { seoulDay } from '../../src/kernel/civil-date.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { lackForFirstOrder } from '../../src/liquidation/first-order.ts';
import { requireMovementAllowed } from '../../src/venue/movement-gate.ts';
import { testActor } from '../support/database.ts';
import { storeSampleOrder } from '../support/sample-order.ts';
import { approve, CITY, type Custody, endCustody, expiry, later, receiveHolding, setPhase, startCustody } from './custody-fixture.ts';

/* Nothing is moved on books that nobody has held against the exchange. */

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

function read() {
  return reconcileAccount(custody.database, custody.port, custody.accountId);
}

/** Undefined when it may be moved. */
async function denial(asset: string): Promise<unknown> {
  const { accountId, database } = custody;
  try {
    await database.work(testActor, (work) => requireMovementAllowed(work, { accountId, asset, kind: 'finish' }));
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

it('wants a reading that agreed and is young, and says what is missing', async () => {
  const holding = await receiveHolding(custody, 'BTC', '0.5');
  expect(await denial('BTC')).toMatchObject({ code: 'RECONCILIATION_DUE', facts: { lack: 'never' } });
  await read();
  expect(await denial('BTC')).toBeUndefined();
  later(custody, 3_600);
  expect(await denial('BTC')).toBeUndefined();
  later(custody, 1);
  expect(await denial('BTC')).toMatchObject({ code: 'RECONCILIATION_DUE', facts: { lack: 'old' } });
  await read();
  await custody.exchange.operator.setWrongBalance({ accountId: CITY, asset: 'BTC', wrongBy: '-0.1' });
  await read();
  expect(await denial('BTC')).toMatchObject({ code: 'RECONCILIATION_DUE', facts: { lack: 'differs' } });
  await custody.exchange.operator.clearFaults();
  await read();
  expect(await denial('BTC')).toBeUndefined();
  await setPhase(custody, holding.caseId, 'settled');
});

it('holds an instruction to send back until the account was compared', async () => {
  const holding = await receiveHolding(custody, 'ETH', '2');
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  expect(await denial('ETH')).toMatchObject({ code: 'RECONCILIATION_DUE' });
  await read();
  expect(await denial('ETH')).toBeUndefined();
});

it('wants one for the first order of a day, and none for the next', async () => {
  const { accountId, database } = custody;
  const lacks = async () => {
    const found = await lackForFirstOrder(database.read, { accountId, assets: ['ETH'], at: custody.clock.now() });
    return [...found];
  };
  await read();
  expect(await lacks()).toEqual([]);
  later(custody, 86_400);
  expect(await lacks()).toEqual([['ETH', 'old']]);
  const holding = await receiveHolding(custody, 'ETH', '1');
  await database.work(testActor, async (work) => {
    const { caseId, holdingId } = holding;
    const mandate = await work.tx.mandate.create({ data: { caseId, endsOn: work.at, policyVersion: 'sample', createdAt: work.at } });
    const sale = {
      caseId,
      mandateId: mandate.id,
      venueAccountId: accountId,
      state: 'running',
      nextStepAt: work.at,
      startedAt: work.at,
    } as const;
    const { id: liquidationId } = await work.tx.liquidation.create({ data: sale });
    await storeSampleOrder(work, {
      liquidationId,
      caseId,
      holdingId,
      venueAccountId: accountId,
      asset: 'ETH',
      quantity: '1',
      maximumProceeds: '1',
      isFilled: false,
    });
  });
  expect(await lacks()).toEqual([]);
});

it('tells what lay at the account at any past instant: by what was booked then, and by what counts for that day', async () => {
  const { accountId, database } = custody;
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'SOL', quantity: '4', confirmationSeconds: 0 });
  await read();
  const instant = custody.clock.now();
  later(custody, 60);
  const day = seoulDay(instant);
  const late = CoinAmount.of('SOL', '1.5');
  const rest = { subject: 'deposit:0', place: `account:${accountId}` };
  await database.work(testActor, (work) =>
    post(
      work,
      entry({ key: 'late', kind: 'sample', occurredOn: day, cause: 'test:1', memo: '' })
        .debit(CHART.coinsUnidentified, rest, late)
        .credit(CHART.dutyUnidentified, rest, late)
        .build(),
    ),
  );
  later(custody, 86_400);
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'SOL', quantity: '7', confirmationSeconds: 0 });
  await read();
  const report = async (at: Date) =>
    (await balancesAsOf(database.read, { accountId, instant: at, now: custody.clock.now() })).find(({ asset }) => asset === 'SOL');
  expect(await report(instant)).toMatchObject({
    bookedQuantity: '4',
    postedQuantity: '5.5',
    parts: [{ chart: CHART.coinsUnidentified, quantity: '4' }],
    reading: { readAt: instant, venueQuantity: '4', agrees: true },
  });
  expect(await report(custody.clock.now())).toMatchObject({ bookedQuantity: '12.5', reading: { venueQuantity: '11', agrees: false } });
  expect(await report(new Date(instant.getTime() - 1))).toMatchObject({ bookedQuantity: '0', reading: undefined });
  await expect(report(new Date(custody.clock.now().getTime() + 1))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
