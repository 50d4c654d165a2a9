import { beforeAll, describe, expect, it } from 'vitest';
import { erasePersonOfEndedCases } from '../../src/seizure/erasure.ts';
import { matchBankLine } from '../../src/treasury/bank-line.ts';
import { closeSettledCases } from '../../src/treasury/close.ts';
import { requestRefundCancellation } from '../../src/treasury/refund-cancellation.ts';
import { refundInstruction } from '../../src/treasury/refund-instruction.ts';
import { settlementWorklist } from '../../src/treasury/settlement-needs.ts';
import { CORRESPONDENCE } from '../seizure/seizure-fixture.ts';
import { testKeys } from '../support/test-keys.ts';
import { type SampleCase, TreasuryOffice } from './treasury-office.ts';

/* What becomes of an approved refund that is not paid, paid against the city's word, or sent back by the payee's bank. */

let office: TreasuryOffice;
let serial = 0;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

async function withSurplus(): Promise<SampleCase> {
  const sample = await office.sampleCase({ bills: [[{ principal: '100000' }]] });
  await office.sell(sample, '200000');
  await office.bringHome([sample.caseId]);
  await office.distribute(sample.caseId);
  return sample;
}

/** A refund that may be paid. */
async function approved(sample: SampleCase) {
  const asked = await office.askRefund(sample);
  await office.decide(asked.approval);
  return { ...asked, amount: asked.amountKrw.toString() };
}

const cancellation = (refundId: number) =>
  office.by(office.treasurer.actor, (work) => requestRefundCancellation(work, { refundId, reason: '계좌번호 오입력' }));
const instruction = (refundId: number) => office.by(office.treasurer.actor, (work) => refundInstruction(work, testKeys, refundId));
const stateOf = async (id: number) => (await office.database.read.refund.findUniqueOrThrow({ where: { id } })).state;
const surplus = async (sample: SampleCase) => (await office.money(sample.caseId)).surplusOwed.toString();
const bank = (row: { in?: string; out?: string; remark: string }, acceptUnmatched = false) => {
  serial += 1;
  return office.bank([{ serial: `E${serial}`, ...row }], { acceptUnmatched });
};
const newestLine = async () => (await office.database.read.bankLine.findFirstOrThrow({ orderBy: { id: 'desc' } })).id;
const match = (bankLineId: number, kind: 'refund' | 'refund_returned', id: number) =>
  office.by(office.treasurer.actor, (work) => matchBankLine(work, { bankLineId, target: { kind, id } }));
const close = () =>
  closeSettledCases(office.database, testKeys, office.officer.actor, { venueCode: 'upbit', correspondence: CORRESPONDENCE });
const worklist = async (sample: SampleCase) => {
  const list = await office.by(office.officer.actor, (work) => settlementWorklist(work, 'upbit'));
  return list.find(({ caseId }) => caseId === sample.caseId)?.needs.map(({ step }) => step);
};

