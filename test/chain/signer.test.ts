import { createServer, type IncomingHttpHeaders } from 'node:http';
import { inspect } from 'node:util';
import { encryptKeystoreJsonSync, Transaction, type TransactionLike, Wallet } from 'ethers';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KeystoreSigner, passwordFrom } from '../../src/chain/keystore-signer.ts';
import { RemoteSigner } from '../../src/chain/remote-signer.ts';
import { approvalFor, beyondApproval, signApproved } from '../../src/chain/signer.ts';
import {
  type ChainTransaction,
  readSigned,
  tokenTransferData,
  transactionFromRecord,
  transactionRecord,
} from '../../src/chain/transaction.ts';
import { atEnd } from '../support/at-end.ts';
import { CAPS, ETHER, GWEI, PASSWORD, type SampleWallet, sampleWallet, unlocked } from '../support/sample-wallet.ts';

const wallet = sampleWallet();
const other = sampleWallet();

const planned: ChainTransaction = {
  chainId: 1,
  from: wallet.address,
  to: other.address,
  valueWei: 3n * ETHER,
  data: '0x',
  nonce: 9,
  gasLimit: 21_000n,
  gasPrice: { kind: 'dynamic', maxFeePerGasWei: 30n * GWEI, maxPriorityFeePerGasWei: GWEI },
};
const legacy: ChainTransaction = { ...planned, gasPrice: { kind: 'legacy', gasPriceWei: 30n * GWEI } };

/** Each changes one thing of the plan. */
const CHANGES: Readonly<Record<string, Partial<ChainTransaction>>> = {
  chainId: { chainId: 2 },
  to: { to: wallet.address },
  value: { valueWei: 3n * ETHER + 1n },
  data: { data: tokenTransferData(other.address, 1n) },
  nonce: { nonce: 10 },
  gasLimit: { gasLimit: 21_001n },
  maxFeePerGas: { gasPrice: { kind: 'dynamic', maxFeePerGasWei: CAPS.maxFeePerGasWei + 1n, maxPriorityFeePerGasWei: GWEI } },
  maxPriorityFeePerGas: { gasPrice: { kind: 'dynamic', maxFeePerGasWei: 30n * GWEI, maxPriorityFeePerGasWei: 21n * GWEI } },
};

describe('an approval', () => {
  const approval = approvalFor(planned, CAPS, 'value');

  it('covers what was planned, and the same at another price below the caps', () => {
    expect(beyondApproval(approval, planned)).toEqual([]);
    expect(beyondApproval(approval, legacy)).toEqual([]);
    const gasPrice = {
      kind: 'dynamic',
      maxFeePerGasWei: CAPS.maxFeePerGasWei,
      maxPriorityFeePerGasWei: CAPS.maxPriorityFeePerGasWei,
    } as const;
    expect(beyondApproval(approval, { ...planned, gasPrice })).toEqual([]);
  });

  it.each(Object.keys(CHANGES))('does not cover another %s, and then nothing reaches the signer', async (field) => {
    const changed = { ...planned, ...CHANGES[field] };
    expect(beyondApproval(approval, changed)).toEqual([field]);
    const untouched = {
      address: () => Promise.reject(new Error('asked')),
      sign: () => Promise.reject(new Error('asked')),
    };
    await expect(signApproved(untouched, changed, approval)).rejects.toMatchObject({
      code: 'SIGNING_REFUSED',
      facts: { differing: [field] },
    });
  });

  it('does not cover another sender or signer', async () => {
    expect(beyondApproval(approval, { ...planned, from: other.address })).toEqual(['from']);
    const another = { address: async () => other.address, sign: () => Promise.reject(new Error('asked')) };
    await expect(signApproved(another, planned, approval)).rejects.toMatchObject({ code: 'SIGNING_REFUSED' });
  });

  it('of all native coin less its fee lets the amount fall by exactly what the fee rises', () => {
    const all = approvalFor(planned, CAPS, 'all_less_fee');
    const gasPrice = { kind: 'dynamic', maxFeePerGasWei: 40n * GWEI, maxPriorityFeePerGasWei: GWEI } as const;
    const valueWei = planned.valueWei - 21_000n * 10n * GWEI;
    expect(beyondApproval(all, { ...planned, gasPrice, valueWei })).toEqual([]);
    expect(beyondApproval(all, { ...planned, gasPrice, valueWei: valueWei - 1n })).toEqual(['value']);
    expect(beyondApproval(all, { ...planned, gasPrice })).toEqual(['value']);
  });
});

