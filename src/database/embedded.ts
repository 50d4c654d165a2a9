import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { pause } from '../kernel/clock.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { type EmbeddedLocation, exists, locateEmbedded } from './embedded-location.ts';

const run = promisify(execFile);

const credentialsSchema = z.object({ superuser: z.string(), owner: z.string(), application: z.string(), port: z.number().int() });
type Credentials = z.infer<typeof credentialsSchema>;

export const OWNER_ROLE = 'cheongsan_owner';
export const APPLICATION_ROLE = 'cheongsan_app';
const START_TIMEOUT_SECONDS = 60;

/**
 * A PostgreSQL of our own, started detached so that it outlives a killed service and is found again through its
 * postmaster.pid. The same folder is attached to, never started twice.
 */
export class EmbeddedPostgres {
  readonly #location: EmbeddedLocation;
  readonly #credentials: Credentials;
  readonly #settings: readonly string[];
  readonly #log: Log;

  private constructor(location: EmbeddedLocation, credentials: Credentials, settings: readonly string[], log: Log) {
    this.#location = location;
    this.#credentials = credentials;
    this.#settings = settings;
    this.#log = log;
  }

  /** Initialises the cluster on first use, then starts it or attaches to it. `settings` are `name=value` of postgresql.conf. */
  static async start(options: { dataFolder: string; log: Log; settings?: readonly string[] }): Promise<EmbeddedPostgres> {
    const location = await locateEmbedded(options.dataFolder);
    const unlock = await lockFolder(`${location.clusterFolder}.lock`);
    try {
      const credentials = await initialise(location, options.log);
      const server = new EmbeddedPostgres(location, credentials, options.settings ?? [], options.log);
      await server.#startServer();
      await server.#ensureRoles();
      return server;
    } finally {
      await unlock();
    }
  }

  ownerUrl(database: string): string {
    return this.#url(OWNER_ROLE, this.#credentials.owner, database);
  }

  applicationUrl(database: string): string {
    return this.#url(APPLICATION_ROLE, this.#credentials.application, database);
  }

  superuserUrl(database: string): string {
    return this.#url('postgres', this.#credentials.superuser, database);
  }

  get clusterFolder(): string {
    return this.#location.clusterFolder;
  }

  /** Creates the database, owned by the owner role, unless it is there. */
  async ensureDatabase(name: string): Promise<void> {
    if (await this.hasDatabase(name)) return;
    await this.#asSuperuser((client) => client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${OWNER_ROLE}`));
  }

  async hasDatabase(name: string): Promise<boolean> {
    const found = await this.#asSuperuser((client) => client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]));
    return found.rowCount === 1;
  }

  /** Removes a database with all that is in it, whoever is connected. */
  async dropDatabase(name: string): Promise<void> {
    await this.#asSuperuser((client) => client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`));
  }

  /** Starts the server again when it has died (a SIGKILL, an out-of-memory kill); does nothing while it runs. */
  async ensureRunning(): Promise<void> {
    if (!(await this.isRunning())) await this.#startServer();
  }

