import type { Command } from 'commander';
import { CheongsanError } from '../kernel/errors.ts';
import { drawTrace } from '../registers/trace-node.ts';
import { TRACE_KINDS, type TraceKind, traceNamed } from '../registers/trace-subject.ts';
import { print, printJson, withDemoOption, withShell } from './shell.ts';

interface TraceOptions {
  readonly demo: boolean;
  readonly json: boolean;
}

const TEXTS = {
  bill: ['고지 한 건: 압류, 매각, 배분, 충당', '고지번호 또는 행 번호'],
  case: ['사건 한 건: 들어온 것과 나간 것 모두', '사건 번호 또는 행 번호'],
  fill: ['체결 한 건: 어느 고지에 충당되었는지', '체결 행 번호 또는 거래소의 체결 번호'],
} as const satisfies Record<TraceKind, readonly [description: string, argument: string]>;

export function registerTrace(program: Command): void {
  const trace = program.command('trace').description('한 원 한 원이 온 길과 간 길을 나무로 보인다');
  for (const kind of TRACE_KINDS) add(trace, kind);
}

function add(trace: Command, kind: TraceKind): void {
  const [description, argument] = TEXTS[kind];
  withDemoOption(trace.command(kind))
    .description(description)
    .argument('<id>', argument)
    .option('--json', '결과를 JSON 한 줄로', false)
    .action((id: string, options: TraceOptions) =>
      withShell(options, async ({ database }) => {
        const traced = await traceNamed(database.read, kind, id);
        if (options.json) printJson(traced);
        else print(drawTrace(traced).trimEnd());
        if (!options.json && traced.root.children.length === 0) print('아직 움직인 돈이 없습니다.');
        if (traced.sums.some(({ agrees }) => !agrees))
          throw new CheongsanError('CONFLICT', `The sums of ${kind} ${id} do not agree; run cheongsan verify.`);
      }),
    );
}
