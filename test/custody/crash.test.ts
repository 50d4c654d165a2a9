import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDeposits } from '../../src/custody/deposits.ts';
import { importTransferReport } from '../../src/custody/transfer-report.ts';
import { killWaiting } from '../support/kill-waiting.ts';
import { type Custody, demandHolding, endCustody, heldText, later, moveToCity, reportFile, startCustody } from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

it('credits a deposit once although the service dies between reading it and committing it', async () => {
  const holding = await demandHolding(custody, 'BTC', '0.75');
  const { transactionId } = await moveToCity(custody, holding.source, 'BTC', '0.75');
  await importTransferReport(
    custody.database,
    custody.officer.actor,
    reportFile({ ...holding, asset: 'BTC', quantity: '0.75', transactionId }),
  );
  later(custody, 61);

  const client = new pg.Client({ connectionString: custody.superuserUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    // The audit event is written last: by then deposit, entry and holding are written, and nothing is committed.
    await client.query('LOCK TABLE audit_stream IN SHARE ROW EXCLUSIVE MODE');
    const reading = readDeposits(custody.database, custody.port, custody.accountId);
    const outcome = expect(reading).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await killWaiting(client);
    await outcome;
    await client.query('ROLLBACK');
  } finally {
    await client.end();
  }
  expect(await heldText(custody, holding.holdingId, 'BTC')).toBe('0');
  expect(await custody.database.read.venueDeposit.count()).toBe(0);

  await readDeposits(custody.database, custody.port, custody.accountId);
  expect(await heldText(custody, holding.holdingId, 'BTC')).toBe('0.75');
  expect(await custody.database.read.venueDeposit.count()).toBe(1);
});
