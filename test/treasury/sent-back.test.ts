import { beforeAll, describe, expect, it } from 'vitest';
import { wonBalance } from '../../src/ledger/balance.ts';
import { CHART, type ChartCode } from '../../src/ledger/chart.ts';
import { matchBankLine } from '../../src/treasury/bank-line.ts';
import { requestReceiptReturn } from '../../src/treasury/receipt-return.ts';
import { requestRefundCancellation } from '../../src/treasury/refund-cancellation.ts';
import { refundInstruction } from '../../src/treasury/refund-instruction.ts';
import { testKeys } from '../support/test-keys.ts';
import { TreasuryOffice } from './treasury-office.ts';

/* A receipt that belongs to no case goes back to whoever paid it, once, and to nothing else meanwhile. */

const PAYER = '표본 잘못보낸이';
const PAYEE = { bankName: '표본은행', accountNumber: '000-9999-1111', holderName: PAYER };

let office: TreasuryOffice;
let serial = 0;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

/** Won that somebody paid and that names none of our numbers. */
async function unidentified(amount = '70000', counterpart = PAYER): Promise<number> {
  serial += 1;
  await office.bank([{ serial: `U${serial}`, in: amount, remark: '무통장입금', counterpart }], { acceptUnmatched: true });
  const line = await office.database.read.bankLine.findFirstOrThrow({ orderBy: { id: 'desc' } });
  return line.id;
}

const ask = (bankLineId: number, payee = PAYEE) =>
  office.by(office.treasurer.actor, (work) => requestReceiptReturn(work, testKeys, { bankLineId, payee, reason: '잘못 보낸 돈' }));
const match = (bankLineId: number, caseId: number) =>
  office.by(office.treasurer.actor, (work) => matchBankLine(work, { bankLineId, target: { kind: 'payment', id: caseId } }));
const standing = async (bankLineId: number) => {
  const of = (chart: ChartCode) => wonBalance(office.database.read, { chart, subject: `bank_line:${bankLineId}` }).then(String);
  return [await of(CHART.bankUnidentified), await of(CHART.bankUnidentifiedOwed)];
};
const lineOf = (id: number) => office.database.read.bankLine.findUniqueOrThrow({ where: { id } });
const instruction = (refundId: number) => office.by(office.treasurer.actor, (work) => refundInstruction(work, testKeys, refundId));
const pay = (number: string, amount: string) => {
  serial += 1;
  return office.bank([{ serial: `O${serial}`, out: amount, remark: number }]);
};

