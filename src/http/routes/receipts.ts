import { z } from 'zod';
import { confirmDepositAddress } from '../../custody/deposit-address-confirmation.ts';
import { DEPOSIT_CODES } from '../../custody/deposit-rules.ts';
import { uncreditedDeposits } from '../../custody/pending-deposit.ts';
import { requestGivingUp, TEST_STATES } from '../../custody/test-transfer.ts';
import { recordTravelRule, viewTravelRule } from '../../custody/travel-rule.ts';
import { askRecovery, endRecovery, RECOVERY_CAUSES, RECOVERY_STATES } from '../../custody/venue-recovery.ts';
import { PendingDepositState, RecoveryCause, RecoveryState, TestTransferState } from '../../database/generated/enums.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { Won } from '../../kernel/money.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { issueRestDemands } from '../../seizure/rest-demand.ts';
import { DEMAND_ROUTES } from '../../seizure/staged-demand.ts';
import { readAddressesIfOld } from '../../venue/shown-address.ts';
import { BULK_MAX, bulkAnswer, toRefusal } from '../bulk.ts';
import { correspondenceInput } from '../letters.ts';
import { action, command, NONE, type Route, read } from '../route.ts';
import {
  assetCode,
  coins,
  DONE,
  dayInput,
  dayText,
  decimalText,
  done,
  figureInput,
  instantText,
  ledgerAssetCode,
  lineText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  purposeText,
  quantityInput,
  reasonText,
  rowId,
  toPage,
} from '../schemas.ts';
import { resolutionsAnswer, toResolutions } from '../views/resolution-view.ts';

const REFUSED_SHOWN_DAYS = 30;
const networkText = lineText(30, 'XRP').meta({ description: '거래소 화면에 적힌 네트워크 이름' });

/** How a demand asks the holder to send; shared by the first letter and the one about the rest. */
export const demandWay = {
  route: z.enum(DEMAND_ROUTES).default('internal').meta({
    description: 'internal 같은 거래소의 계정 이전, on_chain 블록체인 이전 (처음 쓰는 경로는 시험 수량부터)',
    example: 'internal',
  }),
  networks: z
    .record(assetCode, networkText)
    .exactOptional()
    .meta({ description: '여러 네트워크로 받을 수 있는 가상자산의 네트워크', example: { USDT: 'TRX' } }),
};

const addressRoutes: readonly Route[] = [
  action({
    operationId: 'confirmDepositAddress',
    tag: 'custody',
    summary: '바뀌었거나 네트워크가 없는 입금 주소를 거래소 화면과 대조하여 확인 (바뀐 주소는 두 담당자)',
    path: '/venue-accounts/{accountId}/addresses/confirmations',
    permission: 'custody.record',
    params: z.object({ accountId: pathId }),
    query: NONE,
    body: z.object({
      asset: assetCode,
      network: networkText,
      address: lineText(200, 'rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe'),
      secondaryAddress: lineText(100, '12345').exactOptional().meta({ description: '태그나 메모' }),
      reason: reasonText,
    }),
    answer: z.object({ isConfirmed: z.boolean().meta({ description: 'false: 다른 담당자가 다시 확인해야 보임', example: true }) }),
    handle: async ({ services: { database, exchanges }, principal: { actor }, params, body }) => {
      const { capabilities } = await exchanges.exchangeFor(params.accountId);
      return database.work(actor, (work) => confirmDepositAddress(work, capabilities, { ...params, ...body }));
    },
  }),
];

