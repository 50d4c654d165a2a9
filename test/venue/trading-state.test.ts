import { beforeAll, describe, expect, it } from 'vitest';
import type { Approval } from '../../src/database/generated/client.ts';
import type { Database } from '../../src/database/work.ts';
import { decideApproval, withdrawApproval } from '../../src/identity/approval.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { applyFreezeRelease, freezeAsset, isFrozen, openFreezes, requestFreezeRelease } from '../../src/venue/freeze.ts';
import { requireMovementAllowed } from '../../src/venue/movement-gate.ts';
import { haltWhenRestored, markRestored } from '../../src/venue/restored.ts';
import {
  applyLooserTrading,
  requestLooserTrading,
  stricter,
  type TradingScope,
  tightenTrading,
  tradingState,
} from '../../src/venue/trading-state.ts';
import { createOfficial, type Official, principalOf } from '../identity/officials.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { registerSampleAccount } from '../support/sample-account.ts';
import { vouchFor } from '../support/sample-reading.ts';

let database: Database;
let officer: Official;
let approver: Official;
let first: number;
let second: number;

const INSTALLATION: TradingScope = { kind: 'installation' };

beforeAll(async () => {
  ({ database } = await createTestDatabase());
  officer = await createOfficial(database, 'officer', ['collection_officer']);
  approver = await createOfficial(database, 'approver', ['approver']);
  first = await register('1호');
  second = await register('2호');
});

function register(label: string): Promise<number> {
  return registerSampleAccount(database, { label, accessKey: `access-key-${label}-sample`, secretKey: `secret-key-${label}-sample` });
}

function tighten(scope: TradingScope, to: 'ACTIVE' | 'REDUCING' | 'HALTED'): Promise<boolean> {
  return database.work(officer.actor, (work) => tightenTrading(work, { scope, to, reason: '점검' }));
}

function askLooser(scope: TradingScope, to: 'ACTIVE' | 'REDUCING'): Promise<Approval> {
  const expiresAt = new Date(database.clock.now().getTime() + 86_400_000);
  return database.work(officer.actor, (work) => requestLooserTrading(work, { scope, to, reason: '점검 완료', expiresAt }));
}

async function approveAndApply(approval: Approval, apply: typeof applyLooserTrading): Promise<void> {
  const principal = await principalOf(database, approver.userId);
  await database.work(approver.actor, async (work) => {
    await apply(work, await decideApproval(work, principal, { approvalId: approval.id, decision: 'approve', reason: '확인' }));
  });
}

async function markReconciled(): Promise<void> {
  await database.work(testActor, (work) => work.tx.venueAccount.updateMany({ data: { reconciledAt: work.at } }));
}

