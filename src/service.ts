import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { dueSources } from '../workers/due-sources.ts';
import { startWorkers, type Workers } from '../workers/start.ts';
import { LocalScreeningList } from './custody/screening-list.ts';
import { WalletChains } from './custody/wallet/chains.ts';
import { EmbeddedPostgres } from './database/embedded.ts';
import { EmbeddedWatch } from './database/embedded-watch.ts';
import { applicationPoolConfig, type DatabaseAccess, openDatabase } from './database/open.ts';
import type { Database } from './database/work.ts';
import { routes } from './http/routes.ts';
import { createApp, listen } from './http/server.ts';
import type { Services } from './http/services.ts';
import { removeLeftUploads } from './http/upload.ts';
import { totpContext } from './identity/credentials.ts';
import { ensureFirstAdministratorLink } from './identity/one-time-link.ts';
import { raiseAlert } from './intent/alert.ts';
import { type Clock, pause, systemClock } from './kernel/clock.ts';
import type { Config } from './kernel/config.ts';
import { CheongsanError } from './kernel/errors.ts';
import type { Log } from './kernel/log.ts';
import { loadMasterKey, type MasterKey } from './kernel/master-key.ts';
import { projectRoot } from './kernel/paths.ts';
import { personKey } from './person/person-key.ts';
import { seedPolicy } from './policy/book.ts';
import { JobQueues } from './queue/queue.ts';
import { ExchangeDirectory } from './venue/exchange-directory.ts';
import { isPaperExchangeGone } from './venue/paper-presence.ts';
import { openReferenceMarkets } from './venue/reference-directory.ts';
import { haltWhenRestored } from './venue/restored.ts';

export interface ServiceOptions {
  readonly config: Config;
  readonly log: Log;
  /** Which of an installation's two databases: the real one, or the one marked demo. */
  readonly kind: 'real' | 'demo';
  readonly clock?: Clock;
}

export interface RunningService {
  readonly services: Services;
  readonly url: string;
  /** Shown once, while there is no administrator. */
  readonly firstAdministratorToken: string | undefined;
  stop(): Promise<void>;
}

const REAL_DATABASE = 'cheongsan';
const DEMO_DATABASE = 'cheongsan_demo';
/** How long what came up is taken down again after a start that failed. */
const FAILED_START_MS = 10_000;

/** What PostgreSQL says to everybody when it resets itself after one of its processes was killed. */
const CRASH_OF_ANOTHER_PROCESS = '57P02';

export interface Store {
  readonly access: DatabaseAccess;
  readonly embedded: EmbeddedPostgres | undefined;
}

/** Brings everything up in the order in which it depends on each other; whatever fails takes down what was up. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { config, log, kind, clock = systemClock } = options;
  const store = await openStore(config, kind, log);
  const stack: (() => Promise<void>)[] = [() => stopEmbedded(store)];
  try {
    const database = await openStored(store, clock, log);
    stack.push(() => database.close());
    const watch = watchEmbedded(store, database, log);
    stack.push(() => watch.stop());
    const keys = await openKeys(config, database);
    await database.work({ kind: 'system', part: 'start' }, seedPolicy);
    if (await haltWhenRestored(database))
      log.warn('this database was restored or moved: trading is HALTED until every account is reconciled');
    await removeLeftUploads().catch((err: unknown) => log.warn({ err }, 'files that were being received were not deleted'));
    const services = buildServices({ config, log, database, keys, access: store.access });
    database.connect(services.queues);
    stack.push(() => services.queues.close());
    const isExchangeGone = kind === 'demo' && (await isPaperExchangeGone(database));
    if (isExchangeGone) log.warn('the paper exchange of this demo is not running: whatever would ask it rests until the next start');
    const workers = startWorkers(services, { hasExchange: !isExchangeGone });
    stack.push(() => workers.stop());
    const { server, url } = await openHttp(services, workers, store, { kind, isExchangeGone });
    stack.push(() => closeServer(server));
    const firstAdministratorToken = await ensureFirstAdministratorLink(database);
    return { services, url, firstAdministratorToken, stop: () => takeDown(stack) };
  } catch (thrown) {
    // What has lost its database while it was coming up may wait for it for ever; whoever started us is told all the same.
    await Promise.race([takeDown(stack), pause(FAILED_START_MS)]).catch((err: unknown) =>
      log.warn({ err }, 'not everything was taken down'),
    );
    throw thrown;
  }
}

/**
 * The database of this kind: embedded, or the one named by DATABASE_URL (the demo's beside it, with `_demo` in its name). Error:
 * `NOT_FOUND` when an existing one is wanted and nothing was ever installed.
 */
export async function openStore(config: Config, kind: 'real' | 'demo', log: Log, wanted: 'any' | 'existing' = 'any'): Promise<Store> {
  if (config.databaseUrl !== undefined) {
    const named = (url: string) => (kind === 'demo' ? demoUrl(url) : url);
    const ownerUrl = config.databaseOwnerUrl === undefined ? undefined : named(config.databaseOwnerUrl);
    return { access: { applicationUrl: named(config.databaseUrl), ownerUrl, kind }, embedded: undefined };
  }
  if (wanted === 'existing' && !(await EmbeddedPostgres.hasCluster(config.dataFolder))) throw nothingInstalled(config, kind);
  const embedded = await EmbeddedPostgres.start({ dataFolder: config.dataFolder, log });
  const name = databaseName(kind);
  if (wanted === 'existing' && !(await embedded.hasDatabase(name))) {
    await embedded.stopIfUnused();
    throw nothingInstalled(config, kind);
  }
  await embedded.ensureDatabase(name);
  return { access: { applicationUrl: embedded.applicationUrl(name), ownerUrl: embedded.ownerUrl(name), kind }, embedded };
}

