import { encryptKeystoreJsonSync, Wallet } from 'ethers';
import { openEvmChain } from '../../src/chain/evm-chain.ts';
import { KeystoreSigner } from '../../src/chain/keystore-signer.ts';
import { AllowedNodes } from '../../src/chain/node-list.ts';
import type { ChainPort, GasPriceCaps } from '../../src/chain/port.ts';
import type { Log } from '../../src/kernel/log.ts';
import type { EvmNode } from './evm-node.ts';

export const PASSWORD = '표본 암호 2026';
export const GWEI = 1_000_000_000n;
export const ETHER = 1_000_000_000_000_000_000n;
export const CAPS: GasPriceCaps = { maxFeePerGasWei: 200n * GWEI, maxPriorityFeePerGasWei: 20n * GWEI };

/** Scrypt as weak as the format allows: these tests are not about the strength of a password. */
const WEAK = { scrypt: { N: 2, r: 8, p: 1 } };

/** A fresh key with its keystore. */
export interface SampleWallet {
  readonly address: string;
  readonly privateKey: string;
  readonly keystoreJson: string;
}

export function sampleWallet(): SampleWallet {
  const { address, privateKey } = Wallet.createRandom();
  return { address, privateKey, keystoreJson: encryptKeystoreJsonSync({ address, privateKey }, PASSWORD, WEAK) };
}

export function unlocked({ keystoreJson }: SampleWallet): Promise<KeystoreSigner> {
  return KeystoreSigner.unlock(keystoreJson, async () => PASSWORD);
}

/** The chain of a test node over its one allowed address. */
export function chainOver(
  node: EvmNode,
  options: { readonly url?: string; readonly timeoutMs?: number; readonly log?: Log } = {},
): ChainPort {
  const nodes = new AllowedNodes([{ name: 'sample', url: options.url ?? node.url }]);
  const chain = { code: 'sample-net', chainId: node.chainId, nativeAsset: 'ETH' };
  return openEvmChain({ chain, nodes, node: 'sample', timeoutMs: options.timeoutMs ?? 10_000, log: options.log });
}
