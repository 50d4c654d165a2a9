import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';

const REASON = '요건 확인';
const asked = z.object({ approvalId: z.int() });

let api: TestApi;
let administrator: SignedInClient;
let officer: SignedInClient;
let approver: SignedInClient;

beforeAll(async () => {
  api = await startApi();
  administrator = await api.hire('administrator', ['administrator']);
  officer = await api.hire('officer', ['collection_officer']);
  approver = await api.hire('approver', ['approver']);
});

const policyChange = async (days: number) =>
  (
    await administrator.post('/policies/changes', {
      key: 'sale.voluntary_window_days',
      value: days,
      validFrom: '2027-01-01',
      source: '시장 방침',
      reason: REASON,
    })
  ).expect(asked).approvalId;

async function looserTrading(): Promise<number> {
  await officer.post('/trading-state/tighten', { to: 'HALTED', reason: REASON });
  return (await officer.post('/trading-state/loosening-request', { to: 'ACTIVE', reason: REASON })).expect(asked).approvalId;
}

const pending = async () => (await approver.get('/approvals')).expect(z.array(z.looseObject({ id: z.int() }))).map(({ id }) => id);

describe('approvals decided together', () => {
  test('are of one kind; others are refused and stay as they were', async () => {
    const [policy, trading] = [await policyChange(20), await looserTrading()];
    const answer = await approver.post('/approvals/decisions', { approvalIds: [policy, trading], decision: 'approve', reason: REASON });
    expect(answer.problem()).toMatchObject({ code: 'INPUT_INVALID', detail: expect.stringContaining('policy_change, trading_state') });
    expect(await pending()).toEqual([policy, trading]);
    for (const id of [policy, trading]) {
      const decided = await approver.post('/approvals/decisions', { approvalIds: [id], decision: 'approve', reason: REASON });
      expect(decided.json()).toEqual({ decided: 1 });
    }
    expect(await pending()).toEqual([]);
  });
});
