import { constants, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { appendAudit } from '../audit/append.ts';
import { assertFree, backupCluster } from '../database/backup.ts';
import { EmbeddedPostgres } from '../database/embedded.ts';
import { exists } from '../database/embedded-location.ts';
import { restoreCluster } from '../database/restore.ts';
import type { Database } from '../database/work.ts';
import { systemClock } from '../kernel/clock.ts';
import { type Config, readConfig } from '../kernel/config.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { loadMasterKey, type MasterKey } from '../kernel/master-key.ts';
import { assertKeyFits, databaseName, openStore, openStored } from '../service.ts';
import { markRestored } from '../venue/restored.ts';
import { print, shellLog } from './shell.ts';

interface RestoreOptions {
  readonly from?: string;
  readonly key?: string;
  readonly replace: boolean;
  readonly mark: boolean;
}

export function registerBackup(program: Command): void {
  program
    .command('backup')
    .description('내장 데이터베이스를 멈추지 않고 복사한다. 암호화 키는 따로 보관한다')
    .requiredOption('--out <folder>', '새 폴더')
    .option('--key-out <file>', '암호화 키도 이 파일로 복사한다 (백업과 다른 곳에 둘 것)')
    .action(backup);
  program
    .command('restore')
    .description('백업으로 되돌린다. 다음 시작은 거래가 모두 중지된 상태(HALTED)이다')
    .option('--from <folder>', '백업 폴더 (내장 데이터베이스)')
    .option('--key <file>', '백업할 때 쓰던 암호화 키. 이 설치의 키로 둔다')
    .option('--replace', '이미 있는 데이터베이스를 옆으로 옮기고 그 자리에 되돌린다', false)
    .addOption(new Option('--mark', '이미 되돌린 외부 PostgreSQL에 복원 표시만 한다').default(false).conflicts(['from', 'replace']))
    .action(restore);
}

function refuseForeign(databaseUrl: string | undefined, instead: string): void {
  if (databaseUrl !== undefined)
    throw new CheongsanError('CONFIG_INVALID', `DATABASE_URL is set: this is for the embedded PostgreSQL. Use ${instead}.`);
}

async function backup({ out, keyOut }: { out: string; keyOut?: string }): Promise<void> {
  const config = readConfig(process.env);
  refuseForeign(config.databaseUrl, 'pg_basebackup or pg_dump of your PostgreSQL');
  if (!(await EmbeddedPostgres.hasCluster(config.dataFolder)))
    throw new CheongsanError('NOT_FOUND', `There is no database in ${config.dataFolder} that could be copied.`);
  await assertFree(out);
  const keys = await loadMasterKey(config, false);
  if (keyOut !== undefined) await copyKey(config, keyOut, out);
  const server = await EmbeddedPostgres.start({ dataFolder: config.dataFolder, log: shellLog() });
  try {
    const at = systemClock.now();
    await forEachDatabase(server, async (database) => {
      await assertKeyFits(database, keys);
      await recordBackup(database, keyOut !== undefined);
    });
    await backupCluster(server, out, { at, keyCheck: keys.checkValue });
  } finally {
    await server.stopIfUnused();
  }
  print(`${out} 에 백업하였습니다.`);
  if (keyOut !== undefined) print(`암호화 키를 ${keyOut} 에 두었습니다. 백업과 다른 곳으로 옮기십시오.`);
  else print(`암호화 키는 들어 있지 않습니다. ${config.keyFile} 을 다른 곳에 따로 보관하십시오.`);
}

/** Taken with the data away, all personal data leaves the house, sealed as it is: that is written down like any export. */
async function recordBackup(database: Database, withKey: boolean): Promise<void> {
  await database.work({ kind: 'system', part: 'backup' }, (work) =>
    appendAudit(work, { stream: 'system', action: 'installation.backed_up', subject: 'installation:1', payload: { withKey } }),
  );
}

/** A copy beside the backup would make the backup readable to whoever finds it. */
async function copyKey({ key, keyFile }: Config, keyOut: string, out: string): Promise<void> {
  if (key !== undefined)
    throw new CheongsanError('CONFIG_INVALID', 'The key comes from CHEONGSAN_KEY, not from a file; keep a copy of that.');
  if (`${resolve(keyOut)}/`.startsWith(`${resolve(out)}/`))
    throw new CheongsanError('INPUT_INVALID', 'The key must not lie in the backup; name a place outside it with --key-out.');
  await copyFile(keyFile, keyOut, constants.COPYFILE_EXCL).catch((cause: unknown) => {
    throw new CheongsanError('KEY_UNAVAILABLE', `${keyFile} cannot be copied to ${keyOut}; the target must be new.`, { cause });
  });
}

async function restore({ from, key, replace, mark }: RestoreOptions): Promise<void> {
  const config = readConfig(process.env);
  if (mark) return markForeign(config);
  if (from === undefined)
    throw new CheongsanError('INPUT_INVALID', 'Name the backup with --from, or use --mark for a PostgreSQL of your own.');
  refuseForeign(config.databaseUrl, 'the tools of your PostgreSQL, then cheongsan restore --mark');
  const keyText = await readKey(config, key);
  const keys = await keyToRestore(keyText === undefined ? config : { ...config, key: keyText });
  const suffix = systemClock.now().toISOString().replace(/\D/g, '').slice(0, 14);
  const aside = await restoreCluster({
    dataFolder: config.dataFolder,
    from,
    keyCheck: keys.checkValue,
    replace,
    suffix,
    log: shellLog(),
    prepare: (server) =>
      forEachDatabase(server, async (database) => {
        await assertKeyFits(database, keys);
        await markRestored(database);
      }),
  });
  if (keyText !== undefined) await writeKey(config, keyText);
  if (aside !== undefined) print(`이전 데이터는 ${aside} 에 남겨 두었습니다.`);
  print('암호화 키가 백업할 때의 키와 같음을 확인하였습니다.');
  print('복원하였습니다. 다음 시작은 거래가 중지된 상태이며, 거래소와 대조하고 결재를 받아야 풀립니다.');
}

/** Without the key, what is restored could not be opened by anybody, and nobody would know before the next start. */
async function keyToRestore(config: Config): Promise<MasterKey> {
  if (config.key !== undefined || (await exists(config.keyFile))) return loadMasterKey(config, false);
  throw new CheongsanError(
    'KEY_UNAVAILABLE',
    `There is no key in ${config.keyFile}. Name the key the backup was made under with --key FILE, or set CHEONGSAN_KEY; nothing was restored.`,
  );
}

/** The key that was handed over, unless this installation has it already. */
async function readKey({ key, keyFile }: Config, given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const text = await readFile(given, 'utf8').catch((cause: unknown) => {
    throw new CheongsanError('KEY_UNAVAILABLE', `${given} cannot be read; name the file of the key with --key.`, { cause });
  });
  const present = key ?? ((await exists(keyFile)) ? await readFile(keyFile, 'utf8') : undefined);
  if (present === undefined || present.trim() === text.trim()) return text.trim();
  throw new CheongsanError(
    'CONFLICT',
    `This installation has another key (${key === undefined ? keyFile : 'CHEONGSAN_KEY'}); move it away before restoring with --key.`,
  );
}

async function writeKey({ key, keyFile }: Config, text: string): Promise<void> {
  if (key !== undefined || (await exists(keyFile))) return;
  await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  await writeFile(keyFile, `${text}\n`, { mode: 0o600, flag: 'wx' });
}

/** The real database and the demo's, whichever there are. */
async function forEachDatabase(server: EmbeddedPostgres, body: (database: Database) => Promise<void>): Promise<void> {
  for (const kind of ['real', 'demo'] as const) {
    const name = databaseName(kind);
    if (!(await server.hasDatabase(name))) continue;
    const access = { applicationUrl: server.applicationUrl(name), ownerUrl: server.ownerUrl(name), kind };
    const database = await openStored({ access, embedded: server }, systemClock, shellLog());
    await body(database).finally(() => database.close());
  }
}

async function markForeign(config: Config): Promise<void> {
  if (config.databaseUrl === undefined)
    throw new CheongsanError('CONFIG_INVALID', 'DATABASE_URL is not set; --mark is for a PostgreSQL of your own.');
  const keys = await keyToRestore(config);
  const log = shellLog();
  const database = await openStored(await openStore(config, 'real', log), systemClock, log);
  try {
    await assertKeyFits(database, keys);
    await markRestored(database);
  } finally {
    await database.close();
  }
  print('복원된 것으로 표시하였습니다. 다음 시작은 거래가 중지된 상태입니다.');
}