describe('an unidentified receipt', () => {
  it('goes back to whoever paid it: asked for, approved by another, paid by its number and to the won', async () => {
    const lineId = await unidentified();
    const asked = await ask(lineId);
    expect(asked.number).toMatch(/^U-2026-\d{6}$/);
    await expect(instruction(asked.refundId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(pay(asked.number, '70000')).rejects.toMatchObject({ facts: { lines: [{ line: 2, reason: 'not_approved' }] } });
    await office.decide(asked.approval);
    expect(await instruction(asked.refundId)).toMatchObject({ number: asked.number, payee: PAYEE });
    await expect(pay(asked.number, '69999')).rejects.toMatchObject({ facts: { lines: [{ line: 2, reason: 'amount_differs' }] } });
    expect(await standing(lineId)).toEqual(['70000', '-70000']);
    await pay(asked.number, '70000');
    expect(await standing(lineId)).toEqual(['0', '0']);
    expect(await lineOf(lineId)).toMatchObject({ state: 'matched', matchedTo: `sent_back:${asked.refundId}` });
    await expect(instruction(asked.refundId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(pay(asked.number, '70000')).rejects.toMatchObject({ facts: { lines: [{ line: 2, reason: 'done_already' }] } });
    await expect(ask(lineId)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await office.brokenMoney()).toEqual([]);
  });

  it('belongs to nothing else once it is to go back, until that is turned down or lapses', async () => {
    const { caseId } = await office.sampleCase({ phase: 'selling' });
    const lineId = await unidentified();
    const first = await ask(lineId);
    await expect(ask(lineId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(match(lineId, caseId)).rejects.toMatchObject({ code: 'CONFLICT', facts: { refundId: first.refundId } });
    await office.decide(first.approval, 'reject');
    const second = await ask(lineId);
    expect(second.number).not.toBe(first.number);
    await expect(match(lineId, caseId)).rejects.toMatchObject({ code: 'CONFLICT' });
    office.advanceDays(20);
    await match(lineId, caseId);
    expect(await standing(lineId)).toEqual(['0', '0']);
    await expect(ask(lineId)).rejects.toMatchObject({ code: 'CONFLICT' });
    const states = await office.database.read.refund.findMany({ where: { sourceLineId: lineId }, orderBy: { id: 'asc' } });
    expect(states.map(({ state }) => state)).toEqual(['rejected', 'rejected']);
  });

  it('is free again when the approved return is cancelled', async () => {
    const { caseId } = await office.sampleCase({ phase: 'selling' });
    const lineId = await unidentified();
    const asked = await ask(lineId);
    await office.decide(asked.approval);
    await expect(match(lineId, caseId)).rejects.toMatchObject({ code: 'CONFLICT' });
    const cancellation = await office.by(office.treasurer.actor, (work) =>
      requestRefundCancellation(work, { refundId: asked.refundId, reason: '사건의 납부로 밝혀짐' }),
    );
    await office.decide(cancellation);
    await match(lineId, caseId);
    expect((await office.money(caseId)).payments.toString()).toBe('70000');
  });

  it('of two who ask and match at once goes one way', async () => {
    const { caseId } = await office.sampleCase({ phase: 'selling' });
    const lineId = await unidentified();
    const outcomes = await Promise.allSettled([ask(lineId), match(lineId, caseId)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await office.brokenMoney()).toEqual([]);
  });
});

describe('a receipt on its way back', () => {
  it('that the payer’s bank sends back is unidentified again, and may go back anew', async () => {
    const lineId = await unidentified('81000');
    const asked = await ask(lineId);
    await office.decide(asked.approval);
    await pay(asked.number, '81000');
    await office.bank([{ serial: `B${asked.number}`, in: '81000', remark: `반송 ${asked.number}` }]);
    expect(await standing(lineId)).toEqual(['81000', '-81000']);
    expect(await lineOf(lineId)).toMatchObject({ state: 'unmatched', unmatchedReason: 'came_back', matchedTo: null });
    const again = await ask(lineId);
    await office.decide(again.approval);
    await pay(again.number, '81000');
    expect(await standing(lineId)).toEqual(['0', '0']);
    expect(await office.brokenMoney()).toEqual([]);
  });

  it('is told to the approver as one to another name than the bank wrote, and shows its payee to nobody else', async () => {
    const same = await ask(await unidentified());
    const other = await ask(await unidentified('70000', '다른 상대방'));
    expect(same.approval.summary).toContain('같음');
    expect(other.approval.summary).toContain('다름');
    const stored = await office.database.read.refund.findUniqueOrThrow({ where: { id: same.refundId } });
    expect(Buffer.from(stored.payeeCipher ?? []).includes(Buffer.from(PAYEE.accountNumber))).toBe(false);
    const told = await office.database.read.$queryRaw<{ text: string }[]>`
      SELECT payload AS text FROM audit_event UNION ALL SELECT content::text || summary FROM approval UNION ALL SELECT text || facts::text FROM alert`;
    expect(told.length).toBeGreaterThan(10);
    expect(told.filter(({ text }) => text.includes(PAYEE.accountNumber) || text.includes(PAYER))).toEqual([]);
    await expect(ask(await unidentified(), { ...PAYEE, accountNumber: '없음' })).rejects.toSatisfy(
      (thrown: Error) => thrown.message.includes('accountNumber') && !thrown.message.includes('없음'),
    );
  });

  it('needs to have come in', async () => {
    serial += 1;
    await office.bank([{ serial: `X${serial}`, out: '500', remark: '수수료' }], { acceptUnmatched: true });
    const out = await office.database.read.bankLine.findFirstOrThrow({ orderBy: { id: 'desc' } });
    await expect(ask(out.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(ask(999_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('needs a second approver from the city’s limit on', async () => {
    const asked = await ask(await unidentified('900000000'));
    expect(asked.approval.secondNeeded).toBe(true);
    await office.decide(asked.approval);
    await expect(instruction(asked.refundId)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
