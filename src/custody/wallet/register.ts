import { appendAudit } from '../../audit/append.ts';
import { isSameAddress, requireAddress } from '../../chain/address.ts';
import { requireNoSecrets } from '../../chain/find-secrets.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import type { WalletFamily } from '../../database/generated/enums.ts';
import { jsonColumn } from '../../database/json.ts';
import { lockRows } from '../../database/locks.ts';
import { type Actor, userIdOf, type Work } from '../../database/work.ts';
import { digestOf } from '../../kernel/digest.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { ENDED_PHASES } from '../../seizure/phase-table.ts';
import { checkDestination } from '../address-check.ts';
import { BITCOIN_NETWORKS, evmChain, isEvmNetwork } from './chains.ts';
import { lockWallet, readWallet, type WalletParts } from './rows.ts';

/** A token as the official gives it: the contract decides, the rest is what it must confirm. */
export interface TokenToWatch {
  readonly asset: string;
  readonly contract: string;
  readonly decimals: number;
}

export interface WalletToRegister {
  readonly caseId: number;
  readonly network: string;
  readonly address: string;
  /** The account to whose deposit addresses it will be swept. */
  readonly accountId: number;
  readonly foundReference: string;
  /** The instant of its seizure, from which it counts as compromised. */
  readonly seizedAt: Date;
  readonly tokens: readonly TokenToWatch[];
}

/** What the chain has confirmed of a wallet before anything is stored. */
export interface CheckedWallet {
  readonly family: WalletFamily;
  readonly address: string;
  readonly chainId: number | null;
  readonly nativeAsset: string;
  readonly decimals: number;
  readonly tokens: readonly TokenToWatch[];
}

/**
 * Registers a wallet that was found with the taxpayer of a case, by its public address alone; from the instant of its seizure it counts as
 * compromised. Of the Ethereum kind its tokens are confirmed by their contracts first. It is looked at as soon as this is committed.
 * Errors: `SECRET_FOUND`, `ADDRESS_UNUSABLE` and those of `checkDestination` for the address, `TOKEN_UNUSABLE`, `CONFLICT` when it is
 * registered already, the case has ended or seizes only a part of another wallet, `INPUT_INVALID` for an unknown network or an instant to come, those of the chain.
 */
export async function registerWallet(parts: WalletParts, actor: Actor, wallet: WalletToRegister): Promise<number> {
  requireNoSecrets(`${wallet.foundReference}\n${wallet.address}`);
  const checked = await checkWallet(parts, wallet);
  return parts.database.work(actor, async (work) => {
    await assertCase(work, wallet);
    return storeWallet(work, wallet, checked, true);
  });
}

type WalletPlace = Pick<WalletToRegister, 'network' | 'address' | 'tokens'>;

/** What address, network and the tokens' contracts allow to be registered. Errors: those of `registerWallet` for these. */
export async function checkWallet(parts: Pick<WalletParts, 'chains'>, place: WalletPlace): Promise<CheckedWallet> {
  return isEvmNetwork(place.network) ? checkEvm(parts, place) : checkBitcoin(place);
}

async function checkEvm({ chains }: Pick<WalletParts, 'chains'>, wallet: WalletPlace): Promise<CheckedWallet> {
  const { chainId, nativeAsset } = evmChain(wallet.network);
  const chain = chains.portFor(wallet.network);
  const tokens: TokenToWatch[] = [];
  for (const token of wallet.tokens) tokens.push(await confirmToken({ describeToken: (contract) => chain.describeToken(contract) }, token));
  await chain.head();
  return { family: 'evm', address: requireAddress(wallet.address), chainId, nativeAsset, decimals: 18, tokens };
}

