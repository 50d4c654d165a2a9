import { copyFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { backupCluster, restoreCluster } from '../database/backup.ts';
import { EmbeddedPostgres } from '../database/embedded.ts';
import { openDatabase } from '../database/open.ts';
import { systemClock } from '../kernel/clock.ts';
import { readConfig } from '../kernel/config.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { createLog } from '../kernel/log.ts';
import { DEMO_DATABASE, openStore, REAL_DATABASE } from '../service.ts';
import { markRestored } from '../venue/restored.ts';
import { print } from './shell.ts';

export function registerBackup(program: Command): void {
  program
    .command('backup')
    .description('내장 데이터베이스를 멈추지 않고 복사한다. 암호화 키는 따로 보관한다')
    .requiredOption('--out <folder>', '새 폴더')
    .option('--key-out <file>', '암호화 키도 이 파일로 복사한다 (백업과 다른 곳에 둘 것)')
    .action(async ({ out, keyOut }: { out: string; keyOut?: string }) => {
      const config = readConfig(process.env);
      refuseForeign(config.databaseUrl, 'pg_basebackup or pg_dump of your PostgreSQL');
      const server = await EmbeddedPostgres.start({ dataFolder: config.dataFolder, log: createLog({ level: 'warn' }) });
      try {
        await backupCluster(server, out);
        if (keyOut !== undefined) await copyFile(config.keyFile, keyOut);
      } finally {
        await server.stopIfUnused();
      }
      print(`${out} 에 백업하였습니다.`);
      if (keyOut === undefined) print(`암호화 키는 들어 있지 않습니다. ${config.keyFile} 을 다른 곳에 따로 보관하세요.`);
    });
  program
    .command('restore')
    .description('백업으로 되돌린다. 다음 시작은 거래가 모두 중지된 상태(HALTED)이다')
    .option('--from <folder>', '백업 폴더 (내장 데이터베이스)')
    .option('--mark', '이미 되돌린 외부 PostgreSQL에 복원 표시만 한다', false)
    .action(async ({ from, mark }: { from?: string; mark: boolean }) => {
      if (mark) return markForeign();
      if (from === undefined)
        throw new CheongsanError('INPUT_INVALID', 'Name the backup with --from, or use --mark for a PostgreSQL of your own.');
      await restoreEmbedded(from);
    });
}

function refuseForeign(databaseUrl: string | undefined, instead: string): void {
  if (databaseUrl !== undefined)
    throw new CheongsanError('CONFIG_INVALID', `DATABASE_URL is set: this is for the embedded PostgreSQL. Use ${instead}.`);
}

async function restoreEmbedded(from: string): Promise<void> {
  const config = readConfig(process.env);
  refuseForeign(config.databaseUrl, 'the tools of your PostgreSQL, then cheongsan restore --mark');
  const log = createLog({ level: 'warn' });
  const suffix = systemClock.now().toISOString().replace(/\D/g, '').slice(0, 14);
  const aside = await restoreCluster(config.dataFolder, from, suffix);
  const server = await EmbeddedPostgres.start({ dataFolder: config.dataFolder, log });
  try {
    for (const [name, kind] of [
      [REAL_DATABASE, 'real'],
      [DEMO_DATABASE, 'demo'],
    ] as const) {
      if (!(await server.hasDatabase(name))) continue;
      const database = await openDatabase(
        { applicationUrl: server.applicationUrl(name), ownerUrl: server.ownerUrl(name), kind },
        systemClock,
        log,
      );
      await markRestored(database).finally(() => database.close());
    }
  } finally {
    await server.stopIfUnused();
  }
  if (aside !== undefined) print(`이전 데이터는 ${aside} 에 남겨 두었습니다.`);
  print('복원하였습니다. 다음 시작은 거래가 중지된 상태이며, 거래소와 대조하고 결재를 받아야 풀립니다.');
}

async function markForeign(): Promise<void> {
  const config = readConfig(process.env);
  if (config.databaseUrl === undefined)
    throw new CheongsanError('CONFIG_INVALID', 'DATABASE_URL is not set; --mark is for a PostgreSQL of your own.');
  const log = createLog({ level: 'warn' });
  const { access } = await openStore(config, 'real', log);
  const database = await openDatabase(access, systemClock, log);
  await markRestored(database).finally(() => database.close());
  print('복원된 것으로 표시하였습니다. 다음 시작은 거래가 중지된 상태입니다.');
}
