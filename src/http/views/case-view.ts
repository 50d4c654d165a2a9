import type { z } from 'zod';
import { troublesByCase } from '../../custody/venue-trouble.ts';
import type { Notice, Prisma, Stay } from '../../database/generated/client.ts';
import type { Transaction } from '../../database/work.ts';
import { dayFromColumn, seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { saleCode } from '../../liquidation/code-text.ts';
import { NOTICE_TITLES } from '../../notice/notice-titles.ts';
import { noticesOf, viewOf } from '../../notice/notice-view.ts';
import { type StandingStay, staysAgainst } from '../../seizure/stay.ts';
import { STAY_KINDS } from '../../seizure/stay-kinds.ts';
import { type CaseMoney, readCaseMoney } from '../../treasury/case-money.ts';
import { MONEY_PHASES, settlementNeeds } from '../../treasury/settlement-needs.ts';
import { type BillAnswer, totalOwed, viewBills } from './bill-view.ts';
import type { caseAnswer, noticeAnswer, stayAnswer } from './case-answer.ts';
import { dayOrNull, toCaseSummary } from './case-summary.ts';
import { accountsOf } from './ledger-view.ts';
import { toReason } from './trouble-view.ts';

type CaseAnswer = z.input<typeof caseAnswer>;

const PARTS = {
  bills: { orderBy: { billId: 'asc' } },
  holdings: { orderBy: { id: 'asc' } },
  stays: { orderBy: { id: 'asc' } },
  rightHolders: { orderBy: { id: 'asc' } },
  valuations: { orderBy: { id: 'asc' } },
  handovers: { orderBy: { id: 'asc' } },
  releases: { orderBy: { id: 'asc' } },
} as const satisfies Prisma.SeizureCaseInclude;

type CaseWithAll = Prisma.SeizureCaseGetPayload<{ include: typeof PARTS }>;

const BEFORE_CUSTODY = ['proposed', 'approved', 'refused'];

/** A case with everything about it that names nobody. Error: `NOT_FOUND`. */
export async function viewCase(reader: Transaction, caseId: number, now: Date): Promise<CaseAnswer> {
  const today = seoulDay(now);
  const seizureCase = await reader.seizureCase.findUnique({ where: { id: caseId }, include: PARTS });
  if (seizureCase === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
  const billIds = seizureCase.bills.map(({ billId }) => billId);
  const bills = await viewBills(reader, billIds, today);
  const billOf = new Map(bills.map((bill) => [bill.id, bill]));
  const isPastSale = MONEY_PHASES.some((phase) => phase === seizureCase.phase);
  const needs = isPastSale ? await settlementNeeds({ tx: reader, at: now }, caseId) : [];
  return {
    ...toCaseSummary(seizureCase, today),
    ...ownFields(seizureCase),
    bills: seizureCase.bills.flatMap(({ billId, amountAtSeizure }) => {
      const bill = billOf.get(billId);
      return bill === undefined ? [] : [toCoveredBill(bill, amountAtSeizure)];
    }),
    owedTodayKrw: totalOwed(bills).toString(),
    saleStays: (await staysAgainst(reader, [caseId], 'sale', today)).map(toStandingStay),
    venueTroubles: ((await troublesByCase(reader, [caseId])).get(caseId) ?? []).map(toReason),
    notices: (await noticesOf(reader, `case:${caseId}`)).map(toNoticeAnswer),
    ...(await saleOf(reader, caseId)),
    money: BEFORE_CUSTODY.includes(seizureCase.phase) ? null : toMoney(await readCaseMoney(reader, caseId)),
    accounts: await accountsOf(reader, [`case:${caseId}`, ...seizureCase.holdings.map(({ id }) => `holding:${id}`)]),
    steps: needs.map(({ step, text, subject }) => ({ step, text, subject })),
  };
}

function toCoveredBill({ id, noticeNumber, owed, pendingUpdates, writeOffState }: BillAnswer, amountAtSeizure: bigint) {
  const owedTodayKrw = owed?.totalKrw ?? null;
  return { billId: id, noticeNumber, amountAtSeizureKrw: amountAtSeizure.toString(), owedTodayKrw, pendingUpdates, writeOffState };
}

function toStandingStay({ kind, title, source, legalGround, untilDay }: StandingStay): CaseAnswer['saleStays'][number] {
  return { kind, title, source, legalGround, untilDay: untilDay ?? null };
}

function ownFields(seizureCase: CaseWithAll) {
  const { approvalId, marginReason, oldSeizureNumber, closeReason } = seizureCase;
  return {
    approvalId,
    limitKrw: seizureCase.limitKrw?.toString() ?? null,
    settlementOn: dayOrNull(seizureCase.settlementOn),
    supplementedOn: dayOrNull(seizureCase.supplementedOn),
    marginReason,
    oldSeizureNumber,
    servedOnVenueAt: seizureCase.servedOnVenueAt?.toISOString() ?? null,
    inCustodyAt: seizureCase.inCustodyAt?.toISOString() ?? null,
    closeReason,
    holdings: seizureCase.holdings.map(({ id, asset, accountReference, venueAccountId, state, ...holding }) => ({
      id,
      asset,
      accountReference,
      venueAccountId,
      state,
      stateSince: holding.stateSince.toISOString(),
      seizedQuantity: holding.seizedQuantity.toFixed(),
      demandedQuantity: holding.demandedQuantity.toFixed(),
    })),
    valuations: seizureCase.valuations.map(({ holdingId, occasion, priceSource, depthCovers, ...valuation }) => ({
      holdingId,
      occasion,
      takenAt: valuation.takenAt.toISOString(),
      priceSource,
      priceAt: valuation.priceAt.toISOString(),
      quantity: valuation.quantity.toFixed(),
      price: valuation.price.toFixed(),
      depthKrw: valuation.depthKrw.toString(),
      depthCovers,
      valueKrw: valuation.valueKrw.toString(),
    })),
    stays: seizureCase.stays.map(toStayAnswer),
    rightHolders: seizureCase.rightHolders.map(({ id, personId, kind }) => ({ id, personId, kind })),
    handovers: seizureCase.handovers.map(({ fromId, toId, reason, createdAt }) => ({ fromId, toId, reason, at: createdAt.toISOString() })),
    releases: seizureCase.releases.map(({ ground, reason, releasedOn }) => ({ ground, reason, releasedOn: dayFromColumn(releasedOn) })),
  };
}

export function toStayAnswer(stay: Stay): z.input<typeof stayAnswer> {
  const { id, caseId, kind, scope, legalGround, reason, cause, liftReason } = stay;
  return {
    id,
    caseId,
    kind,
    title: STAY_KINDS[kind].title,
    scope,
    legalGround,
    reason,
    fromDay: dayFromColumn(stay.fromDay),
    untilDay: dayOrNull(stay.untilDay),
    cause,
    liftedAt: stay.liftedAt?.toISOString() ?? null,
    liftReason,
  };
}

export function toNoticeAnswer(view: ReturnType<typeof viewOf>): z.input<typeof noticeAnswer> {
  const { id, number, kind, subject, recipientKind, state, issuedOn } = view;
  return {
    id,
    number,
    kind,
    title: NOTICE_TITLES[kind],
    subject,
    recipientKind,
    personId: view.personId ?? null,
    venueCode: view.venueCode ?? null,
    state,
    issuedOn,
    deadlineOn: view.deadlineOn ?? null,
    servedOn: view.servedOn ?? null,
  };
}

export function noticeRowAnswer(notice: Notice): z.input<typeof noticeAnswer> {
  return toNoticeAnswer(viewOf(notice));
}

async function saleOf(reader: Transaction, caseId: number): Promise<Pick<CaseAnswer, 'window' | 'choices' | 'mandates' | 'sale'>> {
  const window = await reader.saleWindow.findUnique({ where: { caseId } });
  const choices = await reader.windowChoice.findMany({ where: { caseId }, orderBy: { id: 'asc' } });
  const mandates = await reader.mandate.findMany({ where: { caseId }, orderBy: { id: 'asc' } });
  const sale = await reader.liquidation.findUnique({ where: { caseId } });
  return {
    window:
      window === null
        ? null
        : {
            opensOn: dayFromColumn(window.opensOn),
            endsOn: dayFromColumn(window.endsOn),
            windowDays: window.windowDays,
            state: window.state,
          },
    choices: choices.map(({ id, kind, madeOn, revokedOn }) => ({
      id,
      kind,
      madeOn: dayFromColumn(madeOn),
      revokedOn: dayOrNull(revokedOn),
    })),
    mandates: mandates.map(({ id, state, endsOn, approvalId }) => ({ id, state, endsOn: dayFromColumn(endsOn), approvalId })),
    sale:
      sale === null
        ? null
        : {
            id: sale.id,
            state: sale.state,
            stepCount: sale.stepCount,
            lastCode: sale.lastCode,
            lastText: sale.lastCode === null ? null : saleCode(sale.lastCode).text,
            nextStepAt: sale.nextStepAt.toISOString(),
          },
  };
}

function toMoney(money: CaseMoney): NonNullable<CaseAnswer['money']> {
  return {
    grossKrw: money.gross.toString(),
    tradingFeesKrw: money.tradingFees.toString(),
    withdrawalFeesKrw: money.withdrawalFees.toString(),
    residueKrw: money.residue.toString(),
    atVenueKrw: money.atVenue.toString(),
    onTheWayKrw: money.onTheWay.toString(),
    arrivedKrw: money.arrived.toString(),
    interestKrw: money.interest.toString(),
    paymentsKrw: money.payments.toString(),
    undistributedKrw: money.undistributed.toString(),
    creditedKrw: money.creditedTotal.toString(),
    surplusOwedKrw: money.surplusOwed.toString(),
    refundedKrw: money.refunded.toString(),
    agrees: money.agrees,
  };
}
