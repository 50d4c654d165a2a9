import { Command } from 'commander';
import { registerBackup } from './cli/backup.ts';
import { registerDemo } from './cli/demo.ts';
import { registerMarket } from './cli/market.ts';
import { registerPenalty } from './cli/penalty.ts';
import { registerTrace } from './cli/trace.ts';
import { registerVerify } from './cli/verify.ts';
import { namedDatabaseError } from './database/errors.ts';
import { named } from './kernel/errors.ts';

/** `npx cheongsan …`: the officer's and the auditor's jobs from a shell. Exit status 0 only on success. */
const program = new Command('cheongsan')
  .description('지방세 체납자의 가상자산 압류·보관·자진 매각·매각·배분')
  .showHelpAfterError('(도움말: cheongsan --help)');
registerDemo(program);
registerTrace(program);
registerVerify(program);
registerMarket(program);
registerPenalty(program);
registerBackup(program);

program.parseAsync().catch((thrown: unknown) => {
  const error = named(namedDatabaseError(thrown));
  process.stderr.write(`${error.title} [${error.code}] ${error.message}\n`);
  if (error.code === 'INTERNAL') process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
  process.exitCode = 1;
});
