import type { Command } from 'commander';
import { isUntouched } from '../audit/verify.ts';
import type { Database } from '../database/work.ts';
import { systemClock } from '../kernel/clock.ts';
import { type Config, readConfig } from '../kernel/config.ts';
import { createLog, type Log } from '../kernel/log.ts';
import { loadMasterKey, type MasterKey } from '../kernel/master-key.ts';
import { seedPolicy } from '../policy/book.ts';
import { openStore, openStored } from '../service.ts';

/** What a command from the shell works with: the same database and key as the service, and nothing running. */
export interface Shell {
  readonly config: Config;
  readonly database: Database;
  readonly keys: MasterKey;
  readonly log: Log;
}

/** Every command that opens a database may open the demo's instead. */
export function withDemoOption(command: Command): Command {
  return command.option('--demo', '연습용 데이터베이스를 연다', false);
}

/** The log of a command goes where its errors go: standard output is for its results. */
export function shellLog(level = 'warn'): Log {
  return createLog({ level, destination: process.stderr });
}

/** Opens the installation's database for one command, whether or not the service runs, and lets go of it. Error: `NOT_FOUND` when there is none yet. */
export async function withShell<T>(options: { readonly demo: boolean }, body: (shell: Shell) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const log = shellLog();
  const store = await openStore(config, options.demo ? 'demo' : 'real', log, 'existing');
  try {
    const database = await openStored(store, systemClock, log);
    try {
      // After an update a command may come before the service has been started; a database that is new stays so.
      if (!(await isUntouched(database))) await database.work({ kind: 'system', part: 'shell' }, seedPolicy);
      const keys = await loadMasterKey(config, false);
      return await body({ config, database, keys, log });
    } finally {
      await database.close();
    }
  } finally {
    await store.embedded?.stopIfUnused();
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member)));
}
