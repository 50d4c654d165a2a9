import { beforeAll, describe, expect, it } from 'vitest';
import type { CasePhase } from '../../src/database/generated/enums.ts';
import { addDays } from '../../src/kernel/civil-date.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { type ChoiceInput, recordChoice, revokeChoice } from '../../src/voluntary-sale/choice.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { SaleOffice, saleCase } from './sale-case.ts';

let office: SaleOffice;

beforeAll(async () => {
  office = new SaleOffice(await createTestDatabase());
  await office.test.database.work(testActor, seedPolicy);
});

const choose = (caseId: number, input: Partial<ChoiceInput> = {}) =>
  office.test.database.work(testActor, (work) =>
    recordChoice(work, testKeys, { caseId, kind: 'let_city_sell', madeOn: office.room.today, reference: '접수 2026-1', ...input }),
  );

const revoke = (choiceId: number, reference = '접수 2026-2') =>
  office.test.database.work(testActor, (work) => revokeChoice(work, { choiceId, revokedOn: office.room.today, reference }));

const setPhase = (caseId: number, phase: CasePhase) =>
  office.test.database.work(testActor, (work) => work.tx.seizureCase.update({ where: { id: caseId }, data: { phase } }));

describe('letting the city sell', () => {
  it('gives up the rest of his own window at once', async () => {
    const { caseId } = await office.openedCase();
    await choose(caseId);
    expect(await office.stateOf(caseId)).toBe('waived');
    expect(await office.phaseOf(caseId)).toBe('voluntary_window');
  });

  it('never stands in for the notices to the other right-holders', async () => {
    const { caseId } = await saleCase(office.test.database, { holders: 1 });
    const [taxpayer = 0, holder = 0] = await office.issue(caseId);
    await office.serve(taxpayer);
    await choose(caseId);
    await office.progress(caseId);
    expect([await office.phaseOf(caseId), await office.window(caseId)]).toEqual(['sale_noticed', null]);
    await office.serve(holder);
    await office.progress(caseId);
    expect([await office.phaseOf(caseId), await office.stateOf(caseId)]).toEqual(['voluntary_window', 'waived']);
  });

  it('can be taken back until the sale begins; the window runs on', async () => {
    const { caseId } = await office.openedCase();
    const { choiceId } = await choose(caseId);
    await revoke(choiceId);
    expect(await office.window(caseId)).toMatchObject({ state: 'open', closedAt: null });
    await expect(revoke(choiceId)).rejects.toMatchObject({ code: 'CONFLICT' });
    const again = await choose(caseId, { reference: '접수 2026-3' });
    await setPhase(caseId, 'cleared_for_sale');
    await expect(revoke(again.choiceId)).rejects.toMatchObject({ code: 'PHASE_WRONG' });
    await expect(choose(caseId, { kind: 'pay', reference: '접수 2026-4' })).rejects.toMatchObject({ code: 'PHASE_WRONG' });
    expect(await office.stateOf(caseId)).toBe('waived');
  });

  it('stays waived beyond the last day, and has passed when taken back after it', async () => {
    const { caseId } = await office.openedCase();
    const { choiceId } = await choose(caseId);
    office.room.advanceTo(addDays(office.room.today, 31));
    await office.progress(caseId);
    expect(await office.stateOf(caseId)).toBe('waived');
    await revoke(choiceId);
    expect(await office.stateOf(caseId)).toBe('passed');
  });

  it('yields to payment', async () => {
    const waived = await office.openedCase();
    await choose(waived.caseId);
    await office.pay(waived, 100_000n, 3_000n);
    await office.progress(waived.caseId);
    expect(await office.stateOf(waived.caseId)).toBe('paid');
  });
});

describe('a choice', () => {
  it('needs his own notice proven served', async () => {
    const { caseId } = await saleCase(office.test.database, { holders: 1 });
    const [, holder = 0] = await office.issue(caseId);
    await office.serve(holder);
    await expect(choose(caseId)).rejects.toMatchObject({ code: 'NOTICE_UNSERVED' });
  });

  it('needs the form it was made on', async () => {
    const { caseId } = await office.openedCase();
    await expect(choose(caseId, { reference: '  ' })).rejects.toMatchObject({ code: 'PROOF_REQUIRED' });
    const form = { mediaType: 'application/pdf', bytes: Buffer.from('%PDF-1.7 signed form') };
    const { choiceId } = await choose(caseId, { form });
    const choice = await office.test.database.read.windowChoice.findUniqueOrThrow({ where: { id: choiceId } });
    const stored = await office.test.database.read.storedDocument.findUniqueOrThrow({ where: { id: choice.proofDocumentId ?? 0 } });
    expect([stored.kind, choice.proofReference]).toEqual(['choice_form', '접수 2026-1']);
  });

  it('is dated between the service and today', async () => {
    const { caseId } = await office.openedCase();
    await expect(choose(caseId, { madeOn: addDays(office.room.today, -1) })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(choose(caseId, { madeOn: addDays(office.room.today, 1) })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('to pay leaves the window open and takes the place of a waiver', async () => {
    const { caseId } = await office.openedCase();
    const waiver = await choose(caseId);
    await choose(caseId, { kind: 'pay', reference: '접수 2026-5' });
    expect(await office.stateOf(caseId)).toBe('open');
    const rows = await office.test.database.read.windowChoice.findMany({ where: { caseId }, orderBy: { id: 'asc' } });
    expect(rows.map(({ id, kind, revokedAt }) => [id === waiver.choiceId, kind, revokedAt === null])).toEqual([
      [true, 'let_city_sell', false],
      [false, 'pay', true],
    ]);
  });

  it('told twice is one choice', async () => {
    const { caseId } = await office.openedCase();
    const [first, second] = [await choose(caseId), await choose(caseId)];
    expect(second).toEqual(first);
    const events = await office.test.database.read.auditEvent.findMany({ where: { stream: `case:${caseId}`, action: 'choice.recorded' } });
    expect(events).toHaveLength(1);
  });

  it('comes too late after the last day', async () => {
    const { caseId } = await office.openedCase();
    office.room.advanceTo(addDays(office.room.today, 31));
    await expect(choose(caseId)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('of two at the same time leaves one that stands', async () => {
    const { caseId } = await office.openedCase();
    await Promise.all([choose(caseId, { reference: 'A' }), choose(caseId, { kind: 'pay', reference: 'B' })]);
    const standing = await office.test.database.read.windowChoice.findMany({ where: { caseId, revokedAt: null } });
    expect(standing).toHaveLength(1);
    expect(await office.stateOf(caseId)).toBe(standing[0]?.kind === 'pay' ? 'open' : 'waived');
  });
});
