import { type Command, InvalidArgumentError } from 'commander';
import { VENUE_CODES, type VenueCode } from '../exchange/port.ts';
import { readConfig } from '../kernel/config.ts';
import { runDemo } from '../simulation/demo.ts';
import type { DemoSummary } from '../simulation/summary.ts';
import { print, printJson, shellLog } from './shell.ts';

function count(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < low || value > high) throw new InvalidArgumentError(`${low}에서 ${high} 사이의 정수`);
    return value;
  };
}

/** `all`, or venue codes with commas between them. */
function venueList(text: string): readonly VenueCode[] {
  if (text === 'all') return VENUE_CODES;
  const named = text.split(',').map((code) => VENUE_CODES.find((known) => known === code.trim()));
  const venues = [...new Set(named)].flatMap((code) => code ?? []);
  if (named.includes(undefined)) throw new InvalidArgumentError(`all 또는 쉼표로 이은 거래소 코드 (${VENUE_CODES.join(', ')})`);
  return venues;
}

/** A member of the summary on one line: figures, codes, or figures by code. */
function shown(value: DemoSummary[keyof DemoSummary]): string {
  if (typeof value !== 'object' || Array.isArray(value)) return String(value);
  const figures = Object.entries(value).map(([code, figure]) => `${code} ${figure}`);
  return figures.join(', ');
}

interface DemoOptions {
  readonly json: boolean;
  readonly seed: string;
  readonly market?: string;
  readonly kill: number;
  readonly taxpayers: number;
  readonly venues: readonly VenueCode[];
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('표본 도시 하나를 파일 반입부터 충당까지 빠른 시계로 돌린다 (연습용 데이터베이스에만 쓴다)')
    .option('--json', '마지막 줄에 합계를 JSON으로', false)
    .option('--seed <text>', '다른 표본과 시장', '1')
    .option('--market <folder>', '기록된 분봉(upbit_KRW-*_1m.csv.gz)이 있는 폴더')
    .option('--kill <count>', '서비스를 강제 종료(SIGKILL)할 횟수', count(0, 500), 0)
    .option('--taxpayers <count>', '표본 납세자 수', count(5, 2_000), 203)
    .option('--venues <codes>', '압류하고 매각할 거래소: all 또는 쉼표로 이은 코드 (upbit,bithumb 등)', venueList, ['upbit'])
    .action(async (options: DemoOptions) => {
      const summary = await runDemo({
        config: readConfig(process.env),
        log: shellLog(),
        seed: options.seed,
        marketFolder: options.market,
        kills: options.kill,
        taxpayers: options.taxpayers,
        venues: options.venues,
        onProgress: (text) => process.stderr.write(`${text}\n`),
      });
      if (options.json) printJson(summary);
      else for (const [name, value] of Object.entries(summary)) print(`${name.padEnd(22)} ${shown(value)}`);
    });
}