/** What the city says of a token must be what its contract says; anybody can call a contract `USDT`, so a person names the contract. */
async function confirmToken(
  chain: { describeToken(contract: string): Promise<{ contract: string; symbol: string; decimals: number }> },
  token: TokenToWatch,
): Promise<TokenToWatch> {
  const described = await chain.describeToken(token.contract);
  if (described.decimals !== token.decimals || described.symbol.toUpperCase() !== token.asset) {
    throw new CheongsanError(
      'TOKEN_UNUSABLE',
      `The contract calls itself ${described.symbol} with ${described.decimals} decimals, but ${token.asset} with ${token.decimals} was given. Check the contract's address.`,
      { facts: { contract: described.contract, symbol: described.symbol, decimals: described.decimals } },
    );
  }
  return { ...token, contract: described.contract };
}

const BITCOIN_DECIMALS = 8;

function checkBitcoin({ network, address, tokens }: WalletPlace): CheckedWallet {
  if (!BITCOIN_NETWORKS.some((known) => known === network) || tokens.length > 0) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `${JSON.stringify(network)}${tokens.length > 0 ? ' with tokens' : ''} cannot be registered; give an EVM network, or one of ${BITCOIN_NETWORKS.join(', ')} without tokens.`,
    );
  }
  const checked = checkDestination({ asset: network, network, address });
  return { family: 'bitcoin', address: checked.address, chainId: null, nativeAsset: network, decimals: BITCOIN_DECIMALS, tokens: [] };
}

async function assertCase(work: Work, { caseId, accountId, seizedAt, tokens }: WalletToRegister): Promise<void> {
  await lockRows(work, 'seizure_case', [caseId]);
  const { phase, number } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
  const partly = await work.tx.seizedWallet.findFirst({ where: { caseId, seizesWhole: false }, select: { id: true } });
  if (partly !== null) {
    throw new CheongsanError(
      'CONFLICT',
      `Case ${number} seizes a part of wallet ${partly.id} because that covers its bills; propose a case of its own for another wallet.`,
    );
  }
  if (phase === 'proposed' || ENDED_PHASES.some((ended) => ended === phase)) {
    throw new CheongsanError(
      'PHASE_WRONG',
      `Case ${number} is ${phase}; a wallet is registered for a seizure that is approved and not over.`,
    );
  }
  if (seizedAt > work.at)
    throw new CheongsanError('INPUT_INVALID', `A wallet cannot have been seized at ${seizedAt.toISOString()}, which is to come.`);
  const account = await work.tx.venueAccount.findUnique({ where: { id: accountId }, select: { id: true } });
  if (account === null) throw new CheongsanError('NOT_FOUND', `There is no exchange account ${accountId}.`);
  const elsewhere = await work.tx.holding.findFirst({
    where: { caseId, venueAccountId: { not: accountId }, asset: { in: tokens.map(({ asset }) => asset) } },
  });
  if (elsewhere !== null) {
    throw new CheongsanError(
      'CONFLICT',
      `${elsewhere.asset} of case ${number} lies at account ${elsewhere.venueAccountId}; sweep the wallet to that one.`,
    );
  }
}

/** Stores a wallet that was checked with its case, which is locked or new. Error: `CONFLICT` when it is a standing case's already. */
export async function storeWallet(work: Work, wallet: WalletToRegister, checked: CheckedWallet, seizesWhole: boolean): Promise<number> {
  const { caseId, network, accountId, foundReference, seizedAt } = wallet;
  const { address, family, chainId, nativeAsset, decimals, tokens } = checked;
  const created = await insertWallet(work, {
    caseId,
    family,
    network,
    chainId,
    nativeAsset,
    address,
    venueAccountId: accountId,
    seizesWhole,
    foundReference,
    seizedAt,
    registeredById: userIdOf(work.actor),
    registeredAt: work.at,
    nextLookAt: work.at,
  });
  await work.tx.walletAsset.createMany({
    data: [
      { walletId: created, asset: nativeAsset, contract: null, decimals },
      ...tokens.map(({ asset, contract, decimals: places }) => ({ walletId: created, asset, contract, decimals: places })),
    ],
  });
  const facts = { network, accountId, seizesWhole, assets: [nativeAsset, ...tokens.map(({ asset }) => asset)] };
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'wallet.registered',
    subject: `seized_wallet:${created}`,
    recordDigest: digestOf({ ...facts, address, foundReference, seizedAt: seizedAt.toISOString() }),
    payload: { ...facts, foundReference, seizedAt: seizedAt.toISOString() },
  });
  work.ring('wallets', created);
  return created;
}

