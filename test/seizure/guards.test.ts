import { beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../support/database.ts';
import { Office } from './seizure-fixture.ts';

let office: Office;
let caseId: number;
beforeAll(async () => {
  office = await Office.open();
  const [personId = 0] = await office.persons(1);
  await office.bill(personId, { noticeNumber: 'N-1' });
  caseId = await office.demandedCase(1, [['BTC', '1']]);
});

function run(sql: string) {
  return office.database.work(testActor, (work) => work.tx.$executeRawUnsafe(sql));
}

describe('what the application’s own role may never do', () => {
  it.each([
    ['change what was seized', 'UPDATE holding SET seized_quantity = 2'],
    ['change which bills are covered', 'UPDATE case_bill SET amount_at_seizure = 0'],
    ['take a bill out of a case', 'DELETE FROM case_bill'],
    ['change what an exchange answered', "UPDATE holdings_reply_row SET quantity = 9, asset = 'ETH'"],
    ['give a reply row to somebody else', 'UPDATE holdings_reply_row SET person_id = 9'],
    ['change a valuation', 'UPDATE valuation SET value_krw = 0'],
    ['change the need a seizure was measured by', 'UPDATE seizure_case SET limit_krw = 999999999'],
    ['take a stay away', 'DELETE FROM stay'],
    ['take a case away', 'DELETE FROM seizure_case'],
  ])('%s', async (_what, sql) => {
    await expect(run(sql)).rejects.toThrow(/permission denied/);
  });

  it.each([
    ['seize without a day', `UPDATE seizure_case SET seized_on = NULL WHERE id = ID`, 'seizure_case_seized_has_day'],
    ['close without an end', `UPDATE seizure_case SET phase = 'closed' WHERE id = ID`, 'seizure_case_ended'],
    [
      'refuse without a code',
      `UPDATE seizure_case SET phase = 'refused', closed_at = now() WHERE id = ID`,
      'seizure_case_refused_has_code',
    ],
    ['demand more than is seized', 'UPDATE holding SET demanded_quantity = seized_quantity + 1', 'holding_quantities'],
    ['confirm a person without proof', "UPDATE holdings_reply_row SET state = 'confirmed'", 'holdings_reply_row_decided'],
  ])('%s', async (_what, sql, constraint) => {
    await expect(run(sql.replace('ID', String(caseId)))).rejects.toThrow(new RegExp(constraint));
  });
});
