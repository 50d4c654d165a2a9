import { afterAll, beforeAll, expect, test } from 'vitest';
import { matchWonDeposit } from '../../src/custody/deposit-decision.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { lockRows } from '../../src/database/locks.ts';
import { CITY, type Custody, demandHolding, depositRow, endCustody, startCustody } from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

// A decision to sell stands under the taxpayer's lock; won that comes in beside it changes what is still to be sold for.
test('won is matched to a case under the lock of its taxpayer, taken before that of the case', async () => {
  const { database, officer, port, accountId, exchange } = custody;
  const { transferId } = await exchange.operator.depositWon({ accountId: CITY, amount: '50000' });
  await readDeposits(database, port, accountId);
  const { id: depositRowId } = await depositRow(custody, transferId);
  const { caseId } = await demandHolding(custody, 'BTC', '1');
  await database.work(officer.actor, async (work) => {
    await matchWonDeposit(work, { depositRowId, caseId, reason: '거래소 확인' });
    const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
    // What is held already costs nothing; what is not comes too late behind a case and is refused.
    await lockRows(work, 'person', [personId]);
  });
  expect(await database.read.depositMatch.count({ where: { depositRowId, caseId } })).toBe(1);
});