describe('the trading state', () => {
  it('is the stricter of the installation’s and the account’s', async () => {
    expect(stricter('ACTIVE', 'REDUCING')).toBe('REDUCING');
    expect(stricter('HALTED', 'REDUCING')).toBe('HALTED');
    expect(await tradingState(database.read, first)).toBe('ACTIVE');
    await tighten({ kind: 'account', accountId: first }, 'REDUCING');
    expect([await tradingState(database.read, first), await tradingState(database.read, second)]).toEqual(['REDUCING', 'ACTIVE']);
    await tighten(INSTALLATION, 'HALTED');
    expect([await tradingState(database.read, first), await tradingState(database.read, second)]).toEqual(['HALTED', 'HALTED']);
    expect(await database.read.alert.count({ where: { code: 'trading_tightened' } })).toBe(2);
  });

  it('is tightened once, and never loosened without an approval', async () => {
    expect(await tighten(INSTALLATION, 'HALTED')).toBe(false);
    await expect(tighten(INSTALLATION, 'ACTIVE')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is loosened by somebody else than who asked, once every account was compared with the ledger', async () => {
    const approval = await askLooser(INSTALLATION, 'ACTIVE');
    const self = await principalOf(database, officer.userId);
    const decision = { approvalId: approval.id, decision: 'approve', reason: '확인' } as const;
    await expect(database.work(officer.actor, (work) => decideApproval(work, self, decision))).rejects.toMatchObject({
      code: 'APPROVAL_BY_MAKER',
    });
    await expect(approveAndApply(approval, applyLooserTrading)).rejects.toMatchObject({
      code: 'CONFLICT',
      facts: { accounts: [first, second] },
    });
    await markReconciled();
    await approveAndApply(approval, applyLooserTrading);
    expect([await tradingState(database.read, first), await tradingState(database.read, second)]).toEqual(['REDUCING', 'ACTIVE']);
  });

  it('stays when it was tightened again after an approval was asked for', async () => {
    const scope: TradingScope = { kind: 'account', accountId: first };
    const approval = await askLooser(scope, 'ACTIVE');
    await tighten(scope, 'HALTED');
    await expect(approveAndApply(approval, applyLooserTrading)).rejects.toMatchObject({ code: 'APPROVAL_STALE' });
    expect(await tradingState(database.read, first)).toBe('HALTED');
  });
});

describe('a frozen asset', () => {
  it('is frozen once while open, and lifted with somebody else’s approval only', async () => {
    const freeze = () =>
      database.work(officer.actor, (work) => freezeAsset(work, { accountId: second, asset: 'BTC', reason: 'by_person', facts: {} }));
    await database.work(testActor, seedPolicy);
    await vouchFor(database, second, 'BTC');
    const one = await freeze();
    expect(await freeze()).toEqual({ freezeId: one.freezeId, isNew: false });
    expect(await isFrozen(database.read, second, 'BTC')).toBe(true);
    expect([await isFrozen(database.read, second, 'ETH'), await isFrozen(database.read, first, 'BTC')]).toEqual([false, false]);
    await expect(moveAt(second, 'BTC', 'finish')).rejects.toMatchObject({ code: 'ASSET_FROZEN' });
    const expiresAt = new Date(database.clock.now().getTime() + 86_400_000);
    const approval = await database.work(officer.actor, (work) =>
      requestFreezeRelease(work, { freezeId: one.freezeId, explanation: '거래소 점검으로 확인', expiresAt }),
    );
    expect(await isFrozen(database.read, second, 'BTC')).toBe(true);
    await approveAndApply(approval, applyFreezeRelease);
    expect(await openFreezes(database.read)).toEqual([]);
    await moveAt(second, 'BTC', 'start');
    expect((await freeze()).isNew).toBe(true);
  });
});

function moveAt(accountId: number, asset: string, kind: 'start' | 'finish'): Promise<void> {
  return database.work(testActor, (work) => requireMovementAllowed(work, { accountId, asset, kind }));
}

describe('a restored database', () => {
  it('starts HALTED once when it is a copy of another one, as a test database is, and as it was from then on', async () => {
    expect(await haltWhenRestored(database)).toBe(true);
    expect(await haltWhenRestored(database)).toBe(false);
    expect(await tradingState(database.read, second)).toBe('HALTED');
  });

  it('forgets that its accounts were compared even when it had been HALTED before', async () => {
    await markReconciled();
    await database.work(testActor, (work) => work.tx.installation.update({ where: { id: 1 }, data: { fingerprint: '2/1/2' } }));
    expect(await tradingState(database.read, second)).toBe('HALTED');
    expect(await haltWhenRestored(database)).toBe(true);
    expect(await database.read.venueAccount.count({ where: { reconciledAt: { not: null } } })).toBe(0);
  });

  it.each([
    [
      'runs in another cluster',
      () => database.work(testActor, (work) => work.tx.installation.update({ where: { id: 1 }, data: { fingerprint: '1/1/1' } })),
    ],
    ['was restored in place', () => markRestored(database)],
  ])('starts HALTED when it %s, says so, and forgets that its accounts were compared', async (_name, restore) => {
    await markReconciled();
    await database.work(testActor, (work) =>
      work.tx.installation.update({ where: { id: 1 }, data: { tradingState: 'ACTIVE', tradingStateReason: null } }),
    );
    await database.read.alert.updateMany({ data: { acknowledgedAt: database.clock.now(), acknowledgedById: officer.userId } });
    await restore();
    expect(await haltWhenRestored(database)).toBe(true);
    expect(await haltWhenRestored(database)).toBe(false);
    expect(await tradingState(database.read, second)).toBe('HALTED');
    await expect(moveAt(second, 'ETH', 'finish')).rejects.toMatchObject({ code: 'TRADING_HALTED' });
    expect(await database.read.alert.count({ where: { code: 'restored_database', acknowledgedAt: null } })).toBe(1);
    expect(await database.read.auditEvent.count({ where: { action: 'trading.halted_after_restore' } })).toBeGreaterThan(0);
    const approval = await askLooser(INSTALLATION, 'ACTIVE');
    await expect(approveAndApply(approval, applyLooserTrading)).rejects.toMatchObject({ code: 'CONFLICT' });
    await database.work(officer.actor, (work) => withdrawApproval(work, approval.id));
  });
});
