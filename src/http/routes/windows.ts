import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { SaleWindow } from '../../database/generated/client.ts';
import { ChoiceKind, RecipientKind, WindowState } from '../../database/generated/enums.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { recordChoice, revokeChoice } from '../../voluntary-sale/choice.ts';
import { issueInvitation } from '../../voluntary-sale/issue-invitation.ts';
import { issueSaleNotices } from '../../voluntary-sale/issue-sale-notices.ts';
import { saleNoticeStatus } from '../../voluntary-sale/sale-notice-status.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { EVIDENCE_TYPES } from '../files.ts';
import { assertCaseExists } from '../known-case.ts';
import { agencyInput } from '../letters.ts';
import { booksOfCases } from '../market-books.ts';
import { command, NONE, type Route, read, upload } from '../route.ts';
import {
  DONE,
  dayInput,
  dayText,
  done,
  instantText,
  lineText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  rowId,
  toPage,
} from '../schemas.ts';
import { noticeAnswer } from '../views/case-answer.ts';
import { toNoticeAnswer } from '../views/case-view.ts';

const caseItem = rowId.meta({ description: '사건', example: 12 });
const formReference = lineText(200, '접수 2026-0412').meta({ description: '서면의 접수 번호' });

const letterRoutes: readonly Route[] = [
  bulk({
    operationId: 'issueSaleNotices',
    tag: 'sale',
    summary: '매각 통지서를 받을 사람 모두에게 작성하고 지금 호가로 평가',
    path: '/sale-notices',
    permission: 'notice.issue',
    item: caseItem,
    idOf: (caseId) => caseId,
    common: z.object({ venueAccountId: rowId.meta({ description: '호가를 읽을 시 계정', example: 1 }), agency: agencyInput }),
    result: z.object({ noticeIds: z.array(rowId) }),
    prepare: ({ services, body: { venueAccountId, items } }) => booksOfCases(services, venueAccountId, items),
    handle: async (work, { services, body: { agency }, prepared: snapshots }, caseId) => ({
      noticeIds: [...(await issueSaleNotices(work, services.keys, { caseId, agency, snapshots }))],
    }),
  }),
  bulk({
    operationId: 'issueInvitations',
    tag: 'sale',
    summary: '자진 납부·매각 안내서 작성',
    path: '/sale-invitations',
    permission: 'notice.issue',
    item: caseItem,
    idOf: (caseId) => caseId,
    common: z.object({ agency: agencyInput }),
    result: z.object({ noticeId: rowId }),
    prepare: nothingToPrepare,
    handle: (work, { services, body: { agency } }, caseId) => issueInvitation(work, services.keys, { caseId, agency }),
  }),
  read({
    operationId: 'getSaleNoticeStatus',
    tag: 'sale',
    summary: '매각 통지를 받아야 하는 사람과 송달 여부',
    path: '/cases/{caseId}/sale-notices',
    permission: 'case.read',
    params: z.object({ caseId: pathId }),
    query: NONE,
    answer: z.array(z.object({ personId: rowId, recipientKind: z.enum(RecipientKind), notice: noticeAnswer.nullable() })),
    handle: async ({ services: { database }, params: { caseId } }) => {
      await assertCaseExists(database.read, caseId);
      return (await saleNoticeStatus(database.read, caseId)).map(({ personId, recipientKind, notice }) => ({
        personId,
        recipientKind,
        notice: notice === undefined ? null : toNoticeAnswer(notice),
      }));
    },
  }),
];

const choiceRoutes: readonly Route[] = [
  bulk({
    operationId: 'recordChoices',
    tag: 'sale',
    summary: '체납자가 서면으로 한 선택 기록',
    path: '/window-choices',
    permission: 'window.record',
    item: z.strictObject({ caseId: rowId, kind: z.enum(ChoiceKind), madeOn: dayInput, reference: formReference }),
    idOf: ({ caseId }) => caseId,
    common: NONE,
    result: z.object({ choiceId: rowId }),
    prepare: nothingToPrepare,
    handle: (work, { services }, choice) => recordChoice(work, services.keys, choice),
  }),
  upload({
    operationId: 'recordChoiceWithForm',
    tag: 'sale',
    summary: '체납자의 선택을 서면의 사본과 함께 기록',
    path: '/cases/{caseId}/choice',
    permission: 'window.record',
    params: z.object({ caseId: pathId }),
    query: z.object({ kind: z.enum(ChoiceKind), madeOn: dayInput, reference: formReference }),
    mediaTypes: EVIDENCE_TYPES,
    answer: z.object({ choiceId: rowId }),
    handle: async ({ services: { database, keys }, principal, params, query, body: { path, mediaType } }) => {
      const form = { mediaType, bytes: await readFile(path) };
      return database.work(principal.actor, (work) => recordChoice(work, keys, { ...params, ...query, form }));
    },
  }),
  command({
    operationId: 'revokeChoice',
    tag: 'sale',
    summary: '체납자가 선택을 거두어들임',
    path: '/window-choices/{choiceId}/revoke',
    permission: 'window.record',
    params: z.object({ choiceId: pathId }),
    query: NONE,
    body: z.object({ revokedOn: dayInput, reference: formReference }),
    answer: done,
    handle: async (work, { params, body }) => {
      await revokeChoice(work, { ...params, ...body });
      return DONE;
    },
  }),
];

const windowAnswer = z
  .object({
    id: rowId,
    caseId: rowId,
    opensOn: dayText,
    endsOn: dayText,
    windowDays: z.int().meta({ example: 20 }),
    state: z.enum(WindowState),
    closedAt: instantText.nullable(),
  })
  .meta({ id: 'SaleWindow', description: '자진 납부·매각 기간' });

function toWindow({ id, caseId, opensOn, endsOn, windowDays, state, closedAt }: SaleWindow): z.input<typeof windowAnswer> {
  return {
    id,
    caseId,
    opensOn: dayFromColumn(opensOn),
    endsOn: dayFromColumn(endsOn),
    windowDays,
    state,
    closedAt: closedAt?.toISOString() ?? null,
  };
}

export const windowRoutes: readonly Route[] = [
  ...letterRoutes,
  ...choiceRoutes,
  read({
    operationId: 'listWindows',
    tag: 'sale',
    summary: '자진 납부·매각 기간 목록',
    path: '/windows',
    permission: 'case.read',
    params: NONE,
    query: z.object({ ...pageQuery, state: z.enum(WindowState).exactOptional() }),
    answer: pageAnswer(windowAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const windows = await database.read.saleWindow.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(windows, { limit }, toWindow);
    },
  }),
];
