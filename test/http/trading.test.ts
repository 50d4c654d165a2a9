import { beforeAll, expect, test } from 'vitest';
import { Role } from '../../src/database/generated/enums.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';
import { registerSampleAccount } from '../support/sample-account.ts';

/* Stopping is for everybody; going on is not. */

const PATH = '/trading-state/tighten';
const REASON = '이상 거래로 보여 멈춤';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});

test('every role may tighten, and is told the state that holds', async () => {
  const accountId = await registerSampleAccount(api.database);
  const clients: SignedInClient[] = [];
  for (const role of Object.values(Role)) clients.push(await api.hire(role.replaceAll('_', '.'), [role]));
  const [first, ...others] = clients;
  const reducing = { to: 'REDUCING', reason: REASON, accountId };
  expect((await first?.post(PATH, reducing))?.json()).toEqual({ changed: true, state: 'REDUCING', effective: 'REDUCING' });
  for (const client of others)
    expect((await client.post(PATH, reducing)).json()).toEqual({ changed: false, state: 'REDUCING', effective: 'REDUCING' });

  const halted = { to: 'HALTED', reason: REASON };
  const auditor = await api.hire('second.auditor', ['auditor']);
  expect((await auditor.post(PATH, halted)).json()).toEqual({ changed: true, state: 'HALTED', effective: 'HALTED' });
  expect((await auditor.post(PATH, reducing)).json()).toEqual({ changed: false, state: 'REDUCING', effective: 'HALTED' });
  expect((await auditor.post(PATH, { ...halted, to: 'ACTIVE' })).problem().code).toBe('CONFLICT');
  const loosening = { to: 'ACTIVE', reason: REASON };
  expect((await auditor.post('/trading-state/loosening-request', loosening)).problem().code).toBe('FORBIDDEN');
});