describe('calling an approved refund off', () => {
  it('takes another official, and leaves the surplus owed and free to be asked for anew', async () => {
    const sample = await withSurplus();
    const first = await approved(sample);
    const asked = await cancellation(first.refundId);
    await expect(cancellation(first.refundId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(instruction(first.refundId)).rejects.toMatchObject({ code: 'CONFLICT', facts: { approvalId: asked.id } });
    await office.decide(asked);
    expect(await stateOf(first.refundId)).toBe('cancelled');
    expect(await surplus(sample)).toBe(first.amount);
    await expect(instruction(first.refundId)).rejects.toMatchObject({ code: 'CONFLICT' });
    const second = await approved(sample);
    await bank({ out: second.amount, remark: second.number });
    expect(await surplus(sample)).toBe('0');
    expect(await office.brokenMoney()).toEqual([]);
  });

  it('that is turned down leaves it to be paid', async () => {
    const sample = await withSurplus();
    const refund = await approved(sample);
    await office.decide(await cancellation(refund.refundId), 'reject');
    expect(await instruction(refund.refundId)).toMatchObject({ number: refund.number });
    await bank({ out: refund.amount, remark: refund.number });
    expect(await stateOf(refund.refundId)).toBe('paid');
    await expect(cancellation(refund.refundId)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('comes too late for one that the bank has paid meanwhile', async () => {
    const sample = await withSurplus();
    const refund = await approved(sample);
    const asked = await cancellation(refund.refundId);
    await bank({ out: refund.amount, remark: refund.number });
    await expect(office.decide(asked)).rejects.toMatchObject({ code: 'APPROVAL_STALE' });
    expect(await stateOf(refund.refundId)).toBe('paid');
  });
});

describe('a cancelled refund that was paid all the same', () => {
  async function cancelled(sample: SampleCase) {
    const refund = await approved(sample);
    await office.decide(await cancellation(refund.refundId));
    return refund;
  }
  const told = async (refundId: number) =>
    (await office.openAlerts('cancelled_refund_paid')).filter(({ subject }) => subject === `refund:${refundId}`).length;

  it('is told as what it is, and paid on the word of an officer', async () => {
    const sample = await withSurplus();
    const refund = await cancelled(sample);
    await expect(bank({ out: refund.amount, remark: refund.number })).rejects.toMatchObject({
      facts: { lines: [{ line: 2, reason: 'refund_cancelled' }] },
    });
    const before = (await office.openAlerts('bank_outgoing_unmatched')).length;
    await bank({ out: refund.amount, remark: refund.number }, true);
    expect(await told(refund.refundId)).toBe(1);
    expect((await office.openAlerts('bank_outgoing_unmatched')).length).toBe(before);
    expect(await stateOf(refund.refundId)).toBe('cancelled');
    expect(await surplus(sample)).toBe(refund.amount);
    await match(await newestLine(), 'refund', refund.refundId);
    expect(await stateOf(refund.refundId)).toBe('paid');
    expect(await surplus(sample)).toBe('0');
  });

  it('keeps a second one from being paid for the same money', async () => {
    const sample = await withSurplus();
    const refund = await cancelled(sample);
    const second = await approved(sample);
    await bank({ out: refund.amount, remark: refund.number }, true);
    const strayed = await newestLine();
    await expect(match(strayed, 'refund', refund.refundId)).rejects.toMatchObject({
      code: 'CONFLICT',
      facts: { refundId: second.refundId },
    });
    await bank({ out: second.amount, remark: second.number });
    await expect(match(strayed, 'refund', refund.refundId)).rejects.toMatchObject({
      code: 'CONFLICT',
      facts: { owedKrw: '0', paidKrw: refund.amount },
    });
    expect(await stateOf(refund.refundId)).toBe('cancelled');
    expect(await office.brokenMoney()).toEqual([]);
  });
});

describe('a refund that the bank sent back', () => {
  it('is owed again by its number and amount, and keeps the case open until it is paid', async () => {
    const sample = await withSurplus();
    const refund = await approved(sample);
    await bank({ out: refund.amount, remark: refund.number });
    await expect(bank({ in: '1', remark: refund.number })).rejects.toMatchObject({
      facts: { lines: [{ line: 2, reason: 'amount_differs' }] },
    });
    await bank({ in: refund.amount, remark: `계좌해지 ${refund.number}` });
    expect(await stateOf(refund.refundId)).toBe('returned');
    expect(await surplus(sample)).toBe(refund.amount);
    const money = await office.money(sample.caseId);
    expect([money.refunded.toString(), money.agrees]).toEqual(['0', true]);
    expect((await office.openAlerts('refund_returned')).map(({ subject }) => subject)).toContain(`refund:${refund.refundId}`);
    expect(await worklist(sample)).toEqual(['refund']);
    expect((await close()).released).not.toContain(sample.caseId);
    const again = await approved(sample);
    expect(again.number).toBe(`R-${sample.caseNumber}-2`);
    await bank({ out: again.amount, remark: again.number });
    expect((await close()).released).toContain(sample.caseId);
    expect(await office.brokenMoney()).toEqual([]);
  });

  it('is what an officer says of a receipt without its number', async () => {
    const sample = await withSurplus();
    const refund = await approved(sample);
    await bank({ in: refund.amount, remark: '계좌해지' }, true);
    const lineId = await newestLine();
    await expect(match(lineId, 'refund_returned', refund.refundId)).rejects.toMatchObject({ facts: { reason: 'refund_not_paid' } });
    await bank({ out: refund.amount, remark: refund.number });
    await match(lineId, 'refund_returned', refund.refundId);
    await match(lineId, 'refund_returned', refund.refundId);
    expect(await surplus(sample)).toBe(refund.amount);
    await bank({ in: refund.amount, remark: '계좌해지' }, true);
    await expect(match(await newestLine(), 'refund_returned', refund.refundId)).rejects.toMatchObject({
      facts: { reason: 'done_already' },
    });
    expect(await office.brokenMoney()).toEqual([]);
  });

  it('in the statement that also shows its payment is both', async () => {
    const sample = await withSurplus();
    const refund = await approved(sample);
    await office.bank([
      { serial: 'both-1', out: refund.amount, remark: refund.number },
      { serial: 'both-2', in: refund.amount, remark: refund.number },
    ]);
    expect(await stateOf(refund.refundId)).toBe('returned');
    expect(await surplus(sample)).toBe(refund.amount);
  });

  it('after the case was closed stands in the worklist, and keeps the taxpayer known until it is paid', async () => {
    const sample = await withSurplus();
    const refund = await approved(sample);
    await bank({ out: refund.amount, remark: refund.number });
    expect((await close()).released).toContain(sample.caseId);
    expect(await worklist(sample)).toBeUndefined();
    await bank({ in: refund.amount, remark: refund.number });
    expect(await worklist(sample)).toEqual(['refund']);
    const erase = () =>
      office.by(office.approver.actor, (work) => erasePersonOfEndedCases(work, { personId: sample.personId, ground: 'retention.over' }));
    await expect(erase()).rejects.toMatchObject({ code: 'PERSON_NEEDED', facts: { refunds: [sample.caseNumber] } });
    const again = await approved(sample);
    await bank({ out: again.amount, remark: again.number });
    expect(await worklist(sample)).toBeUndefined();
    await expect(erase()).rejects.toSatisfy((thrown: { facts: object }) => !('refunds' in thrown.facts));
  });
});
