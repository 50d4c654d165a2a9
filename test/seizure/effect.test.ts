import { beforeAll, describe, expect, it } from 'vitest';
import { civilDate, startOfDay } from '../../src/kernel/civil-date.ts';
import { balances } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { seizureDueSource } from '../../src/seizure/progress.ts';
import { valueSeizures } from '../../src/seizure/seizure-valuation.ts';
import { recordServedOnVenue } from '../../src/seizure/served.ts';
import { imposeStay } from '../../src/seizure/stay.ts';
import { testActor } from '../support/database.ts';
import { Office } from './seizure-fixture.ts';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});

async function approvedCase(number: number): Promise<{ caseId: number; billId: number }> {
  const [personId = 0] = await office.persons(number);
  const billId = await office.bill(personId, { noticeNumber: `N-${number}` });
  await office.holdings(number, ['BTC', '1']);
  const { proposed } = await office.propose();
  const caseId = proposed[0]?.caseId ?? 0;
  await office.approve(caseId);
  return { caseId, billId };
}

/** Whether the sweeper would ring for the case, should its own ring have been lost. */
async function isDue(caseId: number): Promise<boolean> {
  return (await seizureDueSource(office.database).due(office.clock.now())).includes(caseId);
}

function letters(caseId: number) {
  return office.database.read.notice.findMany({ where: { subject: `case:${caseId}` }, orderBy: { id: 'asc' } });
}

async function coins(chart: typeof CHART.coinsOutstanding | typeof CHART.dutyToOwner, holdingId: number): Promise<string> {
  const [row] = await balances(office.database.read, { chart, subject: `holding:${holdingId}` });
  return row?.balance ?? '0';
}

