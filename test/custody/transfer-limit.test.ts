import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { abandonTransfer, confirmInstructed } from '../../src/custody/instruction.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer, requestDepositReturn } from '../../src/custody/return.ts';
import { limitBreach } from '../../src/custody/transfer-limit.ts';
import { readWithdrawals } from '../../src/custody/withdrawals.ts';
import { applyDecisions } from '../../src/http/approval-effects.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { dayToColumn, seoulDay } from '../../src/kernel/civil-date.ts';
import { CoinAmount, Won } from '../../src/kernel/money.ts';
import { transferDailyLimits } from '../../src/policy/definitions/custody.ts';
import { createOfficial, type Official, principalOf } from '../identity/officials.ts';
import { testActor } from '../support/database.ts';
import {
  approve,
  CITY,
  type Custody,
  decide,
  endCustody,
  expiry,
  instruct,
  later,
  listSender,
  receiveHolding,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

let custody: Custody;
let director: Official;

beforeAll(async () => {
  custody = await startCustody();
  director = await createOfficial(custody.database, 'director', ['approver']);
});

afterAll(() => endCustody(custody));

/** From today on. */
async function limit(krw: string, units: Readonly<Record<string, string>> = {}): Promise<void> {
  await custody.database.work(testActor, (work) =>
    work.tx.policyValue.create({
      data: {
        key: transferDailyLimits.key,
        value: { krw, units },
        validFrom: dayToColumn(seoulDay(work.at)),
        source: '표본',
        createdAt: work.at,
      },
    }),
  );
}

/** A settled holding of coins worth a thousand won each. */
async function held(asset: string, quantity: string): Promise<number> {
  const holding = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, holding.caseId, 'settled');
  return holding.holdingId;
}

function ask(holdingId: number, asset: string, quantity: string) {
  const request = { holdingId, quantity: CoinAmount.of(asset, quantity), reason: '완납', expiresAt: expiry(custody) };
  return custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
}

async function approved(holdingId: number, asset: string, quantity: string): Promise<number> {
  const { transferId, approval } = await ask(holdingId, asset, quantity);
  await approve(custody, approval);
  return transferId;
}

describe('the rule', () => {
  const limits = { krw: Won.of('1000'), units: undefined };
  const worth = (won: string) => ({ quantity: CoinAmount.of('BTC', '2'), worth: Won.of(won) });
  it('lets go what reaches the limit and no more, and nothing that cannot be counted', () => {
    expect(limitBreach(limits, worth('1000'))).toBeUndefined();
    expect(limitBreach(limits, worth('1001'))).toBe('krw');
    const inUnits = (units: string) => ({ ...limits, units: CoinAmount.of('BTC', units) });
    expect(limitBreach(inUnits('2'), worth('1000'))).toBeUndefined();
    expect(limitBreach(inUnits('1.999999999999999999'), worth('1'))).toBe('units');
    const unknown = { quantity: CoinAmount.of('BTC', '2'), worth: undefined };
    expect(limitBreach(limits, unknown)).toBe('worth_unknown');
    expect(limitBreach(inUnits('2'), unknown)).toBeUndefined();
  });
});

describe('the day’s limit of an asset at an account', () => {
  it('counts what was instructed today, also unsent, until tomorrow, and what has failed no longer', async () => {
    await limit('10000');
    const [eth, btc] = [await held('ETH', '30'), await held('BTC', '1')];
    const first = await approved(eth, 'ETH', '6');
    const second = await approved(eth, 'ETH', '5');
    const third = await approved(eth, 'ETH', '4');
    await instruct(custody, first);
    await expect(instruct(custody, second)).rejects.toMatchObject({
      code: 'TRANSFER_LIMIT_REACHED',
      facts: { asset: 'ETH', quantity: '11', limitKrw: '10000' },
    });
    expect(await custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id: second } })).toMatchObject({
      state: 'approved',
      intentId: null,
    });
    await instruct(custody, third);
    await instruct(custody, first);
    await instruct(custody, await approved(btc, 'BTC', '1'));
    await abandonTransfer(custody.database, custody.officer.actor, custody.port, { transferId: first, reason: '보내지 않음' });
    await instruct(custody, second);
    const fourth = await approved(eth, 'ETH', '9');
    await expect(instruct(custody, fourth)).rejects.toMatchObject({ code: 'TRANSFER_LIMIT_REACHED' });
    later(custody, 86_400);
    await instruct(custody, fourth);
  });

  it('holds against instructions that are taken at the same time', async () => {
    await limit('10000');
    const sol = await held('SOL', '30');
    const transfers: number[] = [];
    for (let each = 0; each < 4; each++) transfers.push(await approved(sol, 'SOL', '4'));
    const taken = await Promise.allSettled(transfers.map((transferId) => instruct(custody, transferId)));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await custody.database.read.coinTransfer.count({ where: { asset: 'SOL', state: 'instructed' } })).toBe(2);
  });

  it('may be set in units, without which an asset that was never valued does not leave', async () => {
    const foreign = { accountId: CITY, asset: 'MOC', quantity: '4', confirmationSeconds: 0 };
    await custody.exchange.operator.depositFromChain(foreign);
    await reconcileAccount(custody.database, custody.port, custody.accountId);
    const { id: depositRowId } = await custody.database.read.venueDeposit.findFirstOrThrow({ where: { asset: 'MOC' } });
    const addressId = await listSender(custody, depositRowId, 'sender');
    const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) =>
      requestDepositReturn(work, { depositRowId, addressId, reason: '송신인 반환', expiresAt: expiry(custody) }),
    );
    expect(approval).toMatchObject({ moneyAtStake: null, secondNeeded: true });
    await decide(custody, approval, 'approve');
    await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await seconded(approval.id);
    await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'TRANSFER_WORTH_UNKNOWN' });
    later(custody, 86_400);
    await limit('10000', { MOC: '3.9' });
    await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'TRANSFER_LIMIT_REACHED', facts: { limitUnits: '3.9' } });
    later(custody, 86_400);
    await limit('10000', { MOC: '4' });
    await instruct(custody, transferId);
  });
});

