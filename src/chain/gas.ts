import type { ChainNode } from './chain-node.ts';
import { hexadecimal, notRead } from './chain-node.ts';
import type { GasEstimate, GasPriceCaps, GasPriceQuote } from './port.ts';
import * as wire from './wire.ts';

/** The base fee rises by at most an eighth a block (EIP-1559): twice as much stays enough for six full blocks. */
const BASE_FEE_HEADROOM = 2n;

/** What gas costs at this moment, held below the caps. */
export async function quoteGasPrice(node: ChainNode, caps: GasPriceCaps): Promise<GasPriceQuote> {
  const { baseFeePerGas } = await node.block('latest');
  if (baseFeePerGas === undefined) {
    const marketGasPriceWei = await node.read('eth_gasPrice', wire.quantity);
    const gasPriceWei = smaller(marketGasPriceWei, caps.maxFeePerGasWei);
    return { gasPrice: { kind: 'legacy', gasPriceWei }, marketGasPriceWei, isEnoughNow: gasPriceWei === marketGasPriceWei };
  }
  const tip = await node.read('eth_maxPriorityFeePerGas', wire.quantity);
  const marketGasPriceWei = BASE_FEE_HEADROOM * baseFeePerGas + tip;
  const maxFeePerGasWei = smaller(marketGasPriceWei, caps.maxFeePerGasWei);
  const maxPriorityFeePerGasWei = smaller(smaller(tip, caps.maxPriorityFeePerGasWei), maxFeePerGasWei);
  const highestNextBaseFee = baseFeePerGas + baseFeePerGas / 8n + 1n;
  return {
    gasPrice: { kind: 'dynamic', maxFeePerGasWei, maxPriorityFeePerGasWei },
    marketGasPriceWei,
    isEnoughNow: maxFeePerGasWei >= highestNextBaseFee,
  };
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Gas of a call as the node runs it on its newest block. */
export async function estimateGas(
  node: ChainNode,
  { from, to, valueWei, data }: { readonly from: string; readonly to: string; readonly valueWei: bigint; readonly data: string },
): Promise<GasEstimate> {
  const method = 'eth_estimateGas';
  const outcome = await node.ask(method, [{ from, to, value: hexadecimal(valueWei), data }]);
  if (outcome.kind === 'answered') return { kind: 'estimated', gas: node.parse(method, wire.quantity, outcome.result) };
  if (outcome.kind === 'rejected' && outcome.isRevert) return { kind: 'reverts', reason: outcome.message };
  throw notRead(node.chain.code, method, outcome);
}
