import { z } from 'zod';
import { DistributionState } from '../../database/generated/enums.ts';
import type { Work } from '../../database/work.ts';
import { renderPdf } from '../../document/pdf.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { readPerson } from '../../person/read.ts';
import { lockCase } from '../../seizure/locked-case.ts';
import { finishDistribution } from '../../treasury/distribution.ts';
import { draftDistribution, redraftDistribution } from '../../treasury/distribution-draft.ts';
import { readDistributionFacts } from '../../treasury/distribution-facts.ts';
import { issueDistributionNotices } from '../../treasury/distribution-notices.ts';
import { statementDocument } from '../../treasury/letters/statement.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { PDF_TYPE } from '../files.ts';
import { agencyInput } from '../letters.ts';
import { command, download, NONE, type Route, read } from '../route.ts';
import { dayInput, dayText, lineText, pageAnswer, pageArgs, pageQuery, pathId, reasonText, rowId, toPage } from '../schemas.ts';
import {
  distributionAnswer,
  distributionLineAnswer,
  objectionAnswer,
  toDistribution,
  toDistributionLine,
  toObjection,
} from '../views/distribution-view.ts';

const distributionParams = z.object({ distributionId: pathId });
const distributionItem = rowId.meta({ description: '배분', example: 7 });

const readRoutes: readonly Route[] = [
  read({
    operationId: 'listDistributions',
    tag: 'treasury',
    summary: '배분 목록',
    path: '/distributions',
    permission: 'ledger.read',
    params: NONE,
    query: z.object({ ...pageQuery, caseId: pathId.exactOptional(), state: z.enum(DistributionState).exactOptional() }),
    answer: pageAnswer(distributionAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const distributions = await database.read.distribution.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(distributions, { limit }, toDistribution);
    },
  }),
  read({
    operationId: 'getDistribution',
    tag: 'treasury',
    summary: '배분 한 건과 순위별 금액, 이의',
    path: '/distributions/{distributionId}',
    permission: 'ledger.read',
    params: distributionParams,
    query: NONE,
    answer: distributionAnswer.extend({ lines: z.array(distributionLineAnswer), objections: z.array(objectionAnswer) }),
    handle: async ({ services: { database }, params: { distributionId } }) => {
      const distribution = await database.read.distribution.findUnique({
        where: { id: distributionId },
        include: { lines: { orderBy: { rank: 'asc' } }, objections: { orderBy: { id: 'asc' } } },
      });
      if (distribution === null) throw new CheongsanError('NOT_FOUND', `There is no distribution ${distributionId}.`);
      return {
        ...toDistribution(distribution),
        lines: distribution.lines.map(toDistributionLine),
        objections: distribution.objections.map(toObjection),
      };
    },
  }),
  download({
    operationId: 'downloadDistributionStatement',
    tag: 'treasury',
    summary: '비치할 배분계산서 (체납자 열람이 기록됨)',
    path: '/distributions/{distributionId}/statement',
    permission: 'distribution.draft',
    params: distributionParams,
    query: NONE,
    mediaTypes: [PDF_TYPE],
    handle: async ({ services: { database, keys }, principal, params: { distributionId } }) => {
      const { document, createdAt } = await database.work(principal.actor, async (work) => {
        const facts = await readDistributionFacts(work.tx, distributionId);
        const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: facts.caseId }, select: { personId: true } });
        const { name, sample } = await readPerson(work, keys, personId, 'distribution.statement');
        const stamp = { number: facts.number, issuedOn: facts.draftFiledOn, isSample: sample };
        return { document: statementDocument(facts, name, stamp), createdAt: work.at };
      });
      return { mediaType: PDF_TYPE, fileName: `${document.reference}.pdf`, content: await renderPdf(document, { createdAt }) };
    },
  }),
];

const draftRoutes: readonly Route[] = [
  bulk({
    operationId: 'draftDistributions',
    tag: 'treasury',
    summary: '배분계산서 원안을 작성하여 비치 (자동으로 되지 않은 사건)',
    path: '/distributions',
    permission: 'distribution.draft',
    item: z.strictObject({
      caseId: rowId,
      distributionOn: dayInput.exactOptional().meta({ description: '배분기일, 없으면 가능한 첫 평일' }),
      extensionReason: lineText(500, '거래소 입금이 늦어짐').exactOptional().meta({ description: '법의 기한보다 늦을 때 그 사유' }),
    }),
    idOf: ({ caseId }) => caseId,
    common: NONE,
    result: z.object({ distributionId: rowId, distributionOn: dayText }),
    prepare: nothingToPrepare,
    handle: async (work, _input, request) => {
      const { id, distributionOn } = toDistribution(await draftDistribution(work, request));
      return { distributionId: id, distributionOn };
    },
  }),
  command({
    operationId: 'redraftDistribution',
    tag: 'treasury',
    summary: '원안을 지금 장부대로 다시 작성',
    path: '/distributions/{distributionId}/redraft',
    permission: 'distribution.draft',
    params: distributionParams,
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: z.object({ distributionId: rowId.nullable().meta({ description: '새 원안, 나눌 것이 없으면 null' }) }),
    handle: async (work, { params: { distributionId }, body: { reason } }) => {
      const draft = await redraft(work, distributionId, reason);
      return { distributionId: draft?.id ?? null };
    },
  }),
];

async function redraft(work: Work, distributionId: number, reason: string) {
  const { caseId } = await readDistributionFacts(work.tx, distributionId);
  const seizureCase = await lockCase(work, caseId);
  const draft = await work.tx.distribution.findUniqueOrThrow({ where: { id: distributionId } });
  if (draft.state !== 'drafted')
    throw new CheongsanError('CONFLICT', `Distribution ${draft.number} is ${draft.state} and no draft any more.`);
  return redraftDistribution(work, seizureCase, draft, reason);
}

export const distributionRoutes: readonly Route[] = [
  ...readRoutes,
  ...draftRoutes,
  bulk({
    operationId: 'issueDistributionNotices',
    tag: 'treasury',
    summary: '배분기일 통지서를 받을 사람 모두에게 작성',
    path: '/distributions/notices',
    permission: 'distribution.draft',
    item: distributionItem,
    idOf: (distributionId) => distributionId,
    common: z.object({ agency: agencyInput }),
    result: z.object({ noticeIds: z.array(rowId) }),
    prepare: nothingToPrepare,
    handle: async (work, { services, body: { agency } }, distributionId) => ({
      noticeIds: [...(await issueDistributionNotices(work, services.keys, { distributionId, agency }))],
    }),
  }),
  bulk({
    operationId: 'finishDistributions',
    tag: 'treasury',
    summary: '배분기일이 지난 배분을 확정',
    path: '/distributions/finish',
    permission: 'distribution.finish',
    item: distributionItem,
    idOf: (distributionId) => distributionId,
    common: NONE,
    result: z.object({
      outcome: z.enum(['final', 'redrafted', 'over_before']),
      draftId: rowId.nullable().meta({ description: '다시 비치한 원안', example: null }),
    }),
    prepare: nothingToPrepare,
    handle: async (work, _input, distributionId) => {
      const { outcome, draftId } = await finishDistribution(work, { distributionId });
      return { outcome, draftId: draftId ?? null };
    },
  }),
];
