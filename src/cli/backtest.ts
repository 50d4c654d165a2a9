import { type Command, InvalidArgumentError } from 'commander';
import { backtest, type CellResult, DEFAULT_LAMBDAS, DEFAULT_NOTIONALS, Summary } from '../backtest/backtest.ts';
import { measureBook } from '../backtest/book-measure.ts';
import { readBookRecordings } from '../backtest/book-recording.ts';
import { gridOf } from '../backtest/grid.ts';
import { readRecordings } from '../backtest/recording.ts';
import { writeSchedules } from '../backtest/schedules.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { drawBooks, drawCells, drawSummary } from './backtest-report.ts';
import { ProgressBar } from './progress-bar.ts';
import { print, printJson } from './shell.ts';

interface Options {
  readonly data: string;
  readonly json: boolean;
  readonly notionals: readonly number[];
  readonly lambdas: readonly number[];
  readonly starts?: string;
  readonly schedules?: string;
}

function positiveNumbers(text: string): number[] {
  const numbers = text.split(',').map(Number);
  if (numbers.every((number) => number > 0 && Number.isFinite(number))) return numbers;
  throw new InvalidArgumentError('0보다 큰 수를 쉼표로 나누어 적습니다 (예: 2e7,1e9).');
}

export function registerBacktest(program: Command): void {
  program
    .command('backtest')
    .description('기록된 시세로 매각 계획을 열 가지 기준 방식과 견준다 (데이터베이스 없이)')
    .requiredOption('--data <folder>', '봉과 호가 기록이 있는 폴더')
    .option('--notionals <list>', '매각 금액 (원), 쉼표로 구분', positiveNumbers, DEFAULT_NOTIONALS)
    .option('--lambdas <list>', '위험 가중치, 쉼표로 구분', positiveNumbers, DEFAULT_LAMBDAS)
    .option('--starts <file>', '이 시작점들의 매각 일정만 만든다 (--schedules 와 함께)')
    .option('--schedules <file>', '매각 일정을 적을 파일')
    .option('--json', '결과를 한 줄에 하나씩 JSON으로', false)
    .action(async (options: Options) => {
      const { starts, schedules } = options;
      if (starts !== undefined && schedules !== undefined) await plan({ ...options, starts, schedules });
      else if (starts === undefined && schedules === undefined) await measureAll(options);
      else throw new CheongsanError('INPUT_INVALID', 'Name both --starts and --schedules, or neither.');
    });
}

async function plan({ data, json, lambdas, starts, schedules }: Options & { starts: string; schedules: string }): Promise<void> {
  const progress = new ProgressBar();
  const onProgress = (done: number, total: number) => progress.show('매각 일정', done, total);
  const written = await writeSchedules({ folder: data, starts, schedules, lambdas, onProgress });
  progress.end();
  if (json) printJson({ schedules: written, file: schedules });
  else print(`매각 일정 ${written}건을 ${schedules} 에 적었습니다.`);
}

/** Markets before books, the summary last. Error: `NOT_FOUND` for a folder with neither. */
async function measureAll({ data, json, notionals, lambdas }: Options): Promise<void> {
  const summary = new Summary();
  let [markets, books] = [0, 0];
  for await (const recording of readRecordings(data)) {
    markets++;
    const results: CellResult[] = [];
    for (const result of backtest(gridOf(recording), { notionals, lambdas })) {
      if (result.kind === 'planner') summary.add(result);
      if (json) printJson(result);
      else results.push(result);
    }
    if (!json) print(drawCells(recording.file, results));
  }
  for await (const recording of readBookRecordings(data)) {
    books++;
    const results = measureBook(recording, notionals);
    if (json) for (const result of results) printJson(result);
    else print(drawBooks(recording.file, results));
  }
  if (markets + books === 0) {
    const names = 'upbit_KRW-BTC_1h.csv.gz or bithumb_KRW-BTC_book5_2024-04-12.csv.gz';
    throw new CheongsanError('NOT_FOUND', `${data} holds neither candles nor books; files are named like ${names}.`);
  }
  if (json) printJson({ markets, books, summary: summary.groups });
  else print(drawSummary(summary.groups));
}
