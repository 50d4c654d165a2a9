import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestExplanation } from '../../src/custody/explanation.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { freezeAsset, freezeByPerson, requestFreezeRelease } from '../../src/venue/freeze.ts';
import { tightenTrading } from '../../src/venue/trading-state.ts';
import { testActor } from '../support/database.ts';
import { approve, CITY, type Custody, endCustody, expiry, later, receiveHolding, startCustody } from './custody-fixture.ts';

/* One freeze of an asset is open at a time; it is as grave as the gravest reason that was given for it. */

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

async function readingOf(asset: string) {
  later(custody, 60);
  return (await reconcileAccount(custody.database, custody.port, custody.accountId)).find((reading) => reading.asset === asset);
}

function freezeOf(asset: string) {
  return custody.database.read.assetFreeze.findFirst({ where: { asset, liftedAt: null } });
}

function byPerson(asset: string, reason: string) {
  return custody.database.work(custody.officer.actor, (work) => freezeByPerson(work, { accountId: custody.accountId, asset, reason }));
}

/** Three readings find a coin more than the books have, and two officials say what it is. */
async function differAndExplain(asset: string, meanwhile: () => Promise<unknown>): Promise<void> {
  await receiveHolding(custody, asset, '4');
  await custody.exchange.operator.setWrongBalance({ accountId: CITY, asset, wrongBy: '1' });
  for (let reading = 1; reading <= 3; reading++) await readingOf(asset);
  expect(await freezeOf(asset)).toMatchObject({ reason: 'balance_difference' });
  await meanwhile();
  const { approval } = await custody.database.work(custody.officer.actor, (work) =>
    requestExplanation(work, {
      accountId: custody.accountId,
      asset,
      kind: 'airdrop',
      side: 'excess',
      quantity: '1',
      reference: '공지 2026-31',
      occurredOn: civilDate('2026-01-05'),
      reason: '거래소 공지를 확인함',
      expiresAt: expiry(custody),
    }),
  );
  await approve(custody, approval);
}

it('stays as long as the person who asked for it wants it, though the difference is explained, and says who asked', async () => {
  await differAndExplain('ETH', async () => {
    expect(await byPerson('ETH', '수사기관의 요청')).toMatchObject({ isNew: false });
  });
  expect(await readingOf('ETH')).toMatchObject({ agrees: true, isFrozen: true });
  const freeze = await freezeOf('ETH');
  expect(freeze).toMatchObject({ reason: 'by_person', facts: { reason: '수사기관의 요청' } });
  const events = await custody.database.read.auditEvent.findMany({
    where: { subject: `asset_freeze:${freeze?.id}`, action: 'asset.freeze_restated' },
  });
  expect(events.map(({ actor }) => actor)).toEqual([`user:${custody.officer.userId}`]);
  const release = { freezeId: freeze?.id ?? 0, explanation: '요청이 끝남', expiresAt: expiry(custody) };
  await approve(custody, await custody.database.work(custody.officer.actor, (work) => requestFreezeRelease(work, release)));
  expect(await freezeOf('ETH')).toBeNull();
});

it('is not lifted by itself after something left that nobody had instructed', async () => {
  const facts = { withdrawalId: 'w-1', quantity: '1', state: 'done' };
  const input = { accountId: custody.accountId, asset: 'SOL', reason: 'unknown_withdrawal', facts } as const;
  await differAndExplain('SOL', () => custody.database.work(testActor, (work) => freezeAsset(work, input)));
  expect(await readingOf('SOL')).toMatchObject({ agrees: true, isFrozen: true });
  expect(await freezeOf('SOL')).toMatchObject({ reason: 'unknown_withdrawal', facts });
});

it('keeps the graver reason when a lighter one comes, and is lifted with its difference where nothing graver came', async () => {
  await byPerson('BTC', '점검');
  const facts = { venue: '1', ledger: '2', readings: 3 };
  await custody.database.work(testActor, (work) =>
    freezeAsset(work, { accountId: custody.accountId, asset: 'BTC', reason: 'balance_difference', facts }),
  );
  expect(await freezeOf('BTC')).toMatchObject({ reason: 'by_person', facts: { reason: '점검' } });
  await differAndExplain('ADA', async () => undefined);
  expect(await readingOf('ADA')).toMatchObject({ agrees: true, isFrozen: false });
});

it('keeps no number of a person, nor does the reason for stricter trading', async () => {
  await expect(byPerson('XRP', '010-1234-5678에서 신고')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(await freezeOf('XRP')).toBeNull();
  const stop = { scope: { kind: 'installation' }, to: 'HALTED', reason: '010-1234-5678에서 신고' } as const;
  await expect(custody.database.work(custody.officer.actor, (work) => tightenTrading(work, stop))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});
