import { beforeAll, describe, expect, it } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { type ProposalOrder, proposeCase, proposeCases } from '../../src/seizure/propose.ts';
import { imposeStay } from '../../src/seizure/stay.ts';
import { BOOKS, Office } from './seizure-fixture.ts';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});

async function debtor(number: number, bill: Parameters<Office['bill']>[1] = { noticeNumber: `N-${number}` }): Promise<number> {
  const [personId = 0] = await office.persons(number);
  await office.bill(personId, bill);
  return personId;
}

async function rowIds(number: number): Promise<number[]> {
  const rows = await office.database.read.holdingsReplyRow.findMany({
    where: { accountReference: `acc-${number}` },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ id }) => id);
}

async function proposeFor(number: number, extra: Partial<Parameters<typeof proposeCase>[1]> = {}) {
  const order: ProposalOrder = { venueCode: 'upbit', snapshots: BOOKS, officerId: office.officer.userId };
  const ids = await rowIds(number);
  return office.database.work(office.officer.actor, (work) => proposeCase(work, { ...order, rowIds: ids, ...extra }));
}

describe('a proposed seizure', () => {
  it('covers the eligible bills, names what bars the others, and takes the part that is needed', async () => {
    const personId = await debtor(1, { noticeNumber: 'N-1', principalKrw: '3000000' });
    await office.bill(personId, { noticeNumber: 'N-1-unserved', dunning: 'unserved' });
    await office.bill(personId, { noticeNumber: 'N-1-running', dunning: 'running' });
    await office.bill(personId, { noticeNumber: 'N-1-extinct', writeOff: 'prescribed' });
    await office.bill(personId, { noticeNumber: 'N-1-agent', withholdingAgent: true });
    await office.holdings(1, ['BTC', '1'], ['XRP', '10'], ['OLD', '7']);
    const proposed = await proposeFor(1);

    expect(proposed.barred.map(({ noticeNumber, bars }) => [noticeNumber, bars.map(({ code }) => code)])).toEqual([
      ['N-1-unserved', ['SEIZURE_DUNNING_UNSERVED']],
      ['N-1-running', ['SEIZURE_DUNNING_NOT_EXPIRED']],
      ['N-1-extinct', ['SEIZURE_PRESCRIBED']],
      ['N-1-agent', ['PENALTY_WITHHOLDING_AGENT']],
    ]);
    expect(Object.fromEntries(proposed.leftOut.map(({ asset, code }) => [asset, code]))).toEqual({ XRP: 'NOT_NEEDED', OLD: 'NOT_TRADED' });
    expect(proposed.isPartial).toBe(true);
    const stored = await office.case(proposed.caseId);
    expect(stored).toMatchObject({ phase: 'proposed', origin: 'inquiry', number: proposed.number, marginReason: null });
    expect(stored.bills).toHaveLength(1);
    const [holding] = stored.holdings;
    expect(holding).toMatchObject({ asset: 'BTC', accountReference: 'acc-1', state: 'proposed' });
    // 3,000,000 with 3% and seven months of 0.66%, three more until settlement, and costs: less than 4 million, above the arrears.
    expect(Number(proposed.needKrw.toString())).toBeGreaterThan(3_228_000);
    expect(Number(proposed.needKrw.toString())).toBeLessThan(3_400_000);
    // One step of a hundred-millionth is worth one won here.
    expect(['0', '1']).toContain(proposed.valueKrw.minus(proposed.needKrw).toString());
    const valuations = await office.database.read.valuation.findMany({ where: { caseId: proposed.caseId } });
    expect(valuations.map(({ occasion, depthCovers, priceSource }) => [occasion, depthCovers, priceSource])).toEqual([
      ['proposal', true, '업비트 KRW-BTC 매수 호가 1단계'],
    ]);
    expect(await office.events(`case:${proposed.caseId}`)).toEqual(['seizure.proposed']);
  });

  it('takes more only within the city’s margin and for a reason', async () => {
    await debtor(2);
    await office.holdings(2, ['BTC', '1']);
    const proposed = await proposeFor(2, { marginReason: '가격 변동에 대비' });
    const stored = await office.case(proposed.caseId);
    expect(stored.marginReason).toBe('가격 변동에 대비');
    expect(stored.limitKrw).toBe((BigInt(stored.needKrw ?? 0) * 130n) / 100n);
    expect(proposed.valueKrw.isMoreThan(proposed.needKrw)).toBe(true);
    expect(proposed.valueKrw.toBigInt() <= (stored.limitKrw ?? 0n)).toBe(true);
  });

  it('that names too much is refused with the part that may be taken', async () => {
    await debtor(3);
    await office.holdings(3, ['BTC', '1']);
    const cases = await office.database.read.seizureCase.count();
    const refusal = await proposeFor(3, { quantities: [CoinAmount.of('BTC', '0.5')] }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'SEIZURE_EXCESSIVE', facts: { valueKrw: '50000000', proposed: [{ asset: 'BTC' }] } });
    expect(await office.database.read.seizureCase.count()).toBe(cases);
    const proposed = await proposeFor(3, { quantities: [CoinAmount.of('BTC', '0.02')] });
    expect(proposed.valueKrw.toString()).toBe('2000000');
    expect(proposed.isPartial).toBe(true);
  });
});

