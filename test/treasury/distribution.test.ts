import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, dayFromColumn, dayToColumn } from '../../src/kernel/civil-date.ts';
import { balances } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { openContents, readNotices } from '../../src/notice/print.ts';
import { matchBankLine } from '../../src/treasury/bank-line.ts';
import { distributionDueSource } from '../../src/treasury/distribution.ts';
import { draftDistribution } from '../../src/treasury/distribution-draft.ts';
import { testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { type SampleCase, TreasuryOffice } from './treasury-office.ts';

let office: TreasuryOffice;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

/** Everything of a case's sale is at the bank today. */
async function broughtHome(proceeds: string, options: Parameters<TreasuryOffice['sampleCase']>[0] = {}, fee = '0'): Promise<SampleCase> {
  const sample = await office.sampleCase(options);
  await office.sell(sample, proceeds, fee);
  await office.bringHome([sample.caseId]);
  return sample;
}

async function drafted(proceeds: string, options: Parameters<TreasuryOffice['sampleCase']>[0] = {}) {
  const sample = await broughtHome(proceeds, options);
  await office.progress(sample.caseId);
  return { sample, draft: await office.draftOf(sample.caseId) };
}

const draftOf = (sample: SampleCase, extra: { distributionOn?: ReturnType<typeof addDays>; extensionReason?: string } = {}) =>
  office.by(office.treasurer.actor, (work) => draftDistribution(work, { caseId: sample.caseId, ...extra }));

describe('the draft', () => {
  it('is filed once everything is at the bank, and not before', async () => {
    const sample = await office.sampleCase();
    await office.sell(sample, '400000.5', '200.25');
    await office.progress(sample.caseId);
    expect(await office.phaseOf(sample.caseId)).toBe('sale_done');
    await office.send([sample.caseId]);
    await office.progress(sample.caseId);
    await expect(draftOf(sample)).rejects.toMatchObject({ code: 'CONFLICT' });
    const { number, amountKrw } = await office.database.read.wonWithdrawal.findFirstOrThrow({ orderBy: { id: 'desc' } });
    await office.bank([{ serial: `B${number}`, in: String(amountKrw), remark: number }]);
    await office.progress(sample.caseId);
    await office.progress(sample.caseId);
    expect(await office.phaseOf(sample.caseId)).toBe('distributing');
    const draft = await office.draftOf(sample.caseId);
    expect(draft.number).toBe(`D-${sample.caseNumber}`);
    expect([draft.grossKrw, draft.costsKrw, draft.residueKrw].map((figure) => figure.toFixed())).toEqual(['400000.5', '1200.25', '0.25']);
    expect([draft.interestKrw, draft.netKrw]).toEqual([0n, 398800n]);
    expect(dayFromColumn(draft.distributionOn) >= addDays(office.today, 7)).toBe(true);
  });

  it('shows the costs first, then tax before 가산세 before penalty with the province first, and claims that get nothing', async () => {
    const { sample, draft } = await drafted('301000', {
      bills: [
        [
          { level: 'city', principal: '200000', surcharge: '20000' },
          { level: 'province', principal: '100000' },
        ],
      ],
    });
    expect(
      draft.lines.map(({ tier, billLineId, claimKrw, amountKrw }) => [tier, billLineId, claimKrw.toFixed(), amountKrw.toFixed()]),
    ).toEqual([
      ['cost', null, '1000', '1000'],
      ['tax', sample.bills[0]?.lineIds[1], '100000', '100000'],
      ['tax', sample.bills[0]?.lineIds[0], '200000', '200000'],
      ['surcharge', sample.bills[0]?.lineIds[0], '20000', '0'],
      ['late_penalty', sample.bills[0]?.lineIds[0], '6000', '0'],
      ['late_penalty', sample.bills[0]?.lineIds[1], '3000', '0'],
    ]);
    expect(draft.surplusKrw).toBe(0n);
  });

  it('has a day within thirty days of the first receipt; later needs a reason, which no machine invents', async () => {
    const sample = await broughtHome('300000');
    const first = office.today;
    office.advanceDays(25);
    await office.progress(sample.caseId);
    expect(await office.phaseOf(sample.caseId)).toBe('sale_done');
    expect((await office.openAlerts('distribution_needs_reason')).map(({ subject }) => subject)).toContain(`case:${sample.caseId}`);
    await expect(draftOf(sample)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(draftOf(sample, { distributionOn: addDays(office.today, 6), extensionReason: '가' })).rejects.toMatchObject({
      code: 'DISTRIBUTION_TOO_EARLY',
    });
    await expect(draftOf(sample, { distributionOn: addDays(first, 61), extensionReason: '가' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    const draft = await draftOf(sample, { extensionReason: '권리관계 확인' });
    expect(draft).toMatchObject({ firstReceiptOn: dayToColumn(first), extensionReason: '권리관계 확인' });
    await expect(draftOf(sample)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('what a draft is made of', () => {
  it('counts interest that the bank paid on the money', async () => {
    const sample = await broughtHome('300000');
    await office.bank([{ serial: `I${sample.caseId}`, in: '37', remark: '예금이자' }], { acceptUnmatched: true });
    const line = await office.database.read.bankLine.findFirstOrThrow({ orderBy: { id: 'desc' } });
    await office.by(office.treasurer.actor, (work) =>
      matchBankLine(work, { bankLineId: line.id, target: { kind: 'interest', id: sample.caseId } }),
    );
    await office.distribute(sample.caseId);
    const money = await office.money(sample.caseId);
    expect([money.interest, money.creditedTotal].map(String)).toEqual(['37', '299037']);
    expect(money.agrees).toBe(true);
  });

  it('does not exist for a case that brought nothing: it is settled at once', async () => {
    const sample = await office.sampleCase();
    await office.progress(sample.caseId);
    expect(await office.phaseOf(sample.caseId)).toBe('settled');
    expect(await office.database.read.distribution.count({ where: { caseId: sample.caseId } })).toBe(0);
  });
});

describe('the notice', () => {
  it('goes to the taxpayer with the statement, and to right-holders without his taxes', async () => {
    const { sample, draft } = await drafted('300000', { pledgees: 1 });
    const noticeIds = await office.tell(draft.id);
    expect(noticeIds.length).toBe(2);
    expect(await office.tell(draft.id)).toEqual([]);
    const contents = await office.by(testActor, async (work) => openContents(work, testKeys, await readNotices(work, noticeIds)));
    const texts = contents.map((content) => JSON.stringify(content));
    const statement = texts.filter((text) => text.includes('배분계산서(원안)'));
    expect(statement.length).toBe(1);
    expect(statement[0]).toContain(sample.caseNumber);
    const noticeNumber = await office.database.read.bill.findFirstOrThrow({ where: { id: sample.bills[0]?.billId ?? 0 } });
    expect(texts.filter((text) => text.includes(noticeNumber.noticeNumber)).length).toBe(1);
  });

  it('has to leave before anything is distributed', async () => {
    const { sample, draft } = await drafted('300000', { pledgees: 1 });
    office.advanceTo(dayFromColumn(draft.distributionOn), 18);
    await expect(office.finish(draft.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await distributionDueSource(office.database).due(office.test.clock.now())).not.toContain(draft.id);
    await office.tell(draft.id);
    expect(await distributionDueSource(office.database).due(office.test.clock.now())).toContain(draft.id);
    expect(await office.finish(draft.id)).toMatchObject({ outcome: 'final' });
    expect(await office.phaseOf(sample.caseId)).toBe('settled');
  });
});

describe('the day', () => {
  it('is an appointment at its closing, and not an instant earlier', async () => {
    const { draft } = await drafted('300000');
    await office.tell(draft.id);
    const day = dayFromColumn(draft.distributionOn);
    const source = distributionDueSource(office.database);
    const next = await source.nextDueAt?.(office.test.clock.now());
    expect(next === undefined || next <= new Date(`${day}T09:00:00Z`)).toBe(true);
    office.advanceTo(day, 17);
    expect(await source.due(office.test.clock.now())).not.toContain(draft.id);
    await expect(office.finish(draft.id)).rejects.toMatchObject({ code: 'DISTRIBUTION_TOO_EARLY' });
    expect((await source.nextDueAt?.(office.test.clock.now()))?.toISOString()).toBe(`${day}T09:00:00.000Z`);
    office.advanceTo(day, 18);
    expect(await source.due(office.test.clock.now())).toContain(draft.id);
    await office.finish(draft.id);
    expect(await source.due(office.test.clock.now())).not.toContain(draft.id);
  });

  it('pays exactly what the draft says, once, also when two finish at once', async () => {
    const { sample, draft } = await drafted('1500000', {
      bills: [[{ principal: '700000', surcharge: '70000' }], [{ level: 'province', principal: '300000' }]],
    });
    await office.tell(draft.id);
    office.advanceTo(dayFromColumn(draft.distributionOn), 18);
    const outcomes = await Promise.all([office.finish(draft.id), office.finish(draft.id), office.finish(draft.id)]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['final', 'over_before', 'over_before']);
    const money = await office.money(sample.caseId);
    const paid = draft.lines.filter(({ tier, amountKrw }) => tier !== 'cost' && !amountKrw.isZero());
    const receipts = await office.database.read.billReceipt.findMany({ where: { caseId: sample.caseId } });
    const key = (each: { billLineId: number | null; tier: string }) => `${each.billLineId}/${each.tier}`;
    expect(new Map(receipts.map((each) => [key(each), String(each.amountKrw)]))).toEqual(
      new Map(paid.map((each) => [key(each), each.amountKrw.toFixed()])),
    );
    expect(money.surplusOwed.toBigInt()).toBe(draft.surplusKrw);
    expect(money.agrees).toBe(true);
    for (const chart of [CHART.undistributed, CHART.distributed]) {
      expect(await balances(office.database.read, { chart, subject: `case:${sample.caseId}` })).toEqual([]);
    }
    const late = await office.database.read.ledgerEntry.findUniqueOrThrow({ where: { idempotencyKey: `distribution:${draft.id}` } });
    expect(late.occurredOn).toEqual(draft.distributionOn);
  });
});

describe('a draft that no longer fits', () => {
  it('gives way to another with a day of its own when something has changed', async () => {
    const { sample, draft } = await drafted('300000', { bills: [[{ principal: '500000' }]] });
    await office.tell(draft.id);
    await office.bank([{ serial: `P${sample.caseId}`, in: '400000', remark: sample.caseNumber }]);
    office.advanceTo(dayFromColumn(draft.distributionOn), 18);
    const { outcome, draftId } = await office.finish(draft.id);
    expect(outcome).toBe('redrafted');
    expect((await office.money(sample.caseId)).undistributed.toString()).toBe('299000');
    const second = await office.draftOf(sample.caseId);
    expect(second.id).toBe(draftId);
    expect(second.number).toBe(`D-${sample.caseNumber}-2`);
    expect(dayFromColumn(second.distributionOn) >= addDays(office.today, 7)).toBe(true);
    const old = await office.database.read.distribution.findUniqueOrThrow({ where: { id: draft.id } });
    expect(old.state).toBe('superseded');
    const letters = await office.database.read.notice.findMany({
      where: { subject: `case:${sample.caseId}`, kind: 'distribution_notice' },
    });
    expect(letters.map(({ state }) => state)).toEqual(['sent']);
    await office.tell(second.id);
    office.advanceTo(dayFromColumn(second.distributionOn), 18);
    expect(await office.finish(second.id)).toMatchObject({ outcome: 'final' });
    const money = await office.money(sample.caseId);
    expect(money.creditedTotal.plus(money.surplusOwed).toString()).toBe('699000');
    expect(money.agrees).toBe(true);
  });

  it('waits while a difference of a bill is undecided', async () => {
    const { sample, draft } = await drafted('300000');
    await office.tell(draft.id);
    const [bill] = sample.bills;
    const update = await office.by(testActor, (work) =>
      work.tx.billUpdate.create({
        data: {
          billId: bill?.billId ?? 0,
          billLineId: bill?.lineIds[0] ?? 0,
          kind: 'reduction',
          occurredOn: dayToColumn(office.today),
          principalKrw: 1n,
          surchargeKrw: 0n,
          penaltyKrw: 0n,
          documentNumber: `표본-${sample.caseId}`,
          importFileId: 1,
          importLine: 1,
          createdAt: work.at,
        },
      }),
    );
    office.advanceTo(dayFromColumn(draft.distributionOn), 18);
    await expect(office.finish(draft.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await distributionDueSource(office.database).due(office.test.clock.now())).not.toContain(draft.id);
    await office.by(testActor, (work) =>
      work.tx.billUpdate.update({ where: { id: update.id }, data: { state: 'rejected', approvalId: 1, decidedAt: work.at } }),
    );
    expect(await office.finish(draft.id)).toMatchObject({ outcome: 'final' });
  });
});

describe('money that comes after the end', () => {
  it('is withdrawn and distributed again, with its own costs', async () => {
    const sample = await broughtHome('300000.5', { bills: [[{ principal: '900000' }]] }, '150.25');
    await office.distribute(sample.caseId);
    await office.sell(sample, '200000.25', '100.5');
    await office.progress(sample.caseId);
    await office.bringHome([sample.caseId]);
    await office.distribute(sample.caseId);
    const money = await office.money(sample.caseId);
    expect(money.agrees).toBe(true);
    expect(String(money.gross)).toBe('500000.75');
    expect(String(money.creditedTotal)).toBe(String(money.arrived));
    const finals = await office.database.read.distribution.findMany({
      where: { caseId: sample.caseId, state: 'final' },
      orderBy: { id: 'asc' },
    });
    expect(finals.map(({ grossKrw, costsKrw }) => [grossKrw.toFixed(), costsKrw.toFixed()])).toEqual([
      ['300000.5', '1150.25'],
      ['200000.25', '1100.5'],
    ]);
  });

  it('is remitted to the treasury in one line of the bank, for exactly what was credited', async () => {
    const sample = await broughtHome('300000');
    await office.distribute(sample.caseId);
    const final = await office.database.read.distribution.findFirstOrThrow({ where: { caseId: sample.caseId, state: 'final' } });
    const credited = String(final.netKrw - final.surplusKrw);
    await expect(office.bank([{ serial: `M1${final.id}`, out: '1', remark: final.number }])).rejects.toMatchObject({
      facts: { lines: [{ line: 2, reason: 'amount_differs' }] },
    });
    await office.bank([{ serial: `M2${final.id}`, out: credited, remark: final.number }]);
    await expect(office.bank([{ serial: `M3${final.id}`, out: credited, remark: final.number }])).rejects.toMatchObject({
      facts: { lines: [{ line: 2, reason: 'done_already' }] },
    });
  });
});
