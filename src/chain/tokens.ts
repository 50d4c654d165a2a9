import { AbiCoder, Interface } from 'ethers';
import { CheongsanError, named } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { requireAddress } from './address.ts';
import { type BlockTag, type ChainNode, notRead, tagged } from './chain-node.ts';
import type { TokenBalance, TokenDescription, WatchedToken } from './port.ts';
import { amountOf } from './units.ts';
import * as wire from './wire.ts';

const erc20 = new Interface([
  'function decimals() view returns (uint8)',
  'function symbol() view returns (string)',
  'function balanceOf(address) view returns (uint256)',
]);

const WORD_BYTES = 32;
const SYMBOL_LENGTH_MAX = 32;

/** Return data of a read-only call. Errors: `TOKEN_UNUSABLE` when the contract reverts, else as reading. */
async function call(node: ChainNode, contract: string, data: string, tag: BlockTag): Promise<string> {
  const outcome = await node.ask('eth_call', [{ to: contract, data }, tagged(tag)]);
  if (outcome.kind === 'answered') return node.parse('eth_call', wire.bytes, outcome.result);
  if (outcome.kind === 'rejected' && outcome.isRevert) throw unusable(contract, 'it reverts');
  throw notRead(node.chain.code, 'eth_call', outcome);
}

async function callForNumber(node: ChainNode, contract: string, data: string, tag: BlockTag): Promise<bigint> {
  const returned = await call(node, contract, data, tag);
  if (returned.length !== 2 + 2 * WORD_BYTES)
    throw unusable(contract, returned === '0x' ? 'nothing answers there' : 'it answers no number');
  return BigInt(returned);
}

export async function readDecimals(node: ChainNode, contract: string, tag: BlockTag): Promise<number> {
  const decimals = await callForNumber(node, contract, erc20.encodeFunctionData('decimals'), tag);
  if (decimals > BigInt(CoinAmount.DECIMAL_PLACES_MAX)) {
    throw unusable(contract, `it counts ${decimals} decimals, at most ${CoinAmount.DECIMAL_PLACES_MAX} can be kept exactly`);
  }
  return Number(decimals);
}

/** What a contract says about itself. Errors: `ADDRESS_UNUSABLE`, `TOKEN_UNUSABLE`. */
export async function describeToken(node: ChainNode, address: string): Promise<TokenDescription> {
  const contract = requireAddress(address);
  const decimals = await readDecimals(node, contract, 'latest');
  // Whatever has decimals but knows no balances is no ERC-20.
  await callForNumber(node, contract, erc20.encodeFunctionData('balanceOf', [contract]), 'latest');
  const symbol = symbolFrom(await call(node, contract, erc20.encodeFunctionData('symbol'), 'latest'));
  if (symbol === undefined) throw unusable(contract, 'its symbol cannot be read');
  return { contract, symbol, decimals };
}

/** Text, or 32 bytes filled with zeros as the oldest tokens have it. */
function symbolFrom(returned: string): string | undefined {
  try {
    const text =
      returned.length === 2 + 2 * WORD_BYTES
        ? Buffer.from(returned.slice(2), 'hex').toString('utf8').replace(/\0+$/, '')
        : String(AbiCoder.defaultAbiCoder().decode(['string'], returned)[0]);
    return /^[\p{L}\p{N}\p{S}\p{P} ]+$/u.test(text) && text.length <= SYMBOL_LENGTH_MAX ? text : undefined;
  } catch {
    return undefined;
  }
}

/** What a holder has of a token at a block, once the contract has confirmed the recorded decimals. */
export async function tokenBalance(node: ChainNode, token: WatchedToken, holder: string, tag: BlockTag): Promise<TokenBalance> {
  try {
    const decimals = await readDecimals(node, token.contract, tag);
    if (decimals !== token.decimals) {
      return { kind: 'unreadable', token, reason: `recorded with ${token.decimals} decimals, its contract says ${decimals}` };
    }
    const units = await callForNumber(node, token.contract, erc20.encodeFunctionData('balanceOf', [holder]), tag);
    return { kind: 'read', token, amount: amountOf(token, units) };
  } catch (thrown) {
    const error = named(thrown);
    if (error.code !== 'TOKEN_UNUSABLE') throw thrown;
    return { kind: 'unreadable', token, reason: error.message };
  }
}

function unusable(contract: string, why: string): CheongsanError {
  return new CheongsanError('TOKEN_UNUSABLE', `${contract} is no ERC-20 that can be held: ${why}. Check the contract's address.`, {
    facts: { contract },
  });
}
