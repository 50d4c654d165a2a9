import { appendAudit } from '../audit/append.ts';
import type { CaseOrigin } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import type { VenueCode } from '../exchange/port.ts';
import { dayToColumn } from '../kernel/civil-date.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Won } from '../kernel/money.ts';
import { owedOnBills } from '../tax/bill-state.ts';
import { recordValuations } from '../valuation/valuation-record.ts';
import type { ClaimRules } from './claim.ts';
import type { BarredBill } from './eligible-bills.ts';
import { nextNumbers } from './numbers.ts';
import { phaseDeadline } from './phase.ts';
import type { Proposal } from './proposal.ts';
import type { LeftOut } from './scope.ts';

/** A decided proposal and where it comes from. */
export interface CaseToStore {
  readonly personId: number;
  readonly venueCode: VenueCode;
  readonly origin: Exclude<CaseOrigin, 'old_seizure'>;
  /** The official who will carry the case. */
  readonly officerId: number;
  readonly marginReason: string | undefined;
  readonly proposal: Proposal;
  /** Stores what holds the coins, or notes that it was used, and answers the reference under which the holdings name it. */
  readonly place: (caseId: number) => Promise<string>;
  /** What it was proposed from, as its event tells it. */
  readonly source: { readonly [key: string]: Canonical };
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

/** Stores decided proposals as cases, numbered in their order. The persons are locked. */
export async function storeProposals(work: Work, cases: readonly CaseToStore[], rules: ClaimRules): Promise<ProposedCase[]> {
  if (cases.length === 0) return [];
  const numbers = await nextNumbers(work, 'seizure_case', cases.length);
  const stored: ProposedCase[] = [];
  for (const [index, given] of cases.entries()) {
    const number = numbers[index];
    if (number === undefined) throw new CheongsanError('INTERNAL', 'Fewer case numbers than cases.');
    const caseId = await storeCase(work, given, number, rules);
    const { sorted, need, scope } = given.proposal;
    stored.push({
      caseId,
      number,
      personId: given.personId,
      needKrw: need,
      valueKrw: scope.value,
      isPartial: scope.isPartial,
      barred: sorted.barred,
      leftOut: scope.leftOut,
      revokesWriteOff: sorted.revokesWriteOff,
    });
  }
  return stored;
}

type CoveredBill = { readonly billId: number; readonly amountAtSeizure: bigint };

async function storeCase(work: Work, given: CaseToStore, number: string, rules: ClaimRules): Promise<number> {
  const { proposal } = given;
  const bills = proposal.sorted.eligible.map((bill) => ({
    billId: bill.billId,
    amountAtSeizure: owedOnBills([bill], rules.today, rules.tax).total.toBigInt(),
  }));
  const deadlineOn = await phaseDeadline(work, 'proposed');
  const { id: caseId } = await work.tx.seizureCase.create({
    data: {
      number,
      personId: given.personId,
      venueCode: given.venueCode,
      origin: given.origin,
      phase: 'proposed',
      phaseSince: work.at,
      phaseDeadlineOn: deadlineOn === undefined ? null : dayToColumn(deadlineOn),
      officerId: given.officerId,
      openedAt: work.at,
      needKrw: proposal.need.toBigInt(),
      limitKrw: proposal.limit.toBigInt(),
      settlementOn: dayToColumn(rules.settlementOn),
      marginReason: given.marginReason?.trim() ?? null,
      bills: { createMany: { data: bills } },
    },
    select: { id: true },
  });
  const valuations = await storeHoldings(work, caseId, await given.place(caseId), proposal);
  await tellProposed(work, { ...given, caseId, number, bills, valuations }, rules);
  return caseId;
}

async function storeHoldings(work: Work, caseId: number, accountReference: string, { scope }: Proposal) {
  const holdings = await work.tx.holding.createManyAndReturn({
    data: scope.lines.map(({ quantity }) => ({
      caseId,
      asset: quantity.asset,
      accountReference,
      seizedQuantity: quantity.toString(),
      demandedQuantity: 0,
      state: 'proposed' as const,
      stateSince: work.at,
    })),
    select: { id: true, asset: true },
  });
  return recordValuations(
    work,
    'proposal',
    scope.lines.flatMap(({ quantity, snapshot }) =>
      holdings.filter(({ asset }) => asset === quantity.asset).map(({ id }) => ({ caseId, holdingId: id, quantity, snapshot })),
    ),
  );
}

interface StoredCase extends CaseToStore {
  readonly caseId: number;
  readonly number: string;
  readonly bills: readonly CoveredBill[];
  readonly valuations: Awaited<ReturnType<typeof recordValuations>>;
}

async function tellProposed(work: Work, stored: StoredCase, rules: ClaimRules): Promise<void> {
  const { caseId, number, personId, source, bills, valuations, proposal } = stored;
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'seizure.proposed',
    subject: `case:${caseId}`,
    after: {
      number,
      personId,
      ...source,
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
}
