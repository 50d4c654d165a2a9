import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, dayToColumn, seoulDay } from '../../src/kernel/civil-date.ts';
import { replayCoverage } from '../../src/liquidation/coverage-replay.ts';
import { coverageInputsSchema } from '../../src/valuation/coverage/inputs.ts';
import { CoverageDesk } from './coverage-fixture.ts';

let desk: CoverageDesk;

beforeAll(async () => {
  desk = await CoverageDesk.open();
  await desk.record({ asset: 'BTC' }, { asset: 'ETH', sigma: 0.05, price: 100_000 });
});

const inputsOf = (reading: { readonly inputs: unknown } | undefined) => coverageInputsSchema.parse(reading?.inputs);

describe('a reading', () => {
  it('says of a case in its window whether its coins will cover the debt when the city sells', async () => {
    const { caseId } = await desk.windowCase({ coins: { BTC: '1' }, bills: ['900000'], endsInDays: 20 });
    const reading = await desk.read(caseId);
    const today = seoulDay(desk.clock.now());
    expect(reading).toMatchObject({ ruleVersion: 'coverage-1', standing: 'at_risk', saleOn: dayToColumn(addDays(today, 22)) });
    const inputs = inputsOf(reading);
    expect(inputs.cases).toEqual([
      { caseId, saleOn: addDays(today, 22), horizonDays: 22, earliestDays: 1, cashKrw: '0', costsKrw: '1000' },
    ]);
    expect(Number(inputs.claims[0]?.owedKrw)).toBeGreaterThan(900_000);
    expect(inputs.holdings).toEqual([
      { caseId, asset: 'BTC', market: 'upbit:BTC', units: '1', costRate: expect.stringMatching(/^0\.00[3-9]/) },
    ]);
    expect(inputs.markets).toMatchObject([
      { name: 'upbit:BTC', state: 'priced', price: '1000000', forecasts: [{ horizonDays: 1 }, { horizonDays: 22 }] },
    ]);
    expect(inputs.markets[0]?.history?.returnsPpm.split(' ').length).toBe(199);
  });

  it('counts what is owed on the day of the settlement, penalty that comes until then included', async () => {
    const near = await desk.windowCase({ coins: { BTC: '2' }, bills: ['900000'], endsInDays: 1 });
    const far = await desk.windowCase({ coins: { BTC: '2' }, bills: ['900000'], endsInDays: 100 });
    const owed = async (caseId: number) => Number(inputsOf(await desk.read(caseId)).claims[0]?.owedKrw);
    expect(await owed(far.caseId)).toBeGreaterThan(await owed(near.caseId));
  });

  it('is taken of nothing that has no coins to sell', async () => {
    const { caseId } = await desk.windowCase({ coins: { BTC: '1' }, bills: ['900000'] });
    await desk.by((work) => work.tx.holding.updateMany({ where: { caseId }, data: { state: 'sold' } }));
    expect(await desk.read(caseId)).toBeUndefined();
    await desk.by((work) => work.tx.holding.updateMany({ where: { caseId }, data: { state: 'received' } }));
    await desk.by((work) => work.tx.seizureCase.update({ where: { id: caseId }, data: { phase: 'sale_done' } }));
    expect(await desk.read(caseId)).toBeUndefined();
    await expect(desk.read(999_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    [null, 91],
    [40, 42],
  ])('is put off by a stay to its end, or, where nobody knows it, as long as the city expects (%s)', async (days, horizonDays) => {
    const { caseId } = await desk.windowCase({ coins: { BTC: '2' }, bills: ['900000'], endsInDays: 5 });
    const today = seoulDay(desk.clock.now());
    const untilDay = days === null ? null : dayToColumn(addDays(today, days));
    const stay = { caseId, kind: 'appeal', scope: 'sale', legalGround: '표본', reason: '표본', untilDay } as const;
    await desk.by((work) => work.tx.stay.create({ data: { ...stay, fromDay: dayToColumn(today), createdAt: work.at } }));
    expect(inputsOf(await desk.read(caseId)).cases[0]).toMatchObject({ horizonDays, earliestDays: horizonDays });
  });
});

describe('what it is made from', () => {
  it('reads together the cases of a taxpayer that cover the same bills', async () => {
    const first = await desk.windowCase({ coins: { BTC: '0.7' }, bills: ['900000'] });
    const alone = await desk.read(first.caseId);
    expect(alone?.standing).toBe('short');
    const second = await desk.windowCase({ coins: { ETH: '30' }, bills: [...first.billIds], personId: first.personId });
    await desk.windowCase({ coins: { ETH: '1' }, bills: ['500000'], personId: first.personId });
    desk.advanceHours(1);
    const together = await desk.read(first.caseId);
    expect(together?.standing).toBe('covered');
    expect(inputsOf(together)).toMatchObject({
      cases: [{ caseId: first.caseId }, { caseId: second.caseId }],
      claims: [{ caseIds: [first.caseId, second.caseId] }],
    });
  });

  it('knows nothing of a coin without a price, and counts one that nobody trades any more as nothing', async () => {
    await desk.record({ asset: 'LUNA', endsHoursAgo: 24 * 10 });
    const gone = await desk.windowCase({ coins: { LUNA: '100' }, bills: ['500000'] });
    expect(await desk.read(gone.caseId)).toMatchObject({ standing: 'short', result: { coins: [{ state: 'untraded' }] } });
    const unheard = await desk.windowCase({ coins: { XYZ: '100' }, bills: ['500000'] });
    expect(await desk.read(unheard.caseId)).toMatchObject({ standing: 'unknown', probability: null });
    const unlisted = await desk.windowCase({ coins: { OLD: '100' }, bills: ['500000'] });
    await desk.by((work) =>
      work.tx.watchedMarket.create({
        data: { venueAccountId: desk.accountId, asset: 'OLD', symbol: null, readAt: work.at, nextReadAt: work.at },
      }),
    );
    expect(await desk.read(unlisted.caseId)).toMatchObject({ standing: 'short' });
  });

  it('takes a young coin for a wilder reference market', async () => {
    await desk.record({ asset: 'NEW', days: 12, sigma: 0.01 });
    const { caseId } = await desk.windowCase({ coins: { NEW: '1.3' }, bills: ['900000'] });
    const reading = await desk.read(caseId);
    expect(reading).toMatchObject({ standing: 'at_risk', result: { coins: [{ model: 'proxy', usableDays: 11 }] } });
  });

  it('costs more where a holding is large beside what is traded', async () => {
    await desk.record({ asset: 'THIN', volume: 0.5 });
    const { caseId } = await desk.windowCase({ coins: { THIN: '12' }, bills: ['900000'] });
    const costRate = Number(inputsOf(await desk.read(caseId)).holdings[0]?.costRate);
    // Two thirds of 3% times the root of one day's volume, beside fee and spread.
    expect(costRate).toBeGreaterThan(0.017);
    expect(costRate).toBeLessThan(0.03);
  });
});

describe('news', () => {
  it('of a case that was seized as enough is told once, and of one that never was, not at all', async () => {
    const enough = await desk.windowCase({ coins: { BTC: '1' }, bills: ['900000'] });
    await desk.asSuperuser(`UPDATE seizure_case SET need_krw = 950000 WHERE id = ${enough.caseId}`);
    const [holding] = await desk.database.read.holding.findMany({ where: { caseId: enough.caseId } });
    await desk.by((work) =>
      work.tx.valuation.create({
        data: {
          caseId: enough.caseId,
          holdingId: holding?.id ?? 0,
          occasion: 'proposal',
          takenAt: new Date('2025-11-01T00:00:00Z'),
          priceSource: '표본',
          priceAt: new Date('2025-11-01T00:00:00Z'),
          quantity: '1',
          price: '1000000',
          depthKrw: 1_000_000n,
          depthCovers: true,
          valueKrw: 1_000_000n,
        },
      }),
    );
    const before = (await desk.alerts()).length;
    await desk.read(enough.caseId);
    const [alert, ...others] = (await desk.alerts()).slice(before);
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ code: 'coverage_at_risk', severity: 'warning', subject: `case:${enough.caseId}` });
    const never = await desk.windowCase({ coins: { BTC: '1' }, bills: ['3000000'] });
    expect(await desk.read(never.caseId)).toMatchObject({ standing: 'short' });
    desk.advanceHours(2);
    await desk.read(enough.caseId);
    expect((await desk.alerts()).length).toBe(before + 1);
  });

  it('is a fall below what the policy wants, and each change of standing is in the audit log', async () => {
    const { caseId } = await desk.windowCase({ coins: { ETH: '15' }, bills: ['800000'] });
    expect(await desk.read(caseId)).toMatchObject({ standing: 'covered' });
    const before = (await desk.alerts()).length;
    desk.advanceHours(1);
    await desk.hour('ETH', 70_000);
    const fallen = await desk.read(caseId);
    expect(fallen?.standing).toBe('at_risk');
    expect(Number(fallen?.probability)).toBeLessThan(0.8);
    expect((await desk.alerts()).slice(before)).toMatchObject([{ code: 'coverage_at_risk', subject: `case:${caseId}` }]);
    desk.advanceHours(1);
    await desk.hour('ETH', 70_500);
    await desk.read(caseId);
    expect((await desk.alerts()).length).toBe(before + 1);
    expect((await desk.events(caseId)).map(({ payload }) => JSON.parse(payload))).toMatchObject([
      { to: 'covered' },
      { from: 'covered', to: 'at_risk' },
    ]);
    await desk.hour('ETH', 100_000);
  });
});

