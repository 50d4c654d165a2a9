import { beforeAll, describe, expect, it } from 'vitest';
import { seoulDay } from '../../src/kernel/civil-date.ts';
import { settleForRelease } from '../../src/seizure/settle.ts';
import { imposeStay } from '../../src/seizure/stay.ts';
import { closeSettledCases } from '../../src/treasury/close.ts';
import { issueSurplusNotice } from '../../src/treasury/distribution-notices.ts';
import { applyRefundDecisions } from '../../src/treasury/refund-decision.ts';
import { refundInstruction } from '../../src/treasury/refund-instruction.ts';
import { settlementNeeds } from '../../src/treasury/settlement-needs.ts';
import { principalOf } from '../identity/officials.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { CORRESPONDENCE } from '../seizure/seizure-fixture.ts';
import { testKeys } from '../support/test-keys.ts';
import { AGENCY, type SampleCase, TreasuryOffice } from './treasury-office.ts';

let office: TreasuryOffice;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

/** A case whose sale brought more than its bills owe, distributed. */
async function withSurplus(): Promise<SampleCase> {
  const sample = await office.sampleCase({ bills: [[{ principal: '100000' }]] });
  await office.sell(sample, '200000');
  await office.bringHome([sample.caseId]);
  await office.distribute(sample.caseId);
  return sample;
}

const steps = (sample: SampleCase) =>
  office.by(office.officer.actor, async (work) => (await settlementNeeds(work, sample.caseId)).map(({ step }) => step));
const close = () =>
  closeSettledCases(office.database, testKeys, office.officer.actor, { venueCode: 'upbit', correspondence: CORRESPONDENCE });

