import { afterAll, beforeAll, expect, it } from 'vitest';
import { explainWithdrawal } from '../../src/custody/explained-withdrawal.ts';
import { confirmInstructed } from '../../src/custody/instruction.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { readWithdrawals } from '../../src/custody/withdrawals.ts';
import { createIntent } from '../../src/intent/intent.ts';
import { coinBalance, venueWonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { isFrozen } from '../../src/venue/freeze.ts';
import { testActor } from '../support/database.ts';
import {
  approve,
  CITY,
  type Custody,
  demandHolding,
  endCustody,
  expiry,
  instruct,
  later,
  receiveHolding,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

function readAll(): Promise<void> {
  return readWithdrawals(custody.database, custody.port, custody.accountId);
}

async function unexplained(asset: string): Promise<string> {
  return (await coinBalance(custody.database.read, { chart: CHART.unexplained, place: `account:${custody.accountId}` }, asset)).toString();
}

it('a withdrawal that nobody instructed freezes the asset at first sight and is booked once when it is done', async () => {
  const holding = await receiveHolding(custody, 'BTC', '1');
  await custody.exchange.operator.transferInternally({
    fromAccountId: CITY,
    toAccountId: holding.source,
    asset: 'BTC',
    quantity: '0.3',
    by: 'owner',
  });
  await readAll();
  expect(await isFrozen(custody.database.read, custody.accountId, 'BTC')).toBe(true);
  expect(await unexplained('BTC')).toBe('0');
  later(custody, 61);
  await Promise.all([readAll(), readAll()]);
  await readAll();
  expect(await unexplained('BTC')).toBe('-0.3');
  const lost = await coinBalance(custody.database.read, { chart: CHART.withdrawnUninstructed }, 'BTC');
  expect(lost.toString()).toBe('0.3');
  const alerts = await custody.database.read.alert.findMany({ where: { code: 'withdrawal_not_instructed' } });
  expect(alerts).toMatchObject([{ severity: 'critical' }]);
  const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
  expect(readings.find(({ asset }) => asset === 'BTC')).toMatchObject({
    venueQuantity: '0.7',
    ledgerQuantity: '0.7',
    agrees: true,
    isFrozen: true,
  });
});

it('a withdrawal that an officer recognises as a transfer is no loss any more', async () => {
  const holding = await receiveHolding(custody, 'ETH', '2');
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  await instruct(custody, transferId);
  await custody.exchange.operator.transferInternally({
    fromAccountId: CITY,
    toAccountId: holding.source,
    asset: 'ETH',
    quantity: '2',
    by: 'owner',
  });
  await custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId, transactionId: '잘못 적은 번호' }));
  later(custody, 61);
  await readAll();
  const row = await custody.database.read.venueWithdrawal.findFirstOrThrow({ where: { asset: 'ETH' } });
  expect(row).toMatchObject({ matchedTo: null, state: 'done' });
  expect(await unexplained('ETH')).toBe('-2');
  const finding = { withdrawalRowId: row.id, transferId, reason: '거래번호 오기', expiresAt: expiry(custody) };
  const naming = { ...finding, reason: '표본 800101-1234567 요청' };
  await expect(custody.database.work(custody.officer.actor, (work) => explainWithdrawal(work, naming))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
  await custody.database.work(custody.officer.actor, (work) => explainWithdrawal(work, finding));
  expect(await unexplained('ETH')).toBe('0');
  expect((await custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id: transferId } })).state).toBe('done');
  await expect(custody.database.work(custody.officer.actor, (work) => explainWithdrawal(work, finding))).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  expect(await isFrozen(custody.database.read, custody.accountId, 'ETH')).toBe(true);
});

it('won that was instructed is left to the treasury, other won is an alarm', async () => {
  await custody.exchange.operator.depositWon({ accountId: CITY, amount: '2000000' });
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  await custody.database.work(testActor, async (work) => {
    const { id: intentId } = await createIntent(work, { port: 'won_withdrawal', subject: 'won_withdrawal:1' });
    await work.tx.wonWithdrawal.create({
      data: {
        number: '표본-출금-1',
        venueAccountId: custody.accountId,
        amountKrw: 500_000n,
        feeKrw: 1_000n,
        state: 'approved',
        intentId,
        createdAt: work.at,
      },
    });
  });
  await custody.exchange.operator.withdrawWon({ accountId: CITY, amount: '500000' });
  later(custody, 181);
  const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
  expect(readings.find(({ asset }) => asset === 'KRW@upbit')).toMatchObject({
    venueQuantity: '1499000',
    ledgerQuantity: '2000000',
    agrees: true,
  });
  expect(await isFrozen(custody.database.read, custody.accountId, 'KRW@upbit')).toBe(false);
  await custody.exchange.operator.withdrawWon({ accountId: CITY, amount: '500000' });
  later(custody, 181);
  await readAll();
  expect(await isFrozen(custody.database.read, custody.accountId, 'KRW@upbit')).toBe(true);
  const lost = await venueWonBalance(custody.database.read, { chart: CHART.withdrawnUninstructed }, 'upbit');
  expect(lost.toString()).toBe('501000');
});

it('a deposit and a withdrawal from before the account was registered are no facts of its books', async () => {
  const holding = await demandHolding(custody, 'SOL', '5');
  await custody.exchange.operator.transferInternally({
    fromAccountId: holding.source,
    toAccountId: CITY,
    asset: 'SOL',
    quantity: '5',
    by: 'staff',
  });
  later(custody, 61);
  await custody.database.work(testActor, (work) =>
    work.tx.venueAccount.update({ where: { id: custody.accountId }, data: { createdAt: work.at, depositsSettledUntil: work.at } }),
  );
  const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
  expect(readings.find(({ asset }) => asset === 'SOL')).toMatchObject({
    venueQuantity: '5',
    ledgerQuantity: '0',
    agrees: false,
    breaksInRow: 1,
  });
});
