import { beforeAll, describe, expect, it } from 'vitest';
import { handOverCases } from '../../src/seizure/handover.ts';
import { registerRightHolder } from '../../src/seizure/right-holder.ts';
import { createOfficial, type Official } from '../identity/officials.ts';
import { Office } from './seizure-fixture.ts';

let office: Office;
let colleague: Official;
let cases: number[];

beforeAll(async () => {
  office = await Office.open();
  colleague = await createOfficial(office.database, 'colleague', ['collection_officer']);
  for (const [index, personId] of (await office.persons(1, 2)).entries()) await office.bill(personId, { noticeNumber: `N-${index + 1}` });
  for (const number of [1, 2]) await office.holdings(number, ['BTC', '1']);
  cases = (await office.propose()).proposed.map(({ caseId }) => caseId);
});

describe('who carries a case and who has a right in it', () => {
  it('is handed over to another officer with a reason, and only to one', async () => {
    const [first = 0] = cases;
    const handOver = (toId: number, reason = '인사 이동') =>
      office.database.work(office.officer.actor, (work) => handOverCases(work, { caseIds: [first], toId, reason }));
    await expect(handOver(office.approver.userId)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(handOver(colleague.userId, ' ')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await handOver(colleague.userId);
    await handOver(colleague.userId);
    expect((await office.case(first)).officerId).toBe(colleague.userId);
    expect(await office.database.read.caseHandover.findMany({ where: { caseId: first } })).toMatchObject([
      { fromId: office.officer.userId, toId: colleague.userId, reason: '인사 이동' },
    ]);
  });

  it('is registered once as one thing, and is never the delinquent himself', async () => {
    const [, second = 0] = cases;
    const [pledgee = 0] = await office.persons(9);
    const register = (personId: number, kind: 'pledgee' | 'collateral_owner') =>
      office.database.work(office.officer.actor, (work) => registerRightHolder(work, { caseId: second, personId, kind }));
    await register(pledgee, 'pledgee');
    await register(pledgee, 'pledgee');
    await expect(register(pledgee, 'collateral_owner')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(register((await office.case(second)).personId, 'pledgee')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(register(9_999, 'pledgee')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await office.database.read.rightHolder.findMany({ where: { caseId: second } })).toMatchObject([
      { personId: pledgee, kind: 'pledgee' },
    ]);
  });
});
