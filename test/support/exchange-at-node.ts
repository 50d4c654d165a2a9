import { z } from 'zod';
import { Decimal } from '../../src/kernel/decimal.ts';
import type { PaperExchange } from '../../src/paper-exchange/server.ts';
import { type EvmNode, sampleToken } from './evm-node.ts';

/*
 * The paper exchange has no chain of its own. Here it stands at a real node: what arrives there at one of an account's addresses is
 * credited, and what it is asked to pay out leaves from them. It knows nothing but what the chain says.
 */

export interface ListedAsset {
  readonly asset: string;
  /** Undefined for the chain's own coin. */
  readonly contract: string | undefined;
  readonly decimals: number;
}

const block = z.object({
  transactions: z.array(z.object({ hash: z.string(), to: z.string().nullable(), value: z.string() })),
});
const logs = z.array(z.object({ transactionHash: z.string(), data: z.string(), topics: z.array(z.string()) }));

interface Arrival {
  readonly asset: string;
  readonly quantity: string;
  readonly transactionId: string;
}

export class ExchangeAtNode {
  readonly #node: EvmNode;
  readonly #exchange: PaperExchange;
  readonly #accountId: string;
  readonly #assets: readonly ListedAsset[];
  /** By asset, where the account receives it. */
  readonly #addresses: ReadonlyMap<string, string>;
  #readTo: number;

  constructor(
    parts: { readonly node: EvmNode; readonly exchange: PaperExchange; readonly accountId: string },
    assets: readonly ListedAsset[],
    addresses: ReadonlyMap<string, string>,
    fromBlock: number,
  ) {
    this.#node = parts.node;
    this.#exchange = parts.exchange;
    this.#accountId = parts.accountId;
    this.#assets = assets;
    this.#addresses = addresses;
    this.#readTo = fromBlock;
  }

  addressOf(asset: string): string {
    const address = this.#addresses.get(asset);
    if (address === undefined) throw new Error(`The exchange has no address for ${asset}.`);
    return address;
  }

  /** Credits what has arrived since the last time; answers what it was. */
  async seeArrivals(confirmationSeconds = 60): Promise<readonly Arrival[]> {
    const head = Number(z.string().parse(await this.#node.ask('eth_blockNumber')));
    const arrivals: Arrival[] = [];
    for (let number = this.#readTo + 1; number <= head; number++) arrivals.push(...(await this.#arrivalsIn(number)));
    this.#readTo = head;
    for (const arrival of arrivals) {
      await this.#exchange.operator.depositFromChain({ accountId: this.#accountId, ...arrival, confirmationSeconds });
    }
    return arrivals;
  }

  /** Sends coins on the chain from where they arrived, and takes them from the account. Answers the transaction. */
  async payOut(given: {
    readonly asset: string;
    readonly quantity: string;
    readonly address: string;
    readonly fee?: string;
  }): Promise<string> {
    const { asset, quantity, address, fee } = given;
    const { contract, decimals } = this.#listed(asset);
    const units = BigInt(new Decimal(quantity).shiftedBy(decimals).toFixed(0));
    const from = this.addressOf(asset);
    const call =
      contract === undefined
        ? { to: address, value: `0x${units.toString(16)}` }
        : { to: contract, data: sampleToken.encodeFunctionData('transfer', [address, units]) };
    // The exchange pays gas from elsewhere.
    await this.#node.give(from, (await this.#node.unitsOf(from)) + 1_000_000_000_000_000n);
    const transactionId = await this.#node.transactAs(from, call);
    const withdrawal = { accountId: this.#accountId, asset, quantity, transactionId, confirmationSeconds: 60 };
    await this.#exchange.operator.withdrawToChain({ ...withdrawal, ...(fee === undefined ? {} : { fee }) });
    return transactionId;
  }

  #listed(asset: string): ListedAsset {
    const listed = this.#assets.find((each) => each.asset === asset);
    if (listed === undefined) throw new Error(`The exchange does not list ${asset}.`);
    return listed;
  }

  async #arrivalsIn(number: number): Promise<Arrival[]> {
    const at = `0x${number.toString(16)}`;
    const { transactions } = block.parse(await this.#node.ask('eth_getBlockByNumber', at, true));
    const found: Arrival[] = [];
    for (const { asset, contract, decimals } of this.#assets) {
      const address = this.addressOf(asset).toLowerCase();
      const arrived = (transactionId: string, units: bigint) => {
        if (units > 0n) found.push({ asset, transactionId, quantity: new Decimal(units.toString()).shiftedBy(-decimals).toFixed() });
      };
      if (contract === undefined) {
        for (const { hash, to, value } of transactions) if (to?.toLowerCase() === address) arrived(hash, BigInt(value));
        continue;
      }
      const topics = sampleToken.encodeFilterTopics('Transfer', [null, address]);
      const seen = logs.parse(await this.#node.ask('eth_getLogs', { fromBlock: at, toBlock: at, address: contract, topics }));
      for (const { transactionHash, data } of seen) arrived(transactionHash, BigInt(data));
    }
    return found;
  }
}
