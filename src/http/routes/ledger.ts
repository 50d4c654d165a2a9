import { z } from 'zod';
import type { Prisma } from '../../database/generated/client.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { balances, balancesAt, trialBalance } from '../../ledger/balance.ts';
import { CHART, type ChartCode } from '../../ledger/chart.ts';
import { NONE, type Route, read } from '../route.ts';
import { dayText, instantInput, instantText, ledgerAssetCode, pathLongId } from '../schemas.ts';
import { accountAnswer } from '../views/ledger-view.ts';

const at = instantInput.exactOptional().meta({ description: '이 시각의 잔액, 없으면 지금' });
const figure = z.string().meta({ example: '1200000' });
const place = z.string().max(100).exactOptional().meta({ example: 'account:1' });
const subject = z.string().max(100).exactOptional().meta({ example: 'case:12' });

const CHART_CODES = Object.values(CHART) satisfies readonly ChartCode[];

const balanceRoutes: readonly Route[] = [
  read({
    operationId: 'getTrialBalance',
    tag: 'trace',
    summary: '합계잔액시산표',
    path: '/ledger/trial-balance',
    permission: 'ledger.read',
    params: NONE,
    query: z.object({ at }),
    answer: z.object({
      at: instantText,
      rows: z.array(
        z.object({
          chart: z.string().meta({ example: '1310' }),
          name: z.string().meta({ example: '금고 예치금' }),
          asset: ledgerAssetCode,
          debit: figure.nullable(),
          credit: figure.nullable(),
          balance: figure,
        }),
      ),
    }),
    handle: async ({ services: { database }, query }) => {
      const instant = query.at ?? database.clock.now();
      return { at: instant.toISOString(), rows: await trialBalance(database.read, instant) };
    },
  }),
  read({
    operationId: 'listLedgerBalances',
    tag: 'trace',
    summary: '계정과목 아래 계정들의 잔액',
    path: '/ledger/balances',
    permission: 'ledger.read',
    params: NONE,
    query: z.object({
      chart: z.enum(CHART_CODES).meta({ description: '계정과목', example: '1110' }),
      asset: ledgerAssetCode.exactOptional(),
      subject,
      place,
      at,
    }),
    answer: z.array(accountAnswer.omit({ name: true })),
    handle: ({ services: { database }, query: { at: instant, ...filter } }) =>
      instant === undefined ? balances(database.read, filter) : balancesAt(database.read, filter, instant),
  }),
  read({
    operationId: 'listLedgerChart',
    tag: 'trace',
    summary: '계정과목표',
    path: '/ledger/chart',
    permission: 'ledger.read',
    params: NONE,
    query: NONE,
    answer: z.array(
      z.object({
        code: z.string().meta({ example: '1310' }),
        name: z.string().meta({ example: '금고 예치금' }),
        normalSide: z.string().meta({ example: 'debit' }),
        guarded: z.boolean().meta({ description: '반대편 잔액을 허용하지 않음', example: true }),
      }),
    ),
    handle: async ({ services: { database } }) => {
      const chart = await database.read.ledgerChart.findMany({ orderBy: { code: 'asc' } });
      return chart.map(({ code, name, normalSide, guarded }) => ({ code, name, normalSide, guarded }));
    },
  }),
];

const WITH_LINES = { lines: { orderBy: { lineNumber: 'asc' }, include: { account: true } } } as const satisfies Prisma.LedgerEntryInclude;
type EntryWithLines = Prisma.LedgerEntryGetPayload<{ include: typeof WITH_LINES }>;

const entryAnswer = z
  .object({
    id: z.string().meta({ example: '41' }),
    key: z.string().meta({ description: '멱등 키', example: 'demand:7' }),
    kind: z.string().meta({ example: 'demand' }),
    occurredOn: dayText,
    postedOn: dayText,
    bookedAt: instantText,
    actor: z.string().meta({ example: 'user:3' }),
    cause: z.string().meta({ example: 'holding:7' }),
    memo: z.string().meta({ example: '' }),
    digest: z.string(),
    reversesId: z.string().nullable().meta({ example: null }),
    lines: z.array(
      z.object({
        chart: z.string().meta({ example: '1150' }),
        asset: ledgerAssetCode,
        subject: z.string().meta({ example: 'holding:7' }),
        place: z.string().meta({ example: '' }),
        amount: z.string().meta({ description: '차변은 양수, 대변은 음수', example: '0.015' }),
      }),
    ),
  })
  .meta({ id: 'LedgerEntry', description: '분개' });

function toEntry(entry: EntryWithLines): z.input<typeof entryAnswer> {
  const { kind, actor, cause, memo, digest } = entry;
  return {
    id: entry.id.toString(),
    key: entry.idempotencyKey,
    kind,
    occurredOn: dayFromColumn(entry.occurredOn),
    postedOn: dayFromColumn(entry.postedOn),
    bookedAt: entry.bookedAt.toISOString(),
    actor,
    cause,
    memo,
    digest,
    reversesId: entry.reversesId?.toString() ?? null,
    lines: entry.lines.map(({ account, amount }) => ({
      chart: account.chartCode,
      asset: account.asset,
      subject: account.subject,
      place: account.place,
      amount: amount.toFixed(),
    })),
  };
}

const ENTRIES_MAX = 200;

export const ledgerRoutes: readonly Route[] = [
  ...balanceRoutes,
  read({
    operationId: 'listLedgerEntries',
    tag: 'trace',
    summary: `분개 목록 (최근 것부터 ${ENTRIES_MAX}건씩)`,
    path: '/ledger/entries',
    permission: 'ledger.read',
    params: NONE,
    query: z.object({
      subject: subject.meta({ description: '이 대상의 계정이 있는 분개', example: 'case:12' }),
      cause: z.string().max(100).exactOptional().meta({ description: '원인이 된 행', example: 'distribution:7' }),
      before: pathLongId.exactOptional().meta({ description: '이 번호 앞의 분개' }),
    }),
    answer: z.object({
      items: z.array(entryAnswer),
      next: z.string().nullable().meta({ description: '다음 쪽을 읽을 before 값', example: null }),
    }),
    handle: async ({ services: { database }, query }) => {
      const entries = await database.read.ledgerEntry.findMany({
        where: {
          ...(query.subject === undefined ? {} : { lines: { some: { account: { subject: query.subject } } } }),
          ...(query.cause === undefined ? {} : { cause: query.cause }),
          ...(query.before === undefined ? {} : { id: { lt: BigInt(query.before) } }),
        },
        include: WITH_LINES,
        orderBy: { id: 'desc' },
        take: ENTRIES_MAX + 1,
      });
      const items = entries.slice(0, ENTRIES_MAX).map(toEntry);
      return { items, next: entries.length > ENTRIES_MAX ? (items.at(-1)?.id ?? null) : null };
    },
  }),
  read({
    operationId: 'getLedgerEntry',
    tag: 'trace',
    summary: '분개 하나',
    path: '/ledger/entries/{entryId}',
    permission: 'ledger.read',
    params: z.object({ entryId: pathLongId }),
    query: NONE,
    answer: entryAnswer,
    handle: async ({ services: { database }, params: { entryId } }) => {
      const entry = await database.read.ledgerEntry.findUnique({ where: { id: BigInt(entryId) }, include: WITH_LINES });
      if (entry === null) throw new CheongsanError('NOT_FOUND', `There is no ledger entry ${entryId}.`);
      return toEntry(entry);
    },
  }),
];
