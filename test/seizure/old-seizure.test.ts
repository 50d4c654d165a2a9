import { beforeAll, describe, expect, it } from 'vitest';
import { balances } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { importOldSeizures } from '../../src/seizure/old-seizure-import.ts';
import { seizureDueSource } from '../../src/seizure/progress.ts';
import { releasableCases, releaseCases } from '../../src/seizure/release.ts';
import { settleForRelease } from '../../src/seizure/settle.ts';
import { type Official, principalOf } from '../identity/officials.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { CORRESPONDENCE, Office } from './seizure-fixture.ts';

const HEADER = '압류번호,등록번호,거래소,계정,가상자산,수량,압류일,고지번호';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});

function takeOver(lines: readonly string[], options: { acceptGoodRows?: boolean } = {}) {
  const csv = Buffer.from([HEADER, ...lines, ''].join('\r\n'));
  return importOldSeizures(office.database, testKeys, office.officer.actor, csv, { officerId: office.officer.userId, ...options });
}

async function debtor(number: number, principalKrw = '3000000'): Promise<number> {
  const [personId = 0] = await office.persons(number);
  return office.bill(personId, { noticeNumber: `N-${number}`, principalKrw });
}

function line(
  number: number,
  coin: string,
  quantity: string,
  changes: { seizure?: string; day?: string; notices?: string; venue?: string } = {},
) {
  const { seizure = `압류-${number}`, day = '2021-06-01', notices = `N-${number}`, venue = '업비트' } = changes;
  return `${seizure},${samplePerson(number).registrationNumber},${venue},acc-${number},${coin},${quantity},${day},${notices}`;
}

async function caseOf(seizureNumber: string) {
  const { id } = await office.database.read.seizureCase.findUniqueOrThrow({ where: { oldSeizureNumber: seizureNumber } });
  return office.case(id);
}

function release(first: number | { ground: 'third_party_owner' }, ...others: number[]) {
  return releaseCases(office.database, testKeys, office.officer.actor, {
    caseIds: typeof first === 'number' ? [first, ...others] : others,
    ground: typeof first === 'number' ? 'nothing_owed' : first.ground,
    reason: '자료를 확인함',
    correspondence: CORRESPONDENCE,
  });
}

describe('old seizures', () => {
  it('become cases that stand, one for all lines of a number, and are taken over once', async () => {
    await debtor(1);
    const lines = [line(1, 'BTC', '0.5'), line(1, 'XRP', '1,000')].map((text) => text.replace('1,000', '"1,000"'));
    expect(await takeOver(lines)).toMatchObject({ state: 'stored', counts: { cases: 1, known: 0 } });
    const seized = await caseOf('압류-1');
    expect(seized).toMatchObject({ phase: 'seized', origin: 'old_seizure', number: '2026-000001', seizedOn: new Date('2021-06-01') });
    expect(
      seized.holdings.map(({ asset, seizedQuantity, demandedQuantity, state }) => [
        asset,
        seizedQuantity.toFixed(),
        demandedQuantity.toFixed(),
        state,
      ]),
    ).toEqual([
      ['BTC', '0.5', '0', 'seized'],
      ['XRP', '1000', '0', 'seized'],
    ]);
    expect(seized.bills).toHaveLength(1);
    expect(await takeOver(lines)).toMatchObject({ repeated: true, counts: { cases: 1, known: 0 } });
    expect(await takeOver([...lines].reverse())).toMatchObject({ repeated: false, counts: { cases: 0, known: 1 } });
    expect(await office.events(`case:${seized.id}`)).toEqual(['seizure.taken_over']);
  });

  it('of unknown persons and bills, or that contradict themselves, are refused line by line', async () => {
    await debtor(2);
    await debtor(3);
    const agent = await office.persons(4);
    await office.bill(agent[0] ?? 0, { noticeNumber: 'N-4', withholdingAgent: true });
    const report = await takeOver([
      line(2, 'BTC', '0.5'),
      line(99, 'BTC', '0.5', { notices: 'N-2' }),
      line(3, 'BTC', '0.5', { notices: 'N-3 N-nowhere', seizure: '압류-3a' }),
      line(3, 'BTC', '0.5', { notices: 'N-2', seizure: '압류-3b' }),
      line(3, 'BTC', '0.5', { seizure: '압류-3c', day: '2026-01-06' }),
      line(4, 'BTC', '0.5'),
      line(3, 'BTC', '0.5', { seizure: '압류-3d' }),
      line(3, 'BTC', '0.6', { seizure: '압류-3d' }),
      line(3, 'KRW', '5', { seizure: '압류-3e', venue: '없는거래소' }),
      line(98, 'BTC', '5', { day: '2026-01-06' }),
      line(98, 'BTC', '6', { day: '2026-01-06' }),
    ]);
    expect(report).toMatchObject({ state: 'refused', counts: {} });
    expect(report.errors.map((error) => `${error.line} ${error.column} ${error.code}`)).toEqual([
      '3 등록번호 NOT_FOUND',
      '4 고지번호 NOT_FOUND',
      '5 고지번호 CONFLICT',
      '6 압류일 INPUT_INVALID',
      '7 고지번호 PENALTY_WITHHOLDING_AGENT',
      '8 압류번호 CONFLICT',
      '9 가상자산 CONFLICT',
      '10 거래소 INPUT_INVALID',
      '10 가상자산 INPUT_INVALID',
      ...['11 등록번호 NOT_FOUND', '11 압류일 INPUT_INVALID', '11 고지번호 NOT_FOUND'],
      ...['12 가상자산 CONFLICT', '12 등록번호 NOT_FOUND', '12 압류일 INPUT_INVALID', '12 고지번호 NOT_FOUND'],
    ]);
    expect(await office.database.read.seizureCase.count({ where: { oldSeizureNumber: { startsWith: '압류-2' } } })).toBe(0);
  });
});

