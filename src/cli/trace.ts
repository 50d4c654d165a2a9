import type { Command } from 'commander';
import type { Database } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { traceBill, traceCase, traceFill } from '../registers/trace.ts';
import { drawTrace, type Trace } from '../registers/trace-node.ts';
import { print, printJson, withDemoOption, withShell } from './shell.ts';

interface TraceOptions {
  readonly demo: boolean;
  readonly json: boolean;
}

export function registerTrace(program: Command): void {
  const trace = program.command('trace').description('한 원 한 원이 온 길과 간 길을 나무로 보인다');
  add(trace, 'bill', ['고지 한 건: 압류, 매각, 배분, 충당', '고지번호 또는 행 번호'], async (database, id) => {
    const bill = await database.read.bill.findFirst({ where: rowOr(id, (noticeNumber) => ({ noticeNumber })), select: { id: true } });
    return traceBill(database.read, found(bill, 'bill', id));
  });
  add(trace, 'case', ['사건 한 건: 들어온 것과 나간 것 모두', '사건 번호 또는 행 번호'], async (database, id) => {
    const seizureCase = await database.read.seizureCase.findFirst({ where: rowOr(id, (number) => ({ number })), select: { id: true } });
    return traceCase(database.read, found(seizureCase, 'case', id));
  });
  add(trace, 'fill', ['체결 한 건: 어느 고지에 충당되었는지', '체결 행 번호 또는 거래소의 체결 번호'], async (database, id) => {
    const fill = await database.read.orderFill.findFirst({ where: rowOr(id, (tradeId) => ({ tradeId })), select: { id: true } });
    return traceFill(database.read, found(fill, 'fill', id));
  });
}

type Texts = readonly [description: string, argument: string];

function add(trace: Command, kind: string, [description, argument]: Texts, run: (database: Database, id: string) => Promise<Trace>): void {
  withDemoOption(trace.command(kind))
    .description(description)
    .argument('<id>', argument)
    .option('--json', '결과를 JSON 한 줄로', false)
    .action((id: string, options: TraceOptions) =>
      withShell(options, async ({ database }) => {
        const traced = await run(database, id);
        if (options.json) printJson(traced);
        else print(drawTrace(traced).trimEnd());
        if (!options.json && traced.root.children.length === 0) print('아직 움직인 돈이 없습니다.');
        if (traced.sums.some(({ agrees }) => !agrees))
          throw new CheongsanError('CONFLICT', `The sums of ${kind} ${id} do not agree; run cheongsan verify.`);
      }),
    );
}

const ROW_ID = /^\d{1,9}$/;

function rowOr<T>(id: string, byName: (name: string) => T): T | { id: number } {
  return ROW_ID.test(id) ? { id: Number(id) } : byName(id);
}

function found(row: { readonly id: number } | null, kind: string, id: string): number {
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no ${kind} ${id}.`);
  return row.id;
}
