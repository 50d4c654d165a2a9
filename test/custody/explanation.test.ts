import { afterAll, beforeAll, expect, it } from 'vitest';
import { replayBalances } from '../../src/custody/balance-replay.ts';
import { type AllocationRequest, requestAllocation } from '../../src/custody/deposit-allocation.ts';
import { type ExplanationRequest, requestExplanation } from '../../src/custody/explanation.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { coinBalance, venueWonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { requestFreezeRelease } from '../../src/venue/freeze.ts';
import { testActor } from '../support/database.ts';
import { brokenInvariants } from '../support/invariants.ts';
import {
  approve,
  CITY,
  type Custody,
  decide,
  endCustody,
  expiry,
  heldText,
  later,
  listAddress,
  receiptText,
  receiveHolding,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

/* A difference that no deposit and no withdrawal shows: what it is, one official says and another agrees. */

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

/** A minute after the last, so that it counts. */
async function readingOf(asset: string) {
  later(custody, 60);
  const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
  return readings.find((reading) => reading.asset === asset);
}

/** The exchange's own staff puts coins there or takes them, and tells nobody. */
function wrongBy(asset: string, quantity: string): Promise<unknown> {
  return custody.exchange.operator.setWrongBalance({ accountId: CITY, asset, wrongBy: quantity });
}

type Given = Pick<ExplanationRequest, 'asset' | 'kind' | 'side' | 'quantity'> & Partial<ExplanationRequest>;

function explain(given: Given) {
  return custody.database.work(custody.officer.actor, (work) =>
    requestExplanation(work, {
      accountId: custody.accountId,
      reference: '공지 2026-31',
      occurredOn: civilDate('2026-01-05'),
      reason: '거래소 공지를 확인함',
      expiresAt: expiry(custody),
      ...given,
    }),
  );
}

function row(id: number) {
  return custody.database.read.balanceExplanation.findUniqueOrThrow({ where: { id } });
}

async function freezeOf(asset: string) {
  return custody.database.read.assetFreeze.findFirst({ where: { asset, liftedAt: null } });
}

function broken(): Promise<string[]> {
  return brokenInvariants(custody.database);
}

it('credits what coins bore to those who held them, in proportion, lifts the freeze and stands in the books as its own line', async () => {
  const first = await receiveHolding(custody, 'ETH', '3');
  const second = await receiveHolding(custody, 'ETH', '1');
  const accruedAt = custody.clock.now();
  later(custody, 60);
  await wrongBy('ETH', '0.1');
  for (let reading = 1; reading <= 3; reading++) await readingOf('ETH');
  expect(await readingOf('ETH')).toMatchObject({ agrees: false, isFrozen: true });

  const { explanationId, approval } = await explain({ asset: 'ETH', kind: 'staking_reward', side: 'excess', quantity: '0.1', accruedAt });
  expect(await readingOf('ETH')).toMatchObject({ agrees: false, isFrozen: true });
  await approve(custody, approval);
  expect(await readingOf('ETH')).toMatchObject({ venueQuantity: '4.1', ledgerQuantity: '4.1', agrees: true, isFrozen: false });

  expect(await row(explanationId)).toMatchObject({ state: 'booked' });
  expect(await heldText(custody, first.holdingId, 'ETH')).toBe('3.075');
  expect(await heldText(custody, second.holdingId, 'ETH')).toBe('1.025');
  expect(await receiptText(custody, first.caseId)).toMatchObject({ demanded: '3', received: '3', outstanding: '0', short: '0' });
  const entry = await custody.database.read.ledgerEntry.findUniqueOrThrow({
    where: { idempotencyKey: `balance_explanation:${explanationId}` },
  });
  expect(entry).toMatchObject({ kind: 'explained_staking_reward', memo: '스테이킹 보상 (공지 2026-31)' });
  const freeze = await custody.database.read.assetFreeze.findFirstOrThrow({ where: { asset: 'ETH' } });
  expect(freeze).toMatchObject({ reason: 'balance_difference', approvalId: approval.id });
  expect(await broken()).toEqual([]);
});

it('leaves to officers what nobody is known to own, and no freeze is lifted while the balance still differs', async () => {
  await wrongBy('DOGE', '500');
  for (let reading = 1; reading <= 3; reading++) await readingOf('DOGE');
  const freeze = await freezeOf('DOGE');
  const release = { freezeId: freeze?.id ?? 0, explanation: '괜찮음', expiresAt: expiry(custody) };
  await expect(custody.database.work(custody.officer.actor, (work) => requestFreezeRelease(work, release))).rejects.toMatchObject({
    code: 'FREEZE_UNEXPLAINED',
  });
  const { approval } = await explain({ asset: 'DOGE', kind: 'airdrop', side: 'excess', quantity: '500' });
  await approve(custody, approval);
  expect(await readingOf('DOGE')).toMatchObject({ agrees: true, isFrozen: false });
  const deposit = await custody.database.read.venueDeposit.findFirstOrThrow({ where: { asset: 'DOGE' } });
  expect(deposit).toMatchObject({ depositId: expect.stringMatching(/^explained:/), state: 'unidentified' });
  expect(await broken()).toEqual([]);
});

it('closes what was missing once the exchange gives it back, as the recovery of that shortage', async () => {
  await receiveHolding(custody, 'BTC', '8');
  await wrongBy('BTC', '-1');
  await readingOf('BTC');
  const gone = await explain({ asset: 'BTC', kind: 'venue_correction', side: 'shortage', quantity: '1' });
  await approve(custody, gone.approval);
  expect(await readingOf('BTC')).toMatchObject({ ledgerQuantity: '7', agrees: true });
  await wrongBy('BTC', '0');
  await readingOf('BTC');
  const back = await explain({ asset: 'BTC', kind: 'venue_correction', side: 'excess', quantity: '1' });
  await approve(custody, back.approval);
  expect(await readingOf('BTC')).toMatchObject({ ledgerQuantity: '8', agrees: true });
  const deposit = await custody.database.read.venueDeposit.findFirstOrThrow({ where: { asset: 'BTC', state: 'unidentified' } });
  const recover = (recovers: Pick<AllocationRequest, 'withdrawalRowId' | 'explanationId'>) =>
    custody.database.work(custody.officer.actor, (work) =>
      requestAllocation(work, {
        depositRowId: deposit.id,
        use: 'recovery',
        reason: '거래소가 돌려줌',
        expiresAt: expiry(custody),
        ...recovers,
      }),
    );
  await expect(recover({})).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(recover({ explanationId: gone.explanationId, withdrawalRowId: 1 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(recover({ explanationId: 999 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(recover({ explanationId: back.explanationId })).rejects.toMatchObject({ code: 'CONFLICT' });
  const { approval, quantity } = await recover({ explanationId: gone.explanationId });
  expect(quantity).toBe('1');
  await approve(custody, approval);
  expect(await custody.database.read.venueDeposit.findUniqueOrThrow({ where: { id: deposit.id } })).toMatchObject({ state: 'resolved' });
  const place = `account:${custody.accountId}`;
  for (const chart of [CHART.withdrawnUninstructed, CHART.unexplained]) {
    expect((await coinBalance(custody.database.read, { chart, place }, 'BTC')).toString()).toBe('0');
  }
  expect(await broken()).toEqual([]);
});

it('makes interest on won the city’s own on the word of two, and nothing else', async () => {
  await wrongBy('KRW', '1234');
  await readingOf('KRW@upbit');
  const interest = await explain({ asset: 'KRW@upbit', kind: 'deposit_interest', side: 'excess', quantity: '1234' });
  await approve(custody, interest.approval);
  expect(await readingOf('KRW@upbit')).toMatchObject({ ledgerQuantity: '1234', agrees: true });
  const own = (depositRowId: number) =>
    custody.database.work(custody.officer.actor, (work) =>
      requestAllocation(work, { depositRowId, use: 'own_won', reason: '예치금 이용료', expiresAt: expiry(custody) }),
    );
  const coins = await custody.database.read.venueDeposit.findFirstOrThrow({ where: { asset: 'DOGE' } });
  await expect(own(coins.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  const won = await custody.database.read.venueDeposit.findFirstOrThrow({ where: { asset: 'KRW@upbit' } });
  await approve(custody, (await own(won.id)).approval);
  const place = `account:${custody.accountId}`;
  expect((await venueWonBalance(custody.database.read, { chart: CHART.ownVenueWon, place }, 'upbit')).toString()).toBe('1234');
  expect(await readingOf('KRW@upbit')).toMatchObject({ ledgerQuantity: '1234', agrees: true });
  expect(await broken()).toEqual([]);
});

it('writes no number of a person into what is never rewritten', async () => {
  await wrongBy('LINK', '3');
  await readingOf('LINK');
  const given = { asset: 'LINK', kind: 'airdrop', side: 'excess', quantity: '3', reference: '담당자 010-1234-5678' } as const;
  await expect(explain(given)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

it('refuses what explains nothing, and takes a rejection for what it is', async () => {
  await wrongBy('ADA', '10');
  await readingOf('ADA');
  const given = { asset: 'ADA', kind: 'airdrop', side: 'excess', quantity: '10' } as const;
  await expect(explain({ ...given, quantity: '10.1' })).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(explain({ ...given, side: 'shortage' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(explain({ ...given, kind: 'deposit_interest' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(explain({ ...given, accruedAt: custody.clock.now() })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  const { explanationId, approval } = await explain(given);
  await expect(explain({ ...given, quantity: '1' })).rejects.toMatchObject({ code: 'CONFLICT' });
  await decide(custody, approval, 'reject');
  expect(await readingOf('ADA')).toMatchObject({ agrees: false });
  expect(await row(explanationId)).toMatchObject({ state: 'rejected', endReason: '확인함' });
});

it('lapses when what was explained has gone by the time the account is read', async () => {
  await wrongBy('XRP', '5');
  await readingOf('XRP');
  const { explanationId, approval } = await explain({ asset: 'XRP', kind: 'venue_correction', side: 'excess', quantity: '5' });
  await wrongBy('XRP', '0');
  await approve(custody, approval);
  await readingOf('XRP');
  expect(await row(explanationId)).toMatchObject({ state: 'lapsed', endReason: '거래소 0, 장부 0' });
  expect(await custody.database.read.alert.count({ where: { code: 'explanation_lapsed' } })).toBe(1);
});

it('makes the city good for coins that are gone, or ends the duty of the holding whose they were', async () => {
  const holding = await receiveHolding(custody, 'SOL', '8');
  await wrongBy('SOL', '-1');
  for (let reading = 1; reading <= 3; reading++) await readingOf('SOL');
  const citys = await explain({ asset: 'SOL', kind: 'venue_correction', side: 'shortage', quantity: '0.4' });
  const owners = await explain({ asset: 'SOL', kind: 'dust_conversion', side: 'shortage', quantity: '0.6', holdingId: holding.holdingId });
  await approve(custody, citys.approval);
  await approve(custody, owners.approval);
  // What is missing stands on unexplained, so the freeze stays although exchange and books agree.
  expect(await readingOf('SOL')).toMatchObject({ venueQuantity: '7', ledgerQuantity: '7', agrees: true, isFrozen: true });
  expect(await heldText(custody, holding.holdingId, 'SOL')).toBe('7.4');
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'SOL', quantity: '0.4', confirmationSeconds: 0 });
  await readingOf('SOL');
  const deposit = await custody.database.read.venueDeposit.findFirstOrThrow({ where: { asset: 'SOL', state: 'unidentified' } });
  const made = await custody.database.work(custody.officer.actor, (work) =>
    requestAllocation(work, { depositRowId: deposit.id, use: 'make_good', reason: '시 재원으로 메움', expiresAt: expiry(custody) }),
  );
  await approve(custody, made.approval);
  const freeze = await freezeOf('SOL');
  const release = await custody.database.work(custody.officer.actor, (work) =>
    requestFreezeRelease(work, { freezeId: freeze?.id ?? 0, explanation: '거래소 정정분을 메움', expiresAt: expiry(custody) }),
  );
  await approve(custody, release);
  expect(await readingOf('SOL')).toMatchObject({ agrees: true, isFrozen: false });
  const owed = await coinBalance(custody.database.read, { chart: CHART.dutyToOwner, subject: `holding:${holding.holdingId}` }, 'SOL');
  expect(owed.toString()).toBe('-7.4');
  expect(await broken()).toEqual([]);
});

it('gives the coins of a fork to those who held what it forked from, as holdings of their own that can be sent back', async () => {
  const first = await receiveHolding(custody, 'AQT', '30');
  const second = await receiveHolding(custody, 'AQT', '10');
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'AQT', quantity: '10', confirmationSeconds: 0 });
  await readingOf('AQT');
  const accruedAt = custody.clock.now();
  await wrongBy('MOC', '5');
  await readingOf('MOC');
  const given = { asset: 'MOC', kind: 'fork', side: 'excess', quantity: '5' } as const;
  await expect(explain({ ...given, accruedAt })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(explain({ ...given, accruedOf: 'AQT' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(explain({ ...given, accruedAt, accruedOf: 'MOC' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(explain({ ...given, accruedAt, accruedOf: 'KRW@upbit' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  const { explanationId, approval } = await explain({ ...given, accruedAt, accruedOf: 'AQT' });
  await approve(custody, approval);
  expect(await readingOf('MOC')).toMatchObject({ ledgerQuantity: '5', agrees: true });

  const parts = await custody.database.read.explanationPart.findMany({ where: { explanationId }, orderBy: { holdingId: 'asc' } });
  expect(parts.map(({ caseId, quantity }) => [caseId, quantity.toFixed()])).toEqual([
    [first.caseId, '3'],
    [second.caseId, '1'],
  ]);
  const forked = await custody.database.read.holding.findFirstOrThrow({ where: { caseId: first.caseId, asset: 'MOC' } });
  expect(forked).toMatchObject({ state: 'received', venueAccountId: custody.accountId, accountReference: first.source });
  // The tenth that nobody had is nobody's.
  const rest = await custody.database.read.venueDeposit.findFirstOrThrow({ where: { asset: 'MOC' } });
  expect([rest.state, rest.quantity.toFixed()]).toEqual(['unidentified', '1']);
  expect(await broken()).toEqual([]);

  // A second gift to the same holders goes into the holdings that are there by now.
  await wrongBy('MOC', '10');
  await readingOf('MOC');
  const again = await explain({ ...given, accruedAt, accruedOf: 'AQT' });
  await approve(custody, again.approval);
  await readingOf('MOC');
  expect(await heldText(custody, forked.id, 'MOC')).toBe('6');
  expect(await broken()).toEqual([]);

  await setPhase(custody, first.caseId, 'settled');
  const { personId } = await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: first.caseId } });
  await custody.database.work(testActor, (work) =>
    listAddress(custody, work, { asset: 'MOC', personId, depositRowId: null, address: first.source }),
  );
  const request = { holdingId: forked.id, reason: '완납', expiresAt: expiry(custody) };
  const { transferId } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  expect((await custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id: transferId } })).quantity.toFixed()).toBe('6');
});

it('adds the account up from its events, and every asset of it agrees with the books', async () => {
  const account = { accountId: custody.accountId, venueCode: custody.port.venue };
  const replayed = await replayBalances(custody.database.read, account);
  expect(replayed.filter(({ agrees }) => !agrees)).toEqual([]);
  expect(replayed.find(({ asset }) => asset === 'SOL')).toMatchObject({ deposited: '8.4', explained: '-1', eventQuantity: '7.4' });
  expect(replayed.find(({ asset }) => asset === 'ETH')).toMatchObject({ deposited: '4', explained: '0.1', ledgerQuantity: '4.1' });
});
