import { type Command, InvalidArgumentError } from 'commander';
import { toCaseExecution, toPeriodExecution } from '../http/views/execution-view.ts';
import { type CivilDate, civilDate, isCivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { drawCaseReport } from '../registers/execution/case-plot.ts';
import { readCaseReport } from '../registers/execution/case-report.ts';
import { readPeriodReport } from '../registers/execution/period-report.ts';
import { casesCsv, fillsCsv } from '../registers/execution/report-files.ts';
import { caseNamed } from '../seizure/case-named.ts';
import { drawCaseExecution, drawPeriodExecution } from './execution-text.ts';
import { writeNew } from './new-file.ts';
import { print, printJson, type Shell, withDemoOption, withShell } from './shell.ts';

interface ReportOptions {
  readonly demo: boolean;
  readonly json: boolean;
  readonly from?: CivilDate;
  readonly to?: CivilDate;
  readonly csv?: string;
  readonly svg?: string;
}

export function registerExecutionReport(program: Command): void {
  withDemoOption(program.command('report'))
    .description('매각 집행 보고: 도착가와 자진기간 시작가 대비 비용, 체결, 보호 장치 (사건 하나 또는 기간)')
    .argument('[case]', '사건 번호 또는 행 번호; 없으면 --from과 --to의 기간')
    .option('--from <day>', '기간의 첫날 (YYYY-MM-DD)', day)
    .option('--to <day>', '기간의 마지막 날, 포함 (YYYY-MM-DD)', day)
    .option('--csv <file>', '체결마다 (기간이면 사건마다) 한 행의 CSV를 쓴다; 없던 파일이어야 한다')
    .option('--svg <file>', '가격·계획·체결의 그림을 쓴다 (사건만); 없던 파일이어야 한다')
    .option('--json', '결과를 JSON 한 줄로', false)
    .action((wanted: string | undefined, options: ReportOptions) =>
      wanted === undefined ? reportPeriod(options) : reportCase(wanted, options),
    );
}

function day(text: string): CivilDate {
  if (!isCivilDate(text)) throw new InvalidArgumentError('날짜는 2026-03-05 와 같이 적습니다.');
  return civilDate(text);
}

async function reportCase(wanted: string, options: ReportOptions): Promise<void> {
  if (options.from !== undefined || options.to !== undefined)
    throw new CheongsanError('INPUT_INVALID', 'Name either a case or a period with --from and --to, not both.');
  await withShell(options, async ({ database }: Shell) => {
    const report = await readCaseReport(database.read, (await caseNamed(database.read, wanted)).id);
    if (options.csv !== undefined) await writeNew(options.csv, await fillsCsv(report, 'utf-8'));
    if (options.svg !== undefined) await writeNew(options.svg, await drawCaseReport(database.read, report));
    if (options.json) printJson(toCaseExecution(report));
    else print(drawCaseExecution(report));
  });
}

async function reportPeriod(options: ReportOptions): Promise<void> {
  const { from, to } = options;
  if (from === undefined || to === undefined)
    throw new CheongsanError('INPUT_INVALID', 'Name a case, or a period with both --from and --to.');
  if (options.svg !== undefined) throw new CheongsanError('INPUT_INVALID', '--svg draws one case; name the case.');
  await withShell(options, async ({ database }: Shell) => {
    const report = await readPeriodReport(database.read, from, to);
    if (options.csv !== undefined) await writeNew(options.csv, await casesCsv(report, 'utf-8'));
    if (options.json) printJson(toPeriodExecution(report));
    else print(drawPeriodExecution(report));
  });
}
