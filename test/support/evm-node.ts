import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AbiCoder, Interface } from 'ethers';
import { z } from 'zod';
import { atEnd } from './at-end.ts';

/*
 * A real EVM node on this machine (Anvil of Foundry, whose program comes inside an npm package), with contracts of our own. Blocks are
 * mined when a test says so, unless it asks for one a transaction.
 */

const PROCESSORS: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Out of the platform's own npm package; where npm has none installed, the `anvil` that the machine has. */
function program(): string {
  const name = `@foundry-rs/anvil-${process.platform}-${PROCESSORS[process.arch] ?? process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/anvil${process.platform === 'win32' ? '.exe' : ''}`);
  } catch {
    return 'anvil';
  }
}

const contracts = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../chain/contracts/sample-tokens.json'), 'utf8')));

export const sampleToken = new Interface([
  'function mint(address to, uint256 value)',
  'function pause(bool paused)',
  'function transfer(address to, uint256 value) returns (bool)',
  'function balanceOf(address holder) view returns (uint256)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
]);

const answer = z.union([z.object({ error: z.object({ message: z.string() }) }), z.object({ result: z.unknown() })]);
const receipt = z.object({ status: z.string(), contractAddress: z.string().nullable(), transactionHash: z.string() });

export interface EvmNodeOptions {
  readonly chainId?: number;
  /** A block for every transaction at once; otherwise only `mine` makes one. */
  readonly isAutomatic?: boolean;
  /** Without EIP-1559. */
  readonly isLegacy?: boolean;
}

export class EvmNode {
  readonly url: string;
  readonly chainId: number;
  readonly #process: ChildProcess;
  /** The node's own account, which has what it needs. */
  #maker = '';

  private constructor(url: string, chainId: number, child: ChildProcess) {
    this.url = url;
    this.chainId = chainId;
    this.#process = child;
  }

  static async start({ chainId = 31_337, isAutomatic = false, isLegacy = false }: EvmNodeOptions = {}): Promise<EvmNode> {
    const args = ['--port', '0', '--chain-id', String(chainId), ...(isAutomatic ? [] : ['--no-mining', '--order', 'fees'])];
    const child = spawn(program(), [...args, ...(isLegacy ? ['--hardfork', 'berlin'] : [])], { stdio: ['ignore', 'pipe', 'inherit'] });
    const node = new EvmNode(`http://127.0.0.1:${await portOf(child)}`, chainId, child);
    atEnd(() => node.stop());
    const [first] = z.array(z.string()).parse(await node.ask('eth_accounts'));
    if (first === undefined) throw new Error('The node has no account.');
    node.#maker = first;
    return node;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** Any method of the node's, its own for tests (`anvil_…`) among them. */
  async ask(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(this.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    const answered = answer.parse(await response.json());
    if ('error' in answered) throw new Error(`${method}: ${answered.error.message}`);
    return answered.result;
  }

  async mine(blocks = 1): Promise<void> {
    await this.ask('anvil_mine', `0x${blocks.toString(16)}`);
  }

  /** Sets what an address has of native coin. */
  async give(address: string, wei: bigint): Promise<void> {
    await this.ask('anvil_setBalance', address, `0x${wei.toString(16)}`);
  }

  /** A transaction of the node's own account, mined; `data` alone makes a contract. Answers the contract's address, if one came of it. */
  async transact(call: { readonly to?: string; readonly data?: string; readonly value?: string }): Promise<string> {
    return (await this.#included({ from: this.#maker, gas: '0x2dc6c0', ...call })).contractAddress ?? '';
  }

  /** A transaction of anybody's, whose key the node does not need, mined. Answers its hash. */
  async transactAs(from: string, call: { readonly to: string; readonly data?: string; readonly value?: string }): Promise<string> {
    await this.ask('anvil_impersonateAccount', from);
    const { transactionHash } = await this.#included({ from, gas: '0x186a0', ...call });
    await this.ask('anvil_stopImpersonatingAccount', from);
    return transactionHash;
  }

  async #included(call: object): Promise<z.output<typeof receipt>> {
    const sent = await this.ask('eth_sendTransaction', call);
    await this.mine();
    const made = receipt.parse(await this.ask('eth_getTransactionReceipt', sent));
    if (made.status !== '0x1') throw new Error('The transaction of the test reverted.');
    return made;
  }

  /** Native coin of an address in wei; of a token's contract in its smallest unit. */
  async unitsOf(address: string, token?: string): Promise<bigint> {
    if (token === undefined) return BigInt(z.string().parse(await this.ask('eth_getBalance', address, 'latest')));
    const data = sampleToken.encodeFunctionData('balanceOf', [address]);
    return BigInt(z.string().parse(await this.ask('eth_call', { to: token, data }, 'latest')));
  }

  async deployToken(symbol: string, decimals: number): Promise<string> {
    return this.#deploy('SampleToken', AbiCoder.defaultAbiCoder().encode(['string', 'uint8'], [symbol, decimals]));
  }

  async deployTollToken(): Promise<string> {
    return this.#deploy('SampleTollToken', '0x');
  }

  async deployForwarder(target: string): Promise<string> {
    return this.#deploy('SampleForwarder', AbiCoder.defaultAbiCoder().encode(['address'], [target]));
  }

  async mint(token: string, to: string, units: bigint): Promise<void> {
    await this.transact({ to: token, data: sampleToken.encodeFunctionData('mint', [to, units]) });
  }

  async pause(token: string, isPaused: boolean): Promise<void> {
    await this.transact({ to: token, data: sampleToken.encodeFunctionData('pause', [isPaused]) });
  }

  async #deploy(name: string, argument: string): Promise<string> {
    return this.transact({ data: `${contracts[name] ?? ''}${argument.slice(2)}` });
  }
}

async function portOf(child: ChildProcess): Promise<string> {
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) => {
      reject(new Error('No EVM node can be started; install Foundry, so that "anvil" is found.', { cause }));
    });
  });
  return Promise.race([failed, portToldBy(child)]);
}

async function portToldBy(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The node has no output.');
  for await (const line of createInterface(child.stdout)) {
    const port = /Listening on .*:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stdout.resume();
    return port;
  }
  throw new Error('The node ended before it listened.');
}

const question = z.object({ id: z.number(), method: z.string() });

/** What stands in for a node's answer: `undefined` passes it on, `silence` never answers though the node was asked. */
export type Interference = (method: string) => 'silence' | { readonly status: number; readonly body: unknown } | undefined;

/** A way to the node on which answers are lost or changed. */
export async function interposed(node: EvmNode, interfere: Interference): Promise<string> {
  const server = createServer(async (request, response) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece);
    const text = Buffer.concat(pieces).toString('utf8');
    const { id, method } = question.parse(JSON.parse(text));
    const instead = interfere(method);
    if (instead !== undefined && instead !== 'silence') {
      response.writeHead(instead.status, { 'Content-Type': 'application/json' });
      response.end(typeof instead.body === 'string' ? instead.body : JSON.stringify({ jsonrpc: '2.0', id, ...Object(instead.body) }));
      return;
    }
    const passed = await fetch(node.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: text });
    const answered = await passed.text();
    if (instead === undefined) response.writeHead(passed.status, { 'Content-Type': 'application/json' }).end(answered);
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
  return `http://127.0.0.1:${port}`;
}
