import { z } from 'zod';
import { drawCaseReport } from '../../registers/execution/case-plot.ts';
import { readCaseReport } from '../../registers/execution/case-report.ts';
import { readPeriodReport } from '../../registers/execution/period-report.ts';
import { casesCsv, fillsCsv } from '../../registers/execution/report-files.ts';
import { CSV_FILE_TYPES, csvType, SVG_TYPE, textEncoding } from '../files.ts';
import { download, NONE, type Route, read } from '../route.ts';
import { dayInput, pathId } from '../schemas.ts';
import { caseExecutionAnswer, periodExecutionAnswer, toCaseExecution, toPeriodExecution } from '../views/execution-view.ts';

const caseParams = z.object({ caseId: pathId });
const period = {
  fromDay: dayInput.meta({ description: '첫날 (서울). 명령줄에서는 --from' }),
  untilDay: dayInput.meta({ description: '마지막 날 (서울, 포함). 명령줄에서는 --to' }),
};

export const executionReportRoutes: readonly Route[] = [
  read({
    operationId: 'getCaseExecution',
    tag: 'sale',
    summary: '사건의 매각 집행 보고: 도착가·자진기간 시작가 대비 비용, 체결, 보호 장치',
    path: '/cases/{caseId}/execution-report',
    permission: 'case.read',
    params: caseParams,
    query: NONE,
    answer: caseExecutionAnswer,
    handle: async ({ services: { database }, params: { caseId } }) => toCaseExecution(await readCaseReport(database.read, caseId)),
  }),
  download({
    operationId: 'downloadCaseExecutionFills',
    tag: 'sale',
    summary: '사건의 매각 집행 보고 파일 (체결마다 한 행)',
    path: '/cases/{caseId}/execution-report/fills',
    permission: 'case.read',
    params: caseParams,
    query: z.object({ encoding: textEncoding }),
    mediaTypes: CSV_FILE_TYPES,
    handle: async ({ services: { database }, params: { caseId }, query: { encoding } }) => {
      const report = await readCaseReport(database.read, caseId);
      return { mediaType: csvType(encoding), fileName: `execution-case-${caseId}.csv`, content: await fillsCsv(report, encoding) };
    },
  }),
  download({
    operationId: 'downloadCaseExecutionPlot',
    tag: 'sale',
    summary: '사건의 매각 집행 그림: 가격과 체결, 계획과 매각 (SVG)',
    path: '/cases/{caseId}/execution-report/plot',
    permission: 'case.read',
    params: caseParams,
    query: NONE,
    mediaTypes: [SVG_TYPE],
    handle: async ({ services: { database }, params: { caseId } }) => {
      const drawing = await drawCaseReport(database.read, await readCaseReport(database.read, caseId));
      return { mediaType: SVG_TYPE, fileName: `execution-case-${caseId}.svg`, content: Buffer.from(drawing, 'utf8') };
    },
  }),
  read({
    operationId: 'getPeriodExecution',
    tag: 'sale',
    summary: '기간의 매각 집행 보고: 합계, 종목과 거래소별, 비용이 큰 사건, 보호 장치',
    path: '/execution-report',
    permission: 'report.read',
    params: NONE,
    query: z.object(period),
    answer: periodExecutionAnswer,
    handle: async ({ services: { database }, query: { fromDay, untilDay } }) =>
      toPeriodExecution(await readPeriodReport(database.read, fromDay, untilDay)),
  }),
  download({
    operationId: 'downloadPeriodExecutionCases',
    tag: 'sale',
    summary: '기간의 매각 집행 보고 파일 (사건마다 한 행)',
    path: '/execution-report/cases',
    permission: 'report.read',
    params: NONE,
    query: z.object({ ...period, encoding: textEncoding }),
    mediaTypes: CSV_FILE_TYPES,
    handle: async ({ services: { database }, query: { fromDay, untilDay, encoding } }) => {
      const report = await readPeriodReport(database.read, fromDay, untilDay);
      const fileName = `execution-${fromDay}-${untilDay}.csv`;
      return { mediaType: csvType(encoding), fileName, content: await casesCsv(report, encoding) };
    },
  }),
];
