import { afterAll, beforeAll, expect, it } from 'vitest';
import { replayBalances } from '../../src/custody/balance-replay.ts';
import { requestAllocation } from '../../src/custody/deposit-allocation.ts';
import { type ExplanationRequest, requestExplanation } from '../../src/custody/explanation.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { requestFreezeRelease } from '../../src/venue/freeze.ts';
import { brokenInvariants } from '../support/invariants.ts';
import {
  approve,
  CITY,
  type Custody,
  decide,
  expiry,
  heldText,
  later,
  receiptText,
  receiveHolding,
  startCustody,
  unbalancedAssets,
} from './custody-fixture.ts';

/* A difference that no deposit and no withdrawal shows: what it is, one official says and another agrees. */

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(async () => {
  expect(await unbalancedAssets(custody)).toEqual([]);
  await custody.exchange.stop();
});

async function readingOf(asset: string) {
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

/** What does not hold; of holdings, received and what explanations gave or took is what is held, sold or returned (invariant 2). */
async function broken(): Promise<string[]> {
  const known = (await brokenInvariants(custody.database)).filter((text) => !text.startsWith('received_is_accounted'));
  const rows = await custody.database.read.$queryRaw<{ id: number }[]>`
    SELECT h.id FROM holding h
     WHERE (SELECT coalesce(sum(quantity), 0) FROM deposit_match WHERE holding_id = h.id)
         + (SELECT coalesce(sum(quantity), 0) FROM explanation_part WHERE holding_id = h.id)
        <> (SELECT coalesce(sum(b.balance), 0) FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
             WHERE a.subject = 'holding:' || h.id AND a.chart_code IN ('1110', '1120', '1130'))`;
  return [...known, ...rows.map(({ id }) => `holding:${id}`)];
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

it('adds the account up from its events, and every asset of it agrees with the books', async () => {
  const account = { accountId: custody.accountId, venueCode: custody.port.venue };
  const replayed = await replayBalances(custody.database.read, account);
  expect(replayed.filter(({ agrees }) => !agrees)).toEqual([]);
  expect(replayed.find(({ asset }) => asset === 'SOL')).toMatchObject({ deposited: '8.4', explained: '-1', eventQuantity: '7.4' });
  expect(replayed.find(({ asset }) => asset === 'ETH')).toMatchObject({ deposited: '4', explained: '0.1', ledgerQuantity: '4.1' });
});
