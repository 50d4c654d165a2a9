import { afterAll, beforeAll, expect, it } from 'vitest';
import { matchDeposit } from '../../src/custody/deposit-decision.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { venueWonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { checkDepositAddresses } from '../../src/venue/deposit-address.ts';
import { testActor } from '../support/database.ts';
import {
  CITY,
  type Custody,
  demandHolding,
  depositRow,
  endCustody,
  heldText,
  later,
  moveToCity,
  receiptText,
  startCustody,
} from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

function read(): Promise<unknown> {
  return readDeposits(custody.database, custody.port, custody.accountId);
}

it('an unreported deposit is unidentified even when its quantity fits, until an officer decides', async () => {
  const holding = await demandHolding(custody, 'ADA', '12.5');
  const { depositId } = await moveToCity(custody, holding.source, 'ADA', '12.5');
  later(custody, 61);
  await read();
  const row = await depositRow(custody, depositId);
  expect(row.reasons).toEqual(['exact_quantity']);
  expect(await heldText(custody, holding.holdingId, 'ADA')).toBe('0');
  const decision = { depositRowId: row.id, holdingId: holding.holdingId, reason: '거래소 담당자와 통화하여 확인' };
  await custody.database.work(custody.officer.actor, (work) => matchDeposit(work, decision));
  expect(await heldText(custody, holding.holdingId, 'ADA')).toBe('12.5');
  expect(await receiptText(custody, holding.caseId)).toMatchObject({ state: 'received', received: '12.5' });
  await expect(custody.database.work(custody.officer.actor, (work) => matchDeposit(work, decision))).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  expect(await heldText(custody, holding.holdingId, 'ADA')).toBe('12.5');
});

it('an unreported deposit of an asset that nobody demanded, from an unknown sender, or over a strange network is told apart and alarms a person', async () => {
  await checkDepositAddresses(custody.database, testActor, custody.port, custody.accountId);
  const known = await custody.exchange.operator.depositFromChain({
    accountId: CITY,
    asset: 'DOGE',
    quantity: '5',
    confirmationSeconds: 0,
  });
  const strange = await custody.exchange.operator.depositFromChain({
    accountId: CITY,
    asset: 'DOGE',
    quantity: '6',
    network: 'BSC',
    confirmationSeconds: 0,
  });
  const holding = await demandHolding(custody, 'AQT', '9');
  const odd = await moveToCity(custody, holding.source, 'AQT', '8');
  later(custody, 61);
  await read();
  expect((await depositRow(custody, known.transferId)).reasons).toEqual(['not_demanded']);
  expect((await depositRow(custody, strange.transferId)).reasons).toEqual(['wrong_network', 'not_demanded']);
  const oddRow = await depositRow(custody, odd.depositId);
  expect(oddRow.reasons).toEqual(['unknown_sender']);
  const alerts = await custody.database.read.alert.count({
    where: { code: 'deposit_unidentified', subject: `venue_deposit:${oddRow.id}` },
  });
  expect(alerts).toBe(1);
});

it('an unreported deposit in won goes to an account of its own', async () => {
  const { transferId } = await custody.exchange.operator.depositWon({ accountId: CITY, amount: '150000.5' });
  await read();
  const row = await depositRow(custody, transferId);
  expect(row).toMatchObject({ asset: 'KRW@upbit', state: 'unidentified', reasons: ['won'] });
  const filter = { chart: CHART.venueWonUnidentified, place: `account:${custody.accountId}` } as const;
  expect((await venueWonBalance(custody.database.read, filter, 'upbit')).toString()).toBe('150000.5');
});