describe('a seizure of a person with a history', () => {
  it('revokes a write-off, and says of which notice', async () => {
    await debtor(4, { noticeNumber: 'N-4', writeOff: 'held' });
    await office.holdings(4, ['BTC', '1']);
    expect((await proposeFor(4)).revokesWriteOff).toEqual(['N-4']);
  });

  it('counts what another open seizure of the person secures', async () => {
    const personId = await debtor(5, { noticeNumber: 'N-5', principalKrw: '5000000' });
    await office.holdings(5, ['XRP', '1000']);
    const first = await proposeFor(5);
    expect(first.isPartial).toBe(false);
    await office.holdings(5, ['XRP', '1000'], ['ETH', '10']);
    const ids = (await rowIds(5)).slice(1);
    const second = await proposeFor(5, { rowIds: ids });
    const holdings = (await office.case(second.caseId)).holdings;
    expect(holdings.map(({ asset }) => asset)).toEqual(['ETH']);
    expect(second.needKrw.plus(first.valueKrw).toString()).toBe(first.needKrw.toString());
    expect(second.needKrw.isLessThan(first.needKrw)).toBe(true);
    expect(await office.database.read.seizureCase.count({ where: { personId } })).toBe(2);
    await office.holdings(5, ['XRP', '1000'], ['ETH', '10']);
    const third = await proposeFor(5, { rowIds: (await rowIds(5)).slice(3) }).catch((error: unknown) => error);
    expect(third).toMatchObject({ code: 'SEIZURE_EXCESSIVE' });
  });

  it('takes only what no open seizure has taken of the same coins', async () => {
    const personId = await debtor(7, { noticeNumber: 'N-7', principalKrw: '3000000' });
    await office.holdings(7, ['BTC', '0.04']);
    const first = await proposeFor(7);
    const taken = (await office.case(first.caseId)).holdings[0]?.seizedQuantity;
    await office.bill(personId, { noticeNumber: 'N-7-later', principalKrw: '9000000' });
    await office.holdings(7, ['BTC', '0.04']);
    const ids = (await rowIds(7)).slice(1);
    const second = await proposeFor(7, { rowIds: ids });
    const [rest] = (await office.case(second.caseId)).holdings;
    expect(rest?.seizedQuantity.plus(taken ?? 0).toFixed()).toBe('0.04');
  });

  it('is refused while an insolvency proceeding of the person stands', async () => {
    await debtor(6);
    await office.holdings(6, ['XRP', '100']);
    const { caseId } = await proposeFor(6);
    await office.database.work(office.officer.actor, (work) =>
      imposeStay(work, { caseId, kind: 'rehabilitation', reason: '개시결정', fromDay: civilDate('2026-01-05') }),
    );
    await office.holdings(6, ['BTC', '1']);
    const ids = (await rowIds(6)).slice(1);
    await expect(proposeFor(6, { rowIds: ids })).rejects.toMatchObject({ code: 'SEIZURE_STAYED' });
  });

  it('is not refused for a proceeding that is over, although nobody has lifted its stay', async () => {
    await debtor(8);
    await office.holdings(8, ['XRP', '100']);
    const { caseId } = await proposeFor(8);
    const [fromDay, untilDay] = [civilDate('2025-06-01'), civilDate('2026-01-04')];
    await office.database.work(office.officer.actor, (work) =>
      imposeStay(work, { caseId, kind: 'rehabilitation', reason: '개시결정', fromDay, untilDay }),
    );
    await office.holdings(8, ['BTC', '1']);
    const ids = (await rowIds(8)).slice(1);
    expect((await proposeFor(8, { rowIds: ids })).caseId).not.toBe(caseId);
  });
});

