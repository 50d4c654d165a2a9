import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import { type CoinAmount, Rate, Won } from '../kernel/money.ts';
import type { BillState } from '../tax/bill-state.ts';
import type { BookSnapshots } from '../valuation/book-snapshot.ts';
import { type Claim, type ClaimRules, claimOn } from './claim.ts';
import { type BarredBill, type SortedBills, sortBills } from './eligible-bills.ts';
import { type LeftOut, limitUnder, planScope, type Scope, type SeizableHolding, valueScope } from './scope.ts';

/** What a proposal for one account of one person is decided from. */
export interface ProposalFacts {
  /** All bills of the person. */
  readonly bills: readonly BillState[];
  /** Bills that other open cases of the person cover, and what their holdings were last worth. */
  readonly coveredElsewhere: ReadonlySet<number>;
  readonly securedElsewhere: Won;
  /** What the account holds and no open case has seized, one entry an asset. */
  readonly available: readonly CoinAmount[];
  readonly snapshots: BookSnapshots;
  /** The day on which it was taken already, where a seizure takes effect by taking: its bills must have allowed it then. */
  readonly takenOn?: CivilDate;
}

export interface ProposalTerms {
  /** Why more than the need is to be seized, within the city's margin; absent: nothing more. */
  readonly marginReason: string | undefined;
  /** Quantities an officer names himself; absent: as much as the need asks for. */
  readonly quantities?: readonly CoinAmount[] | undefined;
}

export interface Proposal {
  readonly sorted: SortedBills;
  readonly claim: Claim;
  /** What this seizure must cover: the claim less what other seizures of the person secure. */
  readonly need: Won;
  readonly limit: Won;
  readonly scope: Scope;
}

/** No case, and why. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly barred: readonly BarredBill[];
  readonly leftOut: readonly LeftOut[];
  readonly facts: Readonly<Record<string, unknown>>;
}

export type ProposalAnswer = { readonly proposal: Proposal } | { readonly refusal: Refusal };

/**
 * Decides what to seize for a person in one account: the bills that may be seized for, the need they make, and the part of the
 * holdings that covers it. Whatever else is held stays free (LTCA 43).
 */
export function decideProposal(facts: ProposalFacts, terms: ProposalTerms, rules: ClaimRules): ProposalAnswer {
  const sorted = sortBills(facts.bills, rules.today, rules.tax, facts.takenOn);
  if (sorted.eligible.length === 0) return noBill(sorted);
  const holdings = holdingsOf(facts.available, facts.snapshots);
  const claim = claimOn(billsOfAllCases(facts, sorted), highestFee(facts.snapshots), rules);
  const need = claim.total.minus(facts.securedElsewhere);
  if (!need.isPositive()) {
    return refuse('SEIZURE_EXCESSIVE', 'Other open seizures of the person secure all that is owed.', sorted, [], {
      claimKrw: claim.total.toString(),
      securedKrw: facts.securedElsewhere.toString(),
    });
  }
  const limit = limitUnder(need, terms.marginReason === undefined ? Rate.zero : rules.marginMax);
  const planned = planScope(holdings, { need, limit });
  const scope = terms.quantities === undefined ? planned : namedScope(terms.quantities, facts, need);
  if (terms.quantities !== undefined && scope.value.isMoreThan(planned.value.larger(limit))) {
    return excessive(scope, planned, { sorted, need, limit });
  }
  if (scope.lines.length === 0) {
    return refuse('SEIZURE_NOTHING_TO_SEIZE', 'The account holds nothing that can be sold.', sorted, scope.leftOut, {});
  }
  return { proposal: { sorted, claim, need, limit, scope } };
}

/** What all seizures of the person together are for. A withholding agent's bill is left out, since nobody here can say what it owes. */
function billsOfAllCases({ bills, coveredElsewhere }: ProposalFacts, { eligible }: SortedBills): BillState[] {
  const own = new Set(eligible.map(({ billId }) => billId));
  return bills.filter(
    ({ billId, lines }) => own.has(billId) || (coveredElsewhere.has(billId) && !lines.some(({ isWithholdingAgent }) => isWithholdingAgent)),
  );
}

function holdingsOf(available: readonly CoinAmount[], snapshots: BookSnapshots): SeizableHolding[] {
  return available.filter((quantity) => quantity.isPositive()).map((quantity) => ({ quantity, snapshot: snapshots.get(quantity.asset) }));
}

function highestFee(snapshots: BookSnapshots): Rate {
  return [...snapshots.values()].reduce((highest, { takerFeeRate }) => highest.larger(takerFeeRate), Rate.zero);
}

/** The officer's own quantities, each within what is available. Error: `INPUT_INVALID`. */
function namedScope(quantities: readonly CoinAmount[], { available, snapshots }: ProposalFacts, need: Won): Scope {
  for (const quantity of quantities) {
    const held = available.find(({ asset }) => asset === quantity.asset);
    if (!quantity.isPositive() || held === undefined || quantity.isMoreThan(held)) {
      throw new CheongsanError(
        'INPUT_INVALID',
        `${quantity.toString()} ${quantity.asset} cannot be seized: ${held?.toString() ?? 'nothing'} is there.`,
      );
    }
  }
  const holdings = holdingsOf(quantities, snapshots);
  const value = valueScope(holdings);
  // Without bounds every named quantity is taken whole.
  const bound = value.plus(Won.of('1'));
  const named = planScope(holdings, { need: bound, limit: bound });
  const lines = named.lines.map((line) => ({
    ...line,
    isWhole: available.some((held) => held.asset === line.quantity.asset && held.equals(line.quantity)),
  }));
  const left = available.filter((held) => !quantities.some(({ asset }) => asset === held.asset)).map(({ asset }) => asset);
  return {
    ...named,
    lines,
    coversNeed: !named.value.isLessThan(need),
    leftOut: [...named.leftOut, ...left.map((asset) => ({ asset, code: 'NOT_NEEDED' as const }))],
    isPartial: left.length > 0 || lines.some(({ isWhole }) => !isWhole),
  };
}

function excessive(named: Scope, planned: Scope, { sorted, need, limit }: Pick<Proposal, 'sorted' | 'need' | 'limit'>): ProposalAnswer {
  return refuse(
    'SEIZURE_EXCESSIVE',
    `What is named is worth ${named.value.toString()} won, the seizure may take ${limit.toString()}; take the part proposed, or state why a margin is needed.`,
    sorted,
    planned.leftOut,
    {
      valueKrw: named.value.toString(),
      needKrw: need.toString(),
      limitKrw: limit.toString(),
      proposed: planned.lines.map(({ quantity }) => ({ asset: quantity.asset, quantity: quantity.toString() })),
    },
  );
}

function noBill(sorted: SortedBills): ProposalAnswer {
  const [bar] = sorted.barred.flatMap(({ bars }) => bars);
  if (bar === undefined) return refuse('SEIZURE_NOTHING_OWED', 'The person has no bill.', sorted, [], {});
  return refuse(bar.code, 'No bill of the person may be seized for.', sorted, [], {});
}

function refuse(
  code: ErrorCode,
  detail: string,
  { barred }: SortedBills,
  leftOut: readonly LeftOut[],
  facts: Refusal['facts'],
): ProposalAnswer {
  return { refusal: { code, detail, barred, leftOut, facts } };
}
