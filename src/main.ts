#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { Command } from 'commander';
import { tellFailure } from './cli/failure.ts';
import { speakKorean, typedWrongly } from './cli/korean.ts';
import { DrivenClock } from './kernel/clock.ts';
import { readConfig } from './kernel/config.ts';
import { CheongsanError } from './kernel/errors.ts';
import { createLog } from './kernel/log.ts';
import { type RunningService, startService } from './service.ts';

/**
 * How much the heap may grow from one collection to the next. Left alone, V8 lets it grow up to fourfold on a large machine, which
 * beside a PostgreSQL costs a city hundreds of megabytes while it imports a ledger; collecting more often costs no measurable time.
 */
const HEAP_GROWTH_PERCENT = 40;

/** `npm start`: the service, its workers and its pages, until it is told to stop. */
async function main(): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  const program = speakKorean(new Command('npm start --'))
    .description('서비스와 작업자를 켠다')
    .option('--demo', '연습용 데이터베이스를 연다', false)
    .option('--clock <instant>', '연습용 데이터베이스에서, 이 시각에 멈추어 있는 시계로 시작한다')
    .parse();
  const options = program.opts<{ demo: boolean; clock?: string }>();
  if (options.clock !== undefined && !options.demo) {
    throw new CheongsanError('DEMO_ONLY', 'A driven clock is for a demo database only; add --demo or drop --clock.');
  }
  const config = readConfig(process.env);
  const log = createLog({ level: config.logLevel });
  const starting = startService({
    config,
    log,
    kind: options.demo ? 'demo' : 'real',
    ...(options.clock === undefined ? {} : { clock: new DrivenClock(parseInstant(options.clock)) }),
  });
  // Told to stop while it is starting, it goes down in order too, and leaves no server behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      starting.then((service) => service.stop()).then(() => process.exit(0), fail);
    });
  }
  announce(await starting);
}

function parseInstant(text: string): Date {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime()))
    throw new CheongsanError('INPUT_INVALID', `--clock ${text} is no instant; write it as 2026-01-05T00:00:00Z.`);
  return instant;
}

function announce({ url, firstAdministratorToken }: RunningService): void {
  process.stdout.write(`청산이 ${url} 에서 실행 중입니다.\n`);
  if (firstAdministratorToken !== undefined) {
    process.stdout.write(`첫 관리자 등록 (한 번만, 24시간 안에): ${url}/first-administrator#${firstAdministratorToken}\n`);
  }
}

function fail(thrown: unknown): never {
  tellFailure(thrown);
  process.exit(1);
}

main().catch((thrown: unknown) => {
  const failure = typedWrongly(thrown);
  if (failure === undefined) process.exit(0);
  fail(failure);
});
