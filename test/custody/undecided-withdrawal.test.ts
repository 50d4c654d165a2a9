import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainWithdrawal } from '../../src/custody/explained-withdrawal.ts';
import { abandonTransfer, confirmInstructed } from '../../src/custody/instruction.ts';
import { reverseMatch } from '../../src/custody/match-reversal.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { readWithdrawals } from '../../src/custody/withdrawals.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { isFrozen } from '../../src/venue/freeze.ts';
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
  type SampleHolding,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

/** Two transfers of one quantity, of which one is sent: the other must stay as it is. */
let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() =>
  endCustody(custody, [
    'demanded_is_accounted',
    'received_is_accounted',
    'duty_matches_custody',
    'losses_are_accounted',
    'unexplained_is_frozen',
  ]),
);

interface Instructed extends SampleHolding {
  readonly transferId: number;
}

async function instructed(asset: string, quantity: string): Promise<Instructed> {
  const holding = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  await instruct(custody, transferId);
  return { ...holding, transferId };
}

async function twoInstructed(asset: string, quantity: string): Promise<[Instructed, Instructed]> {
  return [await instructed(asset, quantity), await instructed(asset, quantity)];
}

/** Sent at the exchange's site, and read before its sender has written anything down. */
async function sentAndRead(asset: string, quantity: string, to: string) {
  const { transactionId } = await custody.exchange.operator.transferInternally({
    fromAccountId: CITY,
    toAccountId: to,
    asset,
    quantity,
    by: 'owner',
  });
  await read();
  return { transactionId, row: await rowOf(asset) };
}

function read(): Promise<void> {
  return readWithdrawals(custody.database, custody.port, custody.accountId);
}

function rowOf(asset: string) {
  return custody.database.read.venueWithdrawal.findFirstOrThrow({ where: { asset }, orderBy: { id: 'desc' } });
}

function confirm(transferId: number, transactionId?: string): Promise<void> {
  const word = transactionId === undefined ? { transferId } : { transferId, transactionId };
  return custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, word));
}

function abandon(transferId: number): Promise<void> {
  return abandonTransfer(custody.database, custody.officer.actor, custody.port, { transferId, reason: '보내지 않음' });
}

function reversed(withdrawalRowId: number, transferId?: number) {
  const finding = { withdrawalRowId, transferId, reason: '받은 주소가 다름', expiresAt: expiry(custody) };
  return custody.database.work(custody.officer.actor, (work) => reverseMatch(work, finding));
}

async function stateOf(id: number): Promise<string> {
  return (await custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id } })).state;
}

async function inTransit(asset: string): Promise<string> {
  const filter = { chart: CHART.coinsInTransit, place: `account:${custody.accountId}` } as const;
  return (await coinBalance(custody.database.read, filter, asset)).toString();
}

async function agrees(asset: string): Promise<boolean | undefined> {
  const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
  return readings.find((reading) => reading.asset === asset)?.agrees;
}

/** The first is alone when the second one's coins leave. */
async function wronglyMatched(asset: string, quantity: string) {
  const first = await instructed(asset, quantity);
  const approved = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, approved.caseId, 'settled');
  const request = { holdingId: approved.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  const { transactionId, row } = await sentAndRead(asset, quantity, approved.source);
  expect(row.matchedTo).toBe(`coin_transfer:${first.transferId}`);
  await instruct(custody, transferId);
  return { first, second: { ...approved, transferId }, transactionId, row };
}

describe('a withdrawal that may be either of two transfers', () => {
  it('is neither until its sender writes its transaction down; the other is told again, given up, and never counts as sent', async () => {
    const [first, second] = await twoInstructed('BTC', '0.1');
    const { transactionId, row } = await sentAndRead('BTC', '0.1', second.source);
    await read();
    expect([row.matchedTo, await inTransit('BTC'), await isFrozen(custody.database.read, custody.accountId, 'BTC')]).toEqual([
      null,
      '0',
      false,
    ]);
    const alerts = { code: 'withdrawal_undecided', subject: `venue_withdrawal:${row.id}` };
    expect(await custody.database.read.alert.count({ where: alerts })).toBe(1);
    expect(await agrees('BTC')).toBe(true);
    for (const { transferId } of [first, second]) {
      await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'CONFLICT', facts: { withdrawalRowId: row.id } });
      await expect(abandon(transferId)).rejects.toMatchObject({ code: 'CONFLICT' });
    }

    await confirm(second.transferId, transactionId);
    expect((await rowOf('BTC')).matchedTo).toBe(`coin_transfer:${second.transferId}`);
    later(custody, 61);
    expect(await agrees('BTC')).toBe(true);
    expect([await stateOf(first.transferId), await stateOf(second.transferId)]).toEqual(['instructed', 'done']);
    expect((await instruct(custody, first.transferId)).destinationReference).toBe(first.source);
    await abandon(first.transferId);
    expect([await stateOf(first.transferId), await heldText(custody, first.holdingId, 'BTC')]).toEqual(['failed', '0.1']);
  });

  it('is the one that an official says it is, and the other is then told apart by itself', async () => {
    const [first, second] = await twoInstructed('ETH', '2');
    const { row } = await sentAndRead('ETH', '2', second.source);
    await confirm(second.transferId);
    later(custody, 61);
    await read();
    expect([(await rowOf('ETH')).matchedTo, await stateOf(second.transferId)]).toEqual([null, 'instructed']);
    const finding = { withdrawalRowId: row.id, transferId: second.transferId, reason: '주소 확인', expiresAt: expiry(custody) };
    await custody.database.work(custody.officer.actor, (work) => explainWithdrawal(work, finding));
    expect(await stateOf(second.transferId)).toBe('done');

    await sentAndRead('ETH', '2', first.source);
    await confirm(first.transferId);
    later(custody, 61);
    expect([await agrees('ETH'), await stateOf(first.transferId)]).toEqual([true, 'done']);
  });
});

