import { beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { venueWonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { failWithdrawal, readBackWithdrawals } from '../../src/treasury/withdrawal-comparison.ts';
import { applyWithdrawalDecisions, withdrawalInstruction } from '../../src/treasury/withdrawal-decision.ts';
import { freezeAsset } from '../../src/venue/freeze.ts';
import { testActor } from '../support/database.ts';
import { TreasuryOffice } from './treasury-office.ts';

let office: TreasuryOffice;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

const won = (chart: (typeof CHART)[keyof typeof CHART], subject: string) =>
  venueWonBalance(office.database.read, { chart, subject }, 'upbit').then(String);

async function soldCase(proceeds: string, fee = '0') {
  const sample = await office.sampleCase();
  await office.sell(sample, proceeds, fee);
  return sample;
}

describe('asking for a withdrawal', () => {
  it('takes every case past its sale by itself, and shares the fee among them', async () => {
    const first = await soldCase('600000.4', '300.1');
    const second = await soldCase('300000');
    const selling = await office.sampleCase({ phase: 'selling' });
    await office.sell(selling, '50000');
    const { withdrawalId, number } = await office.request();
    const { shares, amountKrw, feeKrw, state } = await office.withdrawal(withdrawalId);
    expect({ state, number: /^W-2026-\d{6}$/.test(number) }).toEqual({ state: 'requested', number: true });
    expect(shares.map(({ caseId }) => caseId)).toEqual([first.caseId, second.caseId]);
    expect(shares.reduce((sum, share) => sum + share.feeKrw, 0n)).toBe(feeKrw);
    expect(shares.map((share) => share.amountKrw + share.feeKrw)).toEqual([599700n, 300000n]);
    expect(amountKrw).toBe(898700n);
    await expect(office.request()).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(office.request([selling.caseId])).rejects.toMatchObject({ code: 'PHASE_WRONG' });
    await expect(office.request([first.caseId])).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('lets a case wait that does not cover its share of the fee', async () => {
    const poor = await soldCase('0.7');
    const rich = await soldCase('100000');
    const requested = await office.request([poor.caseId, rich.caseId]);
    expect(requested.waiting).toEqual([poor.caseId]);
    await expect(office.request([poor.caseId])).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is decided by somebody else than its maker, and gives nothing back to a rejected one', async () => {
    const sample = await soldCase('100000');
    const requested = await office.request([sample.caseId]);
    await office.decide(requested.approval, 'reject');
    expect((await office.withdrawal(requested.withdrawalId)).state).toBe('rejected');
    await expect(office.confirm(requested.withdrawalId)).rejects.toMatchObject({ code: 'CONFLICT' });
    const again = await office.request([sample.caseId]);
    await office.decide(again.approval);
    expect((await office.withdrawal(again.withdrawalId)).state).toBe('approved');
  });

  it('frees the money of a request whose approval ran out', async () => {
    const sample = await soldCase('100000');
    const requested = await office.request([sample.caseId]);
    office.advanceDays(20);
    const again = await office.request([sample.caseId]);
    expect((await office.withdrawal(requested.withdrawalId)).state).toBe('rejected');
    expect(again.withdrawalId).not.toBe(requested.withdrawalId);
  });

  it('is refused while won at the account is frozen, also after it was asked for', async () => {
    const sample = await soldCase('100000');
    const requested = await office.request([sample.caseId]);
    const { id } = await office.by(testActor, async (work) => {
      const { freezeId } = await freezeAsset(work, { accountId: office.accountId, asset: 'KRW@upbit', reason: 'by_person', facts: {} });
      return { id: freezeId };
    });
    await expect(office.decide(requested.approval)).rejects.toMatchObject({ code: 'ASSET_FROZEN' });
    await expect(office.request([sample.caseId])).rejects.toMatchObject({ code: 'ASSET_FROZEN' });
    await office.by(testActor, (work) => work.tx.assetFreeze.update({ where: { id }, data: { liftedAt: work.at } }));
    await office.decide(requested.approval);
  });
});

describe('sending', () => {
  it('has an intent before anybody reads the instruction, and books won in transit, the fee and the fraction left behind', async () => {
    const sample = await soldCase('500000.75', '250.5');
    const requested = await office.request([sample.caseId]);
    await expect(withdrawalInstruction(office.database.read, requested.withdrawalId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await office.decide(requested.approval);
    const instruction = await withdrawalInstruction(office.database.read, requested.withdrawalId);
    expect(instruction).toMatchObject({ number: requested.number, venueTitle: '업비트', bankAccountLabel: '시금고 세입세출외현금 계좌' });
    expect([String(instruction.amountKrw), String(instruction.feeKrw)]).toEqual(['498750', '1000']);
    await office.confirm(requested.withdrawalId);
    await expect(withdrawalInstruction(office.database.read, requested.withdrawalId)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await won(CHART.venueWonInTransit, `withdrawal:${requested.withdrawalId}`)).toBe('498750');
    expect(await won(CHART.venueWonHeld, `case:${sample.caseId}`)).toBe('0');
    expect(await won(CHART.dispositionCost, `case:${sample.caseId}`)).toBe('1250.5');
    expect((await office.money(sample.caseId)).residue.toString()).toBe('0.25');
    expect((await office.money(sample.caseId)).agrees).toBe(true);
  });

  it('is confirmed once, by an official, under one reference', async () => {
    const sample = await soldCase('500000');
    const requested = await office.request([sample.caseId]);
    await office.decide(requested.approval);
    await office.confirm(requested.withdrawalId, { venueReference: 'first' });
    await office.confirm(requested.withdrawalId, { venueReference: 'first' });
    await expect(office.confirm(requested.withdrawalId, { venueReference: 'second' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(office.confirm(requested.withdrawalId, { venueReference: ' ' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await office.by(testActor, async (work) => {
      const approval = await work.tx.approval.findUniqueOrThrow({ where: { id: requested.approval.id } });
      await applyWithdrawalDecisions(work, [approval]);
    });
    expect(await won(CHART.venueWonInTransit, `withdrawal:${requested.withdrawalId}`)).toBe('499000');
    expect(await office.database.read.intent.count({ where: { subject: `won_withdrawal:${requested.withdrawalId}` } })).toBe(1);
  });

  it('of two who confirm at once one books it', async () => {
    const sample = await soldCase('500000');
    const requested = await office.request([sample.caseId]);
    await office.decide(requested.approval);
    const outcomes = await Promise.allSettled(
      ['one', 'two'].map((venueReference) => office.confirm(requested.withdrawalId, { venueReference })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await won(CHART.venueWonInTransit, `withdrawal:${requested.withdrawalId}`)).toBe('499000');
  });

  it('keeps the day on which it was sent, from the instruction to today', async () => {
    const sample = await soldCase('500000');
    const requested = await office.request([sample.caseId]);
    await office.decide(requested.approval);
    const sentOn = office.today;
    office.advanceDays(1);
    await expect(office.confirm(requested.withdrawalId, { sentOn: addDays(sentOn, -1) })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(office.confirm(requested.withdrawalId, { sentOn: addDays(sentOn, 2) })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await office.confirm(requested.withdrawalId, { sentOn });
    const { sentEntryId } = await office.withdrawal(requested.withdrawalId);
    const stored = await office.database.read.ledgerEntry.findUniqueOrThrow({ where: { id: sentEntryId ?? 0n } });
    expect(stored.occurredOn.toISOString().slice(0, 10)).toBe(sentOn);
  });

  it('books the fee that was really taken; one that no case can pay is unexplained and freezes won at the account', async () => {
    const sample = await soldCase('500000');
    const requested = await office.request([sample.caseId]);
    await office.decide(requested.approval);
    await office.confirm(requested.withdrawalId, { feeKrw: Won.of('1500') });
    expect(await won(CHART.dispositionCost, `case:${sample.caseId}`)).toBe('1500');
    expect(await won(CHART.unexplained, '')).toBe('-500');
    const freeze = await office.database.read.assetFreeze.findFirstOrThrow({ where: { asset: 'KRW@upbit', liftedAt: null } });
    await office.by(testActor, (work) => work.tx.assetFreeze.update({ where: { id: freeze.id }, data: { liftedAt: work.at } }));
  });
});

describe('comparing with the list of the exchange', () => {
  async function sent(proceeds: string) {
    const sample = await soldCase(proceeds);
    const requested = await office.send([sample.caseId]);
    return { sample, id: requested.withdrawalId };
  }
  const readBack = () => readBackWithdrawals(office.database, office.port, office.accountId);
  const about = async (code: string, id: number) =>
    (await office.openAlerts(code)).filter(({ subject }) => subject === `won_withdrawal:${id}`).length;

  it('is content with what agrees and looks no more', async () => {
    const { id } = await sent('700001');
    office.list('699001');
    await readBack();
    expect((await office.withdrawal(id)).comparedAt).not.toBeNull();
    expect(await about('withdrawal_fee_differs', id)).toBe(0);
  });

  it('alerts on another fee, on another amount under the same reference, and on what is not listed in time', async () => {
    const fee = await sent('700002');
    office.list('699002', { fee: '1500' });
    const amount = await sent('700003');
    office.list('69900', { withdrawalId: `venue-${amount.id}` });
    const missing = await sent('700004');
    await readBack();
    expect(await about('withdrawal_fee_differs', fee.id)).toBe(1);
    expect(await about('withdrawal_differs', amount.id)).toBe(1);
    expect(await about('withdrawal_not_listed', missing.id)).toBe(0);
    office.advanceDays(2);
    await readBack();
    expect(await about('withdrawal_not_listed', missing.id)).toBe(1);
  });

  it('reverses once what failed at the exchange, and the case can be withdrawn for anew', async () => {
    await office.by(testActor, (work) => work.tx.assetFreeze.updateMany({ where: { liftedAt: null }, data: { liftedAt: work.at } }));
    const { id, sample } = await sent('700005');
    office.list('699005', { state: 'failed', doneAt: undefined });
    await readBack();
    await readBack();
    expect((await office.withdrawal(id)).state).toBe('failed');
    expect(await won(CHART.venueWonInTransit, `withdrawal:${id}`)).toBe('0');
    expect(await won(CHART.venueWonHeld, `case:${sample.caseId}`)).toBe('700005');
    expect(await won(CHART.dispositionCost, `case:${sample.caseId}`)).toBe('0');
    expect((await office.money(sample.caseId)).agrees).toBe(true);
    const again = await office.send([sample.caseId]);
    expect((await office.withdrawal(again.withdrawalId)).amountKrw).toBe(699005n);
  });

  it('is given up only when the exchange does not list it', async () => {
    const { id } = await sent('700006');
    office.list('699006', { state: 'pending', doneAt: undefined });
    const give = (withdrawalId: number) =>
      failWithdrawal(office.database, office.treasurer.actor, office.port, { withdrawalId, reason: '보내지 않음' });
    await expect(give(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    const other = await soldCase('700007');
    const requested = await office.request([other.caseId]);
    await office.decide(requested.approval);
    await give(requested.withdrawalId);
    expect((await office.withdrawal(requested.withdrawalId)).state).toBe('failed');
    await expect(give(requested.withdrawalId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(office.confirm(requested.withdrawalId)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
