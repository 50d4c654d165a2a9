import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import type { VenueCode } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import type { CoinAmount } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { taxRules } from '../tax/rules.ts';
import type { BookSnapshots } from '../valuation/book-snapshot.ts';
import { type ClaimRules, claimRules } from './claim.ts';
import type { BarredBill } from './eligible-bills.ts';
import { decideProposal, type Proposal, type ProposalTerms, type Refusal } from './proposal.ts';
import { type BarringProceeding, type HeldAccount, heldAccounts, loadProposalFacts } from './proposal-facts.ts';
import { type CaseToStore, type ProposedCase, storeProposals } from './proposal-store.ts';
import type { LeftOut } from './scope.ts';

export type { ProposedCase } from './proposal-store.ts';

export interface ProposalOrder {
  readonly venueCode: VenueCode;
  /** Rows of replies to use; absent: every row of the venue that names its person for certain and was not used. */
  readonly rowIds?: readonly number[];
  /** The books of every asset concerned, read before the unit of work began. */
  readonly snapshots: BookSnapshots;
  /** Why up to the city's margin more than the need is to be seized; without it nothing more is. */
  readonly marginReason?: string;
  /** The official who will carry the cases. */
  readonly officerId: number;
}

export interface RefusedProposal {
  readonly personId: number;
  readonly accountReference: string;
  readonly code: ErrorCode;
  readonly barred: readonly BarredBill[];
  readonly leftOut: readonly LeftOut[];
}

export interface Proposals {
  readonly proposed: readonly ProposedCase[];
  readonly refused: readonly RefusedProposal[];
}

/**
 * Proposes a case for every account that the replies show and a seizure may take something from, in the order of persons. A refusal
 * is an answer here, with its code and every barred bill. Run again it proposes nothing twice. Errors: `MATCH_UNCONFIRMED`,
 * `NOT_FOUND`, `INPUT_INVALID`.
 */
export async function proposeCases(work: Work, order: ProposalOrder): Promise<Proposals> {
  const answers = await decideAll(work, order, {});
  const accepted = answers.flatMap(({ account, answer }) => ('proposal' in answer ? [{ account, proposal: answer.proposal }] : []));
  const proposed = await storeProposals(work, accepted.map(caseOf(work, order)), await proposalRules(work));
  const refused = answers.flatMap(({ account, answer }) => ('refusal' in answer ? [refusedOf(account, answer.refusal)] : []));
  return { proposed, refused };
}

/**
 * Proposes one case from rows of one account, with quantities that the officer names or as many as the need asks for. Errors: the
 * code of whatever refuses it, above all `SEIZURE_EXCESSIVE` with the part that may be taken among its facts; those of `proposeCases`.
 */
export async function proposeCase(
  work: Work,
  order: ProposalOrder & { readonly rowIds: readonly number[]; readonly quantities?: readonly CoinAmount[] },
): Promise<ProposedCase> {
  const answers = await decideAll(work, order, { quantities: order.quantities });
  const [only, ...others] = answers;
  if (only === undefined) throw new CheongsanError('CONFLICT', 'A standing case has used these rows already; nothing is left to propose.');
  if (others.length > 0) throw new CheongsanError('INPUT_INVALID', 'The rows are of several accounts; propose a case for each.');
  if ('refusal' in only.answer) throw refusalError(only.answer.refusal);
  const toStore = caseOf(work, order)({ account: only.account, proposal: only.answer.proposal });
  const [stored] = await storeProposals(work, [toStore], await proposalRules(work));
  if (stored === undefined) throw new CheongsanError('INTERNAL', 'A proposal was decided and not stored.');
  return stored;
}

/** What a proposal made now is judged by. */
export async function proposalRules(work: Work): Promise<ClaimRules> {
  const policy = await readPolicy(work.tx);
  return claimRules(policy, taxRules(policy), seoulDay(work.at));
}

async function decideAll(work: Work, order: ProposalOrder, terms: Pick<ProposalTerms, 'quantities'>) {
  await assertProposable(work, order);
  const wanted = await heldAccounts(work.tx, order.venueCode, order.rowIds);
  await lockRows(
    work,
    'person',
    wanted.map(({ personId }) => personId),
  );
  // Read again under the locks: another proposal may have used the rows meanwhile.
  const accounts = await heldAccounts(work.tx, order.venueCode, order.rowIds);
  const facts = await loadProposalFacts(work, order.venueCode, accounts, order.snapshots);
  const rules = await proposalRules(work);
  return accounts.map((account) => {
    const barredBy = facts.barredBy.get(account.personId);
    if (barredBy !== undefined) return { account, answer: { refusal: stayRefusal(barredBy) } };
    return { account, answer: decideProposal(facts.factsFor(account), { marginReason: order.marginReason, ...terms }, rules) };
  });
}

/** Error: `INPUT_INVALID` for an official who is not active, or a margin without a reason. */
export async function assertProposable(
  work: Work,
  { officerId, marginReason }: Pick<ProposalOrder, 'officerId' | 'marginReason'>,
): Promise<void> {
  if (marginReason?.trim() === '') throw new CheongsanError('INPUT_INVALID', 'A margin needs a reason in words.');
  const officer = await work.tx.userAccount.findUnique({ where: { id: officerId }, select: { active: true } });
  if (officer?.active !== true)
    throw new CheongsanError('INPUT_INVALID', `User ${officerId} is no active official who could carry a case.`);
}

export function stayRefusal(kind: BarringProceeding): Refusal {
  return { code: 'SEIZURE_STAYED', detail: `A ${kind} bars any new seizure of the person.`, barred: [], leftOut: [], facts: { kind } };
}

function refusedOf({ personId, accountReference }: HeldAccount, { code, barred, leftOut }: Refusal): RefusedProposal {
  return { personId, accountReference, code, barred, leftOut };
}

/** A refusal of the one proposal that was asked for. */
export function refusalError({ code, detail, facts, barred }: Refusal): CheongsanError {
  return new CheongsanError(code, detail, {
    facts: { ...facts, bills: barred.map(({ billId, bars }) => ({ billId, codes: bars.map((bar) => bar.code) })) },
  });
}

interface AcceptedProposal {
  readonly account: HeldAccount;
  readonly proposal: Proposal;
}

function caseOf(work: Work, { venueCode, officerId, marginReason }: ProposalOrder) {
  return ({ account, proposal }: AcceptedProposal): CaseToStore => {
    const replyRows = account.rows.map(({ id }) => id);
    return {
      personId: account.personId,
      venueCode,
      origin: 'inquiry',
      officerId,
      marginReason,
      proposal,
      place: async (caseId) => {
        await work.tx.holdingsReplyRow.updateMany({ where: { id: { in: replyRows } }, data: { caseId } });
        return account.accountReference;
      },
      source: { replyRows },
    };
  };
}
