import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, dayFromColumn, startOfDay } from '../../src/kernel/civil-date.ts';
import { distributionDueSource } from '../../src/treasury/distribution.ts';
import { decideObjection, type ObjectionDecision, proveAppeal, readObjection, recordObjection } from '../../src/treasury/objection.ts';
import { testKeys } from '../support/test-keys.ts';
import { type SampleCase, TreasuryOffice } from './treasury-office.ts';

let office: TreasuryOffice;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

async function told() {
  const sample = await office.sampleCase({ pledgees: 1 });
  await office.sell(sample, '300000');
  await office.bringHome([sample.caseId]);
  await office.progress(sample.caseId);
  const draft = await office.draftOf(sample.caseId);
  await office.tell(draft.id);
  return { sample, draft, day: dayFromColumn(draft.distributionOn) };
}

const file = (distributionId: number, sample: SampleCase, change: Partial<Parameters<typeof recordObjection>[2]> = {}) =>
  office
    .by(office.treasurer.actor, (work) =>
      recordObjection(work, testKeys, {
        distributionId,
        filedById: sample.personId,
        filedOn: office.today,
        content: '순위가 잘못되었습니다',
        ...change,
      }),
    )
    .then(({ objectionId }) => objectionId);
const decide = (objectionId: number, decision: ObjectionDecision['decision']) =>
  office.by(office.treasurer.actor, (work) => decideObjection(work, { objectionId, decision, reason: '검토함' }));

describe('an objection', () => {
  it('keeps everything back until it is decided, also when it comes on the day itself', async () => {
    const { sample, draft, day } = await told();
    office.advanceTo(day, 16);
    const objectionId = await file(draft.id, sample);
    office.advanceTo(day, 18);
    await expect(office.finish(draft.id)).rejects.toMatchObject({ code: 'DISTRIBUTION_OBJECTED', facts: { objections: [objectionId] } });
    expect(await distributionDueSource(office.database).due(office.test.clock.now())).not.toContain(draft.id);
    office.advanceTo(addDays(day, 40), 9);
    await expect(office.finish(draft.id)).rejects.toMatchObject({ code: 'DISTRIBUTION_OBJECTED' });
    await decide(objectionId, 'withdrawn');
    expect(await office.finish(draft.id)).toMatchObject({ outcome: 'final' });
    expect((await office.money(sample.caseId)).agrees).toBe(true);
  });

  it('that is dismissed counts as withdrawn when no appeal is proven within a week', async () => {
    const { sample, draft, day } = await told();
    const objectionId = await file(draft.id, sample);
    await decide(objectionId, 'dismissed');
    office.advanceTo(day, 18);
    await expect(office.finish(draft.id)).rejects.toMatchObject({ code: 'DISTRIBUTION_OBJECTED' });
    const source = distributionDueSource(office.database);
    const freeAt = startOfDay(addDays(day, 8));
    expect((await source.nextDueAt?.(office.test.clock.now()))?.getTime()).toBe(freeAt.getTime());
    office.test.clock.advanceTo(freeAt);
    expect(await source.due(freeAt)).toContain(draft.id);
    expect(await office.finish(draft.id)).toMatchObject({ outcome: 'final' });
    expect(await office.database.read.distributionObjection.findUniqueOrThrow({ where: { id: objectionId } })).toMatchObject({
      state: 'withdrawn',
      decisionReason: '검토함',
    });
  });

  it('stays in the way when an appeal was proven in time', async () => {
    const { sample, draft, day } = await told();
    const objectionId = await file(draft.id, sample);
    const prove = (provenOn: typeof day) =>
      office.by(office.treasurer.actor, (work) => proveAppeal(work, { objectionId, provenOn, reference: '심판청구 접수증' }));
    await expect(prove(office.today)).rejects.toMatchObject({ code: 'CONFLICT' });
    await decide(objectionId, 'dismissed');
    office.advanceTo(addDays(day, 8), 9);
    await expect(prove(addDays(day, 8))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await prove(addDays(day, 7));
    await expect(office.finish(draft.id)).rejects.toMatchObject({ code: 'DISTRIBUTION_OBJECTED' });
    await decide(objectionId, 'withdrawn');
    expect(await office.finish(draft.id)).toMatchObject({ outcome: 'final' });
  });
});

describe('what becomes of an objection', () => {
  it('that is upheld: another draft', async () => {
    const { sample, draft } = await told();
    const objectionId = await file(draft.id, sample);
    const heir = await office.sampleCase();
    await office.by(office.officer.actor, (work) =>
      work.tx.rightHolder.create({ data: { caseId: sample.caseId, personId: heir.personId, kind: 'other', createdAt: work.at } }),
    );
    const [lyingHere = 0] = await office.write(draft.id);
    const { redraftedTo } = await decide(objectionId, 'upheld');
    expect((await office.room.row(lyingHere)).state).toBe('cancelled');
    expect((await office.write(redraftedTo ?? 0)).length).toBe(3);
    expect((await office.draftOf(sample.caseId)).id).toBe(redraftedTo);
    expect(await office.finish(draft.id)).toMatchObject({ outcome: 'over_before' });
    await expect(decide(objectionId, 'dismissed')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(file(draft.id, sample)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('needs one of the parties, words, and a day between the filing of the draft and its own', async () => {
    const { sample, draft, day } = await told();
    const stranger = await office.sampleCase();
    const holder = await office.database.read.rightHolder.findFirstOrThrow({ where: { caseId: sample.caseId } });
    await expect(file(draft.id, sample, { filedById: stranger.personId })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(file(draft.id, sample, { content: ' ' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(file(draft.id, sample, { filedOn: addDays(office.today, -1) })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(file(draft.id, sample, { filedOn: addDays(office.today, 1) })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const objectionId = await file(draft.id, sample, { filedById: holder.personId, content: '질권을 설정하였습니다' });
    office.advanceTo(addDays(day, 1), 9);
    await expect(file(draft.id, sample)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const text = await office.by(office.treasurer.actor, (work) => readObjection(work, testKeys, objectionId, 'objection.decide'));
    expect(text).toBe('질권을 설정하였습니다');
    const stored = await office.database.read.distributionObjection.findUniqueOrThrow({ where: { id: objectionId } });
    expect(Buffer.from(stored.contentCipher).includes(Buffer.from('질권'))).toBe(false);
  });
});
