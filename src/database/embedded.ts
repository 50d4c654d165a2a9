import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { pause } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { type Credentials, freePort, isPortFree, openCluster, writeCredentials } from './embedded-cluster.ts';
import { type EmbeddedLocation, exists, isWorkedIn, locateEmbedded } from './embedded-location.ts';
import { PRESENCE_NAME, Presence } from './embedded-presence.ts';
import { programFailure, runProgram } from './embedded-program.ts';
import { isCode, withFolderLock } from './folder-lock.ts';

export const OWNER_ROLE = 'cheongsan_owner';
export const APPLICATION_ROLE = 'cheongsan_app';
const START_TIMEOUT_SECONDS = 60;
/** A server is looked at this often before it counts as used: connections just closed take a moment to go. */
const LEAVING_LOOKS = 100;
const LEAVING_LOOK_MS = 50;
const BRING_UP_ATTEMPTS_MAX = 40;
const BRING_UP_WAIT_MS = 250;
/** What a start says, or a connection, while a killed server is not quite gone. */
const LEFT_BEHIND = /pre-existing shared memory block|lock file "postmaster\.pid" already exists|Connection terminated unexpectedly/;

/**
 * A PostgreSQL of our own, started detached so that it outlives a killed service and is found again through its
 * postmaster.pid. The same folder is attached to, never started twice. Whoever has it open holds one connection, by which the
 * others see that it is in use, and by whose end he learns that it has died.
 */
export class EmbeddedPostgres {
  readonly #location: EmbeddedLocation;
  #credentials: Credentials;
  readonly #settings: readonly string[];
  readonly #log: Log;
  #presence: Presence | undefined;

  private constructor(location: EmbeddedLocation, credentials: Credentials, settings: readonly string[], log: Log) {
    this.#location = location;
    this.#credentials = credentials;
    this.#settings = settings;
    this.#log = log;
  }

  /**
   * Initialises the cluster on first use, then starts it or attaches to it. `settings` are `name=value` of postgresql.conf. Errors:
   * `CONFIG_INVALID`, `DISK_FULL`, `DATABASE_UNAVAILABLE`.
   */
  static async start(options: { dataFolder: string; log: Log; settings?: readonly string[] }): Promise<EmbeddedPostgres> {
    return EmbeddedPostgres.startAt(await locateEmbedded(options.dataFolder), options.log, options.settings);
  }

  /** The same for a cluster whose place is known. */
  static async startAt(location: EmbeddedLocation, log: Log, settings: readonly string[] = []): Promise<EmbeddedPostgres> {
    return withFolderLock(lockFileOf(location), async () => {
      const credentials = await openCluster(location, log);
      const server = new EmbeddedPostgres(location, credentials, settings, log);
      await server.#moveFromTakenPort();
      await server.#bringUp();
      await server.#ensureRoles();
      return server;
    });
  }

  /** True when a cluster has been made for this data folder. */
  static async hasCluster(dataFolder: string): Promise<boolean> {
    if (!(await exists(dataFolder))) return false;
    const { clusterFolder } = await locateEmbedded(dataFolder);
    return exists(join(clusterFolder, 'PG_VERSION'));
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

  /** Creates the database, owned by the owner role, unless it is there; of two who start at once, one does. */
  async ensureDatabase(name: string): Promise<void> {
    await withFolderLock(lockFileOf(this.#location), async () => {
      if (await this.hasDatabase(name)) return;
      await this.#asSuperuser((client) => client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${OWNER_ROLE}`));
    });
  }

  async hasDatabase(name: string): Promise<boolean> {
    const found = await this.#asSuperuser((client) => client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]));
    return found.rowCount === 1;
  }

  /** Removes a database with all that is in it, whoever is connected. */
  async dropDatabase(name: string): Promise<void> {
    await this.#asSuperuser((client) => client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`));
  }

  /** Resolves when the server has gone: with why, as far as it said so. Never while it runs. */
  async died(): Promise<string> {
    return this.#presence?.ended ?? 'not attached';
  }

  /**
   * Starts the server when it is down, and is present again when it takes connections. True when it had to be started: a server
   * that lost one of its processes comes back by itself. Errors: those of `start`.
   */
  async ensureRunning(): Promise<boolean> {
    return withFolderLock(lockFileOf(this.#location), async () => {
      await this.#presence?.leave();
      return this.#bringUp();
    });
  }

  async isRunning(): Promise<boolean> {
    return this.#pgCtl(['status']).then(
      () => true,
      () => false,
    );
  }