describe('a transaction', () => {
  it.each([planned, legacy])('is the same after it was stored', (transaction) => {
    const stored: unknown = JSON.parse(JSON.stringify(transactionRecord(transaction)));
    expect(transactionRecord(transactionFromRecord(stored))).toEqual(transactionRecord(transaction));
    expect(() => transactionFromRecord({ ...transactionRecord(transaction), valueWei: '-1' })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
  });

  it('with more in it than ours ever have is not read', async () => {
    const plain: TransactionLike = {
      type: 2,
      chainId: 1,
      to: other.address,
      nonce: 0,
      gasLimit: 21_000n,
      maxFeePerGas: 2n,
      maxPriorityFeePerGas: 1n,
    };
    const key = new Wallet(wallet.privateKey);
    const withAccess = { ...plain, accessList: [{ address: other.address, storageKeys: [] }] };
    const { to: _, ...creation } = plain;
    for (const odd of [withAccess, { ...withAccess, type: 1, gasPrice: 2n, maxFeePerGas: null, maxPriorityFeePerGas: null }, creation]) {
      const raw = await key.signTransaction(odd);
      expect(() => readSigned(raw)).toThrow(expect.objectContaining({ code: 'SIGNING_REFUSED' }));
    }
    expect(readSigned(await key.signTransaction(plain)).transaction.from).toBe(wallet.address);
    expect(() => readSigned(Transaction.from(plain).unsignedSerialized)).toThrow(expect.objectContaining({ code: 'SIGNING_REFUSED' }));
  });
});

describe('a keystore', () => {
  it.each([planned, legacy])('signs exactly what was asked', async (transaction) => {
    const signer = await unlocked(wallet);
    expect(await signer.address()).toBe(wallet.address);
    const signed = await signer.sign(transaction);
    expect(transactionRecord(readSigned(signed.raw).transaction)).toEqual(transactionRecord(transaction));
    const theirs = await new Wallet(wallet.privateKey).signTransaction(Transaction.from(signed.raw).clone());
    expect(Transaction.from(theirs).hash).toBe(signed.hash);
  });

  it('does not sign for another address, nor once it is locked again', async () => {
    const signer = await unlocked(wallet);
    await expect(signer.sign({ ...planned, from: other.address })).rejects.toMatchObject({ code: 'SIGNING_REFUSED' });
    signer.forget();
    await expect(signer.sign(planned)).rejects.toMatchObject({ code: 'SIGNER_UNAVAILABLE' });
  });

  it('shows its key to nobody', async () => {
    const signer = await unlocked(wallet);
    const shown = inspect(signer, { depth: 9, showHidden: true }) + JSON.stringify(signer) + Object.values(signer).join('');
    expect(shown).not.toContain(wallet.privateKey.slice(2, 20));
    expect(shown).not.toContain(PASSWORD);
  });

  const foreign = JSON.stringify({ ...Object(JSON.parse(wallet.keystoreJson)), address: other.address.slice(2).toLowerCase() });
  const unusable: readonly (readonly [string, string, string])[] = [
    ['with a wrong password', wallet.keystoreJson, 'wrong word'],
    ['that is no JSON', `{"key": ${wallet.privateKey}`, PASSWORD],
    ['that is a bare key', JSON.stringify(wallet.privateKey), PASSWORD],
    ['of another address', foreign, PASSWORD],
    ['that is damaged', wallet.keystoreJson.replace(/"ciphertext":"..../, '"ciphertext":"0000'), PASSWORD],
  ];
  it.each(unusable)('%s cannot be used, and the error holds nothing of it', async (_, json, password) => {
    const error: unknown = await KeystoreSigner.unlock(json, async () => password).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SIGNER_UNAVAILABLE' });
    const told = inspect(error, { depth: 9, showHidden: true });
    for (const secret of [wallet.privateKey.slice(2), password, PASSWORD]) expect(told).not.toContain(secret);
  });

  it('takes its password from the environment, asked when it is needed', async () => {
    expect(await passwordFrom({ WALLET: 'word' }, 'WALLET')()).toBe('word');
    await expect(passwordFrom({ WALLET: '' }, 'WALLET')()).rejects.toMatchObject({ code: 'SIGNER_UNAVAILABLE' });
    // What the library makes at its full strength opens as well.
    const json = encryptKeystoreJsonSync(new Wallet(wallet.privateKey), 'word');
    expect(await (await KeystoreSigner.unlock(json, passwordFrom({ WALLET: 'word' }, 'WALLET'))).address()).toBe(wallet.address);
  });
});

const TOKEN = 'sample-token-of-the-signer';
const request = z.object({
  id: z.number(),
  method: z.literal('eth_signTransaction'),
  params: z.tuple([z.record(z.string(), z.string())]),
});

/** A signer elsewhere that holds a real key and may alter what it is asked. */
async function signerElsewhere(holder: SampleWallet, answer: (raw: string) => unknown, alter: Partial<TransactionLike> = {}) {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer(async (incoming, response) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of incoming) pieces.push(piece);
    seen.push(incoming.headers);
    const { id, params } = request.parse(JSON.parse(Buffer.concat(pieces).toString('utf8')));
    const { from: _, gas, gasPrice, ...fields } = params[0];
    const type = gasPrice === undefined ? 2 : 0;
    const asked = { ...fields, type, gasLimit: gas ?? null, gasPrice: gasPrice ?? null, nonce: Number(fields['nonce']), ...alter };
    const raw = await new Wallet(holder.privateKey).signTransaction(asked);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...Object(answer(raw)) }));
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  atEnd(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const signer = new RemoteSigner({ url: `http://127.0.0.1:${port}`, token: TOKEN, address: wallet.address, timeoutMs: 5_000 });
  return { signer, seen };
}

describe('a remote signer', () => {
  it.each([planned, legacy])('that signs what was asked is believed, in both usual forms of the answer', async (transaction) => {
    for (const form of [(raw: string) => ({ result: raw }), (raw: string) => ({ result: { raw, tx: {} } })]) {
      const { signer, seen } = await signerElsewhere(wallet, form);
      expect(await signer.sign(transaction)).toEqual(await (await unlocked(wallet)).sign(transaction));
      expect(seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${TOKEN}`]);
    }
  });

  const tampered: readonly (readonly [string, Partial<TransactionLike>])[] = [
    ['to', { to: other.address.replace(/.$/, (last) => (last === '0' ? '1' : '0')).toLowerCase() }],
    ['valueWei', { value: 1n }],
    ['data', { data: '0x01' }],
    ['nonce', { nonce: 10 }],
    ['gasLimit', { gasLimit: 22_000n }],
    ['gasPrice', { maxFeePerGas: 31n * GWEI }],
    ['chainId', { chainId: 5 }],
  ];
  it.each(tampered)('that changes %s is refused', async (field, change) => {
    const { signer } = await signerElsewhere(wallet, (raw) => ({ result: raw }), change);
    await expect(signer.sign(planned)).rejects.toMatchObject({ code: 'SIGNING_REFUSED', facts: { differing: [field] } });
  });

  it('that signs with another key is refused', async () => {
    const { signer } = await signerElsewhere(other, (raw) => ({ result: raw }));
    await expect(signer.sign(planned)).rejects.toMatchObject({ code: 'SIGNING_REFUSED', facts: { differing: ['from'] } });
  });

  it('that answers anything else gave no signature, and its words are told without the token', async () => {
    const answers: readonly unknown[] = [{ result: 1 }, { result: null }, { error: { code: 1, message: `bad ${TOKEN}` } }];
    for (const answer of answers) {
      const { signer } = await signerElsewhere(wallet, () => answer);
      const error: unknown = await signer.sign(planned).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'SIGNER_UNAVAILABLE' });
      expect(inspect(error)).not.toContain(TOKEN);
    }
    const { signer } = await signerElsewhere(wallet, () => ({ result: '0x1234' }));
    await expect(signer.sign(planned)).rejects.toMatchObject({ code: 'SIGNING_REFUSED' });
  });

  it('is reached by https with a real token only', () => {
    const options = { url: 'https://signer.example', token: TOKEN, address: wallet.address, timeoutMs: 1_000 };
    for (const wrong of [{ url: 'http://signer.example' }, { token: '' }, { token: 'with blank and\nline' }]) {
      expect(() => new RemoteSigner({ ...options, ...wrong })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    }
    expect(() => new RemoteSigner({ ...options, address: 'nobody' })).toThrow(expect.objectContaining({ code: 'ADDRESS_UNUSABLE' }));
  });
});
