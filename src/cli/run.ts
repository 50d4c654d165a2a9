import { Command } from 'commander';
import { registerBacktest } from './backtest.ts';
import { registerBackup } from './backup.ts';
import { registerClose } from './close.ts';
import { registerCoverage } from './coverage.ts';
import { registerDemo } from './demo.ts';
import { registerDemoUsers } from './demo-users.ts';
import { registerExecutionReport } from './execution-report.ts';
import { registerExport } from './export.ts';
import { tellFailure } from './failure.ts';
import { registerImport } from './import.ts';
import { speakKorean, typedWrongly } from './korean.ts';
import { registerMarket } from './market.ts';
import { registerParameters } from './parameters.ts';
import { registerPenalty } from './penalty.ts';
import { registerReconcile } from './reconcile.ts';
import { registerSoak } from './soak.ts';
import { registerTrace } from './trace.ts';
import { registerVerify } from './verify.ts';

/** Runs one command to its end and answers its exit status: 0 only on success. Failures are told on standard error. */
export async function runCommand(args: readonly string[]): Promise<0 | 1> {
  const program = speakKorean(new Command('cheongsan'))
    .description('지방세 체납자의 가상자산 압류·보관·자진 매각·매각·배분')
    .usage('<명령> [선택사항]');
  registerDemo(program);
  registerDemoUsers(program);
  registerImport(program);
  registerExport(program);
  registerTrace(program);
  registerExecutionReport(program);
  registerCoverage(program);
  registerVerify(program);
  registerReconcile(program);
  registerClose(program);
  registerPenalty(program);
  registerParameters(program);
  registerMarket(program);
  registerBackup(program);
  registerBacktest(program);
  registerSoak(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (thrown) {
    const failure = typedWrongly(thrown);
    if (failure === undefined) return 0;
    tellFailure(failure);
    return 1;
  }
}