  /** Process id of the running server, for tests that kill it. */
  async serverProcessId(): Promise<number> {
    const [firstLine] = (await readFile(this.#pidFile, 'utf8')).split('\n');
    return Number(firstLine);
  }

  /** Stops the server unless somebody else is still connected to it. */
  async stopIfUnused(): Promise<void> {
    await this.#presence?.leave();
    await withFolderLock(lockFileOf(this.#location), async () => {
      if ((await this.isRunning()) && !(await this.#isUsed())) await this.#stopServer();
    });
  }

  async stop(): Promise<void> {
    await this.#presence?.leave();
    await this.#stopServer();
  }

  async #stopServer(): Promise<void> {
    await this.#pgCtl(['stop', '--mode=fast', '--wait']);
  }

  /** Another presence counts at once, any other connection when it stays. */
  async #isUsed(): Promise<boolean> {
    for (let look = 0; look < LEAVING_LOOKS; look++) {
      const others = await this.#asSuperuser((client) =>
        client.query<{ application_name: string }>(
          "SELECT application_name FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> ALL (ARRAY[pg_backend_pid(), $1])",
          [this.#presence?.backendProcessId ?? 0],
        ),
      );
      if (others.rowCount === 0) return false;
      if (others.rows.some(({ application_name }) => application_name === PRESENCE_NAME)) return true;
      await pause(LEAVING_LOOK_MS);
    }
    return true;
  }

  #url(role: string, password: string, database: string): string {
    return `postgresql://${role}:${password}@127.0.0.1:${this.#credentials.port}/${encodeURIComponent(database)}`;
  }

  /** The port was free when the cluster was made. Whoever has it now keeps it; nobody of ours is connected while we are down. */
  async #moveFromTakenPort(): Promise<void> {
    if ((await this.isRunning()) || (await isPortFree(this.#credentials.port))) return;
    this.#credentials = { ...this.#credentials, port: await freePort() };
    await writeCredentials(this.#location.clusterFolder, this.#credentials);
  }

  /**
   * Runs, and we are in it. What a killed server leaves for a moment, its last processes and its number, looks like a server that
   * runs and answers nobody, or keeps the next one from starting. True when it had to be started.
   */
  async #bringUp(): Promise<boolean> {
    let wasStarted = false;
    for (let attempt = 1; ; attempt++) {
      try {
        wasStarted = (await this.#startServer()) || wasStarted;
        this.#presence = await Presence.enter(this.superuserUrl('postgres'));
        return wasStarted;
      } catch (thrown) {
        if (attempt === BRING_UP_ATTEMPTS_MAX || !isPassing(thrown)) throw thrown;
        await pause(BRING_UP_WAIT_MS);
      }
    }
  }

  /** True when it was down and had to be started. */
  async #startServer(): Promise<boolean> {
    await this.#removeStalePidFile();
    if (await this.isRunning()) return false;
    const settings = ['listen_addresses=127.0.0.1', `port=${this.#credentials.port}`, 'unix_socket_directories=', ...this.#settings];
    const flags = settings.map((setting) => `-c ${setting}`).join(' ');
    const wait = ['--wait', `--timeout=${START_TIMEOUT_SECONDS}`, '--silent'];
    // Each start has a log of its own, and the one before is kept.
    await rename(this.#logFile, `${this.#logFile}.before`).catch(() => undefined);
    try {
      await this.#pgCtl(['start', ...wait, `--log=${this.#logFile}`, `--options=${flags}`]);
    } catch (cause) {
      const words = await readFile(this.#logFile, 'utf8').catch(() => '');
      throw words.trim() === '' ? cause : programFailure(this.#location, words, cause);
    }
    this.#log.info({ port: this.#credentials.port }, 'embedded PostgreSQL runs');
    return true;
  }

  /**
   * PostgreSQL believes its postmaster.pid while any process has that number: in a container that counts from one again, some other
   * program, or its own dead self that nobody has buried. The file goes only when no process at all works in the cluster, since
   * processes that outlive their postmaster must end before another one may start.
   */
  async #removeStalePidFile(): Promise<void> {
    if (!(await exists(this.#pidFile)) || (await isWorkedIn(this.#location.clusterFolder)) !== false) return;
    await rm(this.#pidFile, { force: true });
  }

  get #pidFile(): string {
    return join(this.#location.clusterFolder, 'postmaster.pid');
  }

  get #logFile(): string {
    return join(this.#location.clusterFolder, 'server.log');
  }

  async #pgCtl(args: readonly string[]): Promise<void> {
    const [action = '', ...rest] = args;
    await runProgram(this.#location, this.#location.pgCtl, [action, `--pgdata=${this.#location.clusterFolder}`, ...rest]);
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
    // A server that dies between two queries is told by the next query, not by a crash.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await body(client);
    } finally {
      await client.end();
    }
  }
}

function isPassing(thrown: unknown): boolean {
  if (isCode(thrown, 'ECONNREFUSED') || isCode(thrown, 'ECONNRESET')) return true;
  return thrown instanceof Error && LEFT_BEHIND.test(thrown.message);
}

function lockFileOf({ clusterFolder }: EmbeddedLocation): string {
  return `${clusterFolder}.lock`;
}