describe('old seizures with bad lines', () => {
  it('are taken as wholes even where the bad line is beyond those that a report lists', async () => {
    await debtor(7);
    const bad = Array.from({ length: 1_100 }, (_, index) => line(7, 'BTC', '0', { seizure: `압류-없음-${index}` }));
    const report = await takeOver([...bad, line(7, 'BTC', '0.5'), line(7, 'ETH', '0')], { acceptGoodRows: true });
    expect(report).toMatchObject({ state: 'refused', rowCount: 1_102, badCount: 1_102, errorCount: 1_102 });
    expect(await office.database.read.seizureCase.count({ where: { oldSeizureNumber: '압류-7' } })).toBe(0);
  });

  it('are taken as wholes: a torn number is left out even when the good lines are asked for', async () => {
    await debtor(5);
    await debtor(6);
    const report = await takeOver([line(5, 'BTC', '0.5'), line(5, 'XRP', '-1'), line(6, 'BTC', '0.5')], { acceptGoodRows: true });
    expect(report).toMatchObject({ state: 'stored', counts: { cases: 1 } });
    expect(await office.database.read.seizureCase.count({ where: { oldSeizureNumber: '압류-5' } })).toBe(0);
    expect(await takeOver([line(6, 'BTC', '0.6')])).toMatchObject({ state: 'refused', errors: [{ column: '압류번호', code: 'CONFLICT' }] });
  });
});

describe('an old seizure that still secures something', () => {
  it('from before the provision is supplemented together with its demand, for no more than is needed', async () => {
    await debtor(11);
    await takeOver([line(11, 'BTC', '1'), line(11, 'XRP', '100')]);
    const { id } = await caseOf('압류-11');
    const { issued } = await office.issue(id);
    expect(issued.map(({ kind }) => kind)).toEqual(['seizure_record', 'venue_seizure_notice', 'transfer_demand']);
    const planned = await office.case(id);
    const [btc, xrp] = planned.holdings;
    expect(btc?.demandedQuantity.lessThan('0.04')).toBe(true);
    expect(btc?.demandedQuantity.greaterThan('0.03')).toBe(true);
    expect(xrp?.demandedQuantity.toFixed()).toBe('0');

    const isDue = async () => (await seizureDueSource(office.database).due(office.clock.now())).includes(id);
    await office.serve(id, 'transfer_demand');
    expect(await isDue()).toBe(false);
    await office.progress(id);
    expect((await office.case(id)).phase).toBe('seized');
    await office.serve(id, 'venue_seizure_notice');
    expect(await isDue()).toBe(true);
    await office.progress(id);
    const demanded = await office.case(id);
    expect(demanded).toMatchObject({
      phase: 'transfer_demanded',
      seizedOn: new Date('2021-06-01'),
      supplementedOn: new Date('2026-01-05'),
    });
    expect(demanded.holdings.map(({ state }) => state)).toEqual(['demanded', 'seized']);
    expect((await office.issue(id)).issued.map(({ kind }) => kind)).toEqual(['seizure_notice']);
  });

  it('from after it is demanded without another seizure', async () => {
    await debtor(12);
    await takeOver([line(12, 'BTC', '1', { day: '2022-01-28' })]);
    const { id } = await caseOf('압류-12');
    expect((await office.issue(id)).issued.map(({ kind }) => kind)).toEqual(['transfer_demand']);
    await office.serve(id, 'transfer_demand');
    await office.progress(id);
    expect(await office.case(id)).toMatchObject({ phase: 'transfer_demanded', supplementedOn: null });
  });

  it('beside another that is demanded already is demanded for the rest only', async () => {
    await debtor(13, '10000000');
    await takeOver([
      line(13, 'ETH', '2', { seizure: '압류-13a', day: '2023-01-01' }),
      line(13, 'BTC', '1', { seizure: '압류-13b', day: '2023-01-01' }),
    ]);
    const first = await caseOf('압류-13a');
    const second = await caseOf('압류-13b');
    await office.issue(first.id, second.id);
    const eth = (await office.case(first.id)).holdings[0];
    const btc = (await office.case(second.id)).holdings[0];
    expect(eth?.demandedQuantity.toFixed()).toBe('2');
    // About 10.86 million won at settlement, 8 million of it in ether.
    expect(btc?.demandedQuantity.greaterThan('0.028')).toBe(true);
    expect(btc?.demandedQuantity.lessThan('0.029')).toBe(true);
  });
});

