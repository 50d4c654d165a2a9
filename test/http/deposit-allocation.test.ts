import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { recordDeposit } from '../../src/custody/deposit-record.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';
import { testActor } from '../support/database.ts';
import { registerSampleAccount } from '../support/sample-account.ts';

/* What belongs to nobody becomes the city's own, by two officials. */

let api: TestApi;
let officer: SignedInClient;
let director: SignedInClient;
let approver: SignedInClient;
let accountId: number;
let depositId: number;

beforeAll(async () => {
  api = await startApi();
  officer = await api.hire('officer', ['collection_officer']);
  approver = await api.hire('approver', ['approver']);
  director = await api.hire('director', ['approver']);
  accountId = await registerSampleAccount(api.database);
  await api.database.work(testActor, async (work) => {
    const deposit = {
      depositId: 'd-1',
      asset: 'ETH',
      quantity: '2',
      network: 'ETH',
      transactionId: undefined,
      route: 'on_chain',
      state: 'credited',
      statusWord: 'ACCEPTED',
      createdAt: work.at,
      creditedAt: work.at,
    } as const;
    await recordDeposit(work, { accountId, venue: 'upbit', deposit });
    depositId = (await work.tx.venueDeposit.findFirstOrThrow()).id;
  });
});

const asked = z.object({ allocationId: z.int(), quantity: z.string(), approvalId: z.int() });
const REASON = { reason: '회계과에서 보냄' };

test('an officer asks, an approver decides, and balances, list and reversal show it', async () => {
  const [waiting] = (await officer.get('/deposits/unidentified')).expect(
    z.array(z.object({ resolutions: z.array(z.object({ code: z.string(), title: z.string() })) })),
  );
  expect(waiting?.resolutions.at(-1)).toEqual({ code: 'gas_float', title: '시 자체 재원 - 네트워크 수수료 선급금으로 확정' });

  const path = `/deposits/${depositId}/allocation-request`;
  const wanted = { use: 'gas_float', quantity: '0.5', ...REASON };
  expect((await approver.post(path, wanted)).problem()).toMatchObject({
    code: 'FORBIDDEN',
    facts: { permission: 'deposit_allocation.propose' },
  });
  expect((await officer.post(path, { ...wanted, use: 'loan' })).problem().code).toBe('INPUT_INVALID');
  expect((await officer.post(path, { ...wanted, use: 'make_good' })).problem().code).toBe('CONFLICT');
  const { allocationId, quantity, approvalId } = (await officer.post(path, wanted)).expect(asked);
  expect(quantity).toBe('0.5');
  const decision = { decision: 'approve', reason: '확인함' };
  expect((await officer.post(`/approvals/${approvalId}/decision`, decision)).problem().code).toBe('APPROVAL_BY_MAKER');
  // Nobody has valued the asset, so two agree.
  for (const by of [approver, director]) (await by.post(`/approvals/${approvalId}/decision`, decision)).expect(z.unknown());

  const balances = z.array(z.object({ asset: z.string(), ledgerQuantity: z.string(), gasFloat: z.string(), unexplained: z.string() }));
  expect((await officer.get(`/venue-accounts/${accountId}/balances`)).expect(balances)).toContainEqual({
    asset: 'ETH',
    ledgerQuantity: '2',
    gasFloat: '0.5',
    unexplained: '0',
  });
  const reversal = `/deposit-allocations/${allocationId}/reversal-request`;
  const undone = (await officer.post(reversal, REASON)).expect(z.object({ approvalId: z.int() }));
  for (const by of [approver, director]) (await by.post(`/approvals/${undone.approvalId}/decision`, decision)).expect(z.unknown());
  const list = (await officer.get(`/deposit-allocations?accountId=${accountId}&state=reversed`)).expect(
    z.object({ items: z.array(z.object({ id: z.int(), use: z.string(), state: z.string(), quantity: z.string() })) }),
  );
  expect(list.items).toEqual([{ id: allocationId, use: 'gas_float', state: 'reversed', quantity: '0.5' }]);
  expect((await officer.get(`/venue-accounts/${accountId}/balances`)).expect(balances)[0]).toMatchObject({ asset: 'ETH', gasFloat: '0' });
});
