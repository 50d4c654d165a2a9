import { z } from 'zod';
import { NoticeKind } from '../../database/generated/enums.ts';
import { issueSeizureDocuments } from '../../seizure/issue-documents.ts';
import { readAddressesIfOld } from '../../venue/shown-address.ts';
import { BULK_MAX, bulkAnswer, toRefusal } from '../bulk.ts';
import { correspondenceInput } from '../letters.ts';
import { booksOfCases } from '../market-books.ts';
import { action, NONE, type Route } from '../route.ts';
import { reasonText, rowId } from '../schemas.ts';
import { demandWay } from './receipts.ts';

const letters = z.array(z.object({ noticeId: rowId, kind: z.enum(NoticeKind) })).meta({ description: '작성한 문서' });

export const seizureDocumentRoutes: readonly Route[] = [
  action({
    operationId: 'issueSeizureDocuments',
    tag: 'seizure',
    summary: '지금 필요한 압류조서·압류통지서·이전요구서 작성',
    path: '/seizures/documents',
    permission: 'notice.issue',
    params: NONE,
    query: NONE,
    body: z.object({
      caseIds: z.array(rowId).min(1).max(BULK_MAX),
      venueAccountId: rowId.meta({ description: '이전받을 시 계정', example: 1 }),
      correspondence: correspondenceInput,
      ...demandWay,
      marginReason: reasonText.exactOptional().meta({ description: '이전의 압류에서 체납액보다 더 이전받으려면 그 사유' }),
    }),
    answer: bulkAnswer(letters),
    handle: async ({ services, principal: { actor }, body }) => {
      if (body.route === 'on_chain') {
        const port = await services.exchanges.exchangeFor(body.venueAccountId);
        await readAddressesIfOld(services.database, actor, port, body.venueAccountId);
      }
      const snapshots = await booksOfCases(services, body.venueAccountId, body.caseIds);
      const { issued, refused } = await issueSeizureDocuments(services.database, services.keys, actor, { ...body, snapshots });
      const caseIds = [...new Set(issued.map(({ caseId }) => caseId))];
      return {
        done: caseIds.map((id) => ({
          id,
          result: issued.filter(({ caseId }) => caseId === id).map(({ noticeId, kind }) => ({ noticeId, kind })),
        })),
        refused: refused.map((each) => toRefusal(each.caseId, each)),
      };
    },
  }),
];
