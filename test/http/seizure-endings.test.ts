import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { SignedInClient } from '../support/api.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CORRESPONDENCE, startTown, type Town, taxpayer } from './way.ts';
import { bulkOf, noticesOfCase, returnCoins, viewCase } from './way-steps.ts';
import { bringIntoCustody } from './way-to-custody.ts';

/*
 * Somebody proves that the coins are his. An approver ends the seizure while they lie in the city's account; they go back, and the case is
 * released on that ground. Each test is a stop; a later one builds on those before.
 */

const done = bulkOf(z.unknown());
const ENDING = { ground: 'third_party_owner', reason: '소유를 증명하는 서류를 확인함' };

let town: Town;
let caseId = 0;

beforeAll(async () => {
  town = await startTown();
  caseId = await bringIntoCustody(town, taxpayer(1, '1200000', '0.05'));
});

function end(client: SignedInClient, ...items: readonly number[]) {
  return client.post('/cases/seizure-endings', { ...ENDING, items });
}

function release(ground: string) {
  return town.officer.post('/cases/releases', { caseIds: [caseId], ground, reason: '해제함', correspondence: CORRESPONDENCE });
}

test('it is no officer’s to end, and nobody’s who carries the case or asked for its seizure', async () => {
  for (const client of [town.officer, town.treasurer]) {
    expect((await end(client, caseId)).problem()).toMatchObject({ code: 'FORBIDDEN', facts: { permission: 'seizure.approve' } });
  }
  const both = await town.api.hire('carries.and.approves', ['collection_officer', 'approver']);
  const handover = { caseIds: [caseId], toId: both.userId, reason: '담당 변경' };
  expect((await town.officer.post('/cases/handover', handover)).status).toBe(200);
  expect((await end(both, caseId)).expect(done)).toEqual({ done: [], refused: [{ id: caseId, code: 'FORBIDDEN' }] });
  expect((await viewCase(town, caseId)).phase).toBe('in_custody');
});

test('it is never ended on payment, which the books know, nor twice, nor where there is nothing', async () => {
  const paid = await town.approver.post('/cases/seizure-endings', { ...ENDING, ground: 'nothing_owed', items: [caseId] });
  expect(paid.problem().code).toBe('INPUT_INVALID');
  expect((await end(town.approver, caseId, 4711)).expect(done)).toMatchObject({
    done: [{ id: caseId }],
    refused: [{ id: 4711, code: 'NOT_FOUND' }],
  });
  expect((await end(town.approver, caseId)).expect(done).refused).toEqual([{ id: caseId, code: 'PHASE_WRONG' }]);
  const { phase, steps } = await viewCase(town, caseId);
  expect({ phase, steps: steps.map(({ step }) => step) }).toEqual({ phase: 'settled', steps: ['return_coins'] });
});

test('the coins go back before anything is released, and then on that ground only', async () => {
  expect((await release('third_party_owner')).expect(done).refused).toEqual([{ id: caseId, code: 'RELEASE_NOT_ALLOWED' }]);
  const { holdings } = await viewCase(town, caseId);
  await returnCoins(
    town,
    holdings.map(({ id }) => id),
  );
  expect((await viewCase(town, caseId)).steps.map(({ step }) => step)).toEqual(['release']);
  for (const ground of ['nothing_owed', 'not_needed']) {
    expect((await release(ground)).expect(done).refused).toEqual([{ id: caseId, code: 'RELEASE_NOT_ALLOWED' }]);
  }
  const closable = (await town.treasurer.get('/cases/closable?venueCode=upbit')).json();
  expect(closable).toEqual([{ caseId, ground: 'third_party_owner', reason: '제3자의 소유권 주장이 이유 있음' }]);
});

test('the case is closed with the rest, on the ground that was decided on', async () => {
  const closed = await town.treasurer.post('/cases/closures', { venueCode: 'upbit', correspondence: CORRESPONDENCE });
  expect(closed.expect(done)).toMatchObject({ done: [{ id: caseId }], refused: [] });
  expect(await viewCase(town, caseId)).toMatchObject({
    phase: 'closed',
    closeReason: 'third_party_owner',
    releases: [{ ground: 'third_party_owner' }],
  });
  expect(await noticesOfCase(town, caseId, 'release_notice', 'issued')).toHaveLength(2);
  expect((await release('third_party_owner')).expect(done).refused).toEqual([{ id: caseId, code: 'PHASE_WRONG' }]);
  const missing = { caseIds: [4711], ground: 'not_needed', reason: '해제함', correspondence: CORRESPONDENCE };
  expect((await town.officer.post('/cases/releases', missing)).expect(done).refused).toEqual([{ id: 4711, code: 'NOT_FOUND' }]);
  expect(await brokenInvariants(town.api.database)).toEqual([]);
});
