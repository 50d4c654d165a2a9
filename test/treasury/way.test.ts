import { beforeAll, describe, expect, it } from 'vitest';
import { wonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { TreasuryOffice } from './treasury-office.ts';

let office: TreasuryOffice;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

describe('the way of the money', () => {
  it('brings proceeds from the exchange over the bank onto the bills, and the surplus to the taxpayer', async () => {
    const sample = await office.sampleCase();
    await office.sell(sample, '1500000.75', '750.4');
    await office.bringHome([sample.caseId]);
    await office.distribute(sample.caseId);
    expect(await office.phaseOf(sample.caseId)).toBe('settled');
    const money = await office.money(sample.caseId);
    expect(money.agrees).toBe(true);
    expect(money.arrived.toString()).toBe('1498250');
    expect(money.residue.toString()).toBe('0.35');
    expect(money.creditedTotal.plus(money.surplusOwed).toString()).toBe('1498250');
    await office.refund(sample);
    expect((await office.money(sample.caseId)).refunded.equals(money.surplusOwed)).toBe(true);
    expect((await wonBalance(office.database.read, { chart: CHART.bankDeposit, subject: `case:${sample.caseId}` })).isZero()).toBe(true);
  });
});
