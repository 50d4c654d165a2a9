import { z } from 'zod';
import { TradingState } from '../../database/generated/enums.ts';
import type { Work } from '../../database/work.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { freezeByPerson, openFreezes, requestFreezeRelease } from '../../venue/freeze.ts';
import { requestLooserTrading, stricter, type TradingScope, tightenTrading, tradingState } from '../../venue/trading-state.ts';
import { command, NONE, type Route, read } from '../route.ts';
import { factsAnswer, instantText, ledgerAssetCode, pathId, reasonText, rowId } from '../schemas.ts';

const state = z.enum(TradingState).meta({ description: 'ACTIVE: 정상, REDUCING: 새 주문 중단, HALTED: 모두 중지', example: 'REDUCING' });
const scope = {
  accountId: rowId.exactOptional().meta({ description: '이 계정만, 없으면 설치 전체', example: 1 }),
};

function scopeOf({ accountId }: { readonly accountId?: number }): TradingScope {
  return accountId === undefined ? { kind: 'installation' } : { kind: 'account', accountId };
}

async function effectiveState({ tx }: Work, scope: TradingScope): Promise<TradingState> {
  if (scope.kind === 'account') return tradingState(tx, scope.accountId);
  return (await tx.installation.findUniqueOrThrow({ where: { id: 1 } })).tradingState;
}

const tradingRoutesOfState: readonly Route[] = [
  read({
    operationId: 'getTradingState',
    tag: 'custody',
    summary: '거래 상태 (설치 전체와 계정마다)',
    path: '/trading-state',
    permission: 'venue.read',
    params: NONE,
    query: NONE,
    answer: z.object({
      installation: state,
      reason: z.string().nullable().meta({ example: null }),
      accounts: z.array(
        z.object({
          accountId: rowId,
          own: state,
          effective: state.meta({ description: '둘 가운데 더 엄한 상태' }),
          reason: z.string().nullable().meta({ example: null }),
        }),
      ),
    }),
    handle: async ({ services: { database } }) => {
      const installation = await database.read.installation.findUniqueOrThrow({ where: { id: 1 } });
      const accounts = await database.read.venueAccount.findMany({
        select: { id: true, tradingState: true, tradingStateReason: true },
        orderBy: { id: 'asc' },
      });
      return {
        installation: installation.tradingState,
        reason: installation.tradingStateReason,
        accounts: accounts.map(({ id, tradingState, tradingStateReason }) => ({
          accountId: id,
          own: tradingState,
          effective: stricter(installation.tradingState, tradingState),
          reason: tradingStateReason,
        })),
      };
    },
  }),
  command({
    operationId: 'tightenTrading',
    tag: 'custody',
    summary: '거래를 더 엄하게 제한 (바로 적용)',
    path: '/trading-state/tighten',
    permission: 'trading.tighten',
    params: NONE,
    query: NONE,
    body: z.object({ ...scope, to: state, reason: reasonText }),
    answer: z.object({
      changed: z.boolean().meta({ description: '이미 그만큼 엄하면 false' }),
      state: state.meta({ description: '이제 이 범위(계정 또는 설치 전체)의 상태' }),
      effective: state.meta({ description: '설치 전체의 상태와 견주어 더 엄한 상태. 매각은 이 상태를 따른다' }),
    }),
    handle: async (work, { body }) => {
      const scope = scopeOf(body);
      const changed = await tightenTrading(work, { scope, to: body.to, reason: body.reason });
      // What was asked for holds now, or it was refused.
      return { changed, state: body.to, effective: await effectiveState(work, scope) };
    },
  }),
  command({
    operationId: 'requestLooserTrading',
    tag: 'custody',
    summary: '거래 제한을 푸는 결재를 올림',
    path: '/trading-state/loosening-request',
    permission: 'trading_state.propose',
    params: NONE,
    query: NONE,
    body: z.object({ ...scope, to: state.meta({ example: 'ACTIVE' }), reason: reasonText }),
    answer: z.object({ approvalId: rowId }),
    handle: async (work, { body }) => {
      const { to, reason } = body;
      const expiresAt = await approvalExpiry(work);
      return { approvalId: (await requestLooserTrading(work, { scope: scopeOf(body), to, reason, expiresAt })).id };
    },
  }),
];

export const tradingRoutes: readonly Route[] = [
  ...tradingRoutesOfState,
  read({
    operationId: 'listFreezes',
    tag: 'custody',
    summary: '동결된 자산',
    path: '/freezes',
    permission: 'venue.read',
    params: NONE,
    query: NONE,
    answer: z.array(
      z.object({
        id: rowId,
        accountId: rowId,
        asset: ledgerAssetCode,
        reason: z.string().meta({ example: 'balance_difference' }),
        facts: factsAnswer,
        frozenAt: instantText,
      }),
    ),
    handle: async ({ services: { database } }) =>
      (await openFreezes(database.read)).map(({ id, venueAccountId, asset, reason, facts, frozenAt }) => ({
        id,
        accountId: venueAccountId,
        asset,
        reason,
        facts: factsAnswer.parse(facts),
        frozenAt: frozenAt.toISOString(),
      })),
  }),
  command({
    operationId: 'freezeAsset',
    tag: 'custody',
    summary: '자산의 매각과 이전을 동결',
    path: '/freezes',
    permission: 'trading.tighten',
    params: NONE,
    query: NONE,
    body: z.object({ accountId: rowId, asset: ledgerAssetCode, reason: reasonText }),
    answer: z.object({
      freezeId: rowId,
      isNew: z.boolean().meta({ description: '이미 동결되어 있으면 false. 그 동결의 사유는 담당자 요청으로 바뀜' }),
    }),
    handle: (work, { body }) => freezeByPerson(work, body),
  }),
  command({
    operationId: 'requestFreezeRelease',
    tag: 'custody',
    summary: '동결을 푸는 결재를 올림',
    path: '/freezes/{freezeId}/release-request',
    permission: 'freeze_release.propose',
    params: z.object({ freezeId: pathId }),
    query: NONE,
    body: z.object({ explanation: reasonText.meta({ description: '원인과 바로잡은 방법' }) }),
    answer: z.object({ approvalId: rowId }),
    handle: async (work, { params, body }) => ({
      approvalId: (await requestFreezeRelease(work, { ...params, ...body, expiresAt: await approvalExpiry(work) })).id,
    }),
  }),
];
