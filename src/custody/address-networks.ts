import {
  type AddressFamily,
  bitcoinCashFamily,
  bitcoinFamily,
  cardanoFamily,
  cosmosFamily,
  dogecoinFamily,
  evmFamily,
  litecoinFamily,
  patternFamily,
  rippleFamily,
  solanaFamily,
  stellarFamily,
  tronFamily,
} from './address-families.ts';

/** The network of a move between two accounts at the same exchange, which no chain sees. */
export const SAME_VENUE = 'internal';

/** What stands beside an address where many receivers share one: XRP's number, elsewhere a text. */
export type TagRule = 'none' | 'number' | 'text';

export interface AddressNetwork {
  readonly code: string;
  /** What exchanges call it beside that. */
  readonly alsoCalled: readonly string[];
  readonly family: AddressFamily;
  readonly tag: TagRule;
  /** The coin of the chain itself. */
  readonly ownAsset: string;
  /** Whether exchanges move other assets over it too. */
  readonly hasTokens: boolean;
}

function chain(
  code: string,
  family: AddressFamily,
  facts: { alsoCalled?: readonly string[]; tag?: TagRule; ownAsset?: string; hasTokens?: boolean } = {},
): AddressNetwork {
  const { alsoCalled = [], tag = 'none', ownAsset = code, hasTokens = false } = facts;
  return { code, alsoCalled, family, tag, ownAsset, hasTokens };
}

function evm(code: string, alsoCalled: readonly string[], ownAsset = 'ETH'): AddressNetwork {
  return chain(code, evmFamily, { alsoCalled, ownAsset, hasTokens: true });
}

/** Networks of which an address can be looked at, as documented by their own projects. Any other is said to be unchecked. */
export const ADDRESS_NETWORKS: readonly AddressNetwork[] = [
  chain('BTC', bitcoinFamily, { alsoCalled: ['BITCOIN'] }),
  chain('LTC', litecoinFamily, { alsoCalled: ['LITECOIN'] }),
  chain('DOGE', dogecoinFamily, { alsoCalled: ['DOGECOIN'] }),
  chain('BCH', bitcoinCashFamily),
  chain('XRP', rippleFamily, { alsoCalled: ['RIPPLE', 'XRPL'], tag: 'number' }),
  chain('XLM', stellarFamily, { alsoCalled: ['STELLAR'], tag: 'text', hasTokens: true }),
  chain('TRX', tronFamily, { alsoCalled: ['TRON', 'TRC20'], hasTokens: true }),
  chain('SOL', solanaFamily, { alsoCalled: ['SOLANA'], hasTokens: true }),
  chain('ADA', cardanoFamily, { alsoCalled: ['CARDANO'], hasTokens: true }),
  chain('ATOM', cosmosFamily('cosmos'), { alsoCalled: ['COSMOS'], tag: 'text' }),
  chain('HBAR', patternFamily(/^0\.0\.[1-9][0-9]{0,9}(?:-[a-z]{5})?$/), { alsoCalled: ['HEDERA'], tag: 'text' }),
  chain('EOS', patternFamily(/^[a-z1-5.]{1,12}$/), { tag: 'text' }),
  chain('APT', patternFamily(/^0x[0-9a-f]{64}$/), { alsoCalled: ['APTOS'], hasTokens: true }),
  chain('SUI', patternFamily(/^0x[0-9a-f]{64}$/), { hasTokens: true }),
  chain('ETC', evmFamily),
  evm('ETH', ['ETHEREUM', 'ERC20']),
  evm('ARB', ['ARBITRUM', 'ARBITRUMONE', 'ARB1']),
  evm('OP', ['OPTIMISM']),
  evm('BASE', []),
  evm('POL', ['MATIC', 'POLYGON'], 'POL'),
  evm('BSC', ['BNB', 'BEP20'], 'BNB'),
  evm('AVAXC', ['AVAX', 'CAVAX'], 'AVAX'),
  evm('KAIA', ['KLAY', 'KLAYTN'], 'KAIA'),
];

/** The network that an exchange calls so; undefined for one that nobody has read up. */
export function addressNetwork(name: string): AddressNetwork | undefined {
  const wanted = name.trim().toUpperCase();
  return ADDRESS_NETWORKS.find(({ code, alsoCalled }) => code === wanted || alsoCalled.includes(wanted));
}

/** By which two names of one network are the same; of one that nobody has read up its name in capitals. */
export function networkCode(name: string): string {
  return addressNetwork(name)?.code ?? name.trim().toUpperCase();
}

/**
 * Whether an asset moves over a network as exchanges move it: a chain's own coin over that chain; coins of the Ethereum kind over any
 * chain of that kind; a token, which has no chain of its own, over those that carry tokens.
 */
export function isMovedOver(asset: string, network: AddressNetwork): boolean {
  const homes = ADDRESS_NETWORKS.filter(({ ownAsset }) => ownAsset === asset);
  if (homes.length === 0) return network.hasTokens;
  const isEthereumKind = [network, ...homes].every(({ family, hasTokens }) => family === evmFamily && hasTokens);
  return isEthereumKind || homes.includes(network);
}

/** Whether all networks of an asset are known, so that one nobody has read up cannot be its. */
export function isBoundToKnown(asset: string): boolean {
  return ADDRESS_NETWORKS.some(({ ownAsset, hasTokens }) => ownAsset === asset && !hasTokens);
}
