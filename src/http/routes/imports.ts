import { z } from 'zod';
import { importTransferReport } from '../../custody/transfer-report.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { importServiceResults } from '../../notice/service-results-import.ts';
import { importOldSeizures } from '../../seizure/old-seizure-import.ts';
import { importHoldingsReply } from '../../seizure/reply-import.ts';
import { importDelinquentLedger } from '../../tax/import-ledger.ts';
import { importBillUpdates } from '../../tax/import-updates.ts';
import { importOfficialBalances } from '../../tax/official-balance.ts';
import { importBankStatement } from '../../treasury/bank-statement.ts';
import { type FileImport, fileImport } from '../file-import.ts';
import { checkedMode, storeMode } from '../import-answer.ts';
import type { Route } from '../route.ts';
import { flagText, lineText, pathId } from '../schemas.ts';
import { rulesOfService } from '../service-rules.ts';

const ledgerFiles: readonly FileImport[] = [
  fileImport({
    name: 'delinquent-ledger',
    operationId: 'importDelinquentLedger',
    summary: '체납 자료 파일 반입',
    permission: 'bill.import',
    query: z.object({ mode: checkedMode }),
    take: async (services, { query: { mode }, ...file }) => {
      const input = { ...file, checkOnly: mode === 'check', acceptGoodRows: mode === 'accept_good' };
      const { report, ...stored } = await importDelinquentLedger(services, input);
      const { errors, errorCount, ...outcome } = report;
      return { ...stored, errors, errorCount, outcome };
    },
  }),
  fileImport({
    name: 'bill-updates',
    operationId: 'importBillUpdates',
    summary: '체납액 변동 반입 (들어온 때부터 매각을 멈춤)',
    permission: 'bill_update.propose',
    query: z.object({ mode: checkedMode }),
    take: async (services, { content, actor, query: { mode } }) => {
      const input = { content, actor, checkOnly: mode === 'check', acceptGoodRows: mode === 'accept_good' };
      const { counts, ...stored } = await importBillUpdates(services, input);
      return { ...stored, outcome: counts };
    },
  }),
  fileImport({
    name: 'official-balances',
    operationId: 'importOfficialBalances',
    summary: '지방세 전산망의 체납 잔액 반입 (장부와 대조만 함)',
    permission: 'bill.import',
    query: z.object({ mode: checkedMode }),
    take: async (services, { content, actor, query: { mode } }) => {
      const input = { content, actor, checkOnly: mode === 'check', acceptGoodRows: mode === 'accept_good' };
      const { counts, ...stored } = await importOfficialBalances(services, input);
      return { ...stored, outcome: counts };
    },
  }),
  fileImport({
    name: 'old-seizures',
    operationId: 'importOldSeizures',
    summary: '이 서비스를 쓰기 전의 압류 반입',
    permission: 'seizure.propose',
    query: z.object({ mode: storeMode, officerId: pathId.meta({ description: '사건을 맡을 사람', example: '2' }) }),
    take: async ({ database, keys }, { content, actor, query: { mode, officerId } }) => {
      const options = { officerId, acceptGoodRows: mode === 'accept_good' };
      const { counts, ...stored } = await importOldSeizures(database, keys, actor, content, options);
      return { ...stored, outcome: counts };
    },
  }),
];

const answerFiles: readonly FileImport[] = [
  fileImport({
    name: 'holdings-reply',
    operationId: 'importHoldingsReply',
    summary: '거래소의 보유 내역 회신 반입',
    permission: 'inquiry.run',
    query: z.object({ mode: storeMode }),
    take: async ({ database, keys }, { content, actor, query: { mode } }) => {
      const { counts, ...stored } = await importHoldingsReply(database, keys, actor, content, { acceptGoodRows: mode === 'accept_good' });
      return { ...stored, outcome: counts };
    },
  }),
  fileImport({
    name: 'transfer-report',
    operationId: 'importTransferReport',
    summary: '거래소의 이전 결과 회신 반입',
    permission: 'custody.record',
    query: z.object({ mode: storeMode }),
    take: async ({ database }, { content, actor, query: { mode } }) => {
      const { counts, ...stored } = await importTransferReport(database, actor, content, { acceptGoodRows: mode === 'accept_good' });
      return { ...stored, outcome: counts };
    },
  }),
  fileImport({
    name: 'service-results',
    operationId: 'importServiceResults',
    summary: '우편 송달 결과 반입',
    permission: 'service.record',
    query: z.object({ mode: storeMode }),
    take: async ({ database, keys }, { content, actor, query: { mode } }) => {
      const rules = await rulesOfService(database.read, seoulDay(database.clock.now()));
      const input = { content, rules, acceptGoodRows: mode === 'accept_good' };
      const { counts, ...stored } = await importServiceResults(database, keys, actor, input);
      return { ...stored, outcome: counts };
    },
  }),
  fileImport({
    name: 'bank-statement',
    operationId: 'importBankStatement',
    summary: '금고 입출금 내역 반입',
    permission: 'bank.import',
    query: z.object({
      acceptUnmatched: flagText.default(false).meta({ description: '맞는 건이 없는 줄도 미확인 입금으로 저장', example: 'false' }),
      accountLabel: lineText(100, '세외금고 1').exactOptional().meta({ description: '기준값의 계좌가 아닐 때 그 이름' }),
    }),
    take: async ({ database, keys }, { content, actor, query }) => {
      const { counts, ...stored } = await importBankStatement(database, keys, actor, content, query);
      return { ...stored, outcome: counts };
    },
  }),
];

/** Every kind of file that comes in, in the order in which the work goes. */
export const fileImports: readonly FileImport[] = [...ledgerFiles, ...answerFiles];

export const uploadRoutes: readonly Route[] = fileImports.map(({ route }) => route);
