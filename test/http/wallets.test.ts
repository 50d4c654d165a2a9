import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ERROR_ACTIONS } from '../../src/kernel/errors.ts';
import { type Custody, demandHolding, startCustody } from '../custody/custody-fixture.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';
import { EvmNode } from '../support/evm-node.ts';
import { emptyFolder } from '../support/installed.ts';
import { ETHER, PASSWORD, type SampleWallet, sampleWallet } from '../support/sample-wallet.ts';

/* A wallet found in a search, from its registration to the city's account, as officials do it; and what is never taken in. */

const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

let custody: Custody;
let api: TestApi;
let node: EvmNode;
let seized: SampleWallet;
let officer: SignedInClient;
let auditor: SignedInClient;
let custodians: SignedInClient[];
let caseId: number;

beforeAll(async () => {
  custody = await startCustody();
  node = await EvmNode.start({ chainId: 1 });
  seized = sampleWallet();
  const keystore = join(await emptyFolder(), 'keystore.json');
  await writeFile(keystore, seized.keystoreJson);
  const environment = { CHAIN_NODES: `eth=${node.url}`, KEYSTORE_FILE: keystore, KEYSTORE_PASSWORD: PASSWORD };
  const { database, clock, superuserUrl, access } = custody;
  api = await startApi({ workers: true, environment, over: { database, clock, superuserUrl, access } });
  officer = await api.hire('wallet-officer', ['collection_officer']);
  custodians = [await api.hire('custodian-1', ['approver']), await api.hire('custodian-2', ['approver'])];
  auditor = await api.hire('wallet-auditor', ['auditor']);
  ({ caseId } = await demandHolding(custody, 'BTC', '0.5'));
});

function registration(more: Readonly<Record<string, unknown>> = {}) {
  return {
    caseId,
    network: 'ETH',
    address: seized.address,
    accountId: custody.accountId,
    foundReference: '수색조서 2026-0001',
    seizedAt: custody.clock.now().toISOString(),
    ...more,
  };
}

const shown = z.looseObject({
  state: z.string(),
  assets: z.array(z.looseObject({ asset: z.string(), found: z.string() })),
  sweeps: z.array(
    z.looseObject({ state: z.string(), transfers: z.array(z.looseObject({ state: z.string(), transactionIds: z.array(z.string()) })) }),
  ),
});

describe('a wallet', () => {
  test('is registered, watched and emptied when two custodians agree', async () => {
    await node.give(seized.address, ETHER);
    expect((await auditor.post('/wallets', registration())).problem().code).toBe('FORBIDDEN');
    const { walletId } = (await officer.post('/wallets', registration())).expect(z.object({ walletId: z.int() }));
    await api.untilIdle();
    const read = async () => (await officer.get(`/wallets/${walletId}`)).expect(shown);
    expect((await read()).assets).toMatchObject([{ asset: 'ETH', found: '1' }]);

    const proposed = (await officer.post(`/wallets/${walletId}/sweeps`, { reason: '압류한 지갑의 이전', withoutTest: true })).expect(
      z.object({ sweepId: z.int(), approvalId: z.int() }),
    );
    for (const custodian of custodians) {
      expect((await read()).sweeps[0]?.state).toBe('requested');
      (await custodian.post('/approvals/decisions', { approvalIds: [proposed.approvalId], decision: 'approve', reason: '확인함' })).expect(
        z.looseObject({}),
      );
      await api.untilIdle();
    }
    expect((await read()).sweeps[0]).toMatchObject({ state: 'approved', transfers: [{ state: 'signed' }] });
    await node.mine(13);
    custody.clock.advanceBy(60_000);
    await api.untilIdle();
    expect((await read()).sweeps[0]).toMatchObject({ state: 'done', transfers: [{ state: 'settled' }] });
    const list = (await auditor.get(`/wallets?caseId=${caseId}`)).expect(z.object({ items: z.array(shown), next: z.null() }));
    expect(list.items).toHaveLength(1);
  });

  test('of another network than it says, or on no allowed node, is refused', async () => {
    expect((await officer.post('/wallets', registration({ network: 'POL' }))).problem().code).toBe('CHAIN_NODE_NOT_ALLOWED');
    expect((await officer.post('/wallets', registration({ network: 'XYZ' }))).problem().code).toBe('INPUT_INVALID');
    expect((await officer.post('/wallets', registration({ address: `${seized.address.slice(0, -1)}z` }))).problem().code).toBe(
      'ADDRESS_UNUSABLE',
    );
  });
});

describe('a recovery phrase or key', () => {
  test('is refused wherever somebody writes, and never told', async () => {
    const digits = seized.privateKey.slice(2);
    const texts = [
      PHRASE,
      PHRASE.split(' ').join('\n'),
      PHRASE.split(' ').join(''),
      seized.privateKey,
      `개인키 ${digits}`,
      `거래번호 ${digits}`,
      (digits.match(/.{8}/g) ?? []).join('-'),
    ];
    for (const text of texts) {
      const attempts = [
        await officer.post('/wallets', registration({ foundReference: text })),
        await officer.post('/stays', { caseId, reason: text }),
        await officer.post('/coin-transfers', { items: [{ holdingId: 1 }], reason: text }),
      ];
      for (const attempt of attempts) {
        expect(attempt.problem()).toMatchObject({ code: 'SECRET_FOUND', action: ERROR_ACTIONS.SECRET_FOUND });
        expect(JSON.stringify(attempt.problem())).not.toContain(text.split(/\s/).at(-1));
      }
    }
    const scattered = { items: PHRASE.split(' '), reason: '확인' };
    expect((await officer.post('/coin-transfers/instructions', scattered)).problem().code).toBe('SECRET_FOUND');
    const stored = JSON.stringify(await api.database.read.auditEvent.findMany({ select: { payload: true } }));
    expect(stored).not.toContain('sausage');
  });

  test('is refused in every kind of file', async () => {
    const rows = Array.from({ length: 9_000 }, (_, index) => `2026-${index},가나다라,${index}`);
    const table = ['과세번호,성명,금액', ...rows.slice(0, 4_000), PHRASE, ...rows.slice(4_000)].join('\r\n');
    const uploads = [
      ['/imports/delinquent-ledger', 'text/csv', table],
      ['/imports/delinquent-ledger', 'text/csv', `memo\n${PHRASE}`],
      ['/imports/bill-updates?mode=store', 'text/csv', `고지번호,변동,사유\n1,감액,${seized.privateKey}\n`],
      [`/cases/${caseId}/choice?kind=city_sells&madeOn=2026-01-05&reference=1`, 'application/pdf', `%PDF-1.4\n(${PHRASE})\n`],
    ] as const;
    for (const [path, type, content] of uploads) {
      expect((await officer.upload(path, content, type)).problem().code).toBe('SECRET_FOUND');
    }
  });

  test('is not seen in what is none', async () => {
    const transactionId = 'a1075db55d416d3ca199f55b6084e2115b9345e16c5cf302fc80e9d5fbf5d48d';
    const answer = await officer.post('/coin-transfers/confirmations', { items: [{ transferId: 1, transactionId }] });
    expect(answer.status).toBe(200);
  });
});
