import { z } from 'zod';
import {
  ChoiceKind,
  HoldingState,
  LiquidationState,
  MandateState,
  NoticeKind,
  NoticeState,
  RecipientKind,
  ReleaseGround,
  RightHolderKind,
  StayKind,
  StayScope,
  ValuationOccasion,
  WindowState,
  WriteOffState,
} from '../../database/generated/enums.ts';
import { PAUSE_TEXT } from '../../liquidation/codes.ts';
import { assetCode, dayText, decimalText, instantText, rowId, wonText } from '../schemas.ts';
import { caseSummaryAnswer } from './case-summary.ts';
import { accountAnswer } from './ledger-view.ts';
import { reasonAnswer } from './trouble-view.ts';

const holding = z.object({
  id: rowId,
  asset: assetCode,
  accountReference: z.string().meta({ example: 'acct-0001' }),
  venueAccountId: rowId.nullable(),
  state: z.enum(HoldingState),
  stateSince: instantText,
  seizedQuantity: decimalText,
  demandedQuantity: decimalText,
});

const valuation = z.object({
  holdingId: rowId,
  occasion: z.enum(ValuationOccasion),
  takenAt: instantText,
  priceSource: z.string().meta({ example: 'upbit KRW-BTC order book, best of 30 bids' }),
  priceAt: instantText,
  quantity: decimalText,
  price: decimalText,
  depthKrw: wonText,
  depthCovers: z.boolean(),
  valueKrw: wonText,
});

export const stayAnswer = z
  .object({
    id: rowId,
    caseId: rowId,
    kind: z.enum(StayKind),
    title: z.string().meta({ example: '징수유예' }),
    scope: z.enum(StayScope),
    legalGround: z.string().meta({ example: '지방세징수법 제25조의2·제28조' }),
    reason: z.string().meta({ example: '징수유예 승인' }),
    fromDay: dayText,
    untilDay: dayText.nullable(),
    cause: z.string().nullable().meta({ example: null }),
    liftedAt: instantText.nullable().meta({ example: null }),
    liftReason: z.string().nullable().meta({ example: null }),
  })
  .meta({ id: 'Stay', description: '집행을 멈추는 사유' });

/** A notice without its content: who is owed what, and whether he has it. Names nobody. */
export const noticeAnswer = z
  .object({
    id: rowId,
    number: z.string().meta({ example: '제2026-000123호' }),
    kind: z.enum(NoticeKind),
    title: z.string().meta({ example: '매각 통지서' }),
    subject: z.string().meta({ example: 'case:12' }),
    recipientKind: z.enum(RecipientKind),
    personId: rowId.nullable(),
    venueCode: z.string().nullable().meta({ example: null }),
    state: z.enum(NoticeState),
    issuedOn: dayText,
    deadlineOn: dayText.nullable(),
    servedOn: dayText.nullable(),
  })
  .meta({ id: 'Notice', description: '통지' });

const money = z.object({
  grossKrw: decimalText.meta({ description: '매각대금 (거래소 원화)', example: '1250000.5' }),
  tradingFeesKrw: decimalText,
  withdrawalFeesKrw: decimalText,
  residueKrw: decimalText,
  atVenueKrw: decimalText,
  onTheWayKrw: decimalText,
  arrivedKrw: wonText,
  interestKrw: wonText,
  paymentsKrw: wonText,
  undistributedKrw: wonText,
  creditedKrw: wonText,
  surplusOwedKrw: wonText,
  refundedKrw: wonText,
  agrees: z.boolean().meta({ description: '들어온 돈과 나간 돈이 원 단위까지 맞음', example: true }),
});

const coveredBill = z.object({
  billId: rowId,
  noticeNumber: z.string().meta({ example: '2023-110-000123' }),
  amountAtSeizureKrw: wonText,
  owedTodayKrw: wonText.nullable(),
  pendingUpdates: z.int().meta({ description: '결재되지 않은 체납액 변동', example: 0 }),
  writeOffState: z.enum(WriteOffState).meta({ example: 'none' }),
});

/** Also where nobody imposed anything: an undecided difference or a deferral stops by itself. */
const standingStay = z.object({
  kind: z.enum(StayKind),
  title: z.string().meta({ example: '징수유예' }),
  source: z.string().meta({ description: '근거가 되는 기록', example: 'deferral:4' }),
  legalGround: z.string().meta({ example: '지방세징수법 제25조의2·제28조' }),
  untilDay: dayText.nullable(),
});

export const settlementStep = z.object({
  step: z.string().meta({ example: 'withdraw_won' }),
  text: z.string().meta({ example: '거래소에 있는 1234567원을 출금합니다.' }),
  subject: z.string().meta({ description: '무엇에 관한 일인지', example: 'case:12' }),
});

/** Everything about a case that names nobody. */
export const caseAnswer = caseSummaryAnswer
  .extend({
    approvalId: rowId.nullable(),
    limitKrw: wonText.nullable(),
    settlementOn: dayText.nullable(),
    supplementedOn: dayText.nullable().meta({ description: '이전 압류를 보완하여 송달한 날', example: null }),
    marginReason: z.string().nullable().meta({ example: null }),
    oldSeizureNumber: z.string().nullable().meta({ example: null }),
    servedOnVenueAt: instantText.nullable(),
    inCustodyAt: instantText.nullable(),
    closeReason: z.string().nullable().meta({ example: null }),
    holdings: z.array(holding),
    valuations: z.array(valuation),
    bills: z.array(coveredBill),
    owedTodayKrw: wonText,
    notices: z.array(noticeAnswer),
    stays: z.array(stayAnswer),
    saleStays: z.array(standingStay).meta({ description: '오늘 매각을 멈추게 하는 사유', example: [] }),
    venueTroubles: z.array(reasonAnswer).meta({ description: '거래소 때문에 기다리거나 서둘러야 하는 까닭', example: [] }),
    rightHolders: z.array(z.object({ id: rowId, personId: rowId, kind: z.enum(RightHolderKind) })),
    window: z.object({ opensOn: dayText, endsOn: dayText, windowDays: z.int(), state: z.enum(WindowState) }).nullable(),
    choices: z.array(z.object({ id: rowId, kind: z.enum(ChoiceKind), madeOn: dayText, revokedOn: dayText.nullable() })),
    mandates: z.array(z.object({ id: rowId, state: z.enum(MandateState), endsOn: dayText, approvalId: rowId.nullable() })),
    sale: z
      .object({
        id: rowId,
        state: z.enum(LiquidationState),
        stepCount: z.int(),
        lastCode: z.string().nullable(),
        lastText: z.string().nullable().meta({ description: 'lastCode를 말로', example: PAUSE_TEXT.order_refused }),
        nextStepAt: instantText,
      })
      .nullable(),
    money: money.nullable().meta({ description: '이전받기 전이면 null' }),
    accounts: z.array(accountAnswer).meta({ description: '이 사건의 장부 계정' }),
    steps: z.array(settlementStep).meta({ description: '매각 뒤 종결까지 남은 일', example: [] }),
    handovers: z.array(z.object({ fromId: rowId, toId: rowId, reason: z.string(), at: instantText })).meta({ example: [] }),
    releases: z.array(z.object({ ground: z.enum(ReleaseGround), reason: z.string(), releasedOn: dayText })).meta({ example: [] }),
  })
  .meta({ id: 'Case', description: '압류 사건의 모든 내용' });
