import { runCommand } from './cli/run.ts';

/** `npx cheongsan …`: the officer's and the auditor's jobs from a shell. */

// What a library will do otherwise one day is no news for an officer, and standard error is for what went wrong.
process.noDeprecation = true;
// Whatever ends the process before its work is done must not look like success.
process.exitCode = 1;
process.exitCode = await runCommand(process.argv.slice(2));
