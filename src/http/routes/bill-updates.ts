import { z } from 'zod';
import type { BillUpdate } from '../../database/generated/client.ts';
import { BillUpdateKind, BillUpdateState } from '../../database/generated/enums.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { requestBillUpdateApproval } from '../../tax/bill-update.ts';
import { command, NONE, type Route, read } from '../route.ts';
import { dayText, instantText, pageAnswer, pageArgs, pageQuery, pathId, reasonText, rowId, toPage, wonText } from '../schemas.ts';

const updateAnswer = z
  .object({
    id: rowId,
    billId: rowId,
    billLineId: rowId,
    kind: z.enum(BillUpdateKind),
    occurredOn: dayText,
    principalKrw: wonText,
    surchargeKrw: wonText.meta({ example: '0' }),
    penaltyKrw: wonText.meta({ example: '0' }),
    documentNumber: z.string().meta({ example: '징수-2026-0417' }),
    reason: z.string().nullable().meta({ example: null }),
    state: z.enum(BillUpdateState),
    importFileId: rowId,
    approvalId: rowId.nullable(),
    decidedAt: instantText.nullable(),
  })
  .meta({ id: 'BillUpdate', description: '체납액 변동' });

function toAnswer(update: BillUpdate): z.input<typeof updateAnswer> {
  const { id, billId, billLineId, kind, documentNumber, reason, state, importFileId, approvalId } = update;
  return {
    id,
    billId,
    billLineId,
    kind,
    occurredOn: dayFromColumn(update.occurredOn),
    principalKrw: update.principalKrw.toString(),
    surchargeKrw: update.surchargeKrw.toString(),
    penaltyKrw: update.penaltyKrw.toString(),
    documentNumber,
    reason,
    state,
    importFileId,
    approvalId,
    decidedAt: update.decidedAt?.toISOString() ?? null,
  };
}

export const billUpdateRoutes: readonly Route[] = [
  command({
    operationId: 'requestBillUpdateApproval',
    tag: 'bill',
    summary: '반입한 체납액 변동을 결재에 올림',
    path: '/bill-updates/approval-request',
    permission: 'bill_update.propose',
    params: NONE,
    query: NONE,
    body: z.object({ importFileId: rowId, reason: reasonText }),
    answer: z.object({ approvalId: rowId }),
    timeoutMs: 120_000,
    handle: async (work, { body }) => ({ approvalId: (await requestBillUpdateApproval(work, body)).id }),
  }),
  read({
    operationId: 'listBillUpdates',
    tag: 'bill',
    summary: '체납액 변동 목록',
    path: '/bill-updates',
    permission: 'bill.read',
    params: NONE,
    query: z.object({
      ...pageQuery,
      billId: pathId.exactOptional(),
      importFileId: pathId.exactOptional(),
      state: z.enum(BillUpdateState).exactOptional(),
    }),
    answer: pageAnswer(updateAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const updates = await database.read.billUpdate.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(updates, { limit }, toAnswer);
    },
  }),
];
