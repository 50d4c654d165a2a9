import { z } from 'zod';
import type { SaleWish } from '../../database/generated/client.ts';
import { WishKind, WishState } from '../../database/generated/enums.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { Price } from '../../kernel/money.ts';
import { lockCase } from '../../seizure/locked-case.ts';
import { CURRENT_RISK_NOTICE, RISK_NOTICES } from '../../voluntary-sale/letters/wish-risk-notice.ts';
import { recordWish, revokeWish, type WishTerms } from '../../voluntary-sale/wish.ts';
import { printWishForm } from '../../voluntary-sale/wish-form-print.ts';
import { LIVE_WISH_STATES } from '../../voluntary-sale/wish-rules.ts';
import { PDF_TYPE } from '../files.ts';
import { assertCaseExists } from '../known-case.ts';
import { command, download, NONE, type Route, read } from '../route.ts';
import {
  assetCode,
  coins,
  DONE,
  dayInput,
  dayText,
  decimalText,
  done,
  instantText,
  lineText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  quantityInput,
  rowId,
  toPage,
} from '../schemas.ts';

const ASSETS_MAX = 100;

const caseParams = z.object({ caseId: pathId });
const riskNoticeVersion = z.string().meta({ description: '서식에 적힌 위험 고지의 판', example: CURRENT_RISK_NOTICE });
const formReference = lineText(200, '접수 2026-0413').meta({ description: '서명한 서면의 접수 번호' });

const ofForm = {
  madeOn: dayInput,
  reference: formReference,
  riskNoticeVersion,
} as const;

const ofPrice = {
  ...ofForm,
  asset: assetCode,
  price: quantityInput.meta({ description: '1개당 희망 가격(원)', example: '90000000' }),
  maximumQuantity: quantityInput.exactOptional().meta({ description: '최대 수량, 없으면 필요한 만큼' }),
  isFarPriceConfirmed: z
    .boolean()
    .default(false)
    .meta({ description: '시장가격과 크게 다른 가격을 서면과 대조하여 확인함', example: false }),
} as const;

const wishInput = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('limit'), ...ofPrice }),
    z.strictObject({ kind: z.literal('stop'), ...ofPrice }),
    z.strictObject({
      kind: z.literal('coin_order'),
      ...ofForm,
      assets: z
        .array(assetCode)
        .min(1)
        .max(ASSETS_MAX)
        .meta({ description: '먼저 팔 차례', example: ['BTC', 'XRP'] }),
    }),
  ])
  .meta({
    description:
      '한 사건에 종목과 종류마다 하나만 살아 있다. 같은 종목에 가격이 다른 지정가(limit)를 다시 내면 앞의 것을 대신하고 앞의 것은 철회된다. stop과 coin_order도 같다. 같은 서면을 다시 보내면 그대로이다.',
  });

/** The figures as the coin measures them. */
function toTerms(wish: z.output<typeof wishInput>): WishTerms {
  if (wish.kind === 'coin_order') return { kind: wish.kind, assets: wish.assets };
  const { kind, asset, price, maximumQuantity, isFarPriceConfirmed } = wish;
  return {
    kind,
    price: Price.of(asset, price),
    maximumQuantity: maximumQuantity === undefined ? undefined : coins(asset, maximumQuantity),
    isFarPriceConfirmed,
  };
}

const wishAnswer = z
  .object({
    id: rowId,
    caseId: rowId,
    kind: z.enum(WishKind).meta({ description: 'limit 지정가, stop 하락 시 매각, coin_order 매각 순서' }),
    state: z.enum(WishState),
    asset: assetCode.nullable(),
    price: decimalText.nullable().meta({ example: '90000000' }),
    maximumQuantity: decimalText.nullable().meta({ example: null }),
    assetOrder: z.array(assetCode).meta({ example: [] }),
    madeOn: dayText,
    reference: z.string().meta({ example: '접수 2026-0413' }),
    riskNoticeVersion,
    reachedAt: instantText.nullable().meta({ description: '마지막 체결가가 처음 희망 가격 이하인 것을 본 시각', example: null }),
    reachedPrice: decimalText.nullable().meta({ example: null }),
    triggeredAt: instantText.nullable().meta({ description: '두 번째로 확인하여 매각하기로 한 시각', example: null }),
    triggeredPrice: decimalText.nullable().meta({ example: null }),
    endedAt: instantText.nullable().meta({ example: null }),
    revokeReference: z.string().nullable().meta({ description: '철회한 서면, 또는 저절로 철회된 사유', example: null }),
    createdAt: instantText,
  })
  .meta({ id: 'SaleWish', description: '체납자의 매각 희망' });

