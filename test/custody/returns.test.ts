import { afterAll, beforeAll, expect, it } from 'vitest';
import { matchDeposit } from '../../src/custody/deposit-decision.ts';
import { abandonTransfer, confirmInstructed } from '../../src/custody/instruction.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer, requestDepositReturn } from '../../src/custody/return.ts';
import { readWithdrawals } from '../../src/custody/withdrawals.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { imposeStay, liftStay } from '../../src/seizure/stay.ts';
import { openFreezes } from '../../src/venue/freeze.ts';
import { tightenTrading } from '../../src/venue/trading-state.ts';
import { testActor } from '../support/database.ts';
import {
  approve,
  CITY,
  type Custody,
  demandHolding,
  depositRow,
  endCustody,
  expiry,
  heldText,
  instruct,
  later,
  listSender,
  moveToCity,
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

/** A requested and approved transfer of all that a settled case still holds. */
async function approvedReturn(holdingId: number, quantity?: CoinAmount): Promise<number> {
  const request = { holdingId, reason: '체납액 완납', expiresAt: expiry(custody), ...(quantity === undefined ? {} : { quantity }) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  return transferId;
}

async function inTransit(asset: string): Promise<string> {
  const filter = { chart: CHART.coinsInTransit, place: `account:${custody.accountId}` } as const;
  return (await coinBalance(custody.database.read, filter, asset)).toString();
}

function transfer(id: number) {
  return custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id } });
}

/** A person sends coins at the exchange's site. */
async function sendBySite(asset: string, quantity: string, to: string): Promise<string> {
  const sent = await custody.exchange.operator.transferInternally({ fromAccountId: CITY, toAccountId: to, asset, quantity, by: 'owner' });
  return sent.transactionId;
}

it('a return goes from request over approval, instruction and confirmation to the venue’s own word, and is posted once', async () => {
  const holding = await receiveHolding(custody, 'BTC', '0.4');
  await setPhase(custody, holding.caseId, 'settled');
  const transferId = await approvedReturn(holding.holdingId);
  expect(await transfer(transferId)).toMatchObject({ state: 'approved', destinationReference: null });

  const instruction = await instruct(custody, transferId);
  expect(instruction).toMatchObject({ asset: 'BTC', quantity: '0.4', destinationReference: holding.source, venueTitle: '업비트' });
  const again = await instruct(custody, transferId);
  expect(again.identifier).toBe(instruction.identifier);

  const transactionId = await sendBySite('BTC', '0.4', holding.source);
  await custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId, transactionId }));
  await custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId, transactionId }));
  expect(await heldText(custody, holding.holdingId, 'BTC')).toBe('0');
  expect(await inTransit('BTC')).toBe('0.4');
  await readAll();
  expect((await transfer(transferId)).state).toBe('instructed');

  later(custody, 61);
  await Promise.all([readAll(), readAll(), readAll()]);
  await readAll();
  expect(await inTransit('BTC')).toBe('0');
  expect(await transfer(transferId)).toMatchObject({ state: 'done' });
  const { state } = await custody.database.read.holding.findUniqueOrThrow({ where: { id: holding.holdingId } });
  expect(state).toBe('returned');
  const intent = await custody.database.read.intent.findFirstOrThrow({ where: { subject: `coin_transfer:${transferId}` } });
  expect(intent).toMatchObject({ state: 'settled', sendCount: 1 });
  const entries = await custody.database.read.ledgerEntry.findMany({
    where: { cause: `coin_transfer:${transferId}` },
    orderBy: { id: 'asc' },
  });
  expect(entries.map(({ kind }) => kind)).toEqual(['transfer_sent', 'transfer_done']);
  const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
  expect(readings.every(({ agrees }) => agrees)).toBe(true);
});

it('a return that the venue shows before its sender confirms waits in transit for his word', async () => {
  const holding = await receiveHolding(custody, 'ETH', '3');
  await setPhase(custody, holding.caseId, 'settled');
  const transferId = await approvedReturn(holding.holdingId);
  await instruct(custody, transferId);
  await sendBySite('ETH', '3', holding.source);
  later(custody, 61);
  await readAll();
  expect(await inTransit('ETH')).toBe('3');
  expect((await transfer(transferId)).state).toBe('instructed');
  await custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId }));
  expect(await inTransit('ETH')).toBe('0');
  expect((await transfer(transferId)).state).toBe('done');
  expect(await openFreezes(custody.database.read)).toEqual([]);
});

