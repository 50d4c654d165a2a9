import { afterAll, beforeAll, expect, it } from 'vitest';
import { replayBalances } from '../../src/custody/balance-replay.ts';
import { confirmInstructed } from '../../src/custody/instruction.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { testActor } from '../support/database.ts';
import {
  approve,
  CITY,
  type Custody,
  endCustody,
  expiry,
  instruct,
  later,
  receiveHolding,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

/* The books are what deposits, transfers, withdrawals and explanations add up to, whatever the exchange says. */

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

async function replayed(asset: string) {
  const account = { accountId: custody.accountId, venueCode: custody.port.venue };
  return (await replayBalances(custody.database.read, account)).find((balance) => balance.asset === asset);
}

function read() {
  return reconcileAccount(custody.database, custody.port, custody.accountId);
}

it('counts what was sent back, what left without instruction and won like the ledger does', async () => {
  const holding = await receiveHolding(custody, 'ETH', '3');
  await setPhase(custody, holding.caseId, 'settled');
  await custody.exchange.operator.depositWon({ accountId: CITY, amount: '70000' });
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'ETH', quantity: '2', confirmationSeconds: 0 });
  await read();
  const request = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const asked = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, asked.approval);
  await instruct(custody, asked.transferId);
  await custody.exchange.operator.transferInternally({
    fromAccountId: CITY,
    toAccountId: holding.source,
    asset: 'ETH',
    quantity: '3',
    by: 'owner',
  });
  await custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId: asked.transferId }));
  later(custody, 120);
  await read();
  expect(await replayed('ETH')).toMatchObject({ deposited: '5', sent: '-3', lost: '0', eventQuantity: '2', agrees: true });
  await custody.exchange.operator.transferInternally({
    fromAccountId: CITY,
    toAccountId: holding.source,
    asset: 'ETH',
    quantity: '0.5',
    by: 'owner',
  });
  later(custody, 120);
  await read();
  expect(await replayed('ETH')).toMatchObject({ deposited: '5', sent: '-3', lost: '-0.5', eventQuantity: '1.5', agrees: true });
  expect(await replayed('KRW@upbit')).toMatchObject({ deposited: '70000', eventQuantity: '70000', agrees: true });
});

it('tells of a posting that nothing stands for, once, and looks again only after the policy’s time', async () => {
  await receiveHolding(custody, 'SOL', '4');
  const amount = CoinAmount.of('SOL', '1');
  const rest = { subject: 'deposit:0', place: `account:${custody.accountId}` };
  await custody.database.work(testActor, (work) =>
    post(
      work,
      entry({ key: 'phantom', kind: 'phantom', occurredOn: civilDate('2026-01-05'), cause: 'test:1', memo: '' })
        .debit(CHART.coinsUnidentified, rest, amount)
        .credit(CHART.dutyUnidentified, rest, amount)
        .build(),
    ),
  );
  const alerts = () => custody.database.read.alert.findMany({ where: { code: 'books_differ_from_events' } });
  await read();
  expect(await alerts()).toEqual([]);
  later(custody, 86_400);
  await read();
  await read();
  const [told, ...others] = await alerts();
  expect(others).toEqual([]);
  expect(told).toMatchObject({ severity: 'critical', facts: { assets: [{ asset: 'SOL', events: '4', ledger: '5' }] } });
  const kept = await custody.database.read.balanceReplay.findMany({ where: { asset: 'SOL', agrees: false } });
  expect(kept).toHaveLength(1);
});
