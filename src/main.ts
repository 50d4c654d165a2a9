#!/usr/bin/env node
import { Command } from 'commander';
import { namedDatabaseError } from './database/errors.ts';
import { DrivenClock } from './kernel/clock.ts';
import { readConfig } from './kernel/config.ts';
import { CheongsanError, named } from './kernel/errors.ts';
import { createLog } from './kernel/log.ts';
import { type RunningService, startService } from './service.ts';

/** `npm start`: the service, its workers and its pages, until it is told to stop. */
async function main(): Promise<void> {
  const program = new Command('cheongsan-service')
    .option('--demo', '연습용 데이터베이스를 연다', false)
    .option('--clock <instant>', '연습용 데이터베이스에서, 이 시각에 멈추어 있는 시계로 시작한다')
    .parse();
  const options = program.opts<{ demo: boolean; clock?: string }>();
  if (options.clock !== undefined && !options.demo) {
    throw new CheongsanError('DEMO_ONLY', 'A driven clock is for a demo database only; add --demo or drop --clock.');
  }
  const config = readConfig(process.env);
  const log = createLog({ level: config.logLevel });
  const service = await startService({
    config,
    log,
    kind: options.demo ? 'demo' : 'real',
    ...(options.clock === undefined ? {} : { clock: new DrivenClock(parseInstant(options.clock)) }),
  });
  announce(service);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      service.stop().then(
        () => process.exit(0),
        (thrown: unknown) => fail(thrown),
      );
    });
  }
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

/** One line that says what is wrong and what to do; the log holds the cause. */
function fail(thrown: unknown): never {
  const error = named(namedDatabaseError(thrown));
  process.stderr.write(`${error.title} [${error.code}] ${error.message}\n`);
  if (error.code === 'INTERNAL') process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
  process.exit(1);
}

main().catch(fail);
