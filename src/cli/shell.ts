import type { Command } from 'commander';
import { openDatabase } from '../database/open.ts';
import type { Database } from '../database/work.ts';
import { type Principal, userPrincipal } from '../identity/principal.ts';
import { systemClock } from '../kernel/clock.ts';
import { type Config, readConfig } from '../kernel/config.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { createLog, type Log } from '../kernel/log.ts';
import { loadMasterKey, type MasterKey } from '../kernel/master-key.ts';
import { openStore } from '../service.ts';

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

/** Opens the installation's database for one command, whether or not the service runs, and lets go of it. */
export async function withShell<T>(options: { readonly demo: boolean }, body: (shell: Shell) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const log = createLog({ level: 'warn' });
  const store = await openStore(config, options.demo ? 'demo' : 'real', log);
  const database = await openDatabase(store.access, systemClock, log);
  try {
    const keys = await loadMasterKey(config, false);
    return await body({ config, database, keys, log });
  } finally {
    await database.close();
    await store.embedded?.stopIfUnused();
  }
}

/**
 * The official in whose name a command acts. Whoever may open a shell beside database and key could do all of it anyway; the
 * name says who did.
 */
export async function actingAs(database: Database, loginName: string): Promise<Principal> {
  const user = await database.read.userAccount.findUnique({ where: { loginName: loginName.toLowerCase() } });
  const at = database.clock.now();
  const principal =
    user === null ? undefined : await userPrincipal(database.read, { userId: user.id, at, secondFactorAt: at, sessionId: null });
  if (principal === undefined) throw new CheongsanError('NOT_FOUND', `There is no active user ${loginName}; name one with --as.`);
  return principal;
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member)));
}
