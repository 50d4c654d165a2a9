import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { z } from 'zod';
import { runCommand } from '../../src/cli/run.ts';
import { EmbeddedPostgres } from '../../src/database/embedded.ts';
import { locateEmbedded } from '../../src/database/embedded-location.ts';
import { withFolderLock } from '../../src/database/folder-lock.ts';
import { openDatabase } from '../../src/database/open.ts';
import type { Database } from '../../src/database/work.ts';
import { pause, systemClock } from '../../src/kernel/clock.ts';
import { createLog } from '../../src/kernel/log.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { Office, type Official } from '../../src/simulation/office.ts';
import { ServiceProcess } from '../../src/simulation/service-process.ts';
import { hireCast } from '../../src/simulation/story/cast.ts';
import type { Cast } from '../../src/simulation/story/stage.ts';
import { atEnd } from './at-end.ts';

/*
 * The service and its commands as a city runs them: processes of their own, on a data folder of their own, with the embedded
 * PostgreSQL and the machine's clock.
 */

let built: Promise<void> | undefined;

/** The processes run what is compiled, so it is compiled first, as `npm start` does; one test file at a time. */
export function ensureBuilt(): Promise<void> {
  built ??= withFolderLock(join(tmpdir(), 'cheongsan-test-build.lock'), async () => {
    const { status, stderr } = spawnSync(process.execPath, [join(projectRoot, 'bin', 'build.js')], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The build failed: ${stderr}`);
  });
  return built;
}

/** An empty folder that every user may enter; at the end its server is stopped and all of it removed. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cheongsan-installed-'));
  await chmod(folder, 0o755);
  atEnd(async () => {
    await stopServer(join(folder, 'data'));
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Ends the embedded server of a data folder, whoever was connected. */
export async function stopServer(dataFolder: string): Promise<void> {
  if (!(await EmbeddedPostgres.hasCluster(dataFolder))) return;
  const processId = await serverProcessId(dataFolder).catch(() => undefined);
  if (processId === undefined) return;
  const server = await EmbeddedPostgres.start({ dataFolder, log: createLog({ level: 'silent' }) });
  await server.stop();
}

/** Of the server that runs on a data folder. */
export async function serverProcessId(dataFolder: string): Promise<number> {
  const { clusterFolder } = await locateEmbedded(dataFolder);
  const [firstLine] = (await readFile(join(clusterFolder, 'postmaster.pid'), 'utf8')).split('\n');
  return Number(firstLine);
}

export type Environment = Readonly<Record<string, string>>;

/** What a process of ours sees: nothing of the machine's own settings. */
export function environmentFor(dataFolder: string, more: Environment = {}): Record<string, string> {
  return { CHEONGSAN_DATA: dataFolder, DATABASE_URL: '', REDIS_URL: '', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn', ...more };
}

export interface Installation {
  readonly dataFolder: string;
  readonly service: ServiceProcess;
  readonly office: Office;
  get(path: string): Promise<Response>;
}

/** Starts the service on a data folder. Whoever kills it starts it again himself; at the end it is stopped. */
export async function startInstallation(dataFolder: string, more: Environment = {}): Promise<Installation> {
  await ensureBuilt();
  const service = new ServiceProcess({ args: () => [], environment: environmentFor(dataFolder, more) });
  atEnd(() => service.stop());
  await service.start();
  const url = async () => {
    if (service.url === undefined) throw new Error('The service is down.');
    return service.url;
  };
  const office = new Office({ url, undisturbed: (body) => body() }, systemClock);
  return { dataFolder, service, office, get: async (path) => fetch(new URL(path, await url())) };
}

/** Officials of every role, signed in with password and code. */
export async function hire(installation: Installation): Promise<Cast> {
  return (await hireCast(installation.office, await firstLink(installation))).cast;
}

/** The first administrator alone, signed in. */
export async function appointAdministrator(installation: Installation): Promise<Official> {
  const administrator = { loginName: 'administrator', password: '표본시 연습용 긴 비밀번호 2026', totpSecret: undefined, token: undefined };
  const profile = { loginName: administrator.loginName, displayName: '표본 관리자', division: '정보통신과' };
  await installation.office.enrol(administrator, await firstLink(installation), profile);
  return administrator;
}

async function firstLink({ service }: Installation): Promise<string> {
  // The link is the line after the address.
  for (let look = 0; look < 100 && service.firstAdministratorLink === undefined; look++) await pause(20);
  const token = service.firstAdministratorLink?.split('#')[1];
  if (token === undefined) throw new Error('The service printed no link for the first administrator.');
  return token;
}

/** The city's database with its own application's eyes, beside the running service. */
export async function withInstalledDatabase<T>(dataFolder: string, body: (database: Database) => Promise<T>): Promise<T> {
  const log = createLog({ level: 'silent' });
  const server = await EmbeddedPostgres.start({ dataFolder, log });
  const access = { applicationUrl: server.applicationUrl('cheongsan'), ownerUrl: undefined, kind: 'real' } as const;
  const database = await openDatabase(access, systemClock, log);
  try {
    return await body(database);
  } finally {
    await database.close();
    await server.stopIfUnused();
  }
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command from the shell, to its end: in this very process, which starts faster than another. */
export async function cheongsan(dataFolder: string, args: readonly string[], env: Environment = {}): Promise<Ended> {
  const ended = { stdout: '', stderr: '' };
  const keep = (name: keyof typeof ended) =>
    vi.spyOn(process[name], 'write').mockImplementation((piece) => {
      ended[name] += typeof piece === 'string' ? piece : Buffer.from(piece).toString('utf8');
      return true;
    });
  const spies = [keep('stdout'), keep('stderr')];
  for (const [name, value] of Object.entries(environmentFor(dataFolder, env))) vi.stubEnv(name, value);
  try {
    const status = await runCommand(args);
    return { status, ...ended };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

/** The same as a process of its own, with something piped in. */
export async function cheongsanProcess(dataFolder: string, args: readonly string[], input = ''): Promise<Ended> {
  await ensureBuilt();
  return runCompiled('cli.js', args, environmentFor(dataFolder), input);
}

/** One of the compiled programs, to its end. */
export function runCompiled(program: 'cli.js' | 'main.js', args: readonly string[], env: Environment, input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(projectRoot, 'dist', 'src', program), ...args], { env: { ...process.env, ...env } });
    const ended = { stdout: '', stderr: '' };
    child.stdout.on('data', (piece: Buffer) => {
      ended.stdout += piece.toString('utf8');
    });
    child.stderr.on('data', (piece: Buffer) => {
      ended.stderr += piece.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...ended }));
    child.stdin.end(input);
  });
}

const health = z.object({ status: z.literal('ok'), tradingState: z.string() });

/** Asks until the service says it is well; answers all statuses it gave on the way. */
export async function untilWell({ get }: Installation, attemptsMax = 400): Promise<number[]> {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const response = await get('/health');
    statuses.push(response.status);
    const body: unknown = await response.json();
    if (health.safeParse(body).success) return statuses;
    await pause(50);
  }
  throw new Error(`The service did not become well: ${statuses.join(', ')}.`);
}
