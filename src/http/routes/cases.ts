import { z } from 'zod';
import { holdingAges } from '../../custody/ageing.ts';
import { receiptsOfCase } from '../../custody/receipt-view.ts';
import type { Prisma } from '../../database/generated/client.ts';
import { CaseOrigin, CasePhase, HoldingState } from '../../database/generated/enums.ts';
import { type CivilDate, dayToColumn, seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { overdueCases } from '../../seizure/phase.ts';
import { ENDED_PHASES } from '../../seizure/phase-table.ts';
import { releasableCases } from '../../seizure/release.ts';
import { assertCaseExists } from '../known-case.ts';
import { NONE, type Route, read } from '../route.ts';
import { assetCode, dayText, decimalText, flagText, pageAnswer, pageArgs, pageQuery, pathId, rowId, toPage } from '../schemas.ts';
import { caseAnswer } from '../views/case-answer.ts';
import { caseSummaryAnswer, toCaseSummary } from '../views/case-summary.ts';
import { viewCase } from '../views/case-view.ts';
import { resolutionsAnswer, toResolutions } from '../views/resolution-view.ts';

const caseFilter = {
  phase: z.enum(CasePhase).exactOptional(),
  origin: z.enum(CaseOrigin).exactOptional(),
  officerId: pathId.exactOptional(),
  personId: pathId.exactOptional(),
  venueCode: z.string().max(20).exactOptional().meta({ example: 'upbit' }),
  number: z.string().max(20).exactOptional().meta({ description: '사건번호의 일부', example: '000012' }),
  overdue: flagText.exactOptional().meta({ description: '단계의 기한이 지난 사건만' }),
};

function whereOf({ number, overdue, ...equal }: z.output<z.ZodObject<typeof caseFilter>>, today: CivilDate): Prisma.SeizureCaseWhereInput {
  const past = { phase: { notIn: [...ENDED_PHASES] }, phaseDeadlineOn: { lt: dayToColumn(today) } };
  return {
    ...equal,
    ...(number === undefined ? {} : { number: { contains: number } }),
    ...(overdue === undefined ? {} : overdue ? { AND: past } : { NOT: past }),
  };
}

const listRoutes: readonly Route[] = [
  read({
    operationId: 'listCases',
    tag: 'seizure',
    summary: '압류 사건 목록',
    path: '/cases',
    permission: 'case.read',
    params: NONE,
    query: z.object({ ...pageQuery, ...caseFilter }),
    answer: pageAnswer(caseSummaryAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const today = seoulDay(database.clock.now());
      const cases = await database.read.seizureCase.findMany({ ...page, where: { ...where, ...whereOf(filter, today) } });
      return toPage(cases, { limit }, (each) => toCaseSummary(each, today));
    },
  }),
  read({
    operationId: 'listOverdueCases',
    tag: 'seizure',
    summary: '단계의 기한이 지난 사건 (가장 오래된 것부터)',
    path: '/cases/overdue',
    permission: 'case.read',
    params: NONE,
    query: NONE,
    answer: z.array(caseSummaryAnswer),
    handle: async ({ services: { database } }) => {
      const today = seoulDay(database.clock.now());
      const overdue = await overdueCases(database.read, today);
      const cases = await database.read.seizureCase.findMany({ where: { id: { in: overdue.map(({ caseId }) => caseId) } } });
      const byId = new Map(cases.map((each) => [each.id, each]));
      return overdue.flatMap(({ caseId }) => {
        const found = byId.get(caseId);
        return found === undefined ? [] : [toCaseSummary(found, today)];
      });
    },
  }),
  read({
    operationId: 'listReleasableCases',
    tag: 'seizure',
    summary: '체납액이 없고 보관한 것도 없어 해제하여야 하는 사건',
    path: '/cases/releasable',
    permission: 'case.read',
    params: NONE,
    query: NONE,
    answer: z.array(z.object({ caseId: rowId, number: z.string().meta({ example: '2026-000012' }) })),
    handle: async ({ services: { database }, principal }) => {
      const cases = await database.work(principal.actor, (work) => releasableCases(work));
      return [...cases];
    },
  }),
  read({
    operationId: 'listHoldingAges',
    tag: 'custody',
    summary: '압류 자산의 경과 일수 (오래된 것부터)',
    path: '/holdings/ageing',
    permission: 'case.read',
    params: NONE,
    query: NONE,
    answer: z.array(
      z.object({
        holdingId: rowId,
        caseId: rowId,
        caseNumber: z.string().meta({ example: '2026-000012' }),
        asset: assetCode,
        state: z.enum(HoldingState),
        quantity: decimalText,
        seizedDays: z.int().meta({ example: 41 }),
        unmovedDays: z.int().nullable().meta({ example: 12 }),
        unsoldDays: z.int().nullable().meta({ example: 12 }),
      }),
    ),
    handle: async ({ services: { database } }) => {
      const ages = await holdingAges(database.read, database.clock.now());
      return ages.map(({ quantity, unmovedDays, unsoldDays, ...age }) => ({
        ...age,
        quantity: quantity.toString(),
        unmovedDays: unmovedDays ?? null,
        unsoldDays: unsoldDays ?? null,
      }));
    },
  }),
];

const receiptAnswer = z.object({
  holdingId: rowId,
  asset: assetCode,
  state: z.enum(HoldingState),
  demanded: decimalText,
  received: decimalText,
  outstanding: decimalText,
  short: decimalText,
  deadlineOn: dayText.nullable(),
  isOverdue: z.boolean(),
  codes: z.array(z.object({ code: z.string(), title: z.string() })).meta({ example: [] }),
  resolutions: resolutionsAnswer,
});

/** What a telephone call needs, and nothing that names anybody but the official in charge. */
const callAnswer = z.object({
  number: z.string().meta({ example: '2026-000012' }),
  phaseTitle: z.string().meta({ example: '보관' }),
  nextStep: z.string().meta({ example: '체납자와 권리자 모두에게 매각 통지서를 보냅니다.' }),
  deadlineOn: dayText.nullable(),
  division: z.string().meta({ example: '징수과' }),
  official: z.string().meta({ example: '표본 주무관' }),
});

export const caseRoutes: readonly Route[] = [
  ...listRoutes,
  read({
    operationId: 'answerCall',
    tag: 'seizure',
    summary: '전화 상담에 필요한 사건의 단계와 담당자',
    path: '/calls/cases/{number}',
    permission: 'case.read_minimal',
    params: z.object({ number: z.string().max(20).meta({ example: '2026-000012' }) }),
    query: NONE,
    answer: callAnswer,
    handle: async ({ services: { database }, params: { number } }) => {
      const seizureCase = await database.read.seizureCase.findUnique({ where: { number } });
      if (seizureCase === null) throw new CheongsanError('NOT_FOUND', 'There is no case of this number.');
      const officer = await database.read.userAccount.findUniqueOrThrow({ where: { id: seizureCase.officerId } });
      const { phaseTitle, nextStep, deadlineOn } = toCaseSummary(seizureCase, seoulDay(database.clock.now()));
      return { number, phaseTitle, nextStep, deadlineOn, division: officer.division, official: officer.displayName };
    },
  }),
  read({
    operationId: 'getCase',
    tag: 'seizure',
    summary: '압류 사건의 모든 내용과 다음 할 일',
    path: '/cases/{caseId}',
    permission: 'case.read',
    params: z.object({ caseId: pathId }),
    query: NONE,
    answer: caseAnswer,
    handle: ({ services: { database }, params: { caseId } }) => viewCase(database.read, caseId, database.clock.now()),
  }),
  read({
    operationId: 'listReceiptsOfCase',
    tag: 'custody',
    summary: '요구한 수량과 받은 수량',
    path: '/cases/{caseId}/coin-receipts',
    permission: 'case.read',
    params: z.object({ caseId: pathId }),
    query: NONE,
    answer: z.array(receiptAnswer),
    handle: async ({ services: { database }, params: { caseId } }) => {
      await assertCaseExists(database.read, caseId);
      const receipts = await receiptsOfCase(database.read, caseId, database.clock.now());
      return receipts.map(({ demanded, received, outstanding, short, deadlineOn, codes, resolutions, ...rest }) => ({
        ...rest,
        demanded: demanded.toString(),
        received: received.toString(),
        outstanding: outstanding.toString(),
        short: short.toString(),
        deadlineOn: deadlineOn ?? null,
        codes: [...codes],
        resolutions: toResolutions(resolutions),
      }));
    },
  }),
];
