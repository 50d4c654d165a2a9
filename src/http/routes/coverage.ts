import { z } from 'zod';
import { CasePhase } from '../../database/generated/enums.ts';
import {
  type CaseCoverage,
  type CoverageView,
  coverageHistory,
  latestCoverage,
  STANDING_TITLES,
  SUGGESTION_TITLES,
  worstCoverage,
} from '../../liquidation/coverage-view.ts';
import { COVERAGE_STANDINGS, SUGGESTION_CODES } from '../../valuation/coverage/result.ts';
import { assertCaseExists } from '../known-case.ts';
import { type Route, read } from '../route.ts';
import { assetCode, dayText, decimalText, factsAnswer, instantText, pageQuery, pathId, rowId, wonText } from '../schemas.ts';

const standingAnswer = z.enum(COVERAGE_STANDINGS).meta({
  description: Object.entries(STANDING_TITLES)
    .map(([code, title]) => `${code}: ${title}`)
    .join(', '),
  example: 'at_risk',
});

const shareText = decimalText.meta({ description: '비율', example: '0.8735' });

const pointAnswer = z.object({
  id: rowId,
  readAt: instantText,
  saleOn: dayText.meta({ description: '매각 예정일', example: '2026-04-20' }),
  standing: standingAnswer,
  standingTitle: z.string().meta({ example: '부족 위험' }),
  probability: shareText.nullable().meta({ description: '모두 충당할 가능성, 알 수 없으면 null' }),
  valueKrw: wonText.meta({ description: '지금 가격의 평가액' }),
  needKrw: wonText.meta({ description: '정산 예정일의 체납액과 비용' }),
  shortfall95Krw: wonText.nullable().meta({ description: '100번 가운데 95번은 이보다 적게 모자람', example: '130000' }),
});

const suggestionAnswer = z.object({
  code: z.enum(SUGGESTION_CODES).meta({ example: 'demand_more' }),
  title: z.string().meta({ example: '추가 압류·이전 요구' }),
  reasons: factsAnswer.meta({ example: { confidence: '0.95', missingKrw: '130000', worthTodayKrw: '170000' } }),
});

const coverageAnswer = pointAnswer
  .extend({
    caseId: rowId,
    ruleVersion: z.string().meta({ example: 'coverage-1' }),
    policyVersion: z.string(),
    inputsDigest: z.string(),
    standardError: shareText.nullable().meta({ description: '모의 횟수에 따른 가능성의 표준오차', example: '0.0053' }),
    netValueKrw: wonText.meta({ description: '매각 비용을 뺀 평가액' }),
    cashKrw: wonText.meta({ description: '이미 팔아 받은 금액' }),
    breakEvenFall: z.string().nullable().meta({ description: '모두 충당할 수 있는 가격 하락 폭, 음수이면 올라야 함', example: '0.115' }),
    shortfallKrw: z.object({ p50: wonText, p90: wonText, p95: wonText, p99: wonText }).nullable(),
    expectedShortfallKrw: wonText.nullable().meta({ description: '모자라는 경우의 평균 부족액' }),
    coins: z.array(
      z.object({
        caseId: rowId,
        asset: assetCode,
        units: decimalText,
        state: z.enum(['priced', 'untraded', 'unpriced']),
        model: z.enum(['own', 'proxy', 'none']).meta({ description: '변동을 종목 자신, 대표 시장에서 구했는지, 모르는지' }),
        usableDays: z.int().meta({ example: 364 }),
        valueKrw: wonText,
        dailyVolatility: shareText.nullable().meta({ description: '하루 변동성', example: '0.031' }),
      }),
    ),
    suggestions: z.array(suggestionAnswer),
  })
  .meta({ id: 'Coverage', description: '매각 예정일에 체납액을 모두 충당할 가능성' });

const caseCoverageAnswer = pointAnswer.extend({
  caseId: rowId,
  caseNumber: z.string().meta({ example: '2026-000012' }),
  phase: z.enum(CasePhase),
  officerId: rowId,
  suggestions: z.array(suggestionAnswer),
});

function toPoint({ id, readAt, saleOn, result }: CoverageView): z.input<typeof pointAnswer> {
  return {
    id,
    readAt: readAt.toISOString(),
    saleOn,
    standing: result.standing,
    standingTitle: STANDING_TITLES[result.standing],
    probability: result.probability,
    valueKrw: result.valueKrw,
    needKrw: result.needKrw,
    shortfall95Krw: result.shortfallKrw?.p95 ?? null,
  };
}

function toSuggestions({ result }: CoverageView): z.input<typeof suggestionAnswer>[] {
  return result.suggestions.map(({ code, reasons }) => ({ code, title: SUGGESTION_TITLES[code], reasons }));
}

function toCoverage(view: CoverageView): z.input<typeof coverageAnswer> {
  const { caseId, ruleVersion, policyVersion, inputsDigest, result } = view;
  const { standardError, netValueKrw, cashKrw, breakEvenFall, shortfallKrw, expectedShortfallKrw, coins } = result;
  return {
    ...toPoint(view),
    caseId,
    ruleVersion,
    policyVersion,
    inputsDigest,
    standardError,
    netValueKrw,
    cashKrw,
    breakEvenFall,
    shortfallKrw,
    expectedShortfallKrw,
    coins,
    suggestions: toSuggestions(view),
  };
}

function toCaseCoverage({ caseNumber, phase, officerId, reading }: CaseCoverage): z.input<typeof caseCoverageAnswer> {
  return { ...toPoint(reading), caseId: reading.caseId, caseNumber, phase, officerId, suggestions: toSuggestions(reading) };
}

const beforeQuery = { before: pathId.optional().meta({ description: '이 번호 앞부터' }), limit: pageQuery.limit };

export const coverageRoutes: readonly Route[] = [
  read({
    operationId: 'getCoverage',
    tag: 'sale',
    summary: '사건의 충당 가능성: 마지막 계산과 지난 계산 (최근부터)',
    path: '/cases/{caseId}/coverage',
    permission: 'case.read',
    params: z.object({ caseId: pathId }),
    query: z.object(beforeQuery),
    answer: z.object({
      latest: coverageAnswer.nullable(),
      history: z.array(pointAnswer),
      next: rowId.nullable().meta({ description: '다음 쪽을 읽을 before 값, 없으면 끝', example: null }),
    }),
    handle: async ({ services: { database }, params: { caseId }, query: { before, limit } }) => {
      await assertCaseExists(database.read, caseId);
      const latest = await latestCoverage(database.read, caseId);
      const readings = await coverageHistory(database.read, caseId, { before, limit: limit + 1 });
      const kept = readings.slice(0, limit);
      return {
        latest: latest === undefined ? null : toCoverage(latest),
        history: kept.map(toPoint),
        next: readings.length > limit ? (kept.at(-1)?.id ?? null) : null,
      };
    },
  }),
  read({
    operationId: 'listCoverage',
    tag: 'sale',
    summary: '팔 자산이 있는 사건의 충당 가능성 (낮은 것부터)',
    path: '/coverage',
    permission: 'case.read',
    params: z.object({}),
    query: z.object({ standing: standingAnswer.exactOptional(), officerId: pathId.exactOptional(), limit: pageQuery.limit }),
    answer: z.array(caseCoverageAnswer),
    handle: async ({ services: { database }, query: { limit, ...filter } }) =>
      (await worstCoverage(database.read, filter, limit)).map(toCaseCoverage),
  }),
];