describe('a withdrawal that was taken for the wrong transfer', () => {
  it('goes over to the transfer whose sender writes its transaction down, while nobody says that he sent the first', async () => {
    const { first, second, transactionId } = await wronglyMatched('SOL', '3');
    expect(await heldText(custody, first.holdingId, 'SOL')).toBe('0');
    await confirm(second.transferId, transactionId);
    expect((await rowOf('SOL')).matchedTo).toBe(`coin_transfer:${second.transferId}`);
    expect([await heldText(custody, first.holdingId, 'SOL'), await inTransit('SOL')]).toEqual(['3', '3']);
    later(custody, 61);
    expect([await agrees('SOL'), await stateOf(second.transferId), await stateOf(first.transferId)]).toEqual([true, 'done', 'instructed']);

    await instruct(custody, first.transferId);
    const sent = await sentAndRead('SOL', '3', first.source);
    await confirm(first.transferId, sent.transactionId);
    later(custody, 61);
    expect([await agrees('SOL'), await stateOf(first.transferId), await heldText(custody, first.holdingId, 'SOL')]).toEqual([
      true,
      'done',
      '0',
    ]);
  });

  it('is given to the other by an official while the first is under way', async () => {
    const { first, second, row } = await wronglyMatched('XRP', '50');
    await confirm(second.transferId);
    expect(await reversed(row.id, second.transferId)).toBeUndefined();
    later(custody, 61);
    expect([await agrees('XRP'), await stateOf(second.transferId), await stateOf(first.transferId)]).toEqual([true, 'done', 'instructed']);
    expect(await heldText(custody, first.holdingId, 'XRP')).toBe('50');
    await abandon(first.transferId);
  });
});

describe('the match of a withdrawal', () => {
  it('is taken back by two officials once it was booked as done, and the first is held again', async () => {
    const { first, second, row } = await wronglyMatched('ADA', '7');
    await confirm(first.transferId);
    later(custody, 61);
    await read();
    expect(await stateOf(first.transferId)).toBe('done');
    const approval = await reversed(row.id, second.transferId);
    expect([await stateOf(first.transferId), approval?.state]).toEqual(['done', 'pending']);
    if (approval === undefined) throw new Error('What was booked takes two officials.');
    await confirm(second.transferId);
    await approve(custody, approval);
    expect([await stateOf(first.transferId), await stateOf(second.transferId)]).toEqual(['failed', 'done']);
    expect([await heldText(custody, first.holdingId, 'ADA'), await heldText(custody, second.holdingId, 'ADA')]).toEqual(['7', '0']);
    const { state } = await custody.database.read.holding.findUniqueOrThrow({ where: { id: first.holdingId } });
    expect([state, await agrees('ADA')]).toEqual(['received', true]);
  });

  it('and is nobody’s freezes the asset, stays nobody’s, and is refused for a transfer that it cannot be', async () => {
    const first = await instructed('DOGE', '20');
    const other = await instructed('LINK', '5');
    const { row } = await sentAndRead('DOGE', '20', other.source);
    expect(row.matchedTo).toBe(`coin_transfer:${first.transferId}`);
    await expect(reversed(row.id, other.transferId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await reversed(row.id);
    await read();
    later(custody, 61);
    await read();
    expect(await isFrozen(custody.database.read, custody.accountId, 'DOGE')).toBe(true);
    expect(await rowOf('DOGE')).toMatchObject({ matchedTo: null, state: 'done', ledgerEntryId: expect.anything() });
    expect(await heldText(custody, first.holdingId, 'DOGE')).toBe('20');
    await expect(reversed(row.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await abandon(other.transferId);
  });
});

it('a transaction may be added once after the confirmation, and then finds its withdrawal', async () => {
  const [first, second] = await twoInstructed('AQT', '4');
  await confirm(second.transferId);
  const { transactionId, row } = await sentAndRead('AQT', '4', second.source);
  expect(row.matchedTo).toBeNull();
  await confirm(second.transferId, transactionId);
  expect((await rowOf('AQT')).matchedTo).toBe(`coin_transfer:${second.transferId}`);
  await confirm(second.transferId, transactionId);
  await expect(confirm(second.transferId, 'another')).rejects.toMatchObject({ code: 'CONFLICT' });
  later(custody, 61);
  expect([await agrees('AQT'), await stateOf(second.transferId)]).toEqual([true, 'done']);
  await abandon(first.transferId);
});

it('a transaction other than the listed one is refused, so that a slip is found while it can be put right', async () => {
  const { transferId, source } = await instructed('MOC', '9');
  const { transactionId } = await sentAndRead('MOC', '9', source);
  await expect(confirm(transferId, 'a slip')).rejects.toMatchObject({ code: 'CONFLICT' });
  await confirm(transferId, transactionId);
  later(custody, 61);
  expect([await agrees('MOC'), await stateOf(transferId)]).toEqual([true, 'done']);
});
