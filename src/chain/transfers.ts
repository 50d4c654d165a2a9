import { id, zeroPadValue } from 'ethers';
import { z } from 'zod';
import { isSameAddress, requireAddress } from './address.ts';
import { type ChainNode, tagged } from './chain-node.ts';
import type { BlockReference, TokenMove, TokenTransfer, TransferReading, WatchedToken } from './port.ts';
import { amountOf } from './units.ts';
import * as wire from './wire.ts';

const TRANSFER = id('Transfer(address,address,uint256)');
/** Sender and receiver are topics, the amount is the data. A token of ERC-721 has the same name with its number as a fourth topic. */
const TRANSFER_TOPICS = 3;
/** Nodes refuse or cut answers over many blocks; so many are asked for at once. */
const BLOCKS_A_QUESTION = 2_000;

/** ERC-20 transfers among the logs of a receipt. */
export function movesIn(logs: readonly wire.WireLog[]): TokenMove[] {
  return logs.flatMap((entry) => {
    const [event, from, to] = entry.topics;
    if (event !== TRANSFER || from === undefined || to === undefined || entry.topics.length !== TRANSFER_TOPICS) return [];
    const units = wire.quantity.safeParse(entry.data);
    return units.success ? [{ contract: entry.address, from: addressIn(from), to: addressIn(to), units: units.data }] : [];
  });
}

function addressIn(topic: string): string {
  return requireAddress(`0x${topic.slice(-40)}`);
}

/** See `ChainPort.transfersSince`. */
export async function transfersSince(
  node: ChainNode,
  address: string,
  tokens: readonly WatchedToken[],
  since: BlockReference,
  confirmations: number,
): Promise<TransferReading> {
  if (!(await node.isCanonical(since))) return { kind: 'reorganised' };
  const head = await node.block('latest');
  const readTo = await node.block(Math.max(since.number, head.number - Math.max(confirmations, 1) + 1));
  const logs: wire.WireLog[] = [];
  for (let from = since.number + 1; from <= readTo.number; from += BLOCKS_A_QUESTION) {
    const to = Math.min(from + BLOCKS_A_QUESTION - 1, readTo.number);
    logs.push(...(await logsOf(node, address, tokens, from, to)));
  }
  // The chain may have turned while it was read: then blocks of two histories would be mixed.
  if (!(await node.isCanonical(since)) || !(await node.isCanonical(readTo))) return { kind: 'reorganised' };
  const transfers = logs.flatMap((entry) => transferFrom(entry, tokens));
  transfers.sort((a, b) => a.block.number - b.block.number || a.logIndex - b.logIndex);
  return { kind: 'read', transfers, readTo: { number: readTo.number, hash: readTo.hash } };
}

async function logsOf(
  node: ChainNode,
  address: string,
  tokens: readonly WatchedToken[],
  from: number,
  to: number,
): Promise<wire.WireLog[]> {
  if (tokens.length === 0) return [];
  const topic = zeroPadValue(address, 32);
  const range = { address: tokens.map(({ contract }) => contract), fromBlock: tagged(from), toBlock: tagged(to) };
  const sent = await node.read('eth_getLogs', z.array(wire.log), { ...range, topics: [TRANSFER, topic] });
  const received = await node.read('eth_getLogs', z.array(wire.log), { ...range, topics: [TRANSFER, null, topic] });
  const isNew = (entry: wire.WireLog) => !sent.some((other) => other.blockHash === entry.blockHash && other.logIndex === entry.logIndex);
  // What an address sends to itself is in both.
  return [...sent, ...received.filter(isNew)];
}

function transferFrom(entry: wire.WireLog, tokens: readonly WatchedToken[]): TokenTransfer[] {
  const token = tokens.find(({ contract }) => isSameAddress(contract, entry.address));
  if (token === undefined) return [];
  return movesIn([entry]).map(({ from, to, units }) => ({
    token,
    from,
    to,
    amount: amountOf(token, units),
    transactionHash: entry.transactionHash,
    logIndex: entry.logIndex,
    block: { number: entry.blockNumber, hash: entry.blockHash },
  }));
}