async function insertWallet(work: Work, data: Parameters<Work['tx']['seizedWallet']['create']>[0]['data']): Promise<number> {
  try {
    return (await work.tx.seizedWallet.create({ data })).id;
  } catch (thrown) {
    if (!isUniqueViolation(thrown)) throw thrown;
    throw new CheongsanError('CONFLICT', 'This wallet is registered already; look it up in the list of wallets.', { cause: thrown });
  }
}

/** Watches one more token of a registered wallet. Errors: `TOKEN_UNUSABLE`, `CONFLICT` when it is watched already, those of the chain. */
export async function watchToken(parts: WalletParts, actor: Actor, walletId: number, token: TokenToWatch): Promise<void> {
  const wallet = await readWallet(parts.database.read, walletId);
  const confirmed = await confirmToken(parts.chains.portFor(wallet.network), token);
  await parts.database.work(actor, async (work) => {
    const { caseId, assets } = await lockWallet(work, walletId);
    if (
      assets.some(({ asset, contract }) => asset === confirmed.asset || (contract !== null && isSameAddress(contract, confirmed.contract)))
    ) {
      throw new CheongsanError('CONFLICT', `Wallet ${walletId} watches ${confirmed.asset} or this contract already.`);
    }
    await work.tx.walletAsset.create({ data: { walletId, ...confirmed } });
    await appendAudit(work, {
      stream: `case:${caseId}`,
      action: 'wallet.token_watched',
      subject: `seized_wallet:${walletId}`,
      recordDigest: digestOf({ ...confirmed }),
      payload: { asset: confirmed.asset, decimals: confirmed.decimals },
    });
    work.ring('wallets', walletId);
  });
}

/** What an official reads off a print of a block explorer. */
export interface WalletProof {
  readonly walletId: number;
  readonly quantity: string;
  readonly takenAt: Date;
  readonly proofReference: string;
  /** SHA-256 of the print as it is kept. */
  readonly proofDigest: string;
}

/**
 * Records what a wallet of the Bitcoin kind holds by a print. What is more than was found before is seized with it; less changes nothing, a
 * person is told. Errors: `SECRET_FOUND`, `CONFLICT` for a wallet that a node shows, `INPUT_INVALID` for an instant before its seizure or to come.
 */
export async function recordProof(work: Work, proof: WalletProof): Promise<void> {
  requireNoSecrets(proof.proofReference);
  const wallet = await lockWallet(work, proof.walletId);
  if (wallet.family !== 'bitcoin') throw new CheongsanError('CONFLICT', `Wallet ${wallet.id} is read from a node; no print is needed.`);
  if (proof.takenAt > work.at || proof.takenAt < wallet.seizedAt) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `A print of ${proof.takenAt.toISOString()} is from before the seizure or to come; take a new one.`,
    );
  }
  await work.tx.walletReading.create({
    data: {
      walletId: wallet.id,
      source: 'proof',
      takenAt: proof.takenAt,
      quantities: jsonColumn({ [wallet.nativeAsset]: proof.quantity }),
      proofReference: proof.proofReference,
      proofDigest: proof.proofDigest,
      recordedById: userIdOf(work.actor),
    },
  });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.proof_recorded',
    subject: `seized_wallet:${wallet.id}`,
    recordDigest: proof.proofDigest,
    payload: {
      asset: wallet.nativeAsset,
      quantity: proof.quantity,
      takenAt: proof.takenAt.toISOString(),
      proofReference: proof.proofReference,
    },
  });
  work.ring('wallets', wallet.id);
}
