import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmInstructed, instructTransfer } from '../../src/custody/instruction.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { tendAccount } from '../../src/custody/tend.ts';
import { isStillThere, recoverTransfer } from '../../src/custody/transfer-recovery.ts';
import { readWithdrawals } from '../../src/custody/withdrawals.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { createOfficial, type Official } from '../identity/officials.ts';
import { killWaiting } from '../support/kill-waiting.ts';
import { testKeys } from '../support/test-keys.ts';
import {
  approve,
  CITY,
  type Custody,
  endCustody,
  expiry,
  heldText,
  instruct,
  later,
  receiveHolding,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

const HOUR = 3_600;

let custody: Custody;
let colleague: Official;

beforeAll(async () => {
  custody = await startCustody();
  colleague = await createOfficial(custody.database, 'colleague', ['collection_officer']);
});

afterAll(() => endCustody(custody));

async function approvedReturn(asset: string, quantity: string) {
  const holding = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, holding.caseId, 'settled');
  return { ...holding, transferId: await askAgain(holding.holdingId) };
}

async function askAgain(holdingId: number): Promise<number> {
  const request = { holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  return transferId;
}

function confirm(transferId: number): Promise<void> {
  return custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId }));
}

function sendBySite(asset: string, quantity: string, to: string) {
  return custody.exchange.operator.transferInternally({ fromAccountId: CITY, toAccountId: to, asset, quantity, by: 'owner' });
}

function recover(transferId: number, by: Official = colleague): Promise<void> {
  return recoverTransfer(custody.database, by.actor, custody.port, { transferId, reason: '거래소 화면에서 실행되지 않음' });
}

function stateOf(id: number) {
  return custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id } });
}

function intentOf(transferId: number) {
  return custody.database.read.intent.findFirstOrThrow({ where: { subject: `coin_transfer:${transferId}` } });
}

async function inTransit(asset: string): Promise<string> {
  const filter = { chart: CHART.coinsInTransit, place: `account:${custody.accountId}` } as const;
  return (await coinBalance(custody.database.read, filter, asset)).toString();
}

function tend() {
  return tendAccount(custody.database, custody.port, custody.accountId);
}

describe('a transfer that the venue does not show', () => {
  it('is told once when its hours are over, and taken back by another official, so that its coins may go again', async () => {
    const { transferId, holdingId, source } = await approvedReturn('BTC', '0.5');
    await instruct(custody, transferId);
    await confirm(transferId);
    expect([await heldText(custody, holdingId, 'BTC'), await inTransit('BTC')]).toEqual(['0', '0.5']);
    await expect(recover(transferId)).rejects.toMatchObject({ code: 'TRANSFER_MAY_HAVE_LEFT' });
    later(custody, 6 * HOUR - 1);
    await tend();
    const alerts = () =>
      custody.database.read.alert.findMany({ where: { code: 'transfer_stuck', subject: `coin_transfer:${transferId}` } });
    expect(await alerts()).toEqual([]);
    await expect(recover(transferId)).rejects.toMatchObject({ code: 'TRANSFER_MAY_HAVE_LEFT' });
    later(custody, 1);
    await tend();
    await tend();
    expect(await alerts()).toMatchObject([{ severity: 'warning', facts: { isConfirmed: true, listed: null } }]);

    await expect(recover(transferId, custody.officer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await recover(transferId);
    expect([await heldText(custody, holdingId, 'BTC'), await inTransit('BTC')]).toEqual(['0.5', '0']);
    expect(await stateOf(transferId)).toMatchObject({ state: 'failed' });
    expect(await intentOf(transferId)).toMatchObject({ state: 'dead', notFoundAt: [expect.any(Date)] });
    await expect(recover(transferId)).rejects.toMatchObject({ code: 'CONFLICT' });

    const again = await askAgain(holdingId);
    await instruct(custody, again);
    await sendBySite('BTC', '0.5', source);
    await confirm(again);
    later(custody, 61);
    await tend();
    expect(await stateOf(again)).toMatchObject({ state: 'done' });
    expect((await intentOf(again)).id).not.toBe((await intentOf(transferId)).id);
    expect((await reconcileAccount(custody.database, custody.port, custody.accountId)).every(({ agrees }) => agrees)).toBe(true);
  });

  it('is not taken back once it has left, even if a deposit fills the gap', async () => {
    const other = await receiveHolding(custody, 'ETH', '9');
    const { transferId, source } = await approvedReturn('ETH', '2');
    await instruct(custody, transferId);
    await confirm(transferId);
    later(custody, 7 * HOUR);
    await sendBySite('ETH', '2', source);
    await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'ETH', quantity: '2', confirmationSeconds: 0 });
    await expect(recover(transferId)).rejects.toMatchObject({ code: 'TRANSFER_MAY_HAVE_LEFT' });
    later(custody, 61);
    await tend();
    expect(await stateOf(transferId)).toMatchObject({ state: 'done' });
    expect(await heldText(custody, other.holdingId, 'ETH')).toBe('9');
  });
});