describe('a seizure that may not be', () => {
  it.each([
    ['none', 'SEIZURE_DUNNING_UNSERVED'],
    ['unserved', 'SEIZURE_DUNNING_UNSERVED'],
    ['running', 'SEIZURE_DUNNING_NOT_EXPIRED'],
  ] as const)('with a dunning that is %s is refused as %s, and nothing is stored', async (dunning, code) => {
    const number = { none: 21, unserved: 22, running: 23 }[dunning];
    await debtor(number, { noticeNumber: `N-${number}`, dunning });
    await office.holdings(number, ['BTC', '1']);
    const cases = await office.database.read.seizureCase.count();
    await expect(proposeFor(number)).rejects.toMatchObject({ code });
    expect(await office.database.read.seizureCase.count()).toBe(cases);
    const rows = await office.database.read.holdingsReplyRow.findMany({ where: { accountReference: `acc-${number}` } });
    expect(rows.map(({ caseId }) => caseId)).toEqual([null]);
  });

  it('for a deferred bill, or one with an undecided difference, is refused by name', async () => {
    const deferred = await debtor(24);
    const [bill] = await office.database.read.bill.findMany({ where: { personId: deferred } });
    await office.defer(bill?.id ?? 0, civilDate('2026-01-01'), civilDate('2026-06-30'));
    await office.holdings(24, ['BTC', '1']);
    await expect(proposeFor(24)).rejects.toMatchObject({ code: 'SEIZURE_COLLECTION_DEFERRED' });

    const [personId = 0] = await office.persons(25);
    const billId = await office.bill(personId, { noticeNumber: 'N-25' });
    await office.payElsewhere(billId, 'pending');
    await office.holdings(25, ['BTC', '1']);
    await expect(proposeFor(25)).rejects.toMatchObject({ code: 'SEIZURE_BILL_BARRED' });
  });

  it('of nothing that could be sold is refused', async () => {
    await debtor(26);
    await office.holdings(26, ['OLD', '5'], ['XRP', '1']);
    await expect(proposeFor(26)).rejects.toMatchObject({ code: 'SEIZURE_NOTHING_TO_SEIZE' });
  });
});

describe('many seizures at once', () => {
  it('are proposed in the order of persons with numbers in a row, refusals beside them, and never twice', async () => {
    const bulk = await Office.open();
    const personIds = await bulk.persons(31, 32, 33);
    for (const [index, personId] of personIds.entries()) {
      await bulk.bill(personId, { noticeNumber: `N-3${index}`, dunning: index === 1 ? 'unserved' : 'served' });
    }
    for (const number of [33, 32, 31]) await bulk.holdings(number, ['BTC', '1']);
    const { proposed, refused } = await bulk.propose();
    expect(proposed.map(({ personId, number }) => [personId, number])).toEqual([
      [personIds[0], '2026-000001'],
      [personIds[2], '2026-000002'],
    ]);
    expect(refused.map(({ personId, code }) => [personId, code])).toEqual([[personIds[1], 'SEIZURE_DUNNING_UNSERVED']]);
    expect((await bulk.propose()).proposed).toEqual([]);
  });

  it('are proposed once when two officers do it at the same moment', async () => {
    const bulk = await Office.open();
    const personIds = await bulk.persons(41, 42, 43);
    for (const personId of personIds) await bulk.bill(personId, { noticeNumber: `N-${personId}` });
    for (const number of [41, 42, 43]) await bulk.holdings(number, ['BTC', '1']);
    const runs = await Promise.all([bulk.propose(), bulk.propose(), bulk.propose()]);
    expect(
      runs
        .flatMap(({ proposed }) => proposed)
        .map(({ number }) => number)
        .sort(),
    ).toEqual(['2026-000001', '2026-000002', '2026-000003']);
    expect(await bulk.database.read.seizureCase.count()).toBe(3);
  });

  it('need an active official to carry them', async () => {
    const unknown = office.database.work(office.officer.actor, (work) =>
      proposeCases(work, { venueCode: 'upbit', snapshots: BOOKS, officerId: 999 }),
    );
    await expect(unknown).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
