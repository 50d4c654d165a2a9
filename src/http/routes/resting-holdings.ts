import { z } from 'zod';
import { IDLE_STAGES, type IdleStage, type RestingHolding, restingHoldings } from '../../custody/idle-asset.ts';
import { restingHoldingsCsv } from '../../custody/idle-asset-file.ts';
import { CasePhase, HoldingState } from '../../database/generated/enums.ts';
import { CSV_FILE_TYPES, csvType, textEncoding } from '../files.ts';
import { download, NONE, type Route, read } from '../route.ts';
import { assetCode, decimalText, flagText, rowId } from '../schemas.ts';

const STAGES = ['awaited', 'held', 'for_sale', 'to_return'] as const satisfies readonly IdleStage[];
const idle = flagText.default(true).meta({ description: '기준을 넘은 것만', example: 'true' });
const days = z.int().meta({ example: 41 });

const restingAnswer = z
  .object({
    holdingId: rowId,
    caseId: rowId,
    caseNumber: z.string().meta({ example: '2026-000012' }),
    accountId: rowId.nullable(),
    officerId: rowId,
    asset: assetCode,
    quantity: decimalText,
    state: z.enum(HoldingState),
    phase: z.enum(CasePhase),
    stage: z.enum(STAGES),
    stageText: z.string().meta({ example: IDLE_STAGES.held }),
    seizedDays: days,
    unmovedDays: days.nullable(),
    unsoldDays: days.nullable(),
    idleDays: days.meta({ description: '마지막으로 움직인 뒤, 아직 오지 않았으면 압류한 뒤의 일수' }),
    patienceDays: days.meta({ description: '이 단계에서 허용하는 일수' }),
    isIdle: z.boolean(),
    reasons: z
      .array(z.object({ code: z.string(), text: z.string() }))
      .meta({ description: '머무는 까닭', example: [{ code: 'stay:appeal', text: '불복(이의신청·심판청구·소송)' }] }),
  })
  .meta({ id: 'RestingHolding', description: '머물러 있는 압류 자산' });

function toAnswer(resting: RestingHolding): z.input<typeof restingAnswer> {
  const { quantity, accountId, unmovedDays, unsoldDays, stage, reasons, ...rest } = resting;
  return {
    ...rest,
    accountId: accountId ?? null,
    quantity: quantity.toString(),
    stage,
    stageText: IDLE_STAGES[stage],
    unmovedDays: unmovedDays ?? null,
    unsoldDays: unsoldDays ?? null,
    reasons: [...reasons],
  };
}

export const restingHoldingRoutes: readonly Route[] = [
  read({
    operationId: 'listRestingHoldings',
    tag: 'custody',
    summary: '움직이지 않는 압류 자산과 그 까닭 (오래된 것부터)',
    path: '/resting-holdings',
    permission: 'case.read',
    params: NONE,
    query: z.object({ idle }),
    answer: z.array(restingAnswer),
    handle: async ({ services: { database }, query }) =>
      (await restingHoldings(database.read, database.clock.now())).filter(({ isIdle }) => isIdle || !query.idle).map(toAnswer),
  }),
  download({
    operationId: 'downloadRestingHoldings',
    tag: 'custody',
    summary: '움직이지 않는 압류 자산 (CSV)',
    path: '/resting-holdings/csv',
    permission: 'case.read',
    params: NONE,
    query: z.object({ idle, encoding: textEncoding }),
    mediaTypes: CSV_FILE_TYPES,
    handle: async ({ services: { database }, query }) => {
      const rows = (await restingHoldings(database.read, database.clock.now())).filter(({ isIdle }) => isIdle || !query.idle);
      return {
        mediaType: csvType(query.encoding),
        fileName: 'resting-holdings.csv',
        content: await restingHoldingsCsv(rows, query.encoding),
      };
    },
  }),
];
