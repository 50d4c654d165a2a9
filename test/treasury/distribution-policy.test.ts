import { expect, it } from 'vitest';
import { addDays, dayFromColumn, dayToColumn } from '../../src/kernel/civil-date.ts';
import { testActor } from '../support/database.ts';
import { TreasuryOffice } from './treasury-office.ts';

/** The city reads the law the other way: the money is received at the exchange, and counts as collected from that day. */
it('counts from the day the exchange had the money, and stops penalty there, where the city says so', async () => {
  const office = await TreasuryOffice.open();
  const setTo = (key: string, value: string) =>
    office.by(testActor, (work) =>
      work.tx.policyValue.create({
        data: { key, value, validFrom: dayToColumn(office.today), source: '표본 시 기준', createdAt: work.at },
      }),
    );
  await setTo('distribution.receipt_instant', 'venue');
  await setTo('distribution.claims_day', 'receipt_day');
  const sample = await office.sampleCase({ bills: [[{ principal: '1000000' }]] });
  const soldOn = office.today;
  await office.sell(sample, '2000000');
  // A month's penalty arises on the first of February (LTBA 55); the money was there before.
  office.advanceDays(20);
  await office.bringHome([sample.caseId]);
  await office.progress(sample.caseId);
  const draft = await office.draftOf(sample.caseId);
  expect([draft.firstReceiptOn, draft.claimsOn].map(dayFromColumn)).toEqual([soldOn, soldOn]);
  expect(dayFromColumn(draft.distributionOn) > addDays(soldOn, 26)).toBe(true);
  await office.tell(draft.id);
  await office.distributeDrafted(sample.caseId);
  const money = await office.money(sample.caseId);
  const penalty = money.credited.filter(({ tier }) => tier === 'late_penalty').map(({ amount }) => amount.toString());
  // 3 % once and 0.66 % for each of five full months since 31 July 2025.
  expect(penalty).toEqual(['63000']);
  const receipts = await office.database.read.billReceipt.findMany({ where: { caseId: sample.caseId } });
  expect(new Set(receipts.map(({ occurredOn }) => dayFromColumn(occurredOn)))).toEqual(new Set([soldOn]));
  expect(money.agrees).toBe(true);
});
