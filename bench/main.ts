#!/usr/bin/env node
import { Command } from 'commander';
import { CheongsanError, named } from '../src/kernel/errors.ts';
import type { Benchmark, Figure } from './figure.ts';
import { ledgerBatched } from './ledger-batched.ts';
import { ledgerImport } from './ledger-import.ts';
import { ledgerSingle } from './ledger-single.ts';
import { memoryIdle } from './memory-idle.ts';
import { sellingBudget } from './selling-budget.ts';
import { sellingDecide } from './selling-decide.ts';
import { sellingLatency } from './selling-latency.ts';
import { start } from './start.ts';
import { heading, tableRow } from './table.ts';

const BENCHMARKS: readonly Benchmark[] = [
  ledgerSingle,
  ledgerBatched,
  ledgerImport,
  start,
  memoryIdle,
  sellingDecide,
  sellingLatency,
  sellingBudget,
];

/** `npm run bench`: one figure a line, as soon as it is measured. */
async function main(): Promise<void> {
  const program = new Command('bench')
    .description('성능을 재어, 같은 실행에서 잰 기준이나 정해진 목표와 나란히 보인다')
    .option('--json', '한 줄에 JSON 객체 하나씩 출력한다', false)
    .option('--only <pattern>', '이름이 이 정규식에 맞는 것만 잰다', '')
    .parse();
  const options = program.opts<{ json: boolean; only: string }>();
  const chosen = matching(options.only);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  if (!options.json) print(heading());
  for (const { benchmark, wanted } of chosen) {
    for (const figure of await benchmark.run()) {
      if (wanted(figure.name)) print(options.json ? JSON.stringify(figure) : tableRow(figure));
    }
  }
}

function matching(pattern: string): { benchmark: Benchmark; wanted: (name: Figure['name']) => boolean }[] {
  const expression = toExpression(pattern);
  const wanted = (name: string) => expression.test(name);
  const chosen = BENCHMARKS.filter(({ names }) => names.some(wanted)).map((benchmark) => ({ benchmark, wanted }));
  if (chosen.length > 0) return chosen;
  const known = BENCHMARKS.flatMap(({ names }) => names).join(', ');
  throw new CheongsanError('INPUT_INVALID', `No benchmark matches --only ${pattern}; there are ${known}.`);
}

function toExpression(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new CheongsanError('INPUT_INVALID', `--only ${pattern} is no regular expression.`, { cause });
  }
}

main().catch((thrown: unknown) => {
  const error = named(thrown);
  process.stderr.write(`${error.title} [${error.code}] ${error.message}\n`);
  if (error.code === 'INTERNAL' && error.cause instanceof Error) process.stderr.write(`${error.cause.stack}\n`);
  process.exitCode = 1;
});