describe('the refund', () => {
  it('goes to the taxpayer himself and nobody else', async () => {
    const sample = await withSurplus();
    await expect(office.askRefund(sample, '다른 사람')).rejects.toMatchObject({ code: 'REFUND_PAYEE_DIFFERS' });
    expect(await office.database.read.refund.count({ where: { caseId: sample.caseId } })).toBe(0);
    const spaced = samplePerson(Number(sample.caseNumber.slice(5)) * 10)
      .name.split('')
      .join(' ');
    const requested = await office.askRefund(sample, spaced);
    expect(requested.number).toBe(`R-${sample.caseNumber}`);
    expect(requested.amountKrw.equals((await office.money(sample.caseId)).surplusOwed)).toBe(true);
    await expect(office.askRefund(sample)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is paid after somebody else agreed, to the account that was approved, by its number and amount', async () => {
    const sample = await withSurplus();
    const requested = await office.askRefund(sample);
    const amount = requested.amountKrw.toString();
    const open = () => office.by(office.treasurer.actor, (work) => refundInstruction(work, testKeys, requested.refundId));
    await expect(open()).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(office.bank([{ serial: 'r1', out: amount, remark: requested.number }])).rejects.toMatchObject({
      facts: { lines: [{ line: 2, reason: 'not_approved' }] },
    });
    await office.decide(requested.approval);
    expect(await open()).toMatchObject({ number: requested.number, payee: { bankName: '표본은행', accountNumber: '000-1234-5678' } });
    const stored = await office.database.read.refund.findUniqueOrThrow({ where: { id: requested.refundId } });
    expect(Buffer.from(stored.payeeCipher ?? []).includes(Buffer.from('000-1234-5678'))).toBe(false);
    await office.bank([{ serial: 'r2', out: amount, remark: requested.number }]);
    await expect(office.bank([{ serial: 'r3', out: amount, remark: requested.number }])).rejects.toMatchObject({
      facts: { lines: [{ line: 2, reason: 'done_already' }] },
    });
    expect((await office.money(sample.caseId)).surplusOwed.isZero()).toBe(true);
    await office.by(office.approver.actor, async (work) => {
      await applyRefundDecisions(work, [await work.tx.approval.findUniqueOrThrow({ where: { id: requested.approval.id } })]);
    });
    await expect(office.askRefund(sample)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('may be asked for again when it was turned down or its approval ran out', async () => {
    const sample = await withSurplus();
    const first = await office.askRefund(sample);
    await office.decide(first.approval, 'reject');
    const second = await office.askRefund(sample);
    expect(second.number).toBe(`R-${sample.caseNumber}-2`);
    office.advanceDays(20);
    expect((await office.askRefund(sample)).number).toBe(`R-${sample.caseNumber}-3`);
  });

  it('waits while it is open who is to be paid', async () => {
    const sample = await withSurplus();
    await office.by(office.officer.actor, (work) =>
      imposeStay(work, { caseId: sample.caseId, kind: 'death', reason: '상속인 확인', fromDay: seoulDay(work.at) }),
    );
    await expect(office.askRefund(sample)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is announced to the taxpayer', async () => {
    const sample = await withSurplus();
    const { noticeId } = await office.by(office.treasurer.actor, (work) =>
      issueSurplusNotice(work, testKeys, { caseId: sample.caseId, agency: AGENCY }),
    );
    expect(await office.database.read.notice.findUniqueOrThrow({ where: { id: noticeId } })).toMatchObject({ kind: 'surplus_notice' });
  });
});

describe('the end of a case', () => {
  it('names each next step, and comes when nothing is left on any account', async () => {
    const sample = await office.sampleCase({ bills: [[{ principal: '100000' }]] });
    await office.sell(sample, '200000.5');
    expect(await steps(sample)).toEqual(['withdraw_won']);
    const sent = await office.send([sample.caseId]);
    expect(await steps(sample)).toEqual(['await_bank']);
    const { amountKrw } = await office.withdrawal(sent.withdrawalId);
    await office.bank([{ serial: sent.number, in: String(amountKrw), remark: sent.number }]);
    expect(await steps(sample)).toEqual(['distribute']);
    await office.progress(sample.caseId);
    expect(await steps(sample)).toEqual(['send_notice']);
    await office.tell((await office.draftOf(sample.caseId)).id);
    expect(await steps(sample)).toEqual(['await_distribution']);
    await office.distributeDrafted(sample.caseId);
    expect(await steps(sample)).toEqual(['refund']);
    expect((await close()).released).not.toContain(sample.caseId);
    await office.refund(sample);
    expect(await steps(sample)).toEqual(['release']);
    expect((await close()).released).toContain(sample.caseId);
    expect(await office.phaseOf(sample.caseId)).toBe('closed');
    const releases = await office.database.read.release.findMany({ where: { caseId: sample.caseId } });
    expect(releases.map(({ ground }) => ground)).toEqual(['nothing_owed']);
    expect(await office.database.read.notice.count({ where: { subject: `case:${sample.caseId}`, kind: 'release_notice' } })).toBe(2);
    expect((await close()).released).not.toContain(sample.caseId);
  });

  it('of a case whose sale covered less than is owed is still a release of what was seized', async () => {
    const sample = await office.sampleCase({ bills: [[{ principal: '900000' }]] });
    await office.sell(sample, '200000');
    await office.bringHome([sample.caseId]);
    await office.distribute(sample.caseId);
    expect((await close()).released).toContain(sample.caseId);
    const releases = await office.database.read.release.findMany({ where: { caseId: sample.caseId } });
    expect(releases.map(({ ground }) => ground)).toEqual(['not_needed']);
  });
});

describe('coins that stay seized at the exchange', () => {
  it('are an officer’s decision while something is owed', async () => {
    const undemand = async (sample: SampleCase) => {
      await office.database.work(office.officer.actor, (work) =>
        work.tx.holding.create({
          data: {
            caseId: sample.caseId,
            asset: 'ETH',
            accountReference: 'rest',
            seizedQuantity: '3',
            demandedQuantity: '0',
            state: 'seized',
            stateSince: work.at,
          },
        }),
      );
      await office.sell(sample, '200000');
      await office.bringHome([sample.caseId]);
      await office.distribute(sample.caseId);
    };
    const owing = await office.sampleCase({ bills: [[{ principal: '900000' }]] });
    await undemand(owing);
    expect(await steps(owing)).toEqual(['seize_rest']);
    const paid = await office.sampleCase({ bills: [[{ principal: '100000' }]] });
    await undemand(paid);
    await office.refund(paid);
    expect(await steps(paid)).toEqual(['release']);
    const { released } = await close();
    expect(released).toContain(paid.caseId);
    expect(released).not.toContain(owing.caseId);
  });

  it('go with the seizure once somebody has decided to end it, on the ground he decided on', async () => {
    const sample = await office.sampleCase({ phase: 'transfer_demanded' });
    await office.database.work(office.officer.actor, (work) =>
      work.tx.holding.update({ where: { id: sample.holdingId }, data: { demandedQuantity: '0', state: 'seized' } }),
    );
    const principal = await principalOf(office.database, office.approver.userId);
    await office.by(office.approver.actor, (work) =>
      settleForRelease(work, principal, { caseId: sample.caseId, ground: 'exempt', reason: '압류가 금지된 재산임' }),
    );
    expect(await steps(sample)).toEqual(['release']);
    expect((await close()).released).toContain(sample.caseId);
    expect(await office.database.read.release.findMany({ where: { caseId: sample.caseId } })).toMatchObject([
      { ground: 'exempt', reason: '압류가 금지된 재산임이 증명됨' },
    ]);
  });
});

describe('what is still held', () => {
  it('waits for coins that are still to go back', async () => {
    const sample = await office.sampleCase();
    await office.holdCoins(sample, '0.25');
    await office.progress(sample.caseId);
    expect(await office.phaseOf(sample.caseId)).toBe('settled');
    expect(await steps(sample)).toEqual(['return_coins']);
    const closing = await close();
    expect(closing.released).not.toContain(sample.caseId);
    expect(closing.refused).toEqual([]);
  });
});