/** Opens it, and says which one it was that did not answer. Errors: those of `openDatabase`. */
export async function openStored({ access }: Store, clock: Clock, log: Log): Promise<Database> {
  try {
    return await openDatabase(access, clock, log);
  } catch (thrown) {
    if (!(thrown instanceof CheongsanError) || thrown.code !== 'DATABASE_UNAVAILABLE') throw thrown;
    const { hostname, port, pathname } = new URL(access.applicationUrl);
    throw new CheongsanError(
      'DATABASE_UNAVAILABLE',
      `The database ${pathname.slice(1)} at ${hostname}:${port === '' ? '5432' : port} does not answer; start it, or correct DATABASE_URL, and start again.`,
      { cause: thrown },
    );
  }
}

function nothingInstalled({ dataFolder }: Config, kind: 'real' | 'demo'): CheongsanError {
  return new CheongsanError(
    'NOT_FOUND',
    kind === 'demo'
      ? `There is no demo database in ${dataFolder} yet; begin with npm run demo.`
      : `There is no database of a city in ${dataFolder} yet; begin with npm start, or add --demo for the demo's.`,
  );
}

/** What the database of this kind is called in the embedded PostgreSQL. */
export function databaseName(kind: 'real' | 'demo'): string {
  return kind === 'demo' ? DEMO_DATABASE : REAL_DATABASE;
}

function demoUrl(url: string): string {
  const changed = new URL(url);
  if (!changed.pathname.endsWith('_demo')) changed.pathname = `${changed.pathname}_demo`;
  return changed.toString();
}

/** An embedded server is ours to keep alive; that of a city is watched by whoever runs it. */
function watchEmbedded({ embedded }: Store, database: Database, log: Log): { stop(): Promise<void> } {
  if (embedded === undefined) return { stop: () => Promise.resolve() };
  return new EmbeddedWatch(embedded, log, async ({ cause, wasStarted, attempts, downMs }) => {
    if (!wasStarted && cause !== CRASH_OF_ANOTHER_PROCESS) return;
    await database.work({ kind: 'system', part: 'start' }, (work) =>
      raiseAlert(work, {
        code: 'database_restarted',
        severity: 'warning',
        subject: 'installation:1',
        text: '내장 데이터베이스가 갑자기 멈추어 다시 시작했습니다. 저장된 자료는 그대로입니다. 메모리와 디스크 여유를 확인하십시오.',
        facts: { cause, wasStarted, attempts, downMs },
      }),
    );
  });
}

/** A key is made only for an installation that has nothing sealed yet. */
async function openKeys(config: Config, database: Database): Promise<MasterKey> {
  const isFresh = (await database.read.auditEvent.findFirst({ select: { id: true } })) === null;
  const keys = await loadMasterKey(config, isFresh);
  await assertKeyFits(database, keys);
  return keys;
}

/**
 * Tries the key on something that was sealed before. A wrong one must be found before anything is sealed with it. Error:
 * `KEY_UNAVAILABLE`.
 */
export async function assertKeyFits({ read }: Database, keys: MasterKey): Promise<void> {
  const person = await read.person.findFirst({ where: { erasedAt: null }, select: { id: true }, orderBy: { id: 'asc' } });
  if (person !== null) await personKey(read, keys, person.id);
  const user = await read.userAccount.findFirst({ where: { totpSecretCipher: { not: null } }, orderBy: { id: 'asc' } });
  if (user?.totpSecretCipher != null) keys.openText(user.totpSecretCipher, totpContext(user.id));
}

function buildServices(parts: { config: Config; log: Log; database: Database; keys: MasterKey; access: DatabaseAccess }): Services {
  const { config, log, database, keys, access } = parts;
  const connection =
    config.redisUrl === undefined
      ? ({ kind: 'postgres', pool: applicationPoolConfig(access, 'cheongsan-queue') } as const)
      : ({ kind: 'redis', url: config.redisUrl } as const);
  const queues = new JobQueues(connection, log);
  const exchanges = new ExchangeDirectory({ database, keys, log });
  const references = openReferenceMarkets(config, access.kind, log);
  const startedAt = database.clock.now();
  const screening = new LocalScreeningList(config.screeningListFile);
  const chains = new WalletChains({ config, environment: process.env, log });
  const sources = dueSources({ config, database });
  return { config, log, database, keys, queues, exchanges, references, screening, chains, dueSources: sources, startedAt };
}

async function openHttp(
  services: Services,
  workers: Workers,
  store: Store,
  { kind, isExchangeGone }: { readonly kind: 'real' | 'demo'; readonly isExchangeGone: boolean },
): Promise<{ server: Server; url: string }> {
  const demoNearby = kind === 'real' && store.embedded !== undefined && (await store.embedded.hasDatabase(DEMO_DATABASE));
  const app = createApp(
    services,
    routes({ kind, clock: services.database.clock, sweep: () => workers.sweeper.sweepNow() }),
    await readVersion(),
    { demoNearby, isExchangeGone },
  );
  return listen(app, services.config.host, services.config.port);
}

export async function readVersion(): Promise<string> {
  const description: unknown = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8'));
  if (typeof description === 'object' && description !== null && 'version' in description && typeof description.version === 'string') {
    return description.version;
  }
  throw new CheongsanError('CONFIG_INVALID', `package.json in ${projectRoot} names no version.`);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

async function stopEmbedded({ embedded }: Store): Promise<void> {
  await embedded?.stopIfUnused();
}

/** In reverse: what came up last goes down first. */
async function takeDown(stack: readonly (() => Promise<void>)[]): Promise<void> {
  for (const stop of stack.toReversed()) await stop();
}