it('rung twice at an instant it reads once', async () => {
  const { caseId } = await desk.windowCase({ coins: { BTC: '1' }, bills: ['900000'] });
  const both = await Promise.all([desk.read(caseId), desk.read(caseId)]);
  expect(both.filter((reading) => reading !== undefined).length).toBe(1);
});

it('is made again from what was stored, and a change of any of it is found', async () => {
  expect(await replayCoverage(desk.database)).toEqual([]);
  const { caseId } = await desk.windowCase({ coins: { BTC: '1' }, bills: ['900000'] });
  const { id } = (await desk.read(caseId)) ?? expect.fail();
  expect(await replayCoverage(desk.database, caseId)).toEqual([]);
  const changes = [
    `inputs = jsonb_set(inputs, '{readAt}', '"2026-01-01T00:00:00.000Z"')`,
    `inputs = jsonb_set(inputs, '{claims,0,owedKrw}', '"900000"')`,
    `result = jsonb_set(result, '{needKrw}', '"900000"')`,
    `probability = 0.123`,
    `rule_version = 'coverage-0'`,
  ];
  for (const change of changes) {
    await desk.asSuperuser('CREATE TABLE kept AS SELECT * FROM coverage_reading');
    await desk.asSuperuser(`UPDATE coverage_reading SET ${change} WHERE id = ${id}`);
    expect(await replayCoverage(desk.database, caseId), change).toEqual([`coverage_reading:${id}`]);
    await desk.asSuperuser(`DELETE FROM coverage_reading; INSERT INTO coverage_reading SELECT * FROM kept; DROP TABLE kept`);
  }
  expect(await replayCoverage(desk.database)).toEqual([]);
});
