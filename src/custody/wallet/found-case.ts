import { requireNoSecrets } from '../../chain/find-secrets.ts';
import type { AddressBalances } from '../../chain/port.ts';
import { lockRows } from '../../database/locks.ts';
import type { Actor, Work } from '../../database/work.ts';
import type { VenueCode } from '../../exchange/port.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount } from '../../kernel/money.ts';
import { decideProposal, type Proposal, type ProposalTerms } from '../../seizure/proposal.ts';
import { loadProposalFacts, unvaluedAssets } from '../../seizure/proposal-facts.ts';
import { type ProposedCase, storeProposals } from '../../seizure/proposal-store.ts';
import { assertProposable, proposalRules, refusalError, stayRefusal } from '../../seizure/propose.ts';
import { walletReference } from '../../seizure/wallet-reference.ts';
import { type BookSnapshots, readBookSnapshots } from '../../valuation/book-snapshot.ts';
import { endBefore } from './end.ts';
import { keepFirstLook, quantitiesOf } from './look.ts';
import { type CheckedWallet, checkWallet, recordProof, storeWallet, type WalletProof, type WalletToRegister } from './register.ts';
import { tokensOf, type WalletParts } from './rows.ts';

/** A wallet that officials found and took, with whoever owes. */
export interface FoundWallet extends Omit<WalletToRegister, 'caseId'>, ProposalTerms {
  readonly personId: number;
  /** What a print shows, for a wallet that no node shows. */
  readonly proof: Omit<WalletProof, 'walletId'> | undefined;
  /** The official who will carry the case. */
  readonly officerId: number;
}

/** What the wallet holds, read before anything is stored. */
type Found =
  | { readonly kind: 'node'; readonly balances: AddressBalances }
  | { readonly kind: 'proof'; readonly proof: Omit<WalletProof, 'walletId'> };

interface Survey {
  readonly checked: CheckedWallet;
  readonly found: Found;
  readonly available: readonly CoinAmount[];
  readonly venueCode: VenueCode;
  readonly snapshots: BookSnapshots;
}

/**
 * Proposes the seizure of a wallet that was taken from somebody who owes, whether or not any exchange knows him: a case with the wallet
 * registered in it, by the same rules on bills, need, margin and excess as for an account at an exchange. It was taken already, so the
 * bills must have allowed it on that day too. The wallet is watched from now on and its sweep may be put to the custodians at
 * once; nothing of it is signed before somebody else has approved the seizure. Where not all is needed, what the wallet holds beyond
 * the quantities approved is not seized. Errors: the code of whatever refuses the proposal; those of `registerWallet`; `INPUT_INVALID`
 * without a print where no node is read, or with one where a node is; those of the exchange.
 */
export async function proposeFoundWallet(
  parts: WalletParts,
  actor: Actor,
  wallet: FoundWallet,
): Promise<ProposedCase & { readonly walletId: number }> {
  requireNoSecrets(`${wallet.foundReference}\n${wallet.address}`);
  const survey = await surveyFound(parts, wallet);
  return parts.database.work(actor, (work) => store(work, wallet, survey));
}

async function surveyFound(parts: WalletParts, wallet: FoundWallet): Promise<Survey> {
  const { database, exchanges } = parts;
  const checked = await checkWallet(parts, wallet);
  const found = await readFound(parts, wallet, checked);
  const available =
    found.kind === 'node' ? [...quantitiesOf(found.balances).values()] : [CoinAmount.of(checked.nativeAsset, found.proof.quantity)];
  const port = await exchanges.exchangeFor(wallet.accountId);
  const assets = [...available.map(({ asset }) => asset), ...(await unvaluedAssets(database.read, [wallet.personId]))];
  return { checked, found, available, venueCode: port.venue, snapshots: await readBookSnapshots(port, assets, database.clock) };
}

async function readFound({ chains }: WalletParts, { network, proof }: FoundWallet, checked: CheckedWallet): Promise<Found> {
  if (checked.family === 'bitcoin') {
    if (proof !== undefined) return { kind: 'proof', proof };
    throw new CheongsanError('INPUT_INVALID', `No node of ${network} is read; give the print of an explorer with what the wallet holds.`);
  }
  if (proof !== undefined) throw new CheongsanError('INPUT_INVALID', `A wallet on ${network} is read from a node; no print is needed.`);
  const watched = [
    { asset: checked.nativeAsset, contract: null, decimals: checked.decimals },
    ...checked.tokens.map(({ asset, contract, decimals }) => ({ asset, contract, decimals })),
  ];
  return { kind: 'node', balances: await chains.portFor(network).balances(checked.address, tokensOf({ assets: watched })) };
}

async function store(work: Work, wallet: FoundWallet, survey: Survey): Promise<ProposedCase & { readonly walletId: number }> {
  const { personId, officerId, marginReason } = wallet;
  await assertProposable(work, { officerId, ...(marginReason === undefined ? {} : { marginReason }) });
  if (wallet.seizedAt > work.at)
    throw new CheongsanError('INPUT_INVALID', `A wallet cannot have been taken at ${wallet.seizedAt.toISOString()}, which is to come.`);
  await lockRows(work, 'person', [personId]);
  const person = await work.tx.person.findUnique({ where: { id: personId }, select: { erasedAt: true } });
  if (person === null) throw new CheongsanError('NOT_FOUND', `There is no person ${personId}.`);
  if (person.erasedAt !== null) throw new CheongsanError('PERSON_ERASED', `Person ${personId} has been erased.`);
  const { network } = wallet;
  await endBefore(work, { network, address: survey.checked.address });
  const proposal = await decide(work, wallet, survey);
  let walletId = 0;
  const [stored] = await storeProposals(
    work,
    [
      {
        personId,
        venueCode: survey.venueCode,
        origin: 'wallet',
        officerId,
        marginReason,
        proposal,
        place: async (caseId) => {
          walletId = await storeFound(work, { ...wallet, caseId }, survey, !proposal.scope.isPartial);
          return walletReference(walletId);
        },
        source: { network, foundReference: wallet.foundReference, takenAt: wallet.seizedAt.toISOString() },
      },
    ],
    await proposalRules(work),
  );
  if (stored === undefined) throw new CheongsanError('INTERNAL', 'A proposal was decided and not stored.');
  return { ...stored, walletId };
}

async function decide(work: Work, wallet: FoundWallet, { available, venueCode, snapshots }: Survey): Promise<Proposal> {
  const account = { personId: wallet.personId, accountReference: 'wallet', rows: [] };
  const facts = await loadProposalFacts(work, venueCode, [account], snapshots);
  const barredBy = facts.barredBy.get(wallet.personId);
  if (barredBy !== undefined) throw refusalError(stayRefusal(barredBy));
  const takenOn = seoulDay(wallet.seizedAt);
  const { marginReason, quantities } = wallet;
  const answer = decideProposal(
    { ...facts.factsFor(account), available, takenOn },
    { marginReason, quantities },
    await proposalRules(work),
  );
  if ('refusal' in answer) throw refusalError(answer.refusal);
  return answer.proposal;
}

async function storeFound(work: Work, wallet: WalletToRegister, { checked, found }: Survey, seizesWhole: boolean): Promise<number> {
  const walletId = await storeWallet(work, wallet, checked, seizesWhole);
  if (found.kind === 'proof') await recordProof(work, { walletId, ...found.proof });
  await keepFirstLook(work, walletId, found.kind === 'node' ? found.balances : undefined);
  return walletId;
}
