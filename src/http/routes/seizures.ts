import { z } from 'zod';
import { userIdOf } from '../../database/work.ts';
import type { Principal } from '../../identity/principal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { requestSeizureApproval, withdrawSeizure } from '../../seizure/approve.ts';
import { heldAccounts, unvaluedAssets } from '../../seizure/proposal-facts.ts';
import { type ProposalOrder, proposeCase, proposeCases } from '../../seizure/propose.ts';
import { valueSeizures } from '../../seizure/seizure-valuation.ts';
import { readBookSnapshots } from '../../valuation/book-snapshot.ts';
import { BULK_MAX, bulk, nothingToPrepare } from '../bulk.ts';
import { action, NONE, type Route } from '../route.ts';
import { assetCode, coins, DONE, done, quantityInput, reasonText, rowId } from '../schemas.ts';
import type { Services } from '../services.ts';
import { proposedAnswer, refusedAnswer, toProposed, toRefusedProposal } from '../views/proposal-view.ts';

const ROWS_MAX = 20_000;
const PROPOSAL_TIMEOUT_MS = 300_000;

const terms = {
  venueAccountId: rowId.meta({ description: '호가를 읽을 시 계정', example: 1 }),
  officerId: rowId.exactOptional().meta({ description: '사건을 맡을 사람, 없으면 본인' }),
  marginReason: reasonText.exactOptional().meta({ description: '체납액보다 더 압류하려면 그 사유 (정해진 한도 안에서)' }),
};

interface Terms {
  readonly venueAccountId: number;
  readonly rowIds?: readonly number[];
  readonly officerId?: number;
  readonly marginReason?: string;
}

/** What a proposal needs from outside, read before its unit of work begins. */
async function orderOf({ database, exchanges }: Services, { actor }: Principal, given: Terms): Promise<ProposalOrder> {
  const { venueAccountId, officerId = userIdOf(actor), ...rest } = given;
  if (officerId === null) throw new CheongsanError('INPUT_INVALID', 'Name the official who will carry the cases in officerId.');
  const port = await exchanges.exchangeFor(venueAccountId);
  const accounts = await heldAccounts(database.read, port.venue, given.rowIds);
  const unvalued = await unvaluedAssets(
    database.read,
    accounts.map(({ personId }) => personId),
  );
  const assets = [...accounts.flatMap(({ rows }) => rows.map(({ asset }) => asset)), ...unvalued];
  return { ...rest, officerId, venueCode: port.venue, snapshots: await readBookSnapshots(port, assets, database.clock) };
}

const proposing: readonly Route[] = [
  action({
    operationId: 'proposeSeizures',
    tag: 'seizure',
    summary: '회신에서 확인된 계정마다 압류 기안',
    path: '/seizures/proposals',
    permission: 'seizure.propose',
    params: NONE,
    query: NONE,
    body: z.object({
      ...terms,
      rowIds: z.array(rowId).min(1).max(ROWS_MAX).exactOptional().meta({ description: '이 회신 줄만, 없으면 쓰지 않은 확인된 줄 모두' }),
    }),
    answer: z.object({ proposed: z.array(proposedAnswer), refused: z.array(refusedAnswer) }),
    handle: async ({ services, principal, body }) => {
      const order = await orderOf(services, principal, body);
      const { proposed, refused } = await services.database.work(principal.actor, (work) => proposeCases(work, order), {
        timeoutMs: PROPOSAL_TIMEOUT_MS,
      });
      return { proposed: proposed.map(toProposed), refused: refused.map(toRefusedProposal) };
    },
  }),
  action({
    operationId: 'proposeSeizure',
    tag: 'seizure',
    summary: '한 계정의 압류를 수량을 정하여 기안',
    path: '/seizures/proposal',
    permission: 'seizure.propose',
    params: NONE,
    query: NONE,
    body: z.object({
      ...terms,
      rowIds: z.array(rowId).min(1).max(BULK_MAX).meta({ description: '한 계정의 회신 줄' }),
      quantities: z
        .array(z.strictObject({ asset: assetCode, quantity: quantityInput }))
        .min(1)
        .max(BULK_MAX)
        .exactOptional()
        .meta({ description: '압류할 수량, 없으면 필요한 만큼' }),
    }),
    answer: proposedAnswer,
    handle: async ({ services, principal, body: { quantities, rowIds, ...given } }) => {
      const order = await orderOf(services, principal, { ...given, rowIds });
      const named = quantities === undefined ? {} : { quantities: quantities.map(({ asset, quantity }) => coins(asset, quantity)) };
      return toProposed(await services.database.work(principal.actor, (work) => proposeCase(work, { ...order, rowIds, ...named })));
    },
  }),
  action({
    operationId: 'valueSeizures',
    tag: 'seizure',
    summary: '효력이 생긴 압류를 지금 호가로 평가',
    path: '/seizures/valuations',
    permission: 'seizure.propose',
    params: NONE,
    query: NONE,
    body: z.object({ venueAccountId: rowId }),
    answer: z.object({ valuedHoldings: z.int().meta({ example: 203 }) }),
    handle: async ({ services: { database, exchanges }, principal, body }) => {
      const port = await exchanges.exchangeFor(body.venueAccountId);
      let valuedHoldings = 0;
      for (;;) {
        const valued = await valueSeizures(database, port, principal.actor);
        if (valued === 0) return { valuedHoldings };
        valuedHoldings += valued;
      }
    },
  }),
];

const withdrawalCode = z
  .string()
  .regex(/^[A-Z][A-Z_]{2,59}$/, 'a code in capitals')
  .meta({ description: '사유 코드', example: 'WITHDRAWN' });

export const seizureRoutes: readonly Route[] = [
  ...proposing,
  bulk({
    operationId: 'requestSeizureApprovals',
    tag: 'seizure',
    summary: '기안한 압류를 결재에 올림',
    path: '/seizures/approval-requests',
    permission: 'seizure.propose',
    item: rowId.meta({ description: '사건', example: 12 }),
    idOf: (caseId) => caseId,
    common: z.object({ reason: reasonText }),
    result: z.object({ approvalId: rowId }),
    prepare: nothingToPrepare,
    handle: async (work, { body: { reason } }, caseId) => ({ approvalId: (await requestSeizureApproval(work, { caseId, reason })).id }),
  }),
  bulk({
    operationId: 'withdrawSeizures',
    tag: 'seizure',
    summary: '거래소에 보내기 전의 압류를 거두어들임',
    path: '/seizures/withdrawals',
    permission: 'seizure.propose',
    item: rowId.meta({ description: '사건', example: 12 }),
    idOf: (caseId) => caseId,
    common: z.object({ code: withdrawalCode, reason: reasonText }),
    result: done,
    prepare: nothingToPrepare,
    handle: async (work, { body: { code, reason } }, caseId) => {
      await withdrawSeizure(work, { caseId, code, reason });
      return DONE;
    },
  }),
];
