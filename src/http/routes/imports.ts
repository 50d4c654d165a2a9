import { z } from 'zod';
import { importTransferReport } from '../../custody/transfer-report.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { importServiceResults } from '../../notice/service-results-import.ts';
import { importOldSeizures } from '../../seizure/old-seizure-import.ts';
import { importHoldingsReply } from '../../seizure/reply-import.ts';
import { importDelinquentLedger } from '../../tax/import-ledger.ts';
import { importOfficialBalances } from '../../tax/official-balance.ts';
import { importBankStatement } from '../../treasury/bank-statement.ts';
import { TABLE_TYPES } from '../files.ts';
import { checkedMode, importAnswer, storeMode, toImportAnswer } from '../import-answer.ts';
import { NONE, type Route, upload } from '../route.ts';
import { flagText, lineText, pathId } from '../schemas.ts';
import { rulesOfService } from '../service-rules.ts';

/** What all files have in common. */
const FILE = { tag: 'import', params: NONE, mediaTypes: TABLE_TYPES, answer: importAnswer } as const;

const ledgerFiles: readonly Route[] = [
  upload({
    ...FILE,
    operationId: 'importDelinquentLedger',
    summary: '체납 자료 파일 반입',
    path: '/imports/delinquent-ledger',
    permission: 'bill.import',
    query: z.object({ mode: checkedMode }),
    handle: async ({ services, principal: { actor }, query: { mode }, body: content }) => {
      const input = { content, actor, checkOnly: mode === 'check', acceptGoodRows: mode === 'accept_good' };
      const { report, ...file } = await importDelinquentLedger(services, input);
      const { errors, ...outcome } = report;
      return toImportAnswer({ ...file, errors, outcome });
    },
  }),
  upload({
    ...FILE,
    operationId: 'importOfficialBalances',
    summary: '지방세 전산망의 체납 잔액 반입 (장부와 대조만 함)',
    path: '/imports/official-balances',
    permission: 'bill.import',
    query: z.object({ mode: checkedMode }),
    handle: async ({ services, principal: { actor }, query: { mode }, body: content }) => {
      const input = { content, actor, checkOnly: mode === 'check', acceptGoodRows: mode === 'accept_good' };
      const { report, ...file } = await importOfficialBalances(services, input);
      return toImportAnswer({ ...file, errors: report.errors, outcome: report.counts });
    },
  }),
  upload({
    ...FILE,
    operationId: 'importOldSeizures',
    summary: '이 서비스를 쓰기 전의 압류 반입',
    path: '/imports/old-seizures',
    permission: 'seizure.propose',
    query: z.object({ mode: storeMode, officerId: pathId.meta({ description: '사건을 맡을 사람', example: '2' }) }),
    handle: async ({ services: { database, keys }, principal: { actor }, query: { mode, officerId }, body }) => {
      const options = { officerId, takeGoodRows: mode === 'accept_good' };
      const { counts, ...file } = await importOldSeizures(database, keys, actor, body, options);
      return toImportAnswer({ ...file, outcome: counts });
    },
  }),
];

const answerFiles: readonly Route[] = [
  upload({
    ...FILE,
    operationId: 'importHoldingsReply',
    summary: '거래소의 보유 내역 회신 반입',
    path: '/imports/holdings-reply',
    permission: 'inquiry.run',
    query: z.object({ mode: storeMode }),
    handle: async ({ services: { database, keys }, principal: { actor }, query: { mode }, body }) => {
      const { counts, ...file } = await importHoldingsReply(database, keys, actor, body, { takeGoodRows: mode === 'accept_good' });
      return toImportAnswer({ ...file, outcome: counts });
    },
  }),
  upload({
    ...FILE,
    operationId: 'importTransferReport',
    summary: '거래소의 이전 결과 회신 반입',
    path: '/imports/transfer-report',
    permission: 'custody.record',
    query: z.object({ mode: storeMode }),
    handle: async ({ services: { database }, principal: { actor }, query: { mode }, body }) => {
      const { counts, ...file } = await importTransferReport(database, actor, body, { takeGoodRows: mode === 'accept_good' });
      return toImportAnswer({ ...file, outcome: counts });
    },
  }),
  upload({
    ...FILE,
    operationId: 'importServiceResults',
    summary: '우편 송달 결과 반입',
    path: '/imports/service-results',
    permission: 'service.record',
    query: z.object({ mode: storeMode }),
    handle: async ({ services: { database, keys }, principal: { actor }, query: { mode }, body: content }) => {
      const rules = await rulesOfService(database.read, seoulDay(database.clock.now()));
      const input = { content, rules, takeGoodRows: mode === 'accept_good' };
      const { importFileId, state, repeated, rowCount, badCount, errors, served, returned, unchanged } = await importServiceResults(
        database,
        keys,
        actor,
        input,
      );
      return toImportAnswer({ importFileId, state, repeated, rowCount, badCount, errors, outcome: { served, returned, unchanged } });
    },
  }),
  upload({
    ...FILE,
    operationId: 'importBankStatement',
    summary: '금고 입출금 내역 반입',
    path: '/imports/bank-statement',
    permission: 'bank.import',
    query: z.object({
      acceptUnmatched: flagText.default(false).meta({ description: '맞는 건이 없는 줄도 미확인 입금으로 저장', example: 'false' }),
      accountLabel: lineText(100, '세외금고 1').exactOptional().meta({ description: '기준값의 계좌가 아닐 때 그 이름' }),
    }),
    handle: async ({ services: { database, keys }, principal: { actor }, query, body }) => {
      const { counts, ...file } = await importBankStatement(database, keys, actor, body, query);
      return toImportAnswer({ ...file, outcome: counts });
    },
  }),
];

export const uploadRoutes: readonly Route[] = [...ledgerFiles, ...answerFiles];