describe('an old seizure that secures nothing any more', () => {
  it('must be released: the record, two notices, the end of what was expected, and the case is closed', async () => {
    const paid = await debtor(21);
    const owing = await debtor(22);
    expect(owing).toBeGreaterThan(0);
    await takeOver([line(21, 'BTC', '1', { day: '2023-01-01' }), line(22, 'BTC', '1')]);
    const [done, open] = [await caseOf('압류-21'), await caseOf('압류-22')];
    await office.issue(done.id);
    await office.serve(done.id, 'transfer_demand');
    await office.progress(done.id);
    await office.payElsewhere(paid);

    const releasable = await office.database.work(testActor, releasableCases);
    expect(releasable.map(({ caseId }) => caseId)).toContain(done.id);
    expect(releasable.map(({ caseId }) => caseId)).not.toContain(open.id);
    const { released, refused } = await release(done.id, open.id);
    expect(released).toEqual([done.id]);
    expect(refused).toMatchObject([{ caseId: open.id, code: 'RELEASE_NOT_ALLOWED' }]);

    const closed = await office.case(done.id);
    expect(closed).toMatchObject({ phase: 'closed', closeReason: 'nothing_owed', phaseDeadlineOn: null });
    expect(closed.holdings.map(({ state }) => state)).toEqual(['released']);
    const holding = closed.holdings[0]?.id ?? 0;
    expect(await balances(office.database.read, { chart: CHART.coinsOutstanding, subject: `holding:${holding}` })).toEqual([]);
    expect(await balances(office.database.read, { chart: CHART.dutyToOwner, subject: `holding:${holding}` })).toEqual([]);
    const notices = await office.database.read.notice.findMany({ where: { subject: `case:${done.id}`, kind: 'release_notice' } });
    expect(notices.map(({ recipientKind }) => recipientKind).sort()).toEqual(['delinquent', 'venue']);
    expect(await office.database.read.release.findMany({ where: { caseId: done.id } })).toMatchObject([{ ground: 'nothing_owed' }]);
    expect((await release(done.id)).refused).toMatchObject([{ code: 'PHASE_WRONG' }]);
  });

  it('on another ground is settled first, so that what is held goes back, and then released', async () => {
    await debtor(24);
    await takeOver([line(24, 'BTC', '1')]);
    const { id } = await caseOf('압류-24');
    const settle = async ({ userId, actor }: Official) => {
      const principal = await principalOf(office.database, userId);
      const ending = { caseId: id, ground: 'third_party_owner', reason: '소유 증빙 확인' } as const;
      await office.database.work(actor, (work) => settleForRelease(work, principal, ending));
    };
    expect((await release({ ground: 'third_party_owner' }, id)).refused).toMatchObject([{ code: 'RELEASE_NOT_ALLOWED' }]);
    await expect(settle(office.officer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await settle(office.approver);
    expect((await office.case(id)).phase).toBe('settled');
    await expect(settle(office.approver)).rejects.toMatchObject({ code: 'PHASE_WRONG' });
    expect((await release(id)).refused).toMatchObject([{ code: 'RELEASE_NOT_ALLOWED' }]);
    expect((await release({ ground: 'third_party_owner' }, id)).released).toEqual([id]);
    expect((await office.case(id)).closeReason).toBe('third_party_owner');
  });

  it('settles by itself when it is taken over, and is refused no demand it could not make', async () => {
    const paid = await debtor(23);
    await office.payElsewhere(paid);
    await takeOver([line(23, 'BTC', '1')]);
    const { id } = await caseOf('압류-23');
    expect((await office.issue(id)).refused).toMatchObject([{ caseId: id, code: 'SEIZURE_NOTHING_OWED' }]);
    await office.progress(id);
    expect((await office.case(id)).phase).toBe('settled');
    expect((await release(id)).released).toEqual([id]);
  });
});
