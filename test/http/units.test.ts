import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { readDeposits } from '../../src/custody/deposits.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { ERROR_ACTIONS } from '../../src/kernel/errors.ts';
import { CITY, type Custody, demandHolding, depositRow, startCustody } from '../custody/custody-fixture.ts';
import { type ApiAnswer, type SignedInClient, startApi } from '../support/api.ts';

/* Bitcoin where ether is due, won where coins are due and coins where won is due are refused through the API, by name and with nothing done. */

let custody: Custody;
let officer: SignedInClient;
let ether: Awaited<ReturnType<typeof demandHolding>>;

beforeAll(async () => {
  custody = await startCustody();
  const { database, clock, superuserUrl, access } = custody;
  const api = await startApi({ over: { database, clock, superuserUrl, access } });
  officer = await api.hire('unit-officer', ['collection_officer']);
  ether = await demandHolding(custody, 'ETH', '2');
});

afterAll(async () => {
  await custody.exchange.stop();
});

const reason = '거래소 확인';
const refusals = z.object({ done: z.array(z.unknown()), refused: z.array(z.looseObject({ code: z.string() })) });

async function arrived(asset: string, quantity: string): Promise<number> {
  const { operator } = custody.exchange;
  const { transferId } =
    asset === 'KRW'
      ? await operator.depositWon({ accountId: CITY, amount: quantity })
      : await operator.depositFromChain({ accountId: CITY, asset, quantity, confirmationSeconds: 0 });
  await readDeposits(custody.database, custody.port, custody.accountId);
  return (await depositRow(custody, transferId)).id;
}

function expectRefused(answer: ApiAnswer): void {
  expect(answer.problem()).toMatchObject({ status: 400, code: 'ASSET_DIFFERS', action: ERROR_ACTIONS.ASSET_DIFFERS });
}

test('a deposit of another coin, or of won, is not given to a holding of ether', async () => {
  const before = await custody.database.read.ledgerEntry.count();
  const bitcoin = await arrived('BTC', '0.1');
  const won = await arrived('KRW', '500000');
  for (const depositId of [bitcoin, won]) {
    expectRefused(await officer.post(`/deposits/${depositId}/match`, { holdingId: ether.holdingId, reason }));
  }
  expectRefused(await officer.post(`/deposits/${bitcoin}/match-won`, { caseId: ether.caseId, reason }));
  expect(await custody.database.read.depositMatch.count()).toBe(0);
  // The two receipts themselves.
  expect(await custody.database.read.ledgerEntry.count()).toBe(before + 2);
});

test('a quantity said to be of another coin, or won, does not go back in place of ether', async () => {
  for (const asset of ['BTC', 'KRW', 'KRW@upbit']) {
    const answer = await officer.post('/coin-transfers', { items: [{ holdingId: ether.holdingId, quantity: '1', asset }], reason });
    const { done, refused } = answer.expect(refusals);
    expect([done, refused.map(({ code }) => code)]).toEqual([[], ['ASSET_DIFFERS']]);
  }
  expect(await custody.database.read.coinTransfer.count()).toBe(0);
});

test('won, or another coin, is not taken for the city’s float of ether', async () => {
  const depositId = await arrived('ETH', '0.3');
  for (const asset of ['BTC', 'KRW']) {
    expectRefused(await officer.post(`/deposits/${depositId}/allocation-request`, { use: 'gas_float', quantity: '0.1', asset, reason }));
  }
  const asked = await officer.post(`/deposits/${depositId}/allocation-request`, {
    use: 'gas_float',
    quantity: '0.1',
    asset: 'ETH',
    reason,
  });
  expect(asked.expect(z.looseObject({ quantity: z.string() })).quantity).toBe('0.1');
});

test('an address of another chain, or for won, is not listed for ether', async () => {
  const proofs = { ownershipProof: '소유 확인서 2026-0001', registrationReference: '업비트 등록 2026-0001', reason };
  const listed = { accountId: custody.accountId, owner: { kind: 'taxpayer', caseId: ether.caseId }, ...proofs };
  const bitcoin = { asset: 'ETH', network: 'BTC', address: '1BoatSLRHtKNngkdXEeobR76b53LETtpyT' };
  expect((await officer.post('/withdrawal-addresses', { ...listed, ...bitcoin })).problem().code).toBe('ADDRESS_NETWORK_WRONG');
  const won = { asset: 'KRW', network: 'ETH', address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' };
  expectRefused(await officer.post('/withdrawal-addresses', { ...listed, ...won }));
  expect((await officer.post('/withdrawal-addresses', { ...listed, ...won, asset: 'KRW@upbit' })).problem().code).toBe('INPUT_INVALID');
  await reconcileAccount(custody.database, custody.port, custody.accountId);
});