describe('a transfer that may have left in another way', () => {
  it('is not taken back while the venue shows more or less than is booked, which may fill the gap it left', async () => {
    const { transferId } = await approvedReturn('ADA', '6');
    await receiveHolding(custody, 'ADA', '10');
    await instruct(custody, transferId);
    await confirm(transferId);
    later(custody, 6 * HOUR);
    for (const wrongBy of ['0.5', '-0.5', '-5.5']) {
      await custody.exchange.operator.setWrongBalance({ accountId: CITY, asset: 'ADA', wrongBy });
      await expect(recover(transferId)).rejects.toMatchObject({ code: 'TRANSFER_MAY_HAVE_LEFT' });
    }
    await custody.exchange.operator.setWrongBalance({ accountId: CITY, asset: 'ADA', wrongBy: '0' });
    await recover(transferId);
    expect(await stateOf(transferId)).toMatchObject({ state: 'failed' });
  });

  it('is not taken back while something else that left may be it with another quantity typed in', async () => {
    const { transferId, source } = await approvedReturn('DOGE', '20');
    await instruct(custody, transferId);
    await sendBySite('DOGE', '2', source);
    await confirm(transferId);
    later(custody, 6 * HOUR);
    await expect(recover(transferId)).rejects.toMatchObject({ code: 'CONFLICT', facts: { quantity: '2' } });
    expect(await stateOf(transferId)).toMatchObject({ state: 'instructed' });
  });

  it('and that leaves after it was taken back is a withdrawal which nobody instructed: it freezes the asset and is booked once', async () => {
    const { transferId, source } = await approvedReturn('SOL', '3');
    await instruct(custody, transferId);
    await confirm(transferId);
    later(custody, 6 * HOUR);
    await recover(transferId);
    await sendBySite('SOL', '3', source);
    later(custody, 61);
    await tend();
    expect(await stateOf(transferId)).toMatchObject({ state: 'failed' });
    const { id } = await custody.database.read.venueWithdrawal.findFirstOrThrow({ where: { asset: 'SOL' } });
    const about = { code: 'withdrawal_not_instructed', subject: `venue_withdrawal:${id}` };
    expect(await custody.database.read.alert.count({ where: about })).toBe(1);
    const freeze = await custody.database.read.assetFreeze.findFirstOrThrow({ where: { asset: 'SOL', liftedAt: null } });
    expect(freeze.reason).toBe('unknown_withdrawal');
  });
});

describe('the balance', () => {
  const books = (quantity: string, more = '0', less = '2') => ({
    quantity: new Decimal(quantity),
    less: new Decimal(less),
    more: new Decimal(more),
  });
  const quantity = new Decimal('2');
  it('vouches for coins only while it is what the books say and more than there could be without them', () => {
    const isThere = (held: string, more = '0') => isStillThere(new Decimal(held), books('10', more), books('10', more), quantity);
    expect([isThere('10'), isThere('8'), isThere('0')]).toEqual([true, false, false]);
    expect([isThere('10', '2'), isThere('10', '1')]).toEqual([false, true]);
  });

  it('vouches for nothing with more or less than the books say, which may fill the gap', () => {
    const isThere = (held: string) => isStillThere(new Decimal(held), books('10'), books('10'), quantity);
    expect([isThere('10.1'), isThere('8.1'), isThere('9.9')]).toEqual([false, false, false]);
    expect(isStillThere(new Decimal('9'), books('10', '0', '3'), books('10', '0', '3'), quantity)).toBe(true);
  });

  it('is held against the books from before and after it was read, whatever was booked in between', () => {
    const sold = isStillThere(new Decimal('8'), books('10'), books('8'), quantity);
    const arrived = isStillThere(new Decimal('10'), books('10'), books('12'), quantity);
    expect([sold, arrived]).toEqual([false, false]);
  });
});

describe('a service that dies', () => {
  /** Ends the service's connection while it is about to commit. */
  async function killed(attempt: () => Promise<unknown>): Promise<void> {
    const client = new pg.Client({ connectionString: custody.superuserUrl });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query('LOCK TABLE audit_stream IN SHARE ROW EXCLUSIVE MODE');
      const outcome = expect(attempt()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      await killWaiting(client);
      await outcome;
      await client.query('ROLLBACK');
    } finally {
      await client.end();
    }
  }

  it('before the instruction is committed has told nobody; after it, what was sent is read back and booked once', async () => {
    const { transferId, source, holdingId } = await approvedReturn('XRP', '50');
    await instruct(custody, (await approvedReturn('XRP', '1')).transferId);
    const { addressId } = await stateOf(transferId);
    await custody.database.work(custody.officer.actor, (work) =>
      work.tx.addressScreening.create({
        data: { purpose: 'return', addressId, transferId, fingerprint: '0000-0000', outcome: 'no_list', hits: [], screenedAt: work.at },
      }),
    );
    await killed(() => custody.database.work(custody.officer.actor, (work) => instructTransfer(work, testKeys, transferId)));
    expect(await stateOf(transferId)).toMatchObject({ state: 'approved', intentId: null });
    expect(await custody.database.read.intent.count({ where: { subject: `coin_transfer:${transferId}` } })).toBe(0);

    const told = await instruct(custody, transferId);
    await sendBySite('XRP', '50', source);
    later(custody, 61);
    await killed(() => readWithdrawals(custody.database, custody.port, custody.accountId));
    expect(await inTransit('XRP')).toBe('0');
    // Whoever comes back finds the same instruction until the venue has been read, and then is told not to send again.
    expect((await custody.database.work(custody.officer.actor, (work) => instructTransfer(work, testKeys, transferId))).identifier).toBe(
      told.identifier,
    );
    await Promise.all([1, 2].map(() => readWithdrawals(custody.database, custody.port, custody.accountId)));
    expect(await inTransit('XRP')).toBe('50');
    await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await killed(() => confirm(transferId));
    await confirm(transferId);
    expect(await stateOf(transferId)).toMatchObject({ state: 'done' });
    expect(await heldText(custody, holdingId, 'XRP')).toBe('0');
    const entries = await custody.database.read.ledgerEntry.findMany({
      where: { cause: `coin_transfer:${transferId}` },
      orderBy: { id: 'asc' },
    });
    expect(entries.map(({ kind }) => kind)).toEqual(['transfer_sent', 'transfer_done']);
  });
});