/** The second of two approvers agrees. */
async function seconded(approvalId: number): Promise<void> {
  const principal = await principalOf(custody.database, director.userId);
  await custody.database.work(director.actor, async (work) => {
    await applyDecisions(work, [await decideApproval(work, principal, { approvalId, decision: 'approve', reason: '확인' })]);
  });
}

it('a return worth much takes two approvers, and is not instructed after the first', async () => {
  const holdingId = await held('LINK', '200000');
  const { transferId, approval } = await ask(holdingId, 'LINK', '100000');
  expect(approval).toMatchObject({ moneyAtStake: 100_000_000n, secondNeeded: true });
  const decision = { approvalId: approval.id, decision: 'approve', reason: '확인' } as const;
  const first = await principalOf(custody.database, custody.approver.userId);
  await custody.database.work(custody.approver.actor, (work) => decideApproval(work, first, decision));
  await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'CONFLICT' });
  const again = custody.database.work(custody.approver.actor, (work) => decideApproval(work, first, decision));
  await expect(again).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const second = await principalOf(custody.database, director.userId);
  await custody.database.work(director.actor, (work) => decideApproval(work, second, decision));
  expect(await custody.database.read.approval.findUniqueOrThrow({ where: { id: approval.id } })).toMatchObject({ state: 'approved' });
});

describe('what leaves in pieces', () => {
  it('takes two approvers as the whole would, with what is under way and what was done today', async () => {
    later(custody, 86_400);
    await limit('1000000000');
    const holdingId = await held('XRP', '200000');
    const first = await ask(holdingId, 'XRP', '60000');
    expect(first.approval).toMatchObject({ moneyAtStake: 60_000_000n, secondNeeded: false });
    const second = await ask(holdingId, 'XRP', '40000');
    expect(second.approval).toMatchObject({ moneyAtStake: 100_000_000n, secondNeeded: true });
    await decide(custody, second.approval, 'reject');
    await approve(custody, first.approval);
    await instruct(custody, first.transferId);
    const { accountReference } = await custody.database.read.holding.findUniqueOrThrow({ where: { id: holdingId } });
    const sent = { fromAccountId: CITY, toAccountId: accountReference, asset: 'XRP', quantity: '60000', by: 'owner' } as const;
    const { transactionId } = await custody.exchange.operator.transferInternally(sent);
    await custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId: first.transferId, transactionId }));
    later(custody, 61);
    await readWithdrawals(custody.database, custody.port, custody.accountId);
    expect((await custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id: first.transferId } })).state).toBe('done');
    const third = await ask(holdingId, 'XRP', '40000');
    expect(third.approval).toMatchObject({ moneyAtStake: 100_000_000n, secondNeeded: true });
  });

  it('may be a deposit that is more than one day’s limit', async () => {
    await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'XRP', quantity: '9', confirmationSeconds: 0 });
    await reconcileAccount(custody.database, custody.port, custody.accountId);
    const { id: depositRowId } = await custody.database.read.venueDeposit.findFirstOrThrow({
      where: { asset: 'XRP', state: 'unidentified' },
      orderBy: { id: 'desc' },
    });
    const addressId = await listSender(custody, depositRowId, 'sender');
    const giveBack = (quantity?: string) =>
      custody.database.work(custody.officer.actor, (work) =>
        requestDepositReturn(work, { depositRowId, addressId, quantity, reason: '송신인 반환', expiresAt: expiry(custody) }),
      );
    await expect(giveBack('9.1')).rejects.toMatchObject({ code: 'CONFLICT' });
    const part = await giveBack('5');
    expect(part.approval).toMatchObject({ moneyAtStake: 5_000n });
    await expect(giveBack('4.1')).rejects.toMatchObject({ code: 'CONFLICT' });
    const rest = await giveBack();
    expect(rest.approval).toMatchObject({ moneyAtStake: 9_000n });
    const returned = await custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id: rest.transferId } });
    expect(returned.quantity.toFixed()).toBe('4');
    await expect(giveBack('0.1')).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