function toWish(wish: SaleWish): z.input<typeof wishAnswer> {
  const { id, caseId, kind, state, asset, assetOrder, reference, revokeReference } = wish;
  return {
    id,
    caseId,
    kind,
    state,
    asset,
    price: wish.price?.toFixed() ?? null,
    maximumQuantity: wish.maximumQuantity?.toFixed() ?? null,
    assetOrder,
    madeOn: dayFromColumn(wish.madeOn),
    reference,
    riskNoticeVersion: wish.riskNoticeVersion,
    reachedAt: wish.reachedAt?.toISOString() ?? null,
    reachedPrice: wish.reachedPrice?.toFixed() ?? null,
    triggeredAt: wish.triggeredAt?.toISOString() ?? null,
    triggeredPrice: wish.triggeredPrice?.toFixed() ?? null,
    endedAt: wish.endedAt?.toISOString() ?? null,
    revokeReference,
    createdAt: wish.createdAt.toISOString(),
  };
}

export const wishRoutes: readonly Route[] = [
  command({
    operationId: 'recordWish',
    tag: 'sale',
    summary: '체납자가 서면으로 낸 매각 희망(지정가, 하락 시 매각, 순서) 기록',
    path: '/cases/{caseId}/wishes',
    permission: 'window.record',
    params: caseParams,
    query: NONE,
    body: wishInput,
    answer: z.object({
      wishId: rowId,
      replacedWishId: rowId.nullable().meta({
        description: '같은 종목에 같은 종류로 남아 있던 희망. 새 희망이 그 자리를 대신하여 철회되었다. 없으면 null',
        example: null,
      }),
    }),
    handle: async (work, { params: { caseId }, body }) => {
      const { madeOn, reference, riskNoticeVersion } = body;
      await lockCase(work, caseId);
      const asset = body.kind === 'coin_order' ? null : body.asset;
      const before = await work.tx.saleWish.findFirst({ where: { caseId, kind: body.kind, asset, state: { in: [...LIVE_WISH_STATES] } } });
      const { wishId } = await recordWish(work, { caseId, terms: toTerms(body), madeOn, reference, riskNoticeVersion });
      return { wishId, replacedWishId: before === null || before.id === wishId ? null : before.id };
    },
  }),
  read({
    operationId: 'listWishes',
    tag: 'sale',
    summary: '사건의 매각 희망과 그 상태',
    path: '/cases/{caseId}/wishes',
    permission: 'case.read',
    params: caseParams,
    query: z.object({ ...pageQuery, state: z.enum(WishState).exactOptional() }),
    answer: pageAnswer(wishAnswer),
    handle: async ({ services: { database }, params, query: { after, limit, ...filter } }) => {
      await assertCaseExists(database.read, params.caseId);
      const { where, ...page } = pageArgs({ after, limit });
      const wishes = await database.read.saleWish.findMany({ ...page, where: { ...where, ...params, ...filter } });
      return toPage(wishes, { limit }, toWish);
    },
  }),
  command({
    operationId: 'revokeWish',
    tag: 'sale',
    summary: '체납자가 매각 희망을 거두어들임',
    path: '/wishes/{wishId}/revoke',
    permission: 'window.record',
    params: z.object({ wishId: pathId }),
    query: NONE,
    body: z.object({ revokedOn: dayInput, reference: formReference }),
    answer: done,
    handle: async (work, { params, body }) => {
      await revokeWish(work, { ...params, ...body });
      return DONE;
    },
  }),
  read({
    operationId: 'getWishRiskNotice',
    tag: 'sale',
    summary: '매각 희망을 내기 전에 읽어야 하는 위험 고지',
    path: '/wish-risk-notice',
    permission: 'case.read',
    params: NONE,
    query: NONE,
    answer: z.object({ version: riskNoticeVersion, items: z.array(z.string().meta({ example: RISK_NOTICES[CURRENT_RISK_NOTICE][0] })) }),
    handle: () => Promise.resolve({ version: CURRENT_RISK_NOTICE, items: [...RISK_NOTICES[CURRENT_RISK_NOTICE]] }),
  }),
  download({
    operationId: 'printWishForm',
    tag: 'sale',
    summary: '위험 고지가 있는 매각 희망서 서식 (열람이 기록됨)',
    path: '/cases/{caseId}/wish-form',
    permission: 'window.record',
    params: caseParams,
    query: NONE,
    mediaTypes: [PDF_TYPE],
    handle: async ({ services: { database, keys }, principal, params: { caseId } }) => ({
      mediaType: PDF_TYPE,
      fileName: `wish-form-${caseId}.pdf`,
      content: await printWishForm(database, keys, principal.actor, caseId),
    }),
  }),
];
