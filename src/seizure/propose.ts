import { appendAudit } from '../audit/append.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import type { VenueCode } from '../exchange/port.ts';
import { dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import type { CoinAmount, Won } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import type { BookSnapshots } from '../valuation/book-snapshot.ts';
import { recordValuations } from '../valuation/valuation-record.ts';
import { type ClaimRules, claimRules } from './claim.ts';
import type { BarredBill } from './eligible-bills.ts';
import { nextNumbers } from './numbers.ts';
import { phaseDeadline } from './phase.ts';
import { decideProposal, type Proposal, type ProposalTerms, type Refusal } from './proposal.ts';
import { type BarringProceeding, type HeldAccount, heldAccounts, loadProposalFacts } from './proposal-facts.ts';
import type { LeftOut } from './scope.ts';

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

export interface ProposedCase {
  readonly caseId: number;
  readonly number: string;
  readonly personId: number;
  readonly needKrw: Won;
  readonly valueKrw: Won;
  readonly isPartial: boolean;
  readonly barred: readonly BarredBill[];
  readonly leftOut: readonly LeftOut[];
  /** Notices whose 정리보류 must be revoked. */
  readonly revokesWriteOff: readonly string[];
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
  const proposed = await storeProposals(work, order, accepted, await rulesOf(work));
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
  if ('refusal' in only.answer) {
    const { code, detail, facts, barred } = only.answer.refusal;
    throw new CheongsanError(code, detail, {
      facts: { ...facts, bills: barred.map(({ billId, bars }) => ({ billId, codes: bars.map((bar) => bar.code) })) },
    });
  }
  const [stored] = await storeProposals(work, order, [{ account: only.account, proposal: only.answer.proposal }], await rulesOf(work));
  if (stored === undefined) throw new CheongsanError('INTERNAL', 'A proposal was decided and not stored.');
  return stored;
}

async function rulesOf(work: Work): Promise<ClaimRules> {
  const policy = await readPolicy(work.tx);
  return claimRules(policy, taxRules(policy), seoulDay(work.at));
}

async function decideAll(work: Work, order: ProposalOrder, terms: Pick<ProposalTerms, 'quantities'>) {
  await assertOfficer(work, order.officerId);
  if (order.marginReason?.trim() === '') throw new CheongsanError('INPUT_INVALID', 'A margin needs a reason in words.');
  const wanted = await heldAccounts(work.tx, order.venueCode, order.rowIds);
  await lockRows(
    work,
    'person',
    wanted.map(({ personId }) => personId),
  );
  // Read again under the locks: another proposal may have used the rows meanwhile.
  const accounts = await heldAccounts(work.tx, order.venueCode, order.rowIds);
  const facts = await loadProposalFacts(work, order.venueCode, accounts, order.snapshots);
  const rules = await rulesOf(work);
  return accounts.map((account) => {
    const barredBy = facts.barredBy.get(account.personId);
    if (barredBy !== undefined) return { account, answer: { refusal: stayRefusal(barredBy) } };
    return { account, answer: decideProposal(facts.factsFor(account), { marginReason: order.marginReason, ...terms }, rules) };
  });
}

async function assertOfficer(work: Work, officerId: number): Promise<void> {
  const officer = await work.tx.userAccount.findUnique({ where: { id: officerId }, select: { active: true } });
  if (officer?.active !== true)
    throw new CheongsanError('INPUT_INVALID', `User ${officerId} is no active official who could carry a case.`);
}

function stayRefusal(kind: BarringProceeding): Refusal {
  return { code: 'SEIZURE_STAYED', detail: `A ${kind} bars any new seizure of the person.`, barred: [], leftOut: [], facts: { kind } };
}

function refusedOf({ personId, accountReference }: HeldAccount, { code, barred, leftOut }: Refusal): RefusedProposal {
  return { personId, accountReference, code, barred, leftOut };
}

interface AcceptedProposal {
  readonly account: HeldAccount;
  readonly proposal: Proposal;
}

async function storeProposals(
  work: Work,
  order: ProposalOrder,
  accepted: readonly AcceptedProposal[],
  rules: ClaimRules,
): Promise<ProposedCase[]> {
  if (accepted.length === 0) return [];
  const numbers = await nextNumbers(work, 'seizure_case', accepted.length);
  const deadlineOn = await phaseDeadline(work, 'proposed');
  const stored: ProposedCase[] = [];
  for (const [index, { account, proposal }] of accepted.entries()) {
    const number = numbers[index];
    if (number === undefined) throw new CheongsanError('INTERNAL', 'Fewer case numbers than cases.');
    const caseId = await storeCase(work, order, { account, proposal }, { number, deadlineOn }, rules);
    stored.push(proposedOf(caseId, number, account, proposal));
  }
  return stored;
}

function proposedOf(caseId: number, number: string, account: HeldAccount, { sorted, need, scope }: Proposal): ProposedCase {
  return {
    caseId,
    number,
    personId: account.personId,
    needKrw: need,
    valueKrw: scope.value,
    isPartial: scope.isPartial,
    barred: sorted.barred,
    leftOut: scope.leftOut,
    revokesWriteOff: sorted.revokesWriteOff,
  };
}

async function storeCase(
  work: Work,
  order: ProposalOrder,
  { account, proposal }: AcceptedProposal,
  { number, deadlineOn }: { readonly number: string; readonly deadlineOn: Awaited<ReturnType<typeof phaseDeadline>> },
  rules: ClaimRules,
): Promise<number> {
  const bills = proposal.sorted.eligible.map((bill) => ({
    billId: bill.billId,
    amountAtSeizure: owedOnBills([bill], rules.today, rules.tax).total.toBigInt(),
  }));
  const created = await work.tx.seizureCase.create({
    data: {
      number,
      personId: account.personId,
      venueCode: order.venueCode,
      origin: 'inquiry',
      phase: 'proposed',
      phaseSince: work.at,
      phaseDeadlineOn: deadlineOn === undefined ? null : dayToColumn(deadlineOn),
      officerId: order.officerId,
      openedAt: work.at,
      needKrw: proposal.need.toBigInt(),
      limitKrw: proposal.limit.toBigInt(),
      settlementOn: dayToColumn(rules.settlementOn),
      marginReason: order.marginReason?.trim() ?? null,
      bills: { createMany: { data: bills } },
      holdings: {
        create: proposal.scope.lines.map(({ quantity }) => ({
          asset: quantity.asset,
          accountReference: account.accountReference,
          seizedQuantity: quantity.toString(),
          demandedQuantity: 0,
          state: 'proposed' as const,
          stateSince: work.at,
        })),
      },
    },
    include: { holdings: true },
  });
  await work.tx.holdingsReplyRow.updateMany({ where: { id: { in: account.rows.map(({ id }) => id) } }, data: { caseId: created.id } });
  const valuations = await recordValuations(
    work,
    'proposal',
    proposal.scope.lines.flatMap(({ quantity, snapshot }) =>
      created.holdings
        .filter(({ asset }) => asset === quantity.asset)
        .map(({ id }) => ({ caseId: created.id, holdingId: id, quantity, snapshot })),
    ),
  );
  await appendAudit(work, {
    stream: `case:${created.id}`,
    action: 'seizure.proposed',
    subject: `case:${created.id}`,
    after: {
      number,
      personId: account.personId,
      replyRows: account.rows.map(({ id }) => id),
      bills: bills.map(({ billId, amountAtSeizure }) => ({ billId, amountAtSeizure: amountAtSeizure.toString() })),
      valuations,
    },
    payload: {
      number,
      bills: bills.map(({ billId }) => billId),
      holdings: proposal.scope.lines.map(({ quantity }) => ({ asset: quantity.asset, quantity: quantity.toString() })),
      needKrw: proposal.need.toString(),
      valueKrw: proposal.scope.value.toString(),
      isPartial: proposal.scope.isPartial,
      barred: proposal.sorted.barred.map(({ billId, bars }) => ({ billId, codes: bars.map(({ code }) => code) })),
      policyVersion: rules.tax.policyVersion,
    },
  });
  return created.id;
}