  async isRunning(): Promise<boolean> {
    return this.#pgCtl(['status']).then(
      () => true,
      () => false,
    );
  }

  /** Process id of the running server, for tests that kill it. */
  async serverProcessId(): Promise<number> {
    const [firstLine] = (await readFile(join(this.#location.clusterFolder, 'postmaster.pid'), 'utf8')).split('\n');
    return Number(firstLine);
  }

  /** Stops the server unless somebody else is still connected to it. */
  async stopIfUnused(): Promise<void> {
    const others = await this.#asSuperuser((client) =>
      client.query("SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"),
    );
    if (others.rowCount === 0) await this.stop();
  }

  async stop(): Promise<void> {
    await this.#pgCtl(['stop', '--mode=fast', '--wait']);
  }

  #url(role: string, password: string, database: string): string {
    return `postgresql://${role}:${password}@127.0.0.1:${this.#credentials.port}/${encodeURIComponent(database)}`;
  }

  async #startServer(): Promise<void> {
    if (await this.isRunning()) return;
    const settings = ['listen_addresses=127.0.0.1', `port=${this.#credentials.port}`, 'unix_socket_directories=', ...this.#settings];
    const flags = settings.map((setting) => `-c ${setting}`).join(' ');
    try {
      await this.#pgCtl([
        'start',
        '--wait',
        `--timeout=${START_TIMEOUT_SECONDS}`,
        '--silent',
        `--log=${this.#logFile}`,
        `--options=${flags}`,
      ]);
    } catch (cause) {
      const tail = (await readFile(this.#logFile, 'utf8').catch(() => '')).trim().split('\n').at(-1) ?? 'no log';
      throw new CheongsanError('DATABASE_UNAVAILABLE', `The embedded PostgreSQL does not start: ${tail}. Look into ${this.#logFile}.`, {
        cause,
      });
    }
    this.#log.info({ port: this.#credentials.port }, 'embedded PostgreSQL runs');
  }

  get #logFile(): string {
    return join(this.#location.clusterFolder, 'server.log');
  }

  async #pgCtl(args: readonly string[]): Promise<void> {
    const [action = '', ...rest] = args;
    await runAs(this.#location, this.#location.pgCtl, [action, `--pgdata=${this.#location.clusterFolder}`, ...rest]);
  }

  async #ensureRoles(): Promise<void> {
    await this.#asSuperuser(async (client) => {
      for (const [role, password] of [
        [OWNER_ROLE, this.#credentials.owner],
        [APPLICATION_ROLE, this.#credentials.application],
      ] as const) {
        const found = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
        if (found.rowCount === 0) await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
      }
    });
  }

  async #asSuperuser<T>(body: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.superuserUrl('postgres') });
    await client.connect();
    try {
      return await body(client);
    } finally {
      await client.end();
    }
  }
}

async function runAs(location: EmbeddedLocation, program: string, args: readonly string[]): Promise<void> {
  const environment = { PATH: process.env['PATH'] ?? '', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' };
  await run(program, args, { env: environment, cwd: '/', ...location.runAs });
}

async function initialise(location: EmbeddedLocation, log: Log): Promise<Credentials> {
  const credentialsFile = `${location.clusterFolder}.json`;
  if (await exists(join(location.clusterFolder, 'PG_VERSION'))) {
    return credentialsSchema.parse(JSON.parse(await readFile(credentialsFile, 'utf8')));
  }
  log.info('initialising the embedded PostgreSQL');
  const credentials = {
    superuser: randomBytes(24).toString('hex'),
    owner: randomBytes(24).toString('hex'),
    application: randomBytes(24).toString('hex'),
    port: await freePort(),
  };
  await rm(location.clusterFolder, { recursive: true, force: true });
  await mkdir(location.clusterFolder, { recursive: true });
  await chmod(location.clusterFolder, 0o700);
  const passwordFile = `${location.clusterFolder}.password`;
  await writeFile(passwordFile, `${credentials.superuser}\n`, { mode: 0o600 });
  if (location.runAs !== undefined) {
    await chown(location.clusterFolder, location.runAs.uid, location.runAs.gid);
    await chown(passwordFile, location.runAs.uid, location.runAs.gid);
  }
  try {
    await runAs(location, location.initdb, [
      `--pgdata=${location.clusterFolder}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await writeFile(credentialsFile, JSON.stringify(credentials), { mode: 0o600 });
  return credentials;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('No free port.'))));
    });
  });
}

/** Two processes may start on one folder: the second waits for the first. A lock whose holder has died is taken over. */
async function lockFolder(lockFile: string): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < 600; attempt++) {
    try {
      await writeFile(lockFile, String(process.pid), { flag: 'wx' });
      return () => rm(lockFile, { force: true });
    } catch (cause) {
      const holder = Number(await readFile(lockFile, 'utf8').catch(() => ''));
      if (holder > 0 && !isAlive(holder)) await rm(lockFile, { force: true });
      else if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      await pause(100);
    }
  }
  throw new CheongsanError('DATABASE_UNAVAILABLE', `${lockFile} is held by another process; if none is running, delete it.`);
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