describe('an approved seizure', () => {
  it('is written to the exchange first, takes effect when served there, and is demanded when the demand is served', async () => {
    const { caseId } = await approvedCase(1);
    const { issued, refused } = await office.issue(caseId);
    expect(refused).toEqual([]);
    expect(issued.map(({ kind }) => kind)).toEqual(['seizure_record', 'venue_seizure_notice', 'transfer_demand']);
    const [record, notice, demand] = await letters(caseId);
    expect([record?.recipientKind, notice?.recipientKind, demand?.recipientKind]).toEqual(['delinquent', 'venue', 'venue']);
    expect(demand?.deadlineOn).toEqual(new Date('2026-01-19'));
    expect((await office.issue(caseId)).issued).toEqual([]);

    await office.progress(caseId);
    expect((await office.case(caseId)).phase).toBe('approved');
    await office.serve(caseId, 'venue_seizure_notice');
    await office.progress(caseId);
    const seized = await office.case(caseId);
    expect(seized).toMatchObject({ phase: 'seized', seizedOn: new Date('2026-01-05') });
    expect(seized.holdings.map(({ state }) => state)).toEqual(['seized']);

    expect((await office.issue(caseId)).issued.map(({ kind }) => kind)).toEqual(['seizure_notice']);
    await office.serve(caseId, 'transfer_demand');
    await office.progress(caseId);
    const demanded = await office.case(caseId);
    const [holding] = demanded.holdings;
    expect(demanded).toMatchObject({ phase: 'transfer_demanded', phaseDeadlineOn: demand?.deadlineOn });
    expect(holding).toMatchObject({ state: 'demanded', venueAccountId: office.accountId });
    expect(await coins(CHART.coinsOutstanding, holding?.id ?? 0)).toBe(holding?.seizedQuantity.toFixed());
    expect(await coins(CHART.dutyToOwner, holding?.id ?? 0)).toBe(`-${holding?.seizedQuantity.toFixed()}`);
    await office.progress(caseId);
    expect((await office.events(`case:${caseId}`)).filter((action) => /took_effect|transfer\.demanded/.test(action))).toEqual([
      'seizure.took_effect',
      'transfer.demanded',
    ]);
  });

  it('keeps the instant of service where the receipt tells it, and only on the day of the proof', async () => {
    const { caseId } = await approvedCase(2);
    const record = (servedAt: Date) =>
      office.database.work(office.officer.actor, (work) => recordServedOnVenue(work, { caseId, servedAt }));
    await expect(record(office.clock.now())).rejects.toMatchObject({ code: 'NOTICE_UNSERVED' });
    await office.issue(caseId);
    await expect(record(office.clock.now())).rejects.toMatchObject({ code: 'NOTICE_UNSERVED' });
    await office.serve(caseId, 'venue_seizure_notice');
    await expect(record(startOfDay(civilDate('2026-01-04')))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await record(office.clock.now());
    expect(await office.case(caseId)).toMatchObject({ phase: 'seized', servedOnVenueAt: office.clock.now() });
    await expect(record(office.clock.now())).rejects.toMatchObject({ code: 'PHASE_WRONG' });
  });

  it('is not written for while a bill is barred or the case is stayed, and keeps no other back', async () => {
    const paid = await approvedCase(3);
    const stayed = await approvedCase(4);
    const good = await approvedCase(5);
    await office.payElsewhere(paid.billId);
    await office.database.work(testActor, (work) =>
      imposeStay(work, { caseId: stayed.caseId, kind: 'third_party_claim', reason: '소유권 주장', fromDay: civilDate('2026-01-05') }),
    );
    const { issued, refused } = await office.issue(paid.caseId, stayed.caseId, good.caseId);
    expect(new Set(issued.map(({ caseId }) => caseId))).toEqual(new Set([good.caseId]));
    expect(refused.map(({ caseId, code }) => [caseId, code])).toEqual([
      [paid.caseId, 'SEIZURE_NOTHING_OWED'],
      [stayed.caseId, 'SEIZURE_STAYED'],
    ]);
    expect(await letters(paid.caseId)).toEqual([]);
  });
});

describe('a seizure that took effect', () => {
  it('is valued once, with source, time and depth, from the exchange’s own book', async () => {
    const atExchange = await Office.open('paper exchange');
    const port = await atExchange.port();
    const [personId = 0] = await atExchange.persons(6);
    await atExchange.bill(personId, { noticeNumber: 'N-6' });
    const caseId = await atExchange.demandedCase(6, [['BTC', '1']]);
    const value = () => valueSeizures(atExchange.database, port, testActor);
    expect((await Promise.all([value(), value()])).reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await value()).toBe(0);
    const valuations = await atExchange.database.read.valuation.findMany({ where: { caseId, occasion: 'seizure' } });
    expect(valuations).toHaveLength(1);
    const [valuation] = valuations;
    const { quantity } = valuation ?? {};
    expect(quantity?.toFixed()).toBe((await atExchange.case(caseId)).holdings[0]?.seizedQuantity.toFixed());
    expect(valuation?.priceSource).toMatch(/^업비트 KRW-BTC 매수 호가 \d+단계$/);
    expect(valuation?.takenAt).toEqual(atExchange.clock.now());
    expect(valuation?.valueKrw).toBeGreaterThan(0n);
    expect(await atExchange.events(`case:${caseId}`)).toContain('seizure.valued');
  });
});

describe('payment and cancellation', () => {
  it('end a seizure that never reached the exchange', async () => {
    const { caseId, billId } = await approvedCase(11);
    await office.payElsewhere(billId);
    expect(await isDue(caseId)).toBe(true);
    await office.progress(caseId);
    expect(await isDue(caseId)).toBe(false);
    expect(await office.case(caseId)).toMatchObject({ phase: 'refused', refusalCode: 'SEIZURE_NOTHING_OWED' });
  });

  it('wait for a letter that is under way, and then settle the seizure', async () => {
    const { caseId, billId } = await approvedCase(12);
    await office.issue(caseId);
    const letter = await office.send(caseId, 'venue_seizure_notice');
    await office.payElsewhere(billId);
    expect(await isDue(caseId)).toBe(false);
    await office.progress(caseId);
    expect((await office.case(caseId)).phase).toBe('approved');
    await office.arrive(letter);
    for (const phase of ['seized', 'settled']) {
      expect(await isDue(caseId)).toBe(true);
      await office.progress(caseId);
      expect((await office.case(caseId)).phase).toBe(phase);
    }
    expect(await isDue(caseId)).toBe(false);
  });

  it('do nothing while a part is owed', async () => {
    const [personId = 0] = await office.persons(13);
    const paid = await office.bill(personId, { noticeNumber: 'N-13-a' });
    await office.bill(personId, { noticeNumber: 'N-13-b' });
    const caseId = await office.demandedCase(13, [['BTC', '1']]);
    await office.payElsewhere(paid);
    await office.progress(caseId);
    expect((await office.case(caseId)).phase).toBe('transfer_demanded');
  });
});
