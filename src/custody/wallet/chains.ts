import { readFile } from 'node:fs/promises';
import { isSameAddress } from '../../chain/address.ts';
import { openEvmChain } from '../../chain/evm-chain.ts';
import { KeystoreSigner, passwordFrom } from '../../chain/keystore-signer.ts';
import { AllowedNodes } from '../../chain/node-list.ts';
import type { ChainPort, EvmChain } from '../../chain/port.ts';
import { RemoteSigner } from '../../chain/remote-signer.ts';
import type { Signer } from '../../chain/signer.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';

/** Chains of the Ethereum kind that wallets are swept on, under the code that addresses are checked by, with their ids (EIP-155). */
const EVM_CHAINS: readonly EvmChain[] = [
  { code: 'ETH', chainId: 1, nativeAsset: 'ETH' },
  { code: 'OP', chainId: 10, nativeAsset: 'ETH' },
  { code: 'BSC', chainId: 56, nativeAsset: 'BNB' },
  { code: 'POL', chainId: 137, nativeAsset: 'POL' },
  { code: 'BASE', chainId: 8_453, nativeAsset: 'ETH' },
  { code: 'KAIA', chainId: 8_217, nativeAsset: 'KAIA' },
  { code: 'ARB', chainId: 42_161, nativeAsset: 'ETH' },
  { code: 'AVAXC', chainId: 43_114, nativeAsset: 'AVAX' },
];

/** Chains of the Bitcoin kind: watched by proof, swept outside. */
export const BITCOIN_NETWORKS = ['BTC', 'LTC', 'DOGE', 'BCH'] as const;

const TIMEOUT_MS = 10_000;
const PASSWORD_VARIABLE = 'KEYSTORE_PASSWORD';

export interface WalletChainsParts {
  readonly config: {
    readonly chainNodes: readonly { readonly name: string; readonly url: string }[];
    readonly signerUrl: string | undefined;
    readonly signerToken: string | undefined;
    readonly keystoreFile: string | undefined;
  };
  /** Holds the keystore's password under `KEYSTORE_PASSWORD`. It is read when something is signed and not kept. */
  readonly environment: NodeJS.ProcessEnv;
  readonly log?: Log | undefined;
}

/** The chains that the city's allowed nodes serve, and whoever signs for a wallet. Nothing is opened before it is asked for. */
export class WalletChains {
  readonly #parts: WalletChainsParts;
  readonly #nodes: AllowedNodes;
  readonly #ports = new Map<string, ChainPort>();

  /** Error: `CONFIG_INVALID` for a node whose name or address cannot be used. */
  constructor(parts: WalletChainsParts) {
    this.#parts = parts;
    this.#nodes = new AllowedNodes(parts.config.chainNodes);
  }

  /**
   * The chain of a network over the first allowed node that is named after it: `eth`, `eth-2`. Errors: `INPUT_INVALID` for a network that is
   * no EVM chain, `CHAIN_NODE_NOT_ALLOWED` when no node of it is allowed.
   */
  portFor(network: string): ChainPort {
    const known = this.#ports.get(network);
    if (known !== undefined) return known;
    const chain = evmChain(network);
    const wanted = chain.code.toLowerCase();
    const named = this.#parts.config.chainNodes.find(({ name }) => name === wanted || name.startsWith(`${wanted}-`));
    const { name } = this.#nodes.node(named?.name ?? wanted);
    const port = openEvmChain({ chain, nodes: this.#nodes, node: name, timeoutMs: TIMEOUT_MS, log: this.#parts.log });
    this.#ports.set(network, port);
    return port;
  }

  /** Lets something be signed with the key of an address, and forgets the key after it. Error: `SIGNER_UNAVAILABLE`. */
  async withSigner<T>(address: string, use: (signer: Signer) => Promise<T>): Promise<T> {
    const { signerUrl, signerToken, keystoreFile } = this.#parts.config;
    if (signerUrl !== undefined && signerToken !== undefined) {
      return use(new RemoteSigner({ url: signerUrl, token: signerToken, address, timeoutMs: TIMEOUT_MS, log: this.#parts.log }));
    }
    if (keystoreFile === undefined) {
      throw new CheongsanError('SIGNER_UNAVAILABLE', 'No signer is configured; set SIGNER_URL and SIGNER_TOKEN, or KEYSTORE_FILE.');
    }
    const signer = await KeystoreSigner.unlock(await keystoreIn(keystoreFile), passwordFrom(this.#parts.environment, PASSWORD_VARIABLE));
    try {
      if (!isSameAddress(await signer.address(), address)) {
        throw new CheongsanError('SIGNER_UNAVAILABLE', 'The configured keystore is of another wallet; set KEYSTORE_FILE to this one’s.');
      }
      return await use(signer);
    } finally {
      signer.forget();
    }
  }
}

/** Error: `INPUT_INVALID`. */
export function evmChain(network: string): EvmChain {
  const chain = EVM_CHAINS.find(({ code }) => code === network);
  if (chain !== undefined) return chain;
  throw new CheongsanError(
    'INPUT_INVALID',
    `${JSON.stringify(network)} is no EVM network that wallets are swept on; known are ${EVM_CHAINS.map(({ code }) => code).join(', ')}.`,
  );
}

export function isEvmNetwork(network: string): boolean {
  return EVM_CHAINS.some(({ code }) => code === network);
}

async function keystoreIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    // What the system says names the file, which may say whose wallet it is.
    throw new CheongsanError('SIGNER_UNAVAILABLE', 'The file that KEYSTORE_FILE names cannot be read.');
  }
}
