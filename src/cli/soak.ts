import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../kernel/config.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { runSoak } from '../simulation/soak/soak.ts';
import type { SoakSummary } from '../simulation/soak/summary.ts';
import { print, printJson, shellLog } from './shell.ts';

const ORDERS_MIN = 10;
const ORDERS_MAX = 1_000_000;

function orderCount(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= ORDERS_MIN && value <= ORDERS_MAX) return value;
  throw new InvalidArgumentError(`${ORDERS_MIN}에서 ${ORDERS_MAX} 사이의 정수`);
}

function faultShare(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('0에서 1 사이의 수');
}

interface Options {
  readonly orders: number;
  readonly faults: number;
  readonly seed: string;
  readonly json: boolean;
}

export function registerSoak(program: Command): void {
  program
    .command('soak')
    .description('다섯 거래소에서 장애와 강제 종료를 겪으며 팔고, 거래소의 장부로 판정한다 (자체 연습용 데이터베이스에만 쓴다)')
    .option('--orders <count>', '거래소에 닿는 주문의 수', orderCount, 1_000)
    .option('--faults <share>', '장애를 만나는 주문의 비율', faultShare, 0.2)
    .option('--seed <text>', '장애와 시장', '1')
    .option('--json', '마지막 줄에 결과를 JSON으로', false)
    .action(async ({ orders, faults, seed, json }: Options) => {
      const onProgress = (text: string) => process.stderr.write(`${text}\n`);
      const summary = await runSoak({
        config: readConfig(process.env),
        log: shellLog('error'),
        seed,
        orders,
        faultShare: faults,
        onProgress,
      });
      if (json) printJson(summary);
      else
        for (const [name, value] of Object.entries(summary))
          print(`${name.padEnd(18)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
      const { doubled, lost, overSold, unsettled, unexplainedBreaks, invariantsBroken, offending } = summary;
      assertClean({ doubled, lost, overSold, unsettled, unexplainedBreaks, invariantsBroken, offending });
    });
}

type Verdict = Pick<SoakSummary, 'doubled' | 'lost' | 'overSold' | 'unsettled' | 'unexplainedBreaks' | 'invariantsBroken' | 'offending'>;

/** Error: `CONFLICT`, which names the first rows. */
export function assertClean({ offending, ...counts }: Verdict): void {
  const wrong = Object.entries(counts).filter(([, count]) => count > 0);
  if (wrong.length === 0) return;
  const what = wrong.map(([name, count]) => `${name} ${count}`).join(', ');
  throw new CheongsanError('CONFLICT', `The soak found ${what}. First: ${offending.join('; ')}.`);
}
