import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CoverageDesk } from '../liquidation/coverage-fixture.ts';
import { type SignedInClient, startApi } from '../support/api.ts';

let desk: CoverageDesk;
let officer: SignedInClient;
let agent: SignedInClient;
let ids: Readonly<Record<'covered' | 'atRisk' | 'short' | 'unknown' | 'unread' | 'over', number>>;

const point = z.looseObject({ id: z.int(), standing: z.string(), probability: z.string().nullable() });
const ofCase = z.object({ latest: z.looseObject({ id: z.int() }).nullable(), history: z.array(point), next: z.int().nullable() });
const list = z.array(point.extend({ caseId: z.int(), caseNumber: z.string(), suggestions: z.array(z.looseObject({ code: z.string() })) }));

beforeAll(async () => {
  desk = await CoverageDesk.open();
  await desk.record({ asset: 'BTC' });
  const caseOf = async (coins: Readonly<Record<string, string>>) => (await desk.windowCase({ coins, bills: ['900000'] })).caseId;
  ids = {
    covered: await caseOf({ BTC: '3' }),
    atRisk: await caseOf({ BTC: '1.05' }),
    short: await caseOf({ BTC: '0.8' }),
    unknown: await caseOf({ XYZ: '1' }),
    unread: await caseOf({ BTC: '1' }),
    over: await caseOf({ BTC: '0.5' }),
  };
  for (const id of [ids.covered, ids.unknown, ids.atRisk, ids.short, ids.over]) await desk.read(id);
  for (let again = 0; again < 2; again++) {
    desk.advanceHours(1);
    await desk.read(ids.atRisk);
  }
  await desk.asSuperuser(`UPDATE seizure_case SET phase = 'sale_done' WHERE id = ${ids.over}`);
  const api = await startApi({ over: desk.test });
  officer = await api.hire('reader', ['collection_officer']);
  agent = await api.hire('agent', ['call_agent']);
});

async function listed(query = ''): Promise<z.output<typeof list>> {
  return (await officer.get(`/coverage${query}`)).expect(list);
}

describe('the list', () => {
  test('begins with the worst, and leaves out what has no reading or nothing more to sell', async () => {
    const cases = await listed();
    expect(cases.map(({ caseId }) => caseId)).toEqual([ids.short, ids.atRisk, ids.unknown, ids.covered]);
    expect(cases.map(({ standing }) => standing)).toEqual(['short', 'at_risk', 'unknown', 'covered']);
    expect(cases[0]).toMatchObject({ phase: 'voluntary_window', standingTitle: '부족', officerId: desk.officerId });
    expect(cases.map(({ suggestions }) => suggestions.map(({ code }) => code))).toEqual([
      ['demand_more'],
      ['sell_earlier_with_consent', 'demand_more'],
      ['nothing'],
      ['release_excess'],
    ]);
  });

  test('is of one standing, one officer or so many', async () => {
    expect((await listed('?standing=at_risk')).map(({ caseId }) => caseId)).toEqual([ids.atRisk]);
    expect((await listed('?limit=2')).length).toBe(2);
    expect(await listed(`?officerId=${desk.officerId + 1}`)).toEqual([]);
    expect((await listed(`?officerId=${desk.officerId}`)).length).toBe(4);
    expect((await officer.get('/coverage?standing=bad')).problem()).toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('a case', () => {
  test('has its last reading whole, and those before it, the newest first', async () => {
    const shown = (await officer.get(`/cases/${ids.atRisk}/coverage?limit=2`)).expect(ofCase);
    expect(shown.latest).toMatchObject({
      caseId: ids.atRisk,
      ruleVersion: 'coverage-1',
      standing: 'at_risk',
      valueKrw: '1050000',
      shortfallKrw: { p50: expect.stringMatching(/^\d+$/) },
      coins: [{ asset: 'BTC', units: '1.05', state: 'priced', model: 'own' }],
    });
    expect(shown.history[0]?.id).toBe(shown.latest?.id);
    expect(shown.history.length).toBe(2);
    const older = (await officer.get(`/cases/${ids.atRisk}/coverage?before=${shown.next}`)).expect(ofCase);
    expect(older.history.map(({ id }) => id < (shown.next ?? 0))).toEqual([true]);
    expect(older.next).toBeNull();
  });

  test('without a reading has none, and one that does not exist is not found', async () => {
    expect((await officer.get(`/cases/${ids.unread}/coverage`)).expect(ofCase)).toEqual({ latest: null, history: [], next: null });
    expect((await officer.get('/cases/999999/coverage')).problem()).toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('somebody who may not read cases sees neither', async () => {
  for (const path of ['/coverage', `/cases/${ids.short}/coverage`])
    expect((await agent.get(path)).problem()).toMatchObject({ code: 'FORBIDDEN', facts: { permission: 'case.read' } });
});