const testRoutes: readonly Route[] = [
  read({
    operationId: 'listTestTransfers',
    tag: 'custody',
    summary: '시험 이전',
    path: '/test-transfers',
    permission: 'venue.read',
    params: NONE,
    query: z.object({ ...pageQuery, caseId: pathId.exactOptional(), state: z.enum(TestTransferState).exactOptional() }),
    answer: pageAnswer(
      z
        .object({
          id: rowId,
          caseId: rowId,
          holdingId: rowId,
          accountId: rowId,
          asset: assetCode,
          sender: z.string().meta({ example: 'venue:upbit' }),
          network: z.string().meta({ example: 'BTC' }),
          quantity: decimalText,
          restQuantity: decimalText,
          state: z.enum(TestTransferState),
          stateTitle: z.string().meta({ example: TEST_STATES.asked.title }),
          provenAt: instantText.nullable(),
          expiresAt: instantText.nullable(),
          lapsedAt: instantText.nullable(),
          endReason: z.string().nullable().meta({ example: null }),
        })
        .meta({ id: 'TestTransfer', description: '시험 이전' }),
    ),
    handle: async ({ services: { database }, query: { after, limit, caseId, state } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const wanted = { ...where, ...(caseId === undefined ? {} : { caseId }), ...(state === undefined ? {} : { state }) };
      const rows = await database.read.testTransfer.findMany({ ...page, where: wanted });
      return toPage(rows, { limit }, (row) => ({
        id: row.id,
        caseId: row.caseId,
        holdingId: row.holdingId,
        accountId: row.venueAccountId,
        asset: row.asset,
        sender: row.sender,
        network: row.network,
        quantity: row.quantity.toFixed(),
        restQuantity: row.restQuantity.toFixed(),
        state: row.state,
        stateTitle: TEST_STATES[row.state].title,
        provenAt: row.provenAt?.toISOString() ?? null,
        expiresAt: row.expiresAt?.toISOString() ?? null,
        lapsedAt: row.lapsedAt?.toISOString() ?? null,
        endReason: row.endReason,
      }));
    },
  }),
  action({
    operationId: 'issueRestDemands',
    tag: 'seizure',
    summary: '시험 이전이 확인된 사건에 나머지 수량의 이전요구서 작성',
    path: '/seizures/rest-demands',
    permission: 'notice.issue',
    params: NONE,
    query: NONE,
    body: z.object({
      caseIds: z.array(rowId).min(1).max(BULK_MAX),
      venueAccountId: rowId.meta({ description: '이전받을 시 계정', example: 1 }),
      correspondence: correspondenceInput,
      ...demandWay,
    }),
    answer: bulkAnswer(z.object({ noticeId: rowId })),
    handle: async ({ services: { database, keys, exchanges }, principal: { actor }, body }) => {
      const { venueAccountId } = body;
      if (body.route === 'on_chain') {
        await readAddressesIfOld(database, actor, await exchanges.exchangeFor(venueAccountId), venueAccountId);
      }
      const { issued, refused } = await issueRestDemands(database, keys, actor, body);
      return {
        done: issued.map(({ caseId, noticeId }) => ({ id: caseId, result: { noticeId } })),
        refused: refused.map((each) => toRefusal(each.caseId, each)),
      };
    },
  }),
  command({
    operationId: 'giveUpTestTransfer',
    tag: 'custody',
    summary: '시험 이전 뒤의 나머지를 요구하지 않기로 하는 결재를 올림',
    path: '/test-transfers/{testId}/give-up',
    permission: 'coin_transfer.propose',
    params: z.object({ testId: pathId }),
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: z.object({ approvalId: rowId }),
    handle: async (work, { params, body }) => {
      const approval = await requestGivingUp(work, { ...params, ...body, expiresAt: await approvalExpiry(work) });
      return { approvalId: approval.id };
    },
  }),
];

const depositRoutes: readonly Route[] = [
  read({
    operationId: 'listUncreditedDeposits',
    tag: 'custody',
    summary: '거래소가 아직 반영하지 않았거나 반영을 거부한 입금과 확인 블록 수',
    path: '/deposits/uncredited',
    permission: 'venue.read',
    params: NONE,
    query: NONE,
    answer: z.array(
      z
        .object({
          id: rowId,
          accountId: rowId,
          asset: ledgerAssetCode,
          network: z.string().nullable().meta({ example: 'BTC' }),
          quantity: decimalText,
          transactionId: z.string().nullable().meta({ example: 'a1b2c3' }),
          route: z.string().meta({ description: 'internal 거래소 안, on_chain 블록체인, unknown 알려 주지 않음', example: 'on_chain' }),
          state: z.enum(PendingDepositState),
          statusWord: z.string().meta({ example: 'PROCESSING' }),
          confirmations: z.int().nullable().meta({ description: '지금까지의 확인 블록 수, 알 수 없으면 없음', example: 2 }),
          requiredConfirmations: z.int().nullable().meta({ description: '필요한 확인 블록 수, 거래소 안의 이전이면 없음', example: 6 }),
          codes: z.array(z.object({ code: z.string(), title: z.string() })).meta({ example: [] }),
          resolutions: resolutionsAnswer,
          createdAt: instantText,
        })
        .meta({ id: 'UncreditedDeposit', description: '반영되지 않은 입금' }),
    ),
    handle: async ({ services: { database } }) => {
      const now = database.clock.now();
      const refusedSince = new Date(now.getTime() - REFUSED_SHOWN_DAYS * 86_400_000);
      return (await uncreditedDeposits(database.read, { now, refusedSince })).map((row) => {
        const codes = row.state === 'refused' ? (['refused_by_venue'] as const) : [];
        return {
          id: row.id,
          accountId: row.venueAccountId,
          asset: row.asset,
          network: row.network,
          quantity: row.quantity.toFixed(),
          transactionId: row.transactionId,
          route: row.route,
          state: row.state,
          statusWord: row.statusWord,
          confirmations: row.confirmations,
          requiredConfirmations: row.required ?? null,
          codes: codes.map((code) => ({ code, title: DEPOSIT_CODES[code].title })),
          resolutions: toResolutions(codes.flatMap((code) => DEPOSIT_CODES[code].resolutions)),
          createdAt: row.createdAt.toISOString(),
        };
      });
    },
  }),
  command({
    operationId: 'recordTravelRule',
    tag: 'custody',
    summary: '입금에 딸린 트래블룰 정보 기록 (이름은 암호화하여 보관)',
    path: '/deposits/{depositId}/travel-rule',
    permission: 'custody.record',
    params: z.object({ depositId: pathId }),
    query: NONE,
    body: z.object({
      originatorVasp: lineText(100, '표본거래소').meta({ description: '보낸 가상자산사업자' }),
      originatorName: lineText(100, '표본-001').meta({ description: '보낸 사람 (암호화하여 보관)' }),
      beneficiaryName: lineText(100, '표본시').meta({ description: '받는 사람 (암호화하여 보관)' }),
      reference: lineText(200, 'TR-2026-0001').meta({ description: '트래블룰 전문의 번호 (암호화하여 보관)' }),
    }),
    answer: done,
    handle: async (work, { services: { keys }, params: { depositId }, body }) => {
      await recordTravelRule(work, keys, { depositRowId: depositId, ...body });
      return DONE;
    },
  }),
  action({
    operationId: 'viewTravelRule',
    tag: 'custody',
    summary: '입금에 딸린 트래블룰 정보 열람 (기록에 남음)',
    path: '/deposits/{depositId}/travel-rule/views',
    permission: 'person.read',
    params: z.object({ depositId: pathId }),
    query: NONE,
    body: z.object({ purpose: purposeText }),
    answer: z.object({
      originatorVasp: z.string().meta({ example: '표본거래소' }),
      originatorName: z.string().meta({ example: '표본-001' }),
      beneficiaryName: z.string().meta({ example: '표본시' }),
      reference: z.string().meta({ example: 'TR-2026-0001' }),
    }),
    handle: ({ services: { database, keys }, principal, params: { depositId }, body: { purpose } }) =>
      database.work(principal.actor, (work) => viewTravelRule(work, keys, { depositRowId: depositId, purpose })),
  }),
];

const recoveryInput = {
  accountId: rowId,
  holdingId: rowId.exactOptional().meta({ description: '받으려던 압류 자산, 알 수 있으면' }),
  asset: assetCode,
  quantity: quantityInput,
  network: networkText,
  transactionId: lineText(200, 'a1b2c3').meta({ description: '블록체인의 거래번호' }),
  cause: z.enum(RecoveryCause),
  reference: lineText(200, '징수과-2026-0001').meta({ description: '보낸 공문이나 거래소 문의의 번호' }),
  reason: reasonText,
  askedOn: dayInput,
};

const recoveryRoutes: readonly Route[] = [
  command({
    operationId: 'askVenueRecovery',
    tag: 'custody',
    summary: '계정에 들어오지 않은 입금의 복구를 거래소에 요청한 것을 기록',
    path: '/venue-recoveries',
    permission: 'custody.record',
    params: NONE,
    query: NONE,
    body: z.object(recoveryInput),
    answer: z.object({ recoveryId: rowId }),
    handle: async (work, { body: { asset, quantity, ...body } }) => ({
      recoveryId: await askRecovery(work, { ...body, quantity: coins(asset, quantity) }),
    }),
  }),
  command({
    operationId: 'endVenueRecovery',
    tag: 'custody',
    summary: '거래소에 요청한 복구의 결과를 기록',
    path: '/venue-recoveries/{recoveryId}/outcome',
    permission: 'custody.record',
    params: z.object({ recoveryId: pathId }),
    query: NONE,
    body: z.discriminatedUnion('outcome', [
      z.strictObject({
        outcome: z.literal('recovered'),
        depositId: rowId.meta({ description: '복구되어 들어온 입금' }),
        fee: z
          .object({ asset: assetCode, quantity: figureInput })
          .exactOptional()
          .meta({ description: '거래소가 받은 수수료, 원화이면 asset이 KRW' }),
        reason: reasonText,
      }),
      z.strictObject({ outcome: z.literal('refused'), reason: reasonText }),
    ]),
    answer: done,
    handle: async (work, { params: { recoveryId }, body }) => {
      const outcome =
        body.outcome === 'refused'
          ? ({ kind: 'refused' } as const)
          : ({ kind: 'recovered', depositRowId: body.depositId, fee: feeOf(body.fee) } as const);
      await endRecovery(work, { recoveryId, outcome, reason: body.reason });
      return DONE;
    },
  }),
  read({
    operationId: 'listVenueRecoveries',
    tag: 'custody',
    summary: '거래소에 요청한 복구와 결과',
    path: '/venue-recoveries',
    permission: 'venue.read',
    params: NONE,
    query: z.object({ ...pageQuery, state: z.enum(RecoveryState).exactOptional() }),
    answer: pageAnswer(
      z
        .object({
          id: rowId,
          accountId: rowId,
          holdingId: rowId.nullable(),
          asset: assetCode,
          network: z.string().meta({ example: 'BSC' }),
          quantity: decimalText,
          transactionId: z.string().meta({ example: 'a1b2c3' }),
          cause: z.enum(RecoveryCause),
          causeTitle: z.string().meta({ example: RECOVERY_CAUSES.wrong_network.title }),
          state: z.enum(RecoveryState),
          stateTitle: z.string().meta({ example: RECOVERY_STATES.asked.title }),
          reference: z.string().meta({ example: '징수과-2026-0001' }),
          askedOn: dayText,
          depositId: rowId.nullable(),
          fee: z.object({ asset: z.string(), quantity: decimalText }).nullable().meta({ example: null }),
          outcomeReason: z.string().nullable().meta({ example: null }),
        })
        .meta({ id: 'VenueRecovery', description: '거래소에 요청한 복구' }),
    ),
    handle: async ({ services: { database }, query: { after, limit, state } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const rows = await database.read.venueRecovery.findMany({ ...page, where: { ...where, ...(state === undefined ? {} : { state }) } });
      return toPage(rows, { limit }, (row) => ({
        id: row.id,
        accountId: row.venueAccountId,
        holdingId: row.holdingId,
        asset: row.asset,
        network: row.network,
        quantity: row.quantity.toFixed(),
        transactionId: row.transactionId,
        cause: row.cause,
        causeTitle: RECOVERY_CAUSES[row.cause].title,
        state: row.state,
        stateTitle: RECOVERY_STATES[row.state].title,
        reference: row.reference,
        askedOn: dayFromColumn(row.askedOn),
        depositId: row.depositRowId,
        fee: row.feeAsset === null || row.feeQuantity === null ? null : { asset: row.feeAsset, quantity: row.feeQuantity.toFixed() },
        outcomeReason: row.outcomeReason,
      }));
    },
  }),
];

function feeOf(fee: { readonly asset: string; readonly quantity: string } | undefined) {
  if (fee === undefined) return undefined;
  if (fee.asset !== 'KRW') return coins(fee.asset, fee.quantity);
  if (fee.quantity.includes('.')) throw new CheongsanError('INPUT_INVALID', `A fee in won is whole, got ${fee.quantity}.`);
  return Won.of(fee.quantity);
}

export const receiptRoutes: readonly Route[] = [...addressRoutes, ...testRoutes, ...depositRoutes, ...recoveryRoutes];
