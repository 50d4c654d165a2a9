import type {
  CaseOrigin,
  CasePhase,
  HoldingState,
  Prisma,
  RightHolderKind,
  Role,
  StayKind,
  StayScope,
} from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import { type CivilDate, dayFromColumn, dayToColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, Price, Won } from '../kernel/money.ts';
import { type NoticeView, noticesOf } from '../notice/notice-view.ts';
import { readPolicy } from '../policy/book.ts';
import { loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { ENDED_PHASES, PHASES } from './phase-table.ts';
import { type StandingStay, staysAgainst } from './stay.ts';

/** A case on a list: where it stands and whose move it is. Names nobody. */
export interface CaseSummary {
  readonly id: number;
  readonly number: string;
  readonly personId: number;
  readonly venueCode: string;
  readonly origin: CaseOrigin;
  readonly phase: CasePhase;
  readonly phaseTitle: string;
  readonly phaseSince: Date;
  readonly owner: Role | undefined;
  readonly nextStep: string;
  readonly deadlineOn: CivilDate | undefined;
  readonly isOverdue: boolean;
  readonly officerId: number;
  readonly seizedOn: CivilDate | undefined;
}

export interface CaseFilter {
  readonly phases?: readonly CasePhase[];
  readonly venueCode?: string;
  readonly officerId?: number;
  readonly personId?: number;
  readonly origin?: CaseOrigin;
  /** Only cases whose deadline has passed. */
  readonly overdue?: boolean;
}

export interface CasePage {
  /** Cases after this id; absent: from the first. */
  readonly afterId?: number;
  readonly limit: number;
}

type SummaryRow = Prisma.SeizureCaseGetPayload<Record<string, never>>;

/** Cases in the order of their ids. */
export async function listCases(
  reader: Pick<Transaction, 'seizureCase'>,
  filter: CaseFilter,
  page: CasePage,
  today: CivilDate,
): Promise<CaseSummary[]> {
  const cases = await reader.seizureCase.findMany({
    where: {
      ...(filter.phases === undefined ? {} : { phase: { in: [...filter.phases] } }),
      ...(filter.venueCode === undefined ? {} : { venueCode: filter.venueCode }),
      ...(filter.officerId === undefined ? {} : { officerId: filter.officerId }),
      ...(filter.personId === undefined ? {} : { personId: filter.personId }),
      ...(filter.origin === undefined ? {} : { origin: filter.origin }),
      ...(filter.overdue === true ? { phaseDeadlineOn: { lt: dayToColumn(today) }, NOT: { phase: { in: [...ENDED_PHASES] } } } : {}),
      ...(page.afterId === undefined ? {} : { id: { gt: page.afterId } }),
    },
    orderBy: { id: 'asc' },
    take: page.limit,
  });
  return cases.map((row) => summaryOf(row, today));
}

function summaryOf(row: SummaryRow, today: CivilDate): CaseSummary {
  const { id, number, personId, venueCode, origin, phase, phaseSince, officerId } = row;
  const { title, owner, nextStep } = PHASES[phase];
  const deadlineOn = dayOf(row.phaseDeadlineOn);
  return {
    id,
    number,
    personId,
    venueCode,
    origin,
    phase,
    phaseTitle: title,
    phaseSince,
    owner,
    nextStep,
    deadlineOn,
    isOverdue: owner !== undefined && deadlineOn !== undefined && deadlineOn < today,
    officerId,
    seizedOn: dayOf(row.seizedOn),
  };
}

export interface CaseView extends CaseSummary {
  readonly openedAt: Date;
  readonly oldSeizureNumber: string | undefined;
  readonly supplementedOn: CivilDate | undefined;
  readonly servedOnVenueAt: Date | undefined;
  readonly inCustodyAt: Date | undefined;
  readonly approvalId: number | undefined;
  readonly needKrw: Won | undefined;
  readonly limitKrw: Won | undefined;
  readonly marginReason: string | undefined;
  readonly closedAt: Date | undefined;
  readonly closeReason: string | undefined;
  readonly refusalCode: string | undefined;
  readonly owedKrw: Won;
  readonly bills: readonly CaseBillView[];
  readonly holdings: readonly CaseHoldingView[];
  /** Everything that stops a sale of the case today. */
  readonly saleStays: readonly StandingStay[];
  readonly stays: readonly CaseStayView[];
  readonly rightHolders: readonly { readonly personId: number; readonly kind: RightHolderKind }[];
  readonly notices: readonly NoticeView[];
  readonly handovers: readonly { readonly fromId: number; readonly toId: number; readonly reason: string; readonly at: Date }[];
  readonly releases: readonly { readonly ground: string; readonly reason: string; readonly releasedOn: CivilDate }[];
}

export interface CaseBillView {
  readonly billId: number;
  readonly noticeNumber: string;
  readonly amountAtSeizureKrw: Won;
  readonly owedKrw: Won;
  readonly pendingUpdates: number;
  /** True for a bill in 정리보류, which the seizure makes the city revoke. */
  readonly revokesWriteOff: boolean;
}

export interface CaseHoldingView {
  readonly id: number;
  readonly asset: string;
  readonly state: HoldingState;
  readonly venueAccountId: number | undefined;
  readonly seized: CoinAmount;
  readonly demanded: CoinAmount;
  /** The newest valuation, with what it rests on. */
  readonly valuation:
    | {
        readonly occasion: string;
        readonly at: Date;
        readonly source: string;
        readonly price: Price;
        readonly valueKrw: Won;
        readonly depthCovers: boolean;
      }
    | undefined;
}

export interface CaseStayView {
  readonly id: number;
  readonly kind: StayKind;
  readonly scope: StayScope;
  readonly legalGround: string;
  readonly reason: string;
  readonly fromDay: CivilDate;
  readonly untilDay: CivilDate | undefined;
  readonly liftedAt: Date | undefined;
}

/** A case with everything an officer needs, without naming anybody. Error: `NOT_FOUND`. */
export async function viewCase(reader: Transaction, caseId: number, today: CivilDate): Promise<CaseView> {
  const row = await reader.seizureCase.findUnique({
    where: { id: caseId },
    include: {
      bills: { orderBy: { billId: 'asc' } },
      holdings: { orderBy: { id: 'asc' } },
      valuations: { orderBy: { id: 'asc' } },
      stays: { orderBy: { id: 'asc' } },
      rightHolders: { orderBy: { id: 'asc' } },
      handovers: { orderBy: { id: 'asc' } },
      releases: { orderBy: { id: 'asc' } },
    },
  });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
  const bills = await billViews(reader, row.bills, today);
  return {
    ...summaryOf(row, today),
    openedAt: row.openedAt,
    oldSeizureNumber: row.oldSeizureNumber ?? undefined,
    supplementedOn: dayOf(row.supplementedOn),
    servedOnVenueAt: row.servedOnVenueAt ?? undefined,
    inCustodyAt: row.inCustodyAt ?? undefined,
    approvalId: row.approvalId ?? undefined,
    needKrw: row.needKrw === null ? undefined : Won.of(row.needKrw),
    limitKrw: row.limitKrw === null ? undefined : Won.of(row.limitKrw),
    marginReason: row.marginReason ?? undefined,
    closedAt: row.closedAt ?? undefined,
    closeReason: row.closeReason ?? undefined,
    refusalCode: row.refusalCode ?? undefined,
    owedKrw: Won.sum(bills.map(({ owedKrw }) => owedKrw)),
    bills,
    holdings: row.holdings.map((holding) => holdingView(holding, row.valuations)),
    saleStays: await staysAgainst(reader, [caseId], 'sale', today),
    stays: row.stays.map(stayView),
    rightHolders: row.rightHolders.map(({ personId, kind }) => ({ personId, kind })),
    notices: await noticesOf(reader, `case:${caseId}`),
    handovers: row.handovers.map(({ fromId, toId, reason, createdAt }) => ({ fromId, toId, reason, at: createdAt })),
    releases: row.releases.map(({ ground, reason, releasedOn }) => ({ ground, reason, releasedOn: dayFromColumn(releasedOn) })),
  };
}

async function billViews(
  reader: Transaction,
  covered: readonly { readonly billId: number; readonly amountAtSeizure: bigint }[],
  today: CivilDate,
): Promise<CaseBillView[]> {
  const rules = taxRules(await readPolicy(reader));
  const states = await loadBillStates(
    reader,
    covered.map(({ billId }) => billId),
  );
  return states.map((state) => ({
    billId: state.billId,
    noticeNumber: state.noticeNumber,
    amountAtSeizureKrw: Won.of(covered.find(({ billId }) => billId === state.billId)?.amountAtSeizure ?? 0n),
    owedKrw: owedOnBills([state], today, rules).total,
    pendingUpdates: state.pendingUpdates,
    revokesWriteOff: state.seizability.writeOff === 'held',
  }));
}

type HoldingRow = Prisma.HoldingGetPayload<Record<string, never>>;
type ValuationRow = Prisma.ValuationGetPayload<Record<string, never>>;

function holdingView(holding: HoldingRow, valuations: readonly ValuationRow[]): CaseHoldingView {
  const { id, asset, state, venueAccountId, seizedQuantity, demandedQuantity } = holding;
  const last = valuations.findLast(({ holdingId }) => holdingId === id);
  return {
    id,
    asset,
    state,
    venueAccountId: venueAccountId ?? undefined,
    seized: CoinAmount.of(asset, seizedQuantity.toFixed()),
    demanded: CoinAmount.of(asset, demandedQuantity.toFixed()),
    valuation:
      last === undefined
        ? undefined
        : {
            occasion: last.occasion,
            at: last.takenAt,
            source: last.priceSource,
            price: Price.of(asset, last.price.toFixed()),
            valueKrw: Won.of(last.valueKrw),
            depthCovers: last.depthCovers,
          },
  };
}

function stayView(stay: Prisma.StayGetPayload<Record<string, never>>): CaseStayView {
  const { id, kind, scope, legalGround, reason, fromDay, untilDay, liftedAt } = stay;
  return {
    id,
    kind,
    scope,
    legalGround,
    reason,
    fromDay: dayFromColumn(fromDay),
    untilDay: dayOf(untilDay),
    liftedAt: liftedAt ?? undefined,
  };
}

function dayOf(column: Date | null): CivilDate | undefined {
  return column === null ? undefined : dayFromColumn(column);
}
