import { z } from 'zod';
import type { Mandate, MandateAsset } from '../../database/generated/client.ts';
import { LiquidationState, MandateState } from '../../database/generated/enums.ts';
import { dayFromColumn, seoulDay } from '../../kernel/civil-date.ts';
import { saleCode } from '../../liquidation/code-text.ts';
import { gateDenials } from '../../liquidation/gate.ts';
import { readGateFacts } from '../../liquidation/gate-facts.ts';
import { requestMandate } from '../../liquidation/mandate.ts';
import { readPolicy } from '../../policy/book.ts';
import { lockCase } from '../../seizure/locked-case.ts';
import { loadBillStates } from '../../tax/bill-state.ts';
import { taxRules } from '../../tax/rules.ts';
import { stricter } from '../../venue/trading-state.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { NONE, type Route, read } from '../route.ts';
import {
  assetCode,
  dayInput,
  dayText,
  decimalText,
  instantText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  reasonText,
  rowId,
  toPage,
} from '../schemas.ts';
import { saleCodeAnswer } from '../views/denial-codes.ts';

const mandateAnswer = z
  .object({
    id: rowId,
    caseId: rowId,
    state: z.enum(MandateState),
    approvalId: rowId.nullable(),
    endsOn: dayText,
    policyVersion: z.string().meta({ example: '12' }),
    assets: z.array(z.object({ asset: assetCode, maximumQuantity: decimalText, priceFloor: decimalText })),
    createdAt: instantText,
  })
  .meta({ id: 'Mandate', description: '매각 위임' });

function toMandate(mandate: Mandate & { readonly assets: readonly MandateAsset[] }): z.input<typeof mandateAnswer> {
  const { id, caseId, state, approvalId, policyVersion, assets } = mandate;
  return {
    id,
    caseId,
    state,
    approvalId,
    endsOn: dayFromColumn(mandate.endsOn),
    policyVersion,
    assets: assets.map(({ asset, maximumQuantity, priceFloor }) => ({
      asset,
      maximumQuantity: maximumQuantity.toFixed(),
      priceFloor: priceFloor.toFixed(),
    })),
    createdAt: mandate.createdAt.toISOString(),
  };
}

const mandateRoutes: readonly Route[] = [
  bulk({
    operationId: 'requestMandates',
    tag: 'sale',
    summary: '매각 위임을 결재에 올림',
    path: '/mandates',
    permission: 'sale_mandate.propose',
    item: rowId.meta({ description: '사건', example: 12 }),
    idOf: (caseId) => caseId,
    common: z.object({ reason: reasonText, endsOn: dayInput.exactOptional().meta({ description: '마지막 날, 없으면 기준값대로' }) }),
    result: z.object({ mandateId: rowId, approvalId: rowId.nullable() }),
    prepare: nothingToPrepare,
    handle: async (work, { body: { items: _items, ...terms } }, caseId) => {
      const { id, approvalId } = await requestMandate(work, { ...terms, caseId });
      return { mandateId: id, approvalId };
    },
  }),
  read({
    operationId: 'listMandates',
    tag: 'sale',
    summary: '매각 위임 목록',
    path: '/mandates',
    permission: 'case.read',
    params: NONE,
    query: z.object({ ...pageQuery, caseId: pathId.exactOptional(), state: z.enum(MandateState).exactOptional() }),
    answer: pageAnswer(mandateAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const mandates = await database.read.mandate.findMany({
        ...page,
        where: { ...where, ...filter },
        include: { assets: { orderBy: { asset: 'asc' } } },
      });
      return toPage(mandates, { limit }, toMandate);
    },
  }),
];

const liquidationAnswer = z
  .object({
    id: rowId,
    caseId: rowId,
    mandateId: rowId,
    accountId: rowId,
    state: z.enum(LiquidationState),
    lastCode: saleCodeAnswer.nullable(),
    stepCount: z.int().meta({ example: 4 }),
    nextStepAt: instantText,
    startedAt: instantText,
    endedAt: instantText.nullable(),
  })
  .meta({ id: 'Liquidation', description: '사건의 매각' });

export const saleRoutes: readonly Route[] = [
  ...mandateRoutes,
  read({
    operationId: 'listLiquidations',
    tag: 'sale',
    summary: '진행 중이거나 끝난 매각',
    path: '/liquidations',
    permission: 'case.read',
    params: NONE,
    query: z.object({ ...pageQuery, caseId: pathId.exactOptional(), state: z.enum(LiquidationState).exactOptional() }),
    answer: pageAnswer(liquidationAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const sales = await database.read.liquidation.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(sales, { limit }, ({ id, caseId, mandateId, venueAccountId, state, lastCode, stepCount, ...sale }) => ({
        id,
        caseId,
        mandateId,
        accountId: venueAccountId,
        state,
        lastCode: lastCode === null ? null : saleCode(lastCode),
        stepCount,
        nextStepAt: sale.nextStepAt.toISOString(),
        startedAt: sale.startedAt.toISOString(),
        endedAt: sale.endedAt?.toISOString() ?? null,
      }));
    },
  }),
  read({
    operationId: 'getSaleGate',
    tag: 'sale',
    summary: '지금 매각할 수 없는 까닭 (없으면 매각 가능)',
    path: '/cases/{caseId}/gate',
    permission: 'case.read',
    params: z.object({ caseId: pathId }),
    query: NONE,
    answer: z.object({ open: z.boolean(), denials: z.array(saleCodeAnswer) }),
    handle: ({ services: { database }, principal, params: { caseId } }) =>
      database.work(principal.actor, async (work) => {
        const seizureCase = await lockCase(work, caseId);
        const rules = taxRules(await readPolicy(work.tx));
        const bills = await loadBillStates(
          work.tx,
          seizureCase.bills.map(({ billId }) => billId),
        );
        const installation = await work.tx.installation.findUniqueOrThrow({ where: { id: 1 } });
        const accountIds = seizureCase.holdings.flatMap(({ venueAccountId }) => venueAccountId ?? []);
        const accounts = await work.tx.venueAccount.findMany({ where: { id: { in: accountIds } }, select: { tradingState: true } });
        const state = accounts.reduce((strictest, { tradingState }) => stricter(strictest, tradingState), installation.tradingState);
        const denials = gateDenials(await readGateFacts(work, caseId, bills, state, rules, seoulDay(work.at)));
        return { open: denials.length === 0, denials: denials.map(({ code }) => saleCode(code)) };
      }),
  }),
];