it('a return is refused before the sale is over, beyond what is free, while a stay stands, and while trading is halted', async () => {
  const holding = await receiveHolding(custody, 'SOL', '20');
  const ask = (quantity: string) =>
    custody.database.work(custody.officer.actor, (work) =>
      requestCoinTransfer(work, {
        holdingId: holding.holdingId,
        quantity: CoinAmount.of('SOL', quantity),
        reason: '완납',
        expiresAt: expiry(custody),
      }),
    );
  await setPhase(custody, holding.caseId, 'selling');
  await expect(ask('1')).rejects.toMatchObject({ code: 'PHASE_WRONG' });
  await setPhase(custody, holding.caseId, 'settled');
  await expect(ask('20.1')).rejects.toMatchObject({ code: 'CONFLICT' });
  const transferId = await approvedReturn(holding.holdingId, CoinAmount.of('SOL', '15'));
  await expect(ask('6')).rejects.toMatchObject({ code: 'CONFLICT' });
  const stay = { caseId: holding.caseId, kind: 'third_party_claim', reason: '소유권 주장', fromDay: civilDate('2026-01-05') } as const;
  const { stayId } = await custody.database.work(custody.officer.actor, (work) => imposeStay(work, stay));
  const instructed = () => instruct(custody, transferId);
  await expect(instructed()).rejects.toMatchObject({ code: 'CONFLICT', facts: { kind: 'third_party_claim' } });
  await custody.database.work(custody.officer.actor, (work) => liftStay(work, { stayId, reason: '주장 철회' }));
  const scope = { kind: 'account', accountId: custody.accountId } as const;
  await custody.database.work(custody.officer.actor, (work) => tightenTrading(work, { scope, to: 'HALTED', reason: '점검' }));
  await expect(instructed()).rejects.toMatchObject({ code: 'TRADING_HALTED' });
  expect(await custody.database.read.intent.count({ where: { subject: `coin_transfer:${transferId}` } })).toBe(0);
  await custody.database.work(testActor, (work) =>
    work.tx.venueAccount.update({ where: { id: custody.accountId }, data: { tradingState: 'ACTIVE' } }),
  );
});

it('an instruction that nobody carried out can be given up, one that the venue lists cannot', async () => {
  const holding = await receiveHolding(custody, 'XRP', '500');
  await setPhase(custody, holding.caseId, 'settled');
  const first = await approvedReturn(holding.holdingId);
  await instruct(custody, first);
  await abandonTransfer(custody.database, custody.officer.actor, custody.port, { transferId: first, reason: '주소 확인 필요' });
  expect((await transfer(first)).state).toBe('failed');
  expect(await custody.database.read.intent.findFirstOrThrow({ where: { subject: `coin_transfer:${first}` } })).toMatchObject({
    state: 'dead',
  });

  const second = await approvedReturn(holding.holdingId);
  await instruct(custody, second);
  await sendBySite('XRP', '500', holding.source);
  const abandon = abandonTransfer(custody.database, custody.officer.actor, custody.port, { transferId: second, reason: '보내지 않음' });
  await expect(abandon).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await transfer(second)).state).toBe('instructed');
});

it('the rest of an unidentified deposit goes back to its sender and is resolved', async () => {
  const holding = await demandHolding(custody, 'LINK', '10');
  const { depositId } = await moveToCity(custody, holding.source, 'LINK', '4');
  const other = await demandHolding(custody, 'LINK', '1');
  later(custody, 61);
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  const row = await depositRow(custody, depositId);
  const match = { depositRowId: row.id, holdingId: other.holdingId, reason: '거래소 확인' };
  await custody.database.work(custody.officer.actor, (work) => matchDeposit(work, match));
  const request = {
    depositRowId: row.id,
    addressId: await listSender(custody, row.id, holding.source),
    reason: '송신인 반환',
    expiresAt: expiry(custody),
  };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestDepositReturn(work, request));
  expect((await transfer(transferId)).quantity.toFixed()).toBe('3');
  await approve(custody, approval);
  await instruct(custody, transferId);
  const transactionId = await sendBySite('LINK', '3', holding.source);
  await custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId, transactionId }));
  later(custody, 61);
  await readAll();
  expect(await depositRow(custody, depositId)).toMatchObject({ state: 'resolved' });
  const duty = await coinBalance(custody.database.read, { chart: CHART.dutyUnidentified, subject: `deposit:${row.id}` }, 'LINK');
  expect(duty.isZero()).toBe(true);
});

it('a return is worth what its asset was last valued at, also of a deposit, so that much of it takes a second approver', async () => {
  const holding = await demandHolding(custody, 'DOGE', '1');
  const { depositId } = await moveToCity(custody, holding.source, 'DOGE', '1');
  later(custody, 61);
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  const row = await depositRow(custody, depositId);
  const valuedAt = (price: string, takenAt: Date) =>
    custody.database.work(testActor, (work) =>
      work.tx.valuation.create({
        data: {
          caseId: holding.caseId,
          holdingId: holding.holdingId,
          occasion: 'seizure',
          takenAt,
          priceSource: 'upbit',
          priceAt: takenAt,
          quantity: '1',
          price,
          depthKrw: 0n,
          depthCovers: true,
          valueKrw: 0n,
        },
      }),
    );
  await valuedAt('100000000.5', custody.clock.now());
  await valuedAt('1', new Date(custody.clock.now().getTime() - 60_000));
  const request = {
    depositRowId: row.id,
    addressId: await listSender(custody, row.id, holding.source),
    reason: '송신인 반환',
    expiresAt: expiry(custody),
  };
  const { approval } = await custody.database.work(custody.officer.actor, (work) => requestDepositReturn(work, request));
  expect(approval).toMatchObject({ moneyAtStake: 100_000_000n, secondNeeded: true });
});
